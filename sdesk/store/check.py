"""Looking a store over: damage, and facts that contradict each other. Changes nothing."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sdesk.domain.errors import Unavailable
from sdesk.store.reader.connection import connect, translated

MOST = 20
"""Problems of one kind that are named; the rest is counted."""

_CONTRADICTIONS: tuple[tuple[str, str], ...] = (
    (
        "SELECT 'ticket ' || id || ' is ' || status || ', and its mark for open tickets says otherwise'"
        " FROM ticket WHERE is_open <> (status IN ('new', 'open', 'waiting'))",
        "tickets whose mark for open contradicts their status",
    ),
    (
        "SELECT 'ticket ' || id || ' has no words in the full-text index'"
        " FROM ticket WHERE id NOT IN (SELECT rowid FROM ticket_fts)",
        "tickets that search does not find",
    ),
    (
        "SELECT 'ticket ' || t.id || ' has no history' FROM ticket AS t"
        " WHERE NOT EXISTS (SELECT 1 FROM history AS h WHERE h.ticket_id = t.id)",
        "tickets without a history",
    ),
    (
        "SELECT 'ticket ' || t.id || ': the runs of its ' || c.kind || ' clock are ' || c.total || ' s, it says '"
        " || c.consumed || ' s' FROM ticket AS t JOIN ("
        "  SELECT r.ticket_id, r.kind, sum(r.seconds) AS total, CASE r.kind"
        "    WHEN 'first_response' THEN k.first_response_consumed WHEN 'next_reply' THEN k.next_reply_consumed"
        "    ELSE k.resolution_consumed END AS consumed"
        "  FROM clock_run AS r JOIN ticket AS k ON k.id = r.ticket_id WHERE NOT r.past GROUP BY r.ticket_id, r.kind"
        " ) AS c ON c.ticket_id = t.id WHERE c.total <> c.consumed",
        "clocks whose runs do not add up",
    ),
    (
        "SELECT 'ledger row ' || id || ' says created, and names no ticket'"
        " FROM ledger WHERE outcome IN ('created', 'followed_up', 'noted') AND ticket_id IS NULL",
        "messages taken into no ticket",
    ),
    (
        "SELECT 'ledger row ' || l.id || ' is in quarantine, and quarantine has it not'"
        " FROM ledger AS l WHERE l.outcome = 'quarantined'"
        " AND NOT EXISTS (SELECT 1 FROM quarantine AS q WHERE q.ledger_id = l.id)",
        "messages lost from quarantine",
    ),
    (
        "SELECT 'the content ' || b.sha256 || ' belongs to no attachment'"
        " FROM blob AS b WHERE NOT EXISTS (SELECT 1 FROM attachment AS f WHERE f.blob_id = b.id)",
        "contents that no attachment has",
    ),
)


def check(path: Path) -> tuple[str, ...]:
    """What is wrong with a store, a sentence each; empty where nothing is. Unavailable where it cannot be opened."""
    try:
        connection = connect(path, busy_seconds=5.0)
    except Unavailable as error:
        cause = error.__cause__
        if isinstance(cause, sqlite3.DatabaseError) and _is_damage(cause):
            # Not even its schema can be read.
            return (f"damage: {cause}",)
        raise
    try:
        with translated(path):
            try:
                return tuple(_problems(connection))
            except sqlite3.DatabaseError as error:
                if not _is_damage(error):
                    raise
                # So damaged that looking for the damage fails.
                return (f"damage: {error}",)
    finally:
        connection.close()


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_CORRUPT


def _problems(connection: sqlite3.Connection) -> list[str]:
    problems = [f"damage: {row[0]}" for row in connection.execute(f"PRAGMA integrity_check({MOST})") if row[0] != "ok"]
    if problems:
        # What a damaged file says of its contents is worth nothing.
        return problems
    for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check"):
        problems.append(f"row {row} of {table} refers to a {parent} that is not there")
    for sql, what in _CONTRADICTIONS:
        found = [str(row[0]) for row in connection.execute(sql)]
        problems += found[:MOST]
        if len(found) > MOST:
            problems.append(f"{len(found) - MOST} more {what}")
    return problems
