"""A list of prepared lines with a cursor; its keys are those of the screen."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import OptionList
from textual.widgets.option_list import Option


class Letters(OptionList, inherit_bindings=False):
    """Lines, one of which is under the cursor."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, markup=False, compact=True)

    def fill(self, lines: list[str], at: int | None) -> None:
        """Show other lines, with the cursor on one of them."""
        self.clear_options()
        self.add_options([Option(Text(each, no_wrap=True, overflow="ellipsis")) for each in lines])
        self.highlighted = None if not lines or at is None else min(at, len(lines) - 1)

    def move(self, lines: int) -> None:
        """Move the cursor by so many lines."""
        if self.option_count:
            self.highlighted = max(0, min(self.option_count - 1, (self.highlighted or 0) + lines))
