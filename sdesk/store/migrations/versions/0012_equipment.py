"""Equipment by its inventory number, the checks that watch it, the tickets that are about it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add four tables, and say of a check which equipment it watches."""
    op.create_table(
        "asset",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("inventory_number", sa.String(), nullable=False),
        sa.Column("number_key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.Column("bought_on", sa.String(), nullable=True),
        sa.Column("warranty_until", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.Column("retired_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name="fk_asset_service_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_asset_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_asset"),
        sa.UniqueConstraint("inventory_number", name="uq_asset_inventory_number"),
        sa.UniqueConstraint("number_key", name="uq_asset_number_key"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_asset_place",
        "asset",
        ["unit_id", "kind", "retired_at"],
        unique=False,
        sqlite_where=sa.text("retired_at IS NULL"),
    )
    op.create_index("ix_asset_service_id", "asset", ["service_id", "unit_id"], unique=False)
    op.create_index("ix_asset_kind", "asset", ["kind", "number_key"], unique=False)
    op.create_index("ix_asset_warranty_until", "asset", ["warranty_until"], unique=False)
    op.create_table(
        "asset_check",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name="fk_asset_check_asset_id"),
        sa.PrimaryKeyConstraint("source", "key", name="pk_asset_check"),
    )
    op.create_index("ix_asset_check_asset_id", "asset_check", ["asset_id"], unique=False)
    op.create_table(
        "asset_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_asset_change_agent_id"),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name="fk_asset_change_asset_id"),
        sa.PrimaryKeyConstraint("id", name="pk_asset_change"),
    )
    op.create_index("ix_asset_change_asset_id", "asset_change", ["asset_id", "id"], unique=False)
    op.create_table(
        "ticket_asset",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name="fk_ticket_asset_asset_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_ticket_asset_ticket_id"),
        sa.PrimaryKeyConstraint("ticket_id", "asset_id", name="pk_ticket_asset"),
    )
    op.create_index("ix_ticket_asset_asset_id", "ticket_asset", ["asset_id", "ticket_id"], unique=False)
    op.execute(
        "ALTER TABLE check_event ADD COLUMN asset_id INTEGER CONSTRAINT fk_check_event_asset_id REFERENCES asset (id)"
    )
    op.execute("ALTER TABLE check_event ADD COLUMN stands BOOLEAN NOT NULL DEFAULT 1")
    op.create_index(
        "ix_check_event_asset",
        "check_event",
        ["asset_id", "state"],
        unique=False,
        sqlite_where=sa.text("asset_id IS NOT NULL"),
    )
