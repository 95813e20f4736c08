"""Working time left, ticking between two reads of the store.

The reader counts the working seconds at two instants, now and a little ahead; in between the
countdown runs as the calendar does: a second a second while it works, not at all while it does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sdesk.domain.ticket import SlaState
from sdesk.store.reader import Reader
from sdesk.store.reader.rows import TicketRow

AHEAD = 15
"""Seconds between the two instants, and between two reads of the visible rows."""


class Held(NamedTuple):
    """A row of the list, and how its countdown goes on from when it was read."""

    row: TicketRow
    read_at: datetime
    due_ahead: int | None
    """What `row.due_in` will be `AHEAD` seconds later, if nothing happens."""

    def due_in(self, now: datetime) -> int | None:
        """Working seconds left at `now`; negative once late; None without a deadline."""
        due, ahead = self.row.due_in, self.due_ahead
        if due is None or ahead is None:
            return due
        elapsed = max(0, int((now - self.read_at).total_seconds()))
        if elapsed <= AHEAD:
            return max(ahead, due - elapsed)
        # Late with the next read: go on at the pace seen last.
        return ahead if ahead == due else ahead - (elapsed - AHEAD)

    def state(self, now: datetime) -> SlaState:
        """The state at `now`: a deadline that passed since the read shows without another read."""
        state = self.row.sla_state
        if state not in (SlaState.ON_TRACK, SlaState.AT_RISK):
            return state
        due = self.due_in(now)
        if due is not None and due <= 0 and self.row.due_at is not None and self.row.due_at <= now:
            return SlaState.BREACHED
        running = (clock.at_risk_at for clock in self.row.clocks if clock.started_at and not clock.met_at)
        if any(at is not None and at <= now for at in running):
            return SlaState.AT_RISK
        return state


def hold(reader: Reader, rows: Sequence[TicketRow], read_at: datetime) -> tuple[Held, ...]:
    """Rows read at `read_at`."""
    ahead = read_at + timedelta(seconds=AHEAD)
    return tuple(Held(row, read_at, reader.due_in(row, ahead)) for row in rows)
