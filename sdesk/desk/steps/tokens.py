"""Tokens in addresses and Message-IDs: whoever shows one proves for which ticket, and as whom, he may write.

The requester's own stands on the ticket. Those of agents and suppliers, and those of questions how it was, are kept as
hashes, so that no row of the store is a key. A mail that comes in is another matter: an answer to a notification names
its key in the header and in what it quotes, and the raw copy stays the mail as it came. Whoever reads that in the store
file can write as the agent into this one ticket while the key lives; what sdesk shows of texts, raw copies and the
outbox has the keys struck out.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.steps.rows import insert_row
from sdesk.domain.outgoing import WITH_KEY
from sdesk.domain.satisfaction import PREFIX
from sdesk.domain.thread import TokenHolder
from sdesk.domain.ticket import Status
from sdesk.store.models import Outbox, Ticket, Token

LIVES = timedelta(days=14)
"""An agent's token is dead after that; a supplier may take longer, and can do less with it."""

_FORGOTTEN = "sent:"
_PREFIX = {TokenHolder.AGENT: "a-", TokenHolder.SUPPLIER: "s-", TokenHolder.APPROVER: "p-"}


@dataclass(frozen=True, slots=True)
class Shown:
    """What a token that was shown says."""

    number: int
    """Of the ticket."""
    holder: TokenHolder | None
    """Whose it is; None for the requester's own, and for that of a question how it was."""
    agent_id: int | None = None
    address: str = ""
    """Whom it was sent to."""
    message_ref: int | None = None
    """The note that it asks to confirm."""
    approval_id: int | None = None
    """What an approver is asked."""
    alive: bool = True
    created_at: datetime | None = None
    """When it was given out; None for the requester's own."""


def new_token(
    work: Work,
    number: int,
    holder: TokenHolder,
    *,
    agent_id: int | None = None,
    address: str = "",
    message_ref: int | None = None,
    approval_id: int | None = None,
) -> str:
    """A token for one agent, supplier or approver, and one ticket: 128 random bits, given once and kept hashed."""
    token = _PREFIX[holder] + secrets.token_hex(16)
    insert_row(
        work,
        Token,
        {
            "hash": hash_of(token),
            "ticket_id": number,
            "holder": holder,
            "agent_id": agent_id,
            "address": address.lower(),
            "message_ref": message_ref,
            "approval_id": approval_id,
            "created_at": work.now,
        },
    )
    return token


def read_token(work: Work, number: int, token: str) -> Shown | None:
    """What a token says of the ticket whose number stands before it; None where it is none of this ticket's."""
    if token.startswith(tuple(_PREFIX.values())):
        row = work.session.get(Token, hash_of(token))
        if row is None or row.ticket_id != number:
            return None
        return Shown(
            number,
            row.holder,
            row.agent_id,
            row.address,
            row.message_ref,
            row.approval_id,
            _alive(work, row),
            row.created_at,
        )
    if token.startswith(PREFIX):
        from sdesk.store.models import Rating  # hardly any token is a question's

        asked = select(col(Rating.id)).where(col(Rating.ticket_id) == number, col(Rating.token_hash) == hash_of(token))
        return None if work.connection.execute(asked).first() is None else Shown(number, None)
    found = work.connection.execute(
        select(col(Ticket.id)).where(col(Ticket.id) == number, col(Ticket.token) == token)
    ).scalar()
    return None if found is None else Shown(number, None)


def is_key_of(holder: TokenHolder, token: str) -> bool:
    """Whether a token is one of an agent's, a supplier's, or an approver's."""
    return token.startswith(_PREFIX[holder])


def hash_of(token: str) -> str:
    """SHA-256, hexadecimal: 128 random bits need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def without_key(message_id: str) -> str:
    """What is kept of a Message-ID that carried an agent's token, or an approver's, once its mail has gone.

    A bounce of it is still known by the token that it names, whose hash the store has.
    """
    return f"{_FORGOTTEN}{hash_of(message_id)}"


def forget_key(row: Outbox) -> None:
    """Leave no key of an agent's, an approver's, or a question how it was, in a mail that has gone or never goes."""
    if row.kind in WITH_KEY and not is_forgotten(row.message_id):
        row.message_id = without_key(row.message_id)


def is_forgotten(message_id: str) -> bool:
    """Whether that is all that is kept of a Message-ID."""
    return message_id.startswith(_FORGOTTEN)


def _alive(work: Work, row: Token) -> bool:
    """An agent's token ends with the ticket, and after 14 days."""
    if row.holder is not TokenHolder.AGENT:
        return True
    created: datetime = row.created_at
    status = work.connection.execute(select(col(Ticket.status)).where(col(Ticket.id) == row.ticket_id)).scalar()
    return status not in {Status.CLOSED, Status.SPAM} and work.now - created <= LIVES
