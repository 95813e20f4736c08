"""Who has had a copy of a ticket's conversation: whom an answer may go to beside the requester."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.domain.inbound import Mailbox
from sdesk.domain.outgoing import Party
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
