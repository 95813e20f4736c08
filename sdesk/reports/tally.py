"""The facts of one period, counted by whatever they are told apart by."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sdesk.domain.instant import to_rfc3339
from sdesk.domain.slices import Slice, loss_within
from sdesk.domain.worktime import Calendar, working_between
from sdesk.reports.figures import Figures, satisfaction, times
from sdesk.reports.period import Period

if TYPE_CHECKING:
    from sdesk.store.reader.reports.past import Facts, Outage, Parts

GROUPS = ("teams", "services", "units", "priorities")
"""By what figures are told apart, in the order of a fact's parts."""

Row = tuple[Any, ...]
"""Of the reader's facts: each kind has its own shape; the last four are its parts."""
Key = int | str | None
"""One part of a fact."""

_PARTS = itemgetter(-4, -3, -2, -1)


class Tally:
    """The facts of one period, counted once for each combination of parts: there are far fewer of these than facts."""

    def __init__(self, facts: Facts, period: Period, hours: Callable[[int | None], Calendar], now: datetime) -> None:
        low, high = to_rfc3339(period.start), to_rfc3339(period.end)
        self.opened = _within(facts.opened, low, high)
        moved = _within(facts.moved, low, high)
        self.solved = [row for row in moved if row[1]]
        self._counts = (
            Counter(map(_PARTS, self.opened)),
            Counter(map(_PARTS, self.solved)),
            Counter(_PARTS(row) for row in moved if not row[1]),
        )
        self._answered = _combined(row for row in facts.answered if low <= row[0] < high)
        self._resolved = _combined(row for row in facts.resolved if low <= row[0] < high)
        self._spent: Counter[Parts] = Counter()
        self._spent_by: Counter[int] = Counter()
        for at, seconds, agent, *parts in facts.spent:
            if low <= at < high:
                self._spent[tuple(parts)] += seconds  # type: ignore[index]  # the four parts
                self._spent_by[agent] += seconds
        self.rated = [row for row in facts.rated if low <= row[0] < high]
        self._rated: dict[Parts, list[int | None]] = {}
        for _, score, *parts in self.rated:
            self._rated.setdefault(tuple(parts), []).append(score)  # type: ignore[arg-type]  # the four parts
        self.losses = [(outage, *_cost(outage, hours(outage.calendar_id), period, now)) for outage in facts.outages]

    def figures(self) -> Figures:
        """Of all of it."""
        return self._by(lambda parts: None).get(None, Figures())

    def by_part(self, place: int) -> dict[Key, Figures]:
        """Of each value of one part (a place in `GROUPS`)."""
        return self._by(itemgetter(place))

    def by_agent(self) -> dict[int, Figures]:
        """What agents solved, and the time that they spent."""
        solved = Counter(row[2] for row in self.solved if row[2] is not None)
        return {
            agent: Figures(solved=solved[agent], time_spent=self._spent_by[agent])
            for agent in solved.keys() | self._spent_by.keys()
        }

    def _by(self, key: Callable[[Parts], Key]) -> dict[Key, Figures]:
        opened, solved, reopened = (_summed(counts, key) for counts in self._counts)
        answered, resolved = _joined(self._answered, key), _joined(self._resolved, key)
        spent = _summed(self._spent, key)
        rated: dict[Key, list[int | None]] = {}
        for parts, scores in self._rated.items():
            rated.setdefault(key(parts), []).extend(scores)
        losses: dict[Key, Decimal] = {}
        for outage, loss, _ in self.losses:
            losses[key(outage.parts)] = losses.get(key(outage.parts), Decimal("0.00")) + loss
        keys = opened.keys() | solved.keys() | reopened.keys() | answered.keys() | resolved.keys() | spent.keys()
        return {
            each: Figures(
                opened=opened[each],
                solved=solved[each],
                reopened=reopened[each],
                first_response=times(*answered.get(each, ((), ()))),
                resolution=times(*resolved.get(each, ((), ()))),
                loss=losses.get(each, Decimal("0.00")),
                time_spent=spent[each],
                satisfaction=satisfaction(rated.get(each, ())),
            )
            for each in keys | losses.keys() | rated.keys()
        }


Taken = tuple[list[int], list[int | None]]
"""Working seconds, and whether each was in time."""


def _within(rows: Sequence[Row], low: str, high: str) -> Sequence[Row]:
    """Rows of a time, out of rows by instant."""
    return rows[bisect_left(rows, (low,)) : bisect_left(rows, (high,))]


def _combined(rows: Iterable[Row]) -> dict[Parts, Taken]:
    found: dict[Parts, Taken] = {}
    for _, seconds, kept, team, service, unit, priority in rows:
        parts = team, service, unit, priority
        taken = found.get(parts)
        if taken is None:
            taken = found[parts] = ([], [])
        taken[0].append(seconds)
        taken[1].append(kept)
    return found


def _joined(combined: dict[Parts, Taken], key: Callable[[Parts], Key]) -> dict[Key, Taken]:
    found: dict[Key, Taken] = {}
    for parts, (seconds, kept) in combined.items():
        taken = found.setdefault(key(parts), ([], []))
        taken[0].extend(seconds)
        taken[1].extend(kept)
    return found


def _summed(counts: Counter[Parts], key: Callable[[Parts], Key]) -> Counter[Key]:
    found: Counter[Key] = Counter()
    for parts, count in counts.items():
        found[key(parts)] += count
    return found


def _cost(outage: Outage, hours: Calendar, period: Period, now: datetime) -> tuple[Decimal, int]:
    """What of an outage lies in a period: money, and opening seconds. One that lasts does so until now."""
    until = min(period.end, now)
    slices = outage.slices or _one_slice(outage, hours)
    start, end = max(outage.down_from, period.start), min(outage.down_to or until, until)
    seconds = working_between(hours, start, end) if start < end else 0
    return loss_within(slices, hours, period.start, end), seconds


def _one_slice(outage: Outage, hours: Calendar) -> tuple[Slice, ...]:
    """For an outage that ended before slices were written: its loss spread evenly over its opening hours."""
    if outage.loss is None or outage.down_to is None:
        return ()
    seconds = working_between(hours, outage.down_from, outage.down_to)
    if not seconds:
        return ()
    return (Slice(outage.down_from, outage.down_to, Decimal(1), outage.loss * 3600 / seconds),)
