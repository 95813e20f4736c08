"""The catalogue of services: what choosing an entry means, by itself or for one ticket with what stands at its unit."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from sdesk.domain.actor import Actor
from sdesk.domain.outage import rate_alone, share_that_stands
from sdesk.domain.priority import MATRIX, Matrix, Threshold, follow, parse_matrix
from sdesk.domain.ticket import Impact, Priority, Urgency
from sdesk.store.reader.convert import money
from sdesk.store.reader.organisation_rows import ServiceRow
from sdesk.store.reader.where import wall

_SERVICES = (
    "SELECT s.key, s.name, t.key AS team, s.impact, s.urgency, s.stops_share, coalesce(s.sla_id, t.sla_id) AS sla"
    " FROM service AS s JOIN team AS t ON t.id = s.team_id WHERE s.retired_at IS NULL ORDER BY s.key"
)
_TICKET = (
    "SELECT s.key AS service, t.priority, t.priority_reason, u.turnover_per_hour, u.stops,"
    " o.share AS confirmed_share, ou.turnover_per_hour AS confirmed_turnover"
    " FROM ticket AS t LEFT JOIN unit AS u ON u.id = t.unit_id LEFT JOIN service AS s ON s.id = t.service_id"
    " LEFT JOIN outage AS o ON o.ticket_id = t.id AND o.down_to IS NULL AND o.confirmed"
    " LEFT JOIN unit AS ou ON ou.id = o.unit_id WHERE t.id = ?"
)


_NEW_TICKET = (
    "SELECT NULL AS service, NULL AS priority, NULL AS priority_reason, turnover_per_hour, stops,"
    " NULL AS confirmed_share, NULL AS confirmed_turnover FROM unit WHERE key = ?"
)
_Ticket = sqlite3.Row


class _Rules(NamedTuple):
    """What priorities follow from."""

    matrix: Matrix
    thresholds: tuple[Threshold, ...]
    margin: Decimal


def services(
    connection: sqlite3.Connection, actor: Actor | None = None, number: int | None = None, *, unit: str | None = None
) -> tuple[ServiceRow, ...]:
    """The catalogue, by key, with the priority and the promise that follow from an entry.

    With the `number` of a ticket, those that it would really get: an outage of the service at its unit raises the
    impact, and a priority by hand stays (`sdesk.desk.triage.set_service`). Of one behind a wall nothing is said. With
    the key of a `unit`, those that a new ticket of it would get.
    """
    rules = _rules(connection)
    targets = {
        (row[0], row[1]): row[2] for row in connection.execute("SELECT sla_id, priority, resolution FROM sla_target")
    }
    ticket: _Ticket | None = None
    if actor is not None and number is not None:
        ticket = _ticket(connection, actor, number)
    elif unit is not None:
        ticket = connection.execute(_NEW_TICKET, (unit,)).fetchone()
    rows = []
    for row in connection.execute(_SERVICES):
        impact, urgency = Impact(row["impact"]), Urgency(row["urgency"])
        priority = _kept(ticket, row["key"]) or follow(*rules[:2], impact, urgency, _loss(ticket, row, rules.margin))[1]
        target = targets.get((row["sla"], priority.value))
        rows.append(ServiceRow(row["key"], row["name"], row["team"], impact, urgency, priority, target))
    return tuple(rows)


def _ticket(connection: sqlite3.Connection, actor: Actor, number: int) -> _Ticket | None:
    hidden = wall(connection, actor, "t.team_id")
    beyond, values = (f" AND {hidden.sql}", hidden.values) if hidden is not None else ("", ())
    row: sqlite3.Row | None = connection.execute(f"{_TICKET}{beyond}", (number, *values)).fetchone()
    return row


def _rules(connection: sqlite3.Connection) -> _Rules:
    desk = connection.execute("SELECT rules FROM desk").fetchone()
    file: Mapping[str, Any] = json.loads(desk[0]) if desk is not None else {}
    return _Rules(
        parse_matrix(file["matrix"]) if file.get("matrix") else MATRIX,
        tuple(Threshold(Decimal(str(each["per_hour"])), Impact(each["impact"])) for each in file.get("loss", ())),
        Decimal(str(file.get("margin", 1))),
    )


def _kept(ticket: _Ticket | None, service: str) -> Priority | None:
    """The priority that stays whatever service is chosen: one by hand, and that of the service it has already."""
    if ticket is None or (ticket["priority_reason"] is None and ticket["service"] != service):
        return None
    return Priority(ticket["priority"])


def _loss(ticket: _Ticket | None, service: sqlite3.Row, margin: Decimal) -> Decimal | None:
    """What the ticket would lose an hour with the service: of a confirmed outage as it is, else as would be suspected.

    None for an entry by itself, or where nothing stands.
    """
    if ticket is None:
        return None
    if ticket["confirmed_share"] is not None:
        return rate_alone(money(ticket["confirmed_turnover"]), Decimal(str(ticket["confirmed_share"])), margin)
    own = json.loads(ticket["stops"]).get(service["key"]) if ticket["stops"] else None
    own, usual = (None if each is None else Decimal(str(each)) for each in (own, service["stops_share"]))
    turnover = money(ticket["turnover_per_hour"])
    share = share_that_stands(own, usual, turnover)
    return None if share is None else rate_alone(turnover, share, margin)
