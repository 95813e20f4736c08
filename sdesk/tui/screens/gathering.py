"""What stands on the screen while the rows of many tickets are read."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Static

from sdesk.tui.language import count_of
from sdesk.tui.screens.dialog import Dialog


class Gathering(Dialog[None]):
    """Stands while the rows of many tickets are read, so that a key typed meanwhile does nothing below."""

    def __init__(self, count: int) -> None:
        super().__init__(count_of("{count} ticket is read ...", "{count} tickets are read ...", count))

    def fields(self) -> ComposeResult:
        yield Static("", markup=False)
