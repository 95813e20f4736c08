"""The portal: links by which somebody signs in, and who is signed in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add two tables."""
    op.create_table(
        "sign_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("asked_at", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(), nullable=True),
        sa.Column("expires_at", sa.Text(), nullable=True),
        sa.Column("used_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in"),
        sa.UniqueConstraint("hash", name="uq_sign_in_hash"),
    )
    op.create_index("ix_sign_in_address", "sign_in", ["address", "asked_at"], unique=False)
    op.create_table(
        "portal_session",
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_portal_session_person_id"),
        sa.PrimaryKeyConstraint("hash", name="pk_portal_session"),
    )
    op.create_index("ix_portal_session_person_id", "portal_session", ["person_id"], unique=False)
