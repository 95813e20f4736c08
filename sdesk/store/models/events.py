"""What machines told of: how each check stands, and the ticket that it has; when the desk's own work was last done."""

# No `from __future__ import annotations` here: SQLModel reads the annotations as types.

from datetime import datetime

from sqlmodel import Field

from sdesk.domain.events import CheckState
from sdesk.store.columns import Instant, Word, one_of, partial_index
from sdesk.store.models.base import Table


class CheckEvent(Table, table=True):
    """A check that a monitoring system told of, and its newest ticket: the key sees to it that it has but one."""

    __tablename__ = "check_event"
    __table_args__ = (
        # What is down of a unit, by when its ticket was opened: many at once are one incident.
        partial_index("ix_check_event_down", "unit_id", "first_at", where="state = 'down'"),
        # Which equipment is down: the board asks by this.
        partial_index("ix_check_event_asset", "asset_id", "state", where="asset_id IS NOT NULL"),
        one_of("state", CheckState),
    )

    source: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    """Whose it was when the ticket was opened."""
    state: CheckState = Field(sa_type=Word(CheckState))
    first_at: datetime = Field(sa_type=Instant)
    """When it went down first, of this ticket."""
    last_at: datetime = Field(sa_type=Instant)
    """When it was last heard of."""
    downs: int = 1
    """So often it was told to be down, of this ticket."""
    ups: int = 0
    returns: int = 0
    """So often it came back down, within a short time each."""
    returned_at: datetime | None = Field(default=None, sa_type=Instant)
    likeness: str = ""
    """Of what was said last: who says the same again is counted."""
    message_id: int | None = Field(default=None, foreign_key="message.id")
    """The message in which it is counted."""
    repeats: int = 0
    """How often that was said again."""
    notes: int = 0
    """How many messages its ticket has of it."""
    asset_id: int | None = Field(default=None, foreign_key="asset.id")
    """The equipment that it watches: named with the event, or by its key (`AssetCheck`)."""
    stands: bool = Field(default=True, sa_column_kwargs={"server_default": "1"})
    """Whether anything stands still, as far as its last word says: a warning puts in question what works."""


class LastRun(Table, table=True):
    """When the desk last did what is to be done again and again (`tick`)."""

    __tablename__ = "last_run"

    name: str = Field(primary_key=True)
    at: datetime = Field(sa_type=Instant)
