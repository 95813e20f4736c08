"""One line of the screen: spans of styled text, some of which can be clicked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from sdesk.tui.palette import palette_of
from sdesk.tui.render.columns import fit

GAP = 2
"""Cells between both sides."""


class Part(NamedTuple):
    """A piece of a bar."""

    text: str
    style: str = "text"
    action: str | None = None
    """What a click on it does: an action of the screen."""


class Bar(Widget):
    """A line of parts, from the left edge and from the right one."""

    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None, classes: str | None = None, ground: str = "background") -> None:
        """`ground`: the colour behind it, of `sdesk.tui.palette`."""
        super().__init__(id=id, classes=classes)
        self._ground = ground
        self._left: tuple[Part, ...] = ()
        self._right: tuple[Part, ...] = ()
        self._placed: list[tuple[int, int, Part]] = []

    @property
    def plain_text(self) -> str:
        """What it says."""
        return "".join(part.text for part in (*self._left, *self._right))

    def show(self, left: Sequence[Part], right: Sequence[Part] = ()) -> None:
        """Say something else; painted only if it differs."""
        if (tuple(left), tuple(right)) != (self._left, self._right):
            before = cell_len(self.plain_text)
            self._left, self._right = tuple(left), tuple(right)
            self.refresh(layout=self.styles.is_auto_width and cell_len(self.plain_text) != before)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As wide as what it says, where the stylesheet says auto."""
        return cell_len(self.plain_text)

    def render_line(self, y: int) -> Strip:
        """The line; what does not fit is cut with a sign, and the sides never touch."""
        width, text = self.size.width, palette_of(self.app).style("text", self._ground)
        if y:
            return Strip.blank(width, text)
        left, right = both_sides(self._left, self._right, width)
        ending = sum(cell_len(part.text) for part in right)
        self._placed = [*_places(left, 0), *_places(right, width - ending)]
        before = Strip([self._segment(part) for part in left]).adjust_cell_length(max(0, width - ending), text)
        after = Strip([self._segment(part) for part in right])
        return Strip.join([before, after]).adjust_cell_length(width, text)

    def _segment(self, part: Part) -> Segment:
        return Segment(part.text, palette_of(self.app).style(part.style, self._ground))

    async def on_click(self, event: events.Click) -> None:
        for start, end, part in self._placed:
            if start <= event.x < end and part.action is not None:
                event.stop()
                await self.screen.run_action(part.action)
                return


def both_sides(left: Sequence[Part], right: Sequence[Part], width: int) -> tuple[list[Part], list[Part]]:
    """What of each side fits; `GAP` cells at least stay between them. The right side keeps a third of the width."""
    beginning, ending = (sum(cell_len(part.text) for part in side) for side in (left, right))
    gap = GAP if beginning and ending else 0
    if beginning + gap + ending > width:
        ending = min(ending, max(width - beginning - gap, width // 3))
    return cut(left, max(0, width - ending - gap)), cut(right, ending)


def cut(parts: Sequence[Part], width: int) -> list[Part]:
    """As much of the parts as fits, with `…` where something is left out."""
    if sum(cell_len(part.text) for part in parts) <= width:
        return list(parts)
    kept: list[Part] = []
    for part in parts:
        size = cell_len(part.text)
        if size >= width:
            # Wider than what is left, or as wide, with more to come: the sign stands for it.
            words = part.text if size > width else part.text + " "
            words = fit(words, width) if width > 1 else "…"
            return [*kept, Part(words, part.style, part.action)] if width > 0 else kept
        kept.append(part)
        width -= size
    return kept


def _places(parts: Sequence[Part], at: int) -> list[tuple[int, int, Part]]:
    places = []
    for part in parts:
        end = at + cell_len(part.text)
        places.append((at, end, part))
        at = end
    return places
