"""Running playbooks: what is said of each step agrees with its ticket, and of the whole with its steps."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime

from sdesk.store.check.finding import Finding, Part

# A ticket that was merged is followed to the one that goes on, which may be the parent itself.
_STEPS = (
    "WITH RECURSIVE goes(step, ticket) AS (SELECT id, ticket_id FROM playbook_step WHERE ticket_id IS NOT NULL"
    " UNION SELECT g.step, l.other_id FROM goes AS g JOIN link AS l ON l.ticket_id = g.ticket"
    " AND l.kind = 'merged_into')"
    " SELECT s.id, s.key, s.state, r.ticket_id AS parent, t.id AS number, t.is_open, t.id IS r.ticket_id AS in_parent"
    " FROM playbook_step AS s JOIN playbook_run AS r ON r.id = s.run_id"
    " LEFT JOIN ticket AS t ON t.id = (SELECT max(g.ticket) FROM goes AS g JOIN ticket AS o ON o.id = g.ticket"
    " WHERE g.step = s.id AND o.status <> 'merged') ORDER BY s.id"
)
_RUNS = (
    "SELECT r.id, r.ticket_id, r.state, (SELECT count(*) FROM playbook_step AS s WHERE s.run_id = r.id"
    " AND s.state NOT IN ('done', 'skipped')) AS left FROM playbook_run AS r ORDER BY r.id"
)


def _look(connection: sqlite3.Connection, now: datetime) -> Iterator[Finding]:
    for row in connection.execute(_STEPS):
        wrong = _wrong(row)
        if wrong:
            what = f"step {row['key']} of ticket {row['parent']} is {row['state']}, and {wrong}"
            yield Finding("playbooks", what, row["parent"], "playbook_step", row["id"])
    for row in connection.execute(_RUNS):
        if (row["state"] == "done") is (row["left"] > 0) and row["state"] != "cancelled":
            left = "every step is done" if not row["left"] else f"{row['left']} of its steps are not done"
            what = f"the playbook of ticket {row['ticket_id']} is {row['state']}, and {left}"
            yield Finding("playbooks", what, row["ticket_id"], "playbook_run", row["id"])


def _wrong(row: sqlite3.Row) -> str:
    """What contradicts it; empty where nothing does."""
    state, number = row["state"], row["number"]
    if state == "planned" or state == "cancelled":
        return "" if number is None else f"has the ticket {number}"
    if number is None:
        return "has no ticket" if state == "open" else ""
    is_open = bool(row["is_open"]) and not row["in_parent"]
    if is_open is (state == "open"):
        return ""
    return f"its ticket {number} is {'open' if is_open else 'not open'}"


PLAYBOOKS = Part("playbooks", _look)
