"""What must hold for the history of every ticket: each move starts where the one before led, the last to what it is."""

from __future__ import annotations

import json
import sqlite3

ANYWHERE = object()
"""What is put back (undone, taken back) says in one event what several moves would: the next one may start anywhere."""


def faults(store: sqlite3.Connection) -> list[str]:
    """Sentences about what does not hang together."""
    found: list[str] = []
    status: dict[int, object] = {}
    assignee: dict[int, object] = {}
    for number, event, written in store.execute(
        "SELECT ticket_id, event, data FROM history WHERE ticket_id IS NOT NULL ORDER BY id"
    ):
        chain = {"status": status, "assigned": assignee}.get(event)
        if chain is not None:
            data = json.loads(written)
            before = chain.get(number, data["old"])
            if before is not ANYWHERE and data["old"] != before:
                found.append(f"{number}: {event} from {data['old']}, where it was {before}")
            chain[number] = data["new"]
        elif event in {"undone", "taken_back"}:
            status[number] = assignee[number] = ANYWHERE
    stands = store.execute(
        "SELECT t.id, t.status, a.key FROM ticket AS t LEFT JOIN agent AS a ON a.id = t.assignee_id"
    ).fetchall()
    for number, is_status, is_assignee in stands:
        for name, chain, value in (("status", status, is_status), ("assigned", assignee, is_assignee)):
            said = chain.get(number, value)
            if said is not ANYWHERE and said != value:
                found.append(f"{number}: the history says {name} {said}, the ticket {value}")
    return found
