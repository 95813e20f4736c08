"""The palette in the console's language: Textual's own says its two texts in English."""

from __future__ import annotations

from rich.align import Align
from rich.text import Text
from textual.command import CommandList, CommandPalette
from textual.widgets.option_list import Option

from sdesk.tui.language import _

ID = "--command-palette"
"""By which Textual knows that it is open."""


class CommandSearch(CommandPalette):
    """All commands, sought by their words."""

    def __init__(self) -> None:
        super().__init__(placeholder=_("a command, by its name or by what it does"), id=ID)

    def _start_no_matches_countdown(self, search_value: str) -> None:
        self._stop_no_matches_countdown()

        def show() -> None:
            if search_value:
                nothing = Align.center(Text(_("nothing fits")))
                self.query_one(CommandList).add_option(Option(nothing, disabled=True, id=self._NO_MATCHES))
            self._list_visible = bool(search_value)

        self._no_matches_timer = self.set_timer(self._NO_MATCHES_COUNTDOWN, show)
