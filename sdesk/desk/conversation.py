"""Speaking: replies to the requester, and notes that agents alone see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from sdesk.desk.change import Change
from sdesk.desk.opening import Work
from sdesk.desk.steps.clocks import load_clocks, promise_of, save_clocks, settle
from sdesk.desk.steps.copies import in_copy
from sdesk.desk.steps.find import find_ticket
from sdesk.desk.steps.history import record
from sdesk.desk.steps.incidents import and_parts, parts_at_work
from sdesk.desk.steps.messages import add_message, attached_files, recipients_of
from sdesk.desk.steps.moves import require_id, set_status
from sdesk.desk.steps.outgoing import TAKE_BACK, make_message_id, queue_mail
from sdesk.desk.steps.people import parse_mailbox
from sdesk.desk.steps.snapshot import snapshot
from sdesk.desk.steps.waits import begin_wait, plan_wait
from sdesk.domain.clock import agent_answered
from sdesk.domain.errors import BadInput, Refused
from sdesk.domain.inbound import InboundAttachment, Mailbox
from sdesk.domain.outgoing import MailKind, Party
from sdesk.domain.safe_text import neutralise
from sdesk.domain.ticket import Direction, Status
from sdesk.store.models import Draft, Message, Person, PersonAddress, Ticket

MOST_ATTACHED = 18_000_000
"""Bytes of the files of a mail: in Base64 they are 25 MB, which most servers let pass and hardly any more."""


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
    until: datetime | None = None,
    raw_id: int | None = None,
    version: int | None = None,
) -> Change:
    """Answer the requester by mail; with `phone`, write down an answer that was given by phone or in person.

    A copy goes to `cc`, and with `cc_all` to everybody who had one in this thread. `waiting_for` (requester, supplier,
    date) lets the ticket wait, until `until`, once it is said.
    `pass_on`: messages of suppliers that go along below the answer, with their files. Either way the first response or
    next reply is met. A ticket that nobody has becomes the one's who answers. What is said of an incident is said to
    the requester of each of its tickets, in his own thread.
    """
    ticket = find_ticket(work, number, version)
    ref = work.rules.ref(number)
    if ticket.status in {Status.MERGED, Status.SPAM}:
        raise Refused(f"{ref} is {ticket.status} and cannot be answered", "reopen it first")
    if not text.strip():
        raise BadInput("a reply needs a text", "give it with --text")
    if until is not None and not waiting_for:
        raise BadInput("an end of a wait needs the wait", "say for whom with --wait")
    if phone and (attachments or cc or cc_all):
        raise BadInput("a call has neither copies nor files", "leave them out, or leave out --phone")
    wait = plan_wait(work, ticket, waiting_for, until) if waiting_for else None
    passed = [_from_supplier(work, number, message) for message in pass_on]
    words = "\n\n".join([text, *map(_quotation, passed)])
    files = [*attachments, *(file for each in pass_on for file in attached_files(work, each))]
    kind = "call" if phone else "reply"
    parts = [] if phone else parts_at_work(work, ticket)
    if not parts or ticket.requester_id is not None:
        copies = _copies(work, ticket, cc, everybody=cc_all)
        say(work, ticket, words, kind=kind, cc=copies, attachments=files, raw_id=raw_id)
    _take_if_new(work, ticket)
    done = "answered by phone" if phone else "answered"
    if wait is not None:
        done += f", {begin_wait(work, ticket, *wait)}"
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
    return Change(number, ref, f"{ref} {done}{and_parts(told)}")


def _take_if_new(work: Work, ticket: Ticket) -> None:
    """A ticket that nobody has becomes the one's who answers."""
    if ticket.assignee_id is None and ticket.status is Status.NEW and work.actor.agent_id is not None:
        record(work, require_id(ticket), "assigned", old=None, new=work.actor.login)
        ticket.assignee_id = work.actor.agent_id
        set_status(work, ticket, Status.OPEN)


def _copies(work: Work, ticket: Ticket, cc: Sequence[str], *, everybody: bool) -> list[Mailbox]:
    """Whom a copy goes to: each once, and not the requester, who is in To."""
    named = [parse_mailbox(each) for each in cc]
    found = {box.address.lower(): box for box in [*named, *(in_copy(work, ticket) if everybody else ())]}
    requester = _requester(work, ticket)
    if requester is not None:
        found.pop(requester[0].address.lower(), None)
    for address in found:
        if address in work.rules.team_addresses:
            raise Refused(f"`{address}` is an address of the desk itself", "leave it out: it has the answer anyway")
    return list(found.values())


def _from_supplier(work: Work, number: int, message: int) -> Message:
    row = work.session.get(Message, message)
    if row is None or row.ticket_id != number:
        raise BadInput(
            f"{work.rules.ref(number)} has no message {message}", f"see `sdesk show {number} -o json` for their ids"
        )
    if row.party is not Party.SUPPLIER or row.direction is not Direction.IN:
        raise Refused(f"message {message} is no supplier's answer", "only what a supplier wrote is passed on")
    if not row.takes_part:
        raise Refused(f"message {message} is of nobody who was asked", "say it in your own words, if it is true")
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
    raw_id: int | None = None,
    version: int | None = None,
) -> Change:
    """Write down what agents alone see."""
    ticket = find_ticket(work, number, version)
    ref = work.rules.ref(number)
    if not text.strip():
        raise BadInput("a note needs a text", "give it with --text")
    say(work, ticket, text, kind="note", direction=Direction.NOTE, attachments=attachments, raw_id=raw_id)
    settle(work, ticket)
    return Change(number, ref, f"note added to {ref}")


def say(
    work: Work,
    ticket: Ticket,
    text: str,
    *,
    kind: str,
    direction: Direction = Direction.OUT,
    cc: Sequence[Mailbox] = (),
    attachments: Sequence[InboundAttachment] = (),
    raw_id: int | None = None,
) -> None:
    """The step of it: message, outbox row (but for a note or a call), clocks, history. The caller settles.

    `raw_id`: the mail in which the agent wrote it. The text is kept without what a terminal would obey; BadInput where
    nothing is left of it.
    """
    text = neutralise(text)
    if not text.strip():
        raise BadInput("the text is empty", "write something that can be read")
    number = require_id(ticket)
    before = None
    to: list[Mailbox] = []
    message_id = None
    mailed = direction is Direction.OUT and kind != "call"
    if mailed:
        requester = _requester(work, ticket)
        if requester is None:
            raise Refused(
                f"{work.rules.ref(number)} has no requester with a mail address",
                "record a call with --phone, or write a note",
            )
        to = [requester[0]]
        before = snapshot(work, ticket)
        message_id = make_message_id(work, number, ticket.token, ticket.team_id)
        require_light(attachments)
    agent = work.rules.agents[work.actor.agent_id] if work.actor.agent_id is not None else None
    row = add_message(
        work,
        number,
        direction,
        text,
        author_name=agent.name if agent else work.actor.name,
        author_address=agent.email if agent else "",
        agent_id=work.actor.agent_id,
        subject=ticket.subject,
        recipients=recipients_of(to, cc) if mailed else None,
        message_id=message_id,
        in_reply_to=_last_from_requester(work, number) if mailed else None,
        raw_id=raw_id,
        attachments=attachments,
    )
    if mailed and message_id is not None:
        queue_mail(
            work,
            MailKind(kind),
            number,
            message_id=message_id,
            to=to,
            cc=cc,
            language=_language(work, ticket),
            values={"message": row},
            delay=TAKE_BACK,
            message_ref=row,
            before=before,
        )
    if direction is Direction.OUT:
        clocks = load_clocks(work, ticket)
        save_clocks(work, ticket, clocks, agent_answered(clocks, promise_of(work, ticket), work.now))
        ticket.unanswered_since = None
    record(work, number, "note" if direction is Direction.NOTE else "answered", message=row, kind=kind)
    _drop_draft(work, number, direction)


def require_light(attachments: Sequence[InboundAttachment]) -> None:
    """Refused where files are larger together than mail servers let pass."""
    size = sum(len(file.content) for file in attachments)
    if size > MOST_ATTACHED:
        raise Refused(
            f"the files have {size / 1e6:.1f} MB together, and a mail carries {MOST_ATTACHED / 1e6:.0f} MB",
            "send fewer, or put them where the requester can fetch them",
        )


def _requester(work: Work, ticket: Ticket) -> tuple[Mailbox, str | None] | None:
    if ticket.requester_id is None:
        return None
    row = work.connection.execute(
        select(col(PersonAddress.address), col(Person.name), col(Person.language))
        .join(Person, col(Person.id) == col(PersonAddress.person_id))
        .where(col(Person.id) == ticket.requester_id)
    ).first()
    return None if row is None else (Mailbox(row.address, row.name), row.language)


def _language(work: Work, ticket: Ticket) -> str | None:
    found = _requester(work, ticket)
    return found[1] if found is not None else None


def _last_from_requester(work: Work, number: int) -> str | None:
    """The Message-ID that the answer is In-Reply-To."""
    return work.connection.execute(
        select(col(Message.message_id))
        .where(
            col(Message.ticket_id) == number,
            col(Message.direction) == Direction.IN,
            col(Message.party) == Party.REQUESTER,
            col(Message.takes_part),
        )
        .order_by(col(Message.id).desc())
        .limit(1)
    ).scalar()


def _drop_draft(work: Work, number: int, direction: Direction) -> None:
    if work.actor.agent_id is None:
        return
    draft = work.session.get(Draft, (work.actor.agent_id, number, direction))
    if draft is not None:
        work.session.delete(draft)
