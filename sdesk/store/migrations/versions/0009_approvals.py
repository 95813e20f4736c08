"""Approvals: who must say yes before a service is given, and what was said."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sdesk.store.widening import allow_word

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table, the service's approver, what a key is of, and the words for a wait, a party and a holder."""
    connection = op.get_bind()
    allow_word(connection, "ticket", "waiting_for", "approval")
    allow_word(connection, "message", "party", "approver")
    allow_word(connection, "token", "holder", "approver")
    op.create_table(
        "approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.Text(), nullable=True),
        sa.Column("how", sa.Text(), nullable=True),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("remind_at", sa.Text(), nullable=True),
        sa.Column("tell_at", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('asked', 'approved', 'refused', 'cancelled')", name="ck_approval_state"),
        sa.CheckConstraint("how IN ('portal', 'mail', 'agent', 'own')", name="ck_approval_how"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_approval_ticket_id"),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name="fk_approval_service_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_approval_person_id"),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_approval_agent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_approval"),
    )
    op.create_index("ix_approval_ticket_id", "approval", ["ticket_id"], unique=False)
    for name in ("remind_at", "tell_at"):
        op.create_index(
            f"ix_approval_{name}",
            "approval",
            [name],
            unique=False,
            sqlite_where=sa.text(f"state = 'asked' AND {name} IS NOT NULL"),
        )
    op.execute("ALTER TABLE service ADD COLUMN approve_by VARCHAR")
    op.execute(
        "ALTER TABLE token ADD COLUMN approval_id INTEGER CONSTRAINT fk_token_approval_id REFERENCES approval (id)"
    )
