"""What work took."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from sdesk.store.columns import Instant
from sdesk.store.models.base import Table


class TimeSpent(Table, table=True):
    """Work that an agent put into a ticket."""

    __tablename__ = "time_spent"
    __table_args__ = (Index("ix_time_spent_spent_at", "spent_at", "agent_id", "seconds"),)

    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    agent_id: int = Field(foreign_key="agent.id")
    spent_at: datetime = Field(sa_type=Instant)
    """When it was written down."""
    seconds: int
    message_id: int | None = Field(default=None, foreign_key="message.id")
    """The answer or note with which it was written down."""
