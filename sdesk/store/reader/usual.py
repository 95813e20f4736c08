"""What is usual lately: services that tickets are about, on the whole and at one unit; for whoever sorts new ones."""

from __future__ import annotations

import sqlite3

from sdesk.domain.actor import Actor
from sdesk.store.reader.where import Value, wall

LATELY, OF_UNIT = 3000, 100
"""So many of the newest tickets are looked at, on the whole and of one unit."""


def usual_services(
    connection: sqlite3.Connection, actor: Actor, *, unit: str | None = None, limit: int
) -> tuple[str, ...]:
    """Keys of the services that most of the newest tickets are about, the commonest first; of tickets he may see."""
    hidden = wall(connection, actor, "t.team_id")
    beyond, values = (f" AND {hidden.sql}", hidden.values) if hidden is not None else ("", ())
    within: tuple[Value, ...]
    if unit is None:
        newest, within = "t.id > (SELECT coalesce(max(id), 0) FROM ticket) - ?", (LATELY,)
    else:
        here = "SELECT id FROM ticket WHERE unit_id = (SELECT id FROM unit WHERE key = ?) ORDER BY id DESC LIMIT ?"
        newest = f"t.id IN ({here})"
        within = (unit, OF_UNIT)
    found = connection.execute(
        "SELECT s.key FROM ticket AS t JOIN service AS s ON s.id = t.service_id"
        f" WHERE {newest} AND s.retired_at IS NULL AND t.status <> 'spam'{beyond}"
        " GROUP BY s.id ORDER BY count(*) DESC, s.key LIMIT ?",
        (*within, *values, limit),
    )
    return tuple(row[0] for row in found)
