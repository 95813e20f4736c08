"""What is news to an agent: whether he knows it by now, and whose words it brings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.rules import AgentRule
from sdesk.domain.outgoing import AgentEvent, Party, Speaker
from sdesk.domain.ticket import Direction, Status, WaitingFor
from sdesk.store.models import History, Message, Outbox, Ticket

_OVERTAKEN = frozenset({AgentEvent.NEW, AgentEvent.ASSIGNED, AgentEvent.REPLY})
"""What an agent need not be told of once he has acted upon it."""
_OF_WORK = _OVERTAKEN | {AgentEvent.AT_RISK, AgentEvent.BREACHED, AgentEvent.STALE, AgentEvent.INCIDENT}
"""What calls for work on the ticket."""
_ANSWERS = ("answered", "note")
_OF_THE_OUTBOX = ("mail_retried", "mail_released", "mail_discarded")
"""Whoever sends a notification again has not dealt with the ticket by that."""
_MOST_READ = 4000
"""Characters of a message that are looked at: a notification shows far less."""


def is_news(work: Work, agent: AgentRule, ticket: Ticket, row: Outbox) -> bool:
    """Whether an agent is still to be told: he may see the ticket, it goes on, and he has not dealt with it."""
    return _concerns(work, agent, ticket) and not _dealt_with(work, agent, ticket, row)


def _dealt_with(work: Work, agent: AgentRule, ticket: Ticket, row: Outbox) -> bool:
    """Whether it is no news any more.

    The ticket is done, or another's; or the agent has touched what was new to him, or
    answered what was said, since it was queued.
    """
    event = row.values.get("event")
    if event == AgentEvent.ASSIGNED and ticket.assignee_id != agent.id:
        return True
    if event == AgentEvent.APPROVAL and ticket.waiting_for is not WaitingFor.APPROVAL:
        return True
    if event in _OF_WORK and ticket.resolved_at is not None and ticket.resolved_at >= row.created_at:
        # What is done needs nobody any more: who answers it later is told of anew.
        return True
    if event not in _OVERTAKEN:
        return False
    answered = (col(History.event).in_(_ANSWERS),) if event == AgentEvent.REPLY else ()
    found = work.connection.execute(
        select(col(History.id))
        .where(
            col(History.ticket_id) == ticket.id,
            col(History.agent_id) == agent.id,
            # Within the second nobody knows which was first: rather told once too often.
            col(History.at) > row.created_at,
            col(History.event).not_in(_OF_THE_OUTBOX),
            *answered,
        )
        .limit(1)
    ).first()
    return found is not None


def _concerns(work: Work, agent: AgentRule, ticket: Ticket) -> bool:
    team = work.rules.teams[ticket.team_id]
    return ticket.status not in {Status.SPAM, Status.MERGED} and (not team.private or agent.id in team.members)


class Words(NamedTuple):
    """Of a message, with its author."""

    author: str = ""
    speaker: Speaker | None = None
    text: str = ""


def words_of(work: Work, rows: Sequence[Outbox], ticket: Ticket) -> Words:
    """The newest message that the events are about: whose words, and what he is to the ticket."""
    ids = [row.values["message"] for row in rows if isinstance(row.values.get("message"), int)]
    if not ids:
        return Words(text="\n".join(dict.fromkeys(filter(None, map(_refusal, rows)))))
    found = work.connection.execute(
        select(
            col(Message.author_name),
            col(Message.author_address),
            col(Message.agent_id),
            col(Message.person_id),
            col(Message.party),
            col(Message.takes_part),
            col(Message.direction),
            func.substr(col(Message.text), 1, _MOST_READ).label("text"),
        ).where(col(Message.id) == max(ids), col(Message.direction) != Direction.NOTE)
    ).first()
    if found is None:
        return Words()
    return Words(found.author_name or found.author_address, _speaker(found, ticket), found.text)


def _refusal(row: Outbox) -> str:
    """What the mail server said of the agent who could not be told, or which approver does not answer, where the row
    tells of that."""
    agent, said = row.values.get("agent"), row.values.get("said")
    if row.values.get("event") == AgentEvent.APPROVAL:
        return str(said or "")
    return f"{agent}: {said}" if agent and said else ""


def _speaker(found: Any, ticket: Ticket) -> Speaker:
    if found.direction is Direction.AUTO:
        return Speaker.MACHINE
    if found.agent_id is not None:
        return Speaker.AGENT
    if not found.takes_part:
        return Speaker.STRANGER
    if found.party is not Party.REQUESTER:
        return Speaker.SUPPLIER if found.party is Party.SUPPLIER else Speaker.APPROVER
    asks = found.person_id is not None and found.person_id == ticket.requester_id
    return Speaker.REQUESTER if asks else Speaker.PARTICIPANT
