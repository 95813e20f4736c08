"""Clocks: the sum of a clock is that of its runs, and its instants follow from them, its promise and the calendar."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sdesk.domain.alerts import alerts
from sdesk.domain.clock import (
    NO_PROMISE,
    Clock,
    Clocks,
    Promise,
    Run,
    Targets,
    deadlines,
    earliest_due,
    stale_at,
)
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.ticket import ClockKind, Priority
from sdesk.domain.urgency import STALE_PRIORITIES
from sdesk.store import calendars
from sdesk.store.check.finding import Finding, Part

_SUMS = " UNION ALL ".join(
    f"SELECT t.id, '{kind}', t.{kind}_consumed, coalesce(r.total, 0) FROM ticket AS t LEFT JOIN"
    f" (SELECT ticket_id, sum(seconds) AS total FROM clock_run WHERE NOT past AND kind = '{kind}' GROUP BY ticket_id)"
    f" AS r ON r.ticket_id = t.id WHERE t.{kind}_consumed <> coalesce(r.total, 0)"
    for kind in ClockKind
)
_RUNS = (
    "SELECT id, ticket_id, kind, seconds FROM clock_run AS r WHERE seconds < 0 OR stopped_at < started_at"
    " OR seconds > CAST(strftime('%s', stopped_at) AS INTEGER) - CAST(strftime('%s', started_at) AS INTEGER)"
    # A promise in another calendar carries the share that was consumed: a minute may be hours of a longer target.
    " AND NOT EXISTS (SELECT 1 FROM history AS h WHERE h.ticket_id = r.ticket_id AND h.event = 'promise')"
)
_OVER = " UNION ALL ".join(
    f"SELECT id, '{kind}', status FROM ticket WHERE status IN ('closed', 'merged', 'spam')"
    f" AND {kind}_started_at IS NOT NULL"
    for kind in ClockKind
)


def _sums(connection: sqlite3.Connection, now: datetime) -> Iterator[Finding]:
    for number, kind, says, total in connection.execute(_SUMS):
        what = f"ticket {number}: the runs of its {kind} clock are {total} s, it says {says} s"
        yield Finding("clocks", what, number, "ticket", number, mends=True)
    for row, number, kind, seconds in connection.execute(_RUNS):
        what = f"ticket {number}: run {row} of its {kind} clock counts {seconds} s, which do not fit between its ends"
        yield Finding("clocks", what, number, "clock_run", row)
    for number, kind, status in connection.execute(_OVER):
        yield Finding("clocks", f"ticket {number} is {status}, and its {kind} clock runs", number, "ticket", number)


def _mend_sums(connection: sqlite3.Connection, now: datetime, found: list[Finding]) -> None:
    for number in {each.ticket for each in found if each.mends}:
        for kind in ClockKind:
            connection.execute(
                f"UPDATE ticket SET {kind}_consumed = (SELECT coalesce(sum(seconds), 0) FROM clock_run"
                " WHERE ticket_id = ticket.id AND kind = ? AND NOT past) WHERE id = ?",
                (kind, number),
            )


def _instants(connection: sqlite3.Connection, now: datetime) -> Iterator[Finding]:
    promises = _promises(connection)
    for row, runs in _open_tickets(connection):
        wrong = [
            f"{name} is {row[name] or 'none'}, and should be {value or 'none'}"
            for name, value in _derived(row, runs, promises, now).items()
            if name not in {"alert_at", "alerts"} and row[name] != value
        ]
        if wrong:
            number = row["id"]
            yield Finding(
                "clocks", f"ticket {number}: its {'; its '.join(wrong)}", number, "ticket", number, mends=True
            )


def _mend_instants(connection: sqlite3.Connection, now: datetime, found: list[Finding]) -> None:
    wrong = {each.ticket for each in found}
    promises = _promises(connection)
    for row, runs in list(_open_tickets(connection)):
        if row["id"] in wrong:
            columns = _derived(row, runs, promises, now)
            connection.execute(
                f"UPDATE ticket SET {', '.join(f'{name} = ?' for name in columns)} WHERE id = ?",
                (*columns.values(), row["id"]),
            )


def _open_tickets(connection: sqlite3.Connection) -> Iterator[tuple[sqlite3.Row, Mapping[str, list[Run]]]]:
    """Open tickets with a clock that may run, and their runs."""
    runs: dict[int, dict[str, list[Run]]] = defaultdict(lambda: defaultdict(list))
    for number, kind, started, stopped, seconds in connection.execute(
        "SELECT r.ticket_id, r.kind, r.started_at, r.stopped_at, r.seconds FROM clock_run AS r"
        " JOIN ticket AS t ON t.id = r.ticket_id WHERE t.is_open AND NOT r.past ORDER BY r.id"
    ):
        runs[number][kind].append(Run(datetime.fromisoformat(started), datetime.fromisoformat(stopped), seconds))
    for row in connection.execute("SELECT * FROM ticket WHERE is_open ORDER BY id"):
        yield row, runs.get(row["id"], {})


def _derived(
    row: sqlite3.Row, runs: Mapping[str, list[Run]], promises: Mapping[tuple[int, str], Promise], now: datetime
) -> dict[str, Any]:
    """The columns that follow from the clocks, as the store has them."""
    promise = promises.get((row["sla_id"], row["priority"]), NO_PROMISE)
    clocks = Clocks(*(_clock(row, kind, runs.get(kind, [])) for kind in ClockKind))
    columns: dict[str, datetime | None] = {}
    risks = []
    for clock in clocks.each():
        follows = deadlines(clock, promise)
        columns[f"{clock.kind}_at_risk_at"], columns[f"{clock.kind}_due_at"] = follows.at_risk_at, follows.due_at
        if follows.at_risk_at is not None:
            risks.append(follows.at_risk_at)
    due = earliest_due(clocks, promise.calendar)
    columns["due_at"] = None if due is None else due[0]
    columns["stale_at"] = stale_at(clocks, promise)
    columns["risk_at"] = min(risks, default=None)
    told, columns["alert_at"] = alerts(clocks, promise, json.loads(row["alerts"] or "{}"), now)
    texts: dict[str, Any] = {name: None if at is None else to_rfc3339(at) for name, at in columns.items()}
    texts["due_kind"] = None if due is None else due[1].value
    texts["alerts"] = json.dumps(told, separators=(",", ":")) if told else None
    return texts


def _clock(row: sqlite3.Row, kind: ClockKind, runs: list[Run]) -> Clock:
    return Clock(
        kind=kind,
        target=row[f"{kind}_target"],
        consumed=row[f"{kind}_consumed"],
        started_at=_instant(row[f"{kind}_started_at"]),
        met_at=_instant(row[f"{kind}_met_at"]),
        voided=bool(row[f"{kind}_voided"]),
        runs=tuple(runs),
    )


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _promises(connection: sqlite3.Connection) -> dict[tuple[int, str], Promise]:
    """What each SLA promises for each priority."""
    built = {
        row["id"]: calendars.build(
            row["key"], row["time_zone"], *(json.loads(row[name]) for name in ("hours", "free", "working"))
        )
        for row in connection.execute("SELECT * FROM calendar")
    }
    targets = {
        (row["sla_id"], row["priority"]): Targets(row["first_response"], row["next_reply"], row["resolution"])
        for row in connection.execute("SELECT * FROM sla_target")
    }
    return {
        (row["id"], priority.value): Promise(
            built[row["calendar_id"]],
            targets.get((row["id"], priority.value), NO_PROMISE.targets),
            row["warn_at"],
            row["stale_at"] if priority in STALE_PRIORITIES else None,
        )
        for row in connection.execute("SELECT * FROM sla")
        for priority in Priority
    }


SUMS = Part("clocks", _sums, _mend_sums)
INSTANTS = Part("clocks", _instants, _mend_instants)
