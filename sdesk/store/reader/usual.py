"""What is usual lately: services that tickets are about, and words of their subjects; for whoever sorts new ones."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from sdesk.domain.actor import Actor
from sdesk.domain.instant import to_rfc3339
from sdesk.store.reader.where import Value, wall

LATELY, OF_UNIT = 3000, 100
"""So many of the newest tickets are looked at, on the whole and of one unit."""


SUBJECTS = 1000
"""So many subjects tell which words are usual."""


def recent_subjects(connection: sqlite3.Connection, actor: Actor, since: datetime) -> tuple[str, ...]:
    """Subjects of the newest open tickets, of those he may see."""
    hidden = wall(connection, actor)
    beyond, values = (f" AND {hidden.sql}", hidden.values) if hidden is not None else ("", ())
    found = connection.execute(
        f"SELECT subject FROM ticket WHERE is_open AND created_at >= ?{beyond} ORDER BY created_at DESC LIMIT ?",
        (to_rfc3339(since), *values, SUBJECTS),
    )
    return tuple(row[0] for row in found)


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
        # The wall within too: what is hidden crowds nothing out.
        here = f"SELECT t.id FROM ticket AS t WHERE t.unit_id = (SELECT id FROM unit WHERE key = ?){beyond}"
        newest = f"t.id IN ({here} ORDER BY t.id DESC LIMIT ?)"
        within = (unit, *values, OF_UNIT)
    found = connection.execute(
        "SELECT s.key FROM ticket AS t JOIN service AS s ON s.id = t.service_id"
        f" WHERE {newest} AND s.retired_at IS NULL AND t.status <> 'spam'{beyond}"
        " GROUP BY s.id ORDER BY count(*) DESC, s.key LIMIT ?",
        (*within, *values, limit),
    )
    return tuple(row[0] for row in found)
