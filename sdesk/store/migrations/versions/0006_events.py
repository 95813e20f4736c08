"""Events of machines: how each check stands, and its ticket. When the desk's own work was last done."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add two tables."""
    op.create_table(
        "check_event",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("first_at", sa.Text(), nullable=False),
        sa.Column("last_at", sa.Text(), nullable=False),
        sa.Column("downs", sa.Integer(), nullable=False),
        sa.Column("ups", sa.Integer(), nullable=False),
        sa.Column("returns", sa.Integer(), nullable=False),
        sa.Column("returned_at", sa.Text(), nullable=True),
        sa.Column("likeness", sa.String(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("notes", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('down', 'up')", name="ck_check_event_state"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_check_event_message_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_check_event_ticket_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_check_event_unit_id"),
        sa.PrimaryKeyConstraint("source", "key", name="pk_check_event"),
    )
    op.create_index("ix_check_event_ticket_id", "check_event", ["ticket_id"], unique=False)
    op.create_index(
        "ix_check_event_down",
        "check_event",
        ["unit_id", "first_at"],
        unique=False,
        sqlite_where=sa.text("state = 'down'"),
    )
    op.create_table(
        "last_run",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_last_run"),
    )
