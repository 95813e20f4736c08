"""Full-text search: each ticket has its row of words, no other has one, and the index holds together."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime

from sdesk.store.check.finding import Finding, Part
from sdesk.store.search import ANSWERS, equipment_words, fold, words_of

_MESSAGES = (
    "SELECT text, author_name, author_address FROM (SELECT 0 AS place, id, text, author_name, author_address"
    " FROM message WHERE ticket_id = ?1 AND taken_back_at IS NULL"
    " UNION ALL SELECT 1, id, comment, name, address FROM approval WHERE ticket_id = ?1) ORDER BY place, id"
)

_EQUIPMENT = (
    "SELECT a.inventory_number, a.serial FROM ticket_asset AS t JOIN asset AS a ON a.id = t.asset_id"
    " WHERE t.ticket_id = ? ORDER BY a.number_key"
)


def _look(connection: sqlite3.Connection, now: datetime) -> Iterator[Finding]:
    for (number,) in connection.execute("SELECT id FROM ticket WHERE id NOT IN (SELECT rowid FROM ticket_fts)"):
        yield Finding("search", f"ticket {number} has no words in the full-text index", number, "ticket", number, True)
    for (row,) in connection.execute("SELECT rowid FROM ticket_fts WHERE rowid NOT IN (SELECT id FROM ticket)"):
        yield Finding("search", f"row {row} of the full-text index is of no ticket", None, "ticket_fts", row, True)
    for number, has, subject in connection.execute(
        "SELECT t.id, f.subject, t.subject FROM ticket AS t JOIN ticket_fts AS f ON f.rowid = t.id"
    ):
        if has != fold(subject):
            what = f"ticket {number} is not found by its subject"
            yield Finding("search", what, number, "ticket", number, mends=True)
    try:
        connection.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.checked USING fts5vocab(main, ticket_fts, row)")
        connection.execute("SELECT sum(cnt) FROM temp.checked").fetchone()
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CORRUPT:
            raise
        yield Finding("search", "the full-text index does not hold together", None, "ticket_fts", None, mends=True)


def _mend(connection: sqlite3.Connection, now: datetime, found: list[Finding]) -> None:
    if any(each.table == "ticket_fts" and each.row is None for each in found):
        connection.execute("INSERT INTO ticket_fts (ticket_fts) VALUES ('rebuild')")
    for each in found:
        if each.table == "ticket_fts" and each.row is not None:
            connection.execute("DELETE FROM ticket_fts WHERE rowid = ?", (each.row,))
        elif each.ticket is not None:
            write_words(connection, each.ticket)


def write_words(connection: sqlite3.Connection, number: int) -> None:
    """Write a ticket's words anew."""
    (answers,) = connection.execute(ANSWERS, (number,)).fetchone()
    said = (tuple(row) for row in connection.execute(_MESSAGES, (number,)))
    body, people = words_of(
        (*([(answers, "", "")] if answers else ()), *said),
        [equipment_words(*row) for row in connection.execute(_EQUIPMENT, (number,))],
    )
    (subject,) = connection.execute("SELECT subject FROM ticket WHERE id = ?", (number,)).fetchone()
    connection.execute("DELETE FROM ticket_fts WHERE rowid = ?", (number,))
    connection.execute(
        "INSERT INTO ticket_fts (rowid, subject, body, people) VALUES (?, ?, ?, ?)",
        (number, fold(subject), body, people),
    )


WORDS = Part("search", _look, _mend)
