"""Notifications on their way: which of an agent's go together, when, and what is written down of it.

The first goes at once. What comes within a window after it waits for the window's end, and goes as one: a line for each
ticket, the most urgent first. So a great outage is a few messages to each agent, whatever it brings.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.outbox.facts import Wording, wordings
from sdesk.desk.outbox.news import is_news, words_of
from sdesk.desk.outbox.queue import is_claimed, unclaimed
from sdesk.desk.rules import AgentRule, Rules
from sdesk.desk.steps.find import sees
from sdesk.desk.steps.notify import DESK_EVENT
from sdesk.desk.steps.outbox import domain_of_ids, make_message_id, read_message_id
from sdesk.desk.steps.tokens import new_token, without_key
from sdesk.domain.concerned import window_after
from sdesk.domain.outgoing import MailKind, OutboxState, Speaker
from sdesk.domain.thread import TokenHolder
from sdesk.domain.ticket import Priority
from sdesk.store.models import Outbox, Person, PersonAddress, Service, Ticket, Unit

MAIL = "mail"
"""The way that is a mail; others have the name of what they call."""
MOST_LINES = 40
"""Tickets that one message lists; it says how many more there are."""
RETRY_AFTER = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60))
"""Pauses after failures, the last one again and again."""
GIVEN_UP_AFTER = timedelta(days=1)
"""A notification that could not go for so long is no news any more."""
_LOOK_BACK = timedelta(days=1)
_FORGOTTEN = f"a-{'0' * 32}"

_NOTIFICATIONS = (col(Outbox.kind) == MailKind.NOTIFICATION.value, col(Outbox.state) == OutboxState.QUEUED)


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
    due_at: datetime | None = None
    due_kind: str = ""
    loss_per_hour: Decimal | None = None
    loss_confirmed: bool = False
    margin_known: bool = False
    """Whether that is a loss; else it is turnover at risk."""
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
    rules: Rules = field(repr=False)
    wordings: tuple[Wording, ...] = field(repr=False)
    """The desk's own templates."""


def agents_due(work: Work) -> list[int]:
    """The agents for whom something may go now."""
    found = work.connection.execute(
        select(col(Outbox.agent_id))
        .where(
            *_NOTIFICATIONS,
            col(Outbox.send_after) <= work.now,
            unclaimed(work.now),
        )
        .distinct()
    ).scalars()
    return [agent_id for agent_id in found if agent_id is not None]


def claim(work: Work, agent_id: int) -> Batch | None:
    """All that waits for an agent, to be sent by the caller alone; None where its time has not come.

    The caller commits. What is no news any more is dropped: the agent has left, may not see the ticket, it is spam, or
    he has dealt with it meanwhile.
    """
    rows = work.session.scalars(
        select(Outbox).where(*_NOTIFICATIONS, col(Outbox.agent_id) == agent_id).order_by(col(Outbox.id))
    ).all()
    if any(is_claimed(row, work.now) for row in rows):
        return None
    agent = work.rules.agents[agent_id]
    tickets = _tickets_of(work, rows)
    kept = []
    for row in rows:
        ticket = tickets.get(row.ticket_id) if row.ticket_id is not None else None
        if agent.retired or (ticket is not None and not is_news(work, agent, ticket, row)):
            row.state, row.last_error = OutboxState.TAKEN_BACK, "it was no news any more"
            row.message_id = without_key(row.message_id)
        else:
            kept.append(row)
    if not kept:
        return None
    priorities = {_id(row): _priority(row, tickets) for row in kept}
    not_before = _not_before(work, kept, priorities.values())
    if not_before is not None and work.now < not_before:
        for row in kept:
            row.send_after = max(row.send_after, not_before)
        return None
    for row in kept:
        row.claimed_at = work.now
    grouped = _by_urgency(kept, tickets)
    for number in list(grouped)[:MOST_LINES]:
        if number is not None:
            _give_key(work, grouped[number], agent, tickets[number])
    work.session.flush()
    return _batch(work, agent, kept, grouped, tickets, priorities)


def as_told(work: Work, row: Outbox) -> Batch:
    """The message in which a notification went, or would go now, for a look at it: made anew of what the tickets say.

    Its keys are forgotten: noughts stand for them. Tickets that the actor may not see are counted and not listed.
    """
    if row.agent_id is None:
        raise TypeError("a notification for nobody")
    agent = work.rules.agents[row.agent_id]
    first = row.sent_with or row.id
    together = (
        (*_NOTIFICATIONS, col(Outbox.agent_id) == agent.id)
        if row.state is OutboxState.QUEUED
        else (or_(col(Outbox.id) == first, col(Outbox.sent_with) == first),)
    )
    rows = work.session.scalars(select(Outbox).where(*together).order_by(col(Outbox.id))).all()
    tickets = _tickets_of(work, rows)
    if row.state is OutboxState.QUEUED:
        rows = [each for each in rows if each.ticket_id is None or is_news(work, agent, tickets[each.ticket_id], each)]
    grouped = _by_urgency(rows or [row], tickets)
    hidden = [
        number
        for number in grouped
        if (not sees(work, work.actor, tickets[number]) if number is not None else not work.actor.sees_all)
    ]
    for number in hidden:
        del grouped[number]
    priorities = {_id(each): _priority(each, tickets) for each in rows}
    batch = _batch(work, agent, rows, grouped, tickets, priorities)
    notices = tuple(
        replace(
            notice,
            token=_FORGOTTEN,
            message_id=forgotten_id(work, notice.number, notice.team_id),
        )
        if notice.number is not None and notice.team_id is not None
        else notice
        for notice in batch.notices
    )
    more = batch.more + len(hidden)
    own = notices[0].message_id if len(notices) == 1 and not more else ""
    return replace(batch, notices=notices, more=more, message_id=own or batch.message_id, done={})


def forgotten_id(work: Work, number: int, team_id: int) -> str:
    """A Message-ID in the place of one that carried an agent's key, which the store has forgotten."""
    return f"<sd-{number}.{_FORGOTTEN}.0@{domain_of_ids(work.rules.teams[team_id].address)}>"


def _by_urgency(rows: Sequence[Outbox], tickets: Mapping[int, Ticket]) -> dict[int | None, list[Outbox]]:
    """The rows of each ticket, the most urgent ticket first; what concerns the desk itself before all."""
    grouped: dict[int | None, list[Outbox]] = {}
    for row in rows:
        grouped.setdefault(row.ticket_id, []).append(row)

    def place(number: int | None) -> tuple[int, int, int, int]:
        ticket = tickets.get(number) if number is not None else None
        return (ticket.rank, ticket.key1, ticket.key2, number or 0) if ticket is not None else (-1, 0, 0, 0)

    return {number: grouped[number] for number in sorted(grouped, key=place)}


def _batch(
    work: Work,
    agent: AgentRule,
    rows: Sequence[Outbox],
    grouped: Mapping[int | None, Sequence[Outbox]],
    tickets: Mapping[int, Ticket],
    priorities: Mapping[int, Priority],
) -> Batch:
    listed = list(grouped)[:MOST_LINES]
    notices = tuple(
        _notice(work, grouped[number], tickets[number]) if number is not None else _of_desk(grouped[number])
        for number in listed
    )
    unmailed = _unmailed(rows)
    first = (unmailed or rows)[0]
    return Batch(
        agent=agent,
        language=rows[0].language,
        notices=notices,
        more=len(grouped) - len(listed),
        first=_id(first),
        message_id=_message_id(work, first, {row.ticket_id for row in unmailed}, notices),
        rows=tuple(map(_id, rows)),
        priorities=priorities,
        done={_id(row): tuple(row.done or ()) for row in rows},
        once=frozenset(_id(row) for row in rows if row.values.get("first")),
        rules=work.rules,
        wordings=wordings(work),
    )


def note_done(work: Work, batch: Batch, rows: Collection[int], way: str) -> None:
    """Write down that these rows have gone by one way: it is never used twice for them. The caller commits."""
    for row in _rows(work, rows):
        row.done = [*(row.done or ()), way]
        row.sent_at = row.sent_at or work.now
        if row.id != batch.first:
            row.sent_with = row.sent_with or batch.first
        row.claimed_at = work.now


def finish(
    work: Work,
    batch: Batch,
    ways: Mapping[int, Collection[str]],
    failures: Mapping[str, str],
    refused: Collection[str] = (),
) -> None:
    """The end of a try. `ways` are those by which each row is to go; `failures` say which failed now, and why.

    `refused` are those that failed for good.

    A row that has gone by all of its ways is sent, and the key in it is forgotten; any other is tried again later, and
    given up after a day. The caller commits.
    """
    for row in _rows(work, batch.rows):
        row.claimed_at = None
        left = [way for way in ways[_id(row)] if way not in (row.done or ())]
        if left:
            row.attempts += 1
            row.last_error = "; ".join(f"{way}: {failures[way]}" for way in left if way in failures) or row.last_error
        if any(way not in refused for way in left):
            row.send_after = work.now + RETRY_AFTER[min(row.attempts, len(RETRY_AFTER)) - 1]
            if work.now - row.created_at < GIVEN_UP_AFTER:
                continue
        row.state = OutboxState.SENT if row.done else OutboxState.FAILED
        if not ways[_id(row)]:
            row.state, row.last_error = OutboxState.TAKEN_BACK, "no way that is set up tells of it"
        row.message_id = batch.message_id if _names_many(batch, row) else without_key(row.message_id)


def give_up_old(work: Work) -> int:
    """End what nobody could send for a day (a desk that has no way to tell anybody); gives how many rows."""
    old = work.session.scalars(
        select(Outbox).where(
            *_NOTIFICATIONS, col(Outbox.send_after) <= work.now, col(Outbox.created_at) <= work.now - GIVEN_UP_AFTER
        )
    ).all()
    for row in old:
        row.state, row.message_id = OutboxState.FAILED, without_key(row.message_id)
        row.last_error = "there was no way to tell anybody: set up [smtp] or [notify]"
    return len(old)


def _tickets_of(work: Work, rows: Sequence[Outbox]) -> dict[int, Ticket]:
    numbers = {row.ticket_id for row in rows}
    return {number: work.session.get_one(Ticket, number) for number in numbers if number is not None}


def _priority(row: Outbox, tickets: Mapping[int, Ticket]) -> Priority:
    return tickets[row.ticket_id].priority if row.ticket_id is not None else Priority.P1


def _not_before(work: Work, rows: Sequence[Outbox], priorities: Collection[Priority]) -> datetime | None:
    """The end of the window that the last message began, and of the pause after a failure."""
    last = work.connection.execute(
        select(col(Outbox.sent_at))
        .where(
            col(Outbox.to_address) == rows[0].to_address,
            col(Outbox.created_at) > work.now - _LOOK_BACK,
            col(Outbox.kind) == MailKind.NOTIFICATION.value,
            col(Outbox.sent_at).is_not(None),
            col(Outbox.sent_with).is_(None),
        )
        .order_by(col(Outbox.sent_at).desc())
        .limit(1)
    ).scalar()
    ends = [row.send_after for row in rows if row.attempts]
    if last is not None:
        # Never past one window from now: a clock that was once ahead must not silence anybody until then.
        ends.append(min(last, work.now) + window_after(priorities))
    return max(ends, default=None)


def _message_id(work: Work, first: Outbox, numbers: Collection[int | None], notices: Sequence[Notice]) -> str:
    """Of one ticket its own, with the key; of several one that opens none: an answer could be meant for any of them."""
    for notice in notices:
        if numbers == {notice.number} and notice.message_id:
            return notice.message_id
    team = next((each.team_id for each in notices if each.team_id is not None), min(work.rules.teams))
    domain = domain_of_ids(work.rules.teams[team].address)
    digest = hashlib.sha256(f"{first.id} {first.created_at} {work.rules.loop_token}".encode()).hexdigest()
    return f"<sd-digest.{digest[:24]}@{domain}>"


def _give_key(work: Work, rows: Sequence[Outbox], agent: AgentRule, ticket: Ticket) -> None:
    """One key for a ticket, in the oldest row that has not been mailed: a second try carries the same."""
    rows = _unmailed(rows)
    if not rows or _keyed(rows) is not None:
        return
    number = _number(rows)
    token = new_token(work, number, TokenHolder.AGENT, agent_id=agent.id, address=agent.email)
    rows[0].message_id = make_message_id(work, number, token, ticket.team_id)


def _notice(work: Work, rows: Sequence[Outbox], ticket: Ticket) -> Notice:
    number = _number(rows)
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
    message_id = _keyed(_unmailed(rows)) or ""
    own = read_message_id(message_id)
    return Notice(
        rows=tuple(map(_id, rows)),
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
        due_at=ticket.due_at,
        due_kind=ticket.due_kind.value if ticket.due_kind is not None else "",
        loss_per_hour=ticket.loss_per_hour if ticket.loss_since is not None else None,
        loss_confirmed=ticket.loss_confirmed,
        margin_known=work.rules.margin_known,
        currency=work.rules.currency,
        author=words.author,
        speaker=words.speaker,
        text=words.text,
        message_id=message_id,
        token=own[1] if own is not None else "",
    )


def _unmailed(rows: Sequence[Outbox]) -> Sequence[Outbox]:
    return [row for row in rows if MAIL not in (row.done or ())]


def _keyed(rows: Sequence[Outbox]) -> str | None:
    """The Message-ID with a key that one of the rows was given."""
    return next((row.message_id for row in rows if read_message_id(row.message_id) is not None), None)


def _of_desk(rows: Sequence[Outbox]) -> Notice:
    text = "\n".join(dict.fromkeys(str(row.values.get("text", "")) for row in rows))
    return Notice(tuple(map(_id, rows)), (DESK_EVENT,), Priority.P1, text=text)


def _events(rows: Sequence[Outbox]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(row.values.get("event", "")) for row in rows))


def _names_many(batch: Batch, row: Outbox) -> bool:
    """Whether the row keeps the Message-ID of a message about several tickets: it holds no key, and bounces find it."""
    return row.id == batch.first and read_message_id(batch.message_id) is None


def _rows(work: Work, ids: Collection[int]) -> Sequence[Outbox]:
    return work.session.scalars(
        select(Outbox)
        .where(col(Outbox.id).in_(list(ids)), col(Outbox.state) == OutboxState.QUEUED)
        .order_by(col(Outbox.id))
    ).all()


def _number(rows: Sequence[Outbox]) -> int:
    number = rows[0].ticket_id
    if number is None:
        raise TypeError("a notification without a ticket")
    return number


def _id(row: Any) -> int:
    return int(row.id)
