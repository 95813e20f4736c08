"""The catalogue: what services say of themselves, their forms, and what people answered in them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns to services, and a table."""
    op.execute("ALTER TABLE service ADD COLUMN category VARCHAR")
    op.execute("ALTER TABLE service ADD COLUMN description TEXT NOT NULL DEFAULT '{}'")
    op.execute("ALTER TABLE service ADD COLUMN help TEXT NOT NULL DEFAULT '{}'")
    op.execute("ALTER TABLE service ADD COLUMN fields TEXT NOT NULL DEFAULT '[]'")
    op.create_table(
        "form_value",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_form_value_ticket_id"),
        sa.PrimaryKeyConstraint("ticket_id", "key", name="pk_form_value"),
    )
    op.create_index("ix_form_value_key", "form_value", ["key", "ticket_id"], unique=False)
