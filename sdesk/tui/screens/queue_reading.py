"""How the queue's screen is filled: pages by key, counts, and a new order when nobody moves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from textual import on
from textual.timer import Timer

from sdesk.domain.actor import Actor
from sdesk.domain.errors import BadInput, SdeskError
from sdesk.domain.filters import Filter
from sdesk.store.reader import Reader
from sdesk.store.reader.order import cursor_of
from sdesk.tui.countdown import AHEAD, Held
from sdesk.tui.language import _, count_of, told_error
from sdesk.tui.paging import (
    Opening,
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
from sdesk.tui.screens.queue_parts import QueueParts
from sdesk.tui.views import TEAM, View
from sdesk.tui.widgets.queue_list import QueueList

ReadPage = Callable[[Reader, Actor, Filter, datetime, int], Stretch]
"""Reads so many rows of a filter."""

IDLE_SECONDS = 3.0
"""Without a key for so long, the list may take its new order."""
TOTALS_PAUSE = 0.1
"""Seconds that the counts wait while a filter is typed."""


class QueueReading(QueueParts):
    """The queue, as far as it is read."""

    def __init__(self) -> None:
        super().__init__()
        self._opening: Opening | None = None
        """What the console begins with, until its parts are here to show it."""
        self._stands = False
        """Whether they are."""
        self._wanted: Filter = Filter()
        """The filter that the rows on screen hold for."""
        self._asked: Filter | None = None
        """The filter of the question that is on its way."""
        self._asked_text = ""
        self._wanted_view = self.view_key
        self._rung: set[int] = set()
        """P1 tickets that the bell has rung for, or that were there at the start: it rings once for each."""
        self._unsorted = False
        """Something changed that may change the order."""
        self._asked_before = self._asked_after = False
        self._totals_timer: Timer | None = None
        self.changed_here: set[int] = set()
        """Tickets that this console changed: where they burn now, they have not arrived."""

    @property
    def wanted(self) -> Filter:
        """The filter and the order of the rows on screen."""
        return self._wanted

    def on_mount(self) -> None:
        self.field.can_focus = False
        self.rows.empty_text = _("Opening the desk ...")
        self._stands = True
        if self._opening is not None:
            self._begin(self._opening)
        self.bars.show()
        self.show_notice()
        self.call_after_refresh(self.seat_the_rest)
        self.set_interval(1.0, self._tick)
        self.set_interval(AHEAD, self.read_visible)

    # ---- what the filter bar says ----------------------------------------------------------------

    def _filter_now(self) -> Filter | None:
        """The filter of view and field; None where its words are wrong, which is said."""
        raise NotImplementedError

    def _fault(self, error: str, text: str) -> None:
        """Say that the filter's words are wrong."""
        raise NotImplementedError

    def _read_good(self) -> None:
        """Read what is right of a filter that is wrong."""
        raise NotImplementedError

    def _applied(self) -> None:
        """The rows on screen are those of the filter."""
        raise NotImplementedError

    def _take_views(self, views: tuple[View, ...]) -> None:
        """The agent's views as they are now."""
        raise NotImplementedError

    # ---- reading --------------------------------------------------------------------------------

    def opened(self, opening: Opening) -> None:
        """The store is open: show the first page, of the team's queue; at once, or when the screen stands."""
        self._opening = opening
        if self._stands:
            self._begin(opening)

    def _begin(self, opening: Opening) -> None:
        self.rows.empty_text = ""
        if self.view_key != TEAM or self.filter_text or self.sort is not opening.wanted.sort:
            self.load_start()  # a key that came first asked for another
        else:
            self._asked = opening.wanted
            self._show(opening.first, opening.wanted, from_start=True)

    def load_start(self) -> None:
        """Read the view from its beginning, with the cursor on its first ticket."""
        self._read_page(read_start, self.rows.window.keep, from_start=True)

    def load_around(self, *, keep: bool) -> None:
        """Read the view around the ticket under the cursor; without `keep` only if the filter holds for it."""
        window = self.rows.window
        number, at = window.cursor, window.index
        if number is None:
            self.load_start()
        else:
            # An agent who has dealt with a ticket goes on to the one below it, not to where the ticket went.
            stood = None if at is None else window.as_placed(at)
            self._read_page(partial(read_around, number=number, keep=keep, stood=stood), window.keep)

    def load_end(self) -> None:
        """Read the view's end, with the cursor on its last ticket."""
        self._read_page(read_end, 2 * self.rows.window.keep, from_end=True)

    def _read_page(self, read: ReadPage, limit: int, *, from_start: bool = False, from_end: bool = False) -> None:
        wanted = self._filter_now()
        self._asked = wanted
        if wanted is None:
            self._read_good()
        else:
            self._read_filter(wanted, self.filter_text, read, limit, from_start=from_start, from_end=from_end)

    def _read_filter(
        self, wanted: Filter, text: str, read: ReadPage, limit: int, *, from_start: bool = False, from_end: bool = False
    ) -> None:
        self._asked, self._asked_text, now = wanted, text, self.console.now()
        self.console.link.read(
            self,
            lambda reader, actor: read(reader, actor, wanted, now, limit),
            lambda stretch: self._show(stretch, wanted, from_start=from_start, from_end=from_end),
            lambda error: self._no_page(error, wanted, text),
            topic="page",
        )

    def _no_page(self, error: SdeskError, wanted: Filter, text: str) -> None:
        """A team or agent that the desk does not have is a fault of the filter too, which only the store can find."""
        if not isinstance(error, BadInput):
            self.console.notice_error(error)
        elif wanted is self._asked:
            self._asked = None
            self._fault(told_error(error), text)
            self._read_good()

    def read_totals(self) -> None:
        """Read the counts of the header and the views."""
        now, zone, wanted = self.console.now(), self.console.zone, self._wanted
        mailboxes = self.console.settings.mailboxes
        self.console.link.read(
            self,
            lambda reader, actor: read_totals(reader, actor, wanted, now, zone, mailboxes),
            self._show_totals,
            self.console.notice_error,
            topic="totals",
        )

    def _read_totals_soon(self) -> None:
        """Counting costs more than a page: while somebody types, it stands in the way of no letter."""
        if self._totals_timer is not None:
            self._totals_timer.stop()
        if self.is_typing:
            self._totals_timer = self.set_timer(TOTALS_PAUSE, self.read_totals)
        elif self.totals is None:
            self.call_after_refresh(self.read_totals)  # at the start the rows are painted first
        else:
            self.read_totals()

    def read_visible(self) -> None:
        """Read the rows on screen anew, each in its place."""
        numbers = [held.row.number for held in self.rows.window.visible]
        # Marked ones too, as far as they are held: others are read when something is done with them.
        window = self.rows.window
        numbers += [held.row.number for held in window.rows if held.row.number in window.marks.keys() - numbers]
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
        self._unsorted = False
        if self.filter_error:
            # The last good list stays as it is until the filter is mended.
            self.read_visible()
            self.read_totals()
        else:
            self.load_around(keep=True)

    def store_changed(self) -> None:
        """Another process, or this one, wrote: the rows in place at once, the order when nobody is moving."""
        self._unsorted = True
        window = self.rows.window
        if (self.console.idle_for() < IDLE_SECONDS or window.anchor is not None) and window.rows:
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

    # ---- answers --------------------------------------------------------------------------------

    def _show(self, stretch: Stretch, wanted: Filter, *, from_start: bool = False, from_end: bool = False) -> None:
        if wanted is not self._asked:
            return  # the answer to a filter that is no more
        self._wanted, self._wanted_view, self.wanted_text = wanted, self.view_key, self._asked_text
        self._applied()
        self._read_totals_soon()
        self._asked_before = self._asked_after = False
        cursor = stretch.rows[0 if from_start else -1].row.number if stretch.rows and (from_start or from_end) else None
        moved = self.rows.replace(stretch, self.console.now(), cursor=cursor)
        self._unsorted |= self.rows.window.misplaced  # the cursor has moved on meanwhile
        self.rows.empty_text = self.bars.empty_words()
        if any(moved) and cursor is None and not self.is_typing:
            words = (
                count_of("{count} ticket moved", "{count} tickets moved", sum(moved))
                if moved.down
                else count_of("{count} ticket moved up", "{count} tickets moved up", moved.up)
            )
            self.console.aside(words)
        self.bars.show()

    def _show_totals(self, totals: Totals) -> None:
        burning = {row.number for row in totals.burning}
        arrived = [row for row in totals.burning if row.number not in self._rung | self.changed_here]
        self._rung |= burning
        self.changed_here -= burning
        if arrived and self.totals is not None:
            self.console.alarm(arrived[0])
        self.totals = totals
        self.console.filled()
        self._take_views(totals.views)
        self.rows.empty_text = self.bars.empty_words()
        self.bars.show()
        if not self.rows.window.rows:
            self.rows.refresh()

    def _refreshed(self, fresh: dict[int, Held], asked: list[int]) -> None:
        self.rows.update(fresh, asked, self.console.now())
        current = self.rows.window.current
        if current is not None:
            self.preview.show_facts(current, self.console.now(), self.console.zone)

    def _tick(self) -> None:
        if self.rows.window.rows:
            self.rows.tick(self.console.now())
        self.bars.show_clock()
        self._sort_when_idle()

    def _sort_when_idle(self) -> None:
        if (
            self._unsorted
            and not self.is_typing
            and self.rows.window.anchor is None
            and self.console.idle_for() >= IDLE_SECONDS
        ):
            self.sort_anew()

    @on(QueueList.Moved)
    def let_it_go(self) -> None:
        """A ticket that kept its place for the cursor's sake goes where it belongs, once nobody moves."""
        self._unsorted |= self.rows.window.misplaced

    @on(QueueList.Wanted)
    def read_more(self, event: QueueList.Wanted) -> None:
        """Read the rows before or after those held."""
        window, wanted, now = self.rows.window, self._wanted, self.console.now()
        if not window.rows or (self._asked_before if event.before else self._asked_after):
            return
        place = cursor_of(window.as_placed(0 if event.before else -1), wanted.sort)
        edge = window.rows[0 if event.before else -1].row.number

        def extend(stretch: Stretch) -> None:
            self._asked_before = self._asked_after = False
            rows = self.rows.window.rows
            # Another stretch may be held by now: then these rows do not adjoin it.
            if wanted is self._wanted and rows and rows[0 if event.before else -1].row.number == edge:
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
