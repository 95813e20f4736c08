"""SLAs as a front end needs them, and all that the store keeps of one ticket's promises."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sdesk.domain.clock import NO_PROMISE, Clock, Promise, Run, Targets
from sdesk.domain.errors import NotFound
from sdesk.domain.phrase import phrase
from sdesk.domain.story.eras import ALWAYS as ALWAYS_KEY
from sdesk.domain.story.tell import past_rounds
from sdesk.domain.story.values import Event, Facts, Stored
from sdesk.domain.ticket import ClockKind, Priority
from sdesk.domain.urgency import STALE_PRIORITIES
from sdesk.domain.worktime import ALWAYS, Calendar
from sdesk.store.reader.convert import instant
from sdesk.store.reader.detail_rows import HistoryRow
from sdesk.store.reader.organisation_rows import SlaRow
from sdesk.store.reader.rows import TicketRow

_CALENDAR = "calendar "
"""What the history of the desk calls one of those that a desk file changed."""


def slas(connection: sqlite3.Connection) -> tuple[SlaRow, ...]:
    """The SLAs that hold, by key, with what each promises and to whom."""
    found = connection.execute(
        "SELECT s.id, s.key, c.key AS calendar, c.id AS calendar_id, s.warn_at, s.stale_at"
        " FROM sla AS s JOIN calendar AS c ON c.id = s.calendar_id WHERE s.retired_at IS NULL ORDER BY s.key"
    ).fetchall()
    targets: dict[int, dict[Priority, Targets]] = {}
    for row in connection.execute("SELECT sla_id, priority, first_response, next_reply, resolution FROM sla_target"):
        targets.setdefault(row[0], {})[Priority(row[1])] = Targets(row[2], row[3], row[4])
    users: dict[tuple[str, int], list[str]] = {}
    for table in ("team", "service"):
        for sla_id, key in connection.execute(
            f"SELECT sla_id, key FROM {table} WHERE sla_id IS NOT NULL AND retired_at IS NULL ORDER BY key"
        ):
            users.setdefault((table, sla_id), []).append(key)
    return tuple(
        SlaRow(
            key=row["key"],
            calendar=row["calendar"],
            calendar_id=row["calendar_id"],
            warn_at=row["warn_at"],
            stale_at=row["stale_at"],
            targets={each: targets.get(row["id"], {}).get(each, NO_PROMISE.targets) for each in Priority},
            teams=tuple(users.get(("team", row["id"]), ())),
            services=tuple(users.get(("service", row["id"]), ())),
        )
        for row in found
    )


def sla(connection: sqlite3.Connection, key: str) -> SlaRow:
    """One of them; NotFound."""
    known = {row.key: row for row in slas(connection)}
    if key not in known:
        raise NotFound(
            phrase("there is no SLA `{key}`", key=key),
            phrase("the desk has: {known}", known=", ".join(known) or "none"),
        )
    return known[key]


def facts(
    connection: sqlite3.Connection,
    ticket: TicketRow,
    history: Sequence[HistoryRow],
    calendar_of: Callable[[int], Calendar],
    now: datetime,
) -> Facts:
    """All that a ticket's promises can be told from. Whoever asks may see the ticket: that is the caller's to know."""
    row = dict(connection.execute("SELECT * FROM ticket_view WHERE number = ?", (ticket.number,)).fetchone())
    runs: dict[tuple[str, bool], list[Run]] = {}
    for kind, started_at, stopped_at, seconds, past in connection.execute(
        "SELECT clock, started_at, stopped_at, seconds, past FROM clock_run_view WHERE number = ? ORDER BY id",
        (ticket.number,),
    ):
        run = Run(datetime.fromisoformat(started_at), datetime.fromisoformat(stopped_at), seconds)
        runs.setdefault((kind, bool(past)), []).append(run)
    calendars = {key: calendar_of(number) for number, key in connection.execute("SELECT id, key FROM calendar")}
    cuts = [each.at for each in history if each.event in ("promise", "deadline_moved")]
    return Facts(
        opened_at=ticket.created_at,
        now=now,
        events=tuple(Event(each.at, each.actor, each.event, each.data) for each in history),
        clocks=tuple(_stored(kind, row, runs, cuts) for kind in ClockKind),
        sla=ticket.sla,
        promise=_promise(connection, row, ticket.priority, calendar_of),
        calendars={ALWAYS_KEY: ALWAYS, **calendars},
        hours_changed=_hours_changed(connection),
    )


def _stored(
    kind: ClockKind,
    row: Mapping[str, Any],
    runs: Mapping[tuple[str, bool], Sequence[Run]],
    cuts: Sequence[datetime],
) -> Stored:
    def column(name: str) -> Any:
        return row[f"{kind.value}_{name}"]

    clock = Clock(
        kind=kind,
        target=column("target"),
        consumed=column("consumed"),
        started_at=instant(column("started_at")),
        met_at=instant(column("met_at")),
        voided=bool(column("voided")),
        runs=tuple(runs.get((kind.value, False), ())),
    )
    past = past_rounds(runs.get((kind.value, True), ()), cuts)
    return Stored(clock, past, instant(column("at_risk_at")), instant(column("due_at")))


def _promise(
    connection: sqlite3.Connection,
    row: Mapping[str, Any],
    priority: Priority,
    calendar_of: Callable[[int], Calendar],
) -> Promise:
    if row["sla_id"] is None:
        return NO_PROMISE
    found = connection.execute("SELECT warn_at, stale_at FROM sla WHERE id = ?", (row["sla_id"],)).fetchone()
    target = connection.execute(
        "SELECT first_response, next_reply, resolution FROM sla_target WHERE sla_id = ? AND priority = ?",
        (row["sla_id"], priority.value),
    ).fetchone()
    return Promise(
        calendar_of(row["sla_calendar_id"]),
        NO_PROMISE.targets if target is None else Targets(*target),
        found[0],
        found[1] if priority in STALE_PRIORITIES else None,
    )


def _hours_changed(connection: sqlite3.Connection) -> tuple[tuple[datetime, str], ...]:
    """When desk files changed the hours of which calendar."""
    found = connection.execute(
        "SELECT at, data FROM history WHERE event = 'desk_file_applied' AND ticket_id IS NULL ORDER BY id"
    )
    return tuple(
        (datetime.fromisoformat(at), what.removeprefix(_CALENDAR))
        for at, data in found
        for what in json.loads(data).get("changed", ())
        if what.startswith(_CALENDAR)
    )
