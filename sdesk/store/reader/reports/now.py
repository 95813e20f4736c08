"""What must be done right now: open tickets by their most urgent need, counted in one index; proposals; stuck mail.

Each ticket has one need, the first that holds of `Need`. Totals count it under every need that it has, as a list does.
What is part of an incident is left out: the incident stands for it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from sdesk.domain.actor import Actor
from sdesk.domain.filters import Filter
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.ticket import Priority
from sdesk.domain.urgency import RANK_PART, STALE_PRIORITIES
from sdesk.store.reader import incidents
from sdesk.store.reader.convert import instant, money
from sdesk.store.reader.queue import TICKETS
from sdesk.store.reader.rows import IncidentRow
from sdesk.store.reader.where import Condition, Value, compile_filter, wall

STUCK_AFTER = timedelta(minutes=10)
"""A mail that should have gone so long ago: nobody sends."""


class Need(StrEnum):
    """What a ticket needs, the most urgent first."""

    BURNING = "burning"
    """Its outage runs."""
    STALE = "stale"
    """Its promise is broken twice over: a decision for the lead."""
    BREACHED = "breached"
    AT_RISK = "at_risk"
    UNANSWERED = "unanswered"
    """The requester waits for an answer."""
    UNASSIGNED = "unassigned"
    """Nobody has it, and it does not wait."""


_STALE_WORDS = ", ".join(f"'{priority.value}'" for priority in Priority if priority in STALE_PRIORITIES)
_HOLDS: Mapping[Need, str] = {
    Need.BURNING: "loss_since IS NOT NULL",
    Need.STALE: f"(stale_at <= :now AND priority IN ({_STALE_WORDS}))",
    Need.BREACHED: "due_at <= :now",
    Need.AT_RISK: "(due_at > :now AND risk_at <= :now)",
    Need.UNANSWERED: "unanswered_since IS NOT NULL",
    Need.UNASSIGNED: "(assignee_id IS NULL AND status <> 'waiting')",
}
_CASES = " ".join(f"WHEN {holds} THEN '{need.value}'" for need, holds in _HOLDS.items())
_FIRST = f"CASE {_CASES} END"


_COUNTED = "is_open = 1"
"""Said beside `is_open`, which makes the index fit: with this it is sought, by its team where one is named."""


class MailTrouble(NamedTuple):
    """Mail that stands still."""

    quarantine: int
    failed: int
    held: int
    waiting: int
    """Should have gone more than ten minutes ago."""
    waiting_since: datetime | None
    fetch_error: str | None
    """`support: login refused`: of the mailbox that fails for longest."""

    @property
    def any(self) -> bool:
        """Whether there is something to say."""
        return bool(self.quarantine or self.failed or self.held or self.waiting or self.fetch_error)


class NowFacts(NamedTuple):
    """What the store knows of it."""

    open: int
    total: Mapping[Need, int]
    """As a list counts: a ticket may be in several."""
    first: Mapping[Need, int]
    """Each ticket once, under its most urgent need."""
    numbers: Mapping[Need, tuple[int, ...]]
    """The first of those, in the urgency order; of outages, the most costly. None of the stale: they are a question."""
    loss_per_hour: Decimal
    """Of confirmed outages."""
    suspected_per_hour: Decimal
    proposals: tuple[IncidentRow, ...]
    mail: MailTrouble | None
    """None where it was not asked for, or is not the actor's to see."""


def facts(
    connection: sqlite3.Connection,
    actor: Actor,
    wanted: Filter,
    now: datetime,
    *,
    limit: int,
    mailboxes: Collection[str] | None,
) -> NowFacts:
    """For this actor, narrowed to a filter; `limit` rows of each need (0: all).

    Without a filter, proposals and mail too. `mailboxes`: those that are fetched; None where nobody knows.
    """
    base = _base(connection, actor, wanted, now)
    first, total, opened = _counts(connection, base)
    confirmed, suspected = _losses(connection, base)
    numbers: dict[Need, tuple[int, ...]] = {
        need: _numbers(connection, base, need, limit) if first[need] else () for need in Need if need is not Need.STALE
    }
    whole = not wanted.terms
    return NowFacts(
        opened,
        total,
        first,
        numbers,
        confirmed,
        suspected,
        incidents.proposals(connection, actor) if whole else (),
        _mail(connection, actor, now, mailboxes) if whole else None,
    )


class Base(NamedTuple):
    """The open tickets that are asked about, as a condition; its parameters have names, since `:now` stands often."""

    sql: str
    values: dict[str, Value]


def _base(connection: sqlite3.Connection, actor: Actor, wanted: Filter, now: datetime) -> Base:
    parts = [Condition(f"is_open AND rank <> {RANK_PART}")]
    if wanted.terms:
        parts.append(compile_filter(connection, wanted, actor, now))
    if (hidden := wall(connection, actor)) is not None:
        parts.append(hidden)
    values: dict[str, Value] = {"now": to_rfc3339(now)}
    words = []
    for part in parts:
        pieces = part.sql.split("?")
        named = pieces[0]
        for value, piece in zip(part.values, pieces[1:], strict=True):
            name = f"v{len(values)}"
            values[name] = value
            named += f":{name}{piece}"
        words.append(f"({named})" if len(parts) > 1 and part is not parts[0] else named)
    return Base(" AND ".join(words), values)


def counts_query(base: Base) -> str:
    """The statement that counts every need in one pass over one index."""
    firsts = ", ".join(f"coalesce(sum(need = '{need.value}'), 0)" for need in Need)
    totals = ", ".join(f"coalesce(sum({need.value}), 0)" for need in Need)
    flags = ", ".join(f"{_HOLDS[need]} AS {need.value}" for need in Need)
    inner = f"SELECT {_FIRST} AS need, {flags} FROM {TICKETS} WHERE {base.sql} AND {_COUNTED}"
    return f"SELECT count(*), {firsts}, {totals} FROM ({inner})"


def _counts(connection: sqlite3.Connection, base: Base) -> tuple[dict[Need, int], dict[Need, int], int]:
    row = connection.execute(counts_query(base), base.values).fetchone()
    needs = list(Need)
    first = dict(zip(needs, row[1 : 1 + len(needs)], strict=True))
    return first, dict(zip(needs, row[1 + len(needs) :], strict=True)), row[0]


def numbers_query(base: Base, need: Need) -> str:
    """The statement for the tickets of one need in their order.

    The pluses keep SQLite in the index that it counts by.
    """
    if need is Need.BURNING:
        holds, order = f"loss_per_hour IS NOT NULL AND {_HOLDS[need]}", "loss_per_hour DESC, number"
    else:
        holds, order = f"{_COUNTED} AND {_FIRST} = '{need.value}'", "+rank, +key1, +key2, number"
    return f"SELECT number FROM {TICKETS} WHERE {base.sql} AND {holds} ORDER BY {order} LIMIT :limit"


def _numbers(connection: sqlite3.Connection, base: Base, need: Need, limit: int) -> tuple[int, ...]:
    found = connection.execute(numbers_query(base, need), {**base.values, "limit": limit or -1})
    return tuple(row[0] for row in found)


def _losses(connection: sqlite3.Connection, base: Base) -> tuple[Decimal, Decimal]:
    row = connection.execute(
        "SELECT coalesce(sum(CASE WHEN loss_confirmed THEN loss_per_hour END), 0),"
        " coalesce(sum(CASE WHEN NOT loss_confirmed THEN loss_per_hour END), 0)"
        f" FROM {TICKETS} WHERE {base.sql} AND loss_per_hour IS NOT NULL AND loss_since IS NOT NULL",
        base.values,
    ).fetchone()
    return money(row[0]) or Decimal(0), money(row[1]) or Decimal(0)


def _mail(
    connection: sqlite3.Connection, actor: Actor, now: datetime, mailboxes: Collection[str] | None
) -> MailTrouble | None:
    """What stands still; only for who sees over all walls, since nobody knows yet whose it is."""
    if wall(connection, actor) is not None:
        return None
    stuck = {"failed": 0, "held": 0}
    stuck |= dict(
        connection.execute("SELECT state, count(*) FROM outbox WHERE state IN ('failed', 'held') GROUP BY state")
    )
    waiting, since = connection.execute(
        "SELECT count(*), min(send_after) FROM outbox WHERE state = 'queued' AND send_after <= ?",
        (to_rfc3339(now - STUCK_AFTER),),
    ).fetchone()
    failing = connection.execute(
        "SELECT mailbox, last_error FROM mailbox_state WHERE last_error IS NOT NULL"
        " AND (?1 IS NULL OR mailbox IN (SELECT value FROM json_each(?1))) ORDER BY failures DESC, mailbox LIMIT 1",
        (None if mailboxes is None else json.dumps(sorted(mailboxes)),),
    ).fetchone()
    quarantine = connection.execute("SELECT count(*) FROM quarantine WHERE ended_at IS NULL").fetchone()[0]
    return MailTrouble(
        quarantine,
        stuck["failed"],
        stuck["held"],
        waiting,
        instant(since),
        None if failing is None else f"{failing[0]}: {failing[1]}",
    )
