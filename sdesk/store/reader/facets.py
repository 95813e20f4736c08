"""What a filter can be made of on this desk: the names of its values, and how many tickets of a list have each."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sdesk.domain.actor import Actor
from sdesk.domain.completion import Name
from sdesk.domain.errors import BadInput
from sdesk.domain.filter_fields import Flag
from sdesk.domain.filters import Filter
from sdesk.store.reader.queue import TICKETS, condition
from sdesk.store.reader.where import Condition, Value, flag_condition, wall

MOST = 40
"""Values of a facet that are counted and shown."""

MOST_NAMES = 500
"""Requesters and tags that are completed: those with the most open tickets."""

_GROUPED: Mapping[str, tuple[str, str, str]] = {
    # Field: what is grouped by, and key and name of the group (of the few rows that are left). The plus keeps SQLite
    # from walking an index of all tickets for the sake of its order: 100 ms for what takes 15 along the open ones.
    "status": ("q.status", "n.value", "''"),
    "priority": ("q.priority", "n.value", "''"),
    "team": ("q.team_id", "x.key", "x.name"),
    "assignee": ("q.assignee_id", "x.key", "x.name"),
    "service": ("+q.service_id", "x.key", "x.name"),
    "unit": ("+q.unit_id", "x.key", "x.name"),
}
_TABLES = {"team": "team", "assignee": "agent", "service": "service", "unit": "unit"}
_NAMED = {**_TABLES, "watch": "agent"}
"""The fields whose values have names, and their tables."""

FIELDS: tuple[str, ...] = (*_GROUPED, "tag", "is")
"""What can be counted by value."""

FLAGS = tuple(flag for flag in Flag if flag is not Flag.OPEN)


class FacetRow(NamedTuple):
    """A value of a field within a list."""

    key: str
    """As it stands in a filter; `none` for tickets without one."""
    name: str
    tickets: int


def counts(
    connection: sqlite3.Connection, actor: Actor, wanted: Filter, field: str, now: datetime
) -> tuple[FacetRow, ...]:
    """One grouped statement, behind the actor's wall."""
    query = counts_query(connection, actor, wanted, field, now)
    found = connection.execute(query.sql, query.values).fetchall()
    if field == "is":
        return tuple(FacetRow(flag.value, "", count) for flag, count in zip(FLAGS, found[0], strict=True) if count)
    return tuple(FacetRow("none" if row[0] is None else row[0], row[1] or "", row[2]) for row in found)


def counts_query(connection: sqlite3.Connection, actor: Actor, wanted: Filter, field: str, now: datetime) -> Condition:
    """The statement that counts a list by a field."""
    where = condition(connection, actor, wanted, now)
    if field == "is":
        flags = [flag_condition(connection, flag, actor, now) for flag in FLAGS]
        sums = ", ".join(f"coalesce(sum({each.sql}), 0)" for each in flags)
        values: tuple[Value, ...] = tuple(value for each in flags for value in each.values)
        return Condition(f"SELECT {sums} FROM {TICKETS} WHERE {where.sql}", (*values, *where.values))
    if field == "tag":
        # CROSS: from the tickets to their tags, whatever SQLite thinks; most tags are of tickets that are closed.
        sql = (
            f"SELECT g.tag, '', count(*) AS n FROM (SELECT number FROM {TICKETS} WHERE {where.sql}) AS q"
            f" CROSS JOIN tag AS g ON g.ticket_id = q.number GROUP BY g.tag ORDER BY n DESC, g.tag LIMIT {MOST}"
        )
        return Condition(sql, where.values)
    if field not in _GROUPED:
        raise BadInput(f"nothing is counted by `{field}`", f"it can be: {', '.join(FIELDS)}")
    column, key, name = _GROUPED[field]
    grouped = (
        f"SELECT {column} AS value, count(*) AS n FROM (SELECT * FROM {TICKETS} WHERE {where.sql}) AS q"
        f" GROUP BY {column} ORDER BY n DESC LIMIT {MOST}"
    )
    joined = f" LEFT JOIN {_TABLES[field]} AS x ON x.id = n.value" if field in _TABLES else ""
    return Condition(f"SELECT {key}, {name}, n.n FROM ({grouped}) AS n{joined} ORDER BY n.n DESC, 1", where.values)


def names(connection: sqlite3.Connection, actor: Actor, only: str | None = None) -> dict[str, tuple[Name, ...]]:
    """The names of agents, teams, services and units; of requesters and tags those of open tickets that he may see.

    `only`: of this field alone, which saves the others' time.
    """
    hidden = wall(connection, actor, "t.team_id") or Condition("1")
    found = {
        field: _named(connection, f"SELECT key, name FROM {table} WHERE retired_at IS NULL ORDER BY key")
        for field, table in _NAMED.items()
        if only in (None, field)
    }
    if only in (None, "requester"):
        found["requester"] = _requesters(connection, hidden)
    if only in (None, "form"):
        found["form"] = _form_fields(connection)
    if only in (None, "tag"):
        found["tag"] = _tags(connection, hidden)
    return found


def _requesters(connection: sqlite3.Connection, hidden: Condition) -> tuple[Name, ...]:
    return _named(
        connection,
        "SELECT (SELECT a.address FROM person_address AS a WHERE a.person_id = q.id ORDER BY a.rowid LIMIT 1), p.name"
        " FROM (SELECT t.requester_id AS id, count(*) AS n FROM ticket AS t"
        f" WHERE t.is_open AND +t.requester_id IS NOT NULL AND {hidden.sql}"
        f" GROUP BY +t.requester_id ORDER BY n DESC LIMIT {MOST_NAMES}) AS q JOIN person AS p ON p.id = q.id",
        hidden.values,
    )


def _form_fields(connection: sqlite3.Connection) -> tuple[Name, ...]:
    """Fields of forms, as `model:`, and of each choice its values, as `kind:Till`."""
    rows = connection.execute(
        "SELECT fields FROM service WHERE retired_at IS NULL AND fields <> '[]' ORDER BY key LIMIT ?", (MOST_NAMES,)
    )
    found: dict[str, str] = {}
    for field in (field for row in rows for field in json.loads(row[0])):
        about = next(iter(field["label"].values()), "")
        found.setdefault(f"{field['key']}:", about)
        found |= {f"{field['key']}:{choice}": about for choice in field.get("choices") or ()}
    return tuple(Name(key, about) for key, about in found.items())


def _tags(connection: sqlite3.Connection, hidden: Condition) -> tuple[Name, ...]:
    return _named(
        connection,
        "SELECT g.tag, '' FROM ticket AS t CROSS JOIN tag AS g ON g.ticket_id = t.id"
        f" WHERE t.is_open AND {hidden.sql} GROUP BY g.tag ORDER BY count(*) DESC LIMIT {MOST_NAMES}",
        hidden.values,
    )


def _named(connection: sqlite3.Connection, sql: str, values: tuple[Value, ...] = ()) -> tuple[Name, ...]:
    return tuple(Name(str(row[0]), str(row[1] or "")) for row in connection.execute(sql, values) if row[0])
