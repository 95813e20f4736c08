"""Approvals: who was asked whether a ticket may be worked on, and what was said."""

# No `from __future__ import annotations` here: SQLModel reads the annotations as types.

from datetime import datetime

from sqlmodel import Field

from sdesk.domain.approval import ApprovalState, DecidedHow
from sdesk.store.columns import Instant, Word, one_of, partial_index
from sdesk.store.models.base import Table


class Approval(Table, table=True):
    """A question to somebody whether what a ticket asks for may be done. Of a ticket at most one is open.

    What its links prove stands in `token`, hashed: several of one question, since a reminder has its own.
    """

    __table_args__ = (
        partial_index("ix_approval_remind_at", "remind_at", where="state = 'asked' AND remind_at IS NOT NULL"),
        partial_index("ix_approval_tell_at", "tell_at", where="state = 'asked' AND tell_at IS NOT NULL"),
        one_of("state", ApprovalState),
        one_of("how", DecidedHow),
    )

    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    service_id: int | None = Field(default=None, foreign_key="service.id")
    """For what it was asked."""
    address: str
    """The approver's; empty where nobody is known who could be asked."""
    name: str = ""
    person_id: int | None = Field(default=None, foreign_key="person.id")
    state: ApprovalState = Field(default=ApprovalState.ASKED, sa_type=Word(ApprovalState))
    asked_at: datetime = Field(sa_type=Instant)
    """Last: who is asked once more is asked anew."""
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    how: DecidedHow | None = Field(default=None, sa_type=Word(DecidedHow))
    agent_id: int | None = Field(default=None, foreign_key="agent.id")
    """Who wrote the decision down for the approver."""
    comment: str = ""
    remind_at: datetime | None = Field(default=None, sa_type=Instant)
    """When the approver is reminded; None where that is done."""
    tell_at: datetime | None = Field(default=None, sa_type=Instant)
    """When the team's lead is told that nobody answers; None where that is done."""
