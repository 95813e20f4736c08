"""What will we do next: the days to come, each with its working time, what falls due on it, and who is there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sdesk.domain.actor import Actor
from sdesk.domain.concerned import on_call, stand_in_of
from sdesk.domain.worktime import working_between
from sdesk.reports.period import Period
from sdesk.store.reader import Reader
from sdesk.store.reader.reports.ahead import AheadFacts, Recurring
from sdesk.store.reader.reports.who import AgentFacts
from sdesk.store.reader.rows import TicketRow


class Kind(StrEnum):
    """What comes."""

    DEADLINE = "deadline"
    WAKE_UP = "wake_up"
    """A wait ends."""
    VISIT = "visit"
    RECURRING = "recurring"
    """A ticket will be made."""
    STEP = "step"
    """A step of a playbook will be opened, unless what it waits for is not done then."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that comes."""

    at: datetime
    kind: Kind
    number: int | None
    """None of a ticket that is still to be made."""
    subject: str
    team: str | None
    agent: str | None
    """Login of who has it, or who comes."""
    unit: str | None
    key: str | None = None
    """In the desk file, of a recurring ticket; of a step, the playbook's and its own: `shop-opening.till`."""


@dataclass(frozen=True, slots=True)
class Duty:
    """Who is on call for a team."""

    team: str
    agent: AgentFacts | None


@dataclass(frozen=True, slots=True)
class Absent:
    """Who is away for a part of a day."""

    agent: AgentFacts
    stand_in: AgentFacts | None


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the desk's zone; the first from now on."""

    day: date
    working: tuple[tuple[str, int], ...]
    """Calendar and working seconds, of the calendars of the teams."""
    free: tuple[str, ...]
    """Calendars that have a free day, on what would be a working day."""
    counts: dict[Kind, int]
    items: tuple[Item, ...]
    """The first of them by time; visits, recurring tickets and steps are all there."""
    on_call: tuple[Duty, ...]
    away: tuple[Absent, ...]

    @property
    def more(self) -> int:
        """How many are counted and not among the items."""
        return sum(self.counts.values()) - len(self.items)


@dataclass(frozen=True, slots=True)
class Ahead:
    """The answer."""

    at: datetime
    until: datetime
    days: tuple[Day, ...]

    @property
    def left(self) -> int:
        """How many things a limit keeps back."""
        return sum(day.more for day in self.days)


def gather(
    reader: Reader, actor: Actor, *, now: datetime, zone: ZoneInfo, days: int, limit: int, team: str | None = None
) -> Ahead:
    """Ask the store, for an agent: today and the days after it, `days` in all; `limit` tickets a day (0: all)."""
    first = now.astimezone(zone).date()
    end = _midnight(first + timedelta(days=days), zone)
    span = Period(now, end, zone)
    facts = reader.ahead_facts(actor, now=now, horizon=end - timedelta(seconds=1), zone=zone, team=team)
    by_day = _by_day(facts, zone)
    chosen = {day.first_day: _chosen(by_day.get(day.first_day, []), limit) for day in span.days()}
    numbers = [each.number for each in _flat(chosen.values()) if each.number is not None]
    rows: dict[int, TicketRow] = {}
    for start in range(0, len(numbers), 500):
        rows |= reader.rows(actor, numbers[start : start + 500], now=now)
    calendars = {key: reader.calendar(key) for key in sorted({each.calendar for each in facts.teams if each.calendar})}
    found = []
    for day in span.days():
        items = [
            Item(each.at, each.kind, each.number, row.subject, row.team, each.agent or row.assignee, row.unit_name)
            if each.number is not None and (row := rows.get(each.number)) is not None
            else each
            for each in chosen[day.first_day]
        ]
        found.append(
            Day(
                day.first_day,
                tuple((key, working_between(calendar, day.start, day.end)) for key, calendar in calendars.items()),
                tuple(each.calendar for each in facts.free if each.day == day.first_day),
                {kind: sum(each.kind is kind for each in by_day.get(day.first_day, ())) for kind in Kind},
                tuple(items),
                _duties(facts, day),
                tuple(
                    Absent(facts.agents[each.agent_id], facts.agents.get(each.stand_in_id or 0))
                    for each in facts.absences
                    if each.starts_at < day.end and each.ends_at > day.start and _of_teams(each.agent_id, facts)
                ),
            )
        )
    return Ahead(now, end, tuple(found))


def _by_day(facts: AheadFacts, zone: ZoneInfo) -> dict[date, list[Item]]:
    agents, teams = facts.agents, {each.id: each.key for each in facts.teams}

    def login(agent_id: int | None) -> str | None:
        return agents[agent_id].login if agent_id in agents else None

    items = [Item(each.at, Kind.DEADLINE, each.number, "", None, None, None) for each in facts.deadlines]
    items += [Item(each.at, Kind.WAKE_UP, each.number, "", None, None, None) for each in facts.wake_ups]
    items += [
        Item(each.starts_at, Kind.VISIT, each.number, each.subject, None, login(each.agent_id), each.unit)
        for each in facts.visits
    ]
    items += [
        Item(
            each.at,
            Kind.RECURRING,
            None,
            each.subject,
            teams.get(each.team_id or 0),
            login(_who_will_have(each, facts)),
            each.unit,
            each.key,
        )
        for each in facts.recurring
    ]
    items += [
        Item(each.at, Kind.STEP, None, each.subject, teams.get(each.team_id), None, each.unit, each.key)
        for each in facts.steps
    ]
    found: dict[date, list[Item]] = {}
    for item in items:
        found.setdefault(item.at.astimezone(zone).date(), []).append(item)
    return found


def _who_will_have(coming: Recurring, facts: AheadFacts) -> int | None:
    """Who will have a recurring ticket, as far as one knows: while an agent is away, his stand-in, else nobody."""
    agent = coming.assignee_id
    gone = {each.agent_id: each.stand_in_id for each in facts.absences if each.starts_at <= coming.at < each.ends_at}
    if agent is None or agent not in gone:
        return agent
    team = next((each for each in facts.teams if each.id == coming.team_id), None)

    def able(other: int) -> bool:
        return not facts.agents[other].retired and (team is None or not team.private or other in team.members)

    return stand_in_of(agent, gone, able)


def _chosen(items: Sequence[Item], limit: int) -> list[Item]:
    """What is shown of a day: all that was agreed or is planned, and the first of what falls due."""
    planned = [each for each in items if each.kind in (Kind.VISIT, Kind.RECURRING, Kind.STEP)]
    falling = sorted((each for each in items if each not in planned), key=_order)
    return sorted([*planned, *(falling[:limit] if limit else falling)], key=_order)


def _order(item: Item) -> tuple[datetime, str, int]:
    return item.at, item.kind.value, item.number or 0


def _flat(lists: Iterable[list[Item]]) -> Iterable[Item]:
    return (each for items in lists for each in items)


def _duties(facts: AheadFacts, day: Period) -> tuple[Duty, ...]:
    """Who is on call: whose week it is, or the next one where he is away all day."""
    gone = {each.agent_id for each in facts.absences if each.starts_at <= day.start and each.ends_at >= day.end}
    duties = []
    for team in facts.teams:
        if team.rota:
            turns = [each for each in on_call(team.rota, day.first_day) if not facts.agents[each].retired]
            duty = next((each for each in turns if each not in gone), None)
            duties.append(Duty(team.key, facts.agents.get(duty or 0)))
    return tuple(duties)


def _of_teams(agent_id: int, facts: AheadFacts) -> bool:
    return agent_id in facts.agents and any(agent_id in team.members for team in facts.teams)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
