"""How the equipment of every unit stands, as an agent may know it: from events of monitoring and open tickets.

What stands behind a wall puts nothing in question, breaks nothing and costs nothing: for who stands before it, it is
as if it were not there.
"""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from typing import NamedTuple

from sdesk.domain.actor import Actor
from sdesk.domain.equipment import Condition as Stand
from sdesk.store.reader.convert import money
from sdesk.store.reader.where import Condition, wall


class PlaceRow(NamedTuple):
    """How much equipment of a kind a unit has in use."""

    unit: str
    unit_name: str
    kind: str
    pieces: int


class TroubleRow(NamedTuple):
    """A piece of equipment that is down or in question, and one of the tickets that say so."""

    unit: str
    kind: str
    asset: str
    """Inventory number."""
    stand: Stand
    ticket: int


class BurningRow(NamedTuple):
    """What the outages of a unit cost an hour."""

    unit: str | None
    unit_name: str | None
    confirmed: Decimal
    suspected: Decimal


class BoardFacts(NamedTuple):
    """All that the board is made of."""

    places: tuple[PlaceRow, ...]
    troubles: tuple[TroubleRow, ...]
    burning: tuple[BurningRow, ...]


# By the index alone; the units' names, which are few, come after.
PLACES = (
    "SELECT u.key, u.name, p.kind, p.pieces FROM (SELECT unit_id, kind, count(*) AS pieces FROM asset"
    " WHERE retired_at IS NULL AND unit_id IS NOT NULL GROUP BY unit_id, kind) AS p JOIN unit AS u ON u.id = p.unit_id"
)

_DOWN, _DOUBT = f"'{Stand.DOWN.value}'", f"'{Stand.IN_QUESTION.value}'"
_CONFIRMED = "(t.loss_since IS NOT NULL AND t.loss_confirmed)"


def troubles_query(hidden: Condition | None) -> Condition:
    """The statement that finds what is down or in question: by checks that are down, by open tickets about equipment,
    and by open tickets of what equipment carries in its unit which name none.

    A check that is down is so while its ticket is open, wherever that was merged into; where an agent has resolved it,
    or nothing stands still by it, the equipment is in question. So it is for a ticket whose outage nobody confirmed.
    """
    beyond = "" if hidden is None else f" AND {hidden.sql}"
    # From the check's own ticket on: what it says behind a wall is not told by what goes on before it.
    walled = "" if hidden is None else f" CROSS JOIN ticket AS t ON t.id = {{}} AND {hidden.sql}"
    checks = (
        f"SELECT c.asset_id AS asset, CASE WHEN t.is_open AND c.stands THEN {_DOWN} ELSE {_DOUBT} END AS stand,"
        " t.id AS ticket FROM checked AS c CROSS JOIN ticket AS t ON t.id = c.ticket_id"
        " WHERE t.status NOT IN ('merged', 'spam')"
    )
    named = (
        f"SELECT y.asset_id, CASE WHEN {_CONFIRMED} THEN {_DOWN} ELSE {_DOUBT} END, t.id"
        " FROM ticket AS t CROSS JOIN ticket_asset AS y ON y.ticket_id = t.id"
        f" WHERE t.is_open{beyond}"
    )
    alone = (
        "(SELECT count(*) FROM asset AS o WHERE o.service_id = t.service_id AND o.unit_id = t.unit_id"
        " AND o.retired_at IS NULL) = 1"
    )
    carried = (
        f"SELECT b.id, CASE WHEN {_CONFIRMED} AND {alone} THEN {_DOWN} ELSE {_DOUBT} END, t.id"
        " FROM ticket AS t CROSS JOIN asset AS b ON b.service_id = t.service_id AND b.unit_id = t.unit_id"
        f" WHERE t.is_open AND NOT EXISTS (SELECT 1 FROM ticket_asset AS y WHERE y.ticket_id = t.id){beyond}"
    )
    sql = (
        "WITH RECURSIVE checked (asset_id, stands, ticket_id) AS ("
        f"SELECT e.asset_id, e.stands, e.ticket_id FROM check_event AS e{walled.format('e.ticket_id')}"
        " WHERE e.state = 'down' AND e.asset_id IS NOT NULL"
        " UNION SELECT c.asset_id, c.stands, l.other_id FROM checked AS c"
        f" JOIN link AS l ON l.ticket_id = c.ticket_id AND l.kind = 'merged_into'{walled.format('l.other_id')})"
        " SELECT u.key, a.kind, a.inventory_number, s.stand, s.ticket"
        f" FROM ({checks} UNION ALL {named} UNION ALL {carried}) AS s"
        " CROSS JOIN asset AS a ON a.id = s.asset CROSS JOIN unit AS u ON u.id = a.unit_id WHERE a.retired_at IS NULL"
    )
    return Condition(sql, () if hidden is None else hidden.values * 4)


def burning_query(hidden: Condition | None) -> Condition:
    """The statement that sums what the outages of each unit cost an hour."""
    beyond = "" if hidden is None else f" AND {hidden.sql}"
    return Condition(
        # By the unit that stands: a ticket that another was merged into may be of none.
        "SELECT u.key, u.name, b.confirmed, b.suspected FROM (SELECT coalesce((SELECT o.unit_id FROM outage AS o"
        " WHERE o.ticket_id = t.id AND o.down_to IS NULL), t.unit_id) AS stands,"
        " sum(CASE WHEN t.loss_confirmed THEN t.loss_per_hour ELSE 0 END) AS confirmed,"
        " sum(CASE WHEN t.loss_confirmed THEN 0 ELSE t.loss_per_hour END) AS suspected"
        " FROM ticket AS t WHERE t.is_open AND t.loss_per_hour IS NOT NULL AND t.loss_since IS NOT NULL"
        f"{beyond} GROUP BY stands) AS b LEFT JOIN unit AS u ON u.id = b.stands",
        () if hidden is None else hidden.values,
    )


def facts(connection: sqlite3.Connection, actor: Actor) -> BoardFacts:
    """By three statements, of one state of the store."""
    hidden = wall(connection, actor, "t.team_id")
    troubles, burning = troubles_query(hidden), burning_query(hidden)
    begins = not connection.in_transaction
    if begins:
        connection.execute("BEGIN")
    try:
        return BoardFacts(
            tuple(PlaceRow(*row) for row in connection.execute(PLACES)),
            tuple(
                TroubleRow(row[0], row[1], row[2], Stand(row[3]), row[4])
                for row in connection.execute(troubles.sql, troubles.values)
            ),
            tuple(
                BurningRow(row[0], row[1], money(row[2]) or Decimal(0), money(row[3]) or Decimal(0))
                for row in connection.execute(burning.sql, burning.values)
            ),
        )
    finally:
        if begins:
            connection.execute("ROLLBACK")
