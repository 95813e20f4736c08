"""Storms: many checks of one unit that go down at once are one incident, and its agent is called once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, or_, select, text
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.steps.clocks import settle
from sdesk.desk.steps.find import is_walled
from sdesk.desk.steps.history import record
from sdesk.desk.steps.incidents import join
from sdesk.desk.steps.messages import add_message
from sdesk.desk.steps.moves import require_id
from sdesk.domain.actor import SYSTEM
from sdesk.domain.events import CheckState
from sdesk.domain.instant import weekday_and_time
from sdesk.domain.ticket import OPEN_STATUSES, Direction
from sdesk.store.models import CheckEvent, History, Message, Ticket
from sdesk.store.prepared import Prepared

MOST = 1000
"""Checks that one look finds: the newest."""

MOST_NAMED, LONGEST_NAMED = 20, 80
"""Checks that a storm's message names as down, and as up again, and letters of each: it is read at night."""

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
    board = add_message(
        work,
        require_id(head),
        Direction.AUTO,
        _words(work, require_id(head), unit, at),
        author_name=SYSTEM.name,
        author_address="",
        subject=head.subject,
    )
    record(work, require_id(head), "storm", by="system", tickets=len(parts) + 1, unit=unit, message=board)
    settle(work, head)
    return require_id(head)


def tell_storm(work: Work, number: int | None, at: datetime) -> None:
    """Write anew which checks of a storm are down, and which came up again, into the one message that says so.

    `number` is its incident's; of any other ticket there is nothing to tell. It is no change of the ticket: nobody who
    writes an answer meanwhile is hindered.
    """
    incident = work.session.get(Ticket, number) if number is not None else None
    if incident is None or not incident.is_incident:
        return
    begun = work.connection.execute(
        select(col(History.data))
        .where(col(History.ticket_id) == number, col(History.event) == "storm")
        .order_by(col(History.id).desc())
        .limit(1)
    ).scalar()
    message = work.session.get(Message, begun["message"]) if begun and "message" in begun else None
    if begun is None or message is None:
        return
    message.text = _words(work, require_id(incident), begun["unit"], at)
    work.session.add(message)


def _words(work: Work, number: int, unit: str, at: datetime) -> str:
    """The first line says how it stands now; below it the checks."""
    work.session.flush()
    found = list(
        work.session.scalars(
            select(CheckEvent)
            .join(Ticket, col(Ticket.id) == col(CheckEvent.ticket_id))
            .where(or_(col(Ticket.id) == number, col(Ticket.incident_id) == number))
            .order_by(col(CheckEvent.first_at), col(CheckEvent.source), col(CheckEvent.key))
        )
    )
    zone = ZoneInfo(work.rules.time_zone)
    when, count = weekday_and_time(at, zone), len(found)
    down = [_cut(each.key) for each in found if each.state is CheckState.DOWN]
    came_up = sorted(
        (each for each in found if each.state is CheckState.UP), key=lambda each: each.last_at, reverse=True
    )
    up = [f"{_cut(each.key)} ({_time(each.last_at, at, zone)})" for each in came_up]
    lines: list[str] = []
    if down:
        lines.append(f"Storm at {unit}: {len(down)} of {count} checks are down ({when}).")
        lines.append(f"Down: {_some(down)}")
    else:
        lines.append(f"Storm at {unit} is over: all {count} checks are up again ({when}).")
    if up:
        lines.append(f"Up again: {_some(up)}")
    return "\n".join(lines)


def _some(checks: Sequence[str]) -> str:
    listed, left = ", ".join(checks[:MOST_NAMED]), len(checks) - MOST_NAMED
    return listed if left <= 0 else f"{listed} and {left} more"


def _cut(key: str) -> str:
    return key if len(key) <= LONGEST_NAMED else f"{key[: LONGEST_NAMED - 1]}…"


def _time(then: datetime, at: datetime, zone: ZoneInfo) -> str:
    """The time of day, where it is the same day."""
    local = then.astimezone(zone)
    return f"{local:%H:%M}" if local.date() == at.astimezone(zone).date() else weekday_and_time(then, zone)


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
