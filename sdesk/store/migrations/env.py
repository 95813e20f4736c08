"""Alembic's entry: runs the migrations on the connection that `store/migrate` hands over."""

from __future__ import annotations

from alembic import context

from sdesk.store.models import Ticket

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Ticket.metadata,
    render_as_batch=True,
)
context.run_migrations()
