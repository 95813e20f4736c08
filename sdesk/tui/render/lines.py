"""Lines of styled text that know no terminal: spans of (text, style name), and wrapping by cell width."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rich.cells import cell_len, chop_cells

from sdesk.tui.render.columns import fit

Span = tuple[str, str]
"""A text and the name of its style."""


class Line(NamedTuple):
    """One line of a pane."""

    spans: tuple[Span, ...] = ()
    opens: int = 0
    """The message that begins here, by its id; 0 for none."""
    glue: str | None = None
    """What stood between this line and the one before, of which it is the rest: a blank, or nothing within a word."""
    skip: int = 0
    """Characters at its beginning that are none of the text: margin and label."""

    @property
    def text(self) -> str:
        """Without styles."""
        return "".join(text for text, _ in self.spans)

    @property
    def cells(self) -> int:
        """Width on screen."""
        return cell_len(self.text)


def line(*spans: Span) -> Line:
    """A line of these spans."""
    return Line(tuple(span for span in spans if span[0]))


def edges(left: Iterable[Span], right: Iterable[Span], width: int) -> Line:
    """Spans at the left edge and at the right one; the left gives way where both do not fit."""
    ending = [span for span in right if span[0]]
    room = width - sum(cell_len(text) for text, _ in ending) - (1 if ending else 0)
    beginning: list[Span] = []
    for text, style in left:
        size = cell_len(text)
        if size > room:
            if room > 0:
                beginning.append((fit(text, room), style))
            room = 0
            break
        beginning.append((text, style))
        room -= size
    blank = [(" " * (room + (1 if ending else 0)), "text")] if ending else []
    return line(*beginning, *blank, *ending)


class Piece(NamedTuple):
    """What of a text stands on one line."""

    text: str
    glue: str | None = None
    """For what goes on from the piece before: what stood between them."""
    indent: int = 0
    """Blanks at its beginning that the text does not have there."""


def wrap(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` cells: at blanks where it can, within a word where it must.

    Line breaks stay; a line's own indentation is kept on the lines that continue it.
    """
    return [piece.text for piece in pieces(text, width)]


def pieces(text: str, width: int) -> Iterator[Piece]:
    """The same one by one, so that nobody pays for what is never shown."""
    width = max(1, width)
    start = 0
    while start <= len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        paragraph = text[start:end].expandtabs(4).rstrip()
        start = end + 1
        if cell_len(paragraph) <= width:
            yield Piece(paragraph)
            continue
        body = paragraph.lstrip(" ")
        indent = min(len(paragraph) - len(body), width // 2, max(0, width - 2))
        for part, glue in _fill(body, width - indent):
            yield Piece(" " * indent + part, glue, indent if glue is not None else 0)


def _fill(text: str, width: int) -> Iterator[tuple[str, str | None]]:
    glue: str | None = None
    current, used = "", 0
    for word in text.split(" "):
        size = cell_len(word)
        if current and used + 1 + size <= width:
            current, used = f"{current} {word}", used + 1 + size
            continue
        if current:
            yield current, glue
            glue = " "
        *whole, current = chop_cells(word, width) if size > width else [word]
        for part in whole:
            yield part, glue
            glue = ""
        used = cell_len(current)
    yield current, glue
