"""What people said of how their tickets were dealt with."""

# No `from __future__ import annotations` here: SQLModel reads the annotations as types.

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from sdesk.domain.satisfaction import RatedBy
from sdesk.store.columns import Instant, Word, one_of, partial_index
from sdesk.store.models.base import Table


class Rating(Table, table=True):
    """A person was asked how a ticket was dealt with, and has answered or not."""

    __table_args__ = (
        # When somebody was last asked; what a period was answered.
        Index("ix_rating_person_id", "person_id", "asked_at"),
        Index("ix_rating_asked_at", "asked_at"),
        # What the filter asks of a ticket: its score.
        partial_index("ix_rating_score", "ticket_id", "id", "score", where="score IS NOT NULL"),
        CheckConstraint("score BETWEEN 1 AND 5", name="score"),
        one_of("how", RatedBy),
    )

    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    person_id: int = Field(foreign_key="person.id")
    team_id: int = Field(foreign_key="team.id")
    """Whose ticket it was when the person was asked; so of service and unit."""
    service_id: int | None = Field(default=None, foreign_key="service.id")
    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    asked_at: datetime = Field(sa_type=Instant)
    token_hash: str | None = Field(default=None, unique=True)
    """SHA-256 of the token, hexadecimal; None where no link opens it any more."""
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    """When the answer that holds was given."""
    score: int | None = None
    comment: str = ""
    how: RatedBy | None = Field(default=None, sa_type=Word(RatedBy))
    follow_up_id: int | None = Field(default=None, foreign_key="ticket.id", index=True)
    """The ticket that a bad answer opened."""
