"""A check is down: it has one ticket, whoever tells of it and how often.

The first word opens it, further ones are added or counted, and one that was resolved a short time ago is opened again.
Nothing of it is acknowledged: nobody asked.
"""

from __future__ import annotations

from datetime import datetime

from sdesk.desk.opening import Work
from sdesk.desk.steps.assets import add_assets
from sdesk.desk.steps.check_notes import Write, count_again, note_event
from sdesk.desk.steps.checks import Place, Taken, is_hidden, is_late, record_word, ref_of, say_late, taken, ticket_of
from sdesk.desk.steps.clocks import settle
from sdesk.desk.steps.history import record
from sdesk.desk.steps.links import link
from sdesk.desk.steps.losses import (
    confirm_outage,
    drop_suspicion,
    suspect_outage,
    take_priority_of_loss,
)
from sdesk.desk.steps.messages import add_message, index_ticket
from sdesk.desk.steps.moves import require_id
from sdesk.desk.steps.notify import notify
from sdesk.desk.steps.reopen import may_reopen, reopen_ticket
from sdesk.desk.steps.storms import join_storm, tell_storm
from sdesk.desk.steps.tickets import Opening, open_ticket
from sdesk.domain.actor import SYSTEM
from sdesk.domain.events import Came, CheckState, MachineEvent, count_return, flaps
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.outgoing import AgentEvent
from sdesk.domain.phrase import phrase
from sdesk.domain.ticket import OPEN_STATUSES, Channel, Direction, LinkKind, Status, Urgency
from sdesk.store.models import CheckEvent, Ticket

_SOONEST = tuple(Urgency)


def take_down(work: Work, event: MachineEvent, place: Place, write: Write) -> Taken:
    """A check is down: its ticket is opened, told so once more, or opened again."""
    done = _take(work, event, place, write)
    tell_storm(work, done.incident or done.number, place.at)
    ticket = work.session.get(Ticket, done.number) if done.number is not None else None
    if ticket is not None and is_hidden(work, ticket):
        # The alarm went where it belongs. Which ticket has it, and how it stands, is not for who told of it.
        return Taken(
            Came.ADDED, None, None, phrase("taken: {source} {key} is down", source=event.source, key=event.key)
        )
    return done


def _take(work: Work, event: MachineEvent, place: Place, write: Write) -> Taken:
    row = work.session.get(CheckEvent, (event.source, event.key))
    ticket = ticket_of(work, row)
    if row is None or ticket is None:
        return _open(work, event, place, write)
    if is_late(work, row, event, place.at):
        row.downs += 1
        work.session.add(row)
        return say_late(work, row, ticket)
    row.last_at = max(row.last_at, place.at)
    if ticket.status is Status.SPAM:
        row.state, row.downs = CheckState.DOWN, row.downs + 1
        work.session.add(row)
        return taken(work, Came.NOTHING, ticket, phrase("{ref} is spam", ref=ref_of(work, ticket)))
    if ticket.status in OPEN_STATUSES:
        return _add(work, event, place, write, row, ticket)
    if may_reopen(work, ticket, place.at):
        return _reopen(work, event, place, write, row, ticket)
    return _open(work, event, place, write, row=row, follows=ticket)


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
        asset_id=place.asset.id if place.asset is not None else None,
        stands=_stands(event),
    )
    if place.asset is not None:
        add_assets(work, opened.number, [place.asset], why=CHECK)
    row = fresh if row is None else work.session.merge(fresh)
    work.session.add(row)
    # It names the ticket's first message, which is written now.
    message = note_event(
        work, row, event, lambda number, _: write(number, True), number=opened.number, at=place.at, fresh=True
    )
    _say_doubts(work, opened.number, place, subject)
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


def _say_doubts(work: Work, number: int, place: Place, subject: str) -> None:
    """Whoever takes the ticket sees what the alarm's sender got wrong."""
    if place.doubts:
        words = phrase("Not all that the event says is known to this desk:")
        text = "\n".join([words, *(f"- {doubt}" for doubt in place.doubts)])
        add_message(work, number, Direction.AUTO, text, author_name=SYSTEM.name, author_address="", subject=subject)


CHECK = "its check"
"""Why a ticket is about equipment (`domain/plain_words`)."""


def _follow_asset(work: Work, place: Place, row: CheckEvent, ticket: Ticket, *, again: bool = False) -> None:
    """The equipment that a check watches now is what its ticket is about; `again`: though an agent took it away."""
    if place.asset is None or (row.asset_id == place.asset.id and not again):
        return
    row.asset_id = place.asset.id
    add_assets(work, require_id(ticket), [place.asset], why=CHECK)


def _add(work: Work, event: MachineEvent, place: Place, write: Write, row: CheckEvent, ticket: Ticket) -> Taken:
    """One more word of a check whose ticket is open."""
    _follow_asset(work, place, row, ticket)
    returned = row.state is CheckState.UP
    flapped = flaps(work.rules.events, row.returns, row.returned_at, place.at)
    row.state, row.downs = CheckState.DOWN, row.downs + 1
    row.stands = _stands(event)
    work.session.add(row)
    ref = ref_of(work, ticket)
    worse = _raise_urgency(work, event, ticket)
    if returned:
        _count_return(work, row, place.at)
    if returned and flapped:
        count_again(work, row, place.at)
        if worse:
            settle(work, ticket)
        return taken(work, Came.ADDED, ticket, phrase("counted in {ref}: the check flaps", ref=ref))
    message = note_event(work, row, event, write, number=require_id(ticket), at=place.at, fresh=returned or worse)
    if returned:
        record_word(work, event, ticket, "check_down", message)
        if _stands(event) and suspect_outage(work, ticket, place.at):
            confirm_outage(work, ticket)
            take_priority_of_loss(work, ticket)
        _say_flapping(work, row, event, ticket, place.at)
    elif message is not None:
        record_word(work, event, ticket, "check_down", message)
    if message is None and not returned and not worse:
        return taken(work, Came.ADDED, ticket, phrase("counted in {ref}: it says so already", ref=ref))
    settle(work, ticket)
    return taken(work, Came.ADDED, ticket, phrase("added to {ref}", ref=ref))


def _reopen(work: Work, event: MachineEvent, place: Place, write: Write, row: CheckEvent, ticket: Ticket) -> Taken:
    """A check is down again, of which a ticket was resolved a short time ago."""
    _follow_asset(work, place, row, ticket, again=True)
    if row.state is CheckState.UP:
        _count_return(work, row, place.at)
    row.state, row.downs = CheckState.DOWN, row.downs + 1
    row.stands = _stands(event)
    work.session.add(row)
    at = max(place.at, ticket.resolved_at or place.at)
    reopen_ticket(work, ticket, at)
    record(work, require_id(ticket), "reopened", since=to_rfc3339(at))
    message = note_event(work, row, event, write, number=require_id(ticket), at=place.at, fresh=True)
    record_word(work, event, ticket, "check_down", message)
    if _stands(event):
        confirm_outage(work, ticket)
    else:
        drop_suspicion(work, ticket)
    _raise_urgency(work, event, ticket)
    _say_flapping(work, row, event, ticket, place.at)
    settle(work, ticket)
    if ticket.incident_id is None:
        notify(work, ticket, AgentEvent.NEW, message=message, by=work.actor.agent_id)
    return taken(work, Came.REOPENED, ticket, phrase("{ref} reopened", ref=ref_of(work, ticket)))


def _count_return(work: Work, row: CheckEvent, at: datetime) -> None:
    row.returns = count_return(work.rules.events, row.returns, row.returned_at, at)
    row.returned_at = at


def _say_flapping(work: Work, row: CheckEvent, event: MachineEvent, ticket: Ticket, at: datetime) -> None:
    """When a check begins to flap: from now on it is counted alone, and an agent resolves the ticket."""
    if row.returns != work.rules.events.flaps_from or not flaps(work.rules.events, row.returns, row.returned_at, at):
        return
    number = require_id(ticket)
    words = phrase(
        "{key} flaps: it came back down {count} times within a short time. What it says from now on is counted here; "
        "the ticket stays open until you resolve it.",
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
