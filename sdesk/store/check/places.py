"""The mark for open tickets, and the order keys of the queue: they follow from what a ticket says."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from sdesk.domain.duration import parse_duration
from sdesk.domain.ticket import OPEN_STATUSES, Priority, Status
from sdesk.domain.urgency import DEFAULT_HEAD_START, loss_key, place
from sdesk.store.check.finding import Finding, Part

_OPEN = ", ".join(f"'{status}'" for status in sorted(OPEN_STATUSES))
_ROWS = (
    "SELECT t.id, t.status, t.priority, t.created_at, t.due_at, t.stale_at, t.wake_at, t.loss_per_hour, t.resolved_at,"
    " t.is_incident, t.rank, t.key1, t.key2, t.loss_key,"
    " (SELECT i.id FROM ticket AS i WHERE i.id = t.incident_id AND i.is_open) AS incident"
    " FROM ticket AS t ORDER BY t.id"
)
_PARTS = "SELECT min(priority), min(due_at), sum(loss_per_hour) FROM ticket WHERE incident_id = ? AND is_open"

_Keys = tuple[int, int, int, int]


def _marks(connection: sqlite3.Connection, now: datetime) -> Iterator[Finding]:
    for number, status in connection.execute(f"SELECT id, status FROM ticket WHERE is_open <> (status IN ({_OPEN}))"):
        what = f"ticket {number} is {status}, and its mark for open tickets says otherwise"
        yield Finding("queue", what, number, "ticket", number, mends=True)


def _mend_marks(connection: sqlite3.Connection, now: datetime, found: list[Finding]) -> None:
    connection.execute(f"UPDATE ticket SET is_open = (status IN ({_OPEN})) WHERE is_open <> (status IN ({_OPEN}))")


def _places(connection: sqlite3.Connection, now: datetime) -> Iterator[Finding]:
    head_start = _head_start(connection)
    for row in connection.execute(_ROWS):
        has = (row["rank"], row["key1"], row["key2"], row["loss_key"])
        if has in (_keys(connection, row, head_start, now, late) for late in _staleness(row, now)):
            continue
        number, should = row["id"], _keys(connection, row, head_start, now, _staleness(row, now)[0])
        what = f"ticket {number} has the place {_said(has)} in the queue, and should have {_said(should)}"
        yield Finding("queue", what, number, "ticket", number, mends=True)


def _mend_places(connection: sqlite3.Connection, now: datetime, found: list[Finding]) -> None:
    wrong, head_start = {each.ticket for each in found}, _head_start(connection)
    for row in connection.execute(_ROWS).fetchall():
        if row["id"] in wrong:
            connection.execute(
                "UPDATE ticket SET rank = ?, key1 = ?, key2 = ?, loss_key = ? WHERE id = ?",
                (*_keys(connection, row, head_start, now, _staleness(row, now)[0]), row["id"]),
            )


def _staleness(row: sqlite3.Row, now: datetime) -> tuple[bool, ...]:
    """Whether it is stale now. Before the next sweep, which moves what has become stale, it may not stand so yet."""
    if row["stale_at"] is None or datetime.fromisoformat(row["stale_at"]) > now:
        return (False,)
    return (True, False)


def _keys(
    connection: sqlite3.Connection, row: sqlite3.Row, head_start: Mapping[Priority, int], now: datetime, stale: bool
) -> _Keys:
    """As `desk/steps/clocks.put_in_place` has it: an incident stands where the most urgent of its parts would."""
    priority, due_at, loss = row["priority"], row["due_at"], row["loss_per_hour"] or 0
    if row["is_incident"]:
        worst, next_due, more = connection.execute(_PARTS, (row["id"],)).fetchone()
        priority = min(filter(None, (priority, worst)))
        due_at, loss = min(filter(None, (due_at, next_due)), default=None), loss + (more or 0)
    status, money = Status(row["status"]), Decimal(loss).scaleb(-2)
    found = place(
        status=status,
        priority=Priority(priority),
        created_at=datetime.fromisoformat(row["created_at"]),
        due_at=_instant(due_at),
        stale=stale,
        wake_at=_instant(row["wake_at"]),
        loss_per_hour=money,
        head_start=head_start,
        done_at=_instant(row["resolved_at"]),
        incident=row["incident"],
    )
    counts = row["incident"] is None and status in OPEN_STATUSES
    return found.rank, found.key1, found.key2, loss_key(money) if counts else 0


def _head_start(connection: sqlite3.Connection) -> Mapping[Priority, int]:
    row = connection.execute("SELECT rules FROM desk").fetchone()
    rules = {} if row is None else json.loads(row[0])
    if "head_start" not in rules:
        return DEFAULT_HEAD_START
    return {Priority(key): parse_duration(value) for key, value in rules["head_start"].items()}


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _said(keys: _Keys) -> str:
    return "/".join(map(str, keys))


MARKS = Part("queue", _marks, _mend_marks)
PLACES = Part("queue", _places, _mend_places)
