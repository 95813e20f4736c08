"""What looks like one incident, and the incidents that are open: as an agent may see them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from sdesk.domain.actor import Actor
from sdesk.store.reader.convert import instant, money
from sdesk.store.reader.rows import TicketRow
from sdesk.store.reader.where import wall

if TYPE_CHECKING:
    from sdesk.store.reader.detail_rows import IncidentRow

_PROPOSALS = (
    "SELECT p.id, p.tickets, s.key AS service, s.name AS service_name FROM incident_proposal AS p"
    " JOIN service AS s ON s.id = p.service_id"
    " WHERE p.ended_at IS NULL ORDER BY p.first_at"
)
_TICKETS = (
    "SELECT t.id, t.subject, t.created_at, t.unit_id, t.loss_per_hour, t.team_id, m.key AS team FROM ticket AS t"
    " JOIN team AS m ON m.id = t.team_id WHERE t.is_open AND t.incident_id IS NULL"
    " AND t.id IN (SELECT value FROM json_each(?)) ORDER BY t.created_at, t.id"
)
_INCIDENTS = (
    "SELECT t.id, t.subject, t.created_at, t.unit_id, t.loss_per_hour, t.team_id, m.key AS team, s.key AS service,"
    " s.name AS service_name FROM ticket AS t JOIN team AS m ON m.id = t.team_id"
    " LEFT JOIN service AS s ON s.id = t.service_id WHERE t.is_incident AND t.is_open"
)
_PARTS = (
    "SELECT t.id, t.unit_id, t.loss_per_hour FROM ticket AS t WHERE t.incident_id = ? AND t.is_open{} ORDER BY t.id"
)


def incidents(connection: sqlite3.Connection, actor: Actor, prefix: str) -> tuple[IncidentRow, ...]:
    """Proposals first, then open incidents, each the oldest first. What stands behind a wall is left out."""
    return (*proposals(connection, actor), *_open(connection, actor, prefix))


def proposals(connection: sqlite3.Connection, actor: Actor) -> tuple[IncidentRow, ...]:
    """What nobody has decided yet, the oldest first; nothing where one of its tickets stands behind a wall."""
    hidden = wall(connection, actor, "t.team_id")
    found = []
    for proposal, listed, service, service_name in connection.execute(_PROPOSALS).fetchall():
        numbers = json.dumps(json.loads(listed))
        rows = connection.execute(_TICKETS, (numbers,)).fetchall()
        if hidden is not None:
            beyond = f"SELECT 1 FROM ticket AS t WHERE t.id IN (SELECT value FROM json_each(?)) AND NOT ({hidden.sql})"
            if connection.execute(f"{beyond} LIMIT 1", (numbers, *hidden.values)).fetchone() is not None:
                continue
        if len(rows) > 1:
            found.append(
                _row(rows, service, service_name, proposal=proposal, command=f"sdesk incident accept {proposal}")
            )
    return tuple(found)


def without_hidden(connection: sqlite3.Connection, actor: Actor, rows: tuple[TicketRow, ...]) -> tuple[TicketRow, ...]:
    """The same tickets; none names an incident that stands behind a wall, as where its team became private later."""
    named = sorted({row.incident for row in rows if row.incident is not None})
    hidden = wall(connection, actor) if named else None
    if hidden is None:
        return rows
    numbers = f"SELECT id FROM ticket WHERE id IN (SELECT value FROM json_each(?)) AND {hidden.sql}"
    seen = {row[0] for row in connection.execute(numbers, (json.dumps(named), *hidden.values))}
    return tuple(row if row.incident is None or row.incident in seen else row._replace(incident=None) for row in rows)


def _open(connection: sqlite3.Connection, actor: Actor, prefix: str) -> list[IncidentRow]:
    hidden = wall(connection, actor, "t.team_id")
    beyond, values = (f" AND {hidden.sql}", hidden.values) if hidden is not None else ("", ())
    found = []
    for row in connection.execute(f"{_INCIDENTS}{beyond} ORDER BY t.created_at, t.id", values).fetchall():
        parts = connection.execute(_PARTS.format(beyond), (row["id"], *values)).fetchall()
        found.append(_row([row, *parts], row["service"] or "", row["service_name"] or "", ref=f"{prefix}-{row['id']}"))
    return found


def _row(
    rows: Sequence[sqlite3.Row],
    service: str,
    service_name: str,
    *,
    proposal: int | None = None,
    ref: str = "",
    command: str = "",
) -> IncidentRow:
    from sdesk.store.reader.detail_rows import IncidentRow

    first = rows[0]
    since = instant(first["created_at"])
    if since is None:
        raise TypeError("a ticket without an opening")
    losses = [loss for row in rows if (loss := money(row["loss_per_hour"])) is not None]
    return IncidentRow(
        proposal=proposal,
        number=None if proposal is not None else first["id"],
        ref=ref,
        subject=first["subject"],
        service=service,
        service_name=service_name,
        team=first["team"],
        since=since,
        tickets=tuple(row["id"] for row in rows),
        units=len({row["unit_id"] for row in rows} - {None}),
        loss_per_hour=sum(losses, Decimal(0)) if losses else None,
        command=command,
    )
