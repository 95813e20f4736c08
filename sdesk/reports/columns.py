"""Columns of a table in a fixed font: how wide a text is, which columns fit on a line, what is cut."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import combining, east_asian_width

from sdesk.reports.page import Heading

GAP = 2
"""Blanks between two columns."""
_LEAST = 10
"""What is left of a column that is cut."""
_ELLIPSIS = "…"


def fitted(headings: Sequence[Heading], widths: list[int], room: int) -> list[int]:
    """The columns that fit into `room`; `widths` of those that may be cut are made smaller.

    Spare ones go first, from the right; then what may be cut is. Where that is not enough, what is typed stays alone.
    """
    shown = list(range(len(headings)))

    def over() -> int:
        return sum(widths[place] for place in shown) + GAP * (len(shown) - 1) - room

    giving = [place for place in shown if headings[place].cut or headings[place].wrap]
    for place in [place for place in reversed(shown) if headings[place].spare]:
        if over() <= sum(max(widths[each] - _LEAST, 0) for each in giving):
            break
        shown.remove(place)
    while over() > 0 and giving and max(widths[place] for place in giving) > _LEAST:
        widths[max(giving, key=lambda place: widths[place])] -= 1
    if any(heading.typed for heading in headings):
        for place in [place for place in reversed(shown) if not headings[place].typed]:
            if over() <= 0:
                break
            shown.remove(place)
    return shown


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
