"""The first schema: the desk's set-up, people, tickets, mail, and the full-text index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table, and the one row of full text that each ticket has."""
    op.create_table(
        "agent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("retired_at", sa.Text(), nullable=True),
        sa.CheckConstraint("role IN ('agent', 'lead', 'admin', 'auditor')", name="ck_agent_role"),
        sa.PrimaryKeyConstraint("id", name="pk_agent"),
        sa.UniqueConstraint("key", name="uq_agent_key"),
    )
    op.create_index("ix_agent_email", "agent", ["email"], unique=False)
    op.create_table(
        "blob",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_blob"),
        sa.UniqueConstraint("sha256", name="uq_blob_sha256"),
    )
    op.create_table(
        "calendar",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("subdivision", sa.String(), nullable=True),
        sa.Column("hours", sa.Text(), nullable=False),
        sa.Column("free", sa.Text(), nullable=False),
        sa.Column("working", sa.Text(), nullable=False),
        sa.Column("retired_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_calendar"),
        sa.UniqueConstraint("key", name="uq_calendar_key"),
    )
    op.create_table(
        "desk",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("ref_prefix", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("loop_token", sa.String(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("applied_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_desk"),
    )
    op.create_table(
        "mailbox_state",
        sa.Column("mailbox", sa.String(), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("uidvalidity", sa.Integer(), nullable=False),
        sa.Column("seen_uid", sa.Integer(), nullable=False),
        sa.Column("set_up_at", sa.Text(), nullable=False),
        sa.Column("since", sa.Text(), nullable=True),
        sa.Column("fetched_at", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("mailbox", "folder", name="pk_mailbox_state"),
    )
    op.create_table(
        "raw_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_raw_mail"),
        sa.UniqueConstraint("sha256", name="uq_raw_mail_sha256"),
    )
    op.create_table(
        "routing_rule",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("assignment", sa.Text(), nullable=False),
        sa.Column("person", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_routing_rule"),
    )
    op.create_table(
        "sla",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("calendar_id", sa.Integer(), nullable=False),
        sa.Column("warn_at", sa.Integer(), nullable=False),
        sa.Column("stale_at", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["calendar_id"], ["calendar.id"], name="fk_sla_calendar_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sla"),
        sa.UniqueConstraint("key", name="uq_sla_key"),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("calendar_id", sa.Integer(), nullable=True),
        sa.Column("turnover_per_hour", sa.Integer(), nullable=True),
        sa.Column("stops", sa.Text(), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("manager", sa.String(), nullable=True),
        sa.Column("retired_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["calendar_id"], ["calendar.id"], name="fk_unit_calendar_id"),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name="fk_unit_parent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_unit"),
        sa.UniqueConstraint("key", name="uq_unit_key"),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_person_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
    )
    op.create_index("ix_person_unit_id", "person", ["unit_id"], unique=False)
    op.create_table(
        "sla_target",
        sa.Column("sla_id", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("first_response", sa.Integer(), nullable=True),
        sa.Column("next_reply", sa.Integer(), nullable=True),
        sa.Column("resolution", sa.Integer(), nullable=True),
        sa.CheckConstraint("priority IN ('P1', 'P2', 'P3', 'P4', 'P5')", name="ck_sla_target_priority"),
        sa.ForeignKeyConstraint(["sla_id"], ["sla.id"], name="fk_sla_target_sla_id"),
        sa.PrimaryKeyConstraint("sla_id", "priority", name="pk_sla_target"),
    )
    op.create_table(
        "team",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("sla_id", sa.Integer(), nullable=True),
        sa.Column("reopen_for", sa.Integer(), nullable=False),
        sa.Column("wait_days", sa.Integer(), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("retired_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["lead_id"], ["agent.id"], name="fk_team_lead_id"),
        sa.ForeignKeyConstraint(["sla_id"], ["sla.id"], name="fk_team_sla_id"),
        sa.PrimaryKeyConstraint("id", name="pk_team"),
        sa.UniqueConstraint("key", name="uq_team_key"),
    )
    op.create_table(
        "unit_address",
        sa.Column("pattern", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_unit_address_unit_id"),
        sa.PrimaryKeyConstraint("pattern", name="pk_unit_address"),
    )
    op.create_table(
        "on_call",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_on_call_agent_id"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_on_call_team_id"),
        sa.PrimaryKeyConstraint("team_id", "position", name="pk_on_call"),
    )
    op.create_table(
        "person_address",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_person_address_person_id"),
        sa.PrimaryKeyConstraint("address", name="pk_person_address"),
    )
    op.create_index("ix_person_address_person_id", "person_address", ["person_id"], unique=False)
    op.create_table(
        "service",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("sla_id", sa.Integer(), nullable=True),
        sa.Column("impact", sa.Text(), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("stops_share", sa.Text(), nullable=True),
        sa.Column("offered_to", sa.Text(), nullable=True),
        sa.Column("retired_at", sa.Text(), nullable=True),
        sa.CheckConstraint("impact IN ('extensive', 'significant', 'moderate', 'minor')", name="ck_service_impact"),
        sa.CheckConstraint("urgency IN ('critical', 'high', 'medium', 'low')", name="ck_service_urgency"),
        sa.ForeignKeyConstraint(["sla_id"], ["sla.id"], name="fk_service_sla_id"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_service_team_id"),
        sa.PrimaryKeyConstraint("id", name="pk_service"),
        sa.UniqueConstraint("key", name="uq_service_key"),
    )
    op.create_table(
        "team_member",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_team_member_agent_id"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_team_member_team_id"),
        sa.PrimaryKeyConstraint("team_id", "agent_id", name="pk_team_member"),
    )
    op.create_index("ix_team_member_agent_id", "team_member", ["agent_id"], unique=False)
    op.create_table(
        "template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_template_team_id"),
        sa.PrimaryKeyConstraint("id", name="pk_template"),
        sa.UniqueConstraint("name", "language", "team_id", name="uq_template_name_language_team_id"),
    )
    op.create_table(
        "ticket",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("waiting_for", sa.Text(), nullable=True),
        sa.Column("wake_at", sa.Text(), nullable=True),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("assignee_id", sa.Integer(), nullable=True),
        sa.Column("requester_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("impact", sa.Text(), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("priority_reason", sa.String(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.Column("resolved_at", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.Text(), nullable=True),
        sa.Column("reopenings", sa.Integer(), nullable=False),
        sa.Column("unanswered_since", sa.Text(), nullable=True),
        sa.Column("sla_id", sa.Integer(), nullable=True),
        sa.Column("first_response_target", sa.Integer(), nullable=True),
        sa.Column("first_response_consumed", sa.Integer(), nullable=False),
        sa.Column("first_response_started_at", sa.Text(), nullable=True),
        sa.Column("first_response_at_risk_at", sa.Text(), nullable=True),
        sa.Column("first_response_due_at", sa.Text(), nullable=True),
        sa.Column("first_response_met_at", sa.Text(), nullable=True),
        sa.Column("first_response_voided", sa.Boolean(), nullable=False),
        sa.Column("next_reply_target", sa.Integer(), nullable=True),
        sa.Column("next_reply_consumed", sa.Integer(), nullable=False),
        sa.Column("next_reply_started_at", sa.Text(), nullable=True),
        sa.Column("next_reply_at_risk_at", sa.Text(), nullable=True),
        sa.Column("next_reply_due_at", sa.Text(), nullable=True),
        sa.Column("next_reply_met_at", sa.Text(), nullable=True),
        sa.Column("next_reply_voided", sa.Boolean(), nullable=False),
        sa.Column("resolution_target", sa.Integer(), nullable=True),
        sa.Column("resolution_consumed", sa.Integer(), nullable=False),
        sa.Column("resolution_started_at", sa.Text(), nullable=True),
        sa.Column("resolution_at_risk_at", sa.Text(), nullable=True),
        sa.Column("resolution_due_at", sa.Text(), nullable=True),
        sa.Column("resolution_met_at", sa.Text(), nullable=True),
        sa.Column("resolution_voided", sa.Boolean(), nullable=False),
        sa.Column("stale_at", sa.Text(), nullable=True),
        sa.Column("due_at", sa.Text(), nullable=True),
        sa.Column("due_kind", sa.Text(), nullable=True),
        sa.Column("loss_per_hour", sa.Integer(), nullable=True),
        sa.Column("loss_since", sa.Text(), nullable=True),
        sa.Column("loss_past", sa.Integer(), nullable=True),
        sa.Column("loss_confirmed", sa.Boolean(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("key1", sa.Integer(), nullable=False),
        sa.Column("key2", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "channel IN ('mail', 'form', 'phone', 'cli', 'console', 'portal', 'event', 'import')",
            name="ck_ticket_channel",
        ),
        sa.CheckConstraint("due_kind IN ('first_response', 'next_reply', 'resolution')", name="ck_ticket_due_kind"),
        sa.CheckConstraint("impact IN ('extensive', 'significant', 'moderate', 'minor')", name="ck_ticket_impact"),
        sa.CheckConstraint("priority IN ('P1', 'P2', 'P3', 'P4', 'P5')", name="ck_ticket_priority"),
        sa.CheckConstraint(
            "status IN ('new', 'open', 'waiting', 'resolved', 'closed', 'merged', 'spam')", name="ck_ticket_status"
        ),
        sa.CheckConstraint("urgency IN ('critical', 'high', 'medium', 'low')", name="ck_ticket_urgency"),
        sa.CheckConstraint("waiting_for IN ('requester', 'supplier', 'date')", name="ck_ticket_waiting_for"),
        sa.ForeignKeyConstraint(["assignee_id"], ["agent.id"], name="fk_ticket_assignee_id"),
        sa.ForeignKeyConstraint(["requester_id"], ["person.id"], name="fk_ticket_requester_id"),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name="fk_ticket_service_id"),
        sa.ForeignKeyConstraint(["sla_id"], ["sla.id"], name="fk_ticket_sla_id"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_ticket_team_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_ticket_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_ticket"),
        sa.UniqueConstraint("external_id", name="uq_ticket_external_id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_ticket_count",
        "ticket",
        ["is_open", "team_id", "assignee_id", "status", "due_at", "stale_at"],
        unique=False,
        sqlite_where=sa.text("is_open"),
    )
    op.create_index("ix_ticket_created_at", "ticket", ["created_at"], unique=False)
    op.create_index(
        "ix_ticket_done", "ticket", ["is_open", "team_id", "status"], unique=False, sqlite_where=sa.text("NOT is_open")
    )
    op.create_index(
        "ix_ticket_loss",
        "ticket",
        ["loss_per_hour"],
        unique=False,
        sqlite_where=sa.text("is_open AND loss_per_hour IS NOT NULL"),
    )
    op.create_index("ix_ticket_place", "ticket", ["rank", "key1", "key2", "id"], unique=False)
    op.create_index(
        "ix_ticket_queue", "ticket", ["rank", "key1", "key2", "id"], unique=False, sqlite_where=sa.text("is_open")
    )
    op.create_index(
        "ix_ticket_queue_assignee",
        "ticket",
        ["assignee_id", "rank", "key1", "key2", "id"],
        unique=False,
        sqlite_where=sa.text("is_open"),
    )
    op.create_index(
        "ix_ticket_queue_team",
        "ticket",
        ["team_id", "rank", "key1", "key2", "id"],
        unique=False,
        sqlite_where=sa.text("is_open"),
    )
    op.create_index(
        "ix_ticket_queue_waiting",
        "ticket",
        ["rank", "key1", "key2", "id"],
        unique=False,
        sqlite_where=sa.text("status = 'waiting'"),
    )
    op.create_index("ix_ticket_requester_id", "ticket", ["requester_id"], unique=False)
    op.create_index(
        "ix_ticket_resolved", "ticket", ["resolved_at"], unique=False, sqlite_where=sa.text("status = 'resolved'")
    )
    op.create_index("ix_ticket_service_id", "ticket", ["service_id"], unique=False)
    op.create_index(
        "ix_ticket_stale",
        "ticket",
        ["stale_at"],
        unique=False,
        sqlite_where=sa.text("is_open AND stale_at IS NOT NULL"),
    )
    op.create_index("ix_ticket_unit_id", "ticket", ["unit_id"], unique=False)
    op.create_index("ix_ticket_updated_at", "ticket", ["updated_at"], unique=False)
    op.create_index("ix_ticket_wake", "ticket", ["wake_at"], unique=False, sqlite_where=sa.text("wake_at IS NOT NULL"))
    op.create_table(
        "clock_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("started_at", sa.Text(), nullable=False),
        sa.Column("stopped_at", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("past", sa.Boolean(), nullable=False),
        sa.CheckConstraint("kind IN ('first_response', 'next_reply', 'resolution')", name="ck_clock_run_kind"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_clock_run_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_clock_run"),
    )
    op.create_index("ix_clock_run_ticket_id", "clock_run", ["ticket_id"], unique=False)
    op.create_table(
        "draft",
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.CheckConstraint("direction IN ('in', 'out', 'note', 'auto')", name="ck_draft_direction"),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_draft_agent_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_draft_ticket_id"),
        sa.PrimaryKeyConstraint("agent_id", "ticket_id", "direction", name="pk_draft"),
    )
    op.create_table(
        "history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_history_agent_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_history_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_history"),
    )
    op.create_index("ix_history_ticket_id", "history", ["ticket_id", "id"], unique=False)
    op.create_table(
        "ledger",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mailbox", sa.String(), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("uidvalidity", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("identity", sa.String(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("taken_at", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("raw_id", sa.Integer(), nullable=True),
        sa.Column("marked_at", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('created', 'followed_up', 'noted', 'ignored', 'duplicate', 'quarantined')",
            name="ck_ledger_outcome",
        ),
        sa.ForeignKeyConstraint(["raw_id"], ["raw_mail.id"], name="fk_ledger_raw_id"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_ledger_team_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_ledger_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_ledger"),
        sa.UniqueConstraint("mailbox", "folder", "uidvalidity", "uid", name="uq_ledger_mailbox_folder_uidvalidity_uid"),
    )
    op.create_index("ix_ledger_identity", "ledger", ["identity", "team_id"], unique=False)
    op.create_index("ix_ledger_taken_at", "ledger", ["taken_at"], unique=False)
    op.create_index(
        "ix_ledger_unmarked", "ledger", ["mailbox"], unique=False, sqlite_where=sa.text("marked_at IS NULL")
    )
    op.create_table(
        "link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('related', 'follows', 'copy', 'merged_into', 'part_of')", name="ck_link_kind"),
        sa.ForeignKeyConstraint(["other_id"], ["ticket.id"], name="fk_link_other_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_link_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_link"),
        sa.UniqueConstraint("ticket_id", "other_id", "kind", name="uq_link_ticket_id_other_id_kind"),
    )
    op.create_index("ix_link_other_id", "link", ["other_id"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("author_name", sa.String(), nullable=False),
        sa.Column("author_address", sa.String(), nullable=False),
        sa.Column("takes_part", sa.Boolean(), nullable=False),
        sa.Column("sent_at", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.Text(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("quoted", sa.String(), nullable=False),
        sa.Column("recipients", sa.Text(), nullable=True),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("in_reply_to", sa.String(), nullable=True),
        sa.Column("undeliverable", sa.String(), nullable=True),
        sa.Column("defects", sa.Text(), nullable=True),
        sa.Column("raw_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("direction IN ('in', 'out', 'note', 'auto')", name="ck_message_direction"),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_message_agent_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_message_person_id"),
        sa.ForeignKeyConstraint(["raw_id"], ["raw_mail.id"], name="fk_message_raw_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_message_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
    )
    op.create_index("ix_message_message_id", "message", ["message_id"], unique=False)
    op.create_index("ix_message_ticket_id", "message", ["ticket_id", "id"], unique=False)
    op.create_table(
        "outage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("down_from", sa.Text(), nullable=False),
        sa.Column("down_to", sa.Text(), nullable=True),
        sa.Column("share", sa.Text(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("loss", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_outage_ticket_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_outage_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_outage"),
    )
    op.create_index("ix_outage_ticket_id", "outage", ["ticket_id"], unique=False)
    op.create_index("ix_outage_unit_id", "outage", ["unit_id"], unique=False)
    op.create_table(
        "seen",
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("history_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_seen_agent_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_seen_ticket_id"),
        sa.PrimaryKeyConstraint("agent_id", "ticket_id", name="pk_seen"),
    )
    op.create_table(
        "tag",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_tag_ticket_id"),
        sa.PrimaryKeyConstraint("ticket_id", "tag", name="pk_tag"),
    )
    op.create_index("ix_tag_tag", "tag", ["tag"], unique=False)
    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("blob_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("content_id", sa.String(), nullable=False),
        sa.Column("inline", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["blob_id"], ["blob.id"], name="fk_attachment_blob_id"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_attachment_message_id"),
        sa.PrimaryKeyConstraint("id", name="pk_attachment"),
    )
    op.create_index("ix_attachment_message_id", "attachment", ["message_id"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("recipients", sa.Text(), nullable=False),
        sa.Column("to_address", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("values", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("message_ref", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("send_after", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("sent_at", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('queued', 'sent', 'failed', 'held', 'taken_back')", name="ck_outbox_state"),
        sa.ForeignKeyConstraint(["message_ref"], ["message.id"], name="fk_outbox_message_ref"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_outbox_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("message_id", name="uq_outbox_message_id"),
    )
    op.create_index(
        "ix_outbox_queued", "outbox", ["send_after"], unique=False, sqlite_where=sa.text("state = 'queued'")
    )
    op.create_index("ix_outbox_ticket_id", "outbox", ["ticket_id"], unique=False)
    op.create_index("ix_outbox_to_address", "outbox", ["to_address", "created_at"], unique=False)
    op.create_table(
        "quarantine",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ledger_id", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("trace", sa.String(), nullable=False),
        sa.Column("quarantined_at", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.Text(), nullable=True),
        sa.Column("ended_how", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["ledger_id"], ["ledger.id"], name="fk_quarantine_ledger_id"),
        sa.PrimaryKeyConstraint("id", name="pk_quarantine"),
        sa.UniqueConstraint("ledger_id", name="uq_quarantine_ledger_id"),
    )
    # ### end Alembic commands ###
    # Words come folded (letter case, and the Russian letter yo) by `store/search`, so the tokenizer keeps what it gets.
    op.execute(
        "CREATE VIRTUAL TABLE ticket_fts USING fts5(subject, body, people, tokenize = 'unicode61 remove_diacritics 0')"
    )
