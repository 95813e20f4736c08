"""Who does what, by when: load and lateness of teams and agents, and whether they can keep what is promised."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sdesk.domain.actor import Actor
from sdesk.domain.concerned import on_call
from sdesk.domain.worktime import ALWAYS, Calendar, working_between
from sdesk.reports.forecast import Break, Pace, breaks, paces
from sdesk.reports.period import Span, this
from sdesk.reports.typical import Medians
from sdesk.store.reader import Reader
from sdesk.store.reader.reports.who import AbsenceFacts, AgentFacts, OpenTicket, PromisedTicket, TeamFacts, WhoFacts

CalendarOf = Callable[[str | None], Calendar]


@dataclass(frozen=True, slots=True)
class Load:
    """Open tickets by state. Late ones and those at risk are among the others."""

    open: int
    """New or open: to be worked on."""
    waiting: int
    late: int
    at_risk: int
    unassigned: int
    next_due_at: str | None
    """The earliest deadline that is still to come, RFC 3339."""


@dataclass(frozen=True, slots=True)
class TeamLoad:
    """A team now."""

    key: str
    name: str
    on_call: AgentFacts | None
    load: Load
    pace: Pace | None


@dataclass(frozen=True, slots=True)
class Away:
    """An absence that has begun, or comes within the days that are looked at."""

    agent: AgentFacts
    starts_at: datetime
    ends_at: datetime
    stand_in: AgentFacts | None


@dataclass(frozen=True, slots=True)
class AgentLoad:
    """An agent now, and up to the horizon."""

    agent: AgentFacts
    teams: tuple[str, ...]
    on_call: tuple[str, ...]
    """Teams whose week is his."""
    away: Away | None
    """Where he is away at this moment."""
    load: Load
    work: int
    """Seconds that his promised tickets will typically still take."""
    unknown: int
    """Of how many of them nobody knows what they take."""
    working: int
    """Seconds of his working time up to the horizon, less absences."""
    room: int
    """Seconds that he could take on and still keep every promise; negative: by so much he cannot."""
    spent: int
    """Seconds that he wrote down this week."""


@dataclass(frozen=True, slots=True)
class Coming:
    """An agreed visit."""

    number: int
    subject: str
    unit: str | None
    agent: AgentFacts | None
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Who:
    """The answer."""

    at: datetime
    days: int
    week: datetime
    """Since when the time spent counts."""
    teams: tuple[TeamLoad, ...]
    agents: tuple[AgentLoad, ...]
    away: tuple[Away, ...]
    visits: tuple[Coming, ...]
    breaks: tuple[Break, ...]
    """The promises that will typically break, by deadline."""
    promised: int
    """Of how many that are still to be kept."""
    known: int
    """Of how many of those something can be said."""
    resolved: int
    """Tickets of the last 90 days that it is said by."""
    handled: int
    """Those of them on which time was written down."""


def gather(reader: Reader, actor: Actor, *, now: datetime, zone: ZoneInfo, days: int, team: str | None = None) -> Who:
    """Ask the store, for an agent: of one team, or of all that he may see; `days` ahead."""
    horizon = now + timedelta(days=days)
    week = this(Span.WEEK, now=now, zone=zone).period.start
    facts = reader.who_facts(actor, now=now, week=week, horizon=horizon, team=team)
    known: dict[str | None, Calendar] = {None: ALWAYS}

    def calendar_of(key: str | None) -> Calendar:
        if key not in known and key is not None:
            known[key] = reader.calendar(key)
        return known[key]

    agents = facts.agents
    away = tuple(
        Away(agents[each.agent_id], each.starts_at, each.ends_at, agents.get(each.stand_in_id or 0))
        for each in facts.absences
        if each.starts_at < horizon and each.agent_id in agents
    )
    pace = paces(facts, calendar_of, now)
    turns = {each.id: _on_call(each, facts, now, zone) for each in facts.teams}
    medians = Medians(facts.resolved)
    coming = [each for each in facts.promised if each.due_at > now]
    found, judged = breaks(facts, coming, medians, pace, calendar_of, now)
    return Who(
        now,
        days,
        week,
        tuple(
            TeamLoad(
                each.key,
                each.name,
                agents.get(turns[each.id] or 0),
                _load([ticket for ticket in facts.tickets if ticket.team_id == each.id], now),
                pace.get(each.id),
            )
            for each in facts.teams
        ),
        _agents(facts, turns, away, calendar_of, now, horizon),
        tuple(each for each in away if _shown(each.agent.id, facts)),
        tuple(
            Coming(each.number, each.subject, each.unit, agents.get(each.agent_id or 0), each.starts_at)
            for each in facts.visits
        ),
        found,
        len(coming),
        judged,
        len(facts.resolved),
        len(facts.handled),
    )


def _on_call(team: TeamFacts, facts: WhoFacts, now: datetime, zone: ZoneInfo) -> int | None:
    """Whose week it is; who is away hands it on to the next."""
    gone = {each.agent_id for each in facts.absences if each.starts_at <= now}
    turns = [each for each in on_call(team.rota, now.astimezone(zone).date()) if not facts.agents[each].retired]
    return next((each for each in turns if each not in gone), None)


def _shown(agent_id: int, facts: WhoFacts) -> bool:
    return any(agent_id in team.members for team in facts.teams)


def _load(tickets: Sequence[OpenTicket], now: datetime) -> Load:
    instant = f"{now:%Y-%m-%dT%H:%M:%SZ}"
    waiting = sum(ticket.waiting for ticket in tickets)
    return Load(
        open=len(tickets) - waiting,
        waiting=waiting,
        late=sum(ticket.late for ticket in tickets),
        at_risk=sum(ticket.at_risk for ticket in tickets),
        unassigned=sum(ticket.assignee_id is None and not ticket.waiting for ticket in tickets),
        next_due_at=min(
            (ticket.due_at for ticket in tickets if ticket.due_at and ticket.due_at > instant), default=None
        ),
    )


def _agents(
    facts: WhoFacts,
    turns: dict[int, int | None],
    away: Sequence[Away],
    calendar_of: CalendarOf,
    now: datetime,
    horizon: datetime,
) -> tuple[AgentLoad, ...]:
    mine: dict[int, list[OpenTicket]] = {}
    for ticket in facts.tickets:
        if ticket.assignee_id is not None:
            mine.setdefault(ticket.assignee_id, []).append(ticket)
    waiting = {ticket.number for ticket in facts.tickets if ticket.waiting}
    owed: dict[int, list[PromisedTicket]] = {}
    for promised in facts.promised:
        if promised.assignee_id is not None and promised.number not in waiting:
            owed.setdefault(promised.assignee_id, []).append(promised)
    effort = Medians(facts.handled)
    loads = []
    for agent in sorted(facts.agents.values(), key=lambda each: each.login):
        teams = [team for team in facts.teams if agent.id in team.members]
        if not teams and agent.id not in mine:
            continue
        calendar = calendar_of(teams[0].calendar) if teams else ALWAYS
        gone = [each for each in facts.absences if each.agent_id == agent.id]

        def working(until: datetime, calendar: Calendar = calendar, gone: Sequence[AbsenceFacts] = tuple(gone)) -> int:
            return _working(calendar, gone, now, until)

        work, unknown, room = _room(owed.get(agent.id, []), effort, working, horizon, now)
        loads.append(
            AgentLoad(
                agent,
                tuple(team.key for team in teams),
                tuple(team.key for team in teams if turns[team.id] == agent.id),
                next((each for each in away if each.agent.id == agent.id and each.starts_at <= now), None),
                _load(mine.get(agent.id, ()), now),
                work,
                unknown,
                working(horizon),
                room,
                facts.spent.get(agent.id, 0),
            )
        )
    return tuple(loads)


def _working(calendar: Calendar, gone: Sequence[AbsenceFacts], now: datetime, until: datetime) -> int:
    """Working seconds up to an instant, less absences; those of one agent that overlap count once."""
    total, at = working_between(calendar, now, until), now
    for absence in gone:
        start, end = max(absence.starts_at, at), min(absence.ends_at, until)
        if end > start:
            total -= working_between(calendar, start, end)
            at = end
    return total


def _room(
    owed: Sequence[PromisedTicket],
    effort: Medians,
    working: Callable[[datetime], int],
    horizon: datetime,
    now: datetime,
) -> tuple[int, int, int]:
    """Work that is promised, tickets of unknown work, and the room that is left.

    Taken by deadline, the work up to each must fit into the working time up to it; what is left at the tightest is
    room. A deadline that is past binds nobody any more, but its work is still to be done, first.
    """
    work = unknown = 0
    slack: list[int] = []
    for ticket in sorted(owed, key=lambda each: each.due_at):
        typical = effort.of(ticket.team_id, ticket.service_id)
        if typical is None:
            unknown += 1
            continue
        work += max(typical.seconds - ticket.spent, 0)
        if ticket.due_at > now:
            slack.append(working(ticket.due_at) - work)
    slack.append(working(horizon) - work)
    return work, unknown, min(slack)
