"""A filter that is wrong: in which of its words the fault is, what is left without it, what is said below the bar."""

from __future__ import annotations

from typing import NamedTuple

from rich.cells import cell_len

from sdesk.domain.filters import pieces_of
from sdesk.domain.safe_text import one_line
from sdesk.tui.language import _
from sdesk.tui.render.lines import wrap

MARGIN = 3
"""Cells before the field, and before what is said below it."""


class Place(NamedTuple):
    """Where in the text the faulty word stands."""

    start: int
    end: int


def place_of(error: str, text: str) -> Place | None:
    """The word that an error is about, which it quotes; of several values, one that begins with the quoted field."""
    pieces = pieces_of(text)
    for piece, start in pieces:
        if f"`{piece}`" in error:
            return Place(start, start + len(piece))
    for piece, start in pieces:
        field, colon, value = piece.lstrip("-").partition(":")
        if colon and f"`{field}:" in error and any(f":{each}`" in error for each in value.split(",")):
            return Place(start, start + len(piece))
    return None


def without(text: str, place: Place | None) -> str:
    """What is left of a filter, which may well be right."""
    if place is None:
        return ""
    return " ".join(f"{text[: place.start]} {text[place.end :]}".split())


def fault_lines(error: str, text: str, *, typed: bool, width: int) -> str:
    """What is wrong, whole, below a sign that points at the place; `typed`: the text stands in the field above."""
    said = wrap(_("not applied: {error}").format(error=one_line(error)), max(20, width - MARGIN - 1))
    place = place_of(error, text) if typed else None
    if place is not None and cell_len(text) < width // 2:  # else the field may have scrolled
        before, size = cell_len(text[: place.start]), cell_len(text[place.start : place.end])
        said.insert(0, " " * before + "^" * size)
    return "\n".join(" " * MARGIN + line for line in said)
