"""What the desk knows already about a mail: the ledger, the thread that it answers, who takes part in it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, or_, select
from sqlmodel import col

from sdesk.desk.intake.origin import Origin
from sdesk.desk.opening import Work
from sdesk.desk.steps.links import surviving
from sdesk.desk.steps.outbox import read_message_id
from sdesk.desk.steps.people import FoundPerson
from sdesk.desk.steps.tokens import Shown, read_token
from sdesk.domain.inbound import InboundMail
from sdesk.domain.ledger import Outcome
from sdesk.domain.outgoing import MailKind, Party
from sdesk.domain.thread import (
    OTRS,
    TokenHolder,
    address_token,
    address_tokens,
    old_number,
    referred_ids,
    subject_tag,
)
from sdesk.domain.ticket import Direction
from sdesk.store.models import Ledger, Message, Outbox, Person, Ticket
from sdesk.store.prepared import Prepared

_SAME_MAIL = Prepared(
    select(col(Ledger.ticket_id))
    .where(
        col(Ledger.identity) == bindparam("identity"),
        or_(col(Ledger.team_id) == bindparam("team_id"), col(Ledger.team_id).is_(None)),
        col(Ledger.outcome) != Outcome.QUARANTINED,
    )
    .order_by(col(Ledger.id))
)
_BY_MESSAGE_ID = Prepared(
    select(col(Message.ticket_id), col(Message.party))
    .where(col(Message.message_id) == bindparam("message_id"))
    .order_by(col(Message.id))
)
_BY_OLD_NUMBER = Prepared(select(col(Ticket.id)).where(col(Ticket.external_id) == bindparam("external_id")))
_BLOCKED = "SELECT pattern FROM blocked_sender WHERE pattern IN (SELECT value FROM json_each(?))"
_TAKING_PART = Prepared(
    # A note may quote anybody, and a machine's mail may come from anywhere: who stands there takes no part by that.
    select(col(Message.author_address), col(Message.recipients)).where(
        col(Message.ticket_id) == bindparam("number"),
        col(Message.takes_part),
        col(Message.party) == Party.REQUESTER,
        # Who was only to get what was taken back never heard of the thread.
        col(Message.taken_back_at).is_(None),
        or_(col(Message.direction) == Direction.IN, col(Message.direction) == Direction.OUT),
    )
)
_TAKEN_INTO = Prepared(
    select(col(Ledger.id)).where(
        col(Ledger.identity) == bindparam("identity"), col(Ledger.ticket_id) == bindparam("number")
    )
)


BY_SUBJECT = "its subject"
"""The sign of a thread that a number alone names."""


@dataclass(frozen=True, slots=True)
class Thread:
    """The ticket that a mail belongs to, and what says so."""

    ticket: Ticket
    sign: str
    """`In-Reply-To`, `its address`, `its subject`."""
    party: Party = Party.REQUESTER
    """With whom the message that it answers was exchanged."""
    tokens: tuple[Shown, ...] = ()
    """Tokens of this ticket that the mail shows, in its references and addresses."""


def seen_before(work: Work, identity: str, team_id: int) -> tuple[int | None] | None:
    """The ticket (or None) of the same mail taken earlier for the same team; None where it was never taken."""
    row = _SAME_MAIL.run(work.connection, identity=identity, team_id=team_id).first()
    return None if row is None else (row[0],)


def taken_into(work: Work, identity: str, ticket: Ticket) -> bool:
    """Whether the same mail, from whichever mailbox, is in a ticket's thread already."""
    return _TAKEN_INTO.run(work.connection, identity=identity, number=ticket.id).first() is not None


def own_addresses(work: Work, origin: Origin) -> set[str]:
    """The desk's own addresses: what comes from there is never a request to be answered."""
    configured = (*origin.addresses, *origin.desk_addresses)
    return {*work.rules.team_addresses, *(address.lower() for address in configured)}


def find_bounced(work: Work, mail: InboundMail) -> Ticket | None:
    """The ticket whose outgoing mail a bounce names: an answer, or an acknowledgement, which the outbox alone has."""
    ids = [*mail.reported_ids, *mail.in_reply_to, *mail.references][:50]
    number = work.connection.execute(
        select(col(Message.ticket_id))
        .where(col(Message.message_id).in_(ids), col(Message.direction) == Direction.OUT)
        .limit(1)
    ).scalar()
    for own in map(read_message_id, ids):
        if number is None and own is not None and (shown := read_token(work, *own)) is not None:
            number = shown.number
    if number is None:
        # A notification of several tickets names none of them in its Message-ID: its row of the outbox has one.
        number = work.connection.execute(select(col(Outbox.ticket_id)).where(col(Outbox.message_id).in_(ids))).scalar()
    return None if number is None else surviving(work, work.session.get_one(Ticket, number))


def blocked_by(work: Work, mail: InboundMail) -> str | None:
    """The pattern that blocks a mail's sender, or the envelope's: the address, its domain or one above; else None."""
    candidates = []
    for address in (mail.sender.address.lower(), (mail.return_path or "").lower()):
        domain = address.rpartition("@")[2]
        labels = domain.split(".")
        candidates += [address, *(".".join(labels[start:]) for start in range(len(labels)))]
    found: str | None = work.connection.exec_driver_sql(_BLOCKED, (json.dumps(candidates[:200]),)).scalar()
    return found


def find_thread(work: Work, mail: InboundMail) -> Thread | None:
    """The ticket that a mail answers by its references or its token address, and the tokens of it that it shows."""
    ids, addressed = referred_ids(mail), address_token(mail)
    for message_id in ids:
        # The first that had it keeps it: a Message-ID that two different mails carry moves no thread.
        row = _BY_MESSAGE_ID.run(work.connection, message_id=message_id).first()
        if row is not None:
            return _thread(work, row[0], "In-Reply-To", ids, addressed, Party(row[1]))
        own = read_message_id(message_id)
        if own is not None and (shown := read_token(work, *own)) is not None:
            return _thread(work, shown.number, "In-Reply-To", ids, addressed, _party(shown))
    if addressed is not None and (shown := read_token(work, *addressed)) is not None:
        return _thread(work, shown.number, "its address", ids, addressed, _party(shown))
    return None


def named_tickets(work: Work, mail: InboundMail, thread: Thread) -> set[int | None]:
    """The tickets that an agent's mail could be meant for: its thread's, and each whose token it shows.

    Of its references those of agents alone: what the requester answered long ago may stand there as well.
    """
    referred = (own for message_id in referred_ids(mail) if (own := read_message_id(message_id)) is not None)
    shown = [each for own in referred if (each := read_token(work, *own)) is not None]
    of_agents = [each for each in shown if each.holder is TokenHolder.AGENT]
    addressed = [each for own in address_tokens(mail) if (each := read_token(work, *own)) is not None]
    numbers = {each.number for each in (*of_agents, *addressed)}
    return {thread.ticket.id, *(surviving(work, work.session.get_one(Ticket, number)).id for number in numbers)}


def answers_several(work: Work, mail: InboundMail) -> bool:
    """Whether a mail answers one by which the desk told an agent of several tickets, or of none."""
    found = work.connection.execute(
        select(col(Outbox.id))
        .where(col(Outbox.message_id).in_(referred_ids(mail)), col(Outbox.kind) == MailKind.NOTIFICATION)
        .limit(1)
    ).first()
    return found is not None


def tagged_ticket(work: Work, mail: InboundMail) -> Ticket | None:
    """The ticket whose number stands in the subject: a mere claim, since numbers can be guessed."""
    number = subject_tag(mail.subject, work.rules.ref_prefix)
    if number is None:
        # A thread of the system that the desk moved in from.
        old = old_number(mail.subject)
        number = None if old is None else _BY_OLD_NUMBER.run(work.connection, external_id=f"{OTRS}{old}").scalar()
    if number is None:
        return None
    ticket = work.session.get(Ticket, number)
    return None if ticket is None else surviving(work, ticket)


def takes_part(work: Work, ticket: Ticket, sender: FoundPerson | None, address: str) -> bool:
    """Whether a sender is the requester, of the requester's unit, or was an author or recipient in the thread."""
    address = address.lower()
    if sender is not None and sender.id == ticket.requester_id:
        return True
    # A colleague may write for the first time.
    unit_id = sender.unit_id if sender is not None else work.rules.unit_of(address)
    if unit_id is not None and unit_id == ticket.unit_id:
        return True
    rows = _TAKING_PART.run(work.connection, number=ticket.id).all()
    for author, recipients in rows:
        named = {author.lower()}
        if recipients:
            listed = json.loads(recipients)
            named |= {each[0].lower() for field in ("to", "cc") for each in listed.get(field, ())}
        if address in named:
            return True
    return False


def shares_organisation(work: Work, ticket: Ticket, sender: FoundPerson | None, address: str) -> bool:
    """Whether a sender is of the unit that the requester is of (the ticket's own may be another)."""
    if ticket.requester_id is None:
        return False
    unit_id = sender.unit_id if sender is not None else work.rules.unit_of(address.lower())
    units = work.connection.execute(select(col(Person.unit_id)).where(col(Person.id) == ticket.requester_id)).scalar()
    return unit_id is not None and units == unit_id


def _thread(
    work: Work, number: int, sign: str, ids: Sequence[str], addressed: tuple[int, str] | None, party: Party
) -> Thread:
    named = [own for message_id in ids if (own := read_message_id(message_id)) is not None and own[0] == number]
    if addressed is not None and addressed[0] == number:
        named.append(addressed)
    shown = tuple(each for own in dict.fromkeys(named) if (each := read_token(work, *own)) is not None)
    ticket = work.session.get_one(Ticket, number)
    return Thread(surviving(work, ticket), sign, party, shown)


def _party(shown: Shown) -> Party:
    match shown.holder:
        case TokenHolder.SUPPLIER:
            return Party.SUPPLIER
        case TokenHolder.APPROVER:
            return Party.APPROVER
        case _:
            return Party.REQUESTER
