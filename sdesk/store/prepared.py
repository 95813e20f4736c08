"""Statements that a mail runs by the dozen: compiled once, then given to the driver as they are.

They are written over the SQLModel tables like all others, so names and types come from there; only the work that
SQLAlchemy would do again for each run (building, cache keys, contexts, result objects) is left out. They run on the
driver's own connection, inside the transaction that the session began; the driver's errors come as they are.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Connection, Executable, Table
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.types import TypeEngine

Processor = Callable[[Any], Any]
Row = tuple[Any, ...]


class Rows:
    """What a prepared SELECT found, as the driver gives it: no type is turned back into Python's."""

    __slots__ = ("_rows",)

    def __init__(self, rows: list[Row]) -> None:
        self._rows = rows

    def all(self) -> list[Row]:
        """Every row."""
        return self._rows

    def first(self) -> Row | None:
        """The first row, if there is any."""
        return self._rows[0] if self._rows else None

    def one(self) -> Row:
        """The one row that there must be; ValueError."""
        (row,) = self._rows
        return row

    def scalar(self) -> Any:
        """The first column of the first row; None where there is no row."""
        return self._rows[0][0] if self._rows else None


class Prepared:
    """A SELECT, UPDATE or DELETE with named parameters (`bindparam`). Rows come as the driver gives them."""

    def __init__(self, statement: ClauseElement) -> None:
        if not isinstance(statement, Executable):
            raise TypeError("only a statement can be prepared")
        self._statement = statement
        self._sql = ""
        self._order: list[tuple[str, Processor | None, Any]] = []

    def run(self, connection: Connection, **values: Any) -> Rows:
        """Run it with these parameters."""
        if not self._sql:
            self._compile(connection.dialect)
        given = tuple(
            fixed if name not in values else values[name] if process is None else process(values[name])
            for name, process, fixed in self._order
        )
        return Rows(_execute(connection, self._sql, given).fetchall())

    def _compile(self, dialect: Dialect) -> None:
        compiled = self._statement.compile(dialect=dialect)
        if not isinstance(compiled, SQLCompiler) or compiled.positiontup is None:
            raise TypeError("the driver takes parameters by position")
        for name in compiled.positiontup:
            parameter = compiled.binds[name]
            process = _processor(parameter.type, dialect)
            fixed = parameter.value if process is None or parameter.value is None else process(parameter.value)
            self._order.append((parameter.key, process, fixed))
        self._sql = str(compiled)


class PreparedInsert:
    """Adding a row to a table: every column that the values leave out gets the table's own default."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._sql = ""
        self._columns: list[tuple[str, Processor | None, Any]] = []

    def run(self, connection: Connection, values: Mapping[str, Any]) -> int:
        """Add a row; gives its integer primary key, or the row's place where the key is none."""
        if not self._sql:
            self._compile(connection.dialect)
        given: list[Any] = []
        known = 0
        for name, process, default in self._columns:
            if name in values:
                known += 1
                value = values[name]
                given.append(value if process is None or value is None else process(value))
            else:
                given.append(default)
        if known < len(values):
            unknown = values.keys() - {name for name, _, _ in self._columns}
            raise KeyError(f"{self._table.name} has no column {', '.join(sorted(unknown))}")
        return int(_execute(connection, self._sql, given).lastrowid or 0)

    def _compile(self, dialect: Dialect) -> None:
        keys = [column for column in self._table.columns if not _generated(self._table, column.name)]
        for column in keys:
            process = _processor(column.type, dialect)
            default = getattr(column.default, "arg", None)
            self._columns.append(
                (column.name, process, default if process is None or default is None else process(default))
            )
        compiled = self._table.insert().compile(dialect=dialect, column_keys=[column.name for column in keys])
        self._sql = str(compiled)


def _execute(connection: Connection, sql: str, values: Sequence[Any]) -> sqlite3.Cursor:
    """Run a statement on the driver's connection; the transaction is the one that `connection` is in."""
    cursor = cast(sqlite3.Connection, connection.connection.dbapi_connection).cursor()
    return cursor.execute(sql, values)


def _generated(table: Table, name: str) -> bool:
    """Whether the database makes the value itself: an integer primary key named `id`."""
    return name == "id" and table.columns["id"].primary_key


def _processor(kind: TypeEngine[Any], dialect: Dialect) -> Processor | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)
