"""What happened in a period, and in the one before it: the figures of docs/reference/figures.md, by these names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sdesk.domain.actor import Actor
from sdesk.domain.filters import Filter
from sdesk.domain.instant import from_rfc3339
from sdesk.reports.backlog import Backlog, Step, steps
from sdesk.reports.breaking import BreakingAsset, BreakingModel, breaking
from sdesk.reports.figures import Figures, Satisfaction, satisfaction
from sdesk.reports.period import Compared, Period
from sdesk.reports.tally import GROUPS, Tally

if TYPE_CHECKING:
    from sdesk.store.reader import Reader
    from sdesk.store.reader.reports.past import Facts, Named

WORST = 10
"""How many outages are told of."""
COMES_BACK = 3
"""From so many tickets of one unit and service on, it keeps coming back."""


@dataclass(frozen=True, slots=True)
class Group:
    """A team, service, unit, priority or agent: its figures, and those of the period before."""

    key: str
    """As in the desk file; empty for tickets without one."""
    name: str
    figures: Figures
    earlier: Figures


@dataclass(frozen=True, slots=True)
class WorstOutage:
    """A confirmed outage, as far as it lies in the period."""

    number: int
    subject: str
    unit: str
    unit_name: str
    service: str
    service_name: str
    down_from: datetime
    down_to: datetime | None
    open_seconds: int
    """Opening hours of the unit within outage and period."""
    loss: Decimal
    """Within the period."""


@dataclass(frozen=True, slots=True)
class ComingBack:
    """A service of one unit about which tickets come again and again."""

    unit: str
    unit_name: str
    service: str
    service_name: str
    opened: int
    earlier: int
    numbers: tuple[int, ...]
    """The tickets, oldest first."""


@dataclass(frozen=True, slots=True)
class Month:
    """What those said who were asked in a month, as far as it lies in the period."""

    first_day: date
    satisfaction: Satisfaction


@dataclass(frozen=True, slots=True)
class Past:
    """The whole answer."""

    compared: Compared
    totals: Figures
    earlier: Figures
    backlog_before: int
    """What was open at the start of the period."""
    backlog_earlier: int
    """What was open at the start of the period before."""
    course: tuple[Step, ...]
    groups: Mapping[str, tuple[Group, ...]]
    """By the names of `GROUPS`, and `agents`: of these, what they resolved and the time that they spent alone."""
    outages: tuple[WorstOutage, ...]
    coming_back: tuple[ComingBack, ...]
    equipment: tuple[BreakingAsset, ...]
    """What broke most often first."""
    models: tuple[BreakingModel, ...]
    months: tuple[Month, ...]
    """Those in which somebody was asked how it was, oldest first."""
    currency: str
    margin_known: bool
    """Whether the desk file says what part of turnover is lost; else a loss is all the turnover that stood."""
    prefix: str

    @property
    def backlog(self) -> int:
        """What was open at the end of the period."""
        return self.backlog_before + self.totals.opened + self.totals.reopened - self.totals.solved

    @property
    def backlog_earlier_end(self) -> int:
        """What was open at the end of the period before."""
        return self.backlog_earlier + self.earlier.opened + self.earlier.reopened - self.earlier.solved


def past(reader: Reader, actor: Actor, compared: Compared, wanted: Filter, *, now: datetime) -> Past:
    """Answer for a period, for tickets that the filter means and the actor may see.

    Raises BadInput for a filter that names what the desk does not have.
    """
    whole = Period(compared.earlier.start, compared.period.end, compared.period.zone)
    facts = reader.past(actor, wanted, start=whole.start, end=whole.end, now=now)
    current, earlier = (Tally(facts, period, reader.hours, now) for period in (compared.period, compared.earlier))
    backlog = Backlog(facts)
    pieces, models = breaking(facts, current, earlier)
    return Past(
        compared=compared,
        totals=current.figures(),
        earlier=earlier.figures(),
        backlog_before=backlog.at(compared.period.start),
        backlog_earlier=backlog.at(compared.earlier.start),
        course=tuple(backlog.step(period) for period in steps(compared.period)),
        groups={
            **{name: _groups(facts, name, place, current, earlier) for place, name in enumerate(GROUPS)},
            "agents": _agents(facts, current, earlier),
        },
        outages=_worst(facts, current),
        coming_back=_coming_back(facts, current, earlier),
        equipment=pieces,
        models=models,
        months=_months(current, compared.period.zone),
        currency=reader.desk.currency,
        margin_known=reader.desk.margin_known,
        prefix=reader.desk.ref_prefix,
    )


# ---- groups, outages, what comes back ------------------------------------------------------------


def _groups(facts: Facts, name: str, place: int, current: Tally, earlier: Tally) -> tuple[Group, ...]:
    """Those that had anything to do in either period: most opened first, then by key. Priorities in their order."""
    now, before = current.by_part(place), earlier.by_part(place)
    known = facts.names.get(name, {})
    groups = []
    for each in now.keys() | before.keys():
        named = known.get(each) if isinstance(each, int) else None
        key, title = (
            (named.key, named.name) if named else (each or "", each or "") if isinstance(each, str) else ("", "")
        )
        groups.append(Group(key, title, now.get(each, Figures()), before.get(each, Figures())))
    if name == "priorities":
        return tuple(sorted(groups, key=lambda group: group.key))
    return tuple(sorted(groups, key=lambda group: (-group.figures.opened, group.key)))


def _agents(facts: Facts, current: Tally, earlier: Tally) -> tuple[Group, ...]:
    now, before = current.by_agent(), earlier.by_agent()
    names = facts.names["agents"]
    groups = [
        Group(names[each].key, names[each].name, now.get(each, Figures()), before.get(each, Figures()))
        for each in now.keys() | before.keys()
    ]
    return tuple(sorted(groups, key=lambda group: (-group.figures.time_spent, -group.figures.solved, group.key)))


def _worst(facts: Facts, current: Tally) -> tuple[WorstOutage, ...]:
    """Those that cost most within the period; those alone that cost anything."""
    found = sorted(
        (each for each in current.losses if each[1]), key=lambda each: (-each[1], each[0].down_from, each[0].number)
    )
    worst = []
    for outage, loss, seconds in found[:WORST]:
        _, service, unit, _ = outage.parts
        service_named, unit_named = _named(facts.names["services"], service), _named(facts.names["units"], unit)
        worst.append(
            WorstOutage(
                number=outage.number,
                subject=outage.subject,
                unit=unit_named[0],
                unit_name=unit_named[1],
                service=service_named[0],
                service_name=service_named[1],
                down_from=outage.down_from,
                down_to=outage.down_to,
                open_seconds=seconds,
                loss=loss,
            )
        )
    return tuple(worst)


def _coming_back(facts: Facts, current: Tally, earlier: Tally) -> tuple[ComingBack, ...]:
    """Most first. What has no unit or no service is no such thing."""
    numbers: dict[tuple[int, int], list[int]] = {}
    for row in current.opened:
        _, number, _, service, unit, _ = row
        if service is not None and unit is not None:
            numbers.setdefault((unit, service), []).append(number)
    before = Counter((row[-2], row[-3]) for row in earlier.opened)
    found = []
    for (unit, service), tickets in numbers.items():
        if len(tickets) >= COMES_BACK:
            unit_named, service_named = _named(facts.names["units"], unit), _named(facts.names["services"], service)
            found.append(ComingBack(*unit_named, *service_named, len(tickets), before[unit, service], tuple(tickets)))
    return tuple(sorted(found, key=lambda each: (-each.opened, each.unit, each.service)))


def _months(current: Tally, zone: ZoneInfo) -> tuple[Month, ...]:
    found: dict[date, list[int | None]] = {}
    for asked_at, score, *_ in current.rated:
        found.setdefault(from_rfc3339(asked_at).astimezone(zone).date().replace(day=1), []).append(score)
    return tuple(Month(first, satisfaction(scores)) for first, scores in sorted(found.items()))


def _named(names: Mapping[int, Named], number: int | None) -> tuple[str, str]:
    named = names.get(number) if number is not None else None
    return (named.key, named.name) if named else ("", "")
