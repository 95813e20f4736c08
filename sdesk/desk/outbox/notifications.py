"""Notifications on their way: which of an agent's go together, when, and what is written down of it.

The first goes at once. What comes within a window after it waits for the window's end, and goes as one: a line for each
ticket, the most urgent first. So a great outage is a few messages to each agent, whatever it brings.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, select, update
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.outbox.batch import (
    MOST_LINES,
    Batch,
    batch_of,
    by_urgency,
    id_of,
    keyed,
    number_of,
    priority_of,
    tickets_of,
    unmailed,
)
from sdesk.desk.outbox.news import is_news
from sdesk.desk.outbox.queue import is_claimed, unclaimed
from sdesk.desk.rules import AgentRule
from sdesk.desk.steps.history import record
from sdesk.desk.steps.notify import notify_lead
from sdesk.desk.steps.outbox import make_message_id, read_message_id
from sdesk.desk.steps.tokens import new_token, without_key
from sdesk.domain.concerned import window_after
from sdesk.domain.outgoing import AgentEvent, MailKind, OutboxState
from sdesk.domain.thread import TokenHolder
from sdesk.domain.ticket import Priority
from sdesk.store.models import Outbox, Ticket

RETRY_AFTER = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60))
"""Pauses after failures, the last one again and again."""
TRIES = 29
"""With these pauses between them they take a day: then it is given up. What nobody tried, however old, is not."""
NOBODY_FOR = timedelta(days=1)
"""How long a desk that has no way to tell anybody keeps what it would tell."""
NO_WAY = "there was no way to tell anybody: set up [smtp] or [notify]"
_LOOK_BACK = timedelta(days=1)

WAITING = (col(Outbox.kind) == MailKind.NOTIFICATION.value, col(Outbox.state) == OutboxState.QUEUED)


def agents_due(work: Work) -> list[int]:
    """The agents for whom something may go now."""
    found = work.connection.execute(
        select(col(Outbox.agent_id))
        .where(
            *WAITING,
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
        select(Outbox).where(*WAITING, col(Outbox.agent_id) == agent_id).order_by(col(Outbox.id))
    ).all()
    if any(is_claimed(row, work.now) for row in rows):
        return None
    agent = work.rules.agents[agent_id]
    tickets = tickets_of(work, rows)
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
    priorities = {id_of(row): priority_of(row, tickets) for row in kept}
    not_before = _not_before(work, kept, priorities.values())
    if not_before is not None and work.now < not_before:
        for row in kept:
            row.send_after = max(row.send_after, not_before)
        return None
    for row in kept:
        row.claimed_at = work.now
    grouped = by_urgency(kept, tickets)
    for number in list(grouped)[:MOST_LINES]:
        if number is not None:
            _give_key(work, grouped[number], agent, tickets[number])
    work.session.flush()
    return batch_of(work, agent, kept, grouped, tickets, priorities)


def renew(work: Work, batch: Batch) -> Batch | None:
    """Begin the claim anew, since what comes next may take as long; None where it is somebody else's by now.

    The caller commits.
    """
    held = work.connection.execute(update(Outbox).where(_is_held(batch)).values(claimed_at=work.now)).rowcount
    return replace(batch, claimed_at=work.now) if held else None


def note_done(work: Work, batch: Batch, rows: Collection[int], way: str) -> Batch:
    """Write down that these rows have gone by one way: it is never used twice for them. Gives the batch, renewed.

    They have gone: it is written down whatever became of the claim. The caller commits.
    """
    renewed = renew(work, batch)
    for row in work.session.scalars(select(Outbox).where(col(Outbox.id).in_(list(rows))).order_by(col(Outbox.id))):
        if way not in (row.done or ()):
            row.done = [*(row.done or ()), way]
        row.sent_at = row.sent_at or work.now
        if row.id != batch.first:
            row.sent_with = row.sent_with or batch.first
        if row.state is not OutboxState.QUEUED:
            row.state = OutboxState.SENT
    work.session.flush()
    return renewed or batch


def finish(
    work: Work,
    batch: Batch,
    ways: Mapping[int, Collection[str]],
    failures: Mapping[str, str],
    refused: Collection[str] = (),
) -> int:
    """The end of a try. `ways` are those by which each row is to go; `failures` say which failed now, and why.

    `refused` are those that failed for good.

    A row that has gone by all of its ways is sent, and the key in it is forgotten; any other is tried again later, and
    given up after a day. What is somebody else's by now is his to end. Gives how many have gone by no way, and never
    will: that stands in the history of their tickets, and the lead is told. The caller commits.
    """
    lost = []
    rows = work.session.scalars(select(Outbox).where(_is_held(batch)).order_by(col(Outbox.id))).all()
    for row in rows:
        row.claimed_at = None
        left = [way for way in ways[id_of(row)] if way not in (row.done or ())]
        if left:
            row.attempts += 1
            row.last_error = "; ".join(f"{way}: {failures[way]}" for way in left if way in failures) or row.last_error
        if any(way not in refused for way in left):
            row.send_after = work.now + RETRY_AFTER[min(row.attempts, len(RETRY_AFTER)) - 1]
            if row.attempts < TRIES:
                continue
        row.state = OutboxState.SENT if row.done else OutboxState.FAILED
        if not ways[id_of(row)]:
            row.state, row.last_error = OutboxState.TAKEN_BACK, "no way that is set up tells of it"
        row.message_id = batch.message_id if _names_many(batch, row) else without_key(row.message_id)
        if row.state is OutboxState.FAILED:
            lost.append(row)
    _tell_lost(work, batch.agent, lost)
    return len(lost)


def give_up_unsendable(work: Work) -> int:
    """End what has waited for a day on a desk that has no way to tell anybody; gives how many rows. The caller commits.

    By `send_after`: what somebody sends again begins anew.
    """
    old = work.session.scalars(select(Outbox).where(*WAITING, col(Outbox.send_after) <= work.now - NOBODY_FOR)).all()
    for row in old:
        row.state, row.message_id = OutboxState.FAILED, without_key(row.message_id)
        row.last_error = row.last_error or NO_WAY
    return len(old)


def _tell_lost(work: Work, agent: AgentRule, rows: Sequence[Outbox]) -> None:
    """Write down, once for each ticket, that an agent is not told of it, and tell the lead in his place."""
    for number, ticket in tickets_of(work, rows).items():
        said = next(row.last_error or "" for row in rows if row.ticket_id == number)
        record(work, number, "undeliverable", by="system", agent=agent.key, reason=said)
        notify_lead(work, ticket, agent.id, said=said)


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


def _give_key(work: Work, rows: Sequence[Outbox], agent: AgentRule, ticket: Ticket) -> None:
    """One key for a ticket, in the oldest row that has not been mailed: a second try carries the same."""
    rows = unmailed(rows)
    if all(row.values.get("event") == AgentEvent.INCIDENT for row in rows):
        # It is about several tickets: an answer to it could be meant for any of them.
        return
    if not rows or keyed(rows) is not None:
        return
    number = number_of(rows)
    token = new_token(work, number, TokenHolder.AGENT, agent_id=agent.id, address=agent.email)
    rows[0].message_id = make_message_id(work, number, token, ticket.team_id)


def _names_many(batch: Batch, row: Outbox) -> bool:
    """Whether the row keeps the Message-ID of a message about several tickets: it holds no key, and bounces find it."""
    return row.id == batch.first and read_message_id(batch.message_id) is None


def _is_held(batch: Batch) -> ColumnElement[bool]:
    """The rows of a batch that still wait, under the claim by which it became its sender's."""
    return and_(
        col(Outbox.id).in_(batch.rows),
        col(Outbox.state) == OutboxState.QUEUED,
        col(Outbox.claimed_at) == batch.claimed_at,
    )
