"""Speaking: replies to the requester, and notes that agents alone see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sdesk.desk.change import Change
from sdesk.desk.opening import Work
from sdesk.desk.steps.clocks import settle
from sdesk.desk.steps.copies import copies
from sdesk.desk.steps.effort import note_effort
from sdesk.desk.steps.find import find_ticket
from sdesk.desk.steps.history import record
from sdesk.desk.steps.incidents import and_parts, parts_at_work
from sdesk.desk.steps.keys_in_files import left_out, without_keys
from sdesk.desk.steps.messages import attached_files
from sdesk.desk.steps.moves import require_id, set_status
from sdesk.desk.steps.say import say
from sdesk.desk.steps.together import begin_together, end_together
from sdesk.desk.steps.waits import begin_wait, plan_wait
from sdesk.domain.errors import BadInput, NotFound, Refused
from sdesk.domain.inbound import InboundAttachment
from sdesk.domain.instant import Day
from sdesk.domain.outgoing import Party
from sdesk.domain.phrase import joined, phrase
from sdesk.domain.ticket import Direction, Status
from sdesk.store.models import Message, Ticket


def reply(
    work: Work,
    number: int,
    *,
    text: str,
    cc: Sequence[str] = (),
    cc_all: bool = False,
    phone: bool = False,
    attachments: Sequence[InboundAttachment] = (),
    pass_on: Sequence[int] = (),
    waiting_for: str = "",
    until: datetime | Day | None = None,
    spent: int = 0,
    visit: datetime | None = None,
    no_visit: bool = False,
    raw_id: int | None = None,
    alone: bool = False,
    version: int | None = None,
) -> Change:
    """Answer the requester by mail; with `phone`, write down an answer that was given by phone or in person.

    A copy goes to `cc`, and with `cc_all` to everybody who had one in this thread. `waiting_for` (requester, supplier,
    date) lets the ticket wait, until `until`, once it is said.
    `pass_on`: messages of suppliers that go along below the answer, with their files. Either way the first response or
    next reply is met. A ticket that nobody has becomes the one's who answers. What is said of an incident is said to
    the requester of each of its tickets, in his own thread, unless it is for this one `alone`. `spent`: seconds that it
    took; `visit` is agreed, or called off (`no_visit`).
    """
    ticket = find_ticket(work, number, version)
    ref = work.rules.ref(number)
    if ticket.status in {Status.MERGED, Status.SPAM}:
        raise Refused(
            phrase("{ref} is {status} and cannot be answered", ref=ref, status=ticket.status), phrase("reopen it first")
        )
    if not text.strip():
        raise BadInput(phrase("a reply needs a text"), phrase("give it with --text"))
    if until is not None and not waiting_for:
        raise BadInput(phrase("an end of a wait needs the wait"), phrase("say for whom with --wait"))
    if phone and (attachments or cc or cc_all):
        raise BadInput(phrase("a call has neither copies nor files"), phrase("leave them out, or leave out --phone"))
    wait = plan_wait(work, ticket, waiting_for, until) if waiting_for else None
    passed = [_from_supplier(work, number, message) for message in pass_on]
    words = "\n\n".join([text, *map(_quotation, passed)])
    along, kept_back = without_keys(work, [file for each in pass_on for file in attached_files(work, each)])
    files = [*attachments, *along]
    kind = "call" if phone else "reply"
    parts = [] if phone or alone else parts_at_work(work, ticket)
    answer = begin_together(work, ticket, parts)
    message = None
    if not parts or ticket.requester_id is not None:
        copied = copies(work, ticket, cc, everybody=cc_all)
        message = say(work, ticket, words, kind=kind, cc=copied, attachments=files, raw_id=raw_id)
    _take_if_new(work, ticket)
    done: list[str] = [phrase("answered by phone") if phone else phrase("answered")]
    if wait is not None:
        done.append(begin_wait(work, ticket, *wait))
    noted = note_effort(work, ticket, spent=spent, visit=visit, no_visit=no_visit, message=message)
    settle(work, ticket)
    told = 0
    for part in parts:
        if part.requester_id is not None:
            say(work, part, words, kind=kind, attachments=files)
            _take_if_new(work, part)
            told += 1
        if wait is not None and part.status is not Status.WAITING:
            begin_wait(work, part, *wait)
        settle(work, part)
    end_together(work, answer)
    return Change(
        number,
        ref,
        phrase(
            "{ref} {done}{noted}{parts}", ref=ref, done=joined(", ", done), noted=noted.words, parts=and_parts(told)
        ),
        warning=joined("; ", (noted.warning, left_out(kept_back))),
    )


def _take_if_new(work: Work, ticket: Ticket) -> None:
    """A ticket that nobody has becomes the one's who answers."""
    if ticket.assignee_id is None and ticket.status is Status.NEW and work.actor.agent_id is not None:
        record(work, require_id(ticket), "assigned", old=None, new=work.actor.login)
        ticket.assignee_id = work.actor.agent_id
        set_status(work, ticket, Status.OPEN)


def _from_supplier(work: Work, number: int, message: int) -> Message:
    row = work.session.get(Message, message)
    if row is None or row.ticket_id != number:
        raise NotFound(
            phrase("{ref} has no message {message}", ref=work.rules.ref(number), message=message),
            phrase("see `sdesk show {number} -o json` for their ids", number=number),
        )
    if row.party is not Party.SUPPLIER or row.direction is not Direction.IN:
        raise Refused(
            phrase("message {message} is no supplier's answer", message=message),
            phrase("only what a supplier wrote is passed on"),
        )
    if not row.takes_part:
        raise Refused(
            phrase("message {message} is of nobody who was asked", message=message),
            phrase("say it in your own words, if it is true"),
        )
    return row


def _quotation(row: Message) -> str:
    """A supplier's words as the requester reads them: by name, without the address."""
    lines = "\n".join(f"> {line}".rstrip() for line in row.text.split("\n"))
    return f"{row.author_name or row.author_address.rpartition('@')[2]}:\n{lines}"


def note(
    work: Work,
    number: int,
    *,
    text: str,
    attachments: Sequence[InboundAttachment] = (),
    spent: int = 0,
    visit: datetime | None = None,
    no_visit: bool = False,
    raw_id: int | None = None,
    version: int | None = None,
) -> Change:
    """Write down what agents alone see. `spent`, `visit`, `no_visit` as in `reply`."""
    ticket = find_ticket(work, number, version)
    ref = work.rules.ref(number)
    if not text.strip():
        raise BadInput(phrase("a note needs a text"), phrase("give it with --text"))
    message = say(work, ticket, text, kind="note", direction=Direction.NOTE, attachments=attachments, raw_id=raw_id)
    noted = note_effort(work, ticket, spent=spent, visit=visit, no_visit=no_visit, message=message)
    settle(work, ticket)
    return Change(number, ref, phrase("note added to {ref}{noted}", ref=ref, noted=noted.words), warning=noted.warning)
