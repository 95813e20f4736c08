"""Speaking: replies to the requester, and notes that agents alone see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sdesk.desk.change import Change
from sdesk.desk.opening import Work
from sdesk.desk.steps.clocks import settle
from sdesk.desk.steps.copies import in_copy
from sdesk.desk.steps.find import find_ticket
from sdesk.desk.steps.history import record
from sdesk.desk.steps.messages import attached_files
from sdesk.desk.steps.moves import set_status
from sdesk.desk.steps.people import parse_mailbox, requester_of
from sdesk.desk.steps.say import say
from sdesk.desk.steps.waits import begin_wait, plan_wait
from sdesk.domain.errors import BadInput, Refused
from sdesk.domain.inbound import InboundAttachment, Mailbox
from sdesk.domain.outgoing import Party
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
    until: datetime | None = None,
    raw_id: int | None = None,
    version: int | None = None,
) -> Change:
    """Answer the requester by mail; with `phone`, write down an answer that was given by phone or in person.

    A copy goes to `cc`, and with `cc_all` to everybody who had one in this thread. `waiting_for` (requester, supplier,
    date) lets the ticket wait, until `until`, once it is said.
    `pass_on`: messages of suppliers that go along below the answer, with their files. Either way the first response or
    next reply is met. A ticket that nobody has becomes the one's who answers.
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
    say(
        work,
        ticket,
        "\n\n".join([text, *map(_quotation, passed)]),
        kind="call" if phone else "reply",
        cc=_copies(work, ticket, cc, everybody=cc_all),
        attachments=[*attachments, *(file for each in pass_on for file in attached_files(work, each))],
        raw_id=raw_id,
    )
    if ticket.assignee_id is None and ticket.status is Status.NEW and work.actor.agent_id is not None:
        record(work, number, "assigned", old=None, new=work.actor.login)
        ticket.assignee_id = work.actor.agent_id
        set_status(work, ticket, Status.OPEN)
    done = "answered by phone" if phone else "answered"
    if wait is not None:
        done += f", {begin_wait(work, ticket, *wait)}"
    settle(work, ticket)
    return Change(number, ref, f"{ref} {done}")


def _copies(work: Work, ticket: Ticket, cc: Sequence[str], *, everybody: bool) -> list[Mailbox]:
    """Whom a copy goes to: each once, and not the requester, who is in To."""
    named = [parse_mailbox(each) for each in cc]
    found = {box.address.lower(): box for box in [*named, *(in_copy(work, ticket) if everybody else ())]}
    requester = requester_of(work, ticket)
    if requester is not None:
        found.pop(requester.address.lower(), None)
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
