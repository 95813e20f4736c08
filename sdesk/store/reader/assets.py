"""Equipment as a reader sees it: that it stands somewhere is no secret; its tickets may be, and are asked for apart."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from sdesk.domain.equipment import number_key
from sdesk.domain.errors import BadInput, NotFound
from sdesk.domain.nearest import did_you_mean
from sdesk.domain.phrase import noun, phrase
from sdesk.store.reader.convert import instant
from sdesk.store.search import fold

MOST_TRIED = 5000
"""So many numbers are looked through for the nearest one."""


MOST_BEGUN = 60


class AssetRow(NamedTuple):
    """A piece of equipment."""

    number: str
    """Its inventory number, as its label says."""
    name: str
    kind: str
    model: str
    serial: str
    unit: str | None
    unit_name: str | None
    service: str | None
    """What it carries."""
    service_name: str | None
    bought_on: date | None
    warranty_until: date | None
    """The last day of it."""
    checks: tuple[str, ...]
    """What watches it: `zabbix till-3:*`."""
    note: str
    created_at: datetime
    updated_at: datetime
    retired_at: datetime | None


class AssetQuery(NamedTuple):
    """Which equipment is wanted; what is empty does not matter."""

    unit: str | None = None
    kind: str | None = None
    service: str | None = None
    words: str = ""
    """Each begins or is within a number, a name, a model or a serial number."""
    warranty_from: date | None = None
    warranty_to: date | None = None
    retired: bool = False
    """Retired equipment alone; else what is in use alone."""
    all: bool = False
    """Retired and not."""
    limit: int = 0
    """At most so many; 0: all."""


class ChangeRow(NamedTuple):
    """What was changed of a piece of equipment, and by whom."""

    at: datetime
    actor: str
    event: str
    fields: dict[str, tuple[object, object]]
    """By field: what it was, and what it became."""


_SELECT = "SELECT * FROM asset_view"


def asset(connection: sqlite3.Connection, inventory_number: str) -> AssetRow | None:
    """The piece of equipment of a number, whatever its letters' case; None where there is none."""
    row = connection.execute(f"{_SELECT} WHERE number_key = ?", (number_key(inventory_number),)).fetchone()
    return None if row is None else _row(row)


def require_asset(connection: sqlite3.Connection, inventory_number: str) -> AssetRow:
    """The same as `asset`; NotFound, with the nearest number."""
    found = asset(connection, inventory_number)
    if found is None:
        raise NotFound(*unknown(connection, inventory_number))
    return found


def unknown(connection: sqlite3.Connection, inventory_number: str) -> tuple[str, str]:
    """What is said of a number that nothing has, and what to do."""
    tried = connection.execute("SELECT inventory_number FROM asset LIMIT ?", (MOST_TRIED,))
    return (
        phrase("there is no {noun} `{text}`", noun=noun("equipment"), text=inventory_number),
        did_you_mean(inventory_number, [str(row[0]) for row in tried], phrase("see `sdesk asset list`")),
    )


def assets(connection: sqlite3.Connection, query: AssetQuery) -> Iterator[AssetRow]:
    """Equipment by number, one row after the other. BadInput for a unit or service that is not there, at once."""
    parts: list[str] = []
    values: list[str | int] = []
    for name in ("unit", "service"):
        key = getattr(query, name)
        if key is None:
            continue
        if key == "none":
            parts.append(f"{name}_id IS NULL")
            continue
        found = connection.execute(f"SELECT id FROM {name} WHERE key = ?", (key,)).fetchone()
        if found is None:
            known = [str(row[0]) for row in connection.execute(f"SELECT key FROM {name} WHERE retired_at IS NULL")]
            raise BadInput(
                phrase("there is no {noun} `{text}`", noun=noun(name), text=key),
                did_you_mean(key, known, phrase("see `sdesk {noun} list`", noun=name)),
            )
        parts.append(f"{name}_id = ?")
        values.append(found[0])
    if query.kind is not None:
        parts.append("kind = ?")
        values.append(query.kind.strip().lower())
    if not query.all:
        parts.append("retired_at IS NOT NULL" if query.retired else "retired_at IS NULL")
    for sign, day in ((">=", query.warranty_from), ("<=", query.warranty_to)):
        if day is not None:
            parts.append(f"warranty_until {sign} ?")
            values.append(day.isoformat())
    for word in fold(query.words).split():
        parts.append("instr(fold(inventory_number || ' ' || name || ' ' || model || ' ' || serial), ?)")
        values.append(word)
    where = f" WHERE {' AND '.join(parts)}" if parts else ""
    limit = f" LIMIT {query.limit}" if query.limit else ""
    found = connection.execute(f"{_SELECT}{where} ORDER BY number_key{limit}", values)
    return (_row(row) for row in found)


def kinds(connection: sqlite3.Connection) -> tuple[str, ...]:
    """The kinds of what is in use, by name."""
    found = connection.execute("SELECT DISTINCT kind FROM asset WHERE retired_at IS NULL ORDER BY kind")
    return tuple(row[0] for row in found)


def begun(connection: sqlite3.Connection, typed: str) -> tuple[tuple[str, str], ...]:
    """Numbers of what is in use that begin so, each with what it is; with the last one, what all have in common, these
    have too."""
    low = number_key(typed)
    statement = (
        "SELECT inventory_number, trim(kind || ' ' || name) FROM asset WHERE number_key >= ? AND number_key < ?"
        " AND retired_at IS NULL ORDER BY number_key"
    )
    values = (low, f"{low}\U0010ffff")
    found = [(row[0], row[1]) for row in connection.execute(f"{statement} LIMIT {MOST_BEGUN}", values)]
    if len(found) == MOST_BEGUN:
        last = connection.execute(f"{statement} DESC LIMIT 1", values).fetchone()
        found.append((last[0], last[1]))
    return tuple(dict(found).items())


def changes_of(connection: sqlite3.Connection, inventory_number: str) -> tuple[ChangeRow, ...]:
    """What was changed of a piece of equipment, oldest first."""
    found = connection.execute(
        "SELECT c.at, c.actor, c.event, c.data FROM asset_change AS c JOIN asset AS a ON a.id = c.asset_id"
        " WHERE a.number_key = ? ORDER BY c.id",
        (number_key(inventory_number),),
    )
    return tuple(
        ChangeRow(
            datetime.fromisoformat(row[0]),
            row[1],
            row[2],
            {name: (old, new) for name, (old, new) in json.loads(row[3]).items()},
        )
        for row in found
    )


def _row(row: sqlite3.Row) -> AssetRow:
    return AssetRow(
        number=row["inventory_number"],
        name=row["name"],
        kind=row["kind"],
        model=row["model"],
        serial=row["serial"],
        unit=row["unit"],
        unit_name=row["unit_name"],
        service=row["service"],
        service_name=row["service_name"],
        bought_on=_day(row["bought_on"]),
        warranty_until=_day(row["warranty_until"]),
        checks=tuple(sorted(json.loads(row["checks"]))),
        note=row["note"],
        created_at=datetime.fromisoformat(row["created_at"]),
        updated_at=datetime.fromisoformat(row["updated_at"]),
        retired_at=instant(row["retired_at"]),
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
