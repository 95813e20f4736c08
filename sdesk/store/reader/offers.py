"""The catalogue as those see it who may ask for something: what is offered to whom, by category, and done by when.

It is read where somebody looks into the catalogue, and nowhere else: no list of tickets waits for a form.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from functools import cache
from typing import NamedTuple

from sdesk.domain.actor import Actor
from sdesk.domain.catalogue import FormField, fields_of
from sdesk.domain.errors import NotFound
from sdesk.domain.nearest import did_you_mean
from sdesk.domain.offered import Asker, selects
from sdesk.domain.phrase import phrase
from sdesk.domain.requesters import ServedUnit, unit_line
from sdesk.domain.worktime import Calendar, add_working
from sdesk.store.reader import catalogue, details
from sdesk.store.reader.organisation_rows import ServiceRow
from sdesk.store.search import fold

_SERVICES = (
    "SELECT s.key, s.category, s.description, s.help, s.fields, s.offered_to, s.approve_by, t.name AS team_name,"
    " l.id AS sla_id, l.calendar_id FROM service AS s JOIN team AS t ON t.id = s.team_id"
    " LEFT JOIN sla AS l ON l.id = coalesce(s.sla_id, t.sla_id)"
    " WHERE s.retired_at IS NULL"
)
_RESPONSES = "SELECT sla_id, priority, first_response FROM sla_target"
_UNITS = "SELECT id, key, kind, parent_id, manager FROM unit WHERE retired_at IS NULL"


class OfferRow(NamedTuple):
    """An entry of the catalogue, for who may ask for it."""

    service: ServiceRow
    """With the priority that it has at the unit of who asks."""
    category: str | None
    description: Mapping[str, str]
    """By language."""
    help: Mapping[str, str]
    """What to try first, by language."""
    fields: tuple[FormField, ...]
    """Its form."""
    done_by: datetime | None
    """By when it would be resolved, if it were asked for now; None where that is not promised."""
    answered_by: datetime | None
    """By when it would be answered; None where that is not promised."""
    team_name: str
    approve_by: str | None
    """Who must say yes before it is given: `unit-head`, or a mailbox; None: nobody."""


class AskerRow(NamedTuple):
    """Somebody for whom the catalogue is looked into."""

    asker: Asker
    unit: str | None
    """The key of the unit, where there is one."""


def offers(
    connection: sqlite3.Connection,
    calendar_of: Callable[[int], Calendar],
    *,
    now: datetime,
    to: Sequence[AskerRow] | None = None,
    words: str = "",
    key: str | None = None,
) -> tuple[OfferRow, ...]:
    """What is offered to somebody, by category and name; to nobody in particular: all that there is.

    `to`: him in each of his units. What the first of those loses in which it is offered is counted, as when a ticket is
    opened. `words`: entries that have all of them, in any language; `key`: this one alone.
    """

    @cache
    def services(unit: str | None) -> dict[str, ServiceRow]:
        return {row.key: row for row in catalogue.services(connection, unit=unit)}

    responses = {(row[0], row[1]): row[2] for row in connection.execute(_RESPONSES)}
    found = []
    for row in connection.execute(_SERVICES):
        offered = None if row["offered_to"] is None else json.loads(row["offered_to"])
        fitting = [None] if to is None else [each.unit for each in to if selects(offered, each.asker)]
        if not fitting or (key is not None and row["key"] != key):
            continue
        service, calendar = services(fitting[0])[row["key"]], row["calendar_id"]
        targets = (service.resolution_target, responses.get((row["sla_id"], service.priority.value)))
        done_by, answered_by = (
            None if target is None or calendar is None else add_working(calendar_of(calendar), now, target)
            for target in targets
        )
        offer = OfferRow(
            service,
            row["category"],
            json.loads(row["description"]),
            json.loads(row["help"]),
            fields_of(json.loads(row["fields"])),
            done_by,
            answered_by,
            row["team_name"],
            row["approve_by"],
        )
        if _has(offer, words):
            found.append(offer)
    return tuple(sorted(found, key=_place))


def _place(offer: OfferRow) -> tuple[bool, str, str, str]:
    """By category, those without one last."""
    return offer.category is None, fold(offer.category or ""), fold(offer.service.name), offer.service.key


def _has(offer: OfferRow, words: str) -> bool:
    texts = (offer.service.key, offer.service.name, offer.category or "", *offer.description.values())
    text = fold("\n".join(texts))
    return all(fold(word) in text for word in words.split())


def asker_of(connection: sqlite3.Connection, actor: Actor, who: str) -> AskerRow:
    """Somebody of a mail address, known or not, or a unit of a key; NotFound for no such unit.

    Whose tickets all stand behind a wall is not known: their unit is then that of the address.
    """
    if "@" not in who:
        known = [row[0] for row in connection.execute("SELECT key FROM unit WHERE retired_at IS NULL")]
        if who not in known:
            raise NotFound(
                phrase("there is no unit `{key}`", key=who),
                did_you_mean(who, known, phrase("see `sdesk unit list`, or name a mail address")),
            )
        return AskerRow(Asker(_chain(connection, who)), who)
    address = who.strip().lower()
    try:
        person = details.person(connection, actor, address)
    except NotFound:
        unit = unit_of_address(connection, address)
        return AskerRow(Asker(_chain(connection, unit), frozenset({address})), unit)
    return AskerRow(Asker(_chain(connection, person.unit), frozenset(map(str.lower, person.addresses))), person.unit)


def unit_of_address(connection: sqlite3.Connection, address: str) -> str | None:
    """The key of the unit whose mail an address is: named, else by the first pattern that fits."""
    rows = connection.execute(
        "SELECT a.pattern, u.key FROM unit_address AS a JOIN unit AS u ON u.id = a.unit_id"
        " ORDER BY instr(a.pattern, '*') > 0, a.position"
    )
    return next((key for pattern, key in rows if fnmatchcase(address, pattern)), None)


def _chain(connection: sqlite3.Connection, key: str | None) -> tuple[tuple[str, str], ...]:
    """Key and kind of a unit, then of those that it is a part of."""
    units = {row["id"]: ServedUnit(*row) for row in connection.execute(_UNITS)} if key is not None else {}
    return next((unit_line(unit, units) for unit in units.values() if unit.key == key), ())
