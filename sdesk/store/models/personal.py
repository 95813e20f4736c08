"""What agents keep beside the tickets: named filters, who is where just now, what was seen, words not sent yet."""

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from sdesk.domain.filters import Sort
from sdesk.domain.ticket import (
    Direction,
    Doing,
)
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


class Draft(Table, table=True):
    """What an agent has begun to write and not sent. Bumps no version."""

    __table_args__ = (one_of("direction", Direction),)

    agent_id: int = Field(foreign_key="agent.id", primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", primary_key=True)
    direction: Direction = Field(sa_type=Word(Direction), primary_key=True)
    text: str
    beside: dict[str, Any] = Field(default_factory=dict, sa_type=Document, sa_column_kwargs={"server_default": "{}"})
    """What is chosen beside the words: copies, paths of files, a wait, minutes spent."""
    stamp: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """Another one at each change, `SESSION.NUMBER`: who goes on with older words is not to lose newer ones."""
    updated_at: datetime = Field(sa_type=Instant)


class Seen(Table, table=True):
    """Up to which event an agent has seen a ticket. Bumps no version."""

    agent_id: int = Field(foreign_key="agent.id", primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", primary_key=True)
    history_id: int
