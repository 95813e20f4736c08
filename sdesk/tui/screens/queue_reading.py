"""How the queue's screen is filled and moved through: pages by key, counts, preview, order when nobody moves."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.timer import Timer
from textual.widgets import Input, Static

from sdesk.domain.errors import BadInput, SdeskError
from sdesk.domain.filters import Filter
from sdesk.store.reader.rows import TicketDetail, TicketRow
from sdesk.tui.actions import Context
from sdesk.tui.countdown import AHEAD, Held
from sdesk.tui.paging import (
    Stretch,
    Totals,
    read_after,
    read_around,
    read_before,
    read_end,
    read_rows,
    read_start,
    read_totals,
)
from sdesk.tui.screens.queue_bars import QueueBars
from sdesk.tui.screens.verbs import WorkScreen
from sdesk.tui.views import View, filter_of
from sdesk.tui.widgets.bar import Bar
from sdesk.tui.widgets.preview import Preview
from sdesk.tui.widgets.queue_list import QueueList

IDLE_SECONDS = 3.0
"""Without a key for so long, the list may take its new order."""
DEBOUNCE = 0.12
"""Seconds that a preview or a filter waits for the next key."""


class QueueReading(WorkScreen):
    """The list of tickets and everything around it, as far as it shows and moves."""

    CONTEXT = Context.LIST

    def __init__(self) -> None:
        super().__init__()
        self._view = 2
        self._texts: dict[int, str] = {}
        """What was typed into the filter, by view."""
        self.totals: Totals | None = None
        self._wanted: Filter = Filter()
        self._unsorted = False
        """Something changed that may change the order."""
        self._preview_timer: Timer | None = None
        self._asked_before = self._asked_after = False
        self.filter_error = ""

    def compose(self) -> ComposeResult:
        yield Static("sdesk needs at least 60 columns and 15 rows.", id="too-small")
        yield Bar(id="header")
        yield Bar(id="views")
        with Horizontal(id="filter-line"):
            yield Bar(id="filter-sign")
            yield Input(id="filter", compact=True, select_on_focus=False)
            yield Bar(id="filter-note")
        yield Bar(id="filter-error")
        with Vertical(id="body"):
            yield QueueList(id="list")
            yield Preview(id="preview")
        yield Bar(id="peek")
        yield Bar(id="status")
        yield Bar(id="footer")

    # ---- parts ----------------------------------------------------------------------------------

    @property
    def rows(self) -> QueueList:
        """The rows."""
        return self.query_one("#list", QueueList)

    @property
    def view(self) -> View:
        """The active view."""
        return self.console.views[self._view]

    @property
    def view_place(self) -> int:
        """Which of the views it is."""
        return self._view

    @property
    def filter_text(self) -> str:
        """What narrows the view."""
        return self._texts.get(self._view, "")

    @property
    def is_typing(self) -> bool:
        """Whether the filter's field has the keys."""
        return self.query_one("#filter", Input).has_focus

    @property
    def preview_visible(self) -> bool:
        """Whether there is a preview to fill."""
        return bool(self.query_one("#preview").display) and self.size.height > 0

    def on_mount(self) -> None:
        self.query_one("#filter", Input).can_focus = False
        self.rows.empty_text = "Opening the desk ..."
        self.bars = QueueBars(self)
        self.bars.show()
        self.show_notice()
        self.set_interval(1.0, self._tick)
        self.set_interval(AHEAD, self.read_visible)
        self.set_interval(0.5, self._sort_when_idle)

    def on_resize(self) -> None:
        self.call_after_refresh(self._resized)

    def _resized(self) -> None:
        self.bars.show()
        self._show_preview_soon()

    # ---- reading --------------------------------------------------------------------------------

    def opened(self) -> None:
        """The store is open: show the first page. An agent without own tickets starts with the team's queue."""
        self.rows.empty_text = ""
        self.load_start()

    def load_start(self) -> None:
        """Read the view from its beginning."""
        self._read_page(self.rows.window.keep * 2, read_start)

    def _read_page(self, limit: int, read: object, *, cursor: int | None = None) -> None:
        wanted, now = self._filter_now(), self.console.now()
        if wanted is None:
            return
        assert callable(read)
        self.console.link.read(
            self,
            lambda reader, actor: read(reader, actor, wanted, now, limit),
            lambda stretch: self._show(stretch, cursor=cursor),
            self.console.notice_error,
            topic="page",
        )
        self.read_totals()

    def read_totals(self) -> None:
        """Read the counts of the header and the views."""
        now, zone, wanted = self.console.now(), self.console.zone, self._wanted
        views = [filter_of(view, "", now=now, zone=zone) for view in self.console.views]
        self.console.link.read(
            self,
            lambda reader, actor: read_totals(reader, actor, views, wanted, now),
            self._show_totals,
            self.console.notice_error,
            topic="totals",
        )

    def read_visible(self) -> None:
        """Read the rows on screen anew, each in its place."""
        numbers = [held.row.number for held in self.rows.window.visible]
        numbers += [number for number in self.rows.window.marks if number not in numbers]
        if not numbers:
            return
        now = self.console.now()
        self.console.link.read(
            self,
            lambda reader, actor: read_rows(reader, actor, numbers, now),
            lambda fresh: self._refreshed(fresh, numbers),
            self.console.notice_error,
            topic="rows",
        )

    def sort_anew(self) -> None:
        """Read the order anew around the cursor, which stays on its ticket."""
        cursor = self.rows.window.cursor
        self._unsorted = False
        if cursor is None:
            self.load_start()
            return
        self._read_page(
            self.rows.window.keep,
            lambda reader, actor, wanted, now, limit: read_around(reader, actor, wanted, now, limit, cursor),
        )

    def store_changed(self) -> None:
        """Another process, or this one, wrote: the rows in place at once, the order when nobody is moving."""
        self._unsorted = True
        if self.console.idle_for() < IDLE_SECONDS and self.rows.window.rows:
            self.read_visible()
            self.read_totals()
        else:
            self.sort_anew()
        self._show_preview_soon()

    def deed_done(self, numbers: Sequence[int]) -> None:
        """Show at once what an action changed."""
        self.rows.clear_marks()
        self._unsorted = True
        self.read_visible()
        self.read_totals()
        self._show_preview_soon()
        self.bars.show()

    def _filter_now(self) -> Filter | None:
        """The filter of view and field; None, with the reason under the bar, where its words are wrong."""
        now, zone = self.console.now(), self.console.zone
        try:
            self._wanted = filter_of(self.view, self.filter_text, now=now, zone=zone)
        except BadInput as error:
            self.filter_error = str(error)
            self.bars.show()
            return None
        self.filter_error = ""
        self.bars.show()
        return self._wanted

    # ---- answers --------------------------------------------------------------------------------

    def _show(self, stretch: Stretch, *, cursor: int | None) -> None:
        self._asked_before = self._asked_after = False
        known = bool(self.rows.window.rows)
        moved = self.rows.replace(stretch, self.console.now(), cursor=cursor)
        if moved and known and not self.is_typing:
            self.console.notice(f"{moved} ticket{'s' if moved > 1 else ''} moved")
        self.bars.show()

    def _show_totals(self, totals: Totals) -> None:
        self.totals = totals
        self.rows.empty_text = self.bars.empty_words()
        self.bars.show()
        if not self.rows.window.rows:
            self.rows.refresh()

    def _refreshed(self, fresh: dict[int, Held], asked: list[int]) -> None:
        self.rows.update(fresh, asked, self.console.now())

    def _tick(self) -> None:
        if self.rows.window.rows:
            self.rows.tick(self.console.now())
        self.bars.show_clock()

    def _sort_when_idle(self) -> None:
        if self._unsorted and not self.is_typing and self.console.idle_for() >= IDLE_SECONDS:
            self.sort_anew()

    @on(QueueList.Wanted)
    def read_more(self, event: QueueList.Wanted) -> None:
        """Read the rows before or after those held."""
        window, wanted, now = self.rows.window, self._wanted, self.console.now()
        if not window.rows or (self._asked_before if event.before else self._asked_after):
            return
        place = window.rows[0 if event.before else -1].row.place
        edge = window.rows[0 if event.before else -1].row.number

        def extend(stretch: Stretch) -> None:
            self._asked_before = self._asked_after = False
            rows = self.rows.window.rows
            # Another stretch may be held by now: then these rows do not adjoin it.
            if rows and rows[0 if event.before else -1].row.number == edge:
                self.rows.extend(stretch, before=event.before)

        read = read_before if event.before else read_after
        if event.before:
            self._asked_before = True
        else:
            self._asked_after = True
        self.console.link.read(
            self,
            lambda reader, actor: read(reader, actor, wanted, now, window.keep, place),
            extend,
            self.console.notice_error,
        )

    # ---- preview --------------------------------------------------------------------------------

    @on(QueueList.Moved)
    def cursor_moved(self) -> None:
        """Another ticket: its preview follows when the cursor rests."""
        self.bars.show()
        self._show_preview_soon()

    def _show_preview_soon(self) -> None:
        if self._preview_timer is not None:
            self._preview_timer.stop()
        self._preview_timer = self.set_timer(DEBOUNCE, self._read_preview)

    def _read_preview(self) -> None:
        current, now = self.rows.window.current, self.console.now()
        if current is None:
            self.query_one("#preview", Preview).clear()
            return
        number = current.row.number
        if not self.preview_visible and not self.query_one("#peek").display:
            return
        self.console.link.read(
            self,
            lambda reader, actor: reader.ticket(actor, number, now=now),
            self._show_preview,
            self._no_preview,
            topic="preview",
        )

    def _show_preview(self, detail: TicketDetail) -> None:
        held = self.rows.window.current
        if held is None or held.row.number != detail.ticket.number:
            return
        self.query_one("#preview", Preview).show(detail, held, self.console.now(), self.console.zone)
        self.bars.show_peek(detail)

    def _no_preview(self, error: SdeskError) -> None:
        self.query_one("#preview", Preview).clear()
        self.console.notice_error(error)

    # ---- moving ---------------------------------------------------------------------------------

    def _move(self, lines: int) -> None:
        pane = self.query_one("#preview", Preview).focused_pane
        if pane is not None:
            pane.scroll_relative(y=lines, animate=False, immediate=True)
        else:
            self.rows.move(lines)

    def action_down(self) -> None:
        """One down."""
        self._move(1)

    def action_up(self) -> None:
        """One up."""
        self._move(-1)

    def action_page_down(self) -> None:
        """One screen down."""
        self._move(max(1, self.rows.window.height - 1))

    def action_page_up(self) -> None:
        """One screen up."""
        self._move(-max(1, self.rows.window.height - 1))

    def action_half_down(self) -> None:
        """Half a screen down."""
        self._move(max(1, self.rows.window.height // 2))

    def action_half_up(self) -> None:
        """Half a screen up."""
        self._move(-max(1, self.rows.window.height // 2))

    def action_first(self) -> None:
        """To the most urgent ticket."""
        self._to_edge(first=True)

    def action_last(self) -> None:
        """To the last ticket."""
        self._to_edge(first=False)

    def _to_edge(self, *, first: bool) -> None:
        window = self.rows.window
        pane = self.query_one("#preview", Preview).focused_pane
        if pane is not None:
            (pane.scroll_home if first else pane.scroll_end)(animate=False, immediate=True)
        elif first and window.has_before:
            self._edge_asked(read_start)
        elif not first and window.has_after:
            self._edge_asked(read_end)
        else:
            self.rows.move(-len(window.rows) if first else len(window.rows))

    def _edge_asked(self, read: object) -> None:
        window, now, wanted = self.rows.window, self.console.now(), self._wanted
        assert callable(read)
        at = 0 if read is read_start else -1
        self.console.link.read(
            self,
            lambda reader, actor: read(reader, actor, wanted, now, 2 * window.keep),
            lambda stretch: self._show(stretch, cursor=stretch.rows[at].row.number if stretch.rows else None),
            self.console.notice_error,
            topic="page",
        )

    def put_cursor(self, number: int) -> None:
        """Put the cursor on a ticket, if it is among the rows that are held."""
        at = self.rows.window.index_of(number)
        if at is not None:
            self.rows.move(at - (self.rows.window.index or 0))

    # ---- choosing -------------------------------------------------------------------------------

    def chosen(self) -> tuple[TicketRow, ...]:
        """The marked tickets, else the one under the cursor."""
        return tuple(held.row for held in self.rows.window.chosen())
