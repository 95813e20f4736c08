"""How large a store is, and of what: rows and bytes of each table with its indexes, free pages, the log."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from sdesk.store.reader.connection import connect, translated


class Measured(NamedTuple):
    """One table, or one thing beside them."""

    name: str
    """A table; `(free)`: pages that hold nothing; `(log)`: the write-ahead log; `(file)`: the whole file."""
    rows: int | None
    bytes: int | None
    """None where this SQLite cannot tell (it was built without `dbstat`)."""
    content: int | None = None
    """Of attachments and raw mail: bytes of what they hold, before compression."""


_CONTENT = {"blob": "size", "raw_mail": "size"}


def measure(path: Path) -> tuple[Measured, ...]:
    """The largest table first, then what is no table, the whole file last. Unavailable where it cannot be read."""
    with closing(connect(path, busy_seconds=5.0)) as connection, translated(path):
        connection.execute("BEGIN")
        tables = sorted(_tables(connection), key=lambda each: (-(each.bytes or 0), each.name))
        page, pages, free = (
            int(connection.execute(f"PRAGMA {name}").fetchone()[0])
            for name in ("page_size", "page_count", "freelist_count")
        )
    log = path.with_name(f"{path.name}-wal")
    return (
        *tables,
        Measured("(free)", None, free * page),
        Measured("(log)", None, log.stat().st_size if log.exists() else 0),
        Measured("(file)", None, pages * page),
    )


def _tables(connection: sqlite3.Connection) -> Iterator[Measured]:
    sizes = _bytes(connection)
    virtual = {
        row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%'")
    }
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in tables:
        if table.startswith("sqlite_") or any(table.startswith(f"{each}_") for each in virtual):
            continue
        # A full-text index stands in tables of its own.
        mine = [table, *(each for each in tables if table in virtual and each.startswith(f"{table}_"))]
        counted = f"{table}_docsize" if table in virtual else table
        (rows,) = connection.execute(f'SELECT count(*) FROM "{counted}"').fetchone()
        content = None
        if column := _CONTENT.get(table):
            (content,) = connection.execute(f"SELECT coalesce(sum({column}), 0) FROM {table}").fetchone()
        yield Measured(table, rows, None if sizes is None else sum(sizes.get(each, 0) for each in mine), content)


def _bytes(connection: sqlite3.Connection) -> dict[str, int] | None:
    """Bytes of each table with its indexes; None where SQLite was built without `dbstat`."""
    try:
        rows = connection.execute(
            "SELECT coalesce(m.tbl_name, s.name), sum(s.pgsize) FROM dbstat AS s"
            " LEFT JOIN sqlite_master AS m ON m.name = s.name WHERE s.aggregate = TRUE GROUP BY 1"
        )
        return {str(name): int(size) for name, size in rows}
    except sqlite3.OperationalError as error:
        if "dbstat" not in str(error):
            raise
        return None
