"""What a desk file says, checked: keys refer to what is there, times and amounts are what they should be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sdesk.domain.clock import Targets
from sdesk.domain.recurrence import CatchUp
from sdesk.domain.ticket import Impact, Priority, Role, Urgency


@dataclass(frozen=True, slots=True)
class CalendarSpec:
    """`[calendars.KEY]`."""

    time_zone: str
    country: str | None
    subdivision: str | None
    hours: Mapping[str, list[str]]
    free: tuple[str, ...]
    """ISO dates, the company's own."""
    working: Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class SlaSpec:
    """`[slas.KEY]`."""

    calendar: str
    warn_at: int
    stale_at: int
    targets: Mapping[Priority, Targets]


@dataclass(frozen=True, slots=True)
class TeamSpec:
    """`[teams.KEY]`."""

    name: str
    address: str | None
    lead: str | None
    sla: str | None
    reopen_for: int
    wait_days: int
    private: bool
    on_call: tuple[str, ...]
    signature: str | None
    plus_addressing: bool
    templates: tuple[TemplateSpec, ...]
    """The team's own words, before those of the desk."""


@dataclass(frozen=True, slots=True)
class AgentSpec:
    """`[agents.LOGIN]`."""

    name: str
    email: str
    teams: tuple[str, ...]
    role: Role
    notify: Mapping[str, Any] | None
    """`events` and `priorities`."""


@dataclass(frozen=True, slots=True)
class UnitSpec:
    """`[units.KEY]`."""

    name: str
    kind: str
    parent: str | None
    calendar: str | None
    turnover_per_hour: Decimal | None
    stops: Mapping[str, Decimal]
    phone: str | None
    address: str | None
    manager: str | None
    mail: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """`[services.KEY]`."""

    name: str
    team: str
    sla: str | None
    impact: Impact
    urgency: Urgency
    stops_share: Decimal | None
    offered_to: tuple[str, ...] | None
    incidents: bool | None
    """Whether several tickets of it may be one incident; None: as its weight suggests."""
    category: str | None
    description: Mapping[str, str]
    """By language."""
    help: Mapping[str, str]
    """The same: what to try first."""
    fields: tuple[Mapping[str, Any], ...]
    """Its form, each field as the store keeps it (see `domain/catalogue.field_of`)."""


@dataclass(frozen=True, slots=True)
class RecurringSpec:
    """`[recurring.KEY]`."""

    subject: str
    text: str
    rule: str
    starts: str | None
    time_zone: str | None
    service: str | None
    team: str | None
    unit: str | None
    assignee: str | None
    requester: str | None
    priority: Priority | None
    tags: tuple[str, ...]
    catch_up: CatchUp


@dataclass(frozen=True, slots=True)
class RoutingSpec:
    """`[[routing]]`."""

    condition: Mapping[str, Any]
    assignment: Mapping[str, Any]
    person: bool


@dataclass(frozen=True, slots=True)
class TemplateSpec:
    """`[templates.NAME.LANGUAGE]`."""

    name: str
    language: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class ReadyReplySpec:
    """`[replies.KEY]`."""

    title: str
    text: Mapping[str, str]
    """By language."""
    team: str | None
    service: str | None


@dataclass(frozen=True, slots=True)
class DeskFile:
    """The whole file."""

    name: str
    ref_prefix: str
    language: str
    time_zone: str
    currency: str
    rules: Mapping[str, Any]
    """`[priority]` as it stands: matrix, head starts, thresholds, margin."""
    calendars: Mapping[str, CalendarSpec]
    slas: Mapping[str, SlaSpec]
    teams: Mapping[str, TeamSpec]
    agents: Mapping[str, AgentSpec]
    units: Mapping[str, UnitSpec]
    services: Mapping[str, ServiceSpec]
    recurring: Mapping[str, RecurringSpec]
    routing: tuple[RoutingSpec, ...]
    templates: tuple[TemplateSpec, ...]
    replies: Mapping[str, ReadyReplySpec]
    warnings: tuple[str, ...]
    """What may hold and is surely not meant, each with file, line and key."""
    source: Mapping[str, Any]
    """The file as TOML reads it, with dates as text."""

    def warned(self, warnings: tuple[str, ...]) -> DeskFile:
        """The same, with what there is to warn of."""
        return replace(self, warnings=warnings)
