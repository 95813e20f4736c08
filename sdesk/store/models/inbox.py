"""What comes in by mail: the ledger of it, quarantine, where each mailbox stands, who is blocked, what failed."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from sdesk.domain.ledger import Outcome
from sdesk.store.columns import Instant, Word, one_of, partial_index
from sdesk.store.models.base import Table


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
