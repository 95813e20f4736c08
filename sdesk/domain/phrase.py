"""Sentences that keep what they were made of, so that a front end can say them in another language.

A `Phrase` is its English sentence: whoever knows nothing of languages prints it as any other text. Its pattern is the
message of a gettext catalogue, its values are put into whatever the catalogue gives for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

Translate = Callable[[str], str]
"""Gives a pattern in the reader's language, or as it is."""
TranslateMany = Callable[[str, str, int], str]
"""The same for one of a count: singular pattern, plural pattern, count."""


class Phrase(str):
    """A sentence in English, with its pattern and values."""

    pattern: str
    plural: str | None
    """For another number than one; None where nothing is counted."""
    number: int
    values: Mapping[str, object]

    def __new__(cls, pattern: str, values: Mapping[str, object], plural: str | None = None, count: int = 1) -> Phrase:
        """A pattern with `{name}` for each value; with `plural`, `{count}` is a value too."""
        chosen = pattern if plural is None or count == 1 else plural
        made = super().__new__(cls, chosen.format(**values))
        made.pattern, made.plural, made.number, made.values = pattern, plural, count, values
        return made

    def __getnewargs__(self) -> tuple[str, Mapping[str, object], str | None, int]:  # type: ignore[override]
        """What a copy is made of."""
        return self.pattern, self.values, self.plural, self.number

    def said(self, one: Translate, many: TranslateMany) -> str:
        """The sentence in another language; values that are phrases, or words of the desk, are said in it too."""
        pattern = one(self.pattern) if self.plural is None else many(self.pattern, self.plural, self.number)
        return pattern.format(**{name: _value(value, one, many) for name, value in self.values.items()})


class Length(str):
    """A length of time as it is written in English, `3h10m`: another language has other letters for the units."""

    def said(self, one: Translate) -> str:
        """With the letters of another language, as the catalogue gives them for `UNITS`."""
        return self.translate(str.maketrans(UNITS, one(UNITS)))


UNITS = "wdhms"
"""Weeks, days, hours, minutes, seconds."""


def _value(value: object, one: Translate, many: TranslateMany) -> object:
    if isinstance(value, Phrase):
        return value.said(one, many)
    if isinstance(value, Length):
        return value.said(one)
    return one(value.value) if isinstance(value, StrEnum) else value


def phrase(pattern: str, /, **values: object) -> Phrase:
    """A sentence of a pattern and its values: `phrase("{ref} is assigned to {who}", ref=ref, who=who)`."""
    return Phrase(pattern, values)


def phrases(pattern: str, plural: str, count: int, /, **values: object) -> Phrase:
    """The same of a count, which both patterns may name as `{count}`."""
    return Phrase(pattern, {"count": count, **values}, plural, count)


def N_(text: str) -> str:
    """A pattern that becomes a phrase later: marked for the catalogue, given as it is."""
    return text


def noun(word: str) -> Phrase:
    """A word that stands elsewhere in the catalogue, as the value of another phrase."""
    return Phrase(word, {})


def joined(separator: str, parts: Iterable[str]) -> Phrase:
    """Phrases, and texts of people, in a row; empty ones are left out."""
    values = {f"part{place}": part for place, part in enumerate(filter(None, parts))}
    return Phrase(separator.join(f"{{{name}}}" for name in values), values)


def packed(sentence: str) -> dict[str, Any]:
    """A sentence as JSON can hold it, with what it was made of, so that it can be said in another language later."""
    if not isinstance(sentence, Phrase):
        return {"text": sentence}
    values = {name: _packed(value) for name, value in sentence.values.items()}
    counted = {} if sentence.plural is None else {"plural": sentence.plural, "number": sentence.number}
    return {"pattern": sentence.pattern, "values": values, **counted}


def _packed(value: object) -> object:
    match value:
        case Phrase():
            return packed(value)
        case StrEnum():
            # A word of the desk stands in the catalogue; a text of people does not.
            return packed(noun(value.value))
        case datetime():
            return {"instant": value.isoformat()}
        case int() | float() | None:
            return value
    return str(value)


def unpacked(data: Mapping[str, Any]) -> str:
    """The sentence again."""
    if "pattern" not in data:
        return str(data["text"])
    values = {name: _unpacked(value) for name, value in data["values"].items()}
    return Phrase(data["pattern"], values, data.get("plural"), data.get("number", 1))


def _unpacked(value: Any) -> object:
    if not isinstance(value, dict):
        return value
    return datetime.fromisoformat(value["instant"]) if "instant" in value else unpacked(value)
