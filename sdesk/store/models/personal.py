"""What agents keep beside the tickets: named filters, who is where just now, words of forms, what can be undone."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from sdesk.domain.filters import Sort
from sdesk.domain.ticket import Doing
from sdesk.store.columns import Document, Instant, Word, one_of
from sdesk.store.models.base import Table


class SavedView(Table, table=True):
    """A filter with a name, for the command line and the console."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("owner", "name"), one_of("sort", Sort))

    id: int | None = Field(default=None, primary_key=True)
    owner: str
    """The login of the agent whose it is; empty for one that everybody has."""
    name: str
    filter: str
    """In the filter language, as it was written: `created:today..` means another day tomorrow."""
    sort: Sort = Field(sa_type=Word(Sort))
    digit: int | None = None
    """The console's key for it, 1 to 9."""
    updated_at: datetime = Field(sa_type=Instant)


class Presence(Table, table=True):
    """An agent is at a ticket, until then unless he says so again. Bumps no version."""

    __table_args__ = (one_of("doing", Doing),)

    ticket_id: int = Field(foreign_key="ticket.id", primary_key=True)
    agent_id: int = Field(foreign_key="agent.id", primary_key=True)
    doing: Doing = Field(sa_type=Word(Doing))
    until: datetime = Field(sa_type=Instant)


class FormDraft(Table, table=True):
    """What an agent has typed into a form that he has not sent. Bumps no version."""

    __tablename__ = "form_draft"

    agent_id: int = Field(foreign_key="agent.id", primary_key=True)
    form: str = Field(primary_key=True)
    """What it does, and to which tickets: `close 12 15`."""
    session: str = Field(primary_key=True)
    """The form as it was opened once: what two terminals hold stands side by side."""
    words: dict[str, str] = Field(sa_type=Document)
    """By the name of the field."""
    updated_at: datetime = Field(sa_type=Instant)
    open_until: datetime | None = Field(default=None, sa_type=Instant)
    """Until when it is known that the form is open; None once it was left."""


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
