"""Who does what, by when: open tickets, promises that run, absences, visits, time spent; and what was typical lately.

Everything is behind the walls of who asks: a team whose tickets he may not see is not there.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sdesk.domain.actor import Actor
from sdesk.domain.errors import NotFound
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.urgency import RANK_PART
from sdesk.store.reader.convert import instant

Parameters = tuple[str, ...] | dict[str, str]

LOOKED_BACK = timedelta(days=90)
"""What is typical is of the tickets that were resolved in this time."""


class TeamFacts(NamedTuple):
    """A team."""

    id: int
    key: str
    name: str
    calendar: str | None
    """Key, of its SLA; None where it has none."""
    members: tuple[int, ...]
    rota: tuple[int, ...]
    private: bool = False


class AgentFacts(NamedTuple):
    """An agent."""

    id: int
    login: str
    name: str
    retired: bool


class AbsenceFacts(NamedTuple):
    """A time in which an agent is away, now or later."""

    agent_id: int
    starts_at: datetime
    ends_at: datetime
    stand_in_id: int | None


class OpenTicket(NamedTuple):
    """An open ticket, as much as one index says of it."""

    number: int
    team_id: int
    assignee_id: int | None
    waiting: bool
    late: bool
    """0 or 1, as the store has it."""
    at_risk: bool
    due_at: str | None
    """RFC 3339, as stored: instants compare as texts."""


class PromisedTicket(NamedTuple):
    """A ticket whose resolution clock runs towards a deadline before the horizon, or past it."""

    number: int
    subject: str
    team_id: int
    assignee_id: int | None
    service_id: int | None
    unit: str | None
    calendar: str | None
    consumed: int
    """Working seconds of the clock's finished runs."""
    started_at: datetime
    due_at: datetime
    spent: int
    """Seconds that were written down on it."""


class VisitFacts(NamedTuple):
    """An agreed visit of an open ticket."""

    number: int
    subject: str
    unit: str | None
    agent_id: int | None
    starts_at: datetime


Sample = tuple[int, int | None, int]
"""A ticket that was resolved lately: its team, its service, and what it took, in seconds. There are thousands."""


class WhoFacts(NamedTuple):
    """What the store knows of it."""

    teams: tuple[TeamFacts, ...]
    agents: dict[int, AgentFacts]
    absences: tuple[AbsenceFacts, ...]
    tickets: tuple[OpenTicket, ...]
    """In the urgency order."""
    promised: tuple[PromisedTicket, ...]
    visits: tuple[VisitFacts, ...]
    spent: dict[int, int]
    """By agent, seconds since `week`."""
    resolved: tuple[Sample, ...]
    """Working seconds that the resolution clock took."""
    handled: tuple[Sample, ...]
    """Seconds that were written down on tickets that were resolved."""
    first_opened: datetime | None
    """When the desk's first ticket was opened: before it there was no pace."""


def facts(
    connection: sqlite3.Connection, actor: Actor, *, now: datetime, week: datetime, horizon: datetime, team: str | None
) -> WhoFacts:
    """For this actor; of one team where `team` names it, `mine` for his own. NotFound for one that is not there."""
    found = teams(connection, actor, team)
    ids = f"({', '.join(str(each.id) for each in found)})"
    since = to_rfc3339(now - LOOKED_BACK)
    first = connection.execute(f"SELECT created_at FROM ticket WHERE +team_id IN {ids} ORDER BY 1 LIMIT 1").fetchone()
    return WhoFacts(
        found,
        agents(connection),
        absences(connection, now),
        _tickets(connection, ids, now),
        _promised(connection, ids, now, horizon),
        visits(connection, ids, horizon),
        dict(connection.execute(spent_query(ids), (to_rfc3339(week),)).fetchall()),
        tuple(_plain(connection, resolved_query(ids), (since,))),
        tuple(_plain(connection, handled_query(ids), (since,))),
        None if first is None else instant(first[0]),
    )


class RotaFacts(NamedTuple):
    """Who is on call by turns."""

    teams: tuple[TeamFacts, ...]
    agents: dict[int, AgentFacts]
    absences: tuple[AbsenceFacts, ...]


def rotas(connection: sqlite3.Connection, actor: Actor, *, now: datetime, team: str | None) -> RotaFacts:
    """The rotas of the teams, as `facts` chooses them."""
    return RotaFacts(teams(connection, actor, team), agents(connection), absences(connection, now))


def agents(connection: sqlite3.Connection) -> dict[int, AgentFacts]:
    """All agents, the retired ones too: tickets and visits may still name them."""
    return {
        row[0]: AgentFacts(row[0], row[1], row[2], row[3] is not None)
        for row in connection.execute("SELECT id, key, name, retired_at FROM agent")
    }


def teams(connection: sqlite3.Connection, actor: Actor, wanted: str | None) -> tuple[TeamFacts, ...]:
    """The teams whose tickets an actor may see: one by its key, `mine`, or all. NotFound for one that is not there.

    Of a private team of others there is nothing.
    """
    members: dict[int, list[int]] = {}
    for team, agent in connection.execute(
        "SELECT m.team_id, m.agent_id FROM team_member AS m JOIN agent AS a ON a.id = m.agent_id"
        " WHERE a.retired_at IS NULL ORDER BY a.key"
    ):
        members.setdefault(team, []).append(agent)
    rota: dict[int, list[int]] = {}
    for team, agent in connection.execute("SELECT team_id, agent_id FROM on_call ORDER BY team_id, position"):
        rota.setdefault(team, []).append(agent)
    found = [
        TeamFacts(
            row[0], row[1], row[2], row[3], tuple(members.get(row[0], ())), tuple(rota.get(row[0], ())), bool(row[4])
        )
        for row in connection.execute(
            "SELECT t.id, t.key, t.name, c.key, t.private FROM team AS t LEFT JOIN sla AS l ON l.id = t.sla_id"
            " LEFT JOIN calendar AS c ON c.id = l.calendar_id"
            " WHERE t.retired_at IS NULL OR EXISTS (SELECT 1 FROM ticket AS k WHERE k.team_id = t.id AND k.is_open)"
            " ORDER BY t.key"
        )
        if not row[4] or actor.sees_all or row[0] in actor.team_ids
    ]
    if wanted == "mine":
        return tuple(each for each in found if each.id in actor.team_ids)
    if wanted is not None:
        found = [each for each in found if each.key == wanted]
        # That a team exists is no secret: behind its wall are its tickets, and who does them.
        if not found and connection.execute("SELECT 1 FROM team WHERE key = ?", (wanted,)).fetchone() is None:
            raise NotFound(f"there is no team `{wanted}`", "see `sdesk team list`")
    return tuple(found)


def absences(connection: sqlite3.Connection, now: datetime) -> tuple[AbsenceFacts, ...]:
    """Who is away, now or later, the earliest first."""
    found = connection.execute(
        "SELECT agent_id, starts_at, ends_at, stand_in_id FROM absence WHERE ends_at > ? ORDER BY starts_at, id",
        (to_rfc3339(now),),
    )
    return tuple(
        AbsenceFacts(row[0], datetime.fromisoformat(row[1]), datetime.fromisoformat(row[2]), row[3]) for row in found
    )


def tickets_query(teams: str) -> str:
    """The statement for every open ticket, from one index; `teams` is a list of numbers in parentheses.

    An incident is late, and due, as the worst of its parts is.
    """
    return (
        f"WITH part AS MATERIALIZED (SELECT key1 AS incident, max(due_at <= :now) AS late,"
        " max(due_at > :now AND risk_at <= :now) AS at_risk, min(CASE WHEN due_at > :now THEN due_at END) AS due_at"
        f" FROM ticket WHERE is_open AND rank = {RANK_PART} AND +team_id IN {teams} GROUP BY key1)"
        " SELECT t.id, t.team_id, t.assignee_id, t.status = 'waiting',"
        " coalesce(t.due_at <= :now, 0) OR coalesce(p.late, 0),"
        " coalesce(t.due_at > :now AND t.risk_at <= :now, 0) OR coalesce(p.at_risk, 0),"
        # The first that is still to come, of the two.
        " CASE WHEN p.due_at IS NULL OR (t.due_at > :now AND t.due_at < p.due_at) THEN t.due_at ELSE p.due_at END"
        " FROM ticket AS t LEFT JOIN part AS p ON p.incident = t.id"
        f" WHERE t.is_open AND t.rank <> {RANK_PART} AND +t.team_id IN {teams}"
        " ORDER BY +t.rank, +t.key1, +t.key2, t.id"
    )


def _tickets(connection: sqlite3.Connection, teams: str, now: datetime) -> tuple[OpenTicket, ...]:
    return tuple(map(OpenTicket._make, _plain(connection, tickets_query(teams), {"now": to_rfc3339(now)})))


def promised_query(teams: str) -> str:
    """The statement for the tickets of which a resolution is due before the horizon: sought in the index first."""
    return (
        "SELECT t.id, t.subject, t.team_id, t.assignee_id, t.service_id, u.name, c.key, t.resolution_consumed,"
        " t.resolution_started_at, t.resolution_due_at,"
        " (SELECT coalesce(sum(s.seconds), 0) FROM time_spent AS s WHERE s.ticket_id = t.id)"
        " FROM (SELECT id FROM ticket"
        f"  WHERE is_open AND rank <> {RANK_PART} AND +team_id IN {teams} AND due_at <= :horizon) AS n"
        " CROSS JOIN ticket AS t ON t.id = n.id LEFT JOIN unit AS u ON u.id = t.unit_id"
        " LEFT JOIN sla AS l ON l.id = t.sla_id LEFT JOIN calendar AS c ON c.id = l.calendar_id"
        " WHERE t.resolution_started_at IS NOT NULL AND t.resolution_due_at <= :horizon"
    )


def _promised(
    connection: sqlite3.Connection, teams: str, now: datetime, horizon: datetime
) -> tuple[PromisedTicket, ...]:
    found = _plain(connection, promised_query(teams), {"horizon": to_rfc3339(horizon)})
    return tuple(
        PromisedTicket._make((*facts, datetime.fromisoformat(started), datetime.fromisoformat(due), spent))
        for *facts, started, due, spent in found
    )


def visits(connection: sqlite3.Connection, teams: str, horizon: datetime) -> tuple[VisitFacts, ...]:
    """The agreed visits up to the horizon, the earliest first; those that are past and whose ticket is open too."""
    found = connection.execute(
        "SELECT t.id, t.subject, u.name, coalesce(v.agent_id, t.assignee_id), v.starts_at FROM visit AS v"
        " JOIN ticket AS t ON t.id = v.ticket_id LEFT JOIN unit AS u ON u.id = t.unit_id"
        f" WHERE v.ended_at IS NULL AND v.starts_at <= ? AND +t.team_id IN {teams} ORDER BY v.starts_at, v.id",
        (to_rfc3339(horizon),),
    )
    return tuple(VisitFacts._make((*facts, datetime.fromisoformat(starts_at))) for *facts, starts_at in found)


def spent_query(teams: str) -> str:
    """The statement for the time that each agent wrote down since an instant."""
    return (
        "SELECT s.agent_id, sum(s.seconds) FROM time_spent AS s JOIN ticket AS t ON t.id = s.ticket_id"
        f" WHERE s.spent_at >= ? AND +t.team_id IN {teams} GROUP BY s.agent_id"
    )


def resolved_query(teams: str) -> str:
    """The statement for what tickets took that were resolved since an instant, from one index."""
    return (
        "SELECT team_id, service_id, resolution_consumed FROM ticket"
        f" WHERE resolved_at IS NOT NULL AND resolved_at >= ? AND NOT resolution_voided AND +team_id IN {teams}"
    )


def handled_query(teams: str) -> str:
    """The statement for the time that was written down on each ticket that was resolved since an instant."""
    # Sought by ticket: a join that is grouped would be walked in the order of the tickets, all of them.
    return (
        "SELECT team_id, service_id, spent FROM (SELECT t.team_id, t.service_id,"
        " (SELECT sum(s.seconds) FROM time_spent AS s WHERE s.ticket_id = t.id) AS spent FROM ticket AS t"
        f" WHERE t.resolved_at IS NOT NULL AND t.resolved_at >= ? AND +t.team_id IN {teams}) WHERE spent > 0"
    )


def _plain(connection: sqlite3.Connection, sql: str, values: Parameters) -> list[tuple[Any, ...]]:
    """Rows as plain tuples: of thousands each costs a third of what one with names does."""
    cursor = connection.cursor()
    cursor.row_factory = None
    return cursor.execute(sql, values).fetchall()
