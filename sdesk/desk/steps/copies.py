"""Who has had a copy of a ticket's conversation: whom an answer may go to beside the requester."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.steps.people import requester_of
from sdesk.domain.errors import Refused
from sdesk.domain.inbound import Mailbox
from sdesk.domain.mailboxes import parse_mailbox
from sdesk.domain.outgoing import Party
from sdesk.domain.phrase import phrase
from sdesk.domain.thread import written_to
from sdesk.domain.ticket import Direction
from sdesk.store.models import BlockedSender, Message, PersonAddress, Ticket


def in_copy(work: Work, ticket: Ticket) -> list[Mailbox]:
    """Those whom the thread's people put in Cc, and those of them who wrote themselves; the requester is in To already.

    Never an address of the desk or of its agents, nobody who only forced his way in, nobody who is blocked.
    """
    messages = work.connection.execute(
        select(col(Message.author_address), col(Message.author_name), col(Message.recipients), col(Message.takes_part))
        .where(
            col(Message.ticket_id) == ticket.id,
            col(Message.direction).in_([Direction.IN, Direction.OUT]),
            col(Message.party) == Party.REQUESTER,
            col(Message.taken_back_at).is_(None),
        )
        .order_by(col(Message.id))
    ).all()
    found: dict[str, Mailbox] = {}
    for address, name, recipients, takes_part in messages:
        if takes_part:
            listed = [Mailbox(*each) for each in (recipients or {}).get("cc", ())]
            for box in (Mailbox(address, name), *listed):
                if "@" in box.address:
                    found.setdefault(written_to(box.address).lower(), Mailbox(written_to(box.address), box.name))
    hidden = {*work.rules.team_addresses, *work.rules.agent_addresses, *_requesters(work, ticket)}
    return [box for address, box in found.items() if address not in hidden and not _is_blocked(work, address)]


def copies(work: Work, ticket: Ticket, cc: Sequence[str], *, everybody: bool = False) -> list[Mailbox]:
    """Whom a copy goes to: each once, and not the requester, who is in To. BadInput; Refused for the desk's own."""
    named = [parse_mailbox(each) for each in cc]
    found = {box.address.lower(): box for box in [*named, *(in_copy(work, ticket) if everybody else ())]}
    requester = requester_of(work, ticket)
    if requester is not None:
        found.pop(requester.address.lower(), None)
    for address in found:
        if address in work.rules.team_addresses:
            raise Refused(
                phrase("`{address}` is an address of the desk itself", address=address),
                phrase("leave it out: it has the answer anyway"),
            )
    return list(found.values())


def _requesters(work: Work, ticket: Ticket) -> list[str]:
    rows = work.connection.execute(
        select(col(PersonAddress.address)).where(col(PersonAddress.person_id) == ticket.requester_id)
    )
    return [row[0].lower() for row in rows]


def _is_blocked(work: Work, address: str) -> bool:
    """Whether the address, its domain, or one above it is blocked."""
    labels = address.rpartition("@")[2].split(".")
    patterns = [address, *(".".join(labels[start:]) for start in range(len(labels)))]
    query = select(col(BlockedSender.pattern)).where(col(BlockedSender.pattern).in_(patterns)).limit(1)
    return work.connection.execute(query).first() is not None
