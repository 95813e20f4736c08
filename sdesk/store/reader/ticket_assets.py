"""The equipment that a ticket is about, as a reader sees it."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple


class TicketAssetRow(NamedTuple):
    """A piece of equipment that a ticket is about."""

    number: str
    """Its inventory number."""
    kind: str
    name: str
    model: str
    serial: str
    warranty_until: str | None
    """The last day of it, as 2026-11-27."""


def assets_of_ticket(connection: sqlite3.Connection, number: int) -> tuple[TicketAssetRow, ...]:
    """The equipment that a ticket is about, by inventory number."""
    found = connection.execute(
        "SELECT a.inventory_number, a.kind, a.name, a.model, a.serial, a.warranty_until FROM ticket_asset AS t"
        " JOIN asset AS a ON a.id = t.asset_id WHERE t.ticket_id = ? ORDER BY a.number_key",
        (number,),
    )
    return tuple(TicketAssetRow(*row) for row in found)
