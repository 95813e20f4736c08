"""The board on the office's screen: for all eyes, without keys, for weeks.

It names no requester and shows no word of a mail. Where the store cannot be read it says so, and since when, and goes
on as soon as it can; no error ends it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import ClassVar
from zoneinfo import ZoneInfo

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.filter import LineFilter
from textual.screen import Screen
from textual.widgets import Digits, Static

from sdesk.domain.errors import SdeskError, Unavailable
from sdesk.domain.safe_text import one_line
from sdesk.store.reader import Reader
from sdesk.store.reader.personal_rows import LastChange
from sdesk.tui import terminal, themes
from sdesk.tui.board_reading import Board, read_board
from sdesk.tui.drawing import PlainSigns, draw_in_ascii
from sdesk.tui.hand import Hand
from sdesk.tui.language import _, told
from sdesk.tui.render.board import headline
from sdesk.tui.render.signals import clock_text, day_text
from sdesk.tui.settings import THEMES, ConsoleSettings, begin_to_speak
from sdesk.tui.sizes import HEIGHTS, WIDTHS
from sdesk.tui.stylesheet import rules_of
from sdesk.tui.widgets.bar import Bar, Part
from sdesk.tui.widgets.panels import Panels

LOOK_EVERY = 5.0
"""Seconds between two looks whether anything has changed, or whether the store is back."""
READ_EVERY = 60.0
"""Seconds after which all is read again in any case."""


class OfficeScreen(Screen[None]):
    """What there is to see."""

    CSS_PATH = rules_of("board", "office")

    def __init__(self) -> None:
        super().__init__()
        self.panels = Panels(public=True)
        self.header, self.state = Bar(id="header", ground="bar"), Bar(id="status")
        self.clock = Digits("", id="clock")

    def compose(self) -> ComposeResult:
        yield Static(_("sdesk needs at least 60 columns and 15 rows."), id="too-small")
        with Horizontal(id="top"):
            yield self.header
            yield self.clock
        yield self.panels
        yield self.state


class OfficeBoard(App[None], inherit_bindings=False):
    """The program of the office's screen."""

    CSS_PATH = "console.tcss"
    TITLE = "sdesk"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,й", "leave", show=False),
        Binding("ctrl+c", "leave", show=False, priority=True),
    ]

    def __init__(self, *, store: Path, login: str, now: Callable[[], datetime], settings: ConsoleSettings) -> None:
        if os.environ.get("NO_COLOR") == "":
            del os.environ["NO_COLOR"]  # as the console does: only a value that is not empty asks for no colour
        super().__init__(driver_class=terminal.Terminal, ansi_color=True if "NO_COLOR" in os.environ else None)
        self.path, self.login, self.now, self.settings = store, login, now, settings
        self.board: Board | None = None
        self.since: datetime | None = None
        """Since when the store cannot be read."""
        self.trouble = ""
        """Why."""
        self._stand: LastChange | None = None
        self._asking = False
        self._read_at = 0.0
        # Each look opens the store anew: one that is held open hides that the file is gone, or is another one by now.
        self._hand: Hand[Path] = Hand("sdesk-board", lambda: store, lambda path: None)
        self.office = OfficeScreen()
        draw_in_ascii(settings.ascii)
        self._plain_signs = PlainSigns(enabled=settings.ascii)
        for theme in themes.ALL:
            self.register_theme(theme)
        self.theme = settings.theme if settings.theme in THEMES else THEMES[0]

    @property
    def busy(self) -> bool:
        """Whether it is reading."""
        return self._hand.busy

    def on_mount(self) -> None:
        self.push_screen(self.office)
        terminal.end_with(self, self.exit)
        self._hand.start()
        self.set_interval(1.0, self._tick)
        self.set_interval(LOOK_EVERY, self.look)
        self.call_after_refresh(self._tick)
        self.call_after_refresh(self.look)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own, and the one that leaves ASCII alone."""
        filters = super().get_line_filters()
        return [*filters, self._plain_signs] if self._plain_signs.enabled else filters

    def on_unmount(self) -> None:
        self._hand.stop(2)

    def on_resize(self) -> None:
        self.call_after_refresh(self._tick)

    def action_leave(self) -> None:
        """End."""
        self.exit()

    # ---- reading --------------------------------------------------------------------------------

    def look(self, *, anew: bool = False) -> None:
        """Read if anything has changed, if it was long ago, or if it failed; never twice at once."""
        if self._asking:
            return
        self._asking = True
        now, known, mailboxes = self.now(), self._stand, self.settings.mailboxes
        if anew or self.since is not None or time.monotonic() - self._read_at >= READ_EVERY:
            known = None

        def read(path: Path) -> tuple[LastChange, Board] | None:
            try:
                with Reader(path) as reader:
                    stand = reader.last_change()
                    if stand == known:
                        return None
                    return stand, read_board(reader, reader.actor(self.login), now, mailboxes)
            except SdeskError:
                raise
            except Exception as error:
                # Whatever it is: the screen has nobody who would start it again.
                raise Unavailable(_("the figures cannot be made: {error}").format(error=error)) from error

        self._hand.ask(self, read, self._read, self._not_read)

    def _read(self, found: tuple[LastChange, Board] | None) -> None:
        self._asking = False
        self.since, self.trouble = None, ""
        if found is not None:
            self._read_at = time.monotonic()
            self._stand, self.board = found
            try:
                self.office.panels.show(self.board)
            except Exception as error:
                self._failed(f"{error}")
        self._tick()

    def _not_read(self, error: SdeskError) -> None:
        self._asking = False
        self._failed(told(error.what))
        self._tick()

    def _failed(self, why: str) -> None:
        self._stand = None
        self.since, self.trouble = self.since or self.now(), one_line(why)

    # ---- showing ----------------------------------------------------------------------------------

    @property
    def _zone(self) -> ZoneInfo:
        return self.board.zone if self.board is not None else ZoneInfo("UTC")

    def _tick(self) -> None:
        if terminal.is_gone(self):
            self.exit()
            return
        local, screen = self.now().astimezone(self._zone), self.office
        screen.clock.update(f"{local:%H:%M}")
        screen.header.show(headline(self.board, screen.size.width), [Part(f"{day_text(local)} {local:%H:%M} ", "text")])
        if self.since is not None:
            since = clock_text(self.since.astimezone(self._zone), local)
            words = _("The store cannot be read since {time}: {why}").format(time=since, why=self.trouble)
            screen.state.show([Part(f" !! {words}", "error")])
        elif self.board is None:
            screen.state.show([Part(" " + _("reading ..."), "dim")])
        else:
            read = clock_text(self.board.at.astimezone(self._zone), local)
            screen.state.show(
                [Part(" " + _("as of {time}").format(time=read), "dim")], [Part(_("q ends") + " ", "dim")]
            )


def run_board(*, store: Path, login: str, now: Callable[[], datetime], settings: ConsoleSettings) -> bool:
    """Show the board on this terminal until somebody ends it; False after a bug. BadInput as for the console."""
    begin_to_speak(settings)
    board = OfficeBoard(store=store, login=login, now=now, settings=settings)
    board.run(mouse=False)
    return not board.return_code
