"""One line of the screen: spans of styled text, some of which can be clicked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

STYLES = ("text", "dim", "on", "key", "breached", "at-risk", "loss", "warning", "error", "good", "strong")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar."""

    text: str
    style: str = "text"
    action: str | None = None
    """What a click on it does: an action of the screen."""


class Bar(Widget):
    """A line of parts, from the left edge and from the right one."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"bar--{name}" for name in STYLES}

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
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
        """The line; where both sides do not fit, the left one is cut."""
        width, text = self.size.width, self.get_component_rich_style("bar--text")
        if y:
            return Strip.blank(width, text)
        ending = sum(cell_len(part.text) for part in self._right)
        room = max(0, width - ending)
        self._placed = []
        left = Strip([self._segment(part) for part in self._left]).adjust_cell_length(room, text)
        at = 0
        for part in self._left:
            self._placed.append((at, min(at + cell_len(part.text), room), part))
            at += cell_len(part.text)
        at = room
        for part in self._right:
            self._placed.append((at, at + cell_len(part.text), part))
            at += cell_len(part.text)
        right = Strip([self._segment(part) for part in self._right])
        return Strip.join([left, right]).adjust_cell_length(width, text)

    def _segment(self, part: Part) -> Segment:
        return Segment(part.text, self.get_component_rich_style(f"bar--{part.style}"))

    async def on_click(self, event: events.Click) -> None:
        for start, end, part in self._placed:
            if start <= event.x < end and part.action is not None:
                event.stop()
                await self.screen.run_action(part.action)
                return
