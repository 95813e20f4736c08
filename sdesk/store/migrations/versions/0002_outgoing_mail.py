"""Outgoing mail: tokens of agents and suppliers, blocked senders, notifications, what may be taken back, alerts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Columns are added by SQL as it stands: Alembic's other way copies each table, and SQLite adds a column at once.
_COLUMNS = (
    "team ADD COLUMN signature VARCHAR",
    "team ADD COLUMN plus_addressing BOOLEAN NOT NULL DEFAULT 0",
    "agent ADD COLUMN notify TEXT",
    "ticket ADD COLUMN alert_at TEXT",
    "ticket ADD COLUMN alerts TEXT",
    "ticket ADD COLUMN promised_at TEXT",
    "message ADD COLUMN party TEXT NOT NULL DEFAULT 'requester'"
    " CONSTRAINT ck_message_party CHECK (party IN ('requester', 'supplier'))",
    "message ADD COLUMN taken_back_at TEXT",
    "outbox ADD COLUMN agent_id INTEGER CONSTRAINT fk_outbox_agent_id REFERENCES agent (id)",
    "outbox ADD COLUMN claimed_at TEXT",
    "outbox ADD COLUMN sent_with INTEGER CONSTRAINT fk_outbox_sent_with REFERENCES outbox (id)",
    "outbox ADD COLUMN done TEXT",
    "outbox ADD COLUMN before TEXT",
)

_NOW = "strftime('%Y-%m-%dT%H:%M:%SZ', 'now')"
_CLOCKS = ("first_response", "next_reply", "resolution")


def upgrade() -> None:
    """Add columns and tables. What the promises of open tickets have come to is history: nobody is told of it again."""
    for column in _COLUMNS:
        op.execute(f"ALTER TABLE {column}")
    op.create_index(
        "ix_ticket_alert",
        "ticket",
        ["alert_at"],
        unique=False,
        sqlite_where=sa.text("is_open AND alert_at IS NOT NULL"),
    )
    op.create_index("ix_outbox_message_ref", "outbox", ["message_ref"], unique=False)
    op.create_table(
        "token",
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("message_ref", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.CheckConstraint("holder IN ('agent', 'supplier')", name="ck_token_holder"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_token_ticket_id"),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_token_agent_id"),
        sa.ForeignKeyConstraint(["message_ref"], ["message.id"], name="fk_token_message_ref"),
        sa.PrimaryKeyConstraint("hash", name="pk_token"),
    )
    op.create_index("ix_token_ticket_id", "token", ["ticket_id"], unique=False)
    op.create_table(
        "blocked_sender",
        sa.Column("pattern", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("blocked_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("pattern", name="pk_blocked_sender"),
    )
    states = ", ".join(
        f"'{clock}', CASE WHEN {clock}_due_at <= {_NOW} THEN 'breached'"
        f" WHEN {clock}_at_risk_at <= {_NOW} THEN 'at_risk' END"
        for clock in _CLOCKS
    )
    coming = " UNION ALL ".join(
        f"SELECT {clock}_{instant} AS at WHERE {clock}_started_at IS NOT NULL"
        for clock in _CLOCKS
        for instant in ("at_risk_at", "due_at")
    )
    # json_patch with an empty document takes the clocks away that have entered no state.
    op.execute(
        f"UPDATE ticket SET alerts = nullif(json_patch('{{}}', json_object({states})), '{{}}'),"
        f" alert_at = (SELECT min(at) FROM ({coming}) WHERE at > {_NOW}) WHERE is_open"
    )
