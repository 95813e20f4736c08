"""Taking an answer back while it waits in the outbox: the ticket is as it was, the words are a draft again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from sdesk.desk.change import Change
from sdesk.desk.opening import Work
from sdesk.desk.steps.clocks import settle
from sdesk.desk.steps.deeds import answer_walked_back, forget_answer, form_of_answer
from sdesk.desk.steps.drafts import had_files, message_back
from sdesk.desk.steps.find import find_ticket, sees
from sdesk.desk.steps.history import record
from sdesk.desk.steps.incidents import and_parts
from sdesk.desk.steps.messages import reindex
from sdesk.desk.steps.moves import require_id
from sdesk.desk.steps.snapshot import restore, version_after
from sdesk.desk.steps.together import Unsaid, hand_on, last_together
from sdesk.domain.errors import Refused
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.outgoing import TAKE_BACK, OutboxState
from sdesk.domain.phrase import phrase
from sdesk.store.models import History, Message, Outbox, Ticket


def take_back(work: Work, number: int, *, version: int | None = None, mails: Sequence[int] = ()) -> Change:
    """Take back the last answer of a ticket, which the acting agent wrote within the last ten seconds.

    Refused once it is on its way, after that time, where somebody else wrote it, and where anything has changed since:
    what would be put back is no longer what was there. `mails` are those of the answer that is meant, where one after
    it was taken back already.
    """
    ticket = find_ticket(work, number, version)
    ref = work.rules.ref(number)
    rows, unsaid = last_together(work, number)
    own = _last_row(work, number, mails)
    if not rows or (own is not None and (own.id or 0) > (rows[-1].id or 0)):
        row, message = _require_answer(work, ref, own)
        _require_takable(work, ref, ticket, row, message)
        hand_on(work, row)
        form = form_of_answer(work, number, row.id or 0)
        message_back(work, number, message, _put_back(work, ticket, row, message), form)
        settle(work, ticket)
        forget_answer(work, number, row.id or 0)
        return _taken_back(number, ref, files=had_files(work, [message.id or 0]))
    # What was said of an incident was said to each of its tickets: it was one answer, and is taken back as one.
    message, left = _take_back_incident(work, ticket, rows, unsaid, own)
    form = next(filter(None, (form_of_answer(work, number, row.id or 0) for row in rows)), "")
    message_back(work, number, message, left, form)
    settle(work, ticket)
    taken = 0
    for row in rows:
        if row.ticket_id not in (None, number):
            taken += _take_back_part(work, row.ticket_id, row)
    for each in unsaid:
        if each.number != number:
            taken += _take_back_unsaid(work, each, rows[0])
    for row in rows:
        forget_answer(work, number, row.id or 0)
    files = had_files(work, [row.message_ref for row in rows if row.message_ref is not None])
    return _taken_back(number, ref, taken, files=files)


def _taken_back(number: int, ref: str, parts: int = 0, *, files: bool) -> Change:
    text = phrase("the answer of {ref} is taken back: its text is your draft", ref=ref)
    if parts:
        others = and_parts(parts)
        text = phrase("the answer of {ref} is taken back{parts}: its text is your draft", ref=ref, parts=others)
    if files:
        text = phrase("{taken}, its files are to be attached anew", taken=text)
    return Change(number, ref, text, files=files)


def _take_back_incident(
    work: Work, ticket: Ticket, rows: Sequence[Outbox], unsaid: Sequence[Unsaid], own: Outbox | None
) -> tuple[Message, dict[str, Any]]:
    """The incident itself, by its own mail, else by what one of the others kept of it; gives what was said, and how
    that had left it."""
    number, ref = require_id(ticket), work.rules.ref(require_id(ticket))
    row = next((each for each in rows if each.ticket_id == number), None)
    kept = next((each for each in unsaid if each.number == number), None)
    if kept is not None:
        message = work.session.get_one(Message, rows[0].message_ref)
        _require_waiting(work, ref, rows[0], message)
        _require_unchanged(ref, ticket, kept.before)
        return message, _put_back_unsaid(work, ticket, kept, rows[0])
    if row is None:
        # Its own mail is on its way already, and says so.
        row, message = _require_answer(work, ref, own)
    else:
        message = work.session.get_one(Message, row.message_ref)
    _require_takable(work, ref, ticket, row, message)
    return message, _put_back(work, ticket, row, message)


def _take_back_part(work: Work, number: int | None, row: Outbox) -> int:
    part = work.session.get(Ticket, number)
    message = work.session.get(Message, row.message_ref)
    if part is None or message is None or not sees(work, work.actor, part):
        return 0
    try:
        with work.apart():
            _require_takable(work, work.rules.ref(require_id(part)), part, row, message)
            _put_back(work, part, row, message)
            settle(work, part)
    except Refused:
        # It is on its way, somebody went on with it meanwhile, or it cannot stand so any more: it is left as it is.
        return 0
    return 1


def _take_back_unsaid(work: Work, kept: Unsaid, row: Outbox) -> int:
    part = work.session.get(Ticket, kept.number)
    if part is None or not sees(work, work.actor, part) or part.version != version_after(kept.before):
        return 0
    try:
        with work.apart():
            _put_back_unsaid(work, part, kept, row)
            settle(work, part)
    except Refused:
        return 0  # it cannot stand so any more
    return 1


def _put_back_unsaid(work: Work, ticket: Ticket, kept: Unsaid, row: Outbox) -> dict[str, Any]:
    """A ticket that the answer changed without a mail, as it was before; gives how it was left. The caller settles."""
    left = restore(work, ticket, kept.before)
    message = work.session.get(Message, kept.message) if kept.message is not None else None
    if message is not None:
        message.taken_back_at = work.now
        work.session.add(message)
        work.session.flush()
        reindex(work, kept.number)
    said_at = to_rfc3339(row.created_at)
    events = _undone(work, ticket, row, kept.before)
    record(work, kept.number, "taken_back", message=kept.message, kind=row.kind, said_at=said_at, events=events)
    return left


def _put_back(work: Work, ticket: Ticket, row: Outbox, message: Message) -> dict[str, Any]:
    """The ticket as it was before the answer; the mail never goes. Gives how it was left. The caller settles."""
    number, before = require_id(ticket), row.before or {}
    left = restore(work, ticket, before)
    message.taken_back_at = work.now
    row.state, row.before, row.last_error = OutboxState.TAKEN_BACK, None, f"taken back by {work.actor.login}"
    work.session.add(message)
    work.session.add(row)
    work.session.flush()
    reindex(work, number)
    record(work, number, "taken_back", message=message.id, kind=row.kind, events=_undone(work, ticket, row, before))
    return left


def _undone(work: Work, ticket: Ticket, row: Outbox, before: Mapping[str, Any]) -> list[int]:
    """The events that an answer wrote, so that no report counts them; what was done before it can be undone next."""
    number, was = require_id(ticket), int(before["ticket"]["version"])
    # The caller settles once more.
    found = answer_walked_back(work, number, row.id or 0, was=was, now=ticket.version + 1)
    if found:
        return found
    # An agent's own mail is no deed of the console or the command line.
    written = select(col(History.id)).where(
        col(History.ticket_id) == number,
        col(History.at) == row.created_at,
        col(History.agent_id) == work.actor.agent_id,
    )
    return [event or 0 for event in work.connection.execute(written.order_by(col(History.id))).scalars()]


def _last_row(work: Work, number: int, mails: Sequence[int]) -> Outbox | None:
    meant = (col(Outbox.id).in_(mails),) if mails else ()
    return work.session.scalars(
        select(Outbox)
        .where(col(Outbox.ticket_id) == number, col(Outbox.message_ref).is_not(None), *meant)
        .order_by(col(Outbox.id).desc())
        .limit(1)
    ).first()


def _require_answer(work: Work, ref: str, row: Outbox | None) -> tuple[Outbox, Message]:
    message = work.session.get(Message, row.message_ref) if row is not None else None
    if row is None or message is None:
        raise Refused(
            phrase("no answer of {ref} waits in the outbox", ref=ref), phrase("there is nothing to take back")
        )
    return row, message


def _require_takable(work: Work, ref: str, ticket: Ticket, row: Outbox, message: Message) -> None:
    _require_waiting(work, ref, row, message)
    _require_unchanged(ref, ticket, row.before or {})


def _require_unchanged(ref: str, ticket: Ticket, before: Mapping[str, Any]) -> None:
    if ticket.version != version_after(before):
        raise Refused(
            phrase("{ref} was changed since its last answer", ref=ref), phrase("write another to put it right")
        )


def _require_waiting(work: Work, ref: str, row: Outbox, message: Message) -> None:
    if work.actor.agent_id is None or message.agent_id != work.actor.agent_id:
        raise Refused(
            phrase("the last answer of {ref} is {author_name}'s", ref=ref, author_name=message.author_name),
            phrase("only who wrote it takes it back"),
        )
    if row.state is OutboxState.TAKEN_BACK:
        raise Refused(
            phrase("the last answer of {ref} is taken back already", ref=ref),
            phrase("look for its text among your drafts"),
        )
    if row.state is not OutboxState.QUEUED or row.claimed_at is not None or row.attempts:
        raise Refused(
            phrase("the last answer of {ref} is on its way already", ref=ref), phrase("write another to put it right")
        )
    if work.now > row.created_at + TAKE_BACK or row.before is None:
        seconds = round(TAKE_BACK.total_seconds())
        raise Refused(
            phrase("the last answer of {ref} is older than {seconds} s", ref=ref, seconds=seconds),
            phrase("what has not gone yet is stopped by `sdesk mail outbox discard {number}`", number=row.id),
        )
