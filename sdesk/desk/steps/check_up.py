"""A check is up again: its ticket is resolved without a word to anybody, unless an agent has it in hand."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.steps.check_notes import Write, count_again, note_event
from sdesk.desk.steps.checks import (
    Taken,
    checks_of,
    is_any_down,
    is_hidden,
    is_late,
    record_word,
    ref_of,
    say_late,
    taken,
    ticket_of,
)
from sdesk.desk.steps.clocks import open_parts, settle
from sdesk.desk.steps.history import record
from sdesk.desk.steps.losses import end_outage, running_outage
from sdesk.desk.steps.moves import require_id
from sdesk.desk.steps.resolve import resolve_ticket
from sdesk.desk.steps.storms import tell_storm
from sdesk.domain.events import Came, CheckState, MachineEvent, flaps
from sdesk.domain.phrase import phrase
from sdesk.domain.ticket import OPEN_STATUSES, Direction, Status
from sdesk.store.models import CheckEvent, Message, Ticket
from sdesk.store.prepared import Prepared

ANSWERED = Prepared(
    select(col(Message.id))
    .where(
        col(Message.ticket_id) == bindparam("number"),
        col(Message.direction) == Direction.OUT,
        col(Message.taken_back_at).is_(None),
    )
    .limit(1)
)


def take_up(work: Work, event: MachineEvent, write: Write, *, at: datetime) -> Taken:
    """A check is up again: its ticket is resolved without a word to anybody, or told so where an agent has it."""
    done = _take(work, event, write, at=at)
    tell_storm(work, done.incident or done.number, at)
    return done


def _take(work: Work, event: MachineEvent, write: Write, *, at: datetime) -> Taken:
    row = work.session.get(CheckEvent, (event.source, event.key))
    ticket = ticket_of(work, row)
    if row is None or ticket is None or row.state is CheckState.UP or is_hidden(work, ticket):
        # Of a check behind a wall nobody learns whether there is one.
        words = phrase("nothing to do: {source} {key} was not down", source=event.source, key=event.key)
        return Taken(Came.NOTHING, None, None, words)
    if is_late(work, row, event, at):
        row.ups += 1
        work.session.add(row)
        return say_late(work, row, ticket)
    ref = ref_of(work, ticket)
    row.state, row.ups, row.last_at = CheckState.UP, row.ups + 1, max(row.last_at, at)
    work.session.add(row)
    if ticket.status not in OPEN_STATUSES:
        return taken(work, Came.NOTHING, ticket, phrase("{ref} is {status} already", ref=ref, status=ticket.status))
    if flaps(work.rules.events, row.returns, row.returned_at, at):
        count_again(work, row, at)
        return taken(work, Came.NOTED, ticket, phrase("{ref} stays open: the check flaps", ref=ref))
    message = note_event(work, row, event, write, number=require_id(ticket), at=at, fresh=True)
    record_word(work, event, ticket, "check_up", message)
    if is_any_down(work, ticket):
        # Somebody merged the tickets of two checks: what stands, stands until the last of them is up.
        settle(work, ticket)
        return taken(work, Came.NOTED, ticket, phrase("noted in {ref}: another check of it is down", ref=ref))
    parts = bool(open_parts(work, ticket)) if ticket.is_incident else False
    if parts or _in_hand(work, ticket):
        if running_outage(work, ticket) is not None:
            end_outage(work, ticket, at)
            loss = str(ticket.loss_past or 0)
            record(work, require_id(ticket), "restored", loss=loss, currency=work.rules.currency)
        settle(work, ticket)
        return taken(work, Came.NOTED, ticket, phrase("noted in {ref}: the check is up again", ref=ref))
    _resolve(work, ticket, at)
    _resolve_incident(work, ticket, at)
    return taken(work, Came.RESOLVED, ticket, phrase("{ref} resolved, silently", ref=ref))


def _in_hand(work: Work, ticket: Ticket) -> bool:
    """Whether an agent has a ticket in hand, or the incident that it is part of: then it is his to resolve."""
    if ticket.assignee_id is not None or ticket.status is Status.WAITING:
        return True
    if ANSWERED.run(work.connection, number=ticket.id).first() is not None:
        return True
    if ticket.incident_id is None:
        return False
    incident = work.session.get_one(Ticket, ticket.incident_id)
    return incident.status in OPEN_STATUSES and _in_hand(work, incident)


def _resolve(work: Work, ticket: Ticket, at: datetime) -> None:
    resolve_ticket(work, ticket, works_since=at)
    settle(work, ticket)


def _resolve_incident(work: Work, part: Ticket, at: datetime) -> None:
    """An incident whose own check is up again ends with the last of its parts."""
    if part.incident_id is None:
        return
    incident = work.session.get_one(Ticket, part.incident_id)
    if incident.status not in OPEN_STATUSES or open_parts(work, incident) or _in_hand(work, incident):
        return
    if not is_any_down(work, incident) and checks_of(work, incident):
        _resolve(work, incident, at)
