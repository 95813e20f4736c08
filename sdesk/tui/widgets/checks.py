"""Several answers of which any number hold, as `[x]` and `[ ]`: Space changes one, and the list scrolls."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar

from rich.text import Text
from textual import events, on
from textual.binding import Binding, BindingType
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from sdesk.domain.safe_text import one_line


class Checks(OptionList):
    """Any number of several."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "select", show=False),
        Binding("j,о", "cursor_down", show=False),
        Binding("k,л", "cursor_up", show=False),
    ]

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, markup=False, compact=True, classes="checks")
        self._labels: tuple[str, ...] = ()
        self._held: set[int] = set()

    @property
    def held(self) -> tuple[int, ...]:
        """The places of those that hold, in their order."""
        return tuple(sorted(self._held))

    def fill(self, labels: Sequence[str], held: Collection[int] = ()) -> None:
        """Give the answers; those of the places `held` hold."""
        self._labels, self._held = tuple(one_line(label) for label in labels), set(held)
        self.clear_options()
        self.add_options([Option(self._prompt(place)) for place in range(len(self._labels))])
        self.highlighted = (min(held) if held else 0) if self._labels else None

    def on_focus(self, event: events.Focus) -> None:
        if self.highlighted is None and self._labels:
            self.highlighted = 0

    @on(OptionList.OptionSelected)
    def change(self, event: OptionList.OptionSelected) -> None:
        """Space, Enter, a click."""
        event.stop()
        place = event.option_index
        self._held ^= {place}
        self.replace_option_prompt_at_index(place, self._prompt(place))

    def _prompt(self, place: int) -> Text:
        sign = "x" if place in self._held else " "
        return Text(f"[{sign}] {self._labels[place]}", no_wrap=True, overflow="ellipsis")
