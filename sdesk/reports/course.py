"""How the work has gone lately: day by day what came, was solved and was open, week by week what was kept in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sdesk.domain.actor import Actor
from sdesk.domain.filters import Filter
from sdesk.domain.instant import to_rfc3339
from sdesk.reports.backlog import Backlog, Step
from sdesk.reports.figures import satisfaction, times
from sdesk.reports.period import Period

if TYPE_CHECKING:
    from sdesk.store.reader import Reader
    from sdesk.store.reader.reports.past import Facts

WEEKS = 8
"""So many weeks are told, the one in progress among them."""
DAYS = 28
"""The last of whose days are told one by one."""


@dataclass(frozen=True, slots=True)
class Week:
    """One week, from Monday; the last one up to now."""

    period: Period
    first_response: float | None
    """Share of the first responses that were in time, 0 to 1; None where none was promised."""
    resolution: float | None
    """The same of what was resolved."""
    content: float | None = None
    """Share of those asked in it who answered 4 or 5, of all who answered; None where nobody did."""


@dataclass(frozen=True, slots=True)
class Course:
    """The answer."""

    days: tuple[Step, ...]
    weeks: tuple[Week, ...]
    this_week: Step
    last_week: Step


def gather(
    reader: Reader, actor: Actor, *, now: datetime, zone: ZoneInfo, weeks: int = WEEKS, days: int = DAYS
) -> Course:
    """Ask the store, for an agent; of two weeks at least."""
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday() + 7 * (weeks - 1))
    start = datetime(monday.year, monday.month, monday.day, tzinfo=zone).astimezone(UTC)
    whole = Period(start, now, zone)
    facts = reader.past(actor, Filter(), start=start, end=now, now=now)
    backlog = Backlog(facts)
    by_week = whole.weeks()
    told = [backlog.step(week) for week in by_week]
    return Course(
        tuple(backlog.step(day) for day in whole.days()[-days:]),
        tuple(_week(facts, week) for week in by_week),
        told[-1],
        told[-2],
    )


def _week(facts: Facts, period: Period) -> Week:
    low, high = to_rfc3339(period.start), to_rfc3339(period.end)
    first, resolved = (
        times([], [row[2] for row in rows if low <= row[0] < high]).share_in_time
        for rows in (facts.answered, facts.resolved)
    )
    said = satisfaction([row[1] for row in facts.rated if low <= row[0] < high])
    return Week(period, first, resolved, said.share_good)
