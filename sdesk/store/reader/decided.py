"""What decided about a ticket, and where it stands in the queue, as far as the acting agent may see it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from sdesk.domain.actor import Actor
from sdesk.domain.duration import parse_duration
from sdesk.domain.priority import MATRIX, parse_matrix, priority_of
from sdesk.domain.story.values import Event
from sdesk.domain.ticket import OPEN_STATUSES, Impact, Priority, Urgency
from sdesk.domain.urgency import DEFAULT_HEAD_START
from sdesk.domain.why import Facts
from sdesk.store.reader.convert import money
from sdesk.store.reader.detail_rows import HistoryRow
from sdesk.store.reader.rows import TicketRow
from sdesk.store.reader.where import wall


class Standing(NamedTuple):
    """A place in the queue, counted among the open tickets that the agent may see."""

    calendar: str | None
    """In whose hours its deadlines are counted; None without an SLA."""
    position: int
    """From 1; 0 for a ticket that is in no queue."""
    of: int
    in_team: int
    of_team: int
    head_start: int
    """Seconds, of the ticket's priority."""
    parts: int = 0
    """Of an incident: its open parts that the agent may see."""
    worst: Priority | None = None
    """The most urgent of them; None without any."""
    loss_per_hour: Decimal | None = None
    """What they cost together."""
    suspected: bool = False
    """Whether a part of that is only suspected."""


def facts(connection: sqlite3.Connection, ticket: TicketRow, history: Sequence[HistoryRow]) -> Facts:
    """What the decisions about a ticket are told from. Whoever asks may see it: that is the caller's to know."""
    (rules,) = connection.execute("SELECT rules FROM desk").fetchone()
    table = json.loads(rules).get("matrix")
    service = connection.execute(
        "SELECT impact, urgency, sla_id FROM service WHERE key = ?", (ticket.service,)
    ).fetchone()
    return Facts(
        events=tuple(Event(each.at, each.actor, each.event, each.data) for each in history),
        priority=ticket.priority,
        priority_reason=ticket.priority_reason,
        impact=ticket.impact,
        urgency=ticket.urgency,
        service=ticket.service,
        team=ticket.team,
        unit=ticket.unit,
        sla=ticket.sla,
        cell=priority_of(parse_matrix(table) if table else MATRIX, ticket.impact, ticket.urgency),
        service_impact=None if service is None else Impact(service[0]),
        service_urgency=None if service is None else Urgency(service[1]),
        service_has_sla=service is not None and service[2] is not None,
    )


def standing(connection: sqlite3.Connection, actor: Actor, ticket: TicketRow) -> Standing:
    """Where a ticket stands, behind the actor's walls: a hidden ticket takes no place that anybody could count."""
    hidden = wall(connection, actor)
    condition, values = ("is_open", ()) if hidden is None else (f"is_open AND {hidden.sql}", hidden.values)
    position, of, in_team, of_team = connection.execute(
        "SELECT coalesce(sum(before), 0), count(*), coalesce(sum(before AND mine), 0), coalesce(sum(mine), 0) FROM"
        " (SELECT (rank, key1, key2, id) < (?, ?, ?, ?) AS before,"
        f" team_id = (SELECT id FROM team WHERE key = ?) AS mine FROM ticket WHERE {condition})",
        (*ticket.place, ticket.team, *values),
    ).fetchone()
    (rules,) = connection.execute("SELECT rules FROM desk").fetchone()
    calendar = connection.execute(
        "SELECT c.key FROM sla AS s JOIN calendar AS c ON c.id = s.calendar_id WHERE s.key = ?", (ticket.sla,)
    ).fetchone()
    beyond = "" if hidden is None else f" AND {hidden.sql}"
    parts, worst, loss, suspected = connection.execute(
        "SELECT count(*), min(priority), sum(loss_per_hour), max(loss_per_hour IS NOT NULL AND NOT loss_confirmed)"
        f" FROM ticket WHERE incident_id = ? AND is_open{beyond}",
        (ticket.number, *values),
    ).fetchone()
    here = ticket.status in OPEN_STATUSES
    return Standing(
        calendar=None if calendar is None else calendar[0],
        position=position + 1 if here else 0,
        of=of,
        in_team=in_team + 1 if here else 0,
        of_team=of_team,
        head_start=_head_start(json.loads(rules), ticket.priority),
        parts=parts,
        worst=None if worst is None else Priority(worst),
        loss_per_hour=money(loss),
        suspected=bool(suspected),
    )


def _head_start(rules: dict[str, dict[str, str]], priority: Priority) -> int:
    if "head_start" in rules:
        return parse_duration(rules["head_start"].get(priority.value, "0m"))
    return DEFAULT_HEAD_START.get(priority, 0)
