"""Watchers: agents who are told of what happens on a ticket that is not theirs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a table."""
    op.create_table(
        "watcher",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_watcher_agent_id"),
        sa.ForeignKeyConstraint(["by_id"], ["agent.id"], name="fk_watcher_by_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_watcher_ticket_id"),
        sa.PrimaryKeyConstraint("ticket_id", "agent_id", name="pk_watcher"),
    )
    op.create_index("ix_watcher_agent_id", "watcher", ["agent_id", "ticket_id"], unique=False)
