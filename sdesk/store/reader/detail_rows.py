"""What the reader gives of one ticket with all that belongs to it: loaded when one is opened, not with a list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from sdesk.domain.outgoing import Party
from sdesk.domain.ticket import (
    Direction,
    LinkKind,
    Priority,
    Status,
)

if TYPE_CHECKING:
    from sdesk.store.reader.answers import AnswerRow
    from sdesk.store.reader.approvals import ApprovalRow
    from sdesk.store.reader.desk_rows import OutageRow
    from sdesk.store.reader.effort import SpentRow, VisitRow
    from sdesk.store.reader.playbook_rows import Progress
    from sdesk.store.reader.ticket_assets import TicketAssetRow
    from sdesk.store.reader.watching import WatcherRow


from sdesk.store.reader.rows import TicketRow


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


class RatingRow(NamedTuple):
    """What somebody said of how it was."""

    score: int
    """From 1, very bad, to 5."""
    comment: str
    at: datetime
    how: str | None
    """By which way it came: `portal`, `mail`; None for what another desk was told."""


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
    approvals: tuple[ApprovalRow, ...] = ()
    """Oldest first."""
    assets: tuple[TicketAssetRow, ...] = ()
    """By inventory number."""
    rating: RatingRow | None = None
    """What was last said of it."""
    said_before: RatingRow | None = None
    """What the requester last said of any ticket."""
    others: tuple[OtherRow, ...] = ()
    """The most urgent of the unit's and the requester's other open tickets."""
    titles: Mapping[str, Mapping[str, str]] = MappingProxyType({})
    """What services, teams and units that the history names by their keys are called."""
    form: tuple[AnswerRow, ...] = ()
    """What was answered in the form of its service."""
    playbook: Progress | None = None
    """How far the playbook has come of which it is the parent."""

    @property
    def seconds_spent(self) -> int:
        """In all."""
        return sum(row.seconds for row in self.spent)
