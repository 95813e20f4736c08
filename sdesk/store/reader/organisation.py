"""The desk's set-up as a front end needs it: agents, teams, units, calendars."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sdesk.domain.actor import Actor
from sdesk.domain.errors import NotFound
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.phrase import phrase
from sdesk.domain.ticket import Role
from sdesk.domain.worktime import Calendar
from sdesk.store import calendars
from sdesk.store.reader.convert import instant, money

if TYPE_CHECKING:
    from sdesk.store.reader.organisation_rows import AgentRow, TeamRow, UnitRow


def actor(connection: sqlite3.Connection, login: str) -> Actor:
    """The acting agent of a login; NotFound for one that the desk does not have (any more)."""
    row = connection.execute(
        "SELECT id, name, role FROM agent WHERE key = ? AND retired_at IS NULL", (login,)
    ).fetchone()
    if row is None:
        raise NotFound(
            phrase("the desk has no agent `{login}`", login=login),
            phrase("say who acts with --as LOGIN or SDESK_AGENT"),
        )
    teams = connection.execute("SELECT team_id FROM team_member WHERE agent_id = ?", (row[0],))
    return Actor(login, row[0], row[1], Role(row[2]), frozenset(each[0] for each in teams))


def login_keys(connection: sqlite3.Connection) -> tuple[tuple[str, str], ...]:
    """Login and public key, as `authorized_keys` has it, of everybody who works here now."""
    found = connection.execute(
        "SELECT a.key, k.key FROM agent_key AS k JOIN agent AS a ON a.id = k.agent_id WHERE a.retired_at IS NULL"
        " ORDER BY a.key, k.position"
    )
    return tuple((row[0], row[1]) for row in found)


def agents(connection: sqlite3.Connection, now: datetime | None = None) -> tuple[AgentRow, ...]:
    """Everybody who works here, by login. With `now`, who is away then, or will be next."""
    from sdesk.store.reader.organisation_rows import AgentRow

    coming: dict[str, tuple[datetime | None, datetime | None, str | None]] = {}
    if now is not None:
        for login, begins, ends, stand_in in connection.execute(
            "SELECT a.key, b.starts_at, b.ends_at, s.key FROM absence AS b JOIN agent AS a ON a.id = b.agent_id"
            " LEFT JOIN agent AS s ON s.id = b.stand_in_id WHERE b.ends_at > ? ORDER BY b.starts_at, b.id",
            (to_rfc3339(now),),
        ):
            coming.setdefault(login, (instant(begins), instant(ends), stand_in))
    found = connection.execute(
        "SELECT a.key, a.name, a.email, a.role,"
        " (SELECT group_concat(t.key, ' ') FROM team_member AS m JOIN team AS t ON t.id = m.team_id"
        "  WHERE m.agent_id = a.id)"
        " FROM agent AS a WHERE a.retired_at IS NULL ORDER BY a.key"
    )
    nothing = (None, None, None)
    return tuple(
        AgentRow(
            row[0],
            row[1],
            row[2],
            Role(row[3]),
            tuple(sorted((row[4] or "").split())),
            *coming.get(row[0], nothing),
        )
        for row in found
    )


def teams(connection: sqlite3.Connection) -> tuple[TeamRow, ...]:
    """The teams, by key. That a private team exists is no secret; its tickets are."""
    from sdesk.store.reader.organisation_rows import TeamRow

    found = connection.execute(
        "SELECT t.key, t.name, t.address, a.key, t.private FROM team AS t LEFT JOIN agent AS a ON a.id = t.lead_id"
        " WHERE t.retired_at IS NULL ORDER BY t.key"
    )
    return tuple(TeamRow(row[0], row[1], row[2], row[3], bool(row[4])) for row in found)


def units(connection: sqlite3.Connection) -> tuple[UnitRow, ...]:
    """Whom the desk serves, by key."""
    from sdesk.store.reader.organisation_rows import UnitRow

    found = connection.execute(
        "SELECT u.key, u.name, u.kind, p.key, u.phone, u.address, u.manager, u.turnover_per_hour"
        " FROM unit AS u LEFT JOIN unit AS p ON p.id = u.parent_id WHERE u.retired_at IS NULL ORDER BY u.key"
    )
    return tuple(UnitRow(row[0], row[1], row[2], row[3], row[4], row[5], row[6], money(row[7])) for row in found)


def calendar(connection: sqlite3.Connection, number: int) -> Calendar:
    """The working time of a stored calendar."""
    row: Any = connection.execute(
        "SELECT key, time_zone, hours, free, working FROM calendar WHERE id = ?", (number,)
    ).fetchone()
    return calendars.build(row[0], row[1], json.loads(row[2]), json.loads(row[3]), json.loads(row[4]))
