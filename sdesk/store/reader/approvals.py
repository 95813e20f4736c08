"""What was asked of approvers about a ticket, as a reader sees it."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import NamedTuple

from sdesk.domain.approval import ApprovalState, DecidedHow


class ApprovalRow(NamedTuple):
    """A question to an approver, and what became of it."""

    approver: str | None
    """Mail address; None where nobody is known who could be asked. `approver_name` is for eyes."""
    approver_name: str
    state: ApprovalState
    asked_at: datetime
    """Last."""
    decided_at: datetime | None
    how: DecidedHow | None
    agent: str | None
    """Login of who wrote the decision down for the approver."""
    comment: str

    @property
    def whom(self) -> str:
        """The approver for eyes; empty where nobody is known."""
        return self.approver_name or self.approver or ""


def approvals_of(connection: sqlite3.Connection, number: int) -> tuple[ApprovalRow, ...]:
    """All that was asked about a ticket, oldest first."""
    found = connection.execute(
        "SELECT approver, approver_name, state, asked_at, decided_at, how, agent, comment FROM approval_view"
        " WHERE number = ? ORDER BY id",
        (number,),
    )
    return tuple(
        ApprovalRow(
            row[0],
            row[1],
            ApprovalState(row[2]),
            datetime.fromisoformat(row[3]),
            None if row[4] is None else datetime.fromisoformat(row[4]),
            None if row[5] is None else DecidedHow(row[5]),
            row[6],
            row[7],
        )
        for row in found
    )
