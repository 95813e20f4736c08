"""A few answers of which one holds, as `(x)` and `( )`: seen without colour, chosen with the arrows or a click."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget


class Picks(Widget, can_focus=True):
    """One of several."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j,о,space", "step(1)", show=False),
        Binding("up,k,л", "step(-1)", show=False),
    ]

    chosen: reactive[int] = reactive(0)
    """Which one holds."""

    def __init__(self, labels: Sequence[str], *, id: str) -> None:
        super().__init__(id=id)
        self._labels = tuple(labels)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One line each."""
        return len(self._labels)

    def render(self) -> Text:
        """All of them; the one that holds has a cross, and a `>` while the keys are here."""
        lines = []
        for place, label in enumerate(self._labels):
            here = place == self.chosen
            lines.append(f"{'>' if here and self.has_focus else ' '} ({'x' if here else ' '}) {label}")
        return Text("\n".join(lines), no_wrap=True)

    def action_step(self, by: int) -> None:
        """The next one, or the one before; around at the ends."""
        self.chosen = (self.chosen + by) % len(self._labels)

    def on_click(self, event: events.Click) -> None:
        if 0 <= event.y < len(self._labels):
            self.chosen = event.y
