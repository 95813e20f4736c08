"""What the reader gives of the desk itself: outages, and units, services, teams, agents, calendars, people whole.

Named tuples, as all that the reader gives (see `rows`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sdesk.store.reader.organisation_rows import AgentRow, ServiceRow, TeamRow


class SliceRow(NamedTuple):
    """A stretch of an outage with one rate."""

    starts_at: datetime
    ends_at: datetime | None
    share: Decimal
    """Of the unit's turnover: what others leave it."""
    per_hour: Decimal
    loss: Decimal
    """Lost so far."""


class OutageRow(NamedTuple):
    """A time in which a unit's turnover stands."""

    id: int
    number: int
    """The ticket's."""
    ref: str
    unit: str
    unit_name: str
    service: str | None
    """The ticket's."""
    service_name: str | None
    down_from: datetime
    down_to: datetime | None
    """None while it lasts."""
    share: Decimal
    """Of the unit's turnover, by itself."""
    confirmed: bool
    """Only then it enters totals."""
    per_hour: Decimal | None
    """What it costs now; None once it has ended."""
    loss_so_far: Decimal
    currency: str
    slices: tuple[SliceRow, ...]


class CalendarRow(NamedTuple):
    """Working time, as it is written in the desk file."""

    key: str
    time_zone: str
    hours: Mapping[str, tuple[str, ...]]
    """Intervals by weekday, `mon` first; those without are missing."""
    free: tuple[date, ...]
    """Public holidays and own free days that are still to come."""
    working: Mapping[date, tuple[str, ...]]
    """Days with hours of their own that are still to come."""


class UnitOutages(NamedTuple):
    """What stood in a unit within a time."""

    outages: tuple[OutageRow, ...]
    """Those that the agent may see and that touch the time, oldest first."""
    loss: Decimal
    """Of confirmed ones, within the time."""
    since: datetime
    """From when on."""
    currency: str


class ServiceDetail(NamedTuple):
    """A service whole."""

    service: ServiceRow
    sla: str | None
    calendar: str | None
    targets: Mapping[str, tuple[int | None, int | None, int | None]]
    """First response, next reply and resolution in working seconds, by priority."""
    stops_share: Decimal | None
    offered_to: tuple[str, ...] | None
    """None: to everybody."""
    open_tickets: int


class TeamDetail(NamedTuple):
    """A team whole."""

    team: TeamRow
    members: tuple[str, ...]
    on_call: tuple[str, ...]
    """By turns, a week each, from Monday."""
    sla: str | None
    reopen_for: int
    """Seconds."""
    wait_days: int
    open_tickets: int
    unassigned: int


class AgentDetail(NamedTuple):
    """An agent whole."""

    agent: AgentRow
    leads: tuple[str, ...]
    on_call: tuple[str, ...]
    """Teams in whose rota the agent is."""
    open_tickets: int


class PersonRow(NamedTuple):
    """Somebody whom the desk serves."""

    id: int
    name: str
    addresses: tuple[str, ...]
    phone: str | None
    unit: str | None
    unit_name: str | None
    language: str | None
    open_tickets: int
    """That the agent may see."""
    all_tickets: int
    last_rating: int | None = None
    """What the person last answered to the question how it was, from 1 to 5."""
