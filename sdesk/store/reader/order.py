"""The orders of a list: which columns, and where a row stands in one, so that a page goes on from it.

Each order ends in the ticket's number, so that no two rows stand in one place. Each has an index of what is open.
"""

from __future__ import annotations

from collections.abc import Mapping

from sdesk.domain.filters import Sort
from sdesk.domain.instant import to_rfc3339
from sdesk.store.reader.rows import TicketRow

Cursor = tuple[int | str, ...]
"""A place in an order: the values of its columns."""

END: Cursor = ()
"""After every row: what lies before it is the end of the list."""

_URGENCY = ("rank", "key1", "key2", "number")
COLUMNS: Mapping[Sort, tuple[str, ...]] = {
    Sort.SLA: _URGENCY,
    Sort.LOSS: ("loss_key", *_URGENCY),
    Sort.PRIORITY: ("priority", *_URGENCY),
    Sort.AGE: ("created_at", "number"),
}
"""Columns of `ticket_view`, all ascending."""


def cursor_of(row: TicketRow, sort: Sort) -> Cursor:
    """Where a row stands in an order."""
    match sort:
        case Sort.LOSS:
            return (row.loss_key, *row.place)
        case Sort.PRIORITY:
            return (row.priority.value, *row.place)
        case Sort.AGE:
            return (to_rfc3339(row.created_at), row.number)
        case _:
            return row.place
