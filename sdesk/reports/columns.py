"""Columns of a table in a fixed font: how wide a text is, which columns fit on a line, what is cut."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from unicodedata import combining, east_asian_width

from sdesk.reports.page import Heading

GAP = 2
"""Blanks between two columns."""
_LEAST = 10
"""What is left of a column that is cut."""
_ELLIPSIS = "…"


def fitted(headings: Sequence[Heading], widths: list[int], room: int) -> list[int]:
    """The columns that fit into `room`; `widths` of those that give way are made smaller.

    Spare ones go first, from the right; then heads are broken into lines, and what may be cut is. Where that is not
    enough, what is typed stays alone.
    """
    shown = list(range(len(headings)))

    def over() -> int:
        return sum(widths[place] for place in shown) + GAP * (len(shown) - 1) - room

    least = {place: heading.folds for place, heading in enumerate(headings) if heading.folds}
    folding = set(least)
    least |= {place: _LEAST for place, heading in enumerate(headings) if heading.cut or heading.wrap}
    for place in [place for place in reversed(shown) if headings[place].spare]:
        if over() <= sum(max(widths[each] - least[each], 0) for each in least if each in shown):
            break
        shown.remove(place)
    for giving in (folding, set(least) - folding):
        while over() > 0 and (left := [each for each in shown if each in giving and widths[each] > least[each]]):
            widths[max(left, key=lambda place: widths[place])] -= 1
    if any(heading.typed for heading in headings):
        for place in [place for place in reversed(shown) if not headings[place].typed]:
            if over() <= 0:
                break
            shown.remove(place)
    return shown


def heads(headings: Sequence[Heading], widths: Sequence[int], shown: Sequence[int]) -> list[list[str]]:
    """The heads of what is shown, line by line: those that are broken into several end on the last."""
    broken = [
        folded(headings[place].text, widths[place]) if headings[place].folds else [headings[place].text]
        for place in shown
    ]
    most = max(map(len, broken), default=1)
    return [list(line) for line in zip(*([""] * (most - len(each)) + each for each in broken), strict=True)]


def folded(text: str, width: int) -> list[str]:
    """A text in lines of `width` columns: between words, and within one that is longer than a line."""
    lines = [""]
    for word in text.split():
        for piece in _pieces(word, width):
            longer = f"{lines[-1]} {piece}".strip()
            if width_of(longer) <= width and not lines[-1].endswith("-"):
                lines[-1] = longer
            else:
                lines.append(piece)
    return [each for each in lines if each] or [""]


def _pieces(word: str, width: int) -> list[str]:
    """A word in pieces of about the same length, each with its hyphen."""
    if width_of(word) <= width or width < 2:
        return [word]
    room = ceil(width_of(word) / ceil(width_of(word) / (width - 1)))
    pieces = [""]
    for sign in word:
        if pieces[-1] and width_of(pieces[-1] + sign) > room:
            pieces.append("")
        pieces[-1] += sign
    return [f"{piece}-" for piece in pieces[:-1]] + pieces[-1:]


def width_of(text: str) -> int:
    """How many columns a text takes in a fixed font."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(sign) else 2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def padded(text: str, width: int, *, right: bool) -> str:
    """A text in exactly `width` columns, cut short where it is longer."""
    if width_of(text) > width:
        while width_of(text) >= width and text:
            text = text[:-1]
        text = text.rstrip() + _ELLIPSIS
    blanks = " " * (width - width_of(text))
    return blanks + text if right else text + blanks
