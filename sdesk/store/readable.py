"""A store opened read-only, whatever a process that was killed has left beside it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from sdesk.domain.errors import Unavailable


def opened(path: Path, busy_seconds: float) -> sqlite3.Connection:
    """A connection that only reads. The driver's errors are the caller's.

    In a store without a write-ahead log (a backup that was put in its place) a killed writer leaves half a change, and
    how to take it back, which only who may write can do: so that is done first. Unavailable where it cannot be.
    """
    try:
        return _opened(path, busy_seconds)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_READONLY_ROLLBACK:
            raise
        half = error
    try:
        with closing(sqlite3.connect(path, timeout=busy_seconds, isolation_level=None)) as connection:
            connection.execute("PRAGMA schema_version").fetchone()
        return _opened(path, busy_seconds)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}:
            raise
        raise Unavailable(
            f"a process that was killed left half a change in the store {path}, and you may not take it back",
            "run `sdesk list` once as the owner of the store: that takes it back",
        ) from half


def _opened(path: Path, busy_seconds: float) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?mode=ro", uri=True, timeout=busy_seconds, isolation_level=None
    )
    try:
        # The first read finds what was left.
        connection.execute("PRAGMA schema_version").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection
