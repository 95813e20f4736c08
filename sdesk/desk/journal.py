"""What a run did, for a log: message ids and ticket numbers, never words, and never a key."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.domain.safe_text import one_line
from sdesk.store.models import LastRun, Ledger, Outbox


def note_run(work: Work, name: str) -> None:
    """Write down that work which is done again and again was done now. The caller commits."""
    work.session.merge(LastRun(name=name, at=work.now))


def last_taken(work: Work) -> int:
    """The newest row of the ledger; 0 before the first."""
    return work.connection.execute(select(func.max(col(Ledger.id)))).scalar() or 0


def taken_after(work: Work, row: int) -> list[str]:
    """A line for each message taken since a row of the ledger, oldest first."""
    found = work.connection.execute(
        select(col(Ledger.mailbox), col(Ledger.message_id), col(Ledger.outcome), col(Ledger.ticket_id))
        .where(col(Ledger.id) > row)
        .order_by(col(Ledger.id))
    )
    return [
        f"{each.mailbox}: {one_line(each.message_id) or '(no Message-ID)'} {each.outcome}{_of(work, each.ticket_id)}"
        for each in found
    ]


def sent_since(work: Work, at: datetime) -> list[str]:
    """A line for each row of the outbox that went since an instant. Its Message-ID holds a key: its number is named."""
    found = work.connection.execute(
        select(col(Outbox.id), col(Outbox.kind), col(Outbox.ticket_id))
        .where(col(Outbox.sent_at) >= at)
        .order_by(col(Outbox.id))
    )
    return [f"outbox {each.id}: {each.kind} sent{_of(work, each.ticket_id)}" for each in found]


def _of(work: Work, number: int | None) -> str:
    return f" {work.rules.ref(number)}" if number is not None else ""
