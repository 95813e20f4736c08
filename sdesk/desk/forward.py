"""Asking a supplier: an agent's words, and what he chooses of the conversation, go outside the ticket's own circle.

What is exchanged with a supplier is internal. It meets no promise to the requester, and reaches them only where an
agent passes it on (`conversation.reply` with `pass_on`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from sdesk.desk.change import Change
from sdesk.desk.opening import Work
from sdesk.desk.steps.clocks import settle
from sdesk.desk.steps.effort import note_effort
from sdesk.desk.steps.find import find_ticket
from sdesk.desk.steps.history import record
from sdesk.desk.steps.keys_in_files import left_out, without_keys
from sdesk.desk.steps.messages import attached_files
from sdesk.desk.steps.moves import require_id
from sdesk.desk.steps.say import post
from sdesk.desk.steps.tokens import new_token
from sdesk.desk.steps.waits import begin_wait, plan_wait
from sdesk.domain.errors import BadInput, NotFound, Refused, about
from sdesk.domain.inbound import InboundAttachment, Mailbox
from sdesk.domain.instant import Day
from sdesk.domain.mailboxes import parse_mailbox
from sdesk.domain.outgoing import MailKind, Party
from sdesk.domain.phrase import joined, phrase
from sdesk.domain.safe_text import neutralise
from sdesk.domain.thread import TokenHolder
from sdesk.domain.ticket import Status, WaitingFor
from sdesk.store.models import Message, PersonAddress, Ticket


def forward(
    work: Work,
    number: int,
    *,
    to: str,
    text: str,
    messages: Sequence[int] = (),
    attachments: Sequence[InboundAttachment] = (),
    wait: bool = False,
    until: datetime | Day | None = None,
    spent: int = 0,
    version: int | None = None,
) -> Change:
    """Write to a supplier. `messages` of the ticket go along, quoted, with their files; `wait` for the answer.

    Of those files none goes that holds an agent's or an approver's key.
    `spent`: seconds that it took.
    BadInput for an address that is none, or a message that the ticket does not have; Refused for the desk's own people.
    """
    ticket = find_ticket(work, number, version)
    ref = work.rules.ref(number)
    if ticket.status in {Status.MERGED, Status.SPAM}:
        raise Refused(
            phrase("{ref} is {status} and cannot be forwarded", ref=ref, status=ticket.status),
            phrase("reopen it first"),
        )
    body = neutralise(text)
    with about("text"):
        if not body.strip():
            raise BadInput(phrase("a forward needs a text"), phrase("say with --text what is asked of the supplier"))
    waiting = plan_wait(work, ticket, WaitingFor.SUPPLIER, until) if wait else None
    with about("to"):
        box = parse_mailbox(to)
        _require_outsider(work, ticket, box)
    for message in messages:
        _require_own(work, number, message)
    passed, kept_back = without_keys(work, [file for message in messages for file in attached_files(work, message)])
    row = post(
        work,
        ticket,
        MailKind.FORWARD,
        body,
        to=box,
        token=new_token(work, number, TokenHolder.SUPPLIER, address=box.address),
        language=None,
        party=Party.SUPPLIER,
        quoted=messages,
        attachments=[*attachments, *passed],
    )
    record(work, number, "forwarded", message=row, to=box.address)
    noted = note_effort(work, ticket, spent=spent, message=row)
    done = [phrase("forwarded to {address}", address=box.address), *noted.things]
    if waiting is not None:
        done.append(begin_wait(work, ticket, *waiting))
    settle(work, ticket)
    return Change(number, ref, phrase("{ref} {done}", ref=ref, done=joined(", ", done)), warning=left_out(kept_back))


def _require_outsider(work: Work, ticket: Ticket, box: Mailbox) -> None:
    """A supplier is neither the desk, nor an agent, nor the requester: each of those has a verb of their own."""
    address, ref = box.address.lower(), work.rules.ref(require_id(ticket))
    if address in work.rules.team_addresses:
        raise Refused(
            phrase("`{address}` is an address of the desk itself", address=box.address),
            phrase("give {ref} to its team with `sdesk assign`", ref=ref),
        )
    if address in work.rules.agent_addresses:
        raise Refused(
            phrase("`{address}` is an agent of the desk", address=box.address),
            phrase("give {ref} to him with `sdesk assign`", ref=ref),
        )
    owner = work.connection.execute(
        select(col(PersonAddress.person_id)).where(col(PersonAddress.address) == address)
    ).scalar()
    if owner is not None and owner == ticket.requester_id:
        raise Refused(
            phrase("`{address}` is the requester of {ref}", address=box.address, ref=ref),
            phrase("answer with `sdesk reply`"),
        )


def _require_own(work: Work, number: int, message: int) -> None:
    row = work.session.get(Message, message)
    if row is None or row.ticket_id != number:
        raise NotFound(
            phrase("{ref} has no message {message}", ref=work.rules.ref(number), message=message),
            phrase("see `sdesk show {number} -o json` for their ids", number=number),
        )
