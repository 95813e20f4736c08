"""A piece of equipment whole: its tickets and what they cost, its checks and what they say, what was changed of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sdesk.domain.actor import Actor
from sdesk.domain.outage import loss_so_far
from sdesk.domain.worktime import ALWAYS, Calendar
from sdesk.store.reader.assets import AssetRow, ChangeRow, changes_of, require_asset
from sdesk.store.reader.convert import instant, money
from sdesk.store.reader.rows import DeskRow
from sdesk.store.reader.where import wall

MOST_TICKETS = 100
"""That are listed: the newest."""
MOST_CHECKS = 100


class CheckRow(NamedTuple):
    """A check of monitoring that told of a piece of equipment, and has a ticket."""

    source: str
    key: str
    state: str
    """down or up."""
    last_at: datetime
    """When it was last heard of."""
    number: int
    """Its ticket."""


class AssetDetail(NamedTuple):
    """A piece of equipment, as an agent may know it."""

    asset: AssetRow
    tickets: tuple[int, ...]
    """The newest first, a hundred at most."""
    all_tickets: int
    open_tickets: int
    loss: Decimal
    """What its confirmed outages have cost until now."""
    time_spent: int
    """Seconds that agents wrote down."""
    checks: tuple[CheckRow, ...]
    changes: tuple[ChangeRow, ...]
    """Oldest first."""
    currency: str
    prefix: str
    """Before a ticket's number."""


def detail(
    connection: sqlite3.Connection,
    actor: Actor,
    number: str,
    desk: DeskRow,
    calendar_of: Callable[[int], Calendar],
    now: datetime,
) -> AssetDetail:
    """NotFound for a number that nothing has."""
    asset = require_asset(connection, number)
    (key,) = connection.execute("SELECT id FROM asset WHERE inventory_number = ?", (asset.number,)).fetchone()
    hidden = wall(connection, actor, "t.team_id")
    beyond, values = ("", ()) if hidden is None else (f" AND {hidden.sql}", hidden.values)
    # What was merged goes on in another, which is about it too; spam is nobody's work.
    of = (
        "FROM ticket_asset AS y JOIN ticket AS t ON t.id = y.ticket_id"
        f" WHERE y.asset_id = ? AND t.status NOT IN ('merged', 'spam'){beyond}"
    )
    given = (key, *values)
    count, still = connection.execute(f"SELECT count(*), coalesce(sum(t.is_open), 0) {of}", given).fetchone()
    numbers = connection.execute(f"SELECT t.id {of} ORDER BY t.id DESC LIMIT {MOST_TICKETS}", given)
    spent = connection.execute(
        f"SELECT coalesce(sum(s.seconds), 0) FROM time_spent AS s WHERE s.ticket_id IN (SELECT t.id {of})", given
    ).fetchone()
    checks = connection.execute(
        "SELECT e.source, e.key, e.state, e.last_at, t.id FROM check_event AS e JOIN ticket AS t ON t.id = e.ticket_id"
        f" WHERE e.state IN ('down', 'up') AND e.asset_id = ?{beyond} ORDER BY e.source, e.key LIMIT {MOST_CHECKS}",
        given,
    )
    return AssetDetail(
        asset=asset,
        tickets=tuple(row[0] for row in numbers),
        all_tickets=count,
        open_tickets=still,
        loss=_loss(connection, of, given, calendar_of, now),
        time_spent=spent[0],
        checks=tuple(CheckRow(row[0], row[1], row[2], datetime.fromisoformat(row[3]), row[4]) for row in checks),
        changes=changes_of(connection, number),
        currency=desk.currency,
        prefix=desk.ref_prefix,
    )


def _loss(
    connection: sqlite3.Connection,
    of: str,
    given: tuple[object, ...],
    calendar_of: Callable[[int], Calendar],
    now: datetime,
) -> Decimal:
    """What is settled of confirmed outages, and what one that lasts has cost since then."""
    rows = connection.execute(
        "SELECT x.loss_past, x.loss_per_hour, x.loss_since, x.loss_confirmed, u.calendar_id FROM ticket AS x"
        f" LEFT JOIN unit AS u ON u.id = x.unit_id WHERE x.id IN (SELECT t.id {of})",
        given,
    )
    total = Decimal("0.00")
    for past, per_hour, since, confirmed, calendar_id in rows:
        total += money(past) or Decimal(0)
        start, rate = instant(since), money(per_hour)
        if start is not None and rate is not None and confirmed:
            hours = ALWAYS if calendar_id is None else calendar_of(calendar_id)
            total += loss_so_far(rate, hours, start, None, now)
    return total
