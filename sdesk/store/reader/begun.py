"""What is half typed: tickets by the beginning of their number, people by that of an address."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import NamedTuple

from sdesk.domain.actor import Actor
from sdesk.domain.instant import to_rfc3339
from sdesk.store.reader.where import Condition, wall

MOST = 60
"""Of each, most."""
MOST_DONE = 2_000
"""Tickets that were resolved lately, among which is looked: the last."""


class BegunTicket(NamedTuple):
    """A ticket, for whoever types its number."""

    number: int
    subject: str


def tickets_query(hidden: Condition | None, digits: str) -> Condition:
    """The open tickets that the agent may see, most urgent first, by the beginning of their number."""
    values: tuple[object, ...] = () if hidden is None else hidden.values
    walls = "" if hidden is None else f" AND {hidden.sql}"
    if digits:
        values, begins = (*values, f"{digits}%"), " AND CAST(id AS TEXT) LIKE ?"
    else:
        begins = ""
    return Condition(
        f"SELECT id FROM ticket WHERE is_open{walls}{begins} ORDER BY rank, key1, key2, id",
        values,  # type: ignore[arg-type]
    )


def done_query(hidden: Condition | None, digits: str, since: datetime) -> Condition:
    """Those that were resolved since then and are not open again, the last first."""
    values: tuple[object, ...] = (to_rfc3339(since), *(() if hidden is None else hidden.values))
    walls = "" if hidden is None else f" AND {hidden.sql}"
    if digits:
        values, begins = (*values, f"{digits}%"), " AND CAST(id AS TEXT) LIKE ?"
    else:
        begins = ""
    return Condition(
        f"SELECT id FROM ticket WHERE resolved_at >= ? AND NOT +is_open{walls}{begins}"
        f" ORDER BY resolved_at DESC LIMIT {MOST_DONE}",
        values,  # type: ignore[arg-type]
    )


def tickets(
    connection: sqlite3.Connection,
    actor: Actor,
    digits: str,
    *,
    still_open: bool = True,
    done_since: datetime | None = None,
) -> tuple[BegunTicket, ...]:
    """Open tickets, the most urgent; behind them those that are done since an instant, the last ones. Of each also the
    first and the last by name: what all have in common, these have too.
    """
    hidden = wall(connection, actor)
    queries = [tickets_query(hidden, digits)] if still_open else []
    if done_since is not None:
        queries.append(done_query(hidden, digits, done_since))
    chosen: list[int] = []
    for query in queries:
        numbers = [row[0] for row in connection.execute(query.sql, query.values)]
        chosen += numbers[:MOST]
        if len(numbers) > MOST:
            chosen += [each for each in (min(numbers, key=str), max(numbers, key=str)) if each not in chosen]
    marks = ", ".join("?" * len(chosen))
    subjects = dict(connection.execute(f"SELECT id, subject FROM ticket WHERE id IN ({marks})", chosen).fetchall())
    return tuple(BegunTicket(each, subjects[each]) for each in chosen)


def people(connection: sqlite3.Connection, actor: Actor, typed: str) -> tuple[tuple[str, str], ...]:
    """Addresses that begin so, each with its name; behind a wall are people of whom the agent may see no ticket."""
    hidden = wall(connection, actor, "t.team_id")
    walls, values = "", ()
    if hidden is not None:
        walls = f" AND EXISTS (SELECT 1 FROM ticket AS t WHERE t.requester_id = p.id AND {hidden.sql})"
        values = hidden.values  # type: ignore[assignment]
    low = typed.lower()
    statement = (
        "SELECT a.address, p.name FROM person_address AS a JOIN person AS p ON p.id = a.person_id"
        f" WHERE a.address >= ? AND a.address < ?{walls} ORDER BY a.address"
    )
    values = (low, f"{low}\U0010ffff", *values)  # type: ignore[assignment]
    found = [(row[0], row[1]) for row in connection.execute(f"{statement} LIMIT {MOST}", values)]
    if len(found) == MOST:
        # What all have in common, these have too.
        last = connection.execute(f"{statement} DESC LIMIT 1", values).fetchone()
        found.append((last[0], last[1]))
    return tuple(dict(found).items())
