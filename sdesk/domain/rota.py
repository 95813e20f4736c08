"""Who is on call when: a team's weekly turns, less those who are away."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import pairwise

from sdesk.domain.concerned import on_call


@dataclass(frozen=True, slots=True)
class Away:
    """A time in which an agent is away."""

    agent: int
    start: datetime
    end: datetime
    """He is back from here on."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A time in which one agent is on call."""

    start: datetime
    end: datetime
    agent: int | None
    """None where everybody of the rota is away."""
    whose: int
    """Whose week it is: another one than `agent` where he is away."""


def turns(rota: Sequence[int], away: Collection[Away], *, now: datetime, weeks: int, zone: tzinfo) -> tuple[Turn, ...]:
    """Who is on call from an instant on, to the end of the week (Sunday) of so many weeks, this one among them.

    A week begins on Monday at midnight in `zone`, whatever summer time makes of its length. Who is away hands his turn
    to the next of the rota for as long as he is; none where there is no rota. All in UTC.
    """
    if not rota:
        return ()
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    found: list[Turn] = []
    for week in range(weeks):
        first = monday + timedelta(weeks=week)
        start, end = max(_midnight(first, zone), now), _midnight(first + timedelta(weeks=1), zone)
        order = on_call(rota, first)
        cuts = {at for each in away if each.agent in rota for at in (each.start, each.end) if start < at < end}
        edges = [start, *sorted(cuts), end]
        for begin, until in pairwise(edges):
            gone = {each.agent for each in away if each.start <= begin < each.end}
            agent = next((each for each in order if each not in gone), None)
            last = found[-1] if found else None
            if last is not None and last.end == begin and (last.agent, last.whose) == (agent, order[0]):
                found[-1] = Turn(last.start, until, agent, order[0])
            else:
                found.append(Turn(begin, until, agent, order[0]))
    return tuple(found)


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
