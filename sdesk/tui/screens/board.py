"""The board: the four questions on one screen. What burns, who has what, how it went, what falls due, what comes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.timer import Timer
from textual.widgets import Static

from sdesk.domain.errors import SdeskError
from sdesk.store.reader.rows import TicketRow
from sdesk.tui.actions import Context, bindings_of, footer_of
from sdesk.tui.board_reading import Board, read_board
from sdesk.tui.language import _
from sdesk.tui.render.board import headline
from sdesk.tui.render.headline import footer_parts
from sdesk.tui.render.signals import day_text
from sdesk.tui.screens.base import DeskScreen
from sdesk.tui.stylesheet import rules_of
from sdesk.tui.widgets.bar import Bar, Part
from sdesk.tui.widgets.panel import RowList
from sdesk.tui.widgets.panels import Panels

if TYPE_CHECKING:
    from sdesk.tui.app import Console

EVERY = 60.0
"""Seconds after which it is read again in any case, since time itself makes promises break."""
REST = 5.0
"""Seconds between two reads, however often the store changes."""


class BoardScreen(DeskScreen):
    """The board of the console."""

    CSS_PATH = rules_of("board")
    CONTEXT = Context.BOARD
    BINDINGS = bindings_of(Context.BOARD)
    AUTO_FOCUS = "#burning .rows"

    def __init__(self) -> None:
        super().__init__()
        self.panels = Panels()
        self._bars = {name: Bar(id=name, ground="bar") for name in ("header", "footer")}
        self._board: Board | None = None
        self._asking = False
        self._read_at = 0.0
        """By the clock that only goes forward."""
        self._later: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Static(_("sdesk needs at least 60 columns and 15 rows."), id="too-small")
        yield self._bars["header"]
        yield self.panels
        yield self.status_bar
        yield self._bars["footer"]

    def on_mount(self) -> None:
        self.show_notice()
        self.call_after_refresh(self._show_bars)
        self.read_board()
        self.set_interval(1.0, self._show_clock)
        self.set_interval(EVERY, self.read_board)

    def on_resize(self) -> None:
        self.call_after_refresh(self._show_bars)

    # ---- reading --------------------------------------------------------------------------------

    def store_changed(self) -> None:
        """Somebody wrote: read it again, but not all the time."""
        wait = self._read_at + REST - time.monotonic()
        if wait <= 0 and not self._asking:
            self.read_board()
        elif self._later is None:
            self._later = self.set_timer(max(wait, 0.5), self._read_later)

    def _read_later(self) -> None:
        self._later = None
        self.store_changed()

    def read_board(self) -> None:
        """Ask the four questions, in a thread that nobody else waits for."""
        now, mailboxes = self.console.now(), self.console.settings.mailboxes
        self._asking = True
        self.console.link.reckon(
            self,
            lambda reader, actor: read_board(reader, actor, now, mailboxes),
            self._show,
            self._not_read,
            topic="board",
        )

    def _show(self, board: Board) -> None:
        self._asking, self._read_at, self._board = False, time.monotonic(), board
        self.panels.show(board)
        self._show_bars()

    def _not_read(self, error: SdeskError) -> None:
        self._asking, self._read_at = False, time.monotonic()
        self.console.notice_error(error)

    def _show_bars(self) -> None:
        self._bars["footer"].show(footer_parts(footer_of(Context.BOARD, self.console.settings.keys), self.size.width))
        self._show_clock()

    def _show_clock(self) -> None:
        local = self.console.now().astimezone(self.console.zone)
        clock = f"{day_text(local)} {local:%H:%M:%S} " if self.size.width >= 120 else f"{local:%H:%M} "
        words = clock if self._board is not None else _("reading ...") + "  " + clock
        self._bars["header"].show(headline(self._board, self.size.width), [Part(words, "text")])

    # ---- moving ---------------------------------------------------------------------------------

    @property
    def _rows(self) -> RowList:
        return self.panels.focused_panel.rows

    def action_down(self) -> None:
        """The next ticket of the panel."""
        self._rows.move(1)

    def action_up(self) -> None:
        """The one before."""
        self._rows.move(-1)

    def action_first(self) -> None:
        """The first one."""
        self._rows.move(-(10**6))

    def action_last(self) -> None:
        """The last one."""
        self._rows.move(10**6)

    def action_page_down(self) -> None:
        """A panel's height down."""
        self._rows.move(max(1, self._rows.size.height - 1))

    def action_page_up(self) -> None:
        """A panel's height up."""
        self._rows.move(-max(1, self._rows.size.height - 1))

    def action_half_down(self) -> None:
        """Half of it down."""
        self._rows.move(max(1, self._rows.size.height // 2))

    def action_half_up(self) -> None:
        """Half of it up."""
        self._rows.move(-max(1, self._rows.size.height // 2))

    def action_other_pane(self) -> None:
        """The next panel."""
        self.panels.focus_next()
        self._zoom(self.has_class("-zoom"))

    # ---- commands -------------------------------------------------------------------------------

    def chosen(self) -> tuple[TicketRow, ...]:
        """Nothing is done to tickets from here: they are opened first."""
        return ()

    @on(RowList.Opened)
    def open_clicked(self, event: RowList.Opened) -> None:
        """A double click."""
        self.console.open_ticket(event.number)

    def action_open(self) -> None:
        """Open the ticket under the cursor."""
        number = self._rows.cursor
        if number is None:
            self.console.notice(_("There is no ticket here: Tab goes to the next panel"))
        else:
            self.console.open_ticket(number)

    def action_zoom(self) -> None:
        """The panel on the whole screen, or not any more."""
        self._zoom(not self.has_class("-zoom"))

    def _zoom(self, zoomed: bool) -> None:
        self.set_class(zoomed, "-zoom")
        self.panels.zoom(self.panels.focused_panel if zoomed else None)

    def action_back(self) -> None:
        """Out of the panel, then back."""
        if self.has_class("-zoom"):
            self._zoom(False)
        else:
            self.dismiss()

    def action_leave(self) -> None:
        """Back to where it was opened."""
        self.dismiss()

    def action_refresh(self) -> None:
        """Read it anew."""
        self.read_board()


def open_board(console: Console) -> None:
    """Show the board; where it is open below another screen, go back to it."""
    below = next((at for at, screen in enumerate(console.screen_stack) if isinstance(screen, BoardScreen)), None)
    if below is None:
        console.push_screen(BoardScreen())
        return
    for _place in range(len(console.screen_stack) - 1 - below):
        console.pop_screen()
