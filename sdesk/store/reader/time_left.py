"""Working time until a deadline as instants: what a filter compares with is the store's own column and its index.

Each calendar has its own: four hours of working time are up tonight for a shop, on Monday for an office.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sdesk.domain.worktime import ALWAYS, Calendar
from sdesk.store.reader import organisation
from sdesk.store.reader.convert import time_left

_FURTHEST = 20 * 366 * 86_400
"""Seconds, beyond which no deadline is looked for: nothing promises for longer."""


class Limits(NamedTuple):
    """Between which instants the deadlines lie, both included, of the SLAs of one calendar."""

    slas: tuple[int, ...]
    """Empty: of tickets without an SLA, whose time is that of the clock on the wall."""
    low: datetime | None
    high: datetime | None


def limits(connection: sqlite3.Connection, low: int | None, high: int | None, now: datetime) -> list[Limits]:
    """The instants for each calendar that an SLA has, where between `low` and `high` seconds of its time are left."""
    by_calendar: dict[int, list[int]] = {}
    for sla, calendar in connection.execute("SELECT id, calendar_id FROM sla"):
        by_calendar.setdefault(calendar, []).append(sla)
    found = [
        Limits(tuple(slas), *_ends(organisation.calendar(connection, number), low, high, now))
        for number, slas in sorted(by_calendar.items())
    ]
    return [*found, Limits((), *_ends(ALWAYS, low, high, now))]


def _ends(
    calendar: Calendar, low: int | None, high: int | None, now: datetime
) -> tuple[datetime | None, datetime | None]:
    def left(offset: int) -> int:
        return time_left(now + timedelta(seconds=offset), now, 0, lambda number: calendar)

    first = None if low is None else _first(lambda offset: left(offset) >= low)
    beyond = None if high is None else _first(lambda offset: left(offset) > high)
    return (
        None if first is None else _at(now, first),
        None if beyond is None else _at(now, beyond - 1),
    )


def _first(holds: Callable[[int], bool]) -> int:
    """The first offset from now for which it holds, as it does for all after it; the furthest where it never does.

    Found by halving, from the rule itself that a ticket is shown by: the two agree to the second.
    """
    step = 3600
    while step < _FURTHEST and (holds(-step) or not holds(step)):
        step *= 4
    before, after = -min(step, _FURTHEST), min(step, _FURTHEST)
    if holds(before):
        return before
    while after - before > 1:
        middle = (before + after) // 2
        if holds(middle):
            after = middle
        else:
            before = middle
    return after


def _at(now: datetime, offset: int) -> datetime:
    try:
        return now + timedelta(seconds=offset)
    except OverflowError:
        return datetime.max.replace(microsecond=0, tzinfo=UTC)
