"""Tickets and what belongs to them: clocks, outages, messages, attachments, history, links, tags, watchers."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from sdesk.domain.outgoing import Party
from sdesk.domain.ticket import (
    Channel,
    ClockKind,
    Direction,
    Impact,
    LinkKind,
    Priority,
    Status,
    Urgency,
    WaitingFor,
)
from sdesk.store.columns import Document, Exact, Instant, Money, Word, one_of, partial_index
from sdesk.store.models.base import Table

_OPEN = "is_open"
"""What every index of the queue is partial on."""


class Ticket(Table, table=True):
    """A ticket. `id` is its number; gaps in numbers are accepted."""

    __table_args__ = (
        # The urgency order of what is open, for all, for a team, for an agent. They are partial on a
        # real column: a range on a key would make SQLite leave the order and sort.
        partial_index("ix_ticket_queue", "rank", "key1", "key2", "id", where=_OPEN),
        partial_index("ix_ticket_queue_team", "team_id", "rank", "key1", "key2", "id", where=_OPEN),
        partial_index("ix_ticket_queue_assignee", "assignee_id", "rank", "key1", "key2", "id", where=_OPEN),
        # What waits stands behind all that runs: a page of it would walk past every ticket before.
        partial_index("ix_ticket_queue_waiting", "rank", "key1", "key2", "id", where="status = 'waiting'"),
        Index("ix_ticket_place", "rank", "key1", "key2", "id"),
        # Counting the views, and saying what must be done right now and by whom, reads these two alone; the condition's
        # column is in them, or SQLite would look it up.
        partial_index(
            "ix_ticket_count",
            *("is_open", "team_id", "assignee_id", "status", "due_at", "stale_at"),
            *("risk_at", "unanswered_since", "loss_since", "priority", "rank", "key1", "key2"),
            where=_OPEN,
        ),
        partial_index("ix_ticket_done", "is_open", "team_id", "status", where="NOT is_open"),
        partial_index("ix_ticket_loss", "loss_per_hour", where="is_open AND loss_per_hour IS NOT NULL"),
        # The other orders of a list: by loss, by priority, by age; the urgency order decides where those are alike.
        partial_index("ix_ticket_by_loss", "loss_key", "rank", "key1", "key2", "id", where=_OPEN),
        partial_index("ix_ticket_by_priority", "priority", "rank", "key1", "key2", "id", where=_OPEN),
        partial_index("ix_ticket_by_age", "created_at", "id", where=_OPEN),
        partial_index("ix_ticket_wake", "wake_at", where="wake_at IS NOT NULL"),
        partial_index("ix_ticket_stale", "stale_at", where="is_open AND stale_at IS NOT NULL"),
        partial_index("ix_ticket_alert", "alert_at", where="is_open AND alert_at IS NOT NULL"),
        partial_index("ix_ticket_resolved", "resolved_at", where="status = 'resolved'"),
        # With the opening: what came to a service within a short time may be one incident.
        Index("ix_ticket_service_id", "service_id", "created_at"),
        partial_index("ix_ticket_open_incident", "service_id", where="is_incident AND is_open"),
        partial_index("ix_ticket_incident", "incident_id", "is_open", where="incident_id IS NOT NULL"),
        # What a period solved, and what it answered for the first time: the reports ask by these.
        partial_index(
            "ix_ticket_solved",
            *("resolved_at", "team_id", "service_id", "resolution_consumed", "resolution_voided"),
            where="resolved_at IS NOT NULL",
        ),
        partial_index("ix_ticket_answered", "first_response_met_at", where="first_response_met_at IS NOT NULL"),
        one_of("status", Status),
        one_of("waiting_for", WaitingFor),
        one_of("impact", Impact),
        one_of("own_impact", Impact),
        one_of("urgency", Urgency),
        one_of("priority", Priority),
        one_of("channel", Channel),
        one_of("due_kind", ClockKind),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    version: int = 1
    """Goes up with every change: one made on an outdated copy is refused."""
    subject: str
    status: Status = Field(sa_type=Word(Status))
    is_open: bool
    """New, open or waiting."""
    waiting_for: WaitingFor | None = Field(default=None, sa_type=Word(WaitingFor))
    wake_at: datetime | None = Field(default=None, sa_type=Instant)

    service_id: int | None = Field(default=None, foreign_key="service.id")
    team_id: int = Field(foreign_key="team.id")
    assignee_id: int | None = Field(default=None, foreign_key="agent.id")
    requester_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    unit_id: int | None = Field(default=None, foreign_key="unit.id", index=True)
    channel: Channel = Field(sa_type=Word(Channel))
    external_id: str | None = Field(default=None, unique=True)
    token: str
    """The requester's own, in addresses and Message-IDs that the desk makes (128 random bits, hexadecimal)."""

    impact: Impact = Field(sa_type=Word(Impact))
    """What counts: raised by what the outage costs."""
    own_impact: Impact | None = Field(default=None, sa_type=Word(Impact))
    """What it is without a loss: the service's, or what an agent said; None where a loss never raised it."""
    urgency: Urgency = Field(sa_type=Word(Urgency))
    priority: Priority = Field(sa_type=Word(Priority))
    priority_reason: str | None = None
    """Why an agent overrode what impact and urgency give; None where nobody did."""

    created_at: datetime = Field(sa_type=Instant, index=True)
    updated_at: datetime = Field(sa_type=Instant, index=True)
    resolved_at: datetime | None = Field(default=None, sa_type=Instant)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    reopenings: int = 0
    unanswered_since: datetime | None = Field(default=None, sa_type=Instant)
    """The oldest requester's message after the last public answer."""

    # The three clocks: working seconds; a clock that runs has `started_at`, and then its deadlines.
    sla_id: int | None = Field(default=None, foreign_key="sla.id")
    first_response_target: int | None = None
    first_response_consumed: int = 0
    first_response_started_at: datetime | None = Field(default=None, sa_type=Instant)
    first_response_at_risk_at: datetime | None = Field(default=None, sa_type=Instant)
    first_response_due_at: datetime | None = Field(default=None, sa_type=Instant)
    first_response_met_at: datetime | None = Field(default=None, sa_type=Instant)
    first_response_voided: bool = False
    next_reply_target: int | None = None
    next_reply_consumed: int = 0
    next_reply_started_at: datetime | None = Field(default=None, sa_type=Instant)
    next_reply_at_risk_at: datetime | None = Field(default=None, sa_type=Instant)
    next_reply_due_at: datetime | None = Field(default=None, sa_type=Instant)
    next_reply_met_at: datetime | None = Field(default=None, sa_type=Instant)
    next_reply_voided: bool = False
    resolution_target: int | None = None
    resolution_consumed: int = 0
    resolution_started_at: datetime | None = Field(default=None, sa_type=Instant)
    resolution_at_risk_at: datetime | None = Field(default=None, sa_type=Instant)
    resolution_due_at: datetime | None = Field(default=None, sa_type=Instant)
    resolution_met_at: datetime | None = Field(default=None, sa_type=Instant)
    resolution_voided: bool = False
    stale_at: datetime | None = Field(default=None, sa_type=Instant)
    due_at: datetime | None = Field(default=None, sa_type=Instant)
    """The earliest deadline of a running clock."""
    due_kind: ClockKind | None = Field(default=None, sa_type=Word(ClockKind))
    risk_at: datetime | None = Field(default=None, sa_type=Instant)
    """When the first of the running clocks was or will be at risk."""
    alert_at: datetime | None = Field(default=None, sa_type=Instant)
    """When a running promise next enters a worse state (at risk, breached) that agents were not told of yet."""
    alerts: dict[str, Any] | None = Field(default=None, sa_type=Document)
    """The worst state of each clock that was recorded and told: `{"resolution": "at_risk"}`."""
    promised_at: datetime | None = Field(default=None, sa_type=Instant)
    """The instant that the requester was last told to expect an answer or a solution by."""

    # What the outage costs, for lists, order and reports; the facts are in `outage`. The loss so far is `loss_past` and
    # `loss_suspected`, and `loss_per_hour` for each opening hour of the unit since `loss_since`.
    loss_per_hour: Decimal | None = Field(default=None, sa_type=Money)
    """The present rate of the outage that lasts: what others of the unit leave it."""
    loss_since: datetime | None = Field(default=None, sa_type=Instant)
    """From when that rate holds: what was lost before is settled. None where no outage lasts."""
    loss_past: Decimal | None = Field(default=None, sa_type=Money)
    """What counts of what is settled: of outages that have ended, and of a confirmed one that lasts."""
    loss_suspected: Decimal | None = Field(default=None, sa_type=Money)
    """What is settled of an outage that lasts and is only suspected: it enters no total."""
    loss_confirmed: bool = False
    """Whether the outage that lasts is a fact."""
    loss_key: int = 0
    """The present rate as an order key: hundredths, negative, 0 without one."""
    is_incident: bool = False
    """Others are part of it: answered once and closed together."""
    incident_id: int | None = Field(default=None, foreign_key="ticket.id")
    """The incident that the ticket is part of: it stands behind the queue while that is open (`Link`, part_of)."""

    # The place in the urgency order (see `domain/urgency`).
    rank: int
    key1: int
    key2: int


class ClockRun(Table, table=True):
    """A finished run of a clock: the ticket stores the sum of these and the running start."""

    __tablename__ = "clock_run"
    __table_args__ = (one_of("kind", ClockKind),)

    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    kind: ClockKind = Field(sa_type=Word(ClockKind))
    started_at: datetime = Field(sa_type=Instant)
    stopped_at: datetime = Field(sa_type=Instant)
    seconds: int
    past: bool = False
    """Of an answer that was given: a next reply that is owed again starts from nothing."""


class Outage(Table, table=True):
    """A time in which a unit's turnover stands, as a fact of a ticket. At most one of a ticket lasts."""

    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    unit_id: int = Field(foreign_key="unit.id", index=True)
    down_from: datetime = Field(sa_type=Instant, index=True)
    down_to: datetime | None = Field(default=None, sa_type=Instant)
    share: Decimal = Field(sa_type=Exact)
    """Of the unit's turnover, whatever else of it stands."""
    confirmed: bool = False
    loss: Decimal | None = Field(default=None, sa_type=Money)
    """What was lost: the whole of it, stored when the outage ends; of one that lasts, what is settled."""
    slices: list[Any] | None = Field(default=None, sa_type=Document)
    """What it counted for, while nothing else of the unit began or ended: [from, to, share, loss per hour] each, the
    last one without an end while the outage lasts. The sum of them is `loss`."""


class Message(Table, table=True):
    """One message of a ticket's conversation."""

    __table_args__ = (
        Index("ix_message_ticket_id", "ticket_id", "id"),
        one_of("direction", Direction),
        one_of("party", Party),
    )

    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id")
    direction: Direction = Field(sa_type=Word(Direction))
    agent_id: int | None = Field(default=None, foreign_key="agent.id")
    person_id: int | None = Field(default=None, foreign_key="person.id")
    author_name: str
    author_address: str
    takes_part: bool = True
    """False for a sender who was no part of the thread: shown as such, answered by nobody."""
    sent_at: datetime = Field(sa_type=Instant)
    """The mail's own Date; `taken_at` where it has none or an impossible one."""
    taken_at: datetime = Field(sa_type=Instant)
    subject: str = ""
    text: str
    """Own words."""
    quoted: str = ""
    """What was folded."""
    recipients: dict[str, Any] | None = Field(default=None, sa_type=Document)
    """`to` and `cc`, lists of [address, name]."""
    message_id: str | None = Field(default=None, index=True)
    in_reply_to: str | None = None
    undeliverable: str | None = None
    """What the bounce said."""
    defects: list[str] | None = Field(default=None, sa_type=Document)
    raw_id: int | None = Field(default=None, foreign_key="raw_mail.id")
    party: Party = Field(default=Party.REQUESTER, sa_type=Word(Party))
    """With whom: what was exchanged with a supplier is internal."""
    taken_back_at: datetime | None = Field(default=None, sa_type=Instant)
    """When its author took it back before it was sent: nobody has read it."""


class Blob(Table, table=True):
    """The content of attachments, once for each SHA-256."""

    id: int | None = Field(default=None, primary_key=True)
    sha256: str = Field(unique=True)
    size: int
    data: bytes


class Attachment(Table, table=True):
    """A file of a message."""

    id: int | None = Field(default=None, primary_key=True)
    message_id: int = Field(foreign_key="message.id", index=True)
    blob_id: int = Field(foreign_key="blob.id")
    name: str
    media_type: str
    content_id: str = ""
    inline: bool = False


class History(Table, table=True):
    """What happened to a ticket: one row an event, never changed."""

    __table_args__ = (
        Index("ix_history_ticket_id", "ticket_id", "id"),
        # What happened in a period, of one kind: the reports ask by this.
        Index("ix_history_event", "event", "at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int | None = Field(default=None, foreign_key="ticket.id")
    """None for what concerns the whole desk (a desk file applied)."""
    at: datetime = Field(sa_type=Instant)
    agent_id: int | None = Field(default=None, foreign_key="agent.id")
    actor: str
    """The agent's login, `requester`, or `system`."""
    event: str
    data: dict[str, Any] = Field(sa_type=Document)


class Link(Table, table=True):
    """Two tickets that belong together, read as `ticket KIND other`."""

    __table_args__ = (UniqueConstraint("ticket_id", "other_id", "kind"), one_of("kind", LinkKind))

    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id")
    other_id: int = Field(foreign_key="ticket.id", index=True)
    kind: LinkKind = Field(sa_type=Word(LinkKind))
    created_at: datetime = Field(sa_type=Instant)


class Tag(Table, table=True):
    """A word on a ticket."""

    ticket_id: int = Field(foreign_key="ticket.id", primary_key=True)
    tag: str = Field(primary_key=True, index=True)


class Watcher(Table, table=True):
    """An agent who is told of what happens on a ticket that is not his. Bumps no version."""

    # By agent for `watch:me`: the ticket stands in the index, so that no row is looked up for it.
    __table_args__ = (Index("ix_watcher_agent_id", "agent_id", "ticket_id"),)

    ticket_id: int = Field(foreign_key="ticket.id", primary_key=True)
    agent_id: int = Field(foreign_key="agent.id", primary_key=True)
    since: datetime = Field(sa_type=Instant)
    by_id: int | None = Field(default=None, foreign_key="agent.id")
    """Who said so; None for the desk itself."""
