"""People whom the desk serves, by their mail addresses."""

from datetime import datetime

from sqlmodel import Field

from sdesk.store.columns import Instant
from sdesk.store.models.base import Table


class Person(Table, table=True):
    """A requester, or somebody who takes part in a ticket."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = ""
    language: str | None = None
    phone: str | None = None
    unit_id: int | None = Field(default=None, foreign_key="unit.id", index=True)
    created_at: datetime = Field(sa_type=Instant)


class PersonAddress(Table, table=True):
    """A person's mail address, in lower case."""

    __tablename__ = "person_address"

    address: str = Field(primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
