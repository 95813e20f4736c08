"""Time spent and agreed visits, as a reader sees them."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import NamedTuple


class SpentRow(NamedTuple):
    """Time that an agent wrote down on a ticket."""

    agent: str
    """Login; `agent_name` is for eyes."""
    agent_name: str
    spent_at: datetime
    """When it was written down."""
    seconds: int
    """Negative where it corrects."""
    message: int | None
    """The answer or note with which it was written down."""


class VisitRow(NamedTuple):
    """An agreed visit of an open ticket."""

    agent: str | None
    """Login of who comes; None while nobody has the ticket."""
    agent_name: str | None
    starts_at: datetime
    agreed_at: datetime


def spent_on(connection: sqlite3.Connection, number: int) -> tuple[SpentRow, ...]:
    """What was written down on a ticket, oldest first."""
    found = connection.execute(
        "SELECT agent, agent_name, spent_at, seconds, message_id FROM time_view WHERE number = ? ORDER BY id", (number,)
    )
    return tuple(SpentRow(row[0], row[1], datetime.fromisoformat(row[2]), row[3], row[4]) for row in found)


def visit_of(connection: sqlite3.Connection, number: int) -> VisitRow | None:
    """The agreed visit of a ticket; None where none is agreed."""
    row = connection.execute(
        "SELECT agent, agent_name, starts_at, agreed_at FROM visit_view WHERE number = ? AND ended_at IS NULL",
        (number,),
    ).fetchone()
    if row is None:
        return None
    return VisitRow(row[0], row[1], datetime.fromisoformat(row[2]), datetime.fromisoformat(row[3]))
