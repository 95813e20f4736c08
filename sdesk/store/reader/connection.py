"""A connection for reading: read-only, checked for its schema, errors as sentences."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sdesk.domain.errors import Unavailable
from sdesk.domain.phrase import phrase
from sdesk.store import faults, readable, schema
from sdesk.store.search import fold


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn the driver's errors into sentences; a mistake of our own stays what it is."""
    try:
        yield
    except sqlite3.Error as error:
        fault = faults.unavailable(error, path)
        if fault is None:
            raise
        raise fault from error


def connect(path: Path, busy_seconds: float) -> sqlite3.Connection:
    """Open a store for reading; Unavailable where it is missing, none, or of another version."""
    if not faults.stands(path):
        raise Unavailable(
            phrase("there is no store at {path}", path=path),
            phrase("make one with `sdesk init`, or name another with --db"),
        )
    with translated(path):
        connection = readable.opened(path, busy_seconds)
        try:
            schema.require_current(connection, path)
        except BaseException:
            connection.close()
            raise
    connection.row_factory = sqlite3.Row
    connection.create_function("fold", 1, _fold, deterministic=True)
    return connection


def _fold(text: str | None) -> str | None:
    """SQL's own functions give nothing of nothing."""
    return None if text is None else fold(text)
