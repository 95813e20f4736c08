"""What time itself brings: waits that end, promises at risk, broken and stale, tickets that close for good.

Approvers who have not answered are asked once more. Proposals that nobody decides end too.

It is safe to run as often as one likes, in several processes at once, and after a day's sleep.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import select, text
from sqlmodel import col

from sdesk.desk.opening import Desk, Work
from sdesk.desk.steps.approvals import LATER, has_been_asked, send_question
from sdesk.desk.steps.clocks import load_clocks, promise_of, put_in_place, save_clocks, settle
from sdesk.desk.steps.history import record
from sdesk.desk.steps.incidents import NEWS_FOR, end_proposal, left_of
from sdesk.desk.steps.moves import require_id, set_status, wake
from sdesk.desk.steps.notify import notify, notify_unapproved
from sdesk.domain.actor import SYSTEM
from sdesk.domain.alerts import alerts, entered, level, states_of
from sdesk.domain.approval import ApprovalState
from sdesk.domain.clock import stale_by
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.outgoing import AgentEvent
from sdesk.domain.ticket import ClockKind, ProposalEnd, SlaState, Status
from sdesk.domain.urgency import RANK_RUNNING
from sdesk.store.models import Approval, IncidentProposal, Ticket

# Written out, and each by itself: an index that is partial on a word is used for no parameter, and for no OR.
UNANSWERED = " UNION ".join(
    f"SELECT id FROM approval WHERE state = '{ApprovalState.ASKED.value}' AND {name} IS NOT NULL AND {name} <= :now"
    for name in ("remind_at", "tell_at")
)
UNANSWERED += " ORDER BY id LIMIT :most"
"""Questions of which the approver is to be reminded, or the team's lead to be told."""

BATCH = 200
"""Tickets for each transaction, so that nobody waits long for the store."""


@dataclass(slots=True)
class SweepReport:
    """What a sweep did."""

    woken: int = 0
    alerts: int = 0
    """Tickets of which agents were told that a promise is at risk, broken, or stale."""
    stale: int = 0
    """Tickets whose promise was broken twice over: they gave their place to those that can still be kept."""
    closed: int = 0
    reminded: int = 0
    """Approvers who were asked once more, and approvals that a lead was told nobody gives."""

    def add(self, other: SweepReport) -> None:
        """Count what another transaction did."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))


def sweep(desk: Desk, *, now: datetime, dry_run: bool = False) -> SweepReport:
    """Wake what has waited long enough, tell of promises at risk, move what went stale, close what nobody reopened.

    `dry_run` rolls each step back: what one of them would bring about for the next is not in its counts.
    """
    report = SweepReport()
    for step in (_wake_due, _remind_approvers, _tell_alerts, _move_stale, _close_resolved, _pass_proposals):
        seen: set[int] = set()
        while True:
            with desk.work(SYSTEM, now) as work:
                this = SweepReport()
                found = step(work, this, max(seen, default=0))
                if found and not dry_run:
                    work.session.commit()
            report.add(this)
            # What is found again although it was dealt with would be found for ever.
            if len(found) < BATCH or seen.issuperset(found):
                break
            seen |= found
    return report


def _numbers(tickets: Sequence[Ticket]) -> set[int]:
    return {require_id(ticket) for ticket in tickets}


def _wake_due(work: Work, report: SweepReport, after: int) -> set[int]:
    due = work.session.scalars(
        select(Ticket)
        .where(col(Ticket.wake_at).is_not(None), col(Ticket.wake_at) <= work.now, col(Ticket.status) == Status.WAITING)
        .limit(BATCH)
    ).all()
    for ticket in due:
        before = load_clocks(work, ticket)
        # The clock runs on from when the wait was to end, however late the sweep comes.
        woken_at = ticket.wake_at or work.now
        record(work, require_id(ticket), "woken", waiting_for=ticket.waiting_for, since=to_rfc3339(woken_at))
        save_clocks(work, ticket, before, wake(work, ticket, before, woken_at))
        settle(work, ticket)
    report.woken = len(due)
    return _numbers(due)


def _remind_approvers(work: Work, report: SweepReport, after: int) -> set[int]:
    """Ask those once more who have not answered for a working day, and tell the team's lead after three. No version
    goes up by it."""
    numbers = work.connection.execute(text(UNANSWERED), {"now": to_rfc3339(work.now), "most": BATCH}).scalars().all()
    due = work.session.scalars(select(Approval).where(col(Approval.id).in_(numbers)).order_by(col(Approval.id))).all()
    for row in due:
        ticket = work.session.get_one(Ticket, row.ticket_id)
        if row.remind_at is not None and row.remind_at <= work.now:
            first = not has_been_asked(work, row)
            if send_question(work, ticket, row, reminder=not first):
                record(work, row.ticket_id, "approval_reminded", approver=row.address)
                row.remind_at = None
            else:
                row.remind_at = work.now + LATER
        if row.tell_at is not None and row.tell_at <= work.now:
            notify_unapproved(work, ticket, row.name or row.address)
            record(work, row.ticket_id, "approval_missing", approver=row.address)
            row.tell_at = None
        work.session.add(row)
    work.session.flush()
    report.reminded = len(due)
    return {row.id for row in due if row.id is not None}


def _tell_alerts(work: Work, report: SweepReport, after: int) -> set[int]:
    """Write down each worse state that promises have come to, and tell agents, once, of the worst of a ticket's.

    A breach is written down even where the ticket is stale by now; that it was at risk before is no news then. All of
    it is no change of the ticket: its version stays, so that nobody who is writing an answer is refused for it.
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
            states = states_of(clock, clocks, promise)
            worst, known = entered(states, work.now), told.get(clock.kind.value)
            due_at = dict(states)[SlaState.BREACHED]
            if worst is None or due_at is None or level(worst) <= level(known):
                continue
            told[clock.kind.value] = worst.value
            fresh.append((worst, clock.kind, due_at))
            for state in (SlaState.BREACHED, worst) if worst is SlaState.STALE else (worst,):
                if level(state) > level(known):
                    record(work, require_id(ticket), state.value, clock=clock.kind.value, due_at=to_rfc3339(due_at))
        if fresh:
            worst, kind, due_at = min(fresh, key=lambda each: (-level(each[0]), each[2]))
            notify(work, ticket, AgentEvent(worst.value), clock=kind.value, due_at=to_rfc3339(due_at))
            report.alerts += 1
        if any(state is SlaState.STALE for state, _, _ in fresh):
            put_in_place(work, ticket)
            report.stale += 1
        kept, ticket.alert_at = alerts(clocks, promise, told, work.now)
        ticket.alerts = kept or None
        work.session.add(ticket)
        work.session.flush()
    return _numbers(due)


def _move_stale(work: Work, report: SweepReport, after: int) -> set[int]:
    """Move what went stale and is not to be told of, as what an archive brought. As above, no version goes up."""
    stale = work.session.scalars(
        select(Ticket)
        .where(
            col(Ticket.is_open),
            col(Ticket.stale_at).is_not(None),
            col(Ticket.stale_at) <= work.now,
            col(Ticket.rank) == RANK_RUNNING,
            # The sum, or SQLite would walk all tickets by their numbers.
            col(Ticket.id) + 0 > after,
        )
        .order_by(col(Ticket.id) + 0)
        .limit(BATCH)
    ).all()
    for ticket in stale:
        kind = stale_by(load_clocks(work, ticket)).kind.value
        if (ticket.alerts or {}).get(kind) == SlaState.STALE:
            # An incident that is stale itself stands where its most urgent part does: it was told, and stays there.
            continue
        record(work, require_id(ticket), "stale", clock=kind)
        ticket.alerts = {**(ticket.alerts or {}), kind: SlaState.STALE.value}
        put_in_place(work, ticket)
        work.session.flush()
        report.stale += 1
    return _numbers(stale)


def _pass_proposals(work: Work, report: SweepReport, after: int) -> set[int]:
    """End what nobody decided within a day, or where nothing is left to decide."""
    rows = work.session.scalars(
        select(IncidentProposal)
        .where(col(IncidentProposal.ended_at).is_(None), col(IncidentProposal.id) > after)
        .order_by(col(IncidentProposal.id))
        .limit(BATCH)
    ).all()
    for row in rows:
        if row.proposed_at < work.now - NEWS_FOR or len(left_of(work, row)) < 2:
            end_proposal(work, row, ProposalEnd.PASSED)
    return {row.id for row in rows if row.id is not None}


def _close_resolved(work: Work, report: SweepReport, after: int) -> set[int]:
    closed: set[int] = set()
    for team in work.rules.teams.values():
        overdue = work.session.scalars(
            select(Ticket)
            .where(
                col(Ticket.status) == Status.RESOLVED,
                col(Ticket.resolved_at) <= work.now - timedelta(seconds=team.reopen_for),
                col(Ticket.team_id) == team.id,
            )
            .limit(BATCH - len(closed))
        ).all()
        for ticket in overdue:
            set_status(work, ticket, Status.CLOSED)
            ticket.closed_at = work.now
            settle(work, ticket)
        closed |= _numbers(overdue)
        if len(closed) >= BATCH:
            break
    report.closed = len(closed)
    return closed
