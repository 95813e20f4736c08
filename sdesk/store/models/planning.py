"""Who works when, and on what: absences, recurring tickets, agreed visits; incidents that are proposed."""

# No `from __future__ import annotations` here: SQLModel reads the annotations as types.

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field

from sdesk.domain.recurrence import CatchUp
from sdesk.domain.ticket import Priority, ProposalEnd
from sdesk.store.columns import Document, Instant, Word, one_of, partial_index
from sdesk.store.models.base import Table


class Absence(Table, table=True):
    """A time in which an agent is away: tickets and notices go to the stand-in, else to the team."""

    __table_args__ = (Index("ix_absence_agent_id", "agent_id", "ends_at"),)

    id: int | None = Field(default=None, primary_key=True)
    agent_id: int = Field(foreign_key="agent.id")
    starts_at: datetime = Field(sa_type=Instant)
    ends_at: datetime = Field(sa_type=Instant)
    """The agent is back from here on; coming back earlier moves it."""
    stand_in_id: int | None = Field(default=None, foreign_key="agent.id")
    actor: str
    """Who wrote it down."""
    recorded_at: datetime = Field(sa_type=Instant)


class RecurringTicket(Table, table=True):
    """`[recurring.KEY]` of the desk file: a ticket that is opened again and again (RFC 5545, RRULE)."""

    __tablename__ = "recurring_ticket"
    __table_args__ = (one_of("priority", Priority), one_of("catch_up", CatchUp))

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    subject: str
    text: str
    rule: str
    """RRULE without `DTSTART`: it begins at `starts`."""
    starts: str
    """Local date and time, as `2026-12-01T09:00`, in `time_zone`."""
    time_zone: str
    service_id: int | None = Field(default=None, foreign_key="service.id")
    team_id: int | None = Field(default=None, foreign_key="team.id")
    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    assignee_id: int | None = Field(default=None, foreign_key="agent.id")
    requester: str | None = None
    """A mail address."""
    priority: Priority | None = Field(default=None, sa_type=Word(Priority))
    tags: list[str] = Field(sa_type=Document)
    catch_up: CatchUp = Field(default=CatchUp.ONE, sa_type=Word(CatchUp))
    """What becomes of occurrences that were missed while the machine was off."""
    made_until: datetime = Field(sa_type=Instant)
    """Every occurrence up to here is made or was not to be: none of before the desk knew of it is made up for."""
    next_at: datetime | None = Field(default=None, sa_type=Instant)
    """The first occurrence after that, so that a tick need not ask the rule; None where there is none any more."""
    retired_at: datetime | None = Field(default=None, sa_type=Instant)


class Occurrence(Table, table=True):
    """An occurrence of a recurring ticket that was made: the key sees to it that there is one."""

    recurring_id: int = Field(foreign_key="recurring_ticket.id", primary_key=True)
    occurs_at: datetime = Field(sa_type=Instant, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)


class Visit(Table, table=True):
    """An agreed visit for a ticket: who comes when."""

    __table_args__ = (partial_index("ix_visit_coming", "starts_at", where="ended_at IS NULL"),)

    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    agent_id: int | None = Field(default=None, foreign_key="agent.id")
    """None: whoever has the ticket then."""
    starts_at: datetime = Field(sa_type=Instant)
    agreed_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    """When it was called off, or the ticket was done."""


class IncidentProposal(Table, table=True):
    """Several tickets of one service within a short time: they may be one incident (ITIL: major incident)."""

    __tablename__ = "incident_proposal"
    __table_args__ = (
        partial_index("ix_incident_proposal_open", "service_id", "proposed_at", where="ended_at IS NULL"),
        one_of("ended_how", ProposalEnd),
    )

    id: int | None = Field(default=None, primary_key=True)
    service_id: int = Field(foreign_key="service.id")
    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    """The one unit that all come from; None where they come from several."""
    first_at: datetime = Field(sa_type=Instant)
    """When the first of the tickets was opened."""
    tickets: list[int] = Field(sa_type=Document)
    """Their numbers, as far as they were known when it was last looked at."""
    proposed_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_how: ProposalEnd | None = Field(default=None, sa_type=Word(ProposalEnd))
    incident_id: int | None = Field(default=None, foreign_key="ticket.id")
    """The ticket that became the incident."""
    data: dict[str, Any] | None = Field(default=None, sa_type=Document)
    """Who decided, and why."""
