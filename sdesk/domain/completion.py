"""What may be meant by a filter that is half typed: fields, then their values, the likeliest first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple, TypeVar

from sdesk.domain.filter_fields import BY_NAME, FIELDS, INSTANTS, WORDS
from sdesk.domain.filters import NEGATION, pieces_of

Item = TypeVar("Item")

MOST = 12
"""Suggestions at a time."""

_SIGN = re.compile(r"not:|-(?=.)")

_AHEAD = ("..1h", "..4h", "today", "tomorrow", "..fri", "2h..1d")
_BACK = ("today", "yesterday", "-1h..", "-7d..", "-30d..", "mon..")
MOMENTS: Mapping[str, tuple[str, ...]] = {
    **{name: _AHEAD if BY_NAME[name].ahead else _BACK for name in sorted(INSTANTS)},
    "left": ("..1h", "..4h", "..-1h", "0m..2h"),
}
"""Examples for what takes any instant, or any length of time."""


class Name(NamedTuple):
    """A value that a field may have on this desk."""

    key: str
    about: str = ""
    """What it is called; it finds the value too."""


Known = Mapping[str, tuple[Name, ...]]
"""Names by field."""


class Suggestion(NamedTuple):
    """A piece of the filter, and what it would become."""

    start: int
    end: int
    text: str
    field: str
    """Of which field it is a value; empty where it is a field itself."""
    about: str = ""

    def into(self, text: str) -> tuple[str, int]:
        """The filter with it, and where the cursor stands then."""
        return text[: self.start] + self.text + text[self.end :], self.start + len(self.text)


def suggest(text: str, cursor: int, known: Known, *, asked: bool = False, most: int = MOST) -> tuple[Suggestion, ...]:
    """What the word under the cursor may become; nothing for an empty one, unless it was `asked` for."""
    start, end = _word(text, cursor)
    sign = _SIGN.match(text, start, end)
    start = sign.end() if sign is not None and sign.end() <= cursor else start
    typed, whole = text[start:cursor], text[start:end]
    if not typed and not asked and sign is None:
        return ()
    name, colon, _ = whole.partition(":")
    if colon and name in FIELDS and cursor > start + len(name):
        return _values(name, text, start + len(name) + 1, cursor, end, known)[:most]
    end = start + len(name) + 1 if colon else end
    names = FIELDS if sign is not None else (*FIELDS, NEGATION.rstrip(":"))
    fitting = ranked(names, typed, lambda name: (name,))
    fields = [Suggestion(start, end, f"{field}:", "") for field in fitting if f"{field}:" != whole]
    begun = [field for field in fields if folded(field.text).startswith(folded(typed))]
    values = list(_anywhere(typed, start, end, known)) if len(typed) > 1 else []
    return tuple([*begun, *values, *(field for field in fields if field not in begun)][:most])


def _word(text: str, cursor: int) -> tuple[int, int]:
    for word, start in pieces_of(text):
        if start <= cursor <= start + len(word):
            return start, start + len(word)
    return cursor, cursor


def _values(field: str, text: str, start: int, cursor: int, end: int, known: Known) -> tuple[Suggestion, ...]:
    """Of several alternatives that stand between commas, the one under the cursor; the others are not offered again."""
    begin = max(start, text.rfind(",", start, cursor) + 1)
    stop = text.find(",", cursor, end)
    stop = end if stop < 0 else stop
    typed = text[begin:cursor].replace('"', "")
    beside = f"{text[start:begin]},{text[stop:end]}".split(",")
    others = {part.strip('"').casefold() for part in beside}
    names = [name for name in _names(field, known) if name.key.casefold() not in others]
    found = ranked(names, typed, lambda name: (name.key, name.about))
    if len(found) == 1 and found[0].key == typed:
        return ()
    return tuple(Suggestion(begin, stop, _quoted(name.key), field, name.about) for name in found)


def _anywhere(typed: str, start: int, end: int, known: Known) -> Iterator[Suggestion]:
    """Values of any field that begin so: who types a colleague's name need not know which field has it."""
    wanted = folded(typed)
    for field in FIELDS:
        for name in () if field in MOMENTS else _names(field, known):
            words = (name.key, *name.about.split())
            if name.key not in {"none"} and any(folded(word).startswith(wanted) for word in words):
                yield Suggestion(start, end, f"{field}:{_quoted(name.key)}", field, name.about)


def _names(field: str, known: Known) -> tuple[Name, ...]:
    if field in WORDS:
        return tuple(Name(word.value) for word in WORDS[field])
    fixed = MOMENTS.get(field, tuple(BY_NAME[field].special))
    return (*map(Name, fixed), *known.get(field, ()))


def _quoted(key: str) -> str:
    return f'"{key}"' if re.search(r"\s", key) else key


def folded(text: str) -> str:
    """As it is sought: letter case and ё make no difference."""
    return text.casefold().replace("ё", "е")


def ranked(items: Iterable[Item], typed: str, words_of: Callable[[Item], tuple[str, ...]]) -> list[Item]:
    """Those that fit, the likeliest first: begins so, has a word that begins so, holds it; of the first of its words
    it is enough that it holds the letters in their order."""
    wanted = folded(typed)
    if not wanted:
        return list(items)
    places: list[tuple[int, int, Item]] = []
    for at, item in enumerate(items):
        first, *others = (_place(folded(text), wanted) for text in words_of(item))
        place = min([first, *(each for each in others if each < _LETTERS)])
        if place < _NOT:
            places.append((place, at, item))
    return [item for place, at, item in sorted(places, key=lambda found: found[:2])]


_LETTERS, _NOT = 3, 9


def _place(text: str, wanted: str) -> int:
    if text.startswith(wanted):
        return 0
    if any(word.startswith(wanted) for word in re.split(r"[\W_]+", text)):
        return 1
    if wanted in text:
        return 2
    letters = iter(text)
    return _LETTERS if all(letter in letters for letter in wanted) else _NOT
