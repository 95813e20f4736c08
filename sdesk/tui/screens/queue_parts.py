"""What the queue's screen is made of: its parts, which view and filter are on, the preview, and what is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.timer import Timer
from textual.widgets import Static

from sdesk.domain.errors import SdeskError
from sdesk.domain.filters import Sort
from sdesk.store.reader.rows import TicketRow
from sdesk.tui.actions import Context
from sdesk.tui.countdown import Held
from sdesk.tui.language import _
from sdesk.tui.paging import Totals
from sdesk.tui.render.conversation import MOST_LETTERS
from sdesk.tui.screens.queue_bars import QueueBars
from sdesk.tui.verbs.work import WorkScreen
from sdesk.tui.views import TEAM, View, ViewKey
from sdesk.tui.widgets.filter_field import FilterField
from sdesk.tui.widgets.preview import Preview
from sdesk.tui.widgets.queue_list import QueueList
from sdesk.tui.widgets.suggestions import Suggestions

if TYPE_CHECKING:
    from sdesk.store.reader.detail_rows import TicketDetail

DEBOUNCE = 0.12
"""Seconds that a preview waits for the next key."""


class QueueParts(WorkScreen):
    """The list of tickets and what stands around it."""

    CONTEXT = Context.LIST

    def __init__(self) -> None:
        super().__init__()
        self.rows = QueueList(id="list")
        self.preview = Preview(id="preview")
        self.field = FilterField(id="filter", compact=True, select_on_focus=False)
        self.suggestions = Suggestions(id="suggestions")
        self.bars = QueueBars(self)
        self.view_key = TEAM
        """The active view."""
        self._sorts: dict[ViewKey, Sort] = {}
        """Orders that were chosen, by view."""
        self._texts: dict[ViewKey, str] = {}
        """What was typed into the filter, by view."""
        self.filter_error = ""
        """What is wrong with the filter as it was typed last."""
        self.totals: Totals | None = None
        self._preview_timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """What is seen at the start; the rest is seated once that is painted."""
        bars = self.bars.by_name
        yield bars["header"]
        yield bars["views"]
        with Horizontal(id="filter-line"):
            yield bars["filter-sign"]
            yield bars["filter-note"]
        with Vertical(id="body"):
            yield self.rows
            yield self.preview
        yield bars["peek"]
        yield self.status_bar
        yield bars["footer"]

    def seat_the_rest(self) -> None:
        """Mount what is hidden at the start: each of these would keep the first frame back by two milliseconds
        (measured)."""
        if not self.field.is_attached:
            self.mount(Static(_("sdesk needs at least 60 columns and 15 rows."), id="too-small"), before=0)
            self.query_one("#filter-line").mount(self.field, after="#filter-sign")
            self.mount(self.bars.error, self.suggestions, after="#filter-line")

    # ---- parts ----------------------------------------------------------------------------------

    @property
    def view(self) -> View:
        """The active view."""
        return self.console.views[self.view_place]

    @property
    def view_place(self) -> int:
        """Which of the views it is."""
        keys = [view.key for view in self.console.views]
        return keys.index(self.view_key) if self.view_key in keys else keys.index(TEAM)

    @property
    def sort(self) -> Sort:
        """The order of the list: as chosen, else as the view says."""
        return self._sorts.get(self.view_key, self.view.sort)

    @sort.setter
    def sort(self, order: Sort) -> None:
        self._sorts[self.view_key] = order

    wanted_text = ""
    """What narrows the view to the rows that are shown: while a filter is typed, or is faulty, the field says more."""

    @property
    def filter_text(self) -> str:
        """What narrows the view."""
        return self._texts.get(self.view_key, "")

    @property
    def is_typing(self) -> bool:
        """Whether the filter's field has the keys."""
        return self.field.has_focus

    @property
    def is_unfinished(self) -> bool:
        """Whether a value is about to be typed or chosen: that it is missing still is no fault."""
        before = self.field.value[: self.field.cursor_position]
        return bool(self.suggestions.display) and before.endswith(":")

    @property
    def preview_visible(self) -> bool:
        """Whether there is a preview to fill."""
        return bool(self.preview.display) and self.size.height > 0

    def on_resize(self) -> None:
        self.call_after_refresh(self._resized)

    def _resized(self) -> None:
        self.bars.show()
        self._show_preview_soon()

    # ---- preview --------------------------------------------------------------------------------

    @on(QueueList.Moved)
    def cursor_moved(self) -> None:
        """Another ticket: its preview follows when the cursor rests. Of the bars only a range's length changes."""
        if self.rows.window.anchor is not None:
            self.bars.show()
        self._show_preview_soon()

    def _show_preview_soon(self) -> None:
        if self._preview_timer is not None:
            self._preview_timer.stop()
        self._preview_timer = self.set_timer(DEBOUNCE, self._read_preview)

    def _read_preview(self) -> None:
        current, now = self.rows.window.current, self.console.now()
        if current is None:
            self.preview.clear()
            return
        number = current.row.number
        if not self.preview_visible and not self.bars.by_name["peek"].display:
            return
        self.console.link.read(
            self,
            lambda reader, actor: reader.ticket(actor, number, now=now, longest=MOST_LETTERS),
            self._show_preview,
            self._no_preview,
            topic="preview",
        )

    def _show_preview(self, detail: TicketDetail) -> None:
        held = self.rows.window.current
        if held is None or held.row.number != detail.ticket.number:
            return
        self.preview.show(detail, held, self.console.now(), self.console.zone)
        self.bars.show_peek(detail)

    def _no_preview(self, error: SdeskError) -> None:
        self.preview.clear()
        self.console.notice_error(error)

    # ---- choosing -------------------------------------------------------------------------------

    def chosen(self) -> tuple[TicketRow, ...]:
        """The marked tickets, else the one under the cursor."""
        return tuple(held.row for held in self.rows.window.chosen())

    def held(self, number: int) -> Held | None:
        """What the list knows of a ticket, if it is among the rows that are held."""
        at = self.rows.window.index_of(number)
        return None if at is None else self.rows.window.rows[at]

    def put_cursor(self, number: int) -> None:
        """Put the cursor on a ticket, if it is among the rows that are held."""
        at = self.rows.window.index_of(number)
        if at is not None:
            self.rows.move(at - (self.rows.window.index or 0))
