"""What time itself brings: waits that end, promises at risk, broken and stale, tickets that close for good.

It is safe to run as often as one likes, in several processes at once, and after a day's sleep.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import col

from sdesk.desk.opening import Desk, Work
from sdesk.desk.steps.clocks import load_clocks, promise_of, put_in_place, save_clocks, settle
from sdesk.desk.steps.history import record
from sdesk.desk.steps.moves import require_id, set_status, wake
from sdesk.desk.steps.notify import notify
from sdesk.domain.actor import SYSTEM
from sdesk.domain.alerts import alerts, entered
from sdesk.domain.clock import deadlines
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.outgoing import AgentEvent
from sdesk.domain.ticket import ClockKind, Priority, SlaState, Status
from sdesk.domain.urgency import RANK_RUNNING
from sdesk.store.models import Ticket

BATCH = 200
"""Tickets for each transaction, so that nobody waits long for the store."""


@dataclass(slots=True)
class SweepReport:
    """What a sweep did."""

    woken: int = 0
    alerts: int = 0
    """Tickets of which agents were told that a promise is at risk, or broken."""
    stale: int = 0
    closed: int = 0


def sweep(desk: Desk, *, now: datetime) -> SweepReport:
    """Wake what has waited long enough, tell of promises at risk, move what went stale, close what nobody reopened."""
    report = SweepReport()
    steps = ((_wake_due, "woken"), (_tell_alerts, "alerts"), (_move_stale, "stale"), (_close_resolved, "closed"))
    for step, name in steps:
        while True:
            with desk.work(SYSTEM, now) as work:
                done = step(work)
                if done:
                    work.session.commit()
            setattr(report, name, getattr(report, name) + done)
            if done < BATCH:
                break
    return report


def _wake_due(work: Work) -> int:
    due = work.session.scalars(
        select(Ticket)
        .where(col(Ticket.wake_at).is_not(None), col(Ticket.wake_at) <= work.now, col(Ticket.status) == Status.WAITING)
        .limit(BATCH)
    ).all()
    for ticket in due:
        before = load_clocks(work, ticket)
        # The clock runs on from when the wait was to end, however late the sweep comes.
        woken_at = ticket.wake_at or work.now
        record(work, require_id(ticket), "woken", waiting_for=ticket.waiting_for)
        save_clocks(work, ticket, before, wake(work, ticket, before, woken_at))
        settle(work, ticket)
    return len(due)


def _tell_alerts(work: Work) -> int:
    """Write down and tell, once, that promises have come to be at risk, or broken: of each the worst state alone.

    That is no change of the ticket: its version stays, so that nobody who is writing an answer is refused for it.
    """
    due = work.session.scalars(
        select(Ticket)
        .where(col(Ticket.is_open), col(Ticket.alert_at).is_not(None), col(Ticket.alert_at) <= work.now)
        .order_by(col(Ticket.alert_at))
        .limit(BATCH)
    ).all()
    for ticket in due:
        clocks, promise = load_clocks(work, ticket), promise_of(work, ticket)
        told = dict(ticket.alerts or {})
        fresh: list[tuple[SlaState, ClockKind, datetime]] = []
        for clock in clocks.each():
            follows = deadlines(clock, promise)
            state = entered((follows.at_risk_at, follows.due_at), work.now)
            known = told.get(clock.kind.value)
            if state is None or follows.due_at is None or known in (state, SlaState.BREACHED):
                continue
            told[clock.kind.value] = state.value
            fresh.append((state, clock.kind, follows.due_at))
            record(work, require_id(ticket), state.value, clock=clock.kind.value, due_at=to_rfc3339(follows.due_at))
        if fresh:
            state, kind, due_at = min(fresh, key=lambda each: (each[0] is not SlaState.BREACHED, each[2]))
            notify(work, ticket, AgentEvent(state.value), clock=kind.value, due_at=to_rfc3339(due_at))
        kept, ticket.alert_at = alerts(clocks, promise, told, work.now)
        ticket.alerts = kept or None
        work.session.add(ticket)
        work.session.flush()
    return len(due)


def _move_stale(work: Work) -> int:
    """A promise broken twice over gives its place to those that can still be kept. As above, no version goes up."""
    stale = work.session.scalars(
        select(Ticket)
        .where(
            col(Ticket.is_open),
            col(Ticket.stale_at).is_not(None),
            col(Ticket.stale_at) <= work.now,
            col(Ticket.rank) == RANK_RUNNING,
            col(Ticket.priority).in_((Priority.P3, Priority.P4, Priority.P5)),
        )
        .limit(BATCH)
    ).all()
    for ticket in stale:
        record(work, require_id(ticket), "stale")
        put_in_place(work, ticket)
        work.session.flush()
    return len(stale)


def _close_resolved(work: Work) -> int:
    closed = 0
    for team in work.rules.teams.values():
        overdue = work.session.scalars(
            select(Ticket)
            .where(
                col(Ticket.status) == Status.RESOLVED,
                col(Ticket.resolved_at) <= work.now - timedelta(seconds=team.reopen_for),
                col(Ticket.team_id) == team.id,
            )
            .limit(BATCH - closed)
        ).all()
        for ticket in overdue:
            set_status(work, ticket, Status.CLOSED)
            ticket.closed_at = work.now
            settle(work, ticket)
        closed += len(overdue)
        if closed >= BATCH:
            break
    return closed
