"""Time spent on a ticket, and the visit that is agreed for it. The caller settles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.steps.history import record
from sdesk.desk.steps.moves import require_id
from sdesk.desk.steps.rows import insert_row
from sdesk.desk.steps.visits import end_visit, running_visit
from sdesk.domain.duration import format_duration
from sdesk.domain.errors import BadInput, Refused
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.ticket import OPEN_STATUSES
from sdesk.domain.worktime import is_working
from sdesk.store.models import Ticket, TimeSpent, Visit

LONGEST = 24 * 3600
"""Seconds at once: more is a slip of the pen."""


@dataclass(frozen=True, slots=True)
class Noted:
    """What was written down, for the person who did it."""

    words: str = ""
    """To follow a sentence: `, 15m spent, visit on 2026-11-25 10:00`."""
    warning: str = ""


def note_effort(
    work: Work,
    ticket: Ticket,
    *,
    spent: int = 0,
    visit: datetime | None = None,
    no_visit: bool = False,
    message: int | None = None,
) -> Noted:
    """What an answer or a note says beside its words: seconds spent, a visit that is agreed or called off."""
    words, warning = "", ""
    if spent:
        words += f", {spend_time(work, ticket, spent, message)}"
    if no_visit:
        if visit is not None:
            raise BadInput("a visit is agreed and called off at once", "say one of the two")
        words += f", {call_off(work, ticket)}"
    if visit is not None:
        agreed, warning = agree(work, ticket, visit)
        words += f", {agreed}"
    return Noted(words, warning)


def spend_time(work: Work, ticket: Ticket, seconds: int, message: int | None) -> str:
    """Write down that the acting agent worked on it; fewer than no seconds take back what was too much."""
    number, agent_id = require_id(ticket), work.actor.agent_id
    ref = work.rules.ref(number)
    if agent_id is None:
        raise BadInput("the desk itself spends no time", "say who acts with --as LOGIN")
    if abs(seconds) > LONGEST:
        raise BadInput(f"{format_duration(abs(seconds))} is more than a day at once", "write down a day at a time")
    own = work.connection.execute(
        select(func.coalesce(func.sum(col(TimeSpent.seconds)), 0)).where(
            col(TimeSpent.ticket_id) == number, col(TimeSpent.agent_id) == agent_id
        )
    ).scalar_one()
    if own + seconds < 0:
        raise Refused(
            f"{format_duration(-seconds)} cannot be taken from the {format_duration(own)} that you spent on {ref}",
            f"take at most {format_duration(own)}" if own else "each agent corrects his own time",
        )
    insert_row(
        work,
        TimeSpent,
        {
            "ticket_id": number,
            "agent_id": agent_id,
            "spent_at": work.now,
            "seconds": seconds,
            "message_id": message,
        },
    )
    record(work, number, "time_spent", seconds=seconds)
    return f"{format_duration(seconds)} spent" if seconds > 0 else f"{format_duration(-seconds)} less spent"


def agree(work: Work, ticket: Ticket, starts_at: datetime) -> tuple[str, str]:
    """Write down an agreed visit in the place of an earlier one; gives what was done, and a warning or nothing.

    Whoever has the ticket comes, where somebody has it; else the agent who agreed on it.
    """
    number = require_id(ticket)
    when = _local(work, starts_at)
    if ticket.status not in OPEN_STATUSES:
        raise Refused(f"{work.rules.ref(number)} is {ticket.status}: nobody comes for it", "reopen it first")
    if starts_at <= work.now:
        raise BadInput(f"{when} is past", "agree on a visit that is still to come")
    agent_id = work.actor.agent_id if ticket.assignee_id is None else None
    old = running_visit(work, number)
    if old is not None and (old.starts_at, old.agent_id) == (starts_at, agent_id):
        return f"visit on {when} already", ""
    if old is not None:
        end_visit(work, number)
    insert_row(
        work,
        Visit,
        {"ticket_id": number, "agent_id": agent_id, "starts_at": starts_at, "agreed_at": work.now},
    )
    record(work, number, "visit", old=to_rfc3339(old.starts_at) if old is not None else None, new=to_rfc3339(starts_at))
    return f"visit on {when}", _closed_then(work, ticket, starts_at, when)


def call_off(work: Work, ticket: Ticket) -> str:
    """End the agreed visit; Refused where there is none."""
    number = require_id(ticket)
    old = running_visit(work, number)
    if old is None:
        raise Refused(f"no visit is agreed for {work.rules.ref(number)}", "agree on one with --visit WHEN")
    end_visit(work, number)
    record(work, number, "visit", old=to_rfc3339(old.starts_at), new=None)
    return f"visit on {_local(work, old.starts_at)} called off"


def _closed_then(work: Work, ticket: Ticket, at: datetime, when: str) -> str:
    """A warning where the unit is closed at the instant of the visit; a unit without hours is never closed."""
    if ticket.unit_id is None or is_working(work.rules.opening_hours(ticket.unit_id), at):
        return ""
    return f"unit `{work.rules.units[ticket.unit_id].key}` is closed at {when}"


def _local(work: Work, instant: datetime) -> str:
    """An instant as the desk's own people read it."""
    return f"{instant.astimezone(ZoneInfo(work.rules.time_zone)):%Y-%m-%d %H:%M}"
