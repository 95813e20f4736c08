"""Raw messages, the outbox, and the keys that its mails carry."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field

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
