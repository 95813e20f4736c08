"""Adding rows where a mail adds a dozen."""

from __future__ import annotations

from typing import Any

from sdesk.desk.opening import Work
from sdesk.store.models.base import Table
from sdesk.store.prepared import PreparedInsert

_INSERTS = {name: PreparedInsert(table) for name, table in Table.metadata.tables.items()}


def insert_row(work: Work, table: type[Table], values: dict[str, Any]) -> int:
    """Add a row to a table; gives its integer primary key."""
    return _INSERTS[str(table.__tablename__)].run(work.connection, values)
