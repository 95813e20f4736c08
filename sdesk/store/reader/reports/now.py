"""What must be done right now: open tickets by their most urgent need, counted in one index; proposals; stuck mail.

Each ticket has one need, the first that holds of `Need`. Totals count it under every need that it has.
An incident and its open parts are one: it needs what one of them needs; no part is there by itself.
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
from sdesk.store.reader.detail_rows import IncidentRow
from sdesk.store.reader.queue import TICKETS
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
    Need.BREACHED: "(due_at <= :now AND (stale_at IS NULL OR stale_at > :now))",
    Need.AT_RISK: "(due_at > :now AND risk_at <= :now)",
    Need.UNANSWERED: "unanswered_since IS NOT NULL",
    Need.UNASSIGNED: "(assignee_id IS NULL AND status <> 'waiting')",
}
_CASES = " ".join(f"WHEN {holds} THEN '{need.value}'" for need, holds in _HOLDS.items())
_FIRST = f"CASE {_CASES} END"
"""Of a ticket by itself."""
_FLAGS = ", ".join(f"coalesce({holds}, 0) AS {need.value}" for need, holds in _HOLDS.items())
_ANY = ", ".join(f"max({need.value}) AS {need.value}" for need in Need if need is not Need.UNASSIGNED)
# Whoever has the incident has its parts: who has those alone is no need of it.
_TOGETHER = (
    f"{_ANY}, max(CASE WHEN rank <> {RANK_PART} THEN unassigned END) AS unassigned,"
    " max(breached AND NOT stale) AS late, max(at_risk AND NOT stale) AS near"
)
_FIRST_OF_ALL = (
    "CASE WHEN burning THEN 'burning' WHEN late THEN 'breached' WHEN near THEN 'at_risk' WHEN stale THEN 'stale'"
    " WHEN unanswered THEN 'unanswered' WHEN unassigned THEN 'unassigned' END"
)
"""Of an incident no stale part hides a promise that can still be kept, or was broken just now."""


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
    """A ticket may be in several; an incident and its parts are one."""
    first: Mapping[Need, int]
    """Each ticket once, under its most urgent need."""
    numbers: Mapping[Need, tuple[int, ...]]
    """The first of those, in the urgency order; of outages, the most costly. None of the stale: they are a question."""
    parts: Mapping[int, tuple[int, ...]]
    """Of the incidents among these: their open parts, whose needs are theirs too."""
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
        _parts(connection, base, {number for each in numbers.values() for number in each}),
        confirmed,
        suspected,
        incidents.proposals(connection, actor) if whole else (),
        _mail(connection, actor, now, mailboxes) if whole else None,
    )


class Base(NamedTuple):
    """The open tickets that are asked about, as a condition; its parameters have names, since `:now` stands often."""

    sql: str
    values: dict[str, Value]
    shown: str = ""
    """Which incidents may be shown, as a condition on a part's `key1`; empty: all."""


_INCIDENTS = f"SELECT key1 FROM ticket WHERE is_open AND rank = {RANK_PART}"
"""The key of a part's place is the number of its open incident."""


def _base(connection: sqlite3.Connection, actor: Actor, wanted: Filter, now: datetime) -> Base:
    values: dict[str, Value] = {"now": to_rfc3339(now)}

    def named(condition: Condition) -> str:
        pieces = condition.sql.split("?")
        words = pieces[0]
        for value, piece in zip(condition.values, pieces[1:], strict=True):
            name = f"v{len(values)}"
            values[name] = value
            words += f":{name}{piece}"
        return words

    parts = ["is_open"]
    if wanted.terms:
        parts.append(f"({named(compile_filter(connection, wanted, actor, now))})")
    shown = ""
    if (hidden := wall(connection, actor)) is not None:
        seen = named(hidden)
        parts.append(f"({seen})")
        shown = f"key1 IN (SELECT id FROM ticket WHERE is_open AND is_incident AND {seen})"
    return Base(" AND ".join(parts), values, shown)


def _head(base: Base) -> str:
    """The number of the ticket that stands for one: its incident, where there is one and it may be seen."""
    part = f"rank = {RANK_PART}" + (f" AND {base.shown}" if base.shown else "")
    return f"CASE WHEN {part} THEN key1 ELSE id END"


def _members(base: Base) -> str:
    """The tickets of incidents, each with `head`, the number that it is counted under."""
    columns = f"{_head(base)} AS head, id, rank, key1, key2, due_at, loss_per_hour, {_FLAGS}"
    return (
        f"SELECT {columns} FROM {TICKETS} WHERE {base.sql} AND rank = {RANK_PART}"
        # The cross join: each is looked up by its number, or SQLite walks a team's tickets for them.
        f" UNION ALL SELECT {columns} FROM (SELECT DISTINCT key1 AS of_parts FROM ({_INCIDENTS}))"
        f" CROSS JOIN {TICKETS} AS q WHERE q.id = of_parts AND {base.sql} AND rank <> {RANK_PART}"
    )


def _single(base: Base) -> str:
    """The condition on tickets that are neither incidents nor parts of one."""
    return f"{base.sql} AND rank <> {RANK_PART} AND id NOT IN ({_INCIDENTS})"


def counts_query(base: Base) -> str:
    """The statement that counts every need in one pass over one index; incidents, which are few, are looked up."""
    firsts = ", ".join(f"coalesce(sum(need = '{need.value}'), 0)" for need in Need)
    totals = ", ".join(f"coalesce(sum({need.value}), 0)" for need in Need)
    flags = ", ".join(need.value for need in Need)
    raw = ", ".join(f"{holds} AS {need.value}" for need, holds in _HOLDS.items())
    inner = (
        f"SELECT {_FIRST} AS need, {raw} FROM {TICKETS} WHERE {_single(base)} AND {_COUNTED}"
        f" UNION ALL SELECT {_FIRST_OF_ALL}, {flags} FROM (SELECT {_TOGETHER} FROM ({_members(base)}) GROUP BY head)"
    )
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
    together = (
        f"SELECT head AS number, min(rank) AS r, max(CASE WHEN rank <> {RANK_PART} THEN key1 END) AS k,"
        f" max(CASE WHEN rank <> {RANK_PART} THEN key2 END) AS l,"
        f" sum(CASE WHEN burning THEN loss_per_hour END) AS loss, {_TOGETHER} FROM ({_members(base)}) GROUP BY head"
    )
    if need is Need.BURNING:
        alone = (
            "SELECT id AS number, loss_per_hour AS loss, rank AS r, key1 AS k, key2 AS l"
            f" FROM {TICKETS} WHERE {_single(base)} AND loss_per_hour IS NOT NULL AND {_HOLDS[need]}"
        )
        order = "loss DESC, number"
    else:
        alone = (
            "SELECT id AS number, 0 AS loss, +rank AS r, +key1 AS k, +key2 AS l"
            f" FROM {TICKETS} WHERE {_single(base)} AND {_COUNTED} AND {_FIRST} = '{need.value}'"
        )
        order = "r, k, l, number"
    return (
        f"SELECT number FROM ({alone} UNION ALL"
        f" SELECT number, loss, r, k, l FROM ({together}) WHERE {_FIRST_OF_ALL} = '{need.value}')"
        f" ORDER BY {order} LIMIT :limit"
    )


def _numbers(connection: sqlite3.Connection, base: Base, need: Need, limit: int) -> tuple[int, ...]:
    found = connection.execute(numbers_query(base, need), {**base.values, "limit": limit or -1})
    return tuple(row[0] for row in found)


def _parts(connection: sqlite3.Connection, base: Base, shown: Collection[int]) -> dict[int, tuple[int, ...]]:
    """The parts of each incident that is shown, as far as they are asked about."""
    found: dict[int, tuple[int, ...]] = {}
    for head, part in connection.execute(
        f"SELECT head, id FROM ({_members(base)}) WHERE head <> id ORDER BY id", base.values
    ):
        if head in shown:
            found[head] = (*found.get(head, ()), part)
    return found


def _losses(connection: sqlite3.Connection, base: Base) -> tuple[Decimal, Decimal]:
    """Of incidents with their parts: all outages of a unit together never cost more than its turnover."""
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
