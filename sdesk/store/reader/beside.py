"""What stands beside a ticket: links, where its requester is and whom to call there, their other open tickets."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from sdesk.domain.actor import Actor
from sdesk.domain.ticket import LinkKind, Priority, Status
from sdesk.store.reader.detail_rows import HistoryRow, LinkRow, OtherRow, UnitFacts
from sdesk.store.reader.rows import TicketRow
from sdesk.store.reader.where import Condition, wall

if TYPE_CHECKING:
    from sdesk.store.reader.playbook_rows import Progress

MOST = 20
"""Others that are listed: a shop with more has a list of its own."""

_EVERYTHING = Condition("1")


def unit_facts(connection: sqlite3.Connection, actor: Actor, ticket: TicketRow) -> UnitFacts | None:
    """The ticket's unit; None without one."""
    if ticket.unit is None:
        return None
    row = connection.execute(
        "SELECT key, name, kind, phone, address, manager, id FROM unit WHERE key = ?", (ticket.unit,)
    ).fetchone()
    if row is None:
        return None
    hidden = wall(connection, actor) or _EVERYTHING
    (count,) = connection.execute(
        f"SELECT count(*) FROM ticket WHERE unit_id = ? AND is_open AND id <> ? AND {hidden.sql}",
        (row[6], ticket.number, *hidden.values),
    ).fetchone()
    return UnitFacts(row[0], row[1], row[2], row[3], row[4], row[5], int(count))


def others(connection: sqlite3.Connection, actor: Actor, ticket: TicketRow, prefix: str) -> tuple[OtherRow, ...]:
    """Open tickets of the same unit or requester that the actor may see, the most urgent first."""
    unit, requester = connection.execute(
        "SELECT unit_id, requester_id FROM ticket WHERE id = ?", (ticket.number,)
    ).fetchone()
    if unit is None and requester is None:
        return ()
    hidden = wall(connection, actor) or _EVERYTHING
    found = connection.execute(
        "SELECT id, priority, status, subject, coalesce(unit_id = ?, 0), coalesce(requester_id = ?, 0) FROM ticket"
        f" WHERE (unit_id = ? OR requester_id = ?) AND is_open AND id <> ? AND {hidden.sql}"
        " ORDER BY rank, key1, key2, id LIMIT ?",
        (unit, requester, unit, requester, ticket.number, *hidden.values, MOST),
    )
    return tuple(
        OtherRow(row[0], f"{prefix}-{row[0]}", Priority(row[1]), Status(row[2]), row[3], bool(row[4]), bool(row[5]))
        for row in found
    )


def titles(connection: sqlite3.Connection, history: Iterable[HistoryRow]) -> Mapping[str, Mapping[str, str]]:
    """What the services, teams and units are called whose keys stand in a history, by kind and key; retired ones too.

    One statement, and none where nothing of them changed.
    """
    named: dict[str, set[str]] = {}
    for event in history:
        if event.event in _TITLED:
            keys = (event.data.get("old"), event.data.get("new"))
            named.setdefault(event.event, set()).update(key for key in keys if isinstance(key, str))
    if not named:
        return {}
    parts = [f"SELECT '{kind}', key, name FROM {kind} WHERE key IN (SELECT value FROM json_each(?))" for kind in named]
    values = [json.dumps(sorted(keys)) for keys in named.values()]
    found: dict[str, dict[str, str]] = {}
    for kind, key, name in connection.execute(" UNION ALL ".join(parts), values):
        if name:
            found.setdefault(kind, {})[key] = name
    return found


_TITLED = ("service", "team", "unit")
"""Events that name one by its key, which is the name of its table too."""


def links(connection: sqlite3.Connection, actor: Actor, number: int, prefix: str) -> tuple[LinkRow, ...]:
    """Both ways; a ticket behind a wall is not shown."""
    hidden = wall(connection, actor, "other_team_id") or _EVERYTHING
    found = connection.execute(
        "SELECT kind, other, other_subject, other_status, 0 AS incoming, other_team_id FROM link_view"
        f" WHERE number = ? AND {hidden.sql}"
        " UNION ALL SELECT kind, number, subject, status, 1, team_id FROM"
        " (SELECT k.kind, t.id AS number, t.subject, t.status, t.team_id, t.team_id AS other_team_id"
        "  FROM link AS k JOIN ticket AS t ON t.id = k.ticket_id WHERE k.other_id = ?)"
        f" WHERE {hidden.sql}",
        (number, *hidden.values, number, *hidden.values),
    )
    return tuple(
        LinkRow(LinkKind(row[0]), row[1], f"{prefix}-{row[1]}", row[2], Status(row[3]), bool(row[4])) for row in found
    )


def playbook(connection: sqlite3.Connection, actor: Actor, number: int, prefix: str, now: datetime) -> Progress | None:
    """How far the playbook has come of which a ticket is the parent; hardly any is."""
    if connection.execute("SELECT 1 FROM playbook_run WHERE ticket_id = ?", (number,)).fetchone() is None:
        return None
    from sdesk.store.reader.playbooks import progress

    return progress(connection, actor, prefix, number, now=now)
