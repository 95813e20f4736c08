"""Ratings: what people said of how their tickets were dealt with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a table."""
    op.create_table(
        "rating",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=True),
        sa.Column("answered_at", sa.Text(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("how", sa.Text(), nullable=True),
        sa.Column("follow_up_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name="ck_rating_score"),
        sa.CheckConstraint("how IN ('portal', 'mail')", name="ck_rating_how"),
        sa.ForeignKeyConstraint(["follow_up_id"], ["ticket.id"], name="fk_rating_follow_up_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_rating_person_id"),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name="fk_rating_service_id"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_rating_team_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_rating_ticket_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_rating_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_rating"),
        sa.UniqueConstraint("token_hash", name="uq_rating_token_hash"),
    )
    op.create_index("ix_rating_ticket_id", "rating", ["ticket_id"], unique=False)
    op.create_index("ix_rating_follow_up_id", "rating", ["follow_up_id"], unique=False)
    op.create_index("ix_rating_person_id", "rating", ["person_id", "asked_at"], unique=False)
    op.create_index("ix_rating_asked_at", "rating", ["asked_at"], unique=False)
    op.create_index(
        "ix_rating_score",
        "rating",
        ["ticket_id", "id", "score"],
        unique=False,
        sqlite_where=sa.text("score IS NOT NULL"),
    )
