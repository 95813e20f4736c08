"""Lines of styled text that know no terminal: spans of (text, style name), and wrapping by cell width."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.cells import cell_len, chop_cells

from sdesk.tui.render.columns import fit

Span = tuple[str, str]
"""A text and the name of its style."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a pane."""

    spans: tuple[Span, ...] = ()
    opens: bool = False
    """Whether a message begins here."""

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


def wrap(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` cells: at blanks where it can, within a word where it must.

    Line breaks stay; a line's own indentation is kept on the lines that continue it.
    """
    width = max(1, width)
    wrapped: list[str] = []
    for paragraph in text.expandtabs(4).split("\n"):
        paragraph = paragraph.rstrip()
        if cell_len(paragraph) <= width:
            wrapped.append(paragraph)
            continue
        body = paragraph.lstrip(" ")
        indent = " " * min(len(paragraph) - len(body), width // 2, max(0, width - 2))
        wrapped += [indent + part for part in _fill(body, width - len(indent))]
    return wrapped


def _fill(text: str, width: int) -> list[str]:
    filled: list[str] = []
    current, used = "", 0
    for word in text.split(" "):
        size = cell_len(word)
        if current and used + 1 + size <= width:
            current, used = f"{current} {word}", used + 1 + size
            continue
        if current:
            filled.append(current)
        *whole, current = chop_cells(word, width) if size > width else [word]
        filled += whole
        used = cell_len(current)
    return [*filled, current]
