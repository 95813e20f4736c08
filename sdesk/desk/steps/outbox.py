"""What the desk says outside: rows of the outbox, with Message-IDs that name their ticket and carry its token."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, or_, select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.steps.messages import recipients_of
from sdesk.desk.steps.rows import insert_row
from sdesk.domain.inbound import Mailbox
from sdesk.domain.outgoing import TAKE_BACK, MailKind
from sdesk.store.models import Outbox
from sdesk.store.prepared import Prepared

ACKNOWLEDGE_AFTER = timedelta(minutes=2)
"""So that a first triage can settle before anything is promised."""
ACKNOWLEDGE_WITHIN = timedelta(days=1)
"""An older mail is not acknowledged: its sender would wonder."""
PER_HOUR, PER_DAY = 5, 40
"""Acknowledgements to one address, at most."""

_ACKNOWLEDGED = Prepared(
    select(func.coalesce(func.sum(col(Outbox.created_at) > bindparam("hour_ago")), 0), func.count()).where(
        # What the desk says of itself to a requester: a promise that moved counts with the acknowledgements.
        or_(*(col(Outbox.kind) == kind for kind in ("acknowledgement", "known_incident", "promise"))),
        col(Outbox.to_address) == bindparam("address"),
        col(Outbox.created_at) > bindparam("day_ago"),
    )
)
_OWN_MESSAGE_ID = re.compile(r"<sd-(\d{1,18})\.((?:[aprs]-)?[0-9a-f]{32})\.[0-9a-f]+@[^<>@\s]+>")


def make_message_id(work: Work, number: int, token: str, team_id: int) -> str:
    """A Message-ID (RFC 5322 3.6.4) that says which ticket it is of, and proves that the desk made it."""
    return f"<sd-{number}.{token}.{secrets.token_hex(6)}@{domain_of_ids(work.rules.teams[team_id].address)}>"


def domain_of_ids(address: str | None) -> str:
    """What stands after the `@` in Message-IDs of a team with this address: ASCII, so its domain in A-labels."""
    try:
        domain = (address or "").rpartition("@")[2].encode("idna").decode("ascii")
    except UnicodeError:
        domain = ""
    return domain or "sdesk.invalid"


def read_message_id(message_id: str) -> tuple[int, str] | None:
    """The ticket and token of a Message-ID that looks like the desk's own; the token is not checked here."""
    match = _OWN_MESSAGE_ID.fullmatch(message_id)
    return (int(match[1]), match[2]) if match else None


def queue_mail(
    work: Work,
    kind: MailKind,
    number: int,
    *,
    message_id: str,
    to: Sequence[Mailbox],
    cc: Sequence[Mailbox] = (),
    language: str | None,
    values: dict[str, Any],
    delay: timedelta,
    message_ref: int | None = None,
    agent_id: int | None = None,
    before: dict[str, Any] | None = None,
) -> int:
    """Put a mail into the outbox; it is rendered and sent later. Gives the row.

    `values` hold what the mail is about, `before` what taking it back would restore, `agent_id` whom it notifies.
    """
    return insert_row(
        work,
        Outbox,
        {
            "kind": kind,
            "language": language or work.rules.language,
            "recipients": recipients_of(to, cc),
            "to_address": to[0].address.lower(),
            "message_id": message_id,
            "values": values,
            "ticket_id": number,
            "message_ref": message_ref,
            "created_at": work.now,
            "send_after": work.now + delay,
            "attempts": 0,
            "agent_id": agent_id,
            "before": before,
        },
    )


def takable_until(work: Work, number: int) -> datetime | None:
    """The instant after which the ticket's last answer cannot be taken back any more; None where that is past.

    Only what still waits untouched can be, as `desk/take_back` says.
    """
    written = work.connection.execute(
        select(func.max(col(Outbox.created_at))).where(
            col(Outbox.ticket_id) == number,
            col(Outbox.state) == "queued",
            col(Outbox.message_ref).is_not(None),
            col(Outbox.claimed_at).is_(None),
            col(Outbox.attempts) == 0,
            col(Outbox.created_at) >= work.now - TAKE_BACK,
        )
    ).scalar()
    return written + TAKE_BACK + timedelta(seconds=1) if written is not None else None


def too_many_acknowledgements(work: Work, address: str) -> str | None:
    """Why an address gets no further acknowledgement now; None where it may."""
    hour, day = _ACKNOWLEDGED.run(
        work.connection,
        address=address.lower(),
        hour_ago=work.now - timedelta(hours=1),
        day_ago=work.now - timedelta(days=1),
    ).one()
    if hour >= PER_HOUR:
        return f"{address} had {PER_HOUR} acknowledgements within an hour"
    if day >= PER_DAY:
        return f"{address} had {PER_DAY} acknowledgements within a day"
    return None
