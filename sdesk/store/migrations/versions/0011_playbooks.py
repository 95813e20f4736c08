"""Playbooks in course, and their steps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add two tables."""
    op.create_table(
        "playbook_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("closes", sa.Boolean(), nullable=False),
        sa.Column("picture", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("started_at", sa.Text(), nullable=False),
        sa.Column("started_by", sa.String(), nullable=False),
        sa.Column("moved_at", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('running', 'done', 'cancelled')", name="ck_playbook_run_state"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_playbook_run_ticket_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_playbook_run_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_playbook_run"),
        sa.UniqueConstraint("ticket_id", name="uq_playbook_run_ticket_id"),
    )
    op.create_table(
        "playbook_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.Column("opens_at", sa.Text(), nullable=True),
        sa.Column("waits_for", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.Text(), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("why", sa.String(), nullable=True),
        sa.CheckConstraint(
            "state IN ('planned', 'open', 'done', 'skipped', 'cancelled')", name="ck_playbook_step_state"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["playbook_run.id"], name="fk_playbook_step_run_id"),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name="fk_playbook_step_service_id"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_playbook_step_team_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_playbook_step_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_playbook_step"),
        sa.UniqueConstraint("run_id", "key", name="uq_playbook_step_run_id_key"),
    )
    op.create_index("ix_playbook_step_ticket_id", "playbook_step", ["ticket_id"], unique=False)
    op.create_index(
        "ix_playbook_step_planned",
        "playbook_step",
        ["opens_at", "run_id"],
        unique=False,
        sqlite_where=sa.text("state = 'planned'"),
    )
