"""Where a message came from, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sdesk.domain.ledger import Outcome


@dataclass(frozen=True, slots=True)
class Origin:
    """A message's place at its source, and what the configuration says of the mailbox."""

    mailbox: str
    folder: str
    uidvalidity: int
    uid: str
    arrived_at: datetime
    """When the mail server got it: a ticket's clocks run from here."""
    addresses: tuple[str, ...] = ()
    """The mailbox's own."""
    team: str | None = None
    service: str | None = None
    """What a mail is about until somebody or a rule says otherwise."""
    auto_tickets: bool = False
    """Whether automatic mail outside a thread opens a ticket (monitoring)."""
    trusts_auth_from: tuple[str, ...] = ()
    desk_addresses: tuple[str, ...] = ()
    """Those of all mailboxes of the desk."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a message."""

    outcome: Outcome
    number: int | None
    reason: str
    """One sentence."""
