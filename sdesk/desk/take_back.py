"""Taking an answer back while it waits in the outbox: the ticket is as it was, the words are a draft again."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import col

from sdesk.desk.change import Change
from sdesk.desk.opening import Work
from sdesk.desk.steps.clocks import settle
from sdesk.desk.steps.find import find_ticket
from sdesk.desk.steps.history import record
from sdesk.desk.steps.incidents import all_parts, and_parts
from sdesk.desk.steps.messages import reindex
from sdesk.desk.steps.moves import require_id
from sdesk.desk.steps.outbox import TAKE_BACK
from sdesk.desk.steps.snapshot import restore, version_after
from sdesk.domain.errors import Refused
from sdesk.domain.outgoing import OutboxState
from sdesk.domain.ticket import Direction
from sdesk.store.models import Draft, Message, Outbox, Ticket


def take_back(work: Work, number: int, *, version: int | None = None) -> Change:
    """Take back the last answer of a ticket, which the acting agent wrote within the last ten seconds.

    Refused once it is on its way, after that time, where somebody else wrote it, and where anything has changed since:
    what would be put back is no longer what was there.
    """
    ticket = find_ticket(work, number, version)
    ref = work.rules.ref(number)
    row, message = _last_answer(work, ref, number)
    _require_takable(work, ref, ticket, row, message)
    said_at = row.created_at
    _put_back(work, ticket, row, message)
    _draft(work, number, message.text)
    settle(work, ticket)
    # What was said of an incident was said to each of its tickets: it was one answer, and is taken back as one.
    taken = 0
    for part in all_parts(work, ticket):
        part_ref = work.rules.ref(require_id(part))
        try:
            row, message = _last_answer(work, part_ref, require_id(part))
            if row.created_at != said_at:
                continue
            _require_takable(work, part_ref, part, row, message)
        except Refused:
            # It is on its way, or somebody went on with it meanwhile: it stands.
            continue
        _put_back(work, part, row, message)
        settle(work, part)
        taken += 1
    return Change(number, ref, f"the answer of {ref} is taken back{and_parts(taken)}: its text is your draft")


def _put_back(work: Work, ticket: Ticket, row: Outbox, message: Message) -> None:
    """The ticket as it was before the answer; the mail never goes. The caller settles."""
    number = require_id(ticket)
    restore(work, ticket, row.before or {})
    message.taken_back_at = work.now
    row.state, row.before, row.last_error = OutboxState.TAKEN_BACK, None, f"taken back by {work.actor.login}"
    work.session.add(message)
    work.session.add(row)
    work.session.flush()
    reindex(work, number)
    record(work, number, "taken_back", message=message.id, kind=row.kind)


def _last_answer(work: Work, ref: str, number: int) -> tuple[Outbox, Message]:
    row = work.session.scalars(
        select(Outbox)
        .where(col(Outbox.ticket_id) == number, col(Outbox.message_ref).is_not(None))
        .order_by(col(Outbox.id).desc())
        .limit(1)
    ).first()
    message = work.session.get(Message, row.message_ref) if row is not None else None
    if row is None or message is None:
        raise Refused(f"no answer of {ref} waits in the outbox", "there is nothing to take back")
    return row, message


def _require_takable(work: Work, ref: str, ticket: Ticket, row: Outbox, message: Message) -> None:
    if work.actor.agent_id is None or message.agent_id != work.actor.agent_id:
        raise Refused(f"the last answer of {ref} is {message.author_name}'s", "only who wrote it takes it back")
    if row.state is OutboxState.TAKEN_BACK:
        raise Refused(f"the last answer of {ref} is taken back already", "look for its text among your drafts")
    if row.state is not OutboxState.QUEUED or row.claimed_at is not None or row.attempts:
        raise Refused(f"the last answer of {ref} is on its way already", "write another to put it right")
    if work.now > row.created_at + TAKE_BACK or row.before is None:
        seconds = round(TAKE_BACK.total_seconds())
        raise Refused(
            f"the last answer of {ref} is older than {seconds} s",
            f"what has not gone yet is stopped by `sdesk mail outbox discard {row.id}`",
        )
    if ticket.version != version_after(row.before):
        raise Refused(f"{ref} was changed since its last answer", "write another to put it right")


def _draft(work: Work, number: int, text: str) -> None:
    """The words are a draft again, before any that the agent has begun meanwhile."""
    agent_id = work.actor.agent_id
    if agent_id is None:
        return
    draft = work.session.get(Draft, (agent_id, number, Direction.OUT))
    if draft is None:
        draft = Draft(agent_id=agent_id, ticket_id=number, direction=Direction.OUT, text=text, updated_at=work.now)
    else:
        draft.text, draft.updated_at = f"{text}\n\n{draft.text}", work.now
    work.session.add(draft)
