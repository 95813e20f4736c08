"""Sentences that keep what they were made of, so that a front end can say them in another language.

A `Phrase` is its English sentence: whoever knows nothing of languages prints it as any other text. Its pattern is the
message of a gettext catalogue, its values are put into whatever the catalogue gives for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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

    def said(self, one: Translate, many: TranslateMany) -> str:
        """The sentence in another language; values that are phrases are said in it too."""
        pattern = one(self.pattern) if self.plural is None else many(self.pattern, self.plural, self.number)
        values = {
            name: value.said(one, many) if isinstance(value, Phrase) else value for name, value in self.values.items()
        }
        return pattern.format(**values)


def phrase(pattern: str, /, **values: object) -> Phrase:
    """A sentence of a pattern and its values: `phrase("{ref} is assigned to {who}", ref=ref, who=who)`."""
    return Phrase(pattern, values)


def phrases(pattern: str, plural: str, count: int, /, **values: object) -> Phrase:
    """The same of a count, which both patterns may name as `{count}`."""
    return Phrase(pattern, {"count": count, **values}, plural, count)


def packed(sentence: str) -> dict[str, Any]:
    """A sentence as JSON can hold it, with what it was made of, so that it can be said in another language later."""
    if not isinstance(sentence, Phrase):
        return {"text": sentence}
    values = {
        name: packed(value) if isinstance(value, Phrase) else value if isinstance(value, int) else str(value)
        for name, value in sentence.values.items()
    }
    counted = {} if sentence.plural is None else {"plural": sentence.plural, "number": sentence.number}
    return {"pattern": sentence.pattern, "values": values, **counted}


def unpacked(data: Mapping[str, Any]) -> str:
    """The sentence again."""
    if "pattern" not in data:
        return str(data["text"])
    values = {name: unpacked(value) if isinstance(value, dict) else value for name, value in data["values"].items()}
    return Phrase(data["pattern"], values, data.get("plural"), data.get("number", 1))
