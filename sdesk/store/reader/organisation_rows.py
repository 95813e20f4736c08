"""What the reader gives of the set-up: agents, teams, services, SLAs, units."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from sdesk.domain.ticket import (
    Impact,
    Priority,
    Role,
    Urgency,
)

if TYPE_CHECKING:
    from sdesk.domain.clock import Targets


class AgentRow(NamedTuple):
    """Somebody who works tickets."""

    login: str
    name: str
    email: str
    role: Role
    teams: tuple[str, ...]
    away_from: datetime | None = None
    """Of the absence that is, or comes next."""
    away_until: datetime | None = None
    stand_in: str | None = None


class TeamRow(NamedTuple):
    """A team."""

    key: str
    name: str
    address: str | None
    lead: str | None
    private: bool


class ServiceRow(NamedTuple):
    """An entry of the catalogue, and what choosing it means."""

    key: str
    name: str
    team: str
    impact: Impact
    urgency: Urgency
    priority: Priority
    """What impact and urgency give; asked for a ticket, what that would get, with the loss that raises its impact."""
    resolution_target: int | None
    """Working seconds, of that priority."""


class SlaRow(NamedTuple):
    """A service level agreement that holds."""

    key: str
    calendar: str
    calendar_id: int
    warn_at: int
    """Percent of a target from which a promise is at risk."""
    stale_at: int
    """Percent of a target from which a broken promise of P3 to P5 is stale."""
    targets: dict[Priority, Targets]
    """Working seconds, for every priority."""
    teams: tuple[str, ...]
    services: tuple[str, ...]
    """Those that name it themselves; others have their team's."""


class UnitRow(NamedTuple):
    """A part of the organisation that is served."""

    key: str
    name: str
    kind: str
    parent: str | None
    phone: str | None
    address: str | None
    manager: str | None
    turnover_per_hour: Decimal | None
