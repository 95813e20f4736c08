"""Facets: single values of a filter's fields, added to its text and taken out of it, as a person would type them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from sdesk.domain.filter_fields import FIELDS
from sdesk.domain.filters import pieces_of


class FacetTerm(NamedTuple):
    """A value of a field."""

    field: str
    value: str


def terms_of(text: str) -> frozenset[FacetTerm]:
    """The values that a filter's text asks for (those that it excludes are none)."""
    return frozenset(FacetTerm(field, value) for _, field, values in _fields(text) for value in values)


def toggled(text: str, term: FacetTerm) -> str:
    """The text with the value, or without it where it has it; other values of the field are alternatives to it.

    Flags are no alternatives: of `is:breached is:mine` both hold, and that is what who chooses both means.
    """
    tokens = _words(text)
    of_field = {at: values for at, field, values in _fields(text) if field == term.field}
    having = [at for at, values in of_field.items() if term.value in values]
    for at in having:
        left = [value for value in of_field[at] if value != term.value]
        tokens[at] = _token(term.field, left) if left else ""
    if not having:
        place = next(iter(of_field), None) if term.field != "is" else None
        if place is None:
            tokens.append(_token(term.field, [term.value]))
        else:
            tokens[place] = _token(term.field, [*of_field[place], term.value])
    return " ".join(filter(None, tokens))


def without(text: str, field: str) -> str:
    """The text without its values of a field: what the field's other values are counted within."""
    gone = {at for at, name, _ in _fields(text) if name == field}
    return " ".join(token for at, token in enumerate(_words(text)) if at not in gone)


def _fields(text: str) -> Iterator[tuple[int, str, list[str]]]:
    """The terms `field:a,b` of a text, with their places among its words."""
    for at, token in enumerate(_words(text)):
        field, colon, values = token.partition(":")
        if colon and field in FIELDS and ".." not in values:
            yield at, field, [value for value in values.replace('"', "").split(",") if value]


def _words(text: str) -> list[str]:
    return [word for word, _ in pieces_of(text)]


def _token(field: str, values: list[str]) -> str:
    joined = ",".join(values)
    return f'{field}:"{joined}"' if re.search(r"\s", joined) else f"{field}:{joined}"
