"""Equipment by its inventory number: where it stands, what watches it, which tickets are about it, what was changed."""

# No `from __future__ import annotations` here: SQLModel reads the annotations as types.

from datetime import datetime
from typing import Any

from sqlmodel import Field, Index

from sdesk.store.columns import Document, Instant, partial_index
from sdesk.store.models.base import Table


class Asset(Table, table=True):
    """A piece of equipment. It is kept here and not in the desk file: it changes daily."""

    __table_args__ = (
        # The board counts it by unit and kind out of this alone.
        partial_index("ix_asset_place", "unit_id", "kind", "retired_at", where="retired_at IS NULL"),
        Index("ix_asset_service_id", "service_id", "unit_id"),
        Index("ix_asset_kind", "kind", "number_key"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    inventory_number: str = Field(unique=True)
    """As its label says."""
    number_key: str = Field(unique=True)
    """The same without letter case (`domain/equipment.number_key`): by this it is found."""
    name: str = ""
    kind: str
    """A word of the company, in small letters: till, workstation, printer."""
    model: str = ""
    serial: str = ""
    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    """Where it stands; None: in store."""
    service_id: int | None = Field(default=None, foreign_key="service.id")
    """What it carries: a ticket of that service in its unit may be about it."""
    bought_on: str | None = None
    """A day, as 2026-11-27."""
    warranty_until: str | None = Field(default=None, index=True)
    """The last day of it, the same."""
    note: str = ""
    created_at: datetime = Field(sa_type=Instant)
    updated_at: datetime = Field(sa_type=Instant)
    retired_at: datetime | None = Field(default=None, sa_type=Instant)
    """When it was taken out of use: it stays for what was."""


class AssetCheck(Table, table=True):
    """A check of monitoring that watches a piece of equipment, or all of a host (`till-3:*`). One check, one piece."""

    __tablename__ = "asset_check"

    source: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    asset_id: int = Field(foreign_key="asset.id", index=True)


class AssetChange(Table, table=True):
    """What was changed of a piece of equipment: one row an event, never changed."""

    __tablename__ = "asset_change"
    __table_args__ = (Index("ix_asset_change_asset_id", "asset_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    asset_id: int = Field(foreign_key="asset.id")
    at: datetime = Field(sa_type=Instant)
    agent_id: int | None = Field(default=None, foreign_key="agent.id")
    actor: str
    """The agent's login, or `system`."""
    event: str
    """added, changed, retired, back."""
    data: dict[str, Any] = Field(sa_type=Document)
    """By field: [old, new]."""


class TicketAsset(Table, table=True):
    """Equipment that a ticket is about. Bumps no version by itself."""

    __tablename__ = "ticket_asset"
    # By equipment: the ticket stands in the index.
    __table_args__ = (Index("ix_ticket_asset_asset_id", "asset_id", "ticket_id"),)

    ticket_id: int = Field(foreign_key="ticket.id", primary_key=True)
    asset_id: int = Field(foreign_key="asset.id", primary_key=True)
