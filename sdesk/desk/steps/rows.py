"""Writing one row by a Core statement: half the time of a unit of work, where a mail writes a dozen rows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert

from sdesk.desk.opening import Work
from sdesk.store.models.base import Table


def insert_row(work: Work, table: type[Table], values: dict[str, Any]) -> int:
    """Add a row to a table with an integer primary key; gives the key."""
    key = work.connection.execute(insert(table), values).inserted_primary_key
    if key is None:
        raise TypeError(f"{table.__name__} gives no key")
    return int(key[0])
