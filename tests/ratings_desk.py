"""Questions how it was, and answers, put into a store as the desk would."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from desks import NOW

from sdesk.desk.steps.tokens import hash_of

DAY = timedelta(days=1)


def rate(path: Path, number: int, score: int | None, comment: str = "", *, days: int = 0) -> None:
    """A question about a ticket, asked so many days after now, and what was answered an hour later."""
    asked, answered = (f"{NOW + days * DAY + timedelta(hours=hour):%Y-%m-%dT%H:%M:%SZ}" for hour in (0, 1))
    with closing(sqlite3.connect(path)) as connection:
        row = connection.execute(
            "INSERT INTO rating (ticket_id, person_id, team_id, service_id, unit_id, asked_at, answered_at, score,"
            " comment, how, token_hash) SELECT id, requester_id, team_id, service_id, unit_id, ?, ?, ?, ?, ?, ?"
            " FROM ticket WHERE id = ?",
            (
                asked,
                answered if score else None,
                score,
                comment,
                "mail" if score else None,
                hash_of(f"r-{number}-{days}"),
                number,
            ),
        ).lastrowid
        if score:
            connection.execute(
                "INSERT INTO history (ticket_id, at, actor, event, data)"
                " VALUES (?, ?, 'requester', 'rated', json_object('score', ?, 'rating', ?, 'comment', ?))",
                (number, answered, score, row, comment),
            )
        connection.commit()
