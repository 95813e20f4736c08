"""Watchers: each works here still, and the history says of each that he watches."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime

from sdesk.store.check.finding import Finding, Part

_RETIRED = (
    "SELECT w.ticket_id, a.key FROM watcher AS w JOIN agent AS a ON a.id = w.agent_id"
    " WHERE a.retired_at IS NOT NULL ORDER BY 1, 2"
)
# What was undone is no word that counts: the one before does again.
_LAST = (
    "SELECT h.ticket_id, json_extract(h.data, '$.agent') AS agent, h.event, max(h.id) FROM history AS h"
    " WHERE h.event IN ('watched', 'unwatched') AND NOT EXISTS (SELECT 1 FROM history AS u,"
    " json_each(u.data, '$.events') AS e"
    " WHERE u.ticket_id = h.ticket_id AND u.event IN ('undone', 'taken_back') AND e.value = h.id)"
    " GROUP BY h.ticket_id, agent"
)
_SAID = (
    f"SELECT ticket_id, agent FROM ({_LAST}) WHERE event = 'watched'"
    " AND agent NOT IN (SELECT key FROM agent WHERE retired_at IS NOT NULL)"
)
_KEPT = "SELECT w.ticket_id, a.key FROM watcher AS w JOIN agent AS a ON a.id = w.agent_id WHERE a.retired_at IS NULL"


def _look(connection: sqlite3.Connection, now: datetime) -> Iterator[Finding]:
    for number, login in connection.execute(_RETIRED):
        what = f"ticket {number} is watched by {login}, who has left the desk"
        yield Finding("watchers", what, number, "watcher", None, mends=True)
    for number, login in connection.execute(f"{_KEPT} EXCEPT {_SAID}"):
        what = f"ticket {number} is watched by {login}, and its history does not say so"
        yield Finding("watchers", what, number, "watcher")
    for number, login in connection.execute(f"{_SAID} EXCEPT {_KEPT}"):
        what = f"ticket {number} is watched by {login} by its history, and nobody would tell him"
        yield Finding("watchers", what, number, "watcher")


def _mend(connection: sqlite3.Connection, now: datetime, found: list[Finding]) -> None:
    connection.execute("DELETE FROM watcher WHERE agent_id IN (SELECT id FROM agent WHERE retired_at IS NOT NULL)")


WATCHERS = Part("watchers", _look, _mend)
