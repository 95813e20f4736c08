"""The visit that is agreed for a ticket: there is one at a time, and it ends with the ticket's work."""

from __future__ import annotations

from sqlalchemy import bindparam, select, update
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.store.models import Visit
from sdesk.store.prepared import Prepared

_RUNNING = Prepared(
    select(col(Visit.id)).where(col(Visit.ticket_id) == bindparam("number"), col(Visit.ended_at).is_(None))
)


def running_visit(work: Work, number: int) -> Visit | None:
    """The agreed visit of a ticket, passed or still to come; None where none is."""
    found = _RUNNING.run(work.connection, number=number).scalar()
    return None if found is None else work.session.get(Visit, found, populate_existing=True)


def end_visit(work: Work, number: int) -> None:
    """End it: it was called off, moved, or the ticket is done."""
    found = _RUNNING.run(work.connection, number=number).scalar()
    if found is not None:
        work.connection.execute(update(Visit).where(col(Visit.id) == found).values(ended_at=work.now))
