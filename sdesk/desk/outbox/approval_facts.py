"""What the mails about an approval are made of: the question, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.steps.approval_question import open_question
from sdesk.desk.steps.clocks import load_clocks, promise_of
from sdesk.desk.steps.forms import answers_of
from sdesk.desk.steps.moves import require_id
from sdesk.domain.clock import due_at, resume_all
from sdesk.domain.outgoing import MailKind, Party
from sdesk.domain.ticket import Direction, WaitingFor
from sdesk.store.models import Approval, Message, Ticket

OF_APPROVALS = frozenset({MailKind.APPROVAL, MailKind.APPROVED, MailKind.REFUSED})
"""Kinds that are about a question to an approver."""


@dataclass(frozen=True, slots=True)
class ApprovalFacts:
    """A question to an approver, and what became of it."""

    approver: str
    """A name, else an address."""
    asked_at: datetime
    comment: str
    """What the approver said besides."""
    portal: str
    """Where the portal is reached; empty where there is none."""
    due: datetime | None
    """By when it would be done, were it approved now."""
    answers: tuple[tuple[str, str], ...]
    """What was filled into the service's form: keys and values."""


def approver_name(work: Work, ticket: Ticket) -> str:
    """Whose approval a ticket waits for: a name, else an address; empty where it waits for none."""
    row = open_question(work, ticket.id or 0) if ticket.waiting_for is WaitingFor.APPROVAL else None
    return row.name or row.address if row is not None else ""


def approval_facts(work: Work, ticket: Ticket, values: Mapping[str, Any]) -> ApprovalFacts:
    """The question that a mail is of; for a look at a mail that is in no outbox, the ticket's last one."""
    row = work.session.get(Approval, values.get("approval")) if "approval" in values else None
    if row is None:
        last = select(Approval).where(col(Approval.ticket_id) == ticket.id).order_by(col(Approval.id).desc()).limit(1)
        row = work.session.scalars(last).first()
    portal = work.rules.portal.url or ""
    promise = promise_of(work, ticket)
    waits = ticket.waiting_for is WaitingFor.APPROVAL
    running = resume_all(load_clocks(work, ticket), promise, work.now, owed=False) if waits else None
    return ApprovalFacts(
        approver=row.name or row.address if row is not None else "",
        asked_at=row.asked_at if row is not None else work.now,
        comment=row.comment if row is not None else "",
        portal=portal,
        due=due_at(running.resolution, promise.calendar) if running is not None else ticket.resolution_due_at,
        answers=form_of(work, ticket),
    )


def form_of(work: Work, ticket: Ticket) -> tuple[tuple[str, str], ...]:
    """What was filled into the form of the ticket's service: labels and values."""
    return tuple((each.label, each.value) for each in answers_of(work, require_id(ticket)).values())


def request_of(work: Work, ticket: Ticket) -> int | None:
    """The message with which the ticket was opened, whoever wrote it down."""
    return work.connection.execute(
        select(col(Message.id))
        .where(
            col(Message.ticket_id) == ticket.id,
            col(Message.direction) == Direction.IN,
            col(Message.party) == Party.REQUESTER,
        )
        .order_by(col(Message.id))
        .limit(1)
    ).scalar()
