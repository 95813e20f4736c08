"""Agents' public keys, by which they log in over SSH."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a table."""
    op.create_table(
        "agent_key",
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_agent_key_agent_id"),
        sa.PrimaryKeyConstraint("agent_id", "position", name="pk_agent_key"),
        sa.UniqueConstraint("key", name="uq_agent_key_key"),
    )
