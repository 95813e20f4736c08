"""What people answered in the forms of services."""

from sqlalchemy import Index
from sqlmodel import Field

from sdesk.store.models.base import Table


class FormValue(Table, table=True):
    """An answer in one field, in the one form of its kind (see `domain/catalogue.checked`)."""

    __tablename__ = "form_value"
    __table_args__ = (Index("ix_form_value_key", "key", "ticket_id"),)

    ticket_id: int = Field(foreign_key="ticket.id", primary_key=True)
    key: str = Field(primary_key=True)
    """Of the field in the desk file; the file may not have it any more."""
    position: int
    """Of the field in the form, from 1."""
    label: str
    """What the field was called, in the desk's language."""
    value: str
