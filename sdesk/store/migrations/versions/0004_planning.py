"""Absences, recurring tickets, visits, time spent, proposed incidents; what outages cost; what the reports ask by."""

from __future__ import annotations

import json
from decimal import Decimal

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables, the columns of outages, an incident's mark, and the indexes."""
    op.execute("ALTER TABLE ticket ADD COLUMN is_incident BOOLEAN NOT NULL DEFAULT 0")
    op.execute(
        "ALTER TABLE ticket ADD COLUMN incident_id INTEGER CONSTRAINT fk_ticket_incident_id REFERENCES ticket (id)"
    )
    op.execute("ALTER TABLE service ADD COLUMN incidents BOOLEAN")
    op.drop_index("ix_ticket_service_id", "ticket")
    op.create_index("ix_ticket_service_id", "ticket", ["service_id", "created_at"], unique=False)
    op.create_index(
        "ix_ticket_open_incident",
        "ticket",
        ["service_id"],
        unique=False,
        sqlite_where=sa.text("is_incident AND is_open"),
    )
    op.create_index(
        "ix_ticket_incident",
        "ticket",
        ["incident_id", "is_open"],
        unique=False,
        sqlite_where=sa.text("incident_id IS NOT NULL"),
    )
    # P1 and P2 are never stale. That others are is told as any state: of those that are, it was told before.
    op.execute("UPDATE ticket SET stale_at = NULL WHERE priority IN ('P1', 'P2')")
    op.execute(
        "UPDATE ticket SET alert_at = stale_at"
        " WHERE is_open AND rank = 1 AND stale_at IS NOT NULL AND alert_at IS NULL AND alerts IS NOT NULL"
    )
    op.execute(
        "UPDATE ticket SET alerts = json_set(coalesce(alerts, '{}'), '$.' || CASE"
        " WHEN resolution_target IS NOT NULL THEN 'resolution'"
        " WHEN next_reply_started_at IS NOT NULL AND next_reply_target IS NOT NULL THEN 'next_reply'"
        " ELSE 'first_response' END, 'stale') WHERE is_open AND rank = 2"
    )
    # Rank 5 is of parts of incidents by now; what is done comes after them.
    op.execute("UPDATE ticket SET rank = 6 WHERE rank = 5")
    op.create_index(
        "ix_ticket_solved",
        "ticket",
        ["resolved_at", "team_id", "service_id", "resolution_consumed", "resolution_voided"],
        unique=False,
        sqlite_where=sa.text("resolved_at IS NOT NULL"),
    )
    op.create_index(
        "ix_ticket_answered",
        "ticket",
        ["first_response_met_at"],
        unique=False,
        sqlite_where=sa.text("first_response_met_at IS NOT NULL"),
    )
    op.create_index("ix_history_event", "history", ["event", "at"], unique=False)
    op.execute(
        "ALTER TABLE ticket ADD COLUMN own_impact TEXT CONSTRAINT ck_ticket_own_impact CHECK ("
        "own_impact IN ('extensive', 'significant', 'moderate', 'minor'))"
    )
    op.execute("ALTER TABLE ticket ADD COLUMN loss_suspected INTEGER")
    op.execute("ALTER TABLE ticket ADD COLUMN loss_key INTEGER NOT NULL DEFAULT 0")
    op.execute("UPDATE ticket SET loss_key = -loss_per_hour WHERE loss_per_hour IS NOT NULL AND loss_since IS NOT NULL")
    for name, columns in (
        ("ix_ticket_by_loss", ["loss_key", "rank", "key1", "key2", "id"]),
        ("ix_ticket_by_priority", ["priority", "rank", "key1", "key2", "id"]),
        ("ix_ticket_by_age", ["created_at", "id"]),
    ):
        op.create_index(name, "ticket", columns, unique=False, sqlite_where=sa.text("is_open"))
    # What came closed out of an archive says so: by its history alone it would have been open until it is opened again.
    op.execute(
        "INSERT INTO history (ticket_id, at, actor, event, data)"
        """ SELECT id, created_at, 'system', 'status', '{"old":"new","new":"closed"}' FROM ticket"""
        " WHERE status = 'closed' AND closed_at = created_at"
        " AND id NOT IN (SELECT ticket_id FROM history WHERE event = 'status' AND ticket_id IS NOT NULL)"
    )
    op.execute("ALTER TABLE outage ADD COLUMN slices TEXT")
    _write_running_slices()
    op.create_index("ix_outage_down_from", "outage", ["down_from"], unique=False)
    op.create_table(
        "absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.Text(), nullable=False),
        sa.Column("ends_at", sa.Text(), nullable=False),
        sa.Column("stand_in_id", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_absence_agent_id"),
        sa.ForeignKeyConstraint(["stand_in_id"], ["agent.id"], name="fk_absence_stand_in_id"),
        sa.PrimaryKeyConstraint("id", name="pk_absence"),
    )
    op.create_index("ix_absence_agent_id", "absence", ["agent_id", "ends_at"], unique=False)
    op.create_table(
        "recurring_ticket",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("starts", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("assignee_id", sa.Integer(), nullable=True),
        sa.Column("requester", sa.String(), nullable=True),
        sa.Column("priority", sa.Text(), nullable=True),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("catch_up", sa.Text(), nullable=False),
        sa.Column("made_until", sa.Text(), nullable=False),
        sa.Column("next_at", sa.Text(), nullable=True),
        sa.Column("retired_at", sa.Text(), nullable=True),
        sa.CheckConstraint("priority IN ('P1', 'P2', 'P3', 'P4', 'P5')", name="ck_recurring_ticket_priority"),
        sa.CheckConstraint("catch_up IN ('one', 'all')", name="ck_recurring_ticket_catch_up"),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name="fk_recurring_ticket_service_id"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_recurring_ticket_team_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_recurring_ticket_unit_id"),
        sa.ForeignKeyConstraint(["assignee_id"], ["agent.id"], name="fk_recurring_ticket_assignee_id"),
        sa.PrimaryKeyConstraint("id", name="pk_recurring_ticket"),
        sa.UniqueConstraint("key", name="uq_recurring_ticket_key"),
    )
    op.create_table(
        "occurrence",
        sa.Column("recurring_id", sa.Integer(), nullable=False),
        sa.Column("occurs_at", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["recurring_id"], ["recurring_ticket.id"], name="fk_occurrence_recurring_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_occurrence_ticket_id"),
        sa.PrimaryKeyConstraint("recurring_id", "occurs_at", name="pk_occurrence"),
    )
    op.create_index("ix_occurrence_ticket_id", "occurrence", ["ticket_id"], unique=False)
    op.create_table(
        "time_spent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("spent_at", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_time_spent_ticket_id"),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_time_spent_agent_id"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_time_spent_message_id"),
        sa.PrimaryKeyConstraint("id", name="pk_time_spent"),
    )
    op.create_index("ix_time_spent_ticket_id", "time_spent", ["ticket_id"], unique=False)
    op.create_index("ix_time_spent_spent_at", "time_spent", ["spent_at", "agent_id", "seconds"], unique=False)
    op.create_table(
        "visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", sa.Text(), nullable=False),
        sa.Column("agreed_at", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_visit_ticket_id"),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_visit_agent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_visit"),
    )
    op.create_index("ix_visit_ticket_id", "visit", ["ticket_id"], unique=False)
    op.create_index("ix_visit_coming", "visit", ["starts_at"], unique=False, sqlite_where=sa.text("ended_at IS NULL"))
    op.create_table(
        "incident_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("first_at", sa.Text(), nullable=False),
        sa.Column("tickets", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.Text(), nullable=True),
        sa.Column("ended_how", sa.Text(), nullable=True),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.Column("data", sa.Text(), nullable=True),
        sa.CheckConstraint("ended_how IN ('accepted', 'declined', 'passed')", name="ck_incident_proposal_ended_how"),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name="fk_incident_proposal_service_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_incident_proposal_unit_id"),
        sa.ForeignKeyConstraint(["incident_id"], ["ticket.id"], name="fk_incident_proposal_incident_id"),
        sa.PrimaryKeyConstraint("id", name="pk_incident_proposal"),
    )
    op.create_index(
        "ix_incident_proposal_open",
        "incident_proposal",
        ["service_id"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
    )
    _count_by_urgency()


def _count_by_urgency() -> None:
    """What must be done right now is counted in one index: when a promise enters its risk stands in a column for it."""
    op.execute("ALTER TABLE ticket ADD COLUMN risk_at TEXT")
    clocks = ("first_response", "next_reply", "resolution")
    earliest = ", ".join(f"coalesce({clock}_at_risk_at, '~')" for clock in clocks)
    op.execute(f"UPDATE ticket SET risk_at = nullif(min({earliest}), '~') WHERE is_open")
    op.create_index(
        "ix_outbox_stuck", "outbox", ["state"], unique=False, sqlite_where=sa.text("state IN ('failed', 'held')")
    )
    op.drop_index("ix_ticket_count", table_name="ticket")
    op.create_index(
        "ix_ticket_count",
        "ticket",
        [
            *("is_open", "team_id", "assignee_id", "status", "due_at", "stale_at"),
            *("risk_at", "unanswered_since", "loss_since", "priority", "rank", "key1", "key2"),
        ],
        unique=False,
        sqlite_where=sa.text("is_open"),
    )


def _write_running_slices() -> None:
    """What lasts goes on at its ticket's rate since it began: as one slice, as outages are written from now on.

    What counted of its share is reckoned as it was until now: confirmed ones of a unit first, then the older.
    """
    connection = op.get_bind()
    lasting = connection.execute(
        sa.text(
            "SELECT o.id, o.unit_id, o.share, o.confirmed, o.ticket_id, t.loss_per_hour, t.loss_since"
            " FROM outage AS o JOIN ticket AS t ON t.id = o.ticket_id"
            " WHERE o.down_to IS NULL ORDER BY o.unit_id, o.confirmed DESC, o.id"
        )
    ).all()
    left: dict[int, Decimal] = {}
    for number, unit_id, share, confirmed, ticket_id, per_hour, since in lasting:
        counted = min(Decimal(share), left.get(unit_id, Decimal(1)))
        left[unit_id] = left.get(unit_id, Decimal(1)) - counted
        if per_hour is None or since is None:
            continue
        rate = Decimal(per_hour).scaleb(-2)
        connection.execute(
            sa.text("UPDATE outage SET slices = :slices, loss = 0 WHERE id = :id"),
            {"id": number, "slices": json.dumps([[since, None, str(counted), f"{rate:.2f}"]], separators=(",", ":"))},
        )
        if not confirmed:
            connection.execute(sa.text("UPDATE ticket SET loss_suspected = 0 WHERE id = :id"), {"id": ticket_id})
