"""Ratings: each answer has an instant and stands in the history of its ticket."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime

from sdesk.store.check.finding import Finding, Part

_HALF = (
    "SELECT ticket_id, id FROM rating WHERE (score IS NULL) <> (answered_at IS NULL)"
    " OR (score IS NULL AND (how IS NOT NULL OR follow_up_id IS NOT NULL)) ORDER BY id"
)
_UNTOLD = (
    "SELECT r.ticket_id, r.id FROM rating AS r WHERE r.score IS NOT NULL AND NOT EXISTS"
    " (SELECT 1 FROM history AS h WHERE h.ticket_id = r.ticket_id AND h.event = 'rated'"
    " AND json_extract(h.data, '$.rating') = r.id AND json_extract(h.data, '$.score') = r.score) ORDER BY r.id"
)
_AGAIN = (
    "SELECT follow_up_id, max(id) FROM rating WHERE follow_up_id IS NOT NULL GROUP BY follow_up_id HAVING count(*) > 1"
)


def _look(connection: sqlite3.Connection, now: datetime) -> Iterator[Finding]:
    for number, row in connection.execute(_HALF):
        what = f"ticket {number} has a rating that is neither answered nor open"
        yield Finding("ratings", what, number, "rating", row)
    for number, row in connection.execute(_UNTOLD):
        what = f"ticket {number} has an answer to how it was, and its history does not say so"
        yield Finding("ratings", what, number, "rating", row)
    for number, row in connection.execute(_AGAIN):
        what = f"ticket {number} was opened by two ratings"
        yield Finding("ratings", what, number, "rating", row)


RATINGS = Part("ratings", _look)
"""What people said of how it was."""
