"""What goes to one agent in one message: a notice of each ticket, the most urgent first, and its Message-ID."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.outbox.facts import Wording, wordings
from sdesk.desk.outbox.news import words_of
from sdesk.desk.rules import AgentRule, Rules
from sdesk.desk.steps.find import sees
from sdesk.desk.steps.forms import answers_of
from sdesk.desk.steps.notify import DESK_EVENT
from sdesk.desk.steps.outbox import domain_of_ids, read_message_id
from sdesk.domain.outgoing import AgentEvent, Speaker
from sdesk.domain.ticket import Priority
from sdesk.domain.urgency import NEVER, RANK_BURNING, RANK_PART, RANK_RUNNING
from sdesk.store.models import Outbox, Person, PersonAddress, Service, Ticket, Unit

MAIL = "mail"
"""The way that is a mail; others have the name of what they call."""
MOST_LINES = 40
"""Tickets that one message lists; it says how many more there are."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What an agent is told of one ticket, or of the desk itself."""

    rows: tuple[int, ...]
    """Of the outbox, oldest first."""
    events: tuple[str, ...]
    """What happened, in order, each once: words of AgentEvent, or `desk`."""
    priority: Priority
    number: int | None = None
    ref: str = ""
    team_id: int | None = None
    private: bool = False
    """Of a team whose tickets its members alone see."""
    subject: str = ""
    service: str = ""
    unit: str = ""
    phone: str = ""
    """Of the unit."""
    requester: str = ""
    form: str = ""
    """A line for each answer in the form of its service."""
    due_at: datetime | None = None
    due_kind: str = ""
    loss_per_hour: Decimal | None = None
    loss_confirmed: bool = False
    margin_known: bool = False
    """Whether the desk file says what part of turnover is lost; else the loss is all of it."""
    currency: str = ""
    author: str = ""
    """Of `text`."""
    speaker: Speaker | None = None
    """What the author is to the ticket; None where there is no message."""
    text: str = ""
    """The words of the newest message that it is about; what there is to say, where it is none."""
    message_id: str = ""
    """Says which ticket, and carries the agent's token: an answer to it is relayed."""
    token: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """What goes to one agent in one message."""

    agent: AgentRule
    language: str
    notices: tuple[Notice, ...]
    """The most urgent first."""
    more: int
    """Tickets that are counted and not listed."""
    first: int
    """The oldest row: what the others went with."""
    message_id: str
    """Of the message: the same at every try."""
    rows: tuple[int, ...]
    priorities: Mapping[int, Priority]
    """By row."""
    done: Mapping[int, tuple[str, ...]]
    """Ways by which a row has gone already."""
    once: frozenset[int]
    """The rows by which a way that is nobody's own tells of an event: one of each event, whoever else is told."""
    claimed_at: datetime
    """When it became its sender's: the sign by which it is still."""
    rules: Rules = field(repr=False)
    wordings: tuple[Wording, ...] = field(repr=False)
    """The desk's own templates."""


def by_urgency(rows: Sequence[Outbox], tickets: Mapping[int, Ticket]) -> dict[int | None, list[Outbox]]:
    """The rows of each ticket, the most urgent ticket first; what concerns the desk itself before all."""
    grouped: dict[int | None, list[Outbox]] = {}
    for row in rows:
        grouped.setdefault(row.ticket_id, []).append(row)

    def place(number: int | None) -> tuple[int, int, int, int]:
        ticket = tickets.get(number) if number is not None else None
        if ticket is None:
            return (-1, 0, 0, 0)
        if ticket.rank == RANK_PART:
            # In the queue its incident stands for it; here it is told of by itself.
            due = int(ticket.due_at.timestamp()) if ticket.due_at is not None else NEVER
            burning = ticket.priority is Priority.P1
            return (RANK_BURNING, ticket.loss_key, due, number or 0) if burning else (RANK_RUNNING, due, 0, number or 0)
        return (ticket.rank, ticket.key1, ticket.key2, number or 0)

    return {number: grouped[number] for number in sorted(grouped, key=place)}


def batch_of(
    work: Work,
    agent: AgentRule,
    rows: Sequence[Outbox],
    grouped: Mapping[int | None, Sequence[Outbox]],
    tickets: Mapping[int, Ticket],
    priorities: Mapping[int, Priority],
) -> Batch:
    """The message of these rows, which are all of one agent. The caller has given keys to those that are listed."""
    listed = list(grouped)[:MOST_LINES]
    notices = tuple(
        _notice(work, grouped[number], tickets[number]) if number is not None else _of_desk(grouped[number])
        for number in listed
    )
    not_mailed = unmailed(rows)
    first = (not_mailed or rows)[0]
    return Batch(
        agent=agent,
        language=rows[0].language,
        notices=notices,
        more=len(grouped) - len(listed),
        first=id_of(first),
        message_id=_message_id(work, first, {row.ticket_id for row in not_mailed}, notices),
        rows=tuple(map(id_of, rows)),
        priorities=priorities,
        done={id_of(row): tuple(row.done or ()) for row in rows},
        once=frozenset(id_of(row) for row in rows if row.values.get("first")),
        claimed_at=work.now,
        rules=work.rules,
        wordings=wordings(work),
    )


def tickets_of(work: Work, rows: Sequence[Outbox]) -> dict[int, Ticket]:
    """The tickets of rows, by number."""
    numbers = {row.ticket_id for row in rows} - {None}
    found = work.session.scalars(select(Ticket).where(col(Ticket.id).in_(numbers))).all()
    return {id_of(ticket): ticket for ticket in found}


def priority_of(row: Outbox, tickets: Mapping[int, Ticket]) -> Priority:
    """How urgent a row is; what concerns the desk itself is most urgent."""
    return tickets[row.ticket_id].priority if row.ticket_id is not None else Priority.P1


def unmailed(rows: Sequence[Outbox]) -> Sequence[Outbox]:
    """Those that have not gone by mail yet."""
    return [row for row in rows if MAIL not in (row.done or ())]


def keyed(rows: Sequence[Outbox]) -> str | None:
    """The Message-ID with a key that one of the rows was given."""
    return next((row.message_id for row in rows if read_message_id(row.message_id) is not None), None)


def id_of(row: Any) -> int:
    """The key of a row that stands in the store."""
    return int(row.id)


def _message_id(work: Work, first: Outbox, numbers: Collection[int | None], notices: Sequence[Notice]) -> str:
    """Of one ticket its own, with the key; of several one that opens none: an answer could be meant for any of them."""
    for notice in notices:
        if numbers == {notice.number} and notice.message_id:
            return notice.message_id
    team = next((each.team_id for each in notices if each.team_id is not None), min(work.rules.teams))
    domain = domain_of_ids(work.rules.teams[team].address)
    digest = hashlib.sha256(f"{first.id} {first.created_at} {work.rules.loop_token}".encode()).hexdigest()
    return f"<sd-digest.{digest[:24]}@{domain}>"


def _notice(work: Work, rows: Sequence[Outbox], ticket: Ticket) -> Notice:
    number = number_of(rows)
    found: Any = work.connection.execute(
        select(
            col(Service.name).label("service"),
            col(Unit.name).label("unit"),
            col(Unit.phone).label("phone"),
            col(Person.name).label("person"),
            col(PersonAddress.address).label("address"),
        )
        .select_from(Ticket)
        .outerjoin(Service, col(Service.id) == col(Ticket.service_id))
        .outerjoin(Unit, col(Unit.id) == col(Ticket.unit_id))
        .outerjoin(Person, col(Person.id) == col(Ticket.requester_id))
        .outerjoin(PersonAddress, col(PersonAddress.person_id) == col(Person.id))
        .where(col(Ticket.id) == number)
    ).first()
    if found is None:
        raise LookupError(f"ticket {number} is gone")
    words = words_of(work, rows, ticket)
    message_id = keyed(unmailed(rows)) or ""
    own = read_message_id(message_id)
    return Notice(
        rows=tuple(map(id_of, rows)),
        events=_events(rows),
        priority=ticket.priority,
        number=number,
        ref=work.rules.ref(number),
        team_id=ticket.team_id,
        private=work.rules.teams[ticket.team_id].private,
        subject=ticket.subject,
        service=found.service or "",
        unit=found.unit or "",
        phone=found.phone or "",
        requester=" ".join(filter(None, (found.person, f"<{found.address}>" if found.address else ""))),
        form="\n".join(f"{each.label}: {each.value}" for each in answers_of(work, number).values()),
        due_at=ticket.due_at,
        due_kind=ticket.due_kind.value if ticket.due_kind is not None else "",
        loss_per_hour=ticket.loss_per_hour if ticket.loss_since is not None else None,
        loss_confirmed=ticket.loss_confirmed,
        margin_known=work.rules.margin_known,
        currency=work.rules.currency,
        author=words.author,
        speaker=words.speaker,
        text=words.text or _proposed(work, rows),
        message_id=message_id,
        token=own[1] if own is not None else "",
    )


def _proposed(work: Work, rows: Sequence[Outbox]) -> str:
    """Which tickets look like one incident, and what makes them one; nothing where a wall came before one of them."""
    for row in reversed(rows):
        if row.values.get("event") == AgentEvent.INCIDENT and "proposal" in row.values:
            numbers = row.values.get("tickets", ())
            if row.agent_id is None or not _sees_all_of(work, row.agent_id, numbers):
                continue
            return f"{', '.join(map(work.rules.ref, numbers))}\nsdesk incident accept {row.values['proposal']}"
    return ""


def _sees_all_of(work: Work, agent_id: int, numbers: Sequence[int]) -> bool:
    agent = work.rules.actor(agent_id)
    found = work.session.scalars(select(Ticket).where(col(Ticket.id).in_(list(numbers))))
    return all(sees(work, agent, ticket) for ticket in found)


def _of_desk(rows: Sequence[Outbox]) -> Notice:
    text = "\n".join(dict.fromkeys(str(row.values.get("text", "")) for row in rows))
    return Notice(tuple(map(id_of, rows)), (DESK_EVENT,), Priority.P1, text=text)


def _events(rows: Sequence[Outbox]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(row.values.get("event", "")) for row in rows))


def number_of(rows: Sequence[Outbox]) -> int:
    """The ticket that rows are about; TypeError for what concerns the desk itself."""
    number = rows[0].ticket_id
    if number is None:
        raise TypeError("a notification without a ticket")
    return number
