"""Pages out of templates: every value is escaped, whoever wrote it, and none changes in which direction one reads."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sdesk.domain.instant import to_rfc3339
from sdesk.domain.safe_text import neutralise
from sdesk.portal import security
from sdesk.portal.language import LANGUAGES
from sdesk.portal.words import size_in_words

if TYPE_CHECKING:
    from sdesk.portal.visit import Visit


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("sdesk.portal"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalised,
        auto_reload=False,
    )
    made.globals.update(languages=LANGUAGES, stylesheet=f"/portal.css?v={_digest()}")
    return made


def _finalised(value: object) -> object:
    """What is put into a page: words of people without what steers direction or is not seen."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return neutralise(value)
    return value


@cache
def stylesheet() -> bytes:
    """The one there is."""
    return files("sdesk.portal").joinpath("static", "portal.css").read_bytes()


@cache
def _digest() -> str:
    return hashlib.sha256(stylesheet()).hexdigest()[:12]


def render(visit: Visit, template: str, values: Mapping[str, object]) -> str:
    """The page of a template."""
    speech = visit.speech

    def when(instant: datetime) -> Markup:
        machine, eyes = to_rfc3339(instant), speech.when(instant)
        return Markup('<time datetime="{}">{}</time>').format(machine, eyes)

    def proof() -> Markup:
        return Markup(
            '<input type="hidden" name="proof" value="{}"><input type="hidden" name="once" value="{}">'
        ).format(visit.proof(), security.new_key())

    return (
        _environment()
        .get_template(template)
        .render(
            _=speech.say,
            count_of=speech.count_of,
            when=when,
            size=lambda size: size_in_words(speech, size),
            proof=proof,
            language=speech.language,
            desk=visit.reader.desk,
            visitor=visit.visitor,
            path=visit.asked.path,
            here=visit.here,
            **values,
        )
    )
