"""What the reader gives: frozen values, ready to be shown or printed.

Named tuples, since every command that reads imports them: a dataclass takes ten times as long to make (0.7 ms).
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sdesk.domain.ticket import (
    Channel,
    ClockKind,
    Impact,
    Priority,
    SlaState,
    Status,
    Urgency,
    WaitingFor,
)


class DeskRow(NamedTuple):
    """The desk itself, as a reader needs it."""

    name: str
    ref_prefix: str
    language: str
    time_zone: str
    """IANA name: where an instant without an offset is, and how a table shows one."""
    currency: str
    """ISO 4217."""
    margin_known: bool = False
    """Whether the desk file says what part of turnover is lost; else a loss is all the turnover that stands."""


class ClockRow(NamedTuple):
    """One promise of a ticket."""

    kind: ClockKind
    target: int
    """Working seconds."""
    consumed: int
    """Working seconds of the finished runs."""
    started_at: datetime | None
    """Running since; None while it stands still."""
    at_risk_at: datetime | None
    due_at: datetime | None
    met_at: datetime | None
    voided: bool


class Place(NamedTuple):
    """A ticket's place in the urgency order: the cursor of a page."""

    rank: int
    key1: int
    key2: int
    number: int


class TicketRow(NamedTuple):
    """One ticket of a list, seen at one instant by one agent."""

    number: int
    ref: str
    """With the desk's prefix: `SD-123`."""
    version: int
    subject: str
    status: Status
    waiting_for: WaitingFor | None
    wake_at: datetime | None
    priority: Priority
    priority_reason: str | None
    impact: Impact
    urgency: Urgency
    service: str | None
    """Key in the desk file; `service_name` is for eyes."""
    service_name: str | None
    team: str
    team_name: str
    assignee: str | None
    """Login."""
    assignee_name: str | None
    requester_name: str | None
    requester_email: str | None
    unit: str | None
    unit_name: str | None
    channel: Channel
    created_at: datetime
    updated_at: datetime
    resolved_at: datetime | None
    closed_at: datetime | None
    unanswered_since: datetime | None
    due_at: datetime | None
    """The earliest deadline of a running clock."""
    due_kind: ClockKind | None
    due_in: int | None
    """Working seconds until `due_at`; negative once it is past; None without one."""
    sla_state: SlaState
    clocks: tuple[ClockRow, ...]
    """Those that have a target."""
    loss_per_hour: Decimal | None
    """Of the outage that lasts: what others of the unit leave it."""
    loss_so_far: Decimal | None
    """Of all its outages, with one that is only suspected."""
    loss_confirmed: bool
    """Whether the outage that lasts is confirmed; without one, whether there was a confirmed one."""
    currency: str
    tags: tuple[str, ...]
    unread: bool
    """Changed since the acting agent looked, by somebody else."""
    sla: str | None
    place: Place
    loss_counted: Decimal | None = None
    """What of the loss so far is confirmed: this alone enters totals."""
    own_impact: Impact | None = None
    """What the impact is without the loss."""
    margin_known: bool = False
    """Whether the desk file says what part of turnover is lost; else the loss is all of it."""
    loss_key: int = 0
    """The place in the order by loss."""
    is_incident: bool = False
    """Others are part of it."""
    incident: int | None = None
    """The incident that it is part of."""
    calendar_id: int | None = None
    """The calendar that its clocks run by; None: round the clock."""
    watchers: tuple[str, ...] = ()
    """Logins of who is told of it, though it is another's."""
    assets: tuple[str, ...] = ()
    """Inventory numbers of the equipment that it is about."""


class Page(NamedTuple):
    """A stretch of the queue in its order."""

    rows: tuple[TicketRow, ...]
    has_before: bool
    has_after: bool


class Counts(NamedTuple):
    """The queue in numbers, for the console's header; of what the agent may see and what is open."""

    open: int
    unassigned: int
    breached: int
    """Those that are not stale yet: what can still be saved from it."""
    due_within_hour: int
    stale: int
    burning: int
    """Tickets whose outage is confirmed."""
    burning_per_hour: Decimal
    suspected: int
    quarantine: int
    fetched_at: datetime | None
    """The last good fetch of the mailbox whose last one is longest ago."""
    fetch_error: str | None
