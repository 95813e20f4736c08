"""Writing down what happened: every change of a ticket is an event of its history."""

from __future__ import annotations

from typing import Any

from sdesk.desk.opening import Work
from sdesk.desk.steps.rows import insert_row
from sdesk.store.models import History


def record(work: Work, number: int | None, event: str, *, by: str | None = None, **data: Any) -> None:
    """Add an event; `by` is who did it where it was not the actor (`requester`)."""
    insert_row(
        work,
        History,
        {
            "ticket_id": number,
            "at": work.now,
            "agent_id": work.actor.agent_id if by is None else None,
            "actor": by or work.actor.login,
            "event": event,
            "data": data,
        },
    )
