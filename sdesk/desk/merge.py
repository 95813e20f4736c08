"""Two tickets that are one matter become one; two matters in one ticket become two."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select, text, update
from sqlmodel import col

from sdesk.desk.change import Change
from sdesk.desk.opening import Work
from sdesk.desk.steps.clocks import load_clocks, promise_of, save_clocks, settle
from sdesk.desk.steps.find import find_ticket
from sdesk.desk.steps.history import record
from sdesk.desk.steps.incidents import leave
from sdesk.desk.steps.links import link
from sdesk.desk.steps.losses import outages_of
from sdesk.desk.steps.merged import keep_earlier_promises
from sdesk.desk.steps.merged_outages import keep_outages
from sdesk.desk.steps.messages import index_ticket, reindex
from sdesk.desk.steps.moves import require_id, require_move, set_status
from sdesk.desk.steps.people import requester_of
from sdesk.desk.steps.tickets import Opening, open_ticket
from sdesk.desk.steps.visits import running_visit
from sdesk.desk.steps.watchers import join_watchers
from sdesk.domain.clock import waited_no_more
from sdesk.domain.errors import BadInput, NotFound, Refused
from sdesk.domain.outgoing import Party
from sdesk.domain.phrase import joined, phrase
from sdesk.domain.safe_text import one_line
from sdesk.domain.thread import plain_subject
from sdesk.domain.ticket import OPEN_STATUSES, Direction, LinkKind, Status
from sdesk.store.models import Message, Outage, Ticket, TimeSpent, Visit


def merge(work: Work, number: int, *, into: int, version: int | None = None) -> Change:
    """Put a ticket into another, which goes on alone: conversation, time spent, tags, watchers, visit and outages are
    the other's, which keeps the earlier of each promise. Mails that answer the merged one reach the other from now on.

    Refused for an incident with parts, and for a ticket that is done; both must be the actor's to see.
    """
    ticket, survivor = find_ticket(work, number, version), find_ticket(work, into)
    ref, other = work.rules.ref(number), work.rules.ref(into)
    if number == into:
        raise BadInput(phrase("{ref} cannot be merged with itself", ref=ref), phrase("name another ticket"))
    require_move(work, ticket, Status.MERGED)
    if survivor.status not in OPEN_STATUSES:
        raise Refused(
            phrase("{other} is {status}", other=other, status=survivor.status),
            phrase("reopen it first, or merge the other way round"),
        )
    if ticket.is_incident:
        raise Refused(
            phrase("{ref} is an incident with tickets of its own", ref=ref),
            phrase("merge {other} into it: --into {number}", other=other, number=number),
        )
    if ticket.incident_id is not None:
        leave(work, ticket, work.session.get_one(Ticket, ticket.incident_id))
    keep_earlier_promises(work, survivor, ticket)
    ended = keep_outages(work, survivor, ticket)
    moved = _move_messages(work, number, into, [each.id for each in _messages(work, number)])
    _move_the_rest(work, number, into)
    join_watchers(work, number, into, survivor.team_id)
    waits = [each for each in (survivor.unanswered_since, ticket.unanswered_since) if each is not None]
    survivor.unanswered_since, ticket.unanswered_since = min(waits, default=None), None
    set_status(work, ticket, Status.MERGED)
    # The link alone says which: it is hidden where a wall stands between the two, a history never is.
    link(work, number, into, LinkKind.MERGED_INTO)
    record(work, number, "merged", messages=moved)
    record(work, into, "merged_with", messages=moved)
    reindex(work, number)
    reindex(work, into)
    settle(work, ticket)
    settle(work, survivor)
    warnings = (*(_of_outage(work, outage) for outage in ended), _of_requesters(work, ticket, survivor))
    return Change(
        number,
        ref,
        phrase("{ref} merged into {other}", ref=ref, other=other),
        warning=joined("; ", warnings),
    )


def split(work: Work, number: int, *, messages: Sequence[int], subject: str = "", version: int | None = None) -> Change:
    """Open a ticket of its own for messages of another, with a clock that runs since the first of them came.

    Its requester is who wrote that one; team and service stay until somebody says otherwise. BadInput for messages that
    the ticket does not have, or where the first is nobody's request; Refused where nothing would be left.
    """
    ticket = find_ticket(work, number, version)
    ref = work.rules.ref(number)
    known = {each.id: each for each in _messages(work, number)}
    for message in messages:
        if message not in known:
            raise NotFound(
                phrase("{ref} has no message {message}", ref=ref, message=message),
                phrase("see `sdesk show {number} -o json` for their ids", number=number),
            )
    chosen = [known[message] for message in sorted(set(messages))]
    if not chosen:
        raise BadInput(phrase("no message is named"), phrase("say which with --message"))
    if len(chosen) == len(known):
        raise Refused(phrase("nothing of {ref} would be left", ref=ref), phrase("leave its first message where it is"))
    first = chosen[0]
    if first.direction is not Direction.IN or first.party is not Party.REQUESTER:
        raise BadInput(
            phrase("message {message} is no request", message=first.id),
            phrase("name one that came from a requester first"),
        )
    opened = open_ticket(
        work,
        Opening(
            subject=one_line(subject).strip() or plain_subject(first.subject or ticket.subject),
            team_id=ticket.team_id,
            service_id=ticket.service_id,
            requester_id=first.person_id or ticket.requester_id,
            unit_id=ticket.unit_id,
            channel=ticket.channel,
            opened_at=first.taken_at,
            assignee_id=ticket.assignee_id,
            # The old ticket has, or had, the outage of this unit and service: it is no second one.
            stands=all(outage.unit_id != ticket.unit_id for outage in outages_of(work, ticket)),
        ),
        split=True,
    )
    index_ticket(work, opened.number, subject or first.subject or ticket.subject, "", "")
    moved = _move_messages(work, number, opened.number, [each.id for each in chosen])
    link(work, opened.number, number, LinkKind.RELATED)
    record(work, number, "split", messages=moved)
    _wait_no_more(work, ticket)
    reindex(work, number)
    reindex(work, opened.number)
    settle(work, ticket)
    return Change(
        opened.number,
        work.rules.ref(opened.number),
        phrase("{new} split off {ref}", new=work.rules.ref(opened.number), ref=ref),
    )


def _messages(work: Work, number: int) -> list[Message]:
    found = select(Message).where(col(Message.ticket_id) == number).order_by(col(Message.id))
    return list(work.session.scalars(found))


def _move_messages(work: Work, number: int, other: int, messages: Sequence[int | None]) -> list[int]:
    """Hand messages with their files over to another ticket; gives their ids."""
    ids = [each for each in messages if each is not None]
    work.session.flush()
    work.connection.execute(
        update(Message).where(col(Message.ticket_id) == number, col(Message.id).in_(ids)).values(ticket_id=other)
    )
    work.connection.execute(
        update(TimeSpent)
        .where(col(TimeSpent.ticket_id) == number, col(TimeSpent.message_id).in_(ids))
        .values(ticket_id=other)
    )
    for message in _messages(work, other):
        work.session.refresh(message)
    return ids


def _move_the_rest(work: Work, number: int, other: int) -> None:
    """Tags, answers to what the other's form does not answer, time that was written down without a message, and the
    visit, unless the other has one."""
    ids = {"number": number, "other": other}
    work.connection.execute(
        text("INSERT OR IGNORE INTO tag (ticket_id, tag) SELECT :other, tag FROM tag WHERE ticket_id = :number"), ids
    )
    work.connection.execute(
        text(
            "INSERT OR IGNORE INTO form_value (ticket_id, key, position, label, value)"
            " SELECT :other, key, position, label, value FROM form_value WHERE ticket_id = :number"
        ),
        ids,
    )
    work.connection.execute(update(TimeSpent).where(col(TimeSpent.ticket_id) == number).values(ticket_id=other))
    visit = running_visit(work, number)
    if visit is not None and running_visit(work, other) is None:
        work.connection.execute(update(Visit).where(col(Visit.id) == visit.id).values(ticket_id=other))


def _wait_no_more(work: Work, ticket: Ticket) -> None:
    """Where the message that nobody had answered went away, nobody waits for the next reply any more."""
    if ticket.unanswered_since is None:
        return
    number = require_id(ticket)
    # A question to a supplier answers nobody, nor does what was taken back; a stranger's words ask for no answer.
    with_requester = (
        col(Message.ticket_id) == number,
        col(Message.party) == Party.REQUESTER,
        col(Message.taken_back_at).is_(None),
    )
    answered = work.connection.execute(
        select(func.max(col(Message.id))).where(*with_requester, col(Message.direction) == Direction.OUT)
    ).scalar()
    left = work.connection.execute(
        select(func.min(col(Message.taken_at))).where(
            *with_requester,
            col(Message.direction) == Direction.IN,
            col(Message.takes_part),
            col(Message.id) > (answered or 0),
        )
    ).scalar()
    ticket.unanswered_since = left
    if left is None:
        before = load_clocks(work, ticket)
        save_clocks(work, ticket, before, waited_no_more(before, promise_of(work, ticket), work.now))


def _of_outage(work: Work, outage: Outage) -> str:
    """What whoever merged the tickets of two units that stand should know."""
    ref, unit = work.rules.ref(outage.ticket_id), work.rules.units[outage.unit_id].key
    return phrase(
        "{ref} has an outage that lasts, so that of `{unit}` ends now: if it lasts too, open a ticket for it",
        ref=ref,
        unit=unit,
    )


def _of_requesters(work: Work, ticket: Ticket, survivor: Ticket) -> str:
    """What whoever merged the tickets of two people should know."""
    if ticket.requester_id is None or ticket.requester_id == survivor.requester_id:
        return ""
    requester = requester_of(work, ticket)
    if requester is None:
        return ""
    ref = work.rules.ref(require_id(survivor))
    name = one_line(requester.box.name or requester.box.address)
    return phrase(
        "{name} is not the requester of {ref}: answer with --cc-all, or nothing of it reaches them", name=name, ref=ref
    )
