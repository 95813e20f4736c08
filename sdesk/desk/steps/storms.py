"""Storms: many checks of one unit that go down at once are one incident, and its agent is called once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, or_, select, text
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.steps.clocks import settle
from sdesk.desk.steps.find import is_walled
from sdesk.desk.steps.history import record
from sdesk.desk.steps.incidents import join
from sdesk.desk.steps.moves import require_id
from sdesk.domain.ticket import OPEN_STATUSES
from sdesk.store.models import CheckEvent, History, Ticket
from sdesk.store.prepared import Prepared

MOST = 1000
"""Checks that one look finds: the newest."""

DOWN_OF_UNIT = Prepared(
    select(col(CheckEvent.ticket_id))
    .where(
        col(CheckEvent.unit_id) == bindparam("unit_id"),
        col(CheckEvent.first_at) >= bindparam("since"),
        col(CheckEvent.first_at) <= bindparam("until"),
        # As it stands in the index, which is of these alone.
        text("state = 'down'"),
    )
    .order_by(col(CheckEvent.first_at).desc())
    .limit(MOST)
)


def join_storm(work: Work, ticket: Ticket, at: datetime) -> int | None:
    """Make a ticket that an event has just opened part of its unit's storm; gives the incident's number.

    None where too few checks of the unit went down with it. Tickets that an agent took out of an incident, or that
    another agent has than the incident, are left where they are.
    """
    rule = work.rules.events
    if not rule.storm_from or ticket.unit_id is None or ticket.incident_id is not None:
        return None
    found = _tickets(work, ticket, at)
    incident = next((each for each in found if each.is_incident), None)
    if incident is None:
        above = next((each.incident_id for each in found if each.incident_id is not None), None)
        incident = work.session.get_one(Ticket, above) if above is not None else None
    if incident is not None and incident.status in OPEN_STATUSES:
        if is_walled(work, ticket.team_id, incident.team_id):
            return None
        join(work, ticket, incident, by="system")
        settle(work, ticket)
        settle(work, incident)
        return require_id(incident)
    loose = [each for each in found if each.incident_id is None and not _was_taken_out(work, each)]
    if len(loose) <= rule.storm_from:
        return None
    head = loose[0]
    parts = [each for each in loose[1:] if each.assignee_id in (None, head.assignee_id)]
    for part in parts:
        join(work, part, head, by="system")
        settle(work, part)
    unit = work.rules.units[ticket.unit_id].key
    record(work, require_id(head), "storm", by="system", tickets=len(parts) + 1, unit=unit)
    settle(work, head)
    return require_id(head)


def _tickets(work: Work, ticket: Ticket, at: datetime) -> list[Ticket]:
    """The open tickets of checks of the unit that went down within the time, oldest first, with the ticket itself."""
    within = work.rules.events.storm_within
    rows = DOWN_OF_UNIT.run(work.connection, unit_id=ticket.unit_id, since=at - within, until=at + within).all()
    found = work.session.scalars(
        select(Ticket)
        .where(col(Ticket.id).in_(sorted({row[0] for row in rows})), col(Ticket.is_open))
        .order_by(col(Ticket.created_at), col(Ticket.id))
    )
    return [each for each in found if not is_walled(work, each.team_id, ticket.team_id)]


def _was_taken_out(work: Work, ticket: Ticket) -> bool:
    query = select(col(History.id)).where(
        col(History.ticket_id) == ticket.id,
        or_(col(History.event) == "left_incident", col(History.event) == "no_incident_any_more"),
    )
    return work.connection.execute(query.limit(1)).first() is not None
