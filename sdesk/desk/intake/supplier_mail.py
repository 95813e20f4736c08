"""A supplier's mail, which answers what an agent sent by `forward`: internal, until an agent passes it on."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import col

from sdesk.desk.intake.follow_up import add_mail, arrived_late
from sdesk.desk.intake.incoming import Incoming
from sdesk.desk.intake.known import Thread
from sdesk.desk.intake.origin import Receipt
from sdesk.desk.opening import Work
from sdesk.desk.steps.clocks import load_clocks, save_clocks, settle
from sdesk.desk.steps.history import record
from sdesk.desk.steps.moves import require_id, wake
from sdesk.desk.steps.notify import notify
from sdesk.desk.steps.requester_wrote import not_before_stop
from sdesk.domain.ledger import Outcome
from sdesk.domain.outgoing import AgentEvent, Party
from sdesk.domain.ticket import Direction, Status, WaitingFor
from sdesk.store.models import Message

SUPPLIER = "supplier"
"""Who did it, in the history."""


def from_supplier(work: Work, incoming: Incoming, thread: Thread) -> Receipt:
    """Add a supplier's answer: it ends a wait for a supplier, asks nothing of the clocks, and reopens nothing."""
    ticket = thread.ticket
    number = require_id(ticket)
    theirs = not incoming.forged and _is_asked(work, number, incoming.sender)
    row = add_mail(work, incoming, number, Direction.IN, party=Party.SUPPLIER, part_taken=theirs)
    if theirs and ticket.status is Status.WAITING and ticket.waiting_for is WaitingFor.SUPPLIER:
        before = load_clocks(work, ticket)
        at = not_before_stop(before, incoming.origin.arrived_at)
        save_clocks(work, ticket, before, wake(work, ticket, before, at))
    by = SUPPLIER if theirs else "system"
    record(work, number, "supplier_answered", by=by, message=row, takes_part=theirs, **arrived_late(work, incoming))
    settle(work, ticket)
    notify(work, ticket, AgentEvent.REPLY if theirs else AgentEvent.STRANGER, message=row)
    return Receipt(
        Outcome.FOLLOWED_UP, number, f"{thread.sign} names what {work.rules.ref(number)} asked of a supplier"
    )


def _is_asked(work: Work, number: int, sender: str) -> bool:
    """Whether a sender is of a house that was asked: a key alone makes nobody a supplier."""
    asked = work.connection.execute(
        select(col(Message.recipients)).where(
            col(Message.ticket_id) == number,
            col(Message.party) == Party.SUPPLIER,
            col(Message.direction) == Direction.OUT,
        )
    ).scalars()
    domains = {each[0].lower().rpartition("@")[2] for listed in asked for each in (listed or {}).get("to", ())}
    return sender.rpartition("@")[2] in domains
