"""The backlog's course: what was open at any instant, counted back from what was open at the end."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sdesk.domain.instant import to_rfc3339
from sdesk.reports.period import Period

if TYPE_CHECKING:
    from sdesk.store.reader.reports.past import Facts

_DAILY, _WEEKLY = 31, 190
"""Up to so many days the course is told day by day, and week by week; beyond, month by month."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the backlog's course: a day, a week or a month."""

    period: Period
    opened: int
    solved: int
    reopened: int
    backlog: int
    """What was open at its end."""


class Backlog:
    """What was open at any instant, counted back from what was open at the end."""

    def __init__(self, facts: Facts) -> None:
        self.opened = [row[0] for row in facts.opened]
        self.solved = [row[0] for row in facts.moved if row[1]]
        self.reopened = [row[0] for row in facts.moved if not row[1]]
        self.end = facts.backlog

    def at(self, moment: datetime) -> int:
        """How many were open just before an instant."""
        since = to_rfc3339(moment)
        return self.end - _since(self.opened, since) - _since(self.reopened, since) + _since(self.solved, since)

    def step(self, period: Period) -> Step:
        """One step of its course."""
        low, high = to_rfc3339(period.start), to_rfc3339(period.end)
        opened, solved, reopened = (
            _since(each, low) - _since(each, high) for each in (self.opened, self.solved, self.reopened)
        )
        return Step(period, opened, solved, reopened, self.at(period.end))


def _since(ordered: Sequence[str], instant: str) -> int:
    return len(ordered) - bisect_left(ordered, instant)


def steps(period: Period) -> tuple[Period, ...]:
    """A period cut into days, weeks or months, so that its course is a few lines."""
    length = (period.last_day - period.first_day).days + 1
    if length <= _DAILY:
        return period.days()
    return period.weeks() if length <= _WEEKLY else period.months()
