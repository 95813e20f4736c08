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
from sdesk.domain.errors import BadInput, Refused, about
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.phrase import joined, phrase
from sdesk.domain.ticket import OPEN_STATUSES
from sdesk.domain.worktime import is_working
from sdesk.store.models import Ticket, TimeSpent, Visit

LONGEST = 24 * 3600
"""Seconds at once: more is a slip of the pen."""


@dataclass(frozen=True, slots=True)
class Noted:
    """What was written down, for the person who did it."""

    things: tuple[str, ...] = ()
    """One by one: `15m spent`, `visit on 2026-11-25 10:00`."""
    warning: str = ""

    @property
    def words(self) -> str:
        """To follow a sentence: `, 15m spent, visit on 2026-11-25 10:00`."""
        return joined("", (text for thing in self.things for text in (", ", thing)))


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
    words: list[str] = []
    warning = ""
    if spent:
        words.append(spend_time(work, ticket, spent, message))
    if no_visit:
        if visit is not None:
            raise BadInput(phrase("a visit is agreed and called off at once"), phrase("say one of the two"))
        words.append(call_off(work, ticket))
    if visit is not None:
        with about("visit"):
            agreed, warning = agree(work, ticket, visit)
        words.append(agreed)
    return Noted(tuple(words), warning)


def spend_time(work: Work, ticket: Ticket, seconds: int, message: int | None) -> str:
    """Write down that the acting agent worked on it; fewer than no seconds take back what was too much."""
    number, agent_id = require_id(ticket), work.actor.agent_id
    ref = work.rules.ref(number)
    if agent_id is None:
        raise BadInput(phrase("the desk itself spends no time"), phrase("say who acts with --as LOGIN"))
    if abs(seconds) > LONGEST:
        with about("spent"):
            raise BadInput(
                phrase("{seconds} is more than a day at once", seconds=format_duration(abs(seconds))),
                phrase("write down a day at a time"),
            )
    own = work.connection.execute(
        select(func.coalesce(func.sum(col(TimeSpent.seconds)), 0)).where(
            col(TimeSpent.ticket_id) == number, col(TimeSpent.agent_id) == agent_id
        )
    ).scalar_one()
    if own + seconds < 0:
        raise Refused(
            phrase(
                "{length} cannot be taken from the {own} that you spent on {ref}",
                length=format_duration(-seconds),
                own=format_duration(own),
                ref=ref,
            ),
            phrase("take at most {own}", own=format_duration(own))
            if own
            else phrase("each agent corrects his own time"),
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
    length = format_duration(abs(seconds))
    return phrase("{length} spent", length=length) if seconds > 0 else phrase("{length} less spent", length=length)


def agree(work: Work, ticket: Ticket, starts_at: datetime) -> tuple[str, str]:
    """Write down an agreed visit in the place of an earlier one; gives what was done, and a warning or nothing.

    Whoever has the ticket comes, where somebody has it; else the agent who agreed on it.
    """
    number = require_id(ticket)
    when = _local(work, starts_at)
    if ticket.status not in OPEN_STATUSES:
        raise Refused(
            phrase("{ref} is {status}: nobody comes for it", ref=work.rules.ref(number), status=ticket.status),
            phrase("reopen it first"),
        )
    if starts_at <= work.now:
        raise BadInput(phrase("{when} is past", when=when), phrase("agree on a visit that is still to come"))
    agent_id = work.actor.agent_id if ticket.assignee_id is None else None
    old = running_visit(work, number)
    if old is not None and (old.starts_at, old.agent_id) == (starts_at, agent_id):
        return phrase("visit on {when} already", when=when), ""
    if old is not None:
        end_visit(work, number)
    insert_row(
        work,
        Visit,
        {"ticket_id": number, "agent_id": agent_id, "starts_at": starts_at, "agreed_at": work.now},
    )
    record(work, number, "visit", old=to_rfc3339(old.starts_at) if old is not None else None, new=to_rfc3339(starts_at))
    return phrase("visit on {when}", when=when), _closed_then(work, ticket, starts_at, when)


def call_off(work: Work, ticket: Ticket) -> str:
    """End the agreed visit; Refused where there is none."""
    number = require_id(ticket)
    old = running_visit(work, number)
    if old is None:
        raise Refused(
            phrase("no visit is agreed for {ref}", ref=work.rules.ref(number)), phrase("agree on one with --visit WHEN")
        )
    end_visit(work, number)
    record(work, number, "visit", old=to_rfc3339(old.starts_at), new=None)
    return phrase("visit on {when} called off", when=_local(work, old.starts_at))


def _closed_then(work: Work, ticket: Ticket, at: datetime, when: str) -> str:
    """A warning where the unit is closed at the instant of the visit; a unit without hours is never closed."""
    if ticket.unit_id is None or is_working(work.rules.opening_hours(ticket.unit_id), at):
        return ""
    return phrase("unit `{unit}` is closed at {when}", unit=work.rules.units[ticket.unit_id].key, when=when)


def _local(work: Work, instant: datetime) -> str:
    """An instant as the desk's own people read it."""
    return f"{instant.astimezone(ZoneInfo(work.rules.time_zone)):%Y-%m-%d %H:%M}"
