"""The form of a service: which fields it has, and what an answer must be.

What is looked up (units, people, equipment) is handed in as functions: the rules know no store. What comes from a web
page is as hostile as any mail: it is cut to a length before a pattern of the desk file sees it, and made safe.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from sdesk.domain.errors import BadInput, refuse_all
from sdesk.domain.mailboxes import parse_mailbox
from sdesk.domain.nearest import did_you_mean
from sdesk.domain.phrase import phrase
from sdesk.domain.routing import compile_pattern
from sdesk.domain.safe_text import neutralise, one_line, safe_file_name

LONGEST_LINE = 1_000
"""Characters of an answer on one line: a bound on a slow pattern, too (see `desk/deskfile/trial`)."""
LONGEST_TEXT = 10_000
"""The same of one of several lines."""
MOST_FIELDS = 40
"""Fields of a form."""
ABOUT = "field."
"""Stands before a field's key where an error says what it is about, and in the filter language: `field.model`."""
FALLBACK = "en"
"""The language that is taken where the wanted one is missing."""

_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DOTTED_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,15}([.,]\d{1,6})?", re.ASCII)
_GROUPED = re.compile(r"(?<=\d)[ \u00a0\u202f](?=\d{3}(\D|$))", re.ASCII)
_TWO_MEANINGS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)
"""A thousand for an Englishman, and one with three decimals for a Russian."""
_LONGEST_SHOWN = 60


class FieldKind(StrEnum):
    """What an answer is."""

    TEXT = "text"
    CHOICE = "choice"
    """One of the field's `choices`."""
    NUMBER = "number"
    DATE = "date"
    PERSON = "person"
    """A mail address."""
    UNIT = "unit"
    """The key of a unit."""
    EQUIPMENT = "equipment"
    """An inventory number."""
    FILE = "file"
    """A file's name: the file itself is attached to the ticket's first message."""


class FormField(NamedTuple):
    """One field of a service's form, as the desk file describes it."""

    key: str
    kind: FieldKind
    labels: Mapping[str, str]
    """What people read before it, by language."""
    helps: Mapping[str, str]
    """What to write there, by language; may be empty."""
    required: bool = False
    choices: tuple[str, ...] = ()
    pattern: str | None = None
    """What the whole of a text must match; letter case is no difference."""
    multiline: bool = False
    """Whether a text may have several lines."""


class FormValue(NamedTuple):
    """What was answered in one field."""

    key: str
    label: str
    """What the field was called when it was answered."""
    value: str
    """In the one form of its kind: a date as ISO 8601, a number with a point, a unit's key."""


Lookup = Callable[[str], str | None]
"""Gives what a text names in its one form (a key, an address), or None where it names nothing that may be known."""


def as_written(text: str) -> str | None:
    """The lookup of what nobody can look up: everything is taken as it stands."""
    return text


class Lookups(NamedTuple):
    """Who knows what an answer names."""

    unit: Lookup = as_written
    """A key."""
    person: Lookup = as_written
    """A mail address, or a name of somebody. What it gives must be an address."""
    equipment: Lookup = as_written
    """An inventory number."""
    day: Callable[[str], date | None] = lambda _: None
    """A day in words, as `tomorrow`; ISO 8601 and `1.11.2026` are known without it."""


NO_LOOKUPS = Lookups()


def in_language(texts: Mapping[str, str], language: str, *others: str) -> str:
    """The text in a language, else in the first of `others` that there is, else in English, else the first there is.

    Empty where there is none at all.
    """
    for wanted in (language, *others, FALLBACK):
        if texts.get(wanted):
            return texts[wanted]
    return next((text for text in texts.values() if text), "")


def label(field: FormField, language: str, *others: str) -> str:
    """What people read before a field, in a language; its key where it has no label."""
    return in_language(field.labels, language, *others) or field.key


def help_text(field: FormField, language: str, *others: str) -> str:
    """What a field says of what is to be written there; may be empty."""
    return in_language(field.helps, language, *others)


def field_of(document: Mapping[str, Any]) -> FormField:
    """A field of what the store keeps of it: the table of the desk file."""
    return FormField(
        document["key"],
        FieldKind(document.get("kind", FieldKind.TEXT)),
        document.get("label") or {},
        document.get("help") or {},
        bool(document.get("required", False)),
        tuple(document.get("choices") or ()),
        document.get("pattern"),
        bool(document.get("multiline", False)),
    )


def fields_of(documents: Iterable[Mapping[str, Any]] | None) -> tuple[FormField, ...]:
    """The same of a whole form; None is one without fields."""
    return tuple(map(field_of, documents or ()))


def anchored(pattern: str) -> str:
    """The pattern that the whole of an answer must match, for `compile_pattern` and for the trial of slow ones.

    BadInput for what is no pattern by itself: `a)|(b` would be one between brackets.
    """
    compile_pattern(pattern)
    whole = rf"\A(?:{pattern})\Z"
    compile_pattern(whole)
    return whole


def checked(field: FormField, value: str, lookups: Lookups = NO_LOOKUPS, language: str = FALLBACK, *others: str) -> str:
    """An answer in the one form of its kind; empty for none where none is required.

    BadInput names the field by its label in `language` (or another, see `in_language`), and is `about` `field.KEY`.
    """
    name = label(field, language, *others)
    try:
        return _checked(field, name, value, lookups, help_text(field, language, *others))
    except BadInput as error:
        error.about = ABOUT + field.key
        raise


def filled(
    fields: Sequence[FormField],
    given: Mapping[str, str],
    lookups: Lookups = NO_LOOKUPS,
    language: str = FALLBACK,
    *others: str,
    require: bool = True,
) -> tuple[FormValue, ...]:
    """What a form was filled in with, in the order of its fields, without those that were left empty.

    BadInput for the first thing that is wrong, with all `others`: a key that the form does not have, an answer that is
    none, a required one that is missing (unless nothing is required: `require`).
    """
    wrong: list[BadInput] = []
    known = {field.key: field for field in fields}
    for key in [key for key in given if key not in known][:MOST_FIELDS]:
        has = phrase("its fields: {fields}", fields=", ".join(known)) if known else phrase("its form has no fields")
        shown = _told(one_line(key[:LONGEST_LINE]))
        unknown = phrase("there is no field `{key}`", key=shown)
        wrong.append(about_field(shown, unknown, did_you_mean(shown, known, has)))
    found = []
    for key, field in known.items():
        try:
            if key in given or require:
                value = checked(field, given.get(key, ""), lookups, language, *others)
                if value:
                    found.append(FormValue(key, label(field, language, *others), value))
        except BadInput as error:
            wrong.append(error)
    refuse_all(wrong)
    return tuple(found)


def about_field(key: str, what: str, remedy: str = "") -> BadInput:
    """What is wrong with the answer to a field: a form goes there."""
    error = BadInput(what, remedy)
    error.about = ABOUT + key
    return error


def _checked(field: FormField, name: str, value: str, lookups: Lookups, advice: str) -> str:
    most = LONGEST_TEXT if field.multiline else LONGEST_LINE
    if len(value) > most:
        raise BadInput(
            phrase("{field}: {length} characters are too many", field=name, length=len(value)),
            phrase("write at most {most}, and attach the rest as a file", most=most),
        )
    text = neutralise(value).strip() if field.multiline else one_line(value)
    if not text:
        if field.required:
            raise BadInput(phrase("{field} is missing", field=name), phrase("fill in the field `{key}`", key=field.key))
        return ""
    match field.kind:
        case FieldKind.TEXT:
            return _text(field, name, text, advice)
        case FieldKind.CHOICE:
            return _choice(field, name, text)
        case FieldKind.NUMBER:
            return _number(name, text)
        case FieldKind.DATE:
            return _day(name, text, lookups.day)
        case FieldKind.PERSON:
            return _person(name, text, lookups.person)
        case FieldKind.UNIT:
            return _known(name, text, lookups.unit, phrase("there is no unit `{text}`", text=_told(text)))
        case FieldKind.EQUIPMENT:
            return _known(name, text, lookups.equipment, phrase("there is no equipment `{text}`", text=_told(text)))
        case FieldKind.FILE:
            return safe_file_name(text)


def _text(field: FormField, name: str, text: str, advice: str) -> str:
    # It was anchored and compiled when the desk file was read: what `re` has compiled it keeps.
    if field.pattern and not compile_pattern(rf"\A(?:{field.pattern})\Z").match(text):
        raise BadInput(
            phrase("{field}: `{text}` is not as it must be", field=name, text=_told(text)),
            advice or phrase("it must match `{pattern}`", pattern=field.pattern),
        )
    return text


def _choice(field: FormField, name: str, text: str) -> str:
    for each in field.choices:
        if each.casefold() == text.casefold():
            return each
    listed = phrase("it is one of {choices}", choices=", ".join(field.choices))
    raise BadInput(
        phrase("{field}: there is no `{text}`", field=name, text=_told(text)),
        did_you_mean(_told(text), field.choices, listed),
    )


def _number(name: str, text: str) -> str:
    plain = _GROUPED.sub("", text).replace("−", "-")
    if _TWO_MEANINGS.fullmatch(plain):
        raise BadInput(
            phrase("{field}: `{text}` has two meanings", field=name, text=_told(text)),
            phrase("write it without a comma, as 1200 or 1.2"),
        )
    if not _NUMBER.fullmatch(plain):
        raise BadInput(
            phrase("{field}: `{text}` is no number", field=name, text=_told(text)),
            phrase("write it in digits, as 12 or 12.5"),
        )
    number = Decimal(plain.replace(",", "."))
    return f"{number if number else abs(number):f}"


def _day(name: str, text: str, in_words: Callable[[str], date | None]) -> str:
    dotted = _DOTTED_DAY.fullmatch(text)
    found: date | None = None
    try:
        if dotted is not None:
            found = date(int(dotted[3]), int(dotted[2]), int(dotted[1]))
        elif _ISO_DAY.fullmatch(text):
            found = date.fromisoformat(text)
        else:
            found = in_words(text)
    except ValueError:
        found = None
    if found is None:
        raise BadInput(
            phrase("{field}: `{text}` is no date", field=name, text=_told(text)),
            phrase("write it as 2026-11-23 or 23.11.2026"),
        )
    return found.isoformat()


def _person(name: str, text: str, lookup: Lookup) -> str:
    found = lookup(text)
    try:
        return parse_mailbox(text if found is None else found).address
    except BadInput as error:
        raise BadInput(
            phrase("{field}: `{text}` is no mail address", field=name, text=_told(text)), error.remedy
        ) from error


def _known(name: str, text: str, lookup: Lookup, what: str) -> str:
    found = lookup(text)
    if found is None:
        raise BadInput(phrase("{field}: {what}", field=name, what=what), phrase("look for its right name"))
    return found


def _told(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"
