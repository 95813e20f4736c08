"""`asset:` and `kind:` of a filter: tickets about pieces of equipment, or about a kind of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from sdesk.domain.equipment import number_key
from sdesk.domain.errors import BadFilter
from sdesk.domain.filter_fields import NONE
from sdesk.store.reader.assets import unknown


def about_equipment(connection: sqlite3.Connection, field: str, values: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """SQL and its values: the few tickets of equipment are looked up, and then sorted. BadFilter for a number that
    nothing has; a kind that is not there has no tickets.
    """
    named = [value for value in values if value != NONE]
    if field == "asset":
        wanted = tuple(number_key(value) for value in named)
        for value, key in zip(named, wanted, strict=True):
            if connection.execute("SELECT 1 FROM asset WHERE number_key = ?", (key,)).fetchone() is None:
                what, remedy = unknown(connection, value)
                raise BadFilter(what, remedy, word=f"asset:{value}")
    else:
        wanted = tuple(value.lower() for value in named)
    parts = []
    if wanted:
        column, marks = "x.number_key" if field == "asset" else "x.kind", ", ".join("?" * len(wanted))
        parts.append(
            "number IN (SELECT y.ticket_id FROM asset AS x JOIN ticket_asset AS y ON y.asset_id = x.id"
            f" WHERE {column} IN ({marks}))"
        )
    if NONE in values:
        parts.append("NOT EXISTS (SELECT 1 FROM ticket_asset AS y WHERE y.ticket_id = number)")
    return (parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"), wanted
