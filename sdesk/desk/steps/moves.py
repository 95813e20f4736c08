"""Moving a ticket between statuses, teams and promises: what several verbs do alike."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sdesk.desk.opening import Work
from sdesk.desk.steps.approval_question import end_question
from sdesk.desk.steps.clocks import load_clocks, promise_of, save_clocks
from sdesk.desk.steps.history import record
from sdesk.desk.steps.promises import tell_of_moved_promise, wait_is_over, would_be_promised
from sdesk.desk.steps.visits import end_visit
from sdesk.domain.clock import NO_PROMISE, Clocks, Promise, consumed, recalendar, resume
from sdesk.domain.errors import Refused
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.phrase import phrase
from sdesk.domain.ticket import OPEN_STATUSES, ClockKind, Status, WaitingFor, may_become
from sdesk.domain.worktime import Calendar, next_working, working_between
from sdesk.store.models import Ticket


def require_move(work: Work, ticket: Ticket, status: Status) -> None:
    """Refused where the ticket's status does not become `status`; what waits for an approval is not worked on."""
    if ticket.waiting_for is WaitingFor.APPROVAL and status in OPEN_STATUSES:
        raise Refused(
            phrase("{ref} waits for an approval", ref=work.rules.ref(require_id(ticket))),
            phrase(
                "write down what was said: `sdesk approve {number} --text WHY` or `sdesk refuse {number} --text WHY`; "
                "or ask no more: `sdesk ticket drop-approval {number}`",
                number=ticket.id,
            ),
        )
    if not may_become(ticket.status, status):
        remedy = phrase("reopen it first: `sdesk reopen`") if ticket.status in {Status.RESOLVED, Status.CLOSED} else ""
        raise Refused(
            phrase(
                "{ref} is {status} and cannot become {wanted}",
                ref=work.rules.ref(require_id(ticket)),
                status=ticket.status,
                wanted=status,
            ),
            remedy,
        )


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
    if status not in OPEN_STATUSES:
        end_visit(work, require_id(ticket))
        end_question(work, require_id(ticket))


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
    after = take_promise(work, ticket, before, old, work.now)
    save_clocks(work, ticket, before, after)
    if ticket.promised_at is not None:
        new = promise_of(work, ticket)
        told, holds = would_be_promised(before, old, work.now), would_be_promised(after, new, work.now)
        tell_of_moved_promise(work, ticket, told, holds)


def take_promise(work: Work, ticket: Ticket, clocks: Clocks, old: Promise, at: datetime) -> Clocks:
    """The step of it: the SLA that holds today is the ticket's, and its clocks go on by it from `at` on.

    What that means for each promise that is still to be kept is written down, so that nobody has to guess later what
    was consumed then.
    """
    old_sla = ticket.sla_id
    ticket.sla_id = work.rules.sla_for(ticket.team_id, ticket.service_id)
    new = promise_of(work, ticket)
    after = recalendar(clocks, old, new, at)
    moved = {
        one.kind: Moved(one.target, consumed(one, old.calendar, at), other.target, consumed(other, new.calendar, at))
        for one, other in zip(clocks.each(), after.each(), strict=True)
        if one.met_at is None
    }
    if old_sla != ticket.sla_id or any(each.moved for each in moved.values()):
        record_promise(work, ticket, moved, old_sla, old, at)
    return after


class Moved(NamedTuple):
    """What a change meant for one clock: working seconds before it and after it."""

    target: int | None
    consumed: int
    new_target: int | None
    new_consumed: int

    @property
    def moved(self) -> bool:
        """Whether it meant anything."""
        return (self.target, self.consumed) != (self.new_target, self.new_consumed)


def record_promise(
    work: Work,
    ticket: Ticket,
    moved: Mapping[ClockKind, Moved],
    old_sla: int | None,
    old: Promise,
    at: datetime,
    **why: Any,
) -> None:
    """Write down what a change of promise meant; the ticket has its new SLA already. `old` is what held before."""
    names = {
        "sla": (_sla_key(work, old_sla), _sla_key(work, ticket.sla_id)),
        "calendar": (_calendar_key(old), _calendar_key(promise_of(work, ticket))),
    }
    data: dict[str, Any] = {"clocks": {kind.value: each._asdict() for kind, each in moved.items()}}
    for name, (was, now) in names.items():
        data[name] = now
        if was != now:
            data[f"old_{name}"] = was
    record(work, require_id(ticket), "promise", **data, at=to_rfc3339(at), **why)


def promise_facts(work: Work, sla_id: int | None, promise: Promise) -> dict[str, Any]:
    """What is promised to a ticket that is opened now, for its history."""
    targets = promise.targets
    return {
        "sla": _sla_key(work, sla_id),
        "calendar": _calendar_key(promise),
        "targets": {
            "first_response": targets.first_response,
            "next_reply": targets.next_reply,
            "resolution": targets.resolution,
        },
    }


def _sla_key(work: Work, sla_id: int | None) -> str | None:
    return None if sla_id is None else work.rules.slas[sla_id].key


def _calendar_key(promise: Promise) -> str | None:
    return None if promise is NO_PROMISE else promise.calendar.key


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
