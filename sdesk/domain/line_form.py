"""What was answered in a form, as a line of an import has it."""

from __future__ import annotations

import json
import re

from sdesk.domain import line_values as values
from sdesk.domain.catalogue import LONGEST_TEXT, MOST_FIELDS, FormValue
from sdesk.domain.errors import BadInput
from sdesk.domain.safe_text import one_line

_FIELD_KEY = re.compile(r"[a-z][a-z0-9_]{0,79}", re.ASCII)


def answers(value: object) -> tuple[FormValue, ...]:
    """As an export writes it, `[{"key": ..., "label": ..., "value": ...}]`, or by key alone; in CSV as JSON text."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise BadInput("form is no JSON", 'write it as {"model": "55F"}') from error
    if isinstance(value, dict):
        value = [{"key": key, "value": each} for key, each in value.items()]
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise BadInput("form is no list", 'write it as {"model": "55F"}')
    if len(value) > MOST_FIELDS:
        raise BadInput(f"{len(value)} answers in a form are too many", f"at most {MOST_FIELDS}")
    found: dict[str, FormValue] = {}
    for each in value:
        key = one_line(values.text_of("the key of an answer", each.get("key")))
        if not _FIELD_KEY.fullmatch(key):
            raise BadInput(f"`{key[:80]}` cannot be the key of a field", "write it as model or broken_since")
        text = values.long_text(each.get("value")).strip()
        if len(text) > LONGEST_TEXT:
            raise BadInput(f"the answer to {key} has {len(text)} characters", f"at most {LONGEST_TEXT}")
        if text:
            found[key] = FormValue(key, one_line(values.text_of("a label", each.get("label") or key))[:200], text)
    return tuple(found.values())
