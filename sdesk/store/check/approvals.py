"""Approvals: a ticket waits for one exactly while somebody is asked, of whom there is one at most."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime

from sdesk.store.check.finding import Finding, Part

_ASKED = "SELECT ticket_id FROM approval WHERE state = 'asked'"
_WAITS = "SELECT id FROM ticket WHERE status = 'waiting' AND waiting_for = 'approval'"
_SEVERAL = f"SELECT ticket_id, count(*) FROM ({_ASKED}) GROUP BY ticket_id HAVING count(*) > 1 ORDER BY 1"
_UNDATED = (
    "SELECT id, ticket_id, state FROM approval"
    " WHERE (state = 'asked') <> (decided_at IS NULL) OR (state IN ('approved', 'refused')) <> (how IS NOT NULL)"
    " ORDER BY id"
)


def _look(connection: sqlite3.Connection, now: datetime) -> Iterator[Finding]:
    for (number,) in connection.execute(f"{_WAITS} EXCEPT {_ASKED}"):
        yield Finding(
            "approvals", f"ticket {number} waits for an approval, and nobody is asked", number, "ticket", number
        )
    for (number,) in connection.execute(f"{_ASKED} EXCEPT {_WAITS}"):
        what = f"somebody is asked to approve ticket {number}, which does not wait for it"
        yield Finding("approvals", what, number, "ticket", number)
    for number, count in connection.execute(_SEVERAL):
        yield Finding("approvals", f"ticket {number}: {count} are asked to approve it at once", number, "approval")
    for row, number, state in connection.execute(_UNDATED):
        what = f"ticket {number}: its approval {row} is {state}, and when or how it was decided does not fit that"
        yield Finding("approvals", what, number, "approval", row)


APPROVALS = Part("approvals", _look)
"""Nothing is mended: it follows from no other facts who decided what."""
