"""What the values are that programs get, in the words of JSON Schema: each field of a sheet names one of these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any

Kind = dict[str, Any]
"""A JSON Schema (draft 2020-12)."""

DRAFT = "https://json-schema.org/draft/2020-12/schema"

TEXT: Kind = {"type": "string"}
NUMBER: Kind = {"type": "integer"}
FIGURE: Kind = {"type": "number"}
"""With parts: a share of what is 1, say."""
FLAG: Kind = {"type": "boolean"}
INSTANT: Kind = {"type": "string", "format": "date-time"}
"""RFC 3339, in UTC."""
DAY: Kind = {"type": "string", "format": "date"}
MONEY: Kind = {"type": "string", "pattern": r"^-?\d+\.\d\d$"}
"""Two decimals, as text, since a binary fraction would lose some."""
SHARE: Kind = {"type": "string", "pattern": r"^\d+(\.\d+)?$"}
"""Of what is 1, as text, for the same reason."""
FIGURE_OR_TEXT: Kind = {"type": ["number", "string", "null"]}
ANYTHING: Kind = {"type": "object"}
"""An object whose keys are not promised."""


def maybe(kind: Kind) -> Kind:
    """It, or null."""
    found = {**kind, "type": [kind["type"], "null"]}
    return {**found, "enum": [*kind["enum"], None]} if "enum" in kind else found


def word(words: Iterable[Enum]) -> Kind:
    """One of the words of an enumeration."""
    return {"type": "string", "enum": [each.value for each in words]}


def many(kind: Kind) -> Kind:
    """An array of it."""
    return {"type": "array", "items": kind}


def by_key(kind: Kind) -> Kind:
    """An object whose keys are names, and whose values are all of it."""
    return {"type": "object", "additionalProperties": kind}


def thing(parts: Mapping[str, Kind], also: Mapping[str, Kind] | None = None) -> Kind:
    """An object that has all of `parts`, and some of `also`."""
    return {"type": "object", "properties": {**parts, **(also or {})}, "required": list(parts)}
