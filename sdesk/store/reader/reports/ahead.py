"""What comes: deadlines, wake-ups, visits, recurring tickets, steps of playbooks; who is on call and who is away.

Everything is behind the walls of who asks: a team whose tickets he may not see is not there.
"""

from __future__ import annotations

import sqlite3
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sdesk.domain.actor import Actor
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.urgency import RANK_PART
from sdesk.store.reader.organisation import calendar as read_calendar
from sdesk.store.reader.playbooks import Coming, coming
from sdesk.store.reader.reports.who import (
    AbsenceFacts,
    AgentFacts,
    TeamFacts,
    VisitFacts,
    absences,
    agents,
    teams,
    visits,
)
from sdesk.store.recurrence import occurrences


class Planned(NamedTuple):
    """A ticket whose deadline, or whose wake-up, comes."""

    at: datetime
    number: int


class Recurring(NamedTuple):
    """A ticket that will be made."""

    at: datetime
    key: str
    subject: str
    team_id: int | None
    assignee_id: int | None
    unit: str | None


class FreeDay(NamedTuple):
    """A day on which a calendar would work, and does not: a public holiday, or one of the company's own."""

    day: date
    calendar: str


class AheadFacts(NamedTuple):
    """What the store knows of it."""

    teams: tuple[TeamFacts, ...]
    agents: dict[int, AgentFacts]
    absences: tuple[AbsenceFacts, ...]
    deadlines: tuple[Planned, ...]
    wake_ups: tuple[Planned, ...]
    visits: tuple[VisitFacts, ...]
    recurring: tuple[Recurring, ...]
    steps: tuple[Coming, ...]
    free: tuple[FreeDay, ...]


def facts(
    connection: sqlite3.Connection,
    actor: Actor,
    *,
    now: datetime,
    horizon: datetime,
    zone: ZoneInfo,
    team: str | None,
) -> AheadFacts:
    """For this actor; of one team where `team` names it, `mine` for his own. NotFound for one that is not there."""
    found = teams(connection, actor, team)
    ids = f"({', '.join(str(each.id) for each in found)})"
    span = {"now": to_rfc3339(now), "horizon": to_rfc3339(horizon)}
    return AheadFacts(
        found,
        agents(connection),
        absences(connection, now),
        _planned(connection, deadlines_query(ids), span),
        _planned(connection, wake_ups_query(ids), span),
        visits(connection, ids, horizon),
        _recurring(connection, found, now, horizon, whole=team is None),
        coming(connection, actor, ids, now=now, horizon=horizon),
        _free(connection, found, now.astimezone(zone).date(), horizon.astimezone(zone).date()),
    )


def deadlines_query(teams: str) -> str:
    """The statement for the deadlines up to the horizon, from one index: of an incident and its parts the first."""
    seen = f"SELECT id FROM ticket WHERE is_open AND is_incident AND +team_id IN {teams}"
    return (
        f"SELECT min(due_at), CASE WHEN rank = {RANK_PART} AND key1 IN ({seen}) THEN key1 ELSE id END AS head"
        f" FROM ticket WHERE is_open AND +team_id IN {teams}"
        " AND due_at > :now AND due_at <= :horizon GROUP BY head ORDER BY min(due_at), head"
    )


def wake_ups_query(teams: str) -> str:
    """The statement for the waits that end up to the horizon, from one index."""
    return (
        f"SELECT wake_at, id FROM ticket WHERE wake_at IS NOT NULL AND is_open AND +team_id IN {teams}"
        " AND wake_at > :now AND wake_at <= :horizon ORDER BY wake_at, id"
    )


def _planned(connection: sqlite3.Connection, sql: str, span: dict[str, str]) -> tuple[Planned, ...]:
    return tuple(Planned(datetime.fromisoformat(row[0]), row[1]) for row in connection.execute(sql, span))


def _recurring(
    connection: sqlite3.Connection, seen: tuple[TeamFacts, ...], now: datetime, horizon: datetime, *, whole: bool
) -> tuple[Recurring, ...]:
    """The recurring tickets of the teams: their own, else the service's; those of neither for who asks for all."""
    ids = {each.id for each in seen}
    found: list[Recurring] = []
    for row in connection.execute(
        "SELECT r.key, r.subject, r.rule, r.starts, r.time_zone, r.made_until, coalesce(r.team_id, s.team_id),"
        " r.assignee_id, u.name FROM recurring_ticket AS r LEFT JOIN service AS s ON s.id = r.service_id"
        " LEFT JOIN unit AS u ON u.id = r.unit_id WHERE r.retired_at IS NULL ORDER BY r.key"
    ):
        team_id = row[6]
        if team_id not in ids and not (team_id is None and whole):
            continue
        after = max(now, datetime.fromisoformat(row[5]))
        found += [
            Recurring(at, row[0], row[1], team_id, row[7], row[8])
            for at in occurrences(row[2], row[3], ZoneInfo(row[4]), after, horizon)
        ]
    return tuple(sorted(found))


def _free(connection: sqlite3.Connection, seen: tuple[TeamFacts, ...], first: date, final: date) -> tuple[FreeDay, ...]:
    found = []
    for key in sorted({each.calendar for each in seen if each.calendar is not None}):
        number = connection.execute("SELECT id FROM calendar WHERE key = ?", (key,)).fetchone()[0]
        calendar = read_calendar(connection, number)
        found += [
            FreeDay(day, key)
            for day in calendar.free
            if first <= day <= final and day not in calendar.working and calendar.week[day.weekday()]
        ]
    return tuple(sorted(found))
