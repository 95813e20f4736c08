"""Finding words in what is laid out: across the lines that a paragraph was broken into, in any letter case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sdesk.tui.render.lines import Line


class Mark(NamedTuple):
    """A stretch of one line: characters from `start` on, before `end`."""

    line: int
    start: int
    end: int


Hit = tuple[Mark, ...]
"""One place where the words stand: a mark for each line that it reaches over."""


def hits(lines: Sequence[Line], words: str) -> list[Hit]:
    """Every place where the words stand, from the top; none for no words."""
    wanted = folded(words.strip())
    if not wanted:
        return []
    found: list[Hit] = []
    for first, group in _paragraphs(lines):
        text, starts = _joined(group)
        text = folded(text)
        at = text.find(wanted)
        while at >= 0:
            found.append(tuple(_marks(first, group, starts, at, at + len(wanted))))
            at = text.find(wanted, at + len(wanted))
    return found


def folded(text: str) -> str:
    """Without letter case, the Russian letter ё as е; every letter stays one letter, so that places are kept."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)
    return lower.replace("ё", "е")


def _paragraphs(lines: Sequence[Line]) -> Iterator[tuple[int, list[Line]]]:
    """Lines that are one paragraph, with the index of the first."""
    first, group = 0, list[Line]()
    for at, each in enumerate(lines):
        if group and each.glue is None:
            yield first, group
            first, group = at, []
        group.append(each)
    if group:
        yield first, group


def _joined(group: Sequence[Line]) -> tuple[str, list[int]]:
    """The paragraph as it was before it was broken, and where each line's part of it begins."""
    text, starts = "", []
    for each in group:
        if text and each.glue:
            text = text.rstrip(" ") + each.glue
        starts.append(len(text))
        text += each.text[each.skip :]
    return text, starts


def _marks(first: int, group: Sequence[Line], starts: Sequence[int], start: int, end: int) -> Iterator[Mark]:
    for place, each in enumerate(group):
        begins = starts[place]
        ends = begins + len(each.text) - each.skip
        if start < ends and end > begins:
            yield Mark(first + place, max(start, begins) - begins + each.skip, min(end, ends) - begins + each.skip)
