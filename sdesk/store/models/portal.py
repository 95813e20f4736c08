"""Who may enter the portal: links that were asked for, and who is signed in. Keys are kept as hashes alone."""

# No `from __future__ import annotations` here: SQLModel reads the annotations as types.

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from sdesk.store.columns import Instant
from sdesk.store.models.base import Table


class SignIn(Table, table=True):
    """A link into the portal that somebody asked for; it is made when its mail goes, and works once."""

    __tablename__ = "sign_in"
    __table_args__ = (Index("ix_sign_in_address", "address", "asked_at"),)

    id: int | None = Field(default=None, primary_key=True)
    address: str
    """In lower case: who signs in with it is the person of this address."""
    language: str
    asked_at: datetime = Field(sa_type=Instant)
    hash: str | None = Field(default=None, unique=True)
    """SHA-256 of the token (128 random bits), hexadecimal; None until the mail goes."""
    expires_at: datetime | None = Field(default=None, sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)


class PortalSession(Table, table=True):
    """Somebody who is signed in; the row goes when he signs out."""

    __tablename__ = "portal_session"

    hash: str = Field(primary_key=True)
    """SHA-256 of the key in the cookie (128 random bits), hexadecimal."""
    person_id: int = Field(foreign_key="person.id", index=True)
    began_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
