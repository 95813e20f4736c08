"""The requester's second mail: what the acknowledgement promised has moved, by a change of the ticket or of the desk.

A wait moves deadlines too, and is told of by the agent's own words: it never brings this mail. What changes while the
ticket waits is told when the wait is over, since nobody knows the day before.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select, update
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.steps.history import record
from sdesk.desk.steps.outbox import make_message_id, queue_mail, too_many_acknowledgements
from sdesk.domain.clock import Clocks, Promise, due_at, resume
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


def promised_instant(ticket: Ticket, now: datetime) -> datetime | None:
    """By when a requester may expect a solution; where none is promised, the first answer.

    None where nothing runs, as in a wait, and where the instant has passed: that is no promise any more.
    """
    return _first_to_come((ticket.resolution_due_at, ticket.first_response_due_at), now)


def would_be_promised(clocks: Clocks, promise: Promise, now: datetime) -> datetime | None:
    """The same, of a ticket that waits as if its wait were over now."""
    running = resume(clocks, promise, now)
    calendar = promise.calendar
    return _first_to_come((due_at(running.resolution, calendar), due_at(running.first_response, calendar)), now)


def tell_of_moved_promise(work: Work, ticket: Ticket, before: datetime | None, after: datetime | None) -> None:
    """Queue the mail where a change moved the promise later, or to another day, for whoever was told of it.

    `before` and `after` are what `would_be_promised` gives just before the change and after it. A mail that waits
    already tells what holds when it goes.
    """
    number = ticket.id
    if (
        work.quiet
        or number is None
        or ticket.promised_at is None
        or after is None
        or ticket.status not in OPEN_STATUSES
    ):
        return
    # Away from what held until now, and away from what the requester was told: neither alone is news to them. What was
    # told can be compared when the ticket waits no more: until then the wait itself moves everything.
    waits = ticket.status is Status.WAITING
    known = [before or ticket.promised_at, *(() if waits else (ticket.promised_at,))]
    zone = ZoneInfo(work.rules.time_zone)
    if not all(moved_away(each, after, zone) for each in known):
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


def still_moved(work: Work, ticket: Ticket, row: Outbox) -> bool:
    """Whether a promise mail is news to the requester if it goes now; a ticket that waits is asked when it does not."""
    after = promised_instant(ticket, work.now)
    if after is None or ticket.status not in OPEN_STATUSES:
        return False
    old = ticket.promised_at or from_rfc3339(str(row.values["old"]))
    return moved_away(old, after, ZoneInfo(work.rules.time_zone))


def wait_is_over(work: Work, number: int) -> None:
    """What changed during the wait can be told now: the day is known."""
    work.connection.execute(
        update(Outbox)
        .where(
            col(Outbox.ticket_id) == number,
            col(Outbox.kind) == MailKind.PROMISE.value,
            col(Outbox.state) == OutboxState.QUEUED,
            col(Outbox.claimed_at).is_(None),
        )
        .values(send_after=work.now + PROMISE_AFTER)
    )


def _first_to_come(instants: Iterable[datetime | None], now: datetime) -> datetime | None:
    return next((each for each in instants if each is not None and each > now), None)
