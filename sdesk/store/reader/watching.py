"""Who watches a ticket, as a reader sees it."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import NamedTuple


class WatcherRow(NamedTuple):
    """An agent who is told of what happens on a ticket that is not his."""

    agent: str
    """Login; `agent_name` is for eyes."""
    agent_name: str
    since: datetime
    by: str | None
    """Login of who said so; None for the desk itself."""


def watchers_of(connection: sqlite3.Connection, number: int) -> tuple[WatcherRow, ...]:
    """Who watches a ticket, by login."""
    found = connection.execute(
        "SELECT agent, agent_name, since, by FROM watcher_view WHERE number = ? ORDER BY agent", (number,)
    )
    return tuple(WatcherRow(row[0], row[1], datetime.fromisoformat(row[2]), row[3]) for row in found)
