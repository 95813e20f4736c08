"""What happened in a time, as plain facts: what was opened, solved and answered, what stood still, who worked on it.

Rows are bare tuples, since there may be a hundred thousand of them. Each ends with the four things by which figures are
told apart (`Parts`): team, service, unit and priority, as they are now. Instants are text as it is stored, which sorts
and compares as it is.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sdesk.domain.actor import Actor
from sdesk.domain.filters import Filter
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.slices import Slice, read_slices
from sdesk.store.reader.convert import instant, money
from sdesk.store.reader.undoing import STANDS
from sdesk.store.reader.where import Condition, Value, compile_terms, wall

Parts = tuple[int, int | None, int | None, str]
"""Team, service, unit (their keys in the store) and priority."""

_TICKETS = "(SELECT t.*, t.id AS number FROM ticket AS t)"
_PARTS = "team_id, service_id, unit_id, priority"
_COUNTED = "status NOT IN ('merged', 'spam') AND NOT resolution_voided"
"""Which tickets are anybody's work: no spam, no second copy of a request, none that came closed out of an archive."""
_PROMISED_HERE = (
    "(external_id IS NULL OR NOT EXISTS (SELECT 1 FROM history AS h WHERE h.ticket_id = number AND h.event = 'opened'"
    " AND json_extract(h.data, '$.moved')))"
)
"""What moved in from another desk was promised there: that figures are kept or broken here by it, nobody could help."""


class Named(NamedTuple):
    """What a key in the store stands for."""

    key: str
    name: str


class NamedAsset(NamedTuple):
    """A piece of equipment, as it is now."""

    number: str
    name: str
    kind: str
    model: str
    unit: str
    unit_name: str


class Outage(NamedTuple):
    """A confirmed outage."""

    number: int
    """The ticket's."""
    subject: str
    down_from: datetime
    down_to: datetime | None
    slices: tuple[Slice, ...]
    calendar_id: int | None
    """The unit's opening hours; None: always open."""
    loss: Decimal | None
    """What was stored of it; of one that lasts, what is settled."""
    parts: Parts
    """With the unit that stood, which the ticket may have left since."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a report of a time is made of."""

    opened: list[tuple[str, int, int, int | None, int | None, str]]
    """Instant, ticket number, parts; by instant."""
    moved: list[tuple[str, int, int | None, int, int | None, int | None, str]]
    """Instant, 1 where it was solved and 0 where it was opened again, the agent who did it, parts; by instant."""
    answered: list[tuple[str, int, int | None, int, int | None, int | None, str]]
    """Instant of the first response, working seconds until then, 1 where that was in time and 0 where it was not (None:
    there was no target), parts."""
    resolved: list[tuple[str, int, int | None, int, int | None, int | None, str]]
    """The same of resolutions that still stand."""
    spent: list[tuple[str, int, int, int, int | None, int | None, str]]
    """Instant, seconds, agent, parts."""
    rated: list[tuple[str, int | None, int, int | None, int | None, str]]
    """Instant at which somebody was asked how it was, the answer (None: none yet), parts as they were then, but for
    the priority; by instant."""
    outages: list[Outage]
    backlog: int
    """What was open at the end of the time: what is open now, without what came since, with what was solved since."""
    names: Mapping[str, Mapping[int, Named]]
    """Of `teams`, `services`, `units` and `agents`, retired ones too."""
    equipment: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """Of the tickets that were opened or had an outage: the equipment that they are about, by its key in the store."""
    assets: Mapping[int, NamedAsset] = field(default_factory=dict)
    """That equipment."""
    in_use: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """How many pieces there are of each model and kind."""


def facts(
    connection: sqlite3.Connection, actor: Actor, wanted: Filter, *, start: datetime, end: datetime, now: datetime
) -> Facts:
    """The facts of the time from `start` to `end`, as far as the actor may see them, of tickets that the filter means.

    Raises BadInput for a filter that names what the desk does not have.
    """
    scope = scope_of(connection, actor, wanted, now)
    rows = connection.cursor()
    rows.row_factory = None  # bare tuples: the driver's row costs as much again
    since, until = to_rfc3339(start), to_rfc3339(end)
    opened = rows.execute(*opened_query(scope, since, until)).fetchall()
    outages = [_outage(row) for row in rows.execute(*outages_query(scope, since, until))]
    equipment = _equipment(rows, {row[1] for row in opened} | {each.number for each in outages})
    return Facts(
        opened=opened,
        moved=rows.execute(*moved_query(scope, since, until)).fetchall(),
        answered=rows.execute(*clock_query(scope, "first_response", "first_response_met_at", since, until)).fetchall(),
        resolved=rows.execute(*clock_query(scope, "resolution", "resolved_at", since, until)).fetchall(),
        spent=rows.execute(*spent_query(scope, since, until)).fetchall(),
        outages=outages,
        rated=rows.execute(*rated_query(connection, actor, scope, since, until)).fetchall(),
        backlog=rows.execute(*backlog_query(scope, until)).fetchone()[0],
        names={
            f"{table}s": {
                number: Named(key, name) for number, key, name in rows.execute(f"SELECT id, key, name FROM {table}")
            }
            for table in ("team", "service", "unit", "agent")
        },
        equipment=equipment,
        assets=_assets(rows, {asset for each in equipment.values() for asset in each}),
        in_use=_in_use(rows) if equipment else {},
    )


def _equipment(rows: sqlite3.Cursor, numbers: Collection[int]) -> dict[int, tuple[int, ...]]:
    """The equipment of tickets, of which the actor may see each."""
    found: dict[int, tuple[int, ...]] = {}
    if rows.execute("SELECT 1 FROM ticket_asset LIMIT 1").fetchone() is None:
        return found
    for number, asset in rows.execute(
        "SELECT y.ticket_id, y.asset_id FROM ticket_asset AS y"
        " WHERE y.ticket_id IN (SELECT value FROM json_each(?)) ORDER BY y.ticket_id, y.asset_id",
        (json.dumps(list(numbers)),),
    ):
        found[number] = (*found.get(number, ()), asset)
    return found


def _assets(rows: sqlite3.Cursor, assets: Collection[int]) -> dict[int, NamedAsset]:
    found = rows.execute(
        "SELECT a.id, a.inventory_number, a.name, a.kind, a.model, coalesce(u.key, ''), coalesce(u.name, '')"
        " FROM asset AS a LEFT JOIN unit AS u ON u.id = a.unit_id WHERE a.id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(assets)),),
    )
    return {number: NamedAsset(*row) for number, *row in found}


def _in_use(rows: sqlite3.Cursor) -> dict[tuple[str, str], int]:
    found = rows.execute("SELECT model, kind, count(*) FROM asset WHERE retired_at IS NULL GROUP BY model, kind")
    return {(model, kind): count for model, kind, count in found}


def scope_of(connection: sqlite3.Connection, actor: Actor, wanted: Filter, now: datetime) -> Condition:
    """Which tickets a report is of, for this actor: the filter, and the wall."""
    parts = [compile_terms(connection, wanted, actor, now)]
    hidden = wall(connection, actor)
    if hidden is not None:
        parts.append(hidden)
    return Condition(" AND ".join(part.sql for part in parts), tuple(value for part in parts for value in part.values))


Query = tuple[str, tuple[Value, ...]]


def opened_query(scope: Condition, since: str, until: str) -> Query:
    """What was opened in a time."""
    sql = (
        f"SELECT created_at, number, {_PARTS} FROM {_TICKETS}"
        f" WHERE created_at >= ? AND created_at < ? AND {_COUNTED} AND {scope.sql} ORDER BY created_at"
    )
    return sql, (since, until, *scope.values)


_NEW_IS_DONE, _OLD_IS_DONE = (
    f"(json_extract(e.data, '$.{side}') IN ('resolved', 'closed'))" for side in ("new", "old")
)


def moved_query(scope: Condition, since: str, until: str) -> Query:
    """What was solved or opened again in a time, by the history: a ticket may be so more than once. What was undone
    never was."""
    sql = (
        f"SELECT e.at, {_NEW_IS_DONE}, e.agent_id, {_PARTS} FROM history AS e CROSS JOIN {_TICKETS}"
        f" ON number = e.ticket_id WHERE e.event = 'status' AND e.at >= ? AND e.at < ? AND e.id {STANDS}"
        f" AND {_NEW_IS_DONE} <> {_OLD_IS_DONE} AND {_COUNTED} AND {scope.sql} ORDER BY e.at"
    )
    return sql, (since, until, *scope.values)


def backlog_query(scope: Condition, until: str) -> Query:
    """What was open at an instant, counted back from now."""
    sql = (
        f"SELECT (SELECT count(*) FROM {_TICKETS} WHERE is_open AND {scope.sql})"
        f" - (SELECT count(*) FROM {_TICKETS} WHERE created_at >= ? AND {_COUNTED} AND {scope.sql})"
        f" + (SELECT coalesce(sum(CASE WHEN {_NEW_IS_DONE} THEN 1 ELSE -1 END), 0)"
        f" FROM history AS e CROSS JOIN {_TICKETS} ON number = e.ticket_id WHERE e.event = 'status' AND e.at >= ?"
        f" AND e.id {STANDS} AND {_NEW_IS_DONE} <> {_OLD_IS_DONE} AND {_COUNTED} AND {scope.sql})"
    )
    return sql, (*scope.values, until, *scope.values, until, *scope.values)


def clock_query(scope: Condition, clock: str, ended: str, since: str, until: str) -> Query:
    """Promises that were kept in a time, late or not."""
    sql = (
        f"SELECT {ended}, {clock}_consumed, {clock}_consumed <= {clock}_target, {_PARTS} FROM {_TICKETS}"
        f" WHERE {ended} >= ? AND {ended} < ? AND {clock}_met_at IS NOT NULL AND NOT {clock}_voided AND {_COUNTED}"
        f" AND {_PROMISED_HERE} AND {scope.sql}"
    )
    return sql, (since, until, *scope.values)


def spent_query(scope: Condition, since: str, until: str) -> Query:
    """Time that was written down in a time."""
    sql = (
        f"SELECT w.spent_at, w.seconds, w.agent_id, {_PARTS}"
        f" FROM time_spent AS w CROSS JOIN {_TICKETS} ON number = w.ticket_id"
        f" WHERE w.spent_at >= ? AND w.spent_at < ? AND {scope.sql}"
    )
    return sql, (since, until, *scope.values)


def rated_query(connection: sqlite3.Connection, actor: Actor, scope: Condition, since: str, until: str) -> Query:
    """Who was asked in a time how it was, and what was answered: of the team, service and unit as they were then."""
    hidden = wall(connection, actor, "r.rated_team") or Condition("1")
    sql = (
        "SELECT r.asked_at, r.score, r.rated_team, r.rated_service, r.rated_unit, priority"
        " FROM (SELECT ticket_id, asked_at, score, team_id AS rated_team, service_id AS rated_service,"
        "  unit_id AS rated_unit FROM rating) AS r"
        f" CROSS JOIN {_TICKETS} ON number = r.ticket_id"
        f" WHERE r.asked_at >= ? AND r.asked_at < ? AND {hidden.sql} AND {scope.sql} ORDER BY r.asked_at"
    )
    return sql, (since, until, *hidden.values, *scope.values)


def outages_query(scope: Condition, since: str, until: str) -> Query:
    """Confirmed outages of which a part lies in a time."""
    sql = (
        "SELECT number, subject, o.down_from, o.down_to, o.slices, u.calendar_id, o.loss,"
        " team_id, service_id, o.unit, priority"
        " FROM (SELECT ticket_id, unit_id AS unit, down_from, down_to, confirmed, loss, slices FROM outage) AS o"
        f" CROSS JOIN {_TICKETS} ON number = o.ticket_id LEFT JOIN (SELECT id, calendar_id FROM unit) AS u"
        " ON u.id = o.unit"
        " WHERE o.down_from < ? AND (o.down_to IS NULL OR o.down_to > ?) AND o.confirmed"
        f" AND {scope.sql}"
    )
    return sql, (until, since, *scope.values)


_OutageRow = tuple[int, str, str, str | None, str | None, int | None, int | None, int, int | None, int | None, str]


def _outage(row: _OutageRow) -> Outage:
    number, subject, down_from, down_to, slices, calendar_id, loss, team, service, unit, priority = row
    return Outage(
        number=number,
        subject=subject,
        down_from=datetime.fromisoformat(down_from),
        down_to=instant(down_to),
        slices=read_slices(json.loads(slices)) if slices else (),
        calendar_id=calendar_id,
        loss=money(loss),
        parts=(team, service, unit, priority),
    )
