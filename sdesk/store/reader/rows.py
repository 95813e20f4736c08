"""What the reader gives: frozen values, ready to be shown or printed.

Named tuples, since every command that reads imports them: a dataclass takes ten times as long to make (0.7 ms).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from sdesk.domain.outgoing import Party
from sdesk.domain.ticket import (
    Channel,
    ClockKind,
    Direction,
    Impact,
    LinkKind,
    Priority,
    Role,
    SlaState,
    Status,
    Urgency,
    WaitingFor,
)
from sdesk.store.reader.answers import AnswerRow
from sdesk.store.reader.effort import SpentRow, VisitRow
from sdesk.store.reader.watching import WatcherRow

if TYPE_CHECKING:
    from sdesk.domain.clock import Targets
    from sdesk.store.reader.desk_rows import OutageRow


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
    """Whether the desk file says what part of turnover is lost; else the money is turnover at risk."""


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
    """Whether the money is a loss; else it is turnover at risk."""
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


class IncidentRow(NamedTuple):
    """Several tickets that are one incident, or look like one."""

    proposal: int | None
    """Of what only looks like one."""
    number: int | None
    """Of the ticket that stands for all; None for a proposal."""
    ref: str
    subject: str
    """Of the oldest ticket."""
    service: str
    """Key."""
    service_name: str
    team: str
    """Key."""
    since: datetime
    tickets: tuple[int, ...]
    """Open ones, the incident itself first."""
    units: int
    """How many units they come from."""
    loss_per_hour: Decimal | None
    """Of all together, suspected or confirmed."""
    command: str
    """What makes a proposal an incident."""


class Page(NamedTuple):
    """A stretch of the queue in its order."""

    rows: tuple[TicketRow, ...]
    has_before: bool
    has_after: bool


class AttachmentRow(NamedTuple):
    """A file of a message."""

    id: int
    message_id: int
    name: str
    media_type: str
    size: int
    sha256: str
    inline: bool


class MessageRow(NamedTuple):
    """One message of a conversation."""

    id: int
    direction: Direction
    agent: str | None
    author_name: str
    author_address: str
    takes_part: bool
    sent_at: datetime
    taken_at: datetime
    subject: str
    text: str
    quoted: str
    to: tuple[tuple[str, str], ...]
    """(address, name)."""
    cc: tuple[tuple[str, str], ...]
    message_id: str | None
    undeliverable: str | None
    defects: tuple[str, ...]
    has_raw: bool
    attachments: tuple[AttachmentRow, ...]
    party: Party = Party.REQUESTER
    """With whom it was exchanged: with a supplier it is internal."""
    taken_back_at: datetime | None = None
    delivery: str | None = None
    """Where a mail that was to go stands: `queued`, `sent`, `failed`, `held`, `taken_back`; None where it is none."""
    delivery_error: str | None = None
    left_out: int = 0
    """Letters of the text that were not read, since nobody asked for all of it."""

    @property
    def author(self) -> str:
        """Who wrote it, for eyes."""
        return self.author_name or self.author_address or self.agent or ""


class HistoryRow(NamedTuple):
    """One event of a ticket."""

    id: int
    at: datetime
    actor: str
    event: str
    data: dict[str, Any]
    undone: bool = False
    """Whether it was undone later: it happened, and does not count."""


class LinkRow(NamedTuple):
    """A ticket that belongs to another."""

    kind: LinkKind
    number: int
    ref: str
    subject: str
    status: Status
    incoming: bool
    """The other one points here."""


class UnitFacts(NamedTuple):
    """Where the requester is, and whom to call there."""

    key: str
    name: str
    kind: str
    phone: str | None
    address: str | None
    manager: str | None
    open_tickets: int
    """Others of the unit that the agent may see."""


class OtherRow(NamedTuple):
    """Another open ticket of the same unit, or of the same requester."""

    number: int
    ref: str
    priority: Priority
    status: Status
    subject: str
    of_unit: bool
    of_requester: bool


class TicketDetail(NamedTuple):
    """One ticket whole."""

    ticket: TicketRow
    messages: tuple[MessageRow, ...]
    """Oldest first."""
    history: tuple[HistoryRow, ...]
    links: tuple[LinkRow, ...]
    unit: UnitFacts | None
    outages: tuple[OutageRow, ...] = ()
    """Oldest first."""
    spent: tuple[SpentRow, ...] = ()
    """Oldest first."""
    visit: VisitRow | None = None
    watchers: tuple[WatcherRow, ...] = ()
    """By login."""
    others: tuple[OtherRow, ...] = ()
    """The most urgent of the unit's and the requester's other open tickets."""
    titles: Mapping[str, Mapping[str, str]] = MappingProxyType({})
    """What services, teams and units that the history names by their keys are called."""
    form: tuple[AnswerRow, ...] = ()
    """What was answered in the form of its service."""

    @property
    def seconds_spent(self) -> int:
        """In all."""
        return sum(row.seconds for row in self.spent)


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
