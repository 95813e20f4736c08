"""A ticket's clocks between the store's columns and the domain's values, and its place in the queue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.steps.rows import insert_row
from sdesk.domain.alerts import alerts
from sdesk.domain.clock import Clock, Clocks, Promise, Run, deadlines, earliest_due, stale_at
from sdesk.domain.ticket import OPEN_STATUSES, ClockKind, Priority, Status
from sdesk.domain.urgency import loss_key, place
from sdesk.store.models import ClockRun, Ticket
from sdesk.store.prepared import Prepared

_RUNS = Prepared(
    select(col(ClockRun.kind), col(ClockRun.started_at), col(ClockRun.stopped_at), col(ClockRun.seconds))
    .where(col(ClockRun.ticket_id) == bindparam("number"), col(ClockRun.past).is_(False))
    .order_by(col(ClockRun.id))
)

# Of which playbooks a ticket is a step, or one that was merged into it; or of which it is the parent, and is spam now.
_PLAYBOOKS = (
    "WITH RECURSIVE mine(id) AS (SELECT ? UNION SELECT l.ticket_id FROM link AS l JOIN mine ON l.other_id = mine.id"
    " AND l.kind = 'merged_into') SELECT s.run_id FROM mine JOIN playbook_step AS s ON s.ticket_id = mine.id"
    " UNION SELECT r.id FROM playbook_run AS r JOIN ticket AS t ON t.id = r.ticket_id"
    " WHERE r.ticket_id = ? AND r.state = 'running' AND t.status = 'spam'"
)


def promise_of(work: Work, ticket: Ticket) -> Promise:
    """What the ticket's SLA promises for its priority."""
    return work.rules.promise(ticket.sla_id, ticket.priority)


def load_clocks(work: Work, ticket: Ticket) -> Clocks:
    """The clocks of a ticket, with their finished runs."""
    runs: dict[ClockKind, list[Run]] = {kind: [] for kind in ClockKind}
    found = _RUNS.run(work.connection, number=ticket.id).all()
    for kind, started_at, stopped_at, seconds in found:
        runs[ClockKind(kind)].append(
            Run(datetime.fromisoformat(started_at), datetime.fromisoformat(stopped_at), seconds)
        )
    return Clocks(*(_clock(ticket, kind, runs[kind]) for kind in ClockKind))


def _clock(ticket: Ticket, kind: ClockKind, runs: Sequence[Run]) -> Clock:
    return Clock(
        kind=kind,
        target=getattr(ticket, f"{kind}_target"),
        consumed=getattr(ticket, f"{kind}_consumed"),
        started_at=getattr(ticket, f"{kind}_started_at"),
        met_at=getattr(ticket, f"{kind}_met_at"),
        voided=getattr(ticket, f"{kind}_voided"),
        runs=tuple(runs),
    )


def clock_columns(
    clocks: Clocks, promise: Promise, *, now: datetime, told: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """What of the clocks stands in the ticket's own row: facts, and the instants that follow from them.

    `told`: of which states agents were told, as the row's `alerts` has it.
    """
    columns: dict[str, Any] = {}
    risks: list[datetime] = []
    for clock in clocks.each():
        name = clock.kind.value
        follows = deadlines(clock, promise)
        columns[f"{name}_target"] = clock.target
        columns[f"{name}_consumed"] = clock.consumed
        columns[f"{name}_started_at"] = clock.started_at
        columns[f"{name}_at_risk_at"] = follows.at_risk_at
        columns[f"{name}_due_at"] = follows.due_at
        columns[f"{name}_met_at"] = clock.met_at
        if follows.at_risk_at is not None:
            risks.append(follows.at_risk_at)
        columns[f"{name}_voided"] = clock.voided
    due = earliest_due(clocks, promise.calendar)
    columns["due_at"], columns["due_kind"] = due if due is not None else (None, None)
    columns["stale_at"] = stale_at(clocks, promise)
    columns["risk_at"] = min(risks, default=None)
    kept, columns["alert_at"] = alerts(clocks, promise, told or {}, now)
    columns["alerts"] = kept or None
    return columns


def place_columns(
    work: Work,
    *,
    status: Status,
    priority: Priority,
    created_at: datetime,
    due_at: datetime | None,
    stale_at: datetime | None,
    wake_at: datetime | None,
    loss_per_hour: Decimal | None,
    done_at: datetime | None = None,
    incident: int | None = None,
) -> dict[str, Any]:
    """The place in the urgency order and in the order by loss, as columns."""
    found = place(
        status=status,
        priority=priority,
        created_at=created_at,
        due_at=due_at,
        stale=stale_at is not None and work.now >= stale_at,
        wake_at=wake_at,
        loss_per_hour=loss_per_hour or Decimal(0),
        head_start=work.rules.head_start,
        done_at=done_at,
        incident=incident,
    )
    return {
        "rank": found.rank,
        "key1": found.key1,
        "key2": found.key2,
        # A part of an incident stands behind it in this order too.
        "loss_key": loss_key(loss_per_hour) if incident is None and status in OPEN_STATUSES else 0,
        "is_open": status in OPEN_STATUSES,
    }


def save_clocks(work: Work, ticket: Ticket, before: Clocks, after: Clocks) -> None:
    """Write what changed of the clocks: the ticket's columns, and the runs that finished."""
    columns = clock_columns(after, promise_of(work, ticket), now=work.now, told=ticket.alerts)
    for name, value in columns.items():
        setattr(ticket, name, value)
    for old, new in zip(before.each(), after.each(), strict=True):
        if new.runs[: len(old.runs)] == old.runs:
            fresh = new.runs[len(old.runs) :]
        else:
            mine = (
                col(ClockRun.ticket_id) == ticket.id,
                col(ClockRun.kind) == old.kind,
                col(ClockRun.past).is_(False),
            )
            if new.kind is ClockKind.NEXT_REPLY and old.met_at is not None and new.met_at is None:
                # A promise that begins anew: what the last one took stays a fact of the ticket.
                work.connection.execute(update(ClockRun).where(*mine).values(past=True))
            else:
                work.connection.execute(delete(ClockRun).where(*mine))
            fresh = new.runs
        for run in fresh:
            insert_row(
                work,
                ClockRun,
                {
                    "ticket_id": ticket.id,
                    "kind": new.kind,
                    "started_at": run.started_at,
                    "stopped_at": run.stopped_at,
                    "seconds": run.seconds,
                    "past": False,
                },
            )


def put_in_place(work: Work, ticket: Ticket) -> None:
    """Give a ticket its place in the urgency order by what it says now. By itself no change that anybody made.

    An incident stands where the most urgent of its parts would, with the loss of all; its parts stand behind.
    """
    incident = work.session.get(Ticket, ticket.incident_id) if ticket.incident_id is not None else None
    was_open = ticket.is_open
    priority, due_at, loss = ticket.priority, ticket.due_at, ticket.loss_per_hour or Decimal(0)
    if ticket.is_incident:
        priority, due_at, loss = _with_parts(work, ticket)
    for name, value in place_columns(
        work,
        status=ticket.status,
        priority=priority,
        created_at=ticket.created_at,
        due_at=due_at,
        stale_at=ticket.stale_at,
        wake_at=ticket.wake_at,
        loss_per_hour=loss,
        done_at=ticket.resolved_at,
        incident=incident.id if incident is not None and incident.is_open else None,
    ).items():
        setattr(ticket, name, value)
    work.session.add(ticket)
    if incident is not None and incident.is_open:
        put_in_place(work, incident)
    if ticket.is_incident and ticket.is_open is not was_open:
        for part in open_parts(work, ticket):
            put_in_place(work, part)


def open_parts(work: Work, incident: Ticket) -> list[Ticket]:
    """The open tickets that are part of an incident, oldest first."""
    work.session.flush()
    return list(
        work.session.scalars(
            select(Ticket).where(col(Ticket.incident_id) == incident.id, col(Ticket.is_open)).order_by(col(Ticket.id))
        )
    )


def _with_parts(work: Work, incident: Ticket) -> tuple[Priority, datetime | None, Decimal]:
    """The worst priority, the next deadline and the loss per hour of an incident with its open parts."""
    work.session.flush()
    priority, due_at, loss = work.connection.execute(
        select(func.min(col(Ticket.priority)), func.min(col(Ticket.due_at)), func.sum(col(Ticket.loss_per_hour))).where(
            col(Ticket.incident_id) == incident.id, col(Ticket.is_open)
        )
    ).one()
    return (
        min(filter(None, (incident.priority, priority))),
        min(filter(None, (incident.due_at, due_at)), default=None),
        (incident.loss_per_hour or Decimal(0)) + (loss or Decimal(0)),
    )


def settle(work: Work, ticket: Ticket) -> None:
    """The last step of every change: the ticket's place follows, its version goes up, its playbook goes on."""
    put_in_place(work, ticket)
    ticket.version += 1
    ticket.updated_at = work.now
    work.session.add(ticket)
    work.session.flush()
    runs = [run for (run,) in work.connection.exec_driver_sql(_PLAYBOOKS, (ticket.id, ticket.id)).all()]
    if runs:
        # Not before: what opens the next step has its place settled by this module.
        from sdesk.desk.steps.playbooks import follow

        follow(work, runs)
