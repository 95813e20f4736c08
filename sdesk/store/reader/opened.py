"""A store opened for reading: its one connection, and the desk's own facts."""

from __future__ import annotations

import sqlite3
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sdesk.domain.worktime import Calendar
from sdesk.store.reader import organisation
from sdesk.store.reader.connection import connect, translated
from sdesk.store.reader.rows import DeskRow

NO_DESK = DeskRow(name="sdesk", ref_prefix="SD", language="en", time_zone="UTC", currency="EUR")
"""Before a desk file was applied."""


class OpenedStore:
    """What every part of the reader stands on."""

    def __init__(self, path: Path, *, busy_seconds: float = 5.0) -> None:
        """Open the store; Unavailable where it is missing, none, locked, or of another version."""
        self.path = path
        self._connection = connect(path, busy_seconds)
        self._calendars: dict[int, Calendar] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    @cached_property
    def desk(self) -> DeskRow:
        """The desk's own facts."""
        row = self._one("SELECT name, ref_prefix, language, time_zone, currency, margin IS NOT NULL FROM desk_view")
        return NO_DESK if row is None else DeskRow(row[0], row[1], row[2], row[3], row[4], bool(row[5]))

    def refresh(self) -> None:
        """Forget what was remembered of the desk's set-up, after another process changed it."""
        self._calendars.clear()
        self.__dict__.pop("desk", None)

    def data_version(self) -> int:
        """A number that differs once another connection has committed (PRAGMA data_version)."""
        row = self._one("PRAGMA data_version")
        return int(row[0]) if row is not None else 0

    def _calendar(self, number: int) -> Calendar:
        if number not in self._calendars:
            self._calendars[number] = organisation.calendar(self._connection, number)
        return self._calendars[number]

    def _one(self, sql: str, *values: Any) -> sqlite3.Row | None:
        with translated(self.path):
            row: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
            return row

    def _all(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        with translated(self.path):
            return self._connection.execute(sql, values).fetchall()
