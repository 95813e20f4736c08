"""What an agent did, so that it can be undone."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field

from sdesk.store.columns import Document, Instant
from sdesk.store.models.base import Table


class Undo(Table, table=True):
    """A ticket that an agent's action changed: what undo puts back, as long as nothing has changed it since."""

    __table_args__ = (Index("ix_undo_agent_id", "agent_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    agent_id: int = Field(foreign_key="agent.id")
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    at: datetime = Field(sa_type=Instant, index=True)
    batch: str
    """The same for all tickets of one action."""
    part_of: int | None = Field(default=None, foreign_key="undo.id", index=True)
    """Of a ticket that was changed along with another: the row of that one. None for the one that was acted on."""
    verb: str
    sentence: dict[str, Any] = Field(sa_type=Document)
    """What the action said it did, as `domain/phrase` packs it."""
    was: int
    """The ticket's version before it."""
    version: int
    """The ticket's version after it: not another one where the action changed only what stands beside the ticket."""
    before: dict[str, Any] = Field(sa_type=Document)
    """The rows that were changed, before and after (`desk/steps/deeds`): all of them stand with the ticket that was
    acted on."""
