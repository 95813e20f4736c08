"""What the mailroom reads out of the store: the ledger, the outbox, the quarantine, who is blocked."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class LedgerRow(NamedTuple):
    """One message that the desk ever saw."""

    id: int
    mailbox: str
    folder: str
    uid: str
    taken_at: datetime
    marked_at: datetime | None
    sender: str
    subject: str
    message_id: str
    sha256: str
    outcome: str
    reason: str
    number: int | None
    ref: str
    """`SD-12`; empty where it is in no ticket."""


class OutboxRow(NamedTuple):
    """One mail that is to go, or went."""

    id: int
    kind: str
    """Which template: `reply`, `acknowledgement`, ..."""
    number: int | None
    ref: str
    subject: str
    """The ticket's."""
    to: tuple[str, ...]
    """Addresses, with those of Cc."""
    state: str
    """`queued`, `sent`, `failed`, `held`, `taken_back`."""
    created_at: datetime
    send_after: datetime
    """When it goes at the earliest."""
    sent_at: datetime | None
    attempts: int
    error: str | None
    message_id: str
    sent_with: int | None
    """The mail that told of this notification too; None for one of its own."""


class QuarantineRow(NamedTuple):
    """One message whose handling raised."""

    id: int
    mailbox: str
    folder: str
    uid: str
    sender: str
    subject: str
    message_id: str
    error: str
    trace: str
    quarantined_at: datetime
    ended_at: datetime | None
    ended_how: str | None


class BlockedRow(NamedTuple):
    """A sender whose mail is discarded."""

    pattern: str
    """An address, or a domain with those below it."""
    actor: str
    blocked_at: datetime
