"""The field of the filter bar: its Tab, arrows and Esc are about suggestions and earlier filters."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input


class FilterField(Input):
    """One line of the filter language."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", show=False),
        Binding("down", "step(1)", show=False),
        Binding("up", "step(-1)", show=False),
    ]

    class Completed(Message):
        """The suggestion is wanted."""

    class Stepped(Message):
        """The next suggestion, or an earlier filter, is wanted."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    def insert_text_at_cursor(self, text: str) -> None:
        """What is typed; a blank behind the blank that stands there already is that one."""
        if text != " " or self.cursor_position < len(self.value) or not self.value.endswith(" "):
            super().insert_text_at_cursor(text)

    def action_complete(self) -> None:
        """Tab."""
        self.post_message(self.Completed())

    def action_step(self, by: int) -> None:
        """Up and down."""
        self.post_message(self.Stepped(by))
