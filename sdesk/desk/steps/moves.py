"""Moving a ticket between statuses, teams and promises: what several verbs do alike."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sdesk.desk.opening import Work
from sdesk.desk.steps.clocks import load_clocks, promise_of, save_clocks
from sdesk.desk.steps.history import record
from sdesk.desk.steps.promises import tell_of_moved_promise, wait_is_over, would_be_promised
from sdesk.domain.clock import Clocks, Promise, recalendar, resume
from sdesk.domain.errors import Refused
from sdesk.domain.ticket import Status, may_become
from sdesk.domain.worktime import Calendar, next_working, working_between
from sdesk.store.models import Ticket


def require_move(work: Work, ticket: Ticket, status: Status) -> None:
    """Refused where the ticket's status does not become `status`."""
    if not may_become(ticket.status, status):
        remedy = "reopen it first: `sdesk reopen`" if ticket.status in {Status.RESOLVED, Status.CLOSED} else ""
        raise Refused(f"{work.rules.ref(require_id(ticket))} is {ticket.status} and cannot become {status}", remedy)


def require_id(ticket: Ticket) -> int:
    """The number of a ticket that stands in the store."""
    if ticket.id is None:
        raise TypeError("a ticket without a number")
    return ticket.id


def set_status(work: Work, ticket: Ticket, status: Status) -> None:
    """Change the status, write it down, and leave what only the old one had."""
    if ticket.status is status:
        return
    record(work, require_id(ticket), "status", old=ticket.status.value, new=status.value)
    if ticket.status is Status.WAITING:
        wait_is_over(work, require_id(ticket))
    ticket.status = status
    if status is not Status.WAITING:
        ticket.waiting_for, ticket.wake_at = None, None


def at_work(ticket: Ticket) -> Status:
    """New or open: whether somebody has it."""
    return Status.OPEN if ticket.assignee_id is not None else Status.NEW


def wake(work: Work, ticket: Ticket, clocks: Clocks, at: datetime) -> Clocks:
    """End a wait: the ticket is at work again and its resolution clock runs on from `at`."""
    set_status(work, ticket, at_work(ticket))
    return resume(clocks, promise_of(work, ticket), at)


def follow_promise(work: Work, ticket: Ticket, old: Promise) -> None:
    """After a change of priority, service or team: today's targets hold, what was consumed stays.

    `old` is what was promised before the change. What has ended keeps what it was judged by. A requester who was told
    otherwise hears of it.
    """
    before = load_clocks(work, ticket)
    ticket.sla_id = work.rules.sla_for(ticket.team_id, ticket.service_id)
    new = promise_of(work, ticket)
    after = recalendar(before, old, new, work.now)
    save_clocks(work, ticket, before, after)
    if ticket.promised_at is not None:
        told, holds = would_be_promised(before, old, work.now), would_be_promised(after, new, work.now)
        tell_of_moved_promise(work, ticket, told, holds)


def after_working_days(calendar: Calendar, start: datetime, days: int) -> datetime:
    """The instant `days` working days after `start`, at the same local time or the next working moment after it."""
    zone = ZoneInfo(str(calendar.zone))
    local = start.astimezone(zone)
    left = days
    while left:
        local = (local + timedelta(days=1)).replace(tzinfo=zone)
        midnight = local.replace(hour=0, minute=0, second=0)
        following = (midnight + timedelta(days=1)).replace(tzinfo=zone)
        if working_between(calendar, midnight.astimezone(start.tzinfo), following.astimezone(start.tzinfo)):
            left -= 1
    return next_working(calendar, local.astimezone(start.tzinfo))
