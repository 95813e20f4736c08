"""Beginning a wait: what is asked for is checked first, so that nothing is said to anybody where it cannot be."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sdesk.desk.opening import Work
from sdesk.desk.steps.clocks import load_clocks, promise_of, save_clocks
from sdesk.desk.steps.find import word_of
from sdesk.desk.steps.history import record
from sdesk.desk.steps.moves import after_working_days, require_id, require_move, set_status
from sdesk.domain.clock import hold
from sdesk.domain.errors import BadInput, Refused, about
from sdesk.domain.instant import Day, to_rfc3339, weekday_and_time
from sdesk.domain.phrase import phrase
from sdesk.domain.ticket import WAITS_BY_HAND, Status, WaitingFor
from sdesk.domain.worktime import next_working
from sdesk.store.models import Ticket

_WHOM = {
    WaitingFor.REQUESTER: phrase("the requester"),
    WaitingFor.SUPPLIER: phrase("a supplier"),
    WaitingFor.DATE: phrase("a date"),
    WaitingFor.APPROVAL: phrase("an approval"),
}


def plan_wait(
    work: Work, ticket: Ticket, waiting_for: str, until: datetime | Day | None
) -> tuple[WaitingFor, datetime]:
    """For what the ticket is to wait, and until when: without `until` the team's working days. Refused, BadInput.

    A day alone is its morning: when the hours of the ticket's calendar begin, then or on the next day that has any.
    """
    require_move(work, ticket, Status.WAITING)
    reason = word_of(WaitingFor, waiting_for, "wait")
    if reason not in WAITS_BY_HAND:
        raise Refused(
            phrase("nobody lets a ticket wait for an approval by hand"),
            phrase("ask for one: `sdesk ticket ask-approval {number} --of ADDRESS`", number=ticket.id),
        )
    with about("until"):
        if reason is WaitingFor.DATE and until is None:
            raise BadInput(phrase("a wait for a date needs the date"), phrase("say --until WHEN"))
        calendar = promise_of(work, ticket).calendar
        if isinstance(until, Day):
            until = next_working(calendar, until.begins(calendar.zone))
        elif until is None:
            until = after_working_days(calendar, work.now, work.rules.teams[ticket.team_id].wait_days)
        if until <= work.now:
            raise BadInput(
                phrase("`{until}` is past", until=_local(work, until)),
                phrase("wait until a moment that is still to come"),
            )
    return reason, until


def begin_wait(work: Work, ticket: Ticket, reason: WaitingFor, until: datetime) -> str:
    """The step of it: the resolution clock stands still. Gives what was done, in words. The caller settles."""
    before = load_clocks(work, ticket)
    save_clocks(work, ticket, before, hold(before, promise_of(work, ticket), work.now))
    set_status(work, ticket, Status.WAITING)
    ticket.waiting_for, ticket.wake_at = reason, until
    record(work, require_id(ticket), "waiting", waiting_for=reason.value, until=to_rfc3339(until))
    return phrase("waits for {whom} until {until}", whom=_WHOM[reason], until=_local(work, until))


def _local(work: Work, instant: datetime) -> str:
    """An instant as the desk's own people read it: with the day, so that one sees what a `fri 12:00` was taken for."""
    return weekday_and_time(instant, ZoneInfo(work.rules.time_zone))
