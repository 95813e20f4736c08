"""Damage of the file, rows that refer to nothing, and how the file is kept."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from datetime import datetime

from sdesk.store.check.finding import Finding, Part

MOST = 100
"""Lines that SQLite's own check gives."""
_OF_AN_INDEX = re.compile(r"(?:row \d+ missing from|wrong # of entries in) index (\w+)")
"""What SQLite says of an index that does not say what its table says: either may be the one that lost something."""


def _look(connection: sqlite3.Connection, now: datetime) -> Iterator[Finding]:
    for (said,) in connection.execute(f"PRAGMA integrity_check({MOST})"):
        if said != "ok":
            index = _OF_AN_INDEX.match(said)
            yield Finding("damage", f"damage: {said}", mends=index is not None and _says_less(connection, index[1]))


def _says_less(connection: sqlite3.Connection, index: str) -> bool:
    """Whether an index has no more than its table, so that it can be made anew of it.

    One that has more knows of rows that the table lost: made anew, it would forget them too."""
    table, sql = connection.execute("SELECT tbl_name, sql FROM sqlite_master WHERE name = ?", (index,)).fetchone()
    where = "".join((sql or "").partition(" WHERE ")[1:])  # of a partial index
    counts = (
        int(connection.execute(f'SELECT count(*) FROM "{table}" {way}{where}').fetchone()[0])
        for way in (f'INDEXED BY "{index}"', "NOT INDEXED")
    )
    return next(counts) <= next(counts)


def _mend(connection: sqlite3.Connection, now: datetime, found: list[Finding]) -> None:
    names = {match[1] for each in found if (match := _OF_AN_INDEX.match(each.what.removeprefix("damage: ")))}
    for name in sorted(names):
        connection.execute(f'REINDEX "{name}"')


def _references(connection: sqlite3.Connection, now: datetime) -> Iterator[Finding]:
    for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check"):
        yield Finding("references", f"row {row} of {table} refers to a {parent} that is not there", None, table, row)


def _kept(connection: sqlite3.Connection, now: datetime) -> Iterator[Finding]:
    if connection.execute("PRAGMA journal_mode").fetchone()[0] not in {"wal", "memory"} and _has_side(connection):
        yield Finding("file", "the store has no write-ahead log: whoever reads keeps writers waiting", mends=True)


def _has_side(connection: sqlite3.Connection) -> bool:
    """A backup is one file on purpose; a store that is in use has its turns beside it."""
    from pathlib import Path

    path = Path(connection.execute("PRAGMA database_list").fetchone()[2])
    return path.with_name(f"{path.name}-turn").exists()


DAMAGE = Part("damage", _look, _mend)
REFERENCES = Part("references", _references)
FILE = Part("file", _kept, lambda connection, now, found: None)
"""Mended when the transaction is over: SQLite changes it in none."""
