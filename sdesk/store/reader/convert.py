"""Rows of the views as values: what the views leave out (states, losses, time left) is derived here."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sdesk.domain.outage import loss_so_far
from sdesk.domain.sla_state import sla_state
from sdesk.domain.ticket import (
    Channel,
    ClockKind,
    Impact,
    Priority,
    Status,
    Urgency,
    WaitingFor,
)
from sdesk.domain.worktime import ALWAYS, Calendar, working_between
from sdesk.store.reader.rows import ClockRow, DeskRow, Place, TicketRow

_NOTHING = "[]"
"""Most tickets have none: JSON need not be read for that."""

CalendarOf = Callable[[int], Calendar]


def instant(text: str | None) -> datetime | None:
    """A stored instant."""
    return None if text is None else datetime.fromisoformat(text)


def money(minor: int | None) -> Decimal | None:
    """A stored amount: hundredths as a decimal with two places."""
    return None if minor is None else Decimal(minor).scaleb(-2)


_CLOCKS = tuple((kind, kind.value) for kind in ClockKind)


def _clocks(row: Mapping[str, Any]) -> tuple[ClockRow, ...]:
    rows = []
    for kind, name in _CLOCKS:
        target = row[f"{name}_target"]
        if target is None:
            continue
        rows.append(
            ClockRow(
                kind=kind,
                target=target,
                consumed=row[f"{name}_consumed"],
                started_at=instant(row[f"{name}_started_at"]),
                at_risk_at=instant(row[f"{name}_at_risk_at"]),
                due_at=instant(row[f"{name}_due_at"]),
                met_at=instant(row[f"{name}_met_at"]),
                voided=bool(row[f"{name}_voided"]),
            )
        )
    return tuple(rows)


def _owed(clock: ClockRow) -> bool:
    """Whether a clock still promises something: a next reply that nobody waits for does not."""
    return clock.met_at is None and (clock.started_at is not None or clock.kind is not ClockKind.NEXT_REPLY)


def ticket_row(
    found: sqlite3.Row,
    *,
    now: datetime,
    desk: DeskRow,
    calendar_of: CalendarOf,
    unread: bool,
) -> TicketRow:
    """One row of `ticket_view`. `unread`: whether somebody else changed it since the acting agent looked."""
    # The driver's row walks its columns for each name that is asked, and here seventy are.
    row = dict(zip(found.keys(), found, strict=True))
    clocks = _clocks(row)
    due_at = instant(row["due_at"])
    stale_at = instant(row["stale_at"])
    is_open = bool(row["is_open"])
    running = [(clock.at_risk_at, clock.due_at) for clock in clocks if clock.started_at is not None]
    sla_calendar = row["sla_calendar_id"]
    due_in = None if due_at is None else time_left(due_at, now, sla_calendar, calendar_of)
    per_hour = money(row["loss_per_hour"])
    since = instant(row["loss_since"])
    counted = money(row["loss_past"])
    suspected: Decimal | None = None
    if per_hour is not None and since is not None:
        hours = row["unit_calendar_id"]
        lost = loss_so_far(per_hour, calendar_of(hours) if hours is not None else ALWAYS, since, None, now)
        if row["loss_confirmed"]:
            counted = lost if counted is None else counted + lost
        else:
            suspected = (money(row["loss_suspected"]) or Decimal(0)) + lost
    so_far = counted if suspected is None else suspected + (counted or 0)
    number = row["number"]
    tags, watchers, assets = row["tags"], row["watchers"], row["assets"]
    return TicketRow(
        number=number,
        ref=f"{desk.ref_prefix}-{number}",
        version=row["version"],
        subject=row["subject"],
        status=Status(row["status"]),
        waiting_for=None if row["waiting_for"] is None else WaitingFor(row["waiting_for"]),
        wake_at=instant(row["wake_at"]),
        priority=Priority(row["priority"]),
        priority_reason=row["priority_reason"],
        impact=Impact(row["impact"]),
        urgency=Urgency(row["urgency"]),
        service=row["service"],
        service_name=row["service_name"],
        team=row["team"],
        team_name=row["team_name"],
        assignee=row["assignee"],
        assignee_name=row["assignee_name"],
        requester_name=row["requester_name"],
        requester_email=row["requester_email"],
        unit=row["unit"],
        unit_name=row["unit_name"],
        channel=Channel(row["channel"]),
        created_at=datetime.fromisoformat(row["created_at"]),
        updated_at=datetime.fromisoformat(row["updated_at"]),
        resolved_at=instant(row["resolved_at"]),
        closed_at=instant(row["closed_at"]),
        unanswered_since=instant(row["unanswered_since"]),
        due_at=due_at,
        due_kind=None if row["due_kind"] is None else ClockKind(row["due_kind"]),
        due_in=due_in,
        sla_state=sla_state(running, stale_at, now, is_open and any(map(_owed, clocks))),
        clocks=clocks,
        loss_per_hour=per_hour,
        loss_so_far=so_far,
        loss_counted=counted,
        # What is lost for good was confirmed: a suspicion leaves nothing behind.
        loss_confirmed=bool(row["loss_confirmed"]) if since is not None else row["loss_past"] is not None,
        currency=desk.currency,
        margin_known=desk.margin_known,
        tags=tuple(sorted(json.loads(tags))) if tags != _NOTHING else (),
        unread=unread,
        sla=row["sla"],
        loss_key=row["loss_key"],
        own_impact=None if row["own_impact"] is None else Impact(row["own_impact"]),
        place=Place(row["rank"], row["key1"], row["key2"], number),
        is_incident=bool(row["is_incident"]),
        incident=row["incident"],
        calendar_id=sla_calendar,
        watchers=tuple(sorted(json.loads(watchers))) if watchers != _NOTHING else (),
        assets=tuple(sorted(json.loads(assets))) if assets != _NOTHING else (),
    )


def time_left(due_at: datetime, at: datetime, calendar_id: int | None, calendar_of: CalendarOf) -> int:
    """Working seconds from an instant to a deadline, negative once it has passed. Without a calendar: all of them."""
    calendar = calendar_of(calendar_id) if calendar_id is not None else ALWAYS
    return working_between(calendar, at, due_at) if due_at > at else -working_between(calendar, due_at, at)
