"""Outages out of `outage_view`, with what they have cost so far."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from sdesk.domain.actor import Actor
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.slices import loss_within, read_slices
from sdesk.domain.worktime import ALWAYS, Calendar
from sdesk.store.reader.convert import instant, money
from sdesk.store.reader.desk_rows import OutageRow, SliceRow
from sdesk.store.reader.rows import DeskRow
from sdesk.store.reader.where import wall


def outages(
    connection: sqlite3.Connection,
    actor: Actor,
    desk: DeskRow,
    calendar_of: Callable[[int], Calendar],
    *,
    now: datetime,
    number: int | None = None,
    unit: str | None = None,
    since: datetime | None = None,
) -> tuple[OutageRow, ...]:
    """Outages, oldest first: of a ticket, of a unit, those that touch the time since an instant; behind walls none."""
    parts, values = ["1"], []
    for condition, value in (
        ("number = ?", number),
        ("unit_id = (SELECT id FROM unit WHERE key = ?)", unit),
        ("(down_to IS NULL OR down_to > ?)", None if since is None else to_rfc3339(since)),
    ):
        if value is not None:
            parts.append(condition)
            values.append(value)
    hidden = wall(connection, actor)
    if hidden is not None:
        parts.append(hidden.sql)
        values.extend(hidden.values)  # type: ignore[arg-type]  # integers, beside text
    found = connection.execute(
        f"SELECT * FROM outage_view WHERE {' AND '.join(parts)} ORDER BY down_from, id", values
    ).fetchall()
    return tuple(_outage(row, desk, calendar_of, now) for row in found)


def _outage(row: sqlite3.Row, desk: DeskRow, calendar_of: Callable[[int], Calendar], now: datetime) -> OutageRow:
    calendar = ALWAYS if row["unit_calendar_id"] is None else calendar_of(row["unit_calendar_id"])
    slices = read_slices(json.loads(row["slices"])) if row["slices"] else ()
    down_to = instant(row["down_to"])
    until = now if down_to is None else down_to
    pieces = tuple(
        SliceRow(each.start, each.end, each.share, each.per_hour, loss_within([each], calendar, each.start, until))
        for each in slices
    )
    # One of an older store has no slices: what was stored when it ended is all that is known of it.
    so_far = sum((each.loss for each in pieces), Decimal("0.00")) if pieces else money(row["loss"]) or Decimal(0)
    return OutageRow(
        id=row["id"],
        number=row["number"],
        ref=f"{desk.ref_prefix}-{row['number']}",
        unit=row["unit"],
        unit_name=row["unit_name"],
        service=row["service"],
        service_name=row["service_name"],
        down_from=datetime.fromisoformat(row["down_from"]),
        down_to=down_to,
        share=Decimal(row["share"]),
        confirmed=bool(row["confirmed"]),
        per_hour=money(row["per_hour"]),
        loss_so_far=so_far,
        currency=desk.currency,
        slices=pieces,
    )
