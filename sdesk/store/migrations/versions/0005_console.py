"""What the console keeps: named filters, who is where, what can be undone, drafts, of forms too; ready replies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add five tables, and to a draft what is chosen beside its words, and who wrote it last."""
    op.execute("ALTER TABLE draft ADD COLUMN beside TEXT NOT NULL DEFAULT '{}'")
    op.execute("ALTER TABLE draft ADD COLUMN stamp VARCHAR NOT NULL DEFAULT ''")
    op.create_table(
        "ready_reply",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name="fk_ready_reply_service_id"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_ready_reply_team_id"),
        sa.PrimaryKeyConstraint("key", name="pk_ready_reply"),
    )
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("filter", sa.String(), nullable=False),
        sa.Column("sort", sa.Text(), nullable=False),
        sa.Column("digit", sa.Integer(), nullable=True),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.CheckConstraint("sort IN ('sla', 'loss', 'priority', 'age')", name="ck_saved_view_sort"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_view"),
        sa.UniqueConstraint("owner", "name", name="uq_saved_view_owner_name"),
    )
    op.create_table(
        "presence",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("doing", sa.Text(), nullable=False),
        sa.Column("until", sa.Text(), nullable=False),
        sa.CheckConstraint("doing IN ('reading', 'replying', 'noting')", name="ck_presence_doing"),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_presence_agent_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_presence_ticket_id"),
        sa.PrimaryKeyConstraint("ticket_id", "agent_id", name="pk_presence"),
    )
    op.create_table(
        "form_draft",
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.Column("open_until", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_form_draft_agent_id"),
        sa.PrimaryKeyConstraint("agent_id", "form", "session", name="pk_form_draft"),
    )
    op.create_table(
        "undo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("batch", sa.String(), nullable=False),
        sa.Column("part_of", sa.Integer(), nullable=True),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("was", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_undo_agent_id"),
        sa.ForeignKeyConstraint(["part_of"], ["undo.id"], name="fk_undo_part_of"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_undo_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_undo"),
    )
    op.create_index("ix_undo_agent_id", "undo", ["agent_id", "id"], unique=False)
    op.create_index("ix_undo_at", "undo", ["at"], unique=False)
    op.create_index("ix_undo_part_of", "undo", ["part_of"], unique=False)
    op.create_index("ix_undo_ticket_id", "undo", ["ticket_id"], unique=False)
