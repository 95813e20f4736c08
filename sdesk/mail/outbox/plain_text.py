"""A text as mail carries it: 72 columns that a reader's program may join again (format=flowed, RFC 3676)."""

from __future__ import annotations

import re

WIDTH = 72
QUOTED_LINES = 60
QUOTED_CHARACTERS = 4000

_STUFFED = re.compile(r"[ >]|From ")


def flowed(text: str) -> str:
    """Break long lines softly. A word that is longer than a line, as links are, stays whole; quotations stay as they
    are."""
    return "\n".join(part for line in text.split("\n") for part in _flowed_line(line))


def quotation(text: str) -> str:
    """A text with `> ` before each line, broken hard, and cut where it is long: the reader has the whole of it."""
    lines: list[str] = []
    for line in text[:QUOTED_CHARACTERS].rstrip().split("\n"):
        lines += [f"{'>' if part.startswith('>') else '> '}{part}".rstrip() for part in _broken(line.rstrip(), WIDTH)]
    if len(lines) > QUOTED_LINES or len(text.rstrip()) > QUOTED_CHARACTERS:
        lines = [*lines[:QUOTED_LINES], "> [...]"]
    return "\n".join(lines)


def _flowed_line(line: str) -> list[str]:
    if line == "-- ":
        return [line]
    line = line.rstrip(" ")
    if line.startswith(">"):
        return [line]
    parts = _broken(line, WIDTH)
    softly = [f"{part} " for part in parts[:-1]] + parts[-1:]
    # Space-stuffing: what begins like a quotation or an mbox separator would be taken for one.
    return [f" {part}" if _STUFFED.match(part) else part for part in softly]


def _broken(line: str, width: int) -> list[str]:
    """A line in pieces of `width` at most, but for words that are longer; the blank between two pieces is left out."""
    pieces = []
    while len(line) > width:
        cut = line.rfind(" ", 1, width + 1)
        # The indent of a line is no place to break it.
        if cut <= 0 or not line[:cut].strip():
            cut = line.find(" ", max(width, len(line) - len(line.lstrip(" "))))
        if cut < 0:
            break
        pieces.append(line[:cut].rstrip(" "))
        line = line[cut:].lstrip(" ")
    return [*pieces, line]
