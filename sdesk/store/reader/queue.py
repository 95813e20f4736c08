"""The queue: pages in one of its orders by a keyset cursor, and counts of many views in one pass.

A page is one range of an index: never an OFFSET, never all rows, whatever the number of tickets.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from sdesk.domain.actor import Actor
from sdesk.domain.filter_fields import Flag
from sdesk.domain.filters import Filter, Match, Sort
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.ticket import Status
from sdesk.store.reader.convert import instant, money
from sdesk.store.reader.order import COLUMNS, Cursor
from sdesk.store.reader.rows import Counts
from sdesk.store.reader.where import Condition, Value, compile_filter, wall

TICKETS = "(SELECT t.*, t.id AS number, t.incident_id AS incident FROM ticket AS t)"
"""What is counted: under an aggregate SQLite keeps the joins of `ticket_view`, though it uses nothing of them."""


def condition(connection: sqlite3.Connection, actor: Actor, wanted: Filter, now: datetime) -> Condition:
    """Filter and wall together: what this actor's list is made of."""
    parts = [compile_filter(connection, wanted, actor, now)]
    hidden = wall(connection, actor)
    if hidden is not None:
        parts.append(hidden)
    return Condition(" AND ".join(part.sql for part in parts), tuple(value for part in parts for value in part.values))


def page_query(
    where: Condition,
    *,
    limit: int,
    after: Cursor | None,
    before: Cursor | None,
    sort: Sort = Sort.SLA,
    reverse: bool = False,
) -> Condition:
    """The statement for one page, with one row more than asked so that the caller sees whether it goes on."""
    columns = COLUMNS[sort]
    values: list[Value] = list(where.values)
    sql = f"SELECT * FROM ticket_view WHERE {where.sql}"
    backwards = before is not None and after is None
    cursor = before if backwards else after
    descending = backwards is not reverse
    if cursor:
        sql += f" AND ({', '.join(columns)}) {'<' if descending else '>'} ({', '.join('?' * len(columns))})"
        values.extend(cursor)
    sql += f" ORDER BY {', '.join(f'{column} DESC' if descending else column for column in columns)} LIMIT ?"
    values.append(limit + 1)
    return Condition(sql, tuple(values))


def count_query(where: Condition) -> Condition:
    """The statement that counts one list."""
    return Condition(f"SELECT count(*) FROM {TICKETS} WHERE {where.sql}", where.values)


def numbers_query(where: Condition, wanted: Filter) -> Condition:
    """The statement for the numbers of one list, in its order."""
    columns = ", ".join(f"{column} DESC" if wanted.reverse else column for column in COLUMNS[wanted.sort])
    return Condition(f"SELECT number FROM {TICKETS} WHERE {where.sql} ORDER BY {columns}", where.values)


NEXT = Filter(
    (
        Match("status", (Status.NEW, Status.OPEN)),
        Match("is", (Flag.UNASSIGNED,)),
        Match("team", ("mine",)),
    )
)
"""What should be done next is the first of these: of a team of the actor, with nobody at work on it."""


def next_query(connection: sqlite3.Connection, actor: Actor, now: datetime) -> Condition:
    """The statement for the number of the ticket that should be done next."""
    where = condition(connection, actor, NEXT, now)
    order = ", ".join(COLUMNS[NEXT.sort])
    return Condition(f"SELECT number FROM {TICKETS} WHERE {where.sql} ORDER BY {order} LIMIT 1", where.values)


def counts_query(connection: sqlite3.Connection, actor: Actor, filters: Sequence[Filter], now: datetime) -> Condition:
    """The statement that counts several views in one pass over the open tickets (and one over the others, if asked)."""
    hidden = wall(connection, actor)
    conditions = [compile_filter(connection, wanted, actor, now) for wanted in filters]
    passes = [_sums(conditions, "is_open", hidden)]
    if not all(wanted.open_only for wanted in filters):
        beyond = [
            Condition("0") if wanted.open_only else each for wanted, each in zip(filters, conditions, strict=True)
        ]
        passes.append(_sums(beyond, "NOT is_open", hidden))
    totals = ", ".join(f"sum(count{index})" for index in range(len(filters)))
    sql = f"SELECT {totals} FROM ({' UNION ALL '.join(each.sql for each in passes)})"
    return Condition(sql, tuple(value for each in passes for value in each.values))


def _sums(conditions: Sequence[Condition], which: str, hidden: Condition | None) -> Condition:
    """One pass over the tickets that an index is partial on: how many of them each condition holds for."""
    sums = ", ".join(f"coalesce(sum({each.sql}), 0) AS count{index}" for index, each in enumerate(conditions))
    behind = (Condition(which),) if hidden is None else (Condition(which), hidden)
    sql = f"SELECT {sums} FROM {TICKETS} WHERE {' AND '.join(each.sql for each in behind)}"
    return Condition(sql, tuple(value for each in (*conditions, *behind) for value in each.values))


DUE_SOON = timedelta(hours=1)


def counts(connection: sqlite3.Connection, actor: Actor, now: datetime, mailboxes: Collection[str] | None) -> Counts:
    """The queue in numbers, for this actor."""
    hidden = wall(connection, actor)
    base, wall_values = "is_open", ()
    if hidden is not None:
        base, wall_values = f"is_open AND {hidden.sql}", hidden.values  # type: ignore[assignment]
    instant_now, soon = to_rfc3339(now), to_rfc3339(now + DUE_SOON)
    open_, unassigned, breached, due_soon, stale = connection.execute(
        "SELECT count(*), coalesce(sum(assignee_id IS NULL), 0),"
        " coalesce(sum(due_at <= ? AND (stale_at IS NULL OR stale_at > ?)), 0),"
        " coalesce(sum(due_at > ? AND due_at <= ?), 0), coalesce(sum(stale_at <= ?), 0)"
        f" FROM ticket WHERE {base}",
        (instant_now, instant_now, instant_now, soon, instant_now, *wall_values),
    ).fetchone()
    burning, per_hour, suspected = connection.execute(
        "SELECT coalesce(sum(loss_confirmed), 0), coalesce(sum(CASE WHEN loss_confirmed THEN loss_per_hour END), 0),"
        " coalesce(sum(NOT loss_confirmed), 0)"
        f" FROM ticket WHERE {base} AND loss_per_hour IS NOT NULL AND loss_since IS NOT NULL",
        wall_values,
    ).fetchone()
    quarantined = 0
    if hidden is None:
        quarantined = connection.execute("SELECT count(*) FROM quarantine WHERE ended_at IS NULL").fetchone()[0]
    # The mailbox that was left alone for longest, and the one that fails for longest: a good one hides neither.
    asked = "WITH asked AS (SELECT * FROM mailbox_state WHERE ? IS NULL OR mailbox IN (SELECT value FROM json_each(?)))"
    named = None if mailboxes is None else json.dumps(sorted(mailboxes))
    fetched_at, fetch_error = connection.execute(
        f"{asked} SELECT (SELECT min(last) FROM (SELECT max(fetched_at) AS last FROM asked GROUP BY mailbox)),"
        " (SELECT mailbox || ': ' || last_error FROM asked WHERE last_error IS NOT NULL"
        " ORDER BY failures DESC, mailbox LIMIT 1)",
        (named, named),
    ).fetchone()
    return Counts(
        open=open_,
        unassigned=unassigned,
        breached=breached,
        due_within_hour=due_soon,
        stale=stale,
        burning=burning,
        burning_per_hour=money(per_hour) or Decimal(0),
        suspected=suspected,
        quarantine=quarantined,
        fetched_at=instant(fetched_at),
        fetch_error=fetch_error,
    )
