"""Tying tickets together, untying them, and finding what a merged one went into."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.steps.rows import insert_row
from sdesk.domain.ticket import LinkKind, Status
from sdesk.store.models import Link, Ticket


def link(work: Work, number: int, other: int, kind: LinkKind) -> bool:
    """Tie two tickets together, once, read as `number KIND other`; False where they are tied so already."""
    there = work.connection.execute(
        select(col(Link.id)).where(col(Link.ticket_id) == number, col(Link.other_id) == other, col(Link.kind) == kind)
    ).first()
    if there is not None:
        return False
    insert_row(work, Link, {"ticket_id": number, "other_id": other, "kind": kind, "created_at": work.now})
    return True


def unlink(work: Work, number: int, other: int, kind: LinkKind) -> bool:
    """Untie them; False where they are not tied so."""
    done = work.connection.execute(
        delete(Link).where(col(Link.ticket_id) == number, col(Link.other_id) == other, col(Link.kind) == kind)
    )
    return bool(done.rowcount)


def surviving(work: Work, ticket: Ticket) -> Ticket:
    """The ticket that a merged one went into, however often."""
    passed = set()
    while ticket.status is Status.MERGED and ticket.id not in passed:
        passed.add(ticket.id)
        into = work.connection.execute(
            select(col(Link.other_id)).where(col(Link.ticket_id) == ticket.id, col(Link.kind) == LinkKind.MERGED_INTO)
        ).scalar()
        if into is None:
            break
        ticket = work.session.get_one(Ticket, into)
    return ticket
