"""What an event of a machine does: a check that is down has one ticket, whoever tells of it and how often.

The first `down` opens it, further ones are added, `up` resolves it, silently, unless an agent has it in hand. Nothing
of it is acknowledged: nobody asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.steps.check_notes import Write, count_again, note_event
from sdesk.desk.steps.clocks import load_clocks, open_parts, promise_of, save_clocks, settle
from sdesk.desk.steps.find import sees
from sdesk.desk.steps.history import record
from sdesk.desk.steps.links import link, surviving
from sdesk.desk.steps.losses import (
    confirm_outage,
    drop_suspicion,
    end_outage,
    running_outage,
    suspect_outage,
    take_priority_of_loss,
)
from sdesk.desk.steps.messages import add_message, index_ticket
from sdesk.desk.steps.moves import require_id, set_status
from sdesk.desk.steps.notify import notify
from sdesk.desk.steps.reopen import may_reopen, reopen_ticket
from sdesk.desk.steps.storms import join_storm
from sdesk.desk.steps.tickets import Opening, open_ticket
from sdesk.domain.clock import resolve
from sdesk.domain.errors import NotFound
from sdesk.domain.events import Came, CheckState, MachineEvent, count_return, flaps
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.outgoing import AgentEvent
from sdesk.domain.phrase import phrase
from sdesk.domain.ticket import OPEN_STATUSES, Channel, Direction, LinkKind, Priority, Status, Urgency
from sdesk.store.models import CheckEvent, Link, Message, Ticket
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
_SOONEST = tuple(Urgency)


@dataclass(frozen=True, slots=True)
class Place:
    """Whose ticket an event would become, and when it happened."""

    at: datetime
    team_id: int
    service_id: int | None = None
    unit_id: int | None = None
    tags: tuple[str, ...] = ()
    why: Mapping[str, str] = field(default_factory=dict)
    """What decided each, for the history."""
    priority: Priority | None = None
    priority_reason: str | None = None
    story: Mapping[str, Any] = field(default_factory=dict)
    """What its history begins with besides."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an event."""

    came: Came
    number: int | None
    ref: str | None
    sentence: str
    incident: int | None = None
    """Of which incident its new ticket is a part."""


def writer(work: Work, event: MachineEvent) -> Write:
    """Writes an event that came by no mail."""
    words = event.text or event.subject or phrase("{key} is {state}", key=event.key, state=event.state)

    def write(number: int, indexed: bool) -> int:
        return add_message(
            work,
            number,
            Direction.AUTO,
            words,
            author_name=event.source,
            author_address="",
            subject=event.subject,
            indexed=not indexed,
        )

    return write


def take_down(work: Work, event: MachineEvent, place: Place, write: Write) -> Taken:
    """A check is down: its ticket is opened, told so once more, or opened again."""
    row = work.session.get(CheckEvent, (event.source, event.key))
    ticket = _ticket_of(work, row)
    if row is None or ticket is None:
        return _open(work, event, place, write)
    row.last_at = max(row.last_at, place.at)
    if ticket.status is Status.SPAM:
        row.state, row.downs = CheckState.DOWN, row.downs + 1
        work.session.add(row)
        return _taken(work, Came.NOTHING, ticket, phrase("{ref} is spam", ref=_ref(work, ticket)))
    if ticket.status in OPEN_STATUSES:
        return _add(work, event, place, write, row, ticket)
    if may_reopen(work, ticket, place.at):
        return _reopen(work, event, place, write, row, ticket)
    return _open(work, event, place, write, row=row, follows=ticket)


def take_up(work: Work, event: MachineEvent, write: Write, *, at: datetime) -> Taken:
    """A check is up again: its ticket is resolved without a word to anybody, or told so where an agent has it."""
    row = work.session.get(CheckEvent, (event.source, event.key))
    ticket = _ticket_of(work, row)
    if row is None or ticket is None or row.state is CheckState.UP:
        words = phrase("nothing to do: {source} {key} was not down", source=event.source, key=event.key)
        return Taken(Came.NOTHING, None, None, words)
    ref = _ref(work, ticket)
    row.state, row.ups, row.last_at = CheckState.UP, row.ups + 1, max(row.last_at, at)
    work.session.add(row)
    if ticket.status not in OPEN_STATUSES:
        return _taken(work, Came.NOTHING, ticket, phrase("{ref} is {status} already", ref=ref, status=ticket.status))
    if flaps(work.rules.events, row.returns, row.returned_at, at):
        count_again(work, row, at)
        return _taken(work, Came.NOTED, ticket, phrase("{ref} stays open: the check flaps", ref=ref))
    message = note_event(work, row, event, write, number=require_id(ticket), at=at, fresh=True)
    _record(work, event, ticket, "check_up", message)
    if _checks_down(work, ticket):
        # Somebody merged the tickets of two checks: what stands, stands until the last of them is up.
        settle(work, ticket)
        return _taken(work, Came.NOTED, ticket, phrase("noted in {ref}: another check of it is down", ref=ref))
    parts = bool(open_parts(work, ticket)) if ticket.is_incident else False
    if parts or _in_hand(work, ticket):
        if running_outage(work, ticket) is not None:
            end_outage(work, ticket, at)
            loss = str(ticket.loss_past or 0)
            record(work, require_id(ticket), "restored", loss=loss, currency=work.rules.currency)
        settle(work, ticket)
        return _taken(work, Came.NOTED, ticket, phrase("noted in {ref}: the check is up again", ref=ref))
    _resolve(work, ticket, at)
    _resolve_incident(work, ticket, at)
    return _taken(work, Came.RESOLVED, ticket, phrase("{ref} resolved, silently", ref=ref))


def _open(
    work: Work,
    event: MachineEvent,
    place: Place,
    write: Write,
    *,
    row: CheckEvent | None = None,
    follows: Ticket | None = None,
) -> Taken:
    """A ticket for a check that has none, or whose last one is closed for good (`follows`)."""
    subject = event.subject or phrase("{key} is down", key=event.key)
    severity = event.severity
    opened = open_ticket(
        work,
        Opening(
            subject=subject,
            team_id=place.team_id,
            service_id=place.service_id,
            requester_id=None,
            unit_id=place.unit_id,
            channel=Channel.EVENT,
            opened_at=place.at,
            urgency=severity.urgency if severity is not None else None,
            priority=place.priority,
            priority_reason=place.priority_reason,
            tags=place.tags,
            unanswered=False,
            unasked=True,
            stands=severity is None or severity.stands,
        ),
        why=dict(place.why),
        source=event.source,
        key=event.key,
        **place.story,
    )
    index_ticket(work, opened.number, subject, event.text, f"{event.source} {event.key}")
    fresh = CheckEvent(
        source=event.source,
        key=event.key,
        ticket_id=opened.number,
        unit_id=place.unit_id,
        state=CheckState.DOWN,
        first_at=place.at,
        last_at=place.at,
    )
    row = fresh if row is None else work.session.merge(fresh)
    work.session.add(row)
    # It names the ticket's first message, which is written now.
    message = note_event(
        work, row, event, lambda number, _: write(number, True), number=opened.number, at=place.at, fresh=True
    )
    work.session.flush()
    ticket = work.session.get_one(Ticket, opened.number)
    if confirm_outage(work, ticket):
        settle(work, ticket)
    if follows is not None:
        link(work, opened.number, require_id(follows), LinkKind.FOLLOWS)
    incident = opened.incident or join_storm(work, ticket, place.at)
    ref = work.rules.ref(opened.number)
    if incident is not None and incident != opened.number:
        words = phrase("{ref} opened, part of {incident}", ref=ref, incident=work.rules.ref(incident))
        return Taken(Came.OPENED, opened.number, ref, words, incident)
    # Whoever works on an incident knows, and need not be told of each part.
    notify(work, ticket, AgentEvent.NEW, message=message, by=work.actor.agent_id)
    return Taken(Came.OPENED, opened.number, ref, phrase("{ref} opened", ref=ref))


def _add(work: Work, event: MachineEvent, place: Place, write: Write, row: CheckEvent, ticket: Ticket) -> Taken:
    """One more word of a check whose ticket is open."""
    returned = row.state is CheckState.UP
    flapped = flaps(work.rules.events, row.returns, row.returned_at, place.at)
    row.state, row.downs = CheckState.DOWN, row.downs + 1
    work.session.add(row)
    ref = _ref(work, ticket)
    worse = _raise_urgency(work, event, ticket)
    if returned:
        _count_return(work, row, place.at)
    if returned and flapped:
        count_again(work, row, place.at)
        if worse:
            settle(work, ticket)
        return _taken(work, Came.ADDED, ticket, phrase("counted in {ref}: the check flaps", ref=ref))
    message = note_event(work, row, event, write, number=require_id(ticket), at=place.at, fresh=returned or worse)
    if returned:
        _record(work, event, ticket, "check_down", message)
        if _stands(event) and suspect_outage(work, ticket, place.at):
            confirm_outage(work, ticket)
            take_priority_of_loss(work, ticket)
        _say_flapping(work, row, event, ticket, place.at)
    elif message is not None:
        _record(work, event, ticket, "check_down", message)
    if message is None and not returned and not worse:
        return _taken(work, Came.ADDED, ticket, phrase("counted in {ref}: it says so already", ref=ref))
    settle(work, ticket)
    return _taken(work, Came.ADDED, ticket, phrase("added to {ref}", ref=ref))


def _reopen(work: Work, event: MachineEvent, place: Place, write: Write, row: CheckEvent, ticket: Ticket) -> Taken:
    """A check is down again, of which a ticket was resolved a short time ago."""
    if row.state is CheckState.UP:
        _count_return(work, row, place.at)
    row.state, row.downs = CheckState.DOWN, row.downs + 1
    work.session.add(row)
    at = max(place.at, ticket.resolved_at or place.at)
    reopen_ticket(work, ticket, at)
    record(work, require_id(ticket), "reopened", since=to_rfc3339(at))
    message = note_event(work, row, event, write, number=require_id(ticket), at=place.at, fresh=True)
    _record(work, event, ticket, "check_down", message)
    if _stands(event):
        confirm_outage(work, ticket)
    else:
        drop_suspicion(work, ticket)
    _raise_urgency(work, event, ticket)
    _say_flapping(work, row, event, ticket, place.at)
    settle(work, ticket)
    if ticket.incident_id is None:
        notify(work, ticket, AgentEvent.NEW, message=message, by=work.actor.agent_id)
    return _taken(work, Came.REOPENED, ticket, phrase("{ref} reopened", ref=_ref(work, ticket)))


def _ticket_of(work: Work, row: CheckEvent | None) -> Ticket | None:
    """The ticket of a check, wherever it was merged into. NotFound where a wall stands before it."""
    if row is None:
        return None
    ticket = surviving(work, work.session.get_one(Ticket, row.ticket_id))
    if not sees(work, work.actor, ticket):
        raise NotFound(
            phrase("there is no event {source} {key}", source=row.source, key=row.key),
            phrase("let the desk itself take it: without --as"),
        )
    return ticket


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
    before = load_clocks(work, ticket)
    save_clocks(work, ticket, before, resolve(before, promise_of(work, ticket), work.now, False))
    end_outage(work, ticket, at)
    set_status(work, ticket, Status.RESOLVED)
    ticket.resolved_at, ticket.unanswered_since = work.now, None
    settle(work, ticket)


def _resolve_incident(work: Work, part: Ticket, at: datetime) -> None:
    """An incident whose own check is up again ends with the last of its parts."""
    if part.incident_id is None:
        return
    incident = work.session.get_one(Ticket, part.incident_id)
    if incident.status not in OPEN_STATUSES or open_parts(work, incident) or _in_hand(work, incident):
        return
    if not _checks_down(work, incident) and _checks(work, incident):
        _resolve(work, incident, at)


def _checks_down(work: Work, ticket: Ticket) -> bool:
    return any(each.state is CheckState.DOWN for each in _checks(work, ticket))


def _checks(work: Work, ticket: Ticket) -> list[CheckEvent]:
    """The checks of a ticket, and of those that were merged into it, however often."""
    work.session.flush()
    numbers, found = {require_id(ticket)}, {require_id(ticket)}
    while found:
        merged = select(col(Link.ticket_id)).where(
            col(Link.other_id).in_(found), col(Link.kind) == LinkKind.MERGED_INTO
        )
        found = set(work.connection.execute(merged).scalars()) - numbers
        numbers |= found
    return list(work.session.scalars(select(CheckEvent).where(col(CheckEvent.ticket_id).in_(numbers))))


def _count_return(work: Work, row: CheckEvent, at: datetime) -> None:
    row.returns = count_return(work.rules.events, row.returns, row.returned_at, at)
    row.returned_at = at


def _say_flapping(work: Work, row: CheckEvent, event: MachineEvent, ticket: Ticket, at: datetime) -> None:
    """When a check begins to flap: from now on it is counted alone, and an agent resolves the ticket."""
    if row.returns != work.rules.events.flaps_from or not flaps(work.rules.events, row.returns, row.returned_at, at):
        return
    number = require_id(ticket)
    words = phrase(
        "{key} flaps: it came back down {count} times, each a short time after the last. From now on that is counted "
        "here alone, and the ticket stays open until an agent resolves it.",
        key=event.key,
        count=row.returns,
    )
    row.message_id = add_message(
        work, number, Direction.AUTO, words, author_name=event.source, author_address="", subject=ticket.subject
    )
    row.likeness, row.repeats = "", 0
    work.session.add(row)
    record(work, number, "check_flaps", source=event.source, key=event.key, message=row.message_id)


def _raise_urgency(work: Work, event: MachineEvent, ticket: Ticket) -> bool:
    """A check that gets worse makes its ticket more urgent, never less: whether it did."""
    severity = event.severity
    if severity is None or _SOONEST.index(severity.urgency) >= _SOONEST.index(ticket.urgency):
        return False
    record(work, require_id(ticket), "urgency", old=ticket.urgency.value, new=severity.urgency.value)
    ticket.urgency = severity.urgency
    if severity.stands and suspect_outage(work, ticket, work.now):
        confirm_outage(work, ticket)
    take_priority_of_loss(work, ticket)
    return True


def _stands(event: MachineEvent) -> bool:
    return event.severity is None or event.severity.stands


def _record(work: Work, event: MachineEvent, ticket: Ticket, what: str, message: int | None) -> None:
    named: dict[str, Any] = {} if message is None else {"message": message}
    record(work, require_id(ticket), what, source=event.source, key=event.key, **named)


def _ref(work: Work, ticket: Ticket) -> str:
    return work.rules.ref(require_id(ticket))


def _taken(work: Work, came: Came, ticket: Ticket, sentence: str) -> Taken:
    return Taken(came, require_id(ticket), _ref(work, ticket), sentence, ticket.incident_id)
