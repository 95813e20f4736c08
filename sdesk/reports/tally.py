"""The facts of one period, counted by whatever they are told apart by."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sdesk.domain.instant import to_rfc3339
from sdesk.domain.slices import Slice, loss_within
from sdesk.domain.worktime import Calendar, working_between
from sdesk.reports.figures import Figures, times
from sdesk.reports.period import Period

if TYPE_CHECKING:
    from sdesk.store.reader.reports.past import Facts, Outage

GROUPS = ("teams", "services", "units", "priorities")
"""By what figures are told apart, in the order of a fact's parts."""

Row = tuple[Any, ...]
"""Of the reader's facts: each kind has its own shape; the last four are its parts."""


class Tally:
    """The facts of one period, counted by whatever they are told apart by."""

    def __init__(self, facts: Facts, period: Period, hours: Callable[[int | None], Calendar], now: datetime) -> None:
        low, high = to_rfc3339(period.start), to_rfc3339(period.end)
        self.opened = _within(facts.opened, low, high)
        moved = _within(facts.moved, low, high)
        self.solved = [row for row in moved if row[1]]
        self.reopened = [row for row in moved if not row[1]]
        self.answered = [row for row in facts.answered if low <= row[0] < high]
        self.resolved = [row for row in facts.resolved if low <= row[0] < high]
        self.spent = [row for row in facts.spent if low <= row[0] < high]
        self.losses = [(outage, *_cost(outage, hours(outage.calendar_id), period, now)) for outage in facts.outages]

    def figures(self) -> Figures:
        """Of all of it."""
        return Figures(
            opened=len(self.opened),
            solved=len(self.solved),
            reopened=len(self.reopened),
            first_response=times([row[1:3] for row in self.answered]),
            resolution=times([row[1:3] for row in self.resolved]),
            loss=sum((loss for _, loss, _ in self.losses), Decimal("0.00")),
            time_spent=sum(row[1] for row in self.spent),
        )

    def by_part(self, place: int) -> dict[int | str | None, Figures]:
        """Of each value of one part (a place in `GROUPS`)."""
        part = place - len(GROUPS)
        counts = [Counter(row[part] for row in rows) for rows in (self.opened, self.solved, self.reopened)]
        answered, resolved = _grouped(self.answered, part), _grouped(self.resolved, part)
        losses: Counter[int | str | None] = Counter()
        for outage, loss, _ in self.losses:
            losses[outage.parts[place]] += loss  # type: ignore[assignment]  # a Counter of Decimals
        spent: Counter[int | str | None] = Counter()
        for row in self.spent:
            spent[row[part]] += row[1]
        keys = set().union(*counts, answered, resolved, losses, spent)
        return {
            key: Figures(
                opened=counts[0][key],
                solved=counts[1][key],
                reopened=counts[2][key],
                first_response=times(answered.get(key, [])),
                resolution=times(resolved.get(key, [])),
                loss=Decimal("0.00") + losses[key],
                time_spent=spent[key],
            )
            for key in keys
        }

    def by_agent(self) -> dict[int, Figures]:
        """What agents solved, and the time that they spent."""
        solved = Counter(row[2] for row in self.solved if row[2] is not None)
        spent: Counter[int] = Counter()
        for row in self.spent:
            spent[row[2]] += row[1]
        return {agent: Figures(solved=solved[agent], time_spent=spent[agent]) for agent in solved.keys() | spent.keys()}


def _within(rows: Sequence[Row], low: str, high: str) -> Sequence[Row]:
    """Rows of a time, out of rows by instant."""
    return rows[bisect_left(rows, (low,)) : bisect_left(rows, (high,))]


def _grouped(rows: Iterable[Row], part: int) -> dict[int | str | None, list[tuple[int, int | None]]]:
    groups: dict[int | str | None, list[tuple[int, int | None]]] = {}
    for row in rows:
        groups.setdefault(row[part], []).append(row[1:3])
    return groups


def _cost(outage: Outage, hours: Calendar, period: Period, now: datetime) -> tuple[Decimal, int]:
    """What of an outage lies in a period: money, and opening seconds. One that lasts does so until now."""
    until = min(period.end, now)
    slices = outage.slices or _one_slice(outage, hours)
    start, end = max(outage.down_from, period.start), min(outage.down_to or until, until)
    seconds = working_between(hours, start, end) if start < end else 0
    return loss_within(slices, hours, period.start, until), seconds


def _one_slice(outage: Outage, hours: Calendar) -> tuple[Slice, ...]:
    """For an outage that ended before slices were written: its loss spread evenly over its opening hours."""
    if outage.loss is None or outage.down_to is None:
        return ()
    seconds = working_between(hours, outage.down_from, outage.down_to)
    if not seconds:
        return ()
    return (Slice(outage.down_from, outage.down_to, Decimal(1), outage.loss * 3600 / seconds),)
