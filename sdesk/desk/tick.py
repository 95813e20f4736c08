"""What time itself brings: waits that end, promises that go stale, resolved tickets that close for good.

It is safe to run as often as one likes, in several processes at once, and after a day's sleep.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import col

from sdesk.desk.opening import Desk, Work
from sdesk.desk.steps.clocks import load_clocks, save_clocks, settle
from sdesk.desk.steps.history import record
from sdesk.desk.steps.moves import require_id, set_status, wake
from sdesk.domain.actor import SYSTEM
from sdesk.domain.ticket import Priority, Status
from sdesk.domain.urgency import RANK_RUNNING
from sdesk.store.models import Ticket

BATCH = 200
"""Tickets for each transaction, so that nobody waits long for the store."""


@dataclass(slots=True)
class SweepReport:
    """What a sweep did."""

    woken: int = 0
    stale: int = 0
    closed: int = 0


def sweep(desk: Desk, *, now: datetime) -> SweepReport:
    """Wake what has waited long enough, move what went stale, close what nobody reopened in time."""
    report = SweepReport()
    for step, name in ((_wake_due, "woken"), (_move_stale, "stale"), (_close_resolved, "closed")):
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


def _move_stale(work: Work) -> int:
    """A promise broken twice over gives its place to those that can still be kept."""
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
        settle(work, ticket)
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
