"""Recurring tickets: each occurrence is made exactly once, whenever the desk comes to it.

Tickets, their occurrences, and up to where the rule was followed are one transaction. Two ticks at once wait for one
another, and the second finds nothing to do; what breaks off leaves nothing half made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlmodel import col

from sdesk.desk.opening import Desk, Work
from sdesk.desk.steps.absences import absent, who_takes
from sdesk.desk.steps.messages import begin_with_note
from sdesk.desk.steps.notify import notify_opened
from sdesk.desk.steps.people import person_of
from sdesk.desk.steps.tickets import Opening, open_ticket
from sdesk.domain.actor import SYSTEM
from sdesk.domain.instant import to_rfc3339, weekday_and_time
from sdesk.domain.mailboxes import parse_mailbox
from sdesk.domain.recurrence import CatchUp, to_make
from sdesk.domain.ticket import Channel
from sdesk.store.models import Occurrence, RecurringTicket
from sdesk.store.recurrence import MOST, next_occurrence, occurrences

BATCH = 100
"""Tickets for each transaction, so that nobody waits long for the store."""
MOST_NAMED = 20
"""So many of the occurrences that were missed are named in a ticket; of the rest, how many there are."""


@dataclass(frozen=True, slots=True)
class Due:
    """A recurring ticket of which an occurrence has come."""

    id: int
    key: str


def due(desk: Desk, *, now: datetime) -> tuple[Due, ...]:
    """Those of which something is to be made."""
    with desk.look(SYSTEM, now) as work:
        found = work.connection.execute(
            select(col(RecurringTicket.id), col(RecurringTicket.key))
            .where(col(RecurringTicket.retired_at).is_(None), col(RecurringTicket.next_at) <= work.now)
            .order_by(col(RecurringTicket.next_at), col(RecurringTicket.id))
        ).all()
    return tuple(Due(number, key) for number, key in found if number is not None)


def make(desk: Desk, recurring_id: int, *, now: datetime) -> int:
    """Make what is due of one; gives how many tickets were made: none where another process was quicker."""
    made = 0
    while True:
        with desk.work(SYSTEM, now) as work:
            recurring = work.session.get_one(RecurringTicket, recurring_id)
            this = _make(work, recurring)
            if this is None:
                return made
            work.session.commit()
            made += this


def make_due(desk: Desk, *, now: datetime) -> int:
    """Make all that is due by the rules that hold; gives how many tickets were made."""
    return sum(make(desk, each.id, now=now) for each in due(desk, now=now))


def _make(work: Work, recurring: RecurringTicket) -> int | None:
    """The tickets of the occurrences that are due, as many as one transaction should hold; None where none is."""
    if recurring.retired_at is not None or recurring.next_at is None or recurring.next_at > work.now:
        return None
    zone = ZoneInfo(recurring.time_zone)
    found = _occurrences(recurring, zone, work.now)
    tickets = to_make(found, recurring.catch_up)
    for at, missed in tickets:
        number = _open(work, recurring, at, missed, zone)
        work.connection.execute(
            insert(Occurrence),
            [{"recurring_id": recurring.id, "occurs_at": each, "ticket_id": number} for each in (*missed, at)],
        )
    # All that there is up to the last of them, or up to now where there is none: a rule whose zone has changed since.
    recurring.made_until = found[-1] if found else work.now
    recurring.next_at = next_occurrence(recurring.rule, recurring.starts, zone, recurring.made_until)
    work.session.add(recurring)
    work.session.flush()
    return len(tickets)


def _occurrences(recurring: RecurringTicket, zone: ZoneInfo, now: datetime) -> list[datetime]:
    """Those that are due: all of them where they are one ticket, else as many as one transaction should open."""
    found: list[datetime] = []
    after, more = recurring.made_until, True
    while more:
        some = occurrences(recurring.rule, recurring.starts, zone, after, now)
        if recurring.catch_up is CatchUp.ALL:
            return list(some[:BATCH])
        found += some
        after, more = max(some, default=now), len(some) == MOST
    return found


def _open(work: Work, recurring: RecurringTicket, at: datetime, missed: Sequence[datetime], zone: ZoneInfo) -> int:
    """One ticket, opened at its own instant: its promise is counted from when the work was due, not from when the
    machine came back.
    """
    rules = work.rules
    team_id, team_by = recurring.team_id, "named there"
    if team_id is None:
        if recurring.service_id is None:
            raise TypeError("a recurring ticket of no team")
        service = rules.services[recurring.service_id]
        team_id, team_by = service.team_id, f"service {service.key}"
    person = person_of(work, parse_mailbox(recurring.requester)) if recurring.requester else None
    assignee_id = recurring.assignee_id
    if assignee_id is not None and assignee_id in absent(work):
        assignee_id = who_takes(work, assignee_id, team_id)
    here = f"recurring.{recurring.key} of the desk file"
    why = {"team": f"{here}: {team_by}"}
    named = {"service": recurring.service_id, "unit": recurring.unit_id}
    why |= {name: here for name, value in named.items() if value is not None}
    opened = open_ticket(
        work,
        Opening(
            subject=recurring.subject,
            team_id=team_id,
            service_id=recurring.service_id,
            requester_id=person.id if person is not None else None,
            unit_id=recurring.unit_id if recurring.unit_id is not None or person is None else person.unit_id,
            channel=Channel.EVENT,
            opened_at=at,
            assignee_id=assignee_id,
            priority=recurring.priority,
            priority_reason=here if recurring.priority is not None else None,
            tags=tuple(recurring.tags),
            planned=True,
            brought=True,
        ),
        why=why,
        recurring=recurring.key,
        occurs_at=to_rfc3339(at),
        missed=len(missed),
    )
    text = "\n\n".join(filter(None, (recurring.text.strip(), _missed(missed, zone))))
    author = person.name or person.address if person is not None else ""
    message = begin_with_note(work, opened.number, recurring.subject, text, author, at)
    notify_opened(work, opened, team_id=team_id, assignee_id=assignee_id, message=message)
    return opened.number


def _missed(missed: Sequence[datetime], zone: ZoneInfo) -> str:
    """In words, which occurrences a ticket stands for besides its own."""
    if not missed:
        return ""
    named = [weekday_and_time(each, zone) for each in missed[-MOST_NAMED:]]
    more = f", and {len(missed) - len(named)} before" if len(named) < len(missed) else ""
    return f"Missed, since the desk did not run: {', '.join(named)}{more}."
