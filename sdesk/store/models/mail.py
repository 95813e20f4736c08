"""What came by mail and what is to go: raw messages, the ledger, quarantine, the outbox."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from sdesk.domain.ledger import Outcome
from sdesk.domain.outgoing import OutboxState
from sdesk.domain.thread import TokenHolder
from sdesk.store.columns import Document, Instant, Word, one_of, partial_index
from sdesk.store.models.base import Table


class RawMail(Table, table=True):
    """The raw bytes of a message, compressed by zlib, once for each content."""

    __tablename__ = "raw_mail"

    id: int | None = Field(default=None, primary_key=True)
    sha256: str = Field(unique=True)
    size: int
    """Of the bytes before compression."""
    data: bytes


class Ledger(Table, table=True):
    """Every message that the desk ever saw at a source, and what became of it."""

    __table_args__ = (
        UniqueConstraint("mailbox", "folder", "uidvalidity", "uid"),
        Index("ix_ledger_identity", "identity", "team_id"),
        partial_index("ix_ledger_unmarked", "mailbox", where="marked_at IS NULL"),
        one_of("outcome", Outcome),
    )

    id: int | None = Field(default=None, primary_key=True)
    mailbox: str
    folder: str
    uidvalidity: int
    uid: str
    sha256: str
    message_id: str
    identity: str
    """Message-ID with the digest of From, Date, Subject and body: the same mail anywhere has the same."""
    team_id: int | None = Field(default=None, foreign_key="team.id")
    """Whose copy it was: a mail to two teams is taken once for each."""
    sender: str
    subject: str
    taken_at: datetime = Field(sa_type=Instant, index=True)
    outcome: Outcome = Field(sa_type=Word(Outcome))
    reason: str
    """One sentence: why."""
    ticket_id: int | None = Field(default=None, foreign_key="ticket.id")
    raw_id: int | None = Field(default=None, foreign_key="raw_mail.id")
    marked_at: datetime | None = Field(default=None, sa_type=Instant)
    """When the source was told; a crash between the two leaves it empty, and the next run marks."""


class Quarantine(Table, table=True):
    """A message whose handling raised, whole, until somebody retries or discards it."""

    id: int | None = Field(default=None, primary_key=True)
    ledger_id: int = Field(foreign_key="ledger.id", unique=True)
    error: str
    trace: str
    quarantined_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    """When it was retried with success, or discarded."""
    ended_how: str | None = None


class MailboxState(Table, table=True):
    """What the desk knows of a mailbox's folder between two fetches."""

    __tablename__ = "mailbox_state"

    mailbox: str = Field(primary_key=True)
    folder: str = Field(primary_key=True)
    uidvalidity: int
    seen_uid: int = 0
    """Every message up to this UID is in the ledger (IMAP alone)."""
    set_up_at: datetime = Field(sa_type=Instant)
    """When the first fetch began: older mail is not taken unless told so."""
    since: datetime | None = Field(default=None, sa_type=Instant)
    """Nothing that arrived earlier is taken; None takes everything."""
    fetched_at: datetime | None = Field(default=None, sa_type=Instant)
    """The last good fetch."""
    failures: int = 0
    """In a row, whoever fetched: what is shown of a mailbox. Whom a tick has told of it is a `Trouble`."""
    last_error: str | None = None


class Outbox(Table, table=True):
    """A mail that is to be sent: kind, language, recipients and values; the mail itself is rendered when it goes."""

    __table_args__ = (
        Index("ix_outbox_to_address", "to_address", "created_at"),
        Index("ix_outbox_message_ref", "message_ref"),
        partial_index("ix_outbox_queued", "send_after", where="state = 'queued'"),
        partial_index("ix_outbox_stuck", "state", where="state IN ('failed', 'held')"),
        one_of("state", OutboxState),
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    """`reply`, `acknowledgement`, ...: which template."""
    language: str
    recipients: dict[str, Any] = Field(sa_type=Document)
    """`to` and `cc`, lists of [address, name]."""
    to_address: str
    """The first of `to`, in lower case: how much one address gets is limited."""
    message_id: str = Field(unique=True)
    values: dict[str, Any] = Field(sa_type=Document)
    ticket_id: int | None = Field(default=None, foreign_key="ticket.id", index=True)
    message_ref: int | None = Field(default=None, foreign_key="message.id")
    created_at: datetime = Field(sa_type=Instant)
    send_after: datetime = Field(sa_type=Instant)
    state: OutboxState = Field(default=OutboxState.QUEUED, sa_type=Word(OutboxState))
    attempts: int = 0
    last_error: str | None = None
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
    agent_id: int | None = Field(default=None, foreign_key="agent.id")
    """Whom a notification is for."""
    claimed_at: datetime | None = Field(default=None, sa_type=Instant)
    """When a sender last began with it: another leaves it alone meanwhile."""
    sent_with: int | None = Field(default=None, foreign_key="outbox.id")
    """The row whose mail told of this one too: notifications that come thick go together."""
    done: list[str] | None = Field(default=None, sa_type=Document)
    """Ways by which a notification has gone out already (`mail`, `command`, an Apprise address): none is used twice."""
    before: dict[str, Any] | None = Field(default=None, sa_type=Document)
    """The ticket as it stood before this answer: what taking it back restores."""


class Token(Table, table=True):
    """A token in addresses and Message-IDs that lets one agent, or one supplier, write into one ticket, or one approver
    decide upon it.

    Hashed: whoever reads the store cannot write as an agent. It is dead when the ticket is closed, or after 14 days; an
    approver's when it is decided, and after 30.
    """

    __table_args__ = (one_of("holder", TokenHolder),)

    hash: str = Field(primary_key=True)
    """SHA-256 of the token (128 random bits, hexadecimal, after `a-`, `s-` or `p-`), hexadecimal."""
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    holder: TokenHolder = Field(sa_type=Word(TokenHolder))
    agent_id: int | None = Field(default=None, foreign_key="agent.id")
    address: str = ""
    """Whom it was sent to."""
    message_ref: int | None = Field(default=None, foreign_key="message.id")
    """The note that an agent is asked to confirm."""
    approval_id: int | None = Field(default=None, foreign_key="approval.id")
    """The question that an approver is asked."""
    created_at: datetime = Field(sa_type=Instant)


class BlockedSender(Table, table=True):
    """An address, or a domain, whose mail is discarded (it stays in the ledger, with its raw bytes)."""

    __tablename__ = "blocked_sender"

    pattern: str = Field(primary_key=True)
    """In lower case: `somebody@x.example`, or `x.example` for the domain and those below it."""
    actor: str
    """Who blocked it."""
    blocked_at: datetime = Field(sa_type=Instant)


class Trouble(Table, table=True):
    """What a tick finds failing (a mailbox, the mail server, the disk), from the first time until it is well again, and
    when somebody was told."""

    place: str = Field(primary_key=True)
    """`mailbox support`, `smtp`, `disk`."""
    failures: int
    """In a row."""
    since: datetime = Field(sa_type=Instant)
    told_at: datetime | None = Field(default=None, sa_type=Instant)
    """When somebody was last told."""
    error: str
    """What was said last."""
