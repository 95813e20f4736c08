"""Finding what somebody without a login asks for: his own tickets, and of the units whose head he is."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.steps.people import find_person
from sdesk.domain.errors import NotFound
from sdesk.domain.phrase import phrase
from sdesk.domain.requesters import Requester, ServedUnit, head_of
from sdesk.store.models import PersonAddress, Ticket, Unit


def asking(work: Work, address: str) -> Requester:
    """Who stands behind a mail address (any letter case): the person with all addresses, and whose head that is."""
    person = find_person(work, address)
    addresses = {address.lower()}
    if person is not None:
        found = select(col(PersonAddress.address)).where(col(PersonAddress.person_id) == person.id)
        addresses.update(each.lower() for each in work.connection.execute(found).scalars())
    heads = work.rules.portal.heads
    headed: frozenset[int] = frozenset()
    if heads:
        columns = (Unit.id, Unit.key, Unit.kind, Unit.parent_id, Unit.manager)
        units = select(*map(col, columns)).where(col(Unit.retired_at).is_(None))
        headed = head_of([ServedUnit(*unit) for unit in work.connection.execute(units)], heads, addresses)
    return Requester(None if person is None else person.id, frozenset(addresses), headed)


def see_asked(work: Work, requester: Requester, number: int) -> Ticket:
    """The ticket of a number, for who asked it or is the head of its unit; NotFound, where a wall stands too."""
    ticket = work.session.get(Ticket, number)
    if ticket is not None:
        private = work.rules.teams[ticket.team_id].private
        if requester.sees(ticket.requester_id, ticket.unit_id, private=private):
            return ticket
    raise NotFound(phrase("there is no ticket {ref}", ref=work.rules.ref(number)), phrase("see your requests"))
