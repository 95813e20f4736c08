"""Somebody without a login: in which units he is served, and finding what he asks for, his own tickets and those of the
units whose head he is.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.steps.people import find_person
from sdesk.domain.errors import NotFound
from sdesk.domain.phrase import phrase
from sdesk.domain.requesters import Requester, ServedUnit, head, places_of, units_headed
from sdesk.store.models import PersonAddress, Ticket, Unit


class ServedAt(NamedTuple):
    """A unit in which somebody is served."""

    id: int
    key: str
    line: tuple[tuple[str, str], ...]
    """Key and kind of it, then of those that it is a part of."""


def asking(work: Work, address: str) -> Requester:
    """Who stands behind a mail address (any letter case): the person with all addresses, and whose head that is."""
    person = find_person(work, address)
    addresses = {address.lower()}
    if person is not None:
        known = select(col(PersonAddress.address)).where(col(PersonAddress.person_id) == person.id)
        addresses.update(each.lower() for each in work.connection.execute(known).scalars())
    heads = work.rules.portal.heads
    headed: frozenset[int] = frozenset()
    if heads:
        headed = units_headed(_units(work), heads, addresses)
    return Requester(None if person is None else person.id, frozenset(addresses), headed)


def served_at(work: Work, unit_id: int | None, addresses: Collection[str]) -> tuple[ServedAt, ...]:
    """The units of somebody: the one that his address is of, then those whose head he is."""
    return tuple(ServedAt(each.id, each.key, line) for each, line in places_of(_units(work), unit_id, addresses))


def is_head(work: Work, address: str) -> bool:
    """Whether a mail address (in small letters) is that of a unit's head."""
    named = (head(unit.manager) for unit in _units(work))
    return any(each is not None and each.address.lower() == address for each in named)


def _units(work: Work) -> list[ServedUnit]:
    columns = (Unit.id, Unit.key, Unit.kind, Unit.parent_id, Unit.manager)
    found = work.connection.execute(select(*map(col, columns)).where(col(Unit.retired_at).is_(None)))
    return [ServedUnit(row.id, row.key, row.kind, row.parent_id, row.manager) for row in found]


def see_asked(work: Work, requester: Requester, number: int) -> Ticket:
    """The ticket of a number, for who asked it or is the head of its unit; NotFound, where a wall stands too."""
    ticket = work.session.get(Ticket, number)
    if ticket is not None:
        private = work.rules.teams[ticket.team_id].private
        if requester.sees(ticket.requester_id, ticket.unit_id, private=private):
            return ticket
    raise NotFound(phrase("there is no ticket {ref}", ref=work.rules.ref(number)), phrase("see your requests"))
