"""What a changed desk file means for open tickets: the one way in which hours and holidays move their deadlines."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.rules import Rules
from sdesk.desk.steps.clocks import put_in_place, settle
from sdesk.desk.steps.history import record
from sdesk.desk.steps.losses import recount_changed
from sdesk.desk.steps.moves import follow_promise
from sdesk.domain.clock import Promise
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.ticket import ClockKind
from sdesk.domain.worktime import same_hours
from sdesk.store.models import Ticket


def retime_open_tickets(work: Work, old: Rules) -> None:
    """Give open tickets the promises of the new rules, and write down each deadline that moves."""
    recount_changed(work, old)
    reordered = old.head_start != work.rules.head_start
    tickets = work.connection.execute(
        select(
            col(Ticket.id), col(Ticket.team_id), col(Ticket.service_id), col(Ticket.priority), col(Ticket.sla_id)
        ).where(col(Ticket.is_open))
    ).all()
    for number, team_id, service_id, priority, sla_id in tickets:
        before = old.promise(sla_id, priority)
        today = work.rules.sla_for(team_id, service_id)
        after = work.rules.promise(today, priority)
        if today == sla_id and _same_promise(before, after):
            if reordered:
                put_in_place(work, work.session.get_one(Ticket, number))
            continue
        ticket = work.session.get_one(Ticket, number)
        due = _deadlines(ticket)
        follow_promise(work, ticket, before)
        moved = {clock: (was, now) for (clock, was), now in zip(due.items(), _deadlines(ticket).values(), strict=True)}
        moved = {clock: (was, now) for clock, (was, now) in moved.items() if was != now}
        if not moved:
            # Holidays of years to come, say: nothing that anybody could have seen has changed.
            put_in_place(work, ticket)
            continue
        for clock, (was, now) in moved.items():
            record(
                work,
                number,
                "deadline_moved",
                clock=clock.value,
                old=to_rfc3339(was) if was else None,
                new=to_rfc3339(now) if now else None,
            )
        settle(work, ticket)


def _deadlines(ticket: Ticket) -> dict[ClockKind, datetime | None]:
    return {clock: getattr(ticket, f"{clock}_due_at") for clock in ClockKind}


def _same_promise(one: Promise, other: Promise) -> bool:
    return (
        one.targets == other.targets
        and one.warn_at == other.warn_at
        and one.stale_at == other.stale_at
        and same_hours(one.calendar, other.calendar)
    )
