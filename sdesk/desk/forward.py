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
from sdesk.desk.conversation import require_light
from sdesk.desk.opening import Work
from sdesk.desk.steps.clocks import settle
from sdesk.desk.steps.effort import note_effort
from sdesk.desk.steps.find import find_ticket
from sdesk.desk.steps.history import record
from sdesk.desk.steps.messages import add_message, attached_files, recipients_of
from sdesk.desk.steps.moves import require_id
from sdesk.desk.steps.outgoing import TAKE_BACK, make_message_id, queue_mail
from sdesk.desk.steps.people import parse_mailbox
from sdesk.desk.steps.snapshot import snapshot
from sdesk.desk.steps.tokens import new_token
from sdesk.desk.work import wait as wait_for
from sdesk.domain.errors import BadInput, Refused
from sdesk.domain.inbound import InboundAttachment, Mailbox
from sdesk.domain.outgoing import MailKind, Party
from sdesk.domain.safe_text import neutralise
from sdesk.domain.ticket import Direction, Status, WaitingFor
from sdesk.store.models import Message, PersonAddress, Ticket
from sdesk.store.models.mail import TokenHolder


def forward(
    work: Work,
    number: int,
    *,
    to: str,
    text: str,
    messages: Sequence[int] = (),
    attachments: Sequence[InboundAttachment] = (),
    wait: bool = False,
    until: datetime | None = None,
    spent: int = 0,
    version: int | None = None,
) -> Change:
    """Write to a supplier. `messages` of the ticket go along, quoted, with their files; `wait` for the answer.

    `spent`: seconds that it took.
    BadInput for an address that is none, or a message that the ticket does not have; Refused for the desk's own people.
    """
    ticket = find_ticket(work, number, version)
    ref = work.rules.ref(number)
    if ticket.status in {Status.MERGED, Status.SPAM}:
        raise Refused(f"{ref} is {ticket.status} and cannot be forwarded", "reopen it first")
    body = neutralise(text)
    if not body.strip():
        raise BadInput("a forward needs a text", "say with --text what is asked of the supplier")
    box = parse_mailbox(to)
    _require_outsider(work, ticket, box)
    for message in messages:
        _require_own(work, number, message)
    files = [*attachments, *(file for message in messages for file in attached_files(work, message))]
    require_light(files)
    before = snapshot(work, ticket)
    token = new_token(work, number, TokenHolder.SUPPLIER, address=box.address)
    message_id = make_message_id(work, number, token, ticket.team_id)
    agent = work.rules.agents[work.actor.agent_id] if work.actor.agent_id is not None else None
    row = add_message(
        work,
        number,
        Direction.OUT,
        body,
        author_name=agent.name if agent else work.actor.name,
        author_address=agent.email if agent else "",
        agent_id=work.actor.agent_id,
        subject=ticket.subject,
        recipients=recipients_of([box]),
        message_id=message_id,
        in_reply_to=_last_from(work, number, box),
        party=Party.SUPPLIER,
        attachments=files,
    )
    queue_mail(
        work,
        MailKind.FORWARD,
        number,
        message_id=message_id,
        to=[box],
        language=None,
        values={"message": row, "quoted": list(messages)},
        delay=TAKE_BACK,
        message_ref=row,
        before=before,
    )
    record(work, number, "forwarded", message=row, to=box.address)
    noted = note_effort(work, ticket, spent=spent, message=row)
    if wait:
        wait_for(work, number, waiting_for=WaitingFor.SUPPLIER, until=until)
    else:
        settle(work, ticket)
    done = f"{ref} forwarded to {box.address}{noted.words}"
    return Change(number, ref, done + (", and waits for the answer" if wait else ""))


def _require_outsider(work: Work, ticket: Ticket, box: Mailbox) -> None:
    """A supplier is neither the desk, nor an agent, nor the requester: each of those has a verb of their own."""
    address, ref = box.address.lower(), work.rules.ref(require_id(ticket))
    if address in work.rules.team_addresses:
        raise Refused(
            f"`{box.address}` is an address of the desk itself", f"give {ref} to its team with `sdesk assign`"
        )
    if address in work.rules.agent_addresses:
        raise Refused(f"`{box.address}` is an agent of the desk", f"give {ref} to him with `sdesk assign`")
    owner = work.connection.execute(
        select(col(PersonAddress.person_id)).where(col(PersonAddress.address) == address)
    ).scalar()
    if owner is not None and owner == ticket.requester_id:
        raise Refused(f"`{box.address}` is the requester of {ref}", "answer with `sdesk reply`")


def _require_own(work: Work, number: int, message: int) -> None:
    row = work.session.get(Message, message)
    if row is None or row.ticket_id != number:
        raise BadInput(
            f"{work.rules.ref(number)} has no message {message}", f"see `sdesk show {number} -o json` for their ids"
        )


def _last_from(work: Work, number: int, box: Mailbox) -> str | None:
    """The Message-ID of the supplier's last mail, which this one answers."""
    return work.connection.execute(
        select(col(Message.message_id))
        .where(
            col(Message.ticket_id) == number,
            col(Message.direction) == Direction.IN,
            col(Message.party) == Party.SUPPLIER,
            col(Message.author_address) == box.address,
        )
        .order_by(col(Message.id).desc())
        .limit(1)
    ).scalar()
