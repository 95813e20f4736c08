"""What the filter may become, in a list below its field: over the queue, which does not move for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from sdesk.tui.palette import palette_of
from sdesk.tui.render.columns import fit

WIDEST = 74


class Line(NamedTuple):
    """A suggestion: what is taken, and what it means."""

    text: str
    about: str = ""


class Suggestions(Widget):
    """Some lines, of which one may be chosen."""

    ALLOW_SELECT = False

    class Taken(Message):
        """A line was clicked."""

        def __init__(self, place: int) -> None:
            super().__init__()
            self.place = place

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.lines: tuple[Line, ...] = ()
        self.chosen: int | None = None
        """Which one Enter takes; None while nobody has gone down into the list."""
        self.display = False

    def show(self, lines: Sequence[Line]) -> None:
        """Offer others; none of them is chosen."""
        self.chosen = None
        if tuple(lines) != self.lines:
            self.lines = tuple(lines)
            self.refresh(layout=True)
        else:
            self.refresh()
        self.display = bool(lines)

    def stand_at(self, column: int) -> None:
        """Below this column, as far as there is room to the right: what stands to the left of it stays in sight."""
        size = self.screen.size
        width = self.get_content_width(size, size)
        self.styles.offset = (max(0, min(column, size.width - width - 2)), 0)

    def step(self, by: int) -> bool:
        """Choose the next one or the one before; up from the first none is. Whether there was anything to choose."""
        if not self.lines or (self.chosen is None and by < 0):
            return False
        at = (-1 if self.chosen is None else self.chosen) + by
        self.chosen = None if at < 0 else min(at, len(self.lines) - 1)
        self.refresh()
        return True

    @property
    def _room(self) -> int:
        return max((cell_len(line.text) for line in self.lines), default=0)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As wide as the widest line."""
        about = max((cell_len(line.about) for line in self.lines), default=0)
        return min(WIDEST, 2 + self._room + (2 + about if about else 0) + 1)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """A line each."""
        return len(self.lines)

    def render_line(self, y: int) -> Strip:
        """One suggestion; the chosen one has a `>`."""
        width = self.size.width
        if y >= len(self.lines):
            return Strip.blank(width)
        line, on = self.lines[y], y == self.chosen
        text = fit(f"{'>' if on else ' '} {line.text}", min(width, self._room + 2))
        about = fit(f"  {line.about}", max(0, width - cell_len(text)))
        palette = palette_of(self.app)
        return Strip(
            [
                Segment(text, palette.style("cursor" if on else "text", "bar")),
                Segment(about, palette.style("cursor" if on else "dim", "bar")),
            ],
            width,
        )

    def on_click(self, event: events.Click) -> None:
        event.stop()
        if 0 <= event.y < len(self.lines):
            self.post_message(self.Taken(event.y))
