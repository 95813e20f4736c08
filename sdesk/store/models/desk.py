"""What the desk file says: calendars, SLAs, teams, agents, units, services, routing.

`key` is the identifier in the desk file; what leaves the file is retired (`retired_at`), never
deleted, since tickets refer to it.
"""

# No `from __future__ import annotations` here: SQLModel reads the annotations as types.

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlmodel import Field

from sdesk.domain.ticket import Impact, Priority, Role, Urgency
from sdesk.store.columns import Document, Exact, Instant, Money, Word, one_of
from sdesk.store.models.base import Table


class Desk(Table, table=True):
    """The desk itself: one row."""

    id: int = Field(default=1, primary_key=True)
    name: str
    ref_prefix: str
    language: str
    time_zone: str
    currency: str
    loop_token: str
    """Stands in the loop header of whatever this desk sends: such a mail that comes back is never a ticket."""
    rules: dict[str, Any] = Field(sa_type=Document)
    """Priority matrix, head starts, thresholds of loss, shares of the clock: as in the desk file."""
    source: dict[str, Any] = Field(sa_type=Document)
    """The whole desk file as it was last applied: what no table holds yet is kept here."""
    revision: int
    """Goes up with every change, so that a process knows when what it holds is old."""
    applied_at: datetime = Field(sa_type=Instant)


class Calendar(Table, table=True):
    """Working time (see `domain/worktime`)."""

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    time_zone: str
    country: str | None = None
    subdivision: str | None = None
    hours: dict[str, Any] = Field(sa_type=Document)
    free: list[str] = Field(sa_type=Document)
    """The company's own free days and the public holidays of five years, ISO dates."""
    working: dict[str, Any] = Field(sa_type=Document)
    retired_at: datetime | None = Field(default=None, sa_type=Instant)


class Sla(Table, table=True):
    """A service level agreement (ITIL): targets by priority in one calendar's working time."""

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    calendar_id: int = Field(foreign_key="calendar.id")
    warn_at: int = 75
    stale_at: int = 200
    retired_at: datetime | None = Field(default=None, sa_type=Instant)


class SlaTarget(Table, table=True):
    """What an SLA promises for one priority, in seconds of working time."""

    __tablename__ = "sla_target"
    __table_args__ = (one_of("priority", Priority),)

    sla_id: int = Field(foreign_key="sla.id", primary_key=True)
    priority: Priority = Field(sa_type=Word(Priority), primary_key=True)
    first_response: int | None = None
    next_reply: int | None = None
    resolution: int | None = None


class Team(Table, table=True):
    """People who answer together. The tickets of a private team are seen by its members alone."""

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    name: str
    address: str | None = None
    lead_id: int | None = Field(default=None, foreign_key="agent.id")
    sla_id: int | None = Field(default=None, foreign_key="sla.id")
    reopen_for: int = 7 * 86400
    """Seconds after the resolution in which a follow-up reopens the ticket."""
    wait_days: int = 5
    """Working days after which a wait without an end of its own ends."""
    private: bool = False
    signature: str | None = None
    """Stands below every answer of the team."""
    plus_addressing: bool = False
    """Whether mail to `support+ANYTHING@` comes to `support@`: then each ticket has an address of its own."""
    retired_at: datetime | None = Field(default=None, sa_type=Instant)


class Agent(Table, table=True):
    """Somebody who works tickets; `key` is the login."""

    __table_args__ = (one_of("role", Role),)

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    name: str
    email: str = Field(index=True)
    role: Role = Field(sa_type=Word(Role))
    notify: dict[str, Any] | None = Field(default=None, sa_type=Document)
    """Of what the agent is told: `events` (words of AgentEvent) and `priorities`; all of it where nothing is said."""
    retired_at: datetime | None = Field(default=None, sa_type=Instant)


class TeamMember(Table, table=True):
    """Which agents a team has."""

    __tablename__ = "team_member"

    team_id: int = Field(foreign_key="team.id", primary_key=True)
    agent_id: int = Field(foreign_key="agent.id", primary_key=True, index=True)


class Unit(Table, table=True):
    """A part of the organisation that is served: a shop, a department, a region."""

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    name: str
    kind: str
    parent_id: int | None = Field(default=None, foreign_key="unit.id")
    calendar_id: int | None = Field(default=None, foreign_key="calendar.id")
    """Opening hours."""
    turnover_per_hour: Decimal | None = Field(default=None, sa_type=Money)
    stops: dict[str, Any] = Field(sa_type=Document)
    """The unit's own share of turnover that stands, by service."""
    phone: str | None = None
    address: str | None = None
    manager: str | None = None
    retired_at: datetime | None = Field(default=None, sa_type=Instant)


class UnitAddress(Table, table=True):
    """A mail address, or a pattern with `*`, whose mail is the unit's."""

    __tablename__ = "unit_address"

    pattern: str = Field(primary_key=True)
    unit_id: int = Field(foreign_key="unit.id")
    position: int


class Service(Table, table=True):
    """An entry of the service catalogue (ITIL)."""

    __table_args__ = (one_of("impact", Impact), one_of("urgency", Urgency))

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    name: str
    team_id: int = Field(foreign_key="team.id")
    sla_id: int | None = Field(default=None, foreign_key="sla.id")
    impact: Impact = Field(sa_type=Word(Impact))
    urgency: Urgency = Field(sa_type=Word(Urgency))
    stops_share: Decimal | None = Field(default=None, sa_type=Exact)
    """Share of a unit's turnover that stands while the service is down."""
    offered_to: list[str] | None = Field(default=None, sa_type=Document)
    incidents: bool | None = None
    """Whether several tickets of it may be one incident; None: where it stops turnover, or its impact is high."""
    category: str | None = None
    """Under which heading it stands in the catalogue."""
    description: dict[str, str] = Field(
        default_factory=dict, sa_type=Document, sa_column_kwargs={"server_default": "{}"}
    )
    """By language."""
    help: dict[str, str] = Field(default_factory=dict, sa_type=Document, sa_column_kwargs={"server_default": "{}"})
    """The same: what to try first."""
    fields: list[dict[str, Any]] = Field(
        default_factory=list, sa_type=Document, sa_column_kwargs={"server_default": "[]"}
    )
    """Its form: the fields in their order, as the desk file has them (see `domain/catalogue.field_of`)."""
    approve_by: str | None = None
    """Who must say yes before it is given: `unit-head`, or a mail address; None: nobody."""
    retired_at: datetime | None = Field(default=None, sa_type=Instant)


class OnCall(Table, table=True):
    """The weekly rota of a team, by turns from Monday."""

    __tablename__ = "on_call"

    team_id: int = Field(foreign_key="team.id", primary_key=True)
    position: int = Field(primary_key=True)
    agent_id: int = Field(foreign_key="agent.id")


class RoutingRule(Table, table=True):
    """A routing rule for new mail; the desk file's order is `position`."""

    __tablename__ = "routing_rule"

    position: int = Field(primary_key=True)
    condition: dict[str, Any] = Field(sa_type=Document)
    """The rule's `when`."""
    assignment: dict[str, Any] = Field(sa_type=Document)
    """The rule's `set`."""
    person: bool = False
