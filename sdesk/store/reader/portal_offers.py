"""What is offered to somebody who is signed in to the portal, and by when it would be done, were it asked for now."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import datetime
from functools import cache

from sdesk.domain.catalogue import fields_of, in_language
from sdesk.domain.offered import Asker, selects
from sdesk.domain.worktime import Calendar, add_working
from sdesk.store.reader import catalogue
from sdesk.store.reader.portal_rows import OfferRow, VisitorRow
from sdesk.store.reader.rows import ServiceRow

_SERVICES = (
    "SELECT s.key, s.name, s.category, s.description, s.help, s.fields, s.offered_to, t.name AS team_name,"
    " l.id AS sla_id, l.calendar_id FROM service AS s JOIN team AS t ON t.id = s.team_id"
    " LEFT JOIN sla AS l ON l.id = coalesce(s.sla_id, t.sla_id) WHERE s.retired_at IS NULL ORDER BY s.name, s.key"
)


def offers(
    connection: sqlite3.Connection,
    visitor: VisitorRow,
    calendar_of: Callable[[int], Calendar],
    *,
    languages: tuple[str, str],
    now: datetime,
    key: str | None = None,
) -> tuple[OfferRow, ...]:
    """The services that are offered to somebody in one of his units, by name; `key`: this one alone.

    What the first of those units loses while it stands is counted, as when a ticket is opened. `languages`: the wanted
    one, and the one that is taken where there is no text in it.
    """

    @cache
    def promised(unit: str | None) -> dict[str, ServiceRow]:
        return {row.key: row for row in catalogue.services(connection, unit=unit)}

    responses = {
        (row[0], row[1]): row[2]
        for row in connection.execute("SELECT sla_id, priority, first_response FROM sla_target")
    }
    addresses = visitor.requester.addresses
    found = []
    for row in connection.execute(_SERVICES):
        if key is not None and row["key"] != key:
            continue
        selectors = None if row["offered_to"] is None else json.loads(row["offered_to"])
        fitting = [place.key for place in visitor.places if selects(selectors, Asker(place.line, addresses))]
        if not fitting and (visitor.places or not selects(selectors, Asker((), addresses))):
            continue
        service = promised(fitting[0] if fitting else None)[row["key"]]
        response = responses.get((row["sla_id"], service.priority.value))
        seconds = service.resolution_target if service.resolution_target is not None else response
        promises = seconds is not None and row["calendar_id"] is not None
        found.append(
            OfferRow(
                key=row["key"],
                name=row["name"],
                category=row["category"] or "",
                description=in_language(json.loads(row["description"]), *languages),
                help=in_language(json.loads(row["help"]), *languages),
                team_name=row["team_name"],
                due_at=add_working(calendar_of(row["calendar_id"]), now, seconds or 0) if promises else None,
                answered=service.resolution_target is None,
                fields=fields_of(json.loads(row["fields"])),
            )
        )
    return tuple(found)
