"""What was answered in the form of a ticket's service, as a reader sees it."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple


class AnswerRow(NamedTuple):
    """An answer in one field."""

    key: str
    label: str
    """What the field was called when it was answered."""
    value: str


def answers_of(connection: sqlite3.Connection, number: int) -> tuple[AnswerRow, ...]:
    """The answers of a ticket, in the order of the form."""
    found = connection.execute(
        "SELECT key, label, value FROM form_value WHERE ticket_id = ? ORDER BY position, key", (number,)
    )
    return tuple(AnswerRow(*row) for row in found)
