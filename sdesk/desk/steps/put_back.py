"""Putting back the rows of a deed: each is looked at first, whether it is still what the deed made of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import text

from sdesk.desk.opening import Work
from sdesk.desk.steps.deeds import FOLLOWS, KEYS, RECKONED, TOLD, Row

Changes = Mapping[str, list[list[Row | None]]]
"""By table, before and after of each row that was changed."""

_ONCE = frozenset({"tag", "watcher", "ticket_asset", "link", "blocked_sender"})
"""What somebody may have added again meanwhile: then it is there already."""
_STAYS = frozenset({"ticket", "message"})
"""What is never unwritten."""


def changed_since(work: Work, changes: Changes) -> str | None:
    """The table of the first row that is not any more what the deed made of it; None where all are."""
    work.session.flush()
    for table, rows in changes.items():
        for _, now in rows:
            if now is None:
                continue
            found = _row(work, table, now)
            if found is None or any(found[name] != now[name] for name in _facts(table, now, found)):
                return table
    return None


def without(work: Work, changes: Changes, tickets: frozenset[int]) -> Changes:
    """The changes but for those of certain tickets, and of the steps of playbooks that they are."""
    return {
        table: [pair for pair in rows if _ticket_of(work, table, pair) not in tickets]
        for table, rows in changes.items()
    }


def put_back(work: Work, changes: Changes) -> set[int]:
    """Write every row as it was before; gives the units whose outages were touched. The caller settles."""
    work.session.flush()
    units = set(_units(work, changes))
    # What was added goes first, the last first; then what was changed, and what was taken away comes again.
    for table in reversed(list(changes)):
        for was, now in changes[table]:
            if was is None and now is not None and table not in _STAYS:
                where, values = _where(table, now)
                work.connection.execute(text(f"DELETE FROM {table} WHERE {where}"), values)
    for table, rows in changes.items():
        for was, now in rows:
            if was is not None and now is not None:
                _update(work, table, was)
            elif was is not None:
                _insert(work, table, was)
    work.session.expire_all()
    return units | set(_units(work, changes))


def _update(work: Work, table: str, was: Row) -> None:
    names = [name for name in was if name not in KEYS[table] and not (table == "ticket" and name in FOLLOWS)]
    if names:
        where, values = _where(table, was)
        given = ", ".join(f"{name} = :{name}" for name in names)
        work.connection.execute(
            text(f"UPDATE {table} SET {given} WHERE {where}"), {**{name: was[name] for name in names}, **values}
        )


def _insert(work: Work, table: str, was: Row) -> None:
    row = dict(was)
    if "id" in row and _row(work, table, row) is not None:
        # The number was given to another row since.
        row.pop("id")
    names, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
    again = "OR IGNORE " if table in _ONCE else ""
    work.connection.execute(text(f"INSERT {again}INTO {table} ({names}) VALUES ({marks})"), row)


def _row(work: Work, table: str, given: Row) -> Row | None:
    where, values = _where(table, given)
    found = work.connection.execute(text(f"SELECT * FROM {table} WHERE {where}"), values).mappings().first()
    return None if found is None else dict(found)


def _ticket_of(work: Work, table: str, pair: list[Row | None]) -> int | None:
    """Whose row it is: of one that was changed only the columns that changed are kept."""
    given = next(row for row in reversed(pair) if row is not None)
    name = "id" if table == "ticket" else "ticket_id"
    if name not in given:
        given = _row(work, table, given) or {}
    return given.get(name)


def _where(table: str, given: Row) -> tuple[str, Row]:
    key = KEYS[table]
    return " AND ".join(f"{name} = :key_{name}" for name in key), {f"key_{name}": given[name] for name in key}


def _facts(table: str, row: Row, found: Row) -> Iterator[str]:
    """The columns by which one sees whether a row was changed since."""
    left_out: frozenset[str] = frozenset()
    if table == "ticket":
        left_out = FOLLOWS | TOLD
    elif table == "outage" and found["down_to"] is None:
        left_out = RECKONED
    return (name for name in row if name not in left_out)


def _units(work: Work, changes: Changes) -> Iterator[int]:
    """The units of the outages that a deed changed, as they are now and as they were."""
    for pair in changes.get("outage", ()):
        for row in filter(None, pair):
            if "unit_id" in row:
                yield int(row["unit_id"])
            found = _row(work, "outage", row)
            if found is not None:
                yield int(found["unit_id"])
