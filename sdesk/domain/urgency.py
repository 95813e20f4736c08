"""The urgency order of the queue, as a rank and two integer keys that an index can sort by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import NamedTuple

from sdesk.domain.phrase import phrase
from sdesk.domain.ticket import OPEN_STATUSES, Priority, Status

DEFAULT_HEAD_START: Mapping[Priority, int] = MappingProxyType({Priority.P2: 4 * 3600, Priority.P3: 3600})
"""Seconds (wall time) by which a running promise of this priority is treated as due earlier."""

NEVER = 2**62
"""Sorts after every instant and fits an SQLite integer."""

RANK_BURNING = 0
RANK_RUNNING = 1
RANK_STALE = 2
RANK_WAITING = 3
RANK_UNPROMISED = 4
RANK_PART = 5
"""Part of an incident, which stands for it."""
RANK_DONE = 6

STALE_PRIORITIES = frozenset({Priority.P3, Priority.P4, Priority.P5})
"""What is more urgent never gives up its place."""
_LEVEL = {priority: level for level, priority in enumerate(Priority, 1)}


class Place(NamedTuple):
    """Where a ticket stands: ascending is more urgent first; the ticket number is the last tie-breaker, outside."""

    rank: int
    key1: int
    key2: int


def place(
    *,
    status: Status,
    priority: Priority,
    created_at: datetime,
    due_at: datetime | None,
    stale: bool,
    wake_at: datetime | None,
    loss_per_hour: Decimal,
    head_start: Mapping[Priority, int],
    done_at: datetime | None = None,
    incident: int | None = None,
) -> Place:
    """The place of a ticket.

    `due_at` is the earliest deadline of its running clocks, None where none runs towards one; `stale` whether now is
    past its stale instant; `loss_per_hour` 0 without an outage; `head_start` in seconds. P1 and P2 are never stale. A
    P1 that no SLA covers stands with the others, unless it waits. What is done comes last, newest first: by `done_at`,
    or by its opening where nobody resolved it. `incident` is the number of the open incident that it is part of: that
    one stands where the most urgent of its parts would.
    """
    if status not in OPEN_STATUSES:
        return Place(RANK_DONE, -_seconds(done_at or created_at), 0)
    if incident is not None:
        return Place(RANK_PART, incident, _seconds(created_at))
    loss = loss_key(loss_per_hour)
    if due_at is None:
        if status is Status.WAITING:
            return Place(RANK_WAITING, _seconds(wake_at), _seconds(created_at))
        if priority is Priority.P1:
            return Place(RANK_BURNING, loss, NEVER)
        return Place(RANK_UNPROMISED, _seconds(created_at), 0)
    if priority is Priority.P1:
        return Place(RANK_BURNING, loss, _seconds(due_at))
    if stale and priority in STALE_PRIORITIES:
        return Place(RANK_STALE, loss, (_LEVEL[priority] << 40) + _seconds(created_at))
    return Place(RANK_RUNNING, _seconds(due_at) - head_start.get(priority, 0), loss)


def reason_for(place_rank: int) -> str:
    """Why a ticket of this rank stands where it does, in words."""
    reason, order = _REASONS[place_rank]
    return phrase("{reason}: {order}", reason=reason, order=order) if order else reason


def order_of(place_rank: int) -> str:
    """The second half of `reason_for`: before and behind what it stands, and by what."""
    return _REASONS[place_rank][1]


_REASONS: Mapping[int, tuple[str, str]] = {
    RANK_BURNING: (phrase("it is P1"), phrase("before all others, by what an hour costs, then by deadline")),
    RANK_RUNNING: (
        phrase("a promise runs"),
        phrase("by its deadline, less the head start of its priority, then by what an hour costs"),
    ),
    RANK_STALE: (
        phrase("its promise is breached twice over"),
        phrase("behind those that can still be kept, by what an hour costs, then by priority and age"),
    ),
    RANK_WAITING: (phrase("it waits"), phrase("behind all that runs, by when the wait ends")),
    RANK_UNPROMISED: (phrase("nothing is promised"), phrase("behind all that is, the oldest first")),
    RANK_PART: (phrase("it is part of an incident, which stands for it"), ""),
    RANK_DONE: (phrase("it is done"), phrase("no part of the queue")),
}


def loss_key(loss_per_hour: Decimal | None) -> int:
    """A loss per hour as a key that ascends from the largest: hundredths, negative; 0 without one."""
    return -int(((loss_per_hour or Decimal(0)) * 100).to_integral_value(ROUND_HALF_UP))


def _seconds(instant: datetime | None) -> int:
    return NEVER if instant is None else int(instant.timestamp())
