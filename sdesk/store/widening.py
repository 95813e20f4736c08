"""One more word in a CHECK of a table that stands: for migrations alone.

SQLite changes no constraint, and to make a table anew would break every reference to it while foreign keys are on,
which no transaction can turn off. What is stored is the same with another word allowed, so the table's own words are
changed where they are kept (https://www.sqlite.org/lang_altertable.html, "making other kinds of table schema changes").
"""

from __future__ import annotations

import re
import sqlite3
from typing import cast

from sqlalchemy.engine import Connection


def allow_word(connection: Connection, table: str, column: str, word: str) -> None:
    """Let a column be one more word beside those that its `CHECK (column IN ('a', 'b'))` lists.

    It is part of the connection's transaction. RuntimeError where the table has no such constraint.
    """
    driver = cast(sqlite3.Connection, connection.connection.dbapi_connection)
    row = driver.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)).fetchone()
    pattern = rf"(CHECK \({re.escape(column)} IN \([^()]*)(\)\))"
    widened, found = re.subn(pattern, lambda match: f"{match[1]}, '{word}'{match[2]}", row[0] if row else "")
    if found != 1:
        raise RuntimeError(f"no constraint of the table {table} lists the words of {column}")
    _let_write(driver)
    (version,) = driver.execute("PRAGMA schema_version").fetchone()
    driver.execute("PRAGMA writable_schema = ON")
    try:
        driver.execute("UPDATE sqlite_master SET sql = ? WHERE type = 'table' AND name = ?", (widened, table))
        # Whoever has the store open reads anew what its tables are.
        driver.execute(f"PRAGMA schema_version = {version + 1}")
    finally:
        # Not OFF alone: this connection reads it anew, too.
        driver.execute("PRAGMA writable_schema = RESET")
    driver.execute(f'SELECT 1 FROM "{table}" LIMIT 0')


def _let_write(driver: sqlite3.Connection) -> None:
    """Some builds of SQLite are born defensive: they let nobody write there until they are told to."""
    # Both of Python 3.12 and later.
    configure, defensive = getattr(driver, "setconfig", None), getattr(sqlite3, "SQLITE_DBCONFIG_DEFENSIVE", None)
    if configure is not None and defensive is not None:
        configure(defensive, False)
