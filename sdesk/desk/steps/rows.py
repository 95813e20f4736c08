"""Adding rows where a mail adds a dozen."""

from __future__ import annotations

from functools import cache
from typing import Any

from sdesk.desk.opening import Work
from sdesk.store.models.base import Table
from sdesk.store.prepared import PreparedInsert


def insert_row(work: Work, table: type[Table], values: dict[str, Any]) -> int:
    """Add a row to a table; gives its integer primary key."""
    return _insert_of(str(table.__tablename__)).run(work.connection, values)


@cache
def _insert_of(name: str) -> PreparedInsert:
    return PreparedInsert(Table.metadata.tables[name])
