"""A few answers of which one holds, as `(x)` and `( )`: seen without colour, chosen with the arrows or a click."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

GAP = 3
"""Cells between answers that stand in one line."""


class Picks(Widget, can_focus=True):
    """One of several, below each other or in one line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,right,j,l,о,д,space", "step(1)", show=False),
        Binding("up,left,k,h,л,р", "step(-1)", show=False),
    ]

    class Changed(Message):
        """Another one holds."""

        def __init__(self, picks: Picks) -> None:
            super().__init__()
            self.picks = picks

        @property
        def control(self) -> Picks:
            """Where."""
            return self.picks

    chosen: reactive[int] = reactive(0)
    """Which one holds."""

    def __init__(self, labels: Sequence[str], *, id: str, chosen: int = 0, in_line: bool = False) -> None:
        super().__init__(id=id)
        self._labels, self._in_line = tuple(labels), in_line
        self.set_reactive(Picks.chosen, chosen)

    def offer(self, labels: Sequence[str]) -> None:
        """Other answers, of which the first one holds."""
        self._labels = tuple(labels)
        self.chosen = 0
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One line each, or one line."""
        return 1 if self._in_line else len(self._labels)

    def render(self) -> Text:
        """All of them; the one that holds has a cross, and a `>` while the keys are here."""
        signs = [f"({'x' if place == self.chosen else ' '}) {label}" for place, label in enumerate(self._labels)]
        here = [">" if place == self.chosen and self.has_focus else " " for place in range(len(signs))]
        if self._in_line:
            return Text((" " * (GAP - 1)).join(map("".join, zip(here, signs, strict=True))), no_wrap=True)
        return Text("\n".join(f"{mark} {sign}" for mark, sign in zip(here, signs, strict=True)), no_wrap=True)

    def watch_chosen(self) -> None:
        """Tell the form."""
        self.post_message(self.Changed(self))

    def action_step(self, by: int) -> None:
        """The next one, or the one before; around at the ends."""
        self.chosen = (self.chosen + by) % len(self._labels)

    def on_click(self, event: events.Click) -> None:
        if not self._in_line:
            if 0 <= event.y < len(self._labels):
                self.chosen = event.y
            return
        at = 0
        for place, label in enumerate(self._labels):
            end = at + 1 + len("(x) ") + cell_len(label)
            if at <= event.x < end:
                self.chosen = place
            at = end + GAP - 1
