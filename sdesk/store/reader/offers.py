"""What is offered to somebody, and by when it would be done, were it asked for now."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sdesk.domain.catalogue import FormField
from sdesk.domain.offered import Asker, selects
from sdesk.domain.outage import rate_alone, share_that_stands
from sdesk.domain.priority import MATRIX, Matrix, Threshold, follow, parse_matrix
from sdesk.domain.ticket import Impact, Urgency
from sdesk.domain.worktime import Calendar, add_working
from sdesk.store.reader.convert import money
from sdesk.store.reader.portal_rows import OfferRow, PlaceRow, VisitorRow

_SERVICES = (
    "SELECT s.*, t.name AS team_name, coalesce(s.sla_id, t.sla_id) AS sla FROM service AS s"
    " JOIN team AS t ON t.id = s.team_id WHERE s.retired_at IS NULL AND t.retired_at IS NULL ORDER BY s.name, s.key"
)


class _Rules(NamedTuple):
    """What priorities follow from."""

    matrix: Matrix
    thresholds: tuple[Threshold, ...]
    margin: Decimal


def offers(
    connection: sqlite3.Connection,
    visitor: VisitorRow,
    calendar_of: Callable[[int], Calendar],
    *,
    language: str,
    now: datetime,
    key: str | None = None,
) -> tuple[OfferRow, ...]:
    """The services that are offered to somebody in one of his units, by name; `key`: this one alone.

    What it costs the first of those units that it stands is counted, as when a ticket is opened.
    """
    rules = _rules(connection)
    targets = {
        (row["sla_id"], row["priority"]): (row["resolution"], row["first_response"], row["calendar_id"])
        for row in connection.execute(
            "SELECT g.sla_id, g.priority, g.resolution, g.first_response, l.calendar_id FROM sla_target AS g"
            " JOIN sla AS l ON l.id = g.sla_id"
        )
    }
    found = []
    for row in connection.execute(_SERVICES):
        if key is not None and row["key"] != key:
            continue
        selectors = None if row["offered_to"] is None else json.loads(row["offered_to"])
        addresses = visitor.requester.addresses
        fitting = [each for each in visitor.places if selects(selectors, Asker(each.line, addresses))]
        if not fitting and not (not visitor.places and selects(selectors, Asker((), addresses))):
            continue
        loss = _loss(connection, row, fitting[0], rules.margin) if fitting else None
        impact, urgency = Impact(row["impact"]), Urgency(row["urgency"])
        priority = follow(rules.matrix, rules.thresholds, impact, urgency, loss)[1]
        resolution, response, calendar = targets.get((row["sla"], priority.value), (None, None, None))
        seconds = resolution if resolution is not None else response
        due_at = None if seconds is None else add_working(calendar_of(calendar), now, seconds)
        found.append(
            OfferRow(
                key=row["key"],
                name=row["name"],
                team_name=row["team_name"],
                due_at=due_at,
                answered=resolution is None,
                **_described(row, language),
            )
        )
    return tuple(found)


def _described(row: sqlite3.Row, language: str) -> dict[str, Any]:
    """What the catalogue says of a service beside its name."""
    return {"category": "", "description": "", "help": "", "fields": fields_of(row)}


def fields_of(row: sqlite3.Row) -> tuple[FormField, ...]:
    """The form of a service, beside what every request has."""
    return ()


def _rules(connection: sqlite3.Connection) -> _Rules:
    desk = connection.execute("SELECT rules FROM desk").fetchone()
    file: Mapping[str, Any] = json.loads(desk[0]) if desk is not None else {}
    return _Rules(
        parse_matrix(file["matrix"]) if file.get("matrix") else MATRIX,
        tuple(Threshold(Decimal(str(each["per_hour"])), Impact(each["impact"])) for each in file.get("loss", ())),
        Decimal(str(file.get("margin", 1))),
    )


def _loss(connection: sqlite3.Connection, service: sqlite3.Row, place: PlaceRow, margin: Decimal) -> Decimal | None:
    """What the unit would lose an hour, as it would be suspected; None where nothing stands."""
    unit = connection.execute("SELECT turnover_per_hour, stops FROM unit WHERE id = ?", (place.id,)).fetchone()
    own = json.loads(unit["stops"]).get(service["key"])
    own, usual = (None if each is None else Decimal(str(each)) for each in (own, service["stops_share"]))
    turnover = money(unit["turnover_per_hour"])
    share = share_that_stands(own, usual, turnover)
    return None if share is None else rate_alone(turnover, share, margin)
