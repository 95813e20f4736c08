"""People and units behind mail addresses."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, literal_column, select, update
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.steps.rows import insert_row
from sdesk.domain.inbound import Mailbox
from sdesk.store.models import Person, PersonAddress, Ticket
from sdesk.store.prepared import Prepared

# Columns of the tables, not of the models: those make SQLAlchemy configure every mapper first, 30 ms of `sdesk new`.
_PEOPLE, _ADDRESSES = (Person.metadata.tables[name].c for name in ("person", "person_address"))
_BY_ADDRESS = Prepared(
    select(_PEOPLE.id, _PEOPLE.name, _PEOPLE.unit_id, _PEOPLE.language).where(
        _ADDRESSES.person_id == _PEOPLE.id, _ADDRESSES.address == bindparam("address")
    )
)
_REQUESTER = Prepared(
    select(_PEOPLE.id, _PEOPLE.name, _ADDRESSES.address, _PEOPLE.unit_id, _PEOPLE.language)
    .where(_PEOPLE.id == bindparam("person_id"), _ADDRESSES.person_id == _PEOPLE.id)
    .order_by(literal_column("person_address.rowid"))
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """A person of the store."""

    id: int
    name: str
    address: str
    unit_id: int | None
    language: str | None

    @property
    def box(self) -> Mailbox:
        """Where mail reaches the person."""
        return Mailbox(self.address, self.name)


def requester_of(work: Work, ticket: Ticket) -> FoundPerson | None:
    """Who asked, by the first address that the desk knew; None for a ticket of nobody that mail can reach."""
    row = _REQUESTER.run(work.connection, person_id=ticket.requester_id).first()
    return None if row is None else FoundPerson(*row)


def find_person(work: Work, address: str) -> FoundPerson | None:
    """The person of an address (any letter case), or None."""
    row = _BY_ADDRESS.run(work.connection, address=address.lower()).first()
    if row is None:
        return None
    number, name, unit_id, language = row
    return FoundPerson(number, name, address.lower(), unit_id, language)


def person_of(work: Work, box: Mailbox, language: str = "") -> FoundPerson | None:
    """The person of a mailbox, made if new; None where there is no address. The unit follows from the address."""
    if not box.address:
        return None
    found = find_person(work, box.address)
    if found is not None:
        if box.name and not found.name:
            work.connection.execute(update(Person).where(col(Person.id) == found.id).values(name=box.name))
            return FoundPerson(found.id, box.name, found.address, found.unit_id, found.language)
        return found
    address = box.address.lower()
    unit_id = work.rules.unit_of(address)
    number = insert_row(
        work,
        Person,
        {"name": box.name, "unit_id": unit_id, "language": language or None, "created_at": work.now},
    )
    insert_row(work, PersonAddress, {"address": address, "person_id": number})
    return FoundPerson(number, box.name, address, unit_id, language or None)
