"""Bare Textual applications, the floors of the console's figures; run by themselves, they import nothing of ours.

bare.py empty      nothing but a line of text: what a start costs
bare.py table      a DataTable with a cursor: what a key and its frame cost
"""

from __future__ import annotations

import sys
from typing import Any, ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import DataTable, Static

ROWS = 200
COLUMNS = ("sign", "due", "loss", "id", "pr", "subject", "status", "assignee", "requester", "upd")


class Empty(App[None]):
    """One line."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "quit")]

    def compose(self) -> ComposeResult:
        yield Static("READY")


class Table(App[None]):
    """A table as wide as the queue."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quit"),
        Binding("j", "move(1)"),
        Binding("k", "move(-1)"),
    ]

    def compose(self) -> ComposeResult:
        yield Static("READY")
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        table: DataTable[Any] = self.query_one(DataTable)
        table.add_columns(*COLUMNS)
        for row in range(ROWS):
            table.add_row(*(f"{name} {row}" for name in COLUMNS))
        table.focus()

    def action_move(self, lines: int) -> None:
        """Move the cursor."""
        table: DataTable[Any] = self.query_one(DataTable)
        table.move_cursor(row=table.cursor_row + lines, animate=False)


if __name__ == "__main__":
    {"empty": Empty, "table": Table}[sys.argv[1]]().run()
