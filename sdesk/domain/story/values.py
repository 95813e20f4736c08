"""What a story of promises is told from, and what it consists of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sdesk.domain.clock import Clock, Promise
from sdesk.domain.ticket import ClockKind
from sdesk.domain.worktime import Calendar

# ---- what it is told from -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a ticket's history."""

    at: datetime
    actor: str
    event: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stored:
    """One clock as the store has it: `clock` with its finished runs, and the instants that stand in its columns."""

    clock: Clock
    past: tuple[Clock, ...] = ()
    """Promises of this kind that ended before (next replies): runs alone, whose sum is `consumed`."""
    at_risk_at: datetime | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a ticket's story is told from."""

    opened_at: datetime
    now: datetime
    events: tuple[Event, ...]
    """In the order in which they were written down."""
    clocks: tuple[Stored, ...]
    sla: str | None
    promise: Promise
    """What holds today."""
    calendars: Mapping[str, Calendar]
    """By key, with the hours of today."""
    hours_changed: tuple[tuple[datetime, str], ...] = ()
    """When a desk file changed the hours of which calendar."""


# ---- what it consists of ------------------------------------------------------------------------


class What(StrEnum):
    """What a step is."""

    STARTED = "started"
    STOPPED = "stopped"
    CHANGED = "changed"
    """Another target, SLA or calendar."""
    HOURS = "hours_changed"
    """The calendar's hours or holidays, by a desk file."""
    AT_RISK = "at_risk"
    BREACHED = "breached"
    STALE = "stale"
    MET = "met"
    VOIDED = "voided"


class Verdict(StrEnum):
    """What became of a promise."""

    KEPT = "kept"
    LATE = "late"
    """Met, and after its target was used up."""
    VOID = "void"
    """Ended without counting."""
    RUNNING = "running"
    """Still to be kept, and can be."""
    BROKEN = "broken"
    """Still to be kept, and late already."""
    STANDS_STILL = "stands_still"
    """Still to be kept; nothing runs now."""
    NOT_PROMISED = "not_promised"
    """The clock is told, but nobody promised anything."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to one clock. Seconds are of working time."""

    at: datetime
    what: What
    why: str = ""
    """In words, without instants: `it waits for the requester`."""
    by: str = ""
    """Who did it: a login, `requester`, `supplier`, `system`."""
    until: datetime | None = None
    """The end of a wait; of a state that was told, the deadline then."""
    written_at: datetime | None = None
    """When the desk wrote it down, where that was later (a mail that was fetched late, a sweep after a sleep)."""
    seconds: int | None = None
    """Of a run that stopped: what it counts."""
    consumed: int | None = None
    """After the step; None where nobody knows."""
    before: int | None = None
    """Of a change: what was consumed just before, where a share was carried."""
    target: int | None = None
    """After the step."""
    due_at: datetime | None = None
    """After the step, while the clock runs."""


@dataclass(frozen=True, slots=True)
class Told:
    """The story of one promise."""

    kind: ClockKind
    round: int
    """From 1: a next reply is promised again and again."""
    steps: tuple[Step, ...]
    target: int | None
    calendar: str
    """Key of the calendar by which it is counted now, or was at its end."""
    consumed: int
    """The sum of the steps."""
    stored: int
    """The same as the store's columns say."""
    verdict: Verdict
    due_at: datetime | None
    at_risk_at: datetime | None
    breached_at: datetime | None
    """When the target was used up, if it was."""
    ended_at: datetime | None
    notes: tuple[str, ...] = ()
    """What is not known, and why two ways of counting may differ."""
    disagreements: tuple[str, ...] = ()
    """Where the sums and the store contradict each other: that should never be."""

    @property
    def over(self) -> int:
        """Working seconds beyond the target; 0 in time."""
        return 0 if self.target is None else max(self.consumed - self.target, 0)
