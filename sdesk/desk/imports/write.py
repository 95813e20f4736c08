"""A line that no ticket has yet becomes one: at its own date, with what was said since, and over where it is over."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, update
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.ratings import add_rating
from sdesk.desk.steps.approvals import bring, wait_as_elsewhere
from sdesk.desk.steps.assets import add_assets, find_asset
from sdesk.desk.steps.clocks import clock_columns, load_clocks, place_columns, promise_of, put_in_place, save_clocks
from sdesk.desk.steps.find import key_of, require_sight, sees_team
from sdesk.desk.steps.forms import keep_answers
from sdesk.desk.steps.history import record
from sdesk.desk.steps.losses import follow_priority
from sdesk.desk.steps.messages import add_message, begin_conversation, keep_raw, recipients_of
from sdesk.desk.steps.notify import notify_opened
from sdesk.desk.steps.people import FoundPerson, find_person, person_of
from sdesk.desk.steps.tags import require_tags
from sdesk.desk.steps.tickets import NO_SERVICE_IMPACT, NO_SERVICE_URGENCY, Opened, Opening, open_ticket
from sdesk.desk.steps.waits import begin_wait, plan_wait
from sdesk.desk.steps.watchers import add_watchers, require_watchers
from sdesk.desk.steps.whose import whose
from sdesk.domain.alerts import entered, states_of
from sdesk.domain.clock import Clocks, Promise, agent_answered, requester_wrote
from sdesk.domain.errors import BadInput, Refused, about
from sdesk.domain.inbound import InboundAttachment, Mailbox
from sdesk.domain.ticket import Channel, Direction, Priority, Status, WaitingFor
from sdesk.domain.ticket_line import LineMessage, TicketLine
from sdesk.store.models import Ticket
from sdesk.store.prepared import Prepared

REASON = "set where it was imported from"
"""Of a priority that does not follow from impact and urgency."""

_PLACE: dict[str, Any] = {name: bindparam(f"new_{name}") for name in ("alert_at", "alerts", "rank", "key1", "key2")}
_AS_OF_NOW = Prepared(update(Ticket).where(col(Ticket.id) == bindparam("number")).values(_PLACE))


@dataclass(slots=True)
class Added:
    """What came of a line besides the ticket itself."""

    messages: int = 0
    files: int = 0


def write_line(
    work: Work, line: TicketLine, digests: Mapping[str, str], added: Added, *, moved: bool = False
) -> tuple[int, int]:
    """Open the ticket of a line; gives its number and team. The caller sets the savepoint, and commits.

    A date in the past makes it history: nothing is suspected to stand still, and what its promises came to until now is
    no news. What is over is outside of all figures of promises; so is whatever becomes of what `moved` in from another
    desk, where it was promised. BadInput, Refused.
    """
    if line.subject is None:
        raise BadInput("a ticket needs a subject", "give it in the field `subject`")
    place = _place(work, line)
    require_tags(line.tags or ())
    with about("watchers"):
        watchers = require_watchers(work, place.team_id, line.watchers or ())
    with about("assets"):
        equipment = [find_asset(work, each) for each in line.assets or ()]
    opened_at = _by_now(work, line.created_at or line.resolved_at or work.now)
    past = opened_at < work.now
    then = replace(work, now=opened_at)
    person = person_of(then, line.requester) if line.requester is not None else None
    priority = _priority(work, line, place.service_id)
    closed = line.status is Status.CLOSED
    resolved_at = _by_now(work, line.resolved_at or opened_at) if line.done else None
    story: dict[str, Any] = {"moved": True} if moved else {}
    opened = open_ticket(
        then,
        Opening(
            subject=line.subject,
            team_id=place.team_id,
            service_id=place.service_id,
            requester_id=person.id if person is not None else None,
            unit_id=place.unit_id if place.unit_id is not None or person is None else person.unit_id,
            channel=line.channel or Channel.IMPORT,
            opened_at=opened_at,
            assignee_id=place.assignee_id,
            impact=line.impact,
            urgency=line.urgency,
            priority=priority,
            priority_reason=REASON if priority is not None else None,
            tags=line.tags or (),
            external_id=line.external_id,
            spam=line.status is Status.SPAM,
            unanswered=not line.done and line.status is not Status.SPAM,
            history=past,
            brought=True,
            closed=closed,
            resolved_at=resolved_at,
            closed_at=_by_now(work, line.closed_at) if closed and line.closed_at is not None else None,
        ),
        reason="imported",
        imported=dict(digests),
        why={"team": place.team_by},
        **story,
    )
    if watchers:
        add_watchers(work, opened.number, watchers)
    keep_answers(then, opened.number, line.form or ())
    message = _say(then, opened.number, line, person)
    add_assets(work, opened.number, equipment)
    if line.rating is not None:
        add_rating(work, work.session.get_one(Ticket, opened.number), line.rating)
    alive = not line.done and line.status is not Status.SPAM
    if line.messages:
        _follow(work, opened, line.messages, added, alive=alive)
    if line.approvals:
        bring(work, work.session.get_one(Ticket, opened.number), line.approvals)
    if alive:
        if line.status is Status.WAITING:
            _wait(work, opened.number, line)
        elif past and not line.messages:
            _as_of_now(work, opened, line, opened_at, assigned=place.assignee_id is not None)
        _tell(work, opened, place, message)
    return opened.number, place.team_id


class _Place(NamedTuple):
    """Where a ticket belongs, and whose it is."""

    service_id: int | None
    team_id: int
    team_by: str
    """Why it is that team's."""
    assignee_id: int | None
    unit_id: int | None


def _place(work: Work, line: TicketLine) -> _Place:
    """The keys of a line, which the desk knows. BadInput; Refused for what is behind a wall."""
    rules = work.rules
    with about("service"):
        service_id = key_of(rules.service_keys, line.service, "service") if line.service else None
    with about("team"):
        team_id, team_by = whose(work, line.team, service_id)
    if not sees_team(work, work.actor, team_id):
        raise Refused(
            f"team `{rules.teams[team_id].key}` is private, and not yours", "let one of its members import the line"
        )
    with about("assignee"):
        assignee_id = key_of(rules.agent_keys, line.assignee, "agent") if line.assignee else None
        require_sight(work, team_id, assignee_id)
    with about("unit"):
        unit_id = key_of(rules.unit_keys, line.unit, "unit") if line.unit else None
    return _Place(service_id, team_id, team_by, assignee_id, unit_id)


def _tell(work: Work, opened: Opened, place: _Place, message: int | None) -> None:
    """Agents, where the import is not quiet. Of a part of an incident they know by the incident."""
    if work.quiet or opened.incident is not None:
        return
    by = work.actor.agent_id
    notify_opened(work, opened, team_id=place.team_id, assignee_id=place.assignee_id, message=message, by=by)


def _by_now(work: Work, instant: datetime) -> datetime:
    """The instant, or now where the clock of the other machine is ahead: nothing here begins or ends to come."""
    return min(instant, work.now)


def _priority(work: Work, line: TicketLine, service_id: int | None) -> Priority | None:
    """The priority by hand; None where it follows from impact and urgency anyway."""
    if line.priority is None:
        return None
    service = work.rules.services[service_id] if service_id is not None else None
    impact = line.impact or (service.impact if service else NO_SERVICE_IMPACT)
    urgency = line.urgency or (service.urgency if service else NO_SERVICE_URGENCY)
    return None if follow_priority(work, impact, urgency, None)[1] is line.priority else line.priority


def _say(work: Work, number: int, line: TicketLine, person: FoundPerson | None) -> int | None:
    """The first message, as whoever asked wrote it."""
    author = Mailbox(person.address, person.name) if person is not None else Mailbox("", work.actor.name)
    person_id = person.id if person is not None else None
    answers = [each.value for each in line.form or ()]
    return begin_conversation(work, number, line.subject or "", line.text or "", author, person_id, answers=answers)


def add_line_message(work: Work, number: int, message: LineMessage, added: Added) -> int:
    """A message that was exchanged elsewhere, at its own time, by which it is known again."""
    then = replace(work, now=_by_now(work, message.sent_at))
    box = message.author
    agent_id = work.rules.agent_addresses.get(box.address.lower()) if box.address else None
    if message.agent is not None:
        agent_id = key_of(work.rules.agent_keys, message.agent, "agent")
    ours = message.direction in {Direction.OUT, Direction.NOTE}
    person = find_person(work, box.address) if box.address and not ours else None
    files, missing = _files(message)
    row = add_message(
        then,
        number,
        message.direction,
        message.text,
        author_name=box.name,
        author_address=box.address,
        agent_id=agent_id if ours else None,
        person_id=person.id if person is not None else None,
        sent_at=message.sent_at,
        subject=message.subject,
        quoted=message.quoted,
        recipients=recipients_of(message.to, message.cc) if message.to or message.cc else None,
        message_id=message.message_id or None,
        in_reply_to=message.in_reply_to or None,
        defects=[*message.defects, *missing],
        raw_id=_raw(work, message),
        attachments=files,
    )
    by = work.rules.agents[agent_id].key if ours and agent_id is not None else "requester"
    record(then, number, "message", by=by if message.direction is not Direction.AUTO else "system", message=row)
    added.messages += 1
    added.files += len(files)
    return row


def _files(message: LineMessage) -> tuple[list[InboundAttachment], list[str]]:
    """The files of a message, and a sentence for each that is gone where it came from."""
    found, missing = [], []
    for file in message.files:
        content = file.read()
        if content is None:
            missing.append(f"the file {file.name} was not found where it was imported from")
        else:
            found.append(InboundAttachment(file.name, file.media_type, content, file.content_id, file.inline))
    return found, missing


def _raw(work: Work, message: LineMessage) -> int | None:
    raw = message.raw() if message.raw is not None else None
    return None if raw is None else keep_raw(work, raw, hashlib.sha256(raw).hexdigest())


def _follow(work: Work, opened: Opened, messages: tuple[LineMessage, ...], added: Added, *, alive: bool) -> None:
    """What was said since the ticket was opened; the clocks of one that is not over follow."""
    ordered = sorted(messages, key=lambda message: message.sent_at)
    for message in ordered:
        add_line_message(work, opened.number, message, added)
    if not alive:
        return
    ticket = work.session.get_one(Ticket, opened.number)
    promise, before = promise_of(work, ticket), load_clocks(work, ticket)
    clocks, waits_since = before, ticket.unanswered_since
    for message in ordered:
        at = max(_by_now(work, message.sent_at), ticket.created_at)
        if message.direction is Direction.OUT:
            clocks, waits_since = agent_answered(clocks, promise, at), None
        elif message.direction is Direction.IN:
            clocks, waits_since = requester_wrote(clocks, promise, at), waits_since or at
    ticket.alerts = _known_states(clocks, promise, work.now)
    save_clocks(work, ticket, before, clocks)
    ticket.unanswered_since = waits_since
    ticket.updated_at = max(ticket.updated_at, min(work.now, ordered[-1].sent_at))
    put_in_place(work, ticket)
    work.session.flush()


def _wait(work: Work, number: int, line: TicketLine) -> None:
    """It waits as it did elsewhere."""
    ticket = work.session.get_one(Ticket, number)
    reason, until = wait_of(work, line)
    if reason is WaitingFor.APPROVAL:
        wait_as_elsewhere(work, ticket, line.approvals or ())
    else:
        begin_wait(work, ticket, *plan_wait(work, ticket, reason.value, until))
    put_in_place(work, ticket)
    work.session.flush()


def wait_of(work: Work, line: TicketLine) -> tuple[WaitingFor, datetime | None]:
    """What a line's ticket waits for, and until when: without a date that is to come, the team's working days.

    A wait for a date of which nobody knows the date is one for a supplier.
    """
    until = line.wake_at if line.wake_at is not None and line.wake_at > work.now else None
    reason = line.waiting_for or (WaitingFor.REQUESTER if until is None else WaitingFor.DATE)
    return (WaitingFor.SUPPLIER if reason is WaitingFor.DATE and until is None else reason), until


def _as_of_now(work: Work, opened: Opened, line: TicketLine, opened_at: datetime, *, assigned: bool) -> None:
    """The place in the queue as it is now; whatever its promises came to before is no news for anybody."""
    told = _known_states(opened.clocks, opened.promise, work.now)
    columns = clock_columns(opened.clocks, opened.promise, now=work.now, told=told)
    place: dict[str, Any] = place_columns(
        work,
        status=Status.OPEN if assigned else Status.NEW,
        priority=opened.priority,
        created_at=opened_at,
        due_at=columns["due_at"],
        stale_at=columns["stale_at"],
        wake_at=None,
        loss_per_hour=None,
    )
    values = {**place, "alert_at": columns["alert_at"], "alerts": columns["alerts"]}
    _AS_OF_NOW.run(work.connection, number=opened.number, **{f"new_{name}": values[name] for name in _PLACE})


def _known_states(clocks: Clocks, promise: Promise, now: datetime) -> dict[str, str] | None:
    """The states that the running clocks have come to, as if agents had been told of them."""
    found = {}
    for clock in clocks.each():
        state = entered(states_of(clock, clocks, promise), now) if clock.running else None
        if state is not None:
            found[clock.kind.value] = state.value
    return found or None
