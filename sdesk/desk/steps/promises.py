"""The requester's second mail: what the acknowledgement promised has moved, by a change of the ticket or of the desk.

A wait moves deadlines too, and is told of by the agent's own words: it never brings this mail.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.steps.history import record
from sdesk.desk.steps.outbox import make_message_id, queue_mail, too_many_acknowledgements
from sdesk.domain.inbound import Mailbox
from sdesk.domain.instant import from_rfc3339, to_rfc3339
from sdesk.domain.outgoing import MailKind, OutboxState, moved_away
from sdesk.domain.ticket import OPEN_STATUSES, Status
from sdesk.store.models import Outbox, Ticket
from sdesk.store.prepared import Prepared

PROMISE_AFTER = timedelta(minutes=2)
"""So that a triage in several steps is told of once, and one that is taken back not at all."""

_PENDING = Prepared(
    select(col(Outbox.id)).where(
        col(Outbox.ticket_id) == bindparam("number"),
        col(Outbox.kind) == MailKind.PROMISE.value,
        col(Outbox.state) == OutboxState.QUEUED,
    )
)


def promised_instant(ticket: Ticket) -> datetime | None:
    """When a requester may expect a solution; where none is promised, the first answer. None where nothing runs."""
    return ticket.first_response_due_at if ticket.resolution_target is None else ticket.resolution_due_at


def tell_of_moved_promise(work: Work, ticket: Ticket, before: datetime | None) -> None:
    """Queue the mail where a change moved the promise later, or to another day, for whoever was told of it.

    `before` is the promised instant just before the change. A mail that waits already tells what holds when it goes.
    """
    after = promised_instant(ticket)
    number = ticket.id
    if number is None or ticket.promised_at is None or after is None:
        return
    if ticket.status not in OPEN_STATUSES or ticket.status is Status.WAITING:
        return
    # Away from what held until now, and away from what the requester was told: neither alone is news to them.
    zone = ZoneInfo(work.rules.time_zone)
    if not all(moved_away(each, after, zone) for each in (before or ticket.promised_at, ticket.promised_at)):
        return
    if _PENDING.run(work.connection, number=number).first() is not None:
        return
    told = work.connection.execute(
        select(col(Outbox.recipients), col(Outbox.language)).where(
            col(Outbox.ticket_id) == number,
            col(Outbox.kind) == MailKind.ACKNOWLEDGEMENT.value,
            col(Outbox.state) == OutboxState.SENT,
        )
    ).first()
    if told is None:
        return
    to = [Mailbox(address, name) for address, name in told.recipients["to"]]
    withheld = too_many_acknowledgements(work, to[0].address)
    if withheld is not None:
        record(work, number, "promise_withheld", by="system", reason=withheld)
        return
    queue_mail(
        work,
        MailKind.PROMISE,
        number,
        message_id=make_message_id(work, number, ticket.token, ticket.team_id),
        to=to,
        language=told.language,
        values={"old": to_rfc3339(ticket.promised_at)},
        delay=PROMISE_AFTER,
    )


def still_moved(work: Work, ticket: Ticket, row: Outbox) -> datetime | None:
    """What a promise mail is to say when it goes; None where it is not news any more (then it is not sent)."""
    after = promised_instant(ticket)
    if after is None or ticket.status not in OPEN_STATUSES or ticket.status is Status.WAITING:
        return None
    old = ticket.promised_at or from_rfc3339(str(row.values["old"]))
    return after if moved_away(old, after, ZoneInfo(work.rules.time_zone)) else None
