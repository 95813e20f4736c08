"""The wall before somebody without a login: a person's own tickets, and of the units whose head he is."""

from __future__ import annotations

import json
import sqlite3

from sdesk.domain.requesters import Requester, ServedUnit, units_headed
from sdesk.store.reader.where import Condition, Value, marks


def find_requester(connection: sqlite3.Connection, address: str) -> Requester:
    """Who stands behind a mail address (any letter case): the person with all addresses, and whose head that is.

    An address that the desk never heard of is somebody who sees nothing: no NotFound tells who writes to the desk.
    """
    given = address.lower()
    row = connection.execute("SELECT person_id FROM person_address WHERE address = ?", (given,)).fetchone()
    addresses = {given}
    if row is not None:
        found = connection.execute("SELECT address FROM person_address WHERE person_id = ?", (row[0],))
        addresses.update(each[0].lower() for each in found)
    desk = connection.execute("SELECT rules FROM desk").fetchone()
    heads = (json.loads(desk[0]).get("portal") or {}).get("heads", ()) if desk is not None else ()
    headed: frozenset[int] = frozenset()
    if heads:
        units = connection.execute("SELECT id, key, kind, parent_id, manager FROM unit WHERE retired_at IS NULL")
        headed = units_headed([ServedUnit(*unit) for unit in units], heads, addresses)
    return Requester(None if row is None else row[0], frozenset(addresses), headed)


def requester_wall(connection: sqlite3.Connection, requester: Requester, alias: str = "") -> Condition:
    """The condition that leaves the tickets which a requester may see (`Requester.sees`), of `ticket_view` or `ticket`.

    `alias`: the table's name with its dot (`t.`) where several are joined. It always hides something, unlike `wall`.
    """
    parts: list[str] = []
    values: list[Value] = []
    if requester.person_id is not None:
        parts.append(f"{alias}requester_id = ?")
        values.append(requester.person_id)
    if requester.units:
        units = sorted(requester.units)
        private = [row[0] for row in connection.execute("SELECT id FROM team WHERE private")]
        # The plus: a head has few tickets, which the unit's index finds.
        parts.append(f"({alias}unit_id IN ({marks(units)}) AND +{alias}team_id NOT IN ({marks(private)}))")
        values += [*units, *private]
    return Condition(f"({' OR '.join(parts)})" if parts else "0", tuple(values))
