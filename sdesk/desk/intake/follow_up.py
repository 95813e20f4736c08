"""A mail that belongs to a ticket: what it adds, and what it sets going again."""

from __future__ import annotations

from sqlalchemy import update
from sqlmodel import col

from sdesk.desk.intake.incoming import Incoming
from sdesk.desk.intake.known import BY_SUBJECT, Thread
from sdesk.desk.intake.origin import Receipt
from sdesk.desk.opening import Work
from sdesk.desk.steps.clocks import settle
from sdesk.desk.steps.history import record
from sdesk.desk.steps.messages import add_inbound
from sdesk.desk.steps.moves import require_id
from sdesk.desk.steps.notify import notify, notify_undeliverable
from sdesk.desk.steps.requester_wrote import REQUESTER, asks_for_answer
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.ledger import Outcome
from sdesk.domain.outgoing import AgentEvent, Party
from sdesk.domain.thread import only_thanks
from sdesk.domain.ticket import Direction
from sdesk.store.models import Message, Ticket


def follow_up(work: Work, incoming: Incoming, thread: Thread, *, part_taken: bool, quiet: bool = False) -> Receipt:
    """Add a person's mail to its ticket; of somebody who takes part it ends waits, reopens, asks for an answer.

    `quiet`: it sets nothing going, whoever wrote it.
    """
    mail, ticket = incoming.mail, thread.ticket
    number = require_id(ticket)
    by_reference = thread.sign != BY_SUBJECT
    row = add_mail(work, incoming, number, Direction.IN, part_taken=part_taken, by_reference=by_reference)
    thanks = only_thanks(mail.body_text) and not mail.attachments
    if part_taken and not thanks and not quiet:
        asks_for_answer(work, ticket, incoming.origin.arrived_at)
    by = REQUESTER if part_taken else "system"
    record(work, number, "message", by=by, message=row, takes_part=part_taken, **arrived_late(work, incoming))
    settle(work, ticket)
    if not thanks and not quiet:
        notify(work, ticket, AgentEvent.REPLY if part_taken else AgentEvent.STRANGER, message=row)
    ref = work.rules.ref(number)
    if not part_taken:
        return Receipt(
            Outcome.FOLLOWED_UP, number, f"{thread.sign} names {ref}, whose thread the sender takes no part in"
        )
    return Receipt(
        Outcome.FOLLOWED_UP, number, f"{thread.sign} names {ref}" + (", and only says thanks" if thanks else "")
    )


def note_from_machine(work: Work, incoming: Incoming, thread: Thread, reason: str) -> Receipt:
    """An automatic mail in a known thread: seen by agents, starts no clock, reopens nothing, is answered by nothing."""
    number = require_id(thread.ticket)
    row = add_mail(work, incoming, number, Direction.AUTO, party=thread.party)
    record(work, number, "automatic_mail", by="system", message=row, reason=reason)
    settle(work, thread.ticket)
    return Receipt(Outcome.NOTED, number, reason)


def note_bounce(work: Work, incoming: Incoming, ticket: Ticket) -> Receipt:
    """A bounce: the outgoing message that it names could not be delivered, and whoever has the ticket is told so.

    One that only says that it takes longer (RFC 3464 `delayed`) is a note, and marks nothing.
    """
    mail = incoming.mail
    number = require_id(ticket)
    row = add_mail(work, incoming, number, Direction.AUTO)
    if mail.auto_reason.startswith("delivery report: delayed"):
        record(work, number, "automatic_mail", by="system", message=row, reason=mail.auto_reason)
        settle(work, ticket)
        return Receipt(Outcome.NOTED, number, f"the delivery of what {work.rules.ref(number)} sent is delayed")
    said = " ".join(mail.body_text.split())[:300] or "no reason given"
    work.connection.execute(
        update(Message)
        .where(
            col(Message.message_id).in_((*mail.reported_ids, *mail.in_reply_to, *mail.references)),
            col(Message.direction) == Direction.OUT,
        )
        .values(undeliverable=said)
    )
    record(work, number, "undeliverable", by="system", message=row, reason=said)
    settle(work, ticket)
    named = [*mail.reported_ids, *mail.in_reply_to, *mail.references]
    notify_undeliverable(work, ticket, named, message=row, said=said)
    return Receipt(Outcome.NOTED, number, f"a bounce of what {work.rules.ref(number)} sent")


def arrived_late(work: Work, incoming: Incoming) -> dict[str, str]:
    """When a mail arrived, for the history, where it is not taken in the same second."""
    arrived_at = incoming.origin.arrived_at
    return {} if arrived_at == work.now else {"arrived_at": to_rfc3339(arrived_at)}


def add_mail(
    work: Work,
    incoming: Incoming,
    number: int,
    direction: Direction,
    *,
    part_taken: bool = True,
    agent_id: int | None = None,
    party: Party = Party.REQUESTER,
    by_reference: bool = True,
) -> int:
    """Add a mail as it came to a ticket's conversation; gives the row. `agent_id`: it is an agent's."""
    person = incoming.person if agent_id is None else None
    return add_inbound(
        work,
        number,
        direction,
        incoming.mail,
        raw_id=incoming.raw_id,
        agent_id=agent_id,
        person_id=person.id if person is not None else None,
        takes_part=part_taken,
        party=party,
        by_reference=by_reference,
    )
