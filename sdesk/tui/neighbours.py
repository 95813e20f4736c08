"""The tickets before and after one that was opened from the list, in the order that the list had then.

An agent who goes through the list ticket by ticket meets each of them once, however the queue sorts itself meanwhile.
Beyond what the list held, the reader is asked for more.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from sdesk.domain.actor import Actor
from sdesk.domain.filters import Filter
from sdesk.store.reader import Reader
from sdesk.store.reader.order import cursor_of
from sdesk.store.reader.rows import TicketRow
from sdesk.tui.paging import Stretch, read_after, read_before
from sdesk.tui.window import Window

AT_A_TIME = 50
"""Tickets that are asked for."""

ReadStretch = Callable[[Reader, Actor], Stretch]


class Neighbours:
    """The walk through a list."""

    def __init__(self, window: Window, wanted: Filter, total: int | None) -> None:
        """`wanted`: the filter and the order of the list. `total`: how many tickets it has, where that is known."""
        self._rows: list[TicketRow] = [window.as_placed(at) for at in range(len(window.rows))]
        self._has = {-1: window.has_before, 1: window.has_after}
        self._wanted = wanted
        self._known_start = not window.has_before
        self._total = total

    def place(self, number: int) -> tuple[int, int] | None:
        """Which of how many it is; None where that is not known."""
        at = self._at(number)
        if at is None or not self._known_start or self._total is None:
            return None
        return at + 1, max(self._total, len(self._rows))

    def beside(self, number: int, step: int) -> int | None:
        """The next ticket (1) or the one before (-1); None where it is not known, or there is none."""
        at = self._at(number)
        if at is None or not 0 <= at + step < len(self._rows):
            return None
        return self._rows[at + step].number

    def further(self, number: int, step: int, now: datetime) -> ReadStretch | None:
        """How to ask for more where a ticket stands at the edge of what is known; None where nothing is beyond."""
        at = self._at(number)
        if at is None or self.beside(number, step) is not None or not self._has[step]:
            return None
        row = self._rows[-1 if step > 0 else 0]
        read = read_after if step > 0 else read_before
        return partial(read, wanted=self._wanted, now=now, limit=AT_A_TIME, place=cursor_of(row, self._wanted.sort))

    def add(self, stretch: Stretch, step: int) -> None:
        """Take in what was read."""
        known = {row.number for row in self._rows}
        fresh = [held.row for held in stretch.rows if held.row.number not in known]
        if step > 0:
            self._rows += fresh
            self._has[1] = stretch.has_after
        else:
            self._rows[:0] = fresh
            self._has[-1] = stretch.has_before
            self._known_start = not stretch.has_before

    def _at(self, number: int) -> int | None:
        return next((at for at, row in enumerate(self._rows) if row.number == number), None)
