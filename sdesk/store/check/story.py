"""The history: each ticket has one, and it ends in the status that the ticket has."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime

from sdesk.store.check.finding import Finding, Part


def _look(connection: sqlite3.Connection, now: datetime) -> Iterator[Finding]:
    for (number,) in connection.execute(
        "SELECT id FROM ticket AS t WHERE NOT EXISTS (SELECT 1 FROM history AS h WHERE h.ticket_id = t.id)"
    ):
        yield Finding("history", f"ticket {number} has no history", number, "ticket", number)
    # What was undone is no status that somebody gave: the one before counts again.
    for number, status, last in connection.execute(
        "SELECT t.id, t.status, json_extract(h.data, '$.new') FROM ticket AS t JOIN history AS h ON h.id ="
        " (SELECT max(id) FROM history WHERE ticket_id = t.id AND event IN ('status', 'undone', 'taken_back'))"
        " WHERE h.event = 'status' AND json_extract(h.data, '$.new') <> t.status"
    ):
        what = f"ticket {number} is {status}, and its history ends with {last}"
        yield Finding("history", what, number, "ticket", number)


STORY = Part("history", _look)
