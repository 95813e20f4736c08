"""Telling agents: a row of the outbox for each agent whom an event of a ticket concerns.

The mail itself, and the token by which it can be answered, are made when it goes: until then the store holds no key.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.rules import AgentRule, TeamRule
from sdesk.desk.steps.absences import absent, stand_ins
from sdesk.desk.steps.messages import recipients_of
from sdesk.desk.steps.moves import require_id
from sdesk.desk.steps.outbox import PER_HOUR, read_message_id
from sdesk.desk.steps.rows import insert_row
from sdesk.desk.steps.tokens import read_token
from sdesk.desk.steps.watchers import watchers_of
from sdesk.domain.concerned import Candidate, Crew, Matter, concerned, watching
from sdesk.domain.inbound import Mailbox
from sdesk.domain.outgoing import AgentEvent, MailKind
from sdesk.domain.ticket import Priority, Role
from sdesk.domain.worktime import is_working
from sdesk.store.models import Outbox, Ticket
from sdesk.store.prepared import Prepared

if TYPE_CHECKING:
    from sdesk.desk.steps.tickets import Opened

UNSENT = "queued:"
"""What stands for the Message-ID of a notification until it goes."""
DESK_EVENT = "desk"
"""The event of a row that concerns the desk itself, and no ticket."""
STRANGER_EVERY = timedelta(hours=1)
"""How often a ticket tells of strangers: a program of theirs that answers everything would write to every agent."""

_STRANGERS = Prepared(
    select(col(Outbox.id))
    .where(
        col(Outbox.ticket_id) == bindparam("number"),
        col(Outbox.kind) == MailKind.NOTIFICATION.value,
        col(Outbox.created_at) > bindparam("since"),
        func.json_extract(col(Outbox.values), "$.event") == AgentEvent.STRANGER.value,
    )
    .limit(1)
)


def notify(
    work: Work, ticket: Ticket, event: AgentEvent, *, message: int | None = None, by: int | None = None, **facts: Any
) -> int:
    """Queue a notification for each agent whom an event concerns; gives how many. `by` is the agent who did it.

    `message` is the row of the message that it is about; `facts` are what its template may say besides.
    """
    return notify_of(
        work,
        require_id(ticket),
        event,
        team_id=ticket.team_id,
        priority=ticket.priority,
        assignee_id=ticket.assignee_id,
        message=message,
        by=by,
        **facts,
    )


def notify_opened(
    work: Work,
    opened: Opened,
    *,
    team_id: int,
    assignee_id: int | None = None,
    message: int | None = None,
    by: int | None = None,
) -> None:
    """Tell of a ticket that was just opened: it is new to its team, or is somebody's from the beginning.

    Of a part of an incident nobody need be told, nor of what must be approved first: that is left to the caller.
    """
    event = AgentEvent.NEW if assignee_id is None else AgentEvent.ASSIGNED
    notify_of(
        work,
        opened.number,
        event,
        team_id=team_id,
        priority=opened.priority,
        assignee_id=assignee_id,
        message=message,
        by=by,
    )


def notify_of(
    work: Work,
    number: int,
    event: AgentEvent,
    *,
    team_id: int,
    priority: Priority,
    assignee_id: int | None = None,
    message: int | None = None,
    by: int | None = None,
    but: Iterable[int] = (),
    **facts: Any,
) -> int:
    """The same for a ticket that is not at hand as a row; `but` are agents who are not told, whatever the rules say."""
    if work.quiet:
        return 0
    if event is AgentEvent.STRANGER:
        since = work.now - STRANGER_EVERY
        if _STRANGERS.run(work.connection, number=number, since=since).first() is not None:
            # It stands in the ticket's history all the same.
            return 0
    rules = work.rules
    team = rules.teams[team_id]
    away = stand_ins(absent(work))
    watchers = watchers_of(work, number)
    ids = {*team.members, *team.on_call, team.lead_id, assignee_id, *away.values(), *watchers} - {None}
    matter = Matter(
        event,
        priority,
        assignee_id,
        by,
        working=_at_work(work, team),
        today=work.now.astimezone(ZoneInfo(rules.time_zone)).date(),
        away=away,
        watchers=watchers,
    )
    crew = Crew(team.members, team.lead_id, team.private, team.on_call)
    left_out = set(but)
    listeners = {each: _candidate(rules.agents[each]) for each in ids if each is not None and each not in left_out}
    told = concerned(matter, crew, listeners)
    values = {"event": event.value, **({"message": message} if message is not None else {}), **facts}
    for position, agent_id in enumerate(told):
        _queue(work, rules.agents[agent_id], values, number, first=not position)
    beside = watching(matter, crew, listeners, told)
    for agent_id in beside:
        # A channel that everybody reads is told for those whom it concerns.
        _queue(work, rules.agents[agent_id], values, number, first=False)
    return len(told) + len(beside)


def notify_undeliverable(work: Work, ticket: Ticket, ids: Iterable[str], *, message: int, said: str) -> int:
    """Tell of a mail of the desk that came back; `ids` are the Message-IDs that the bounce names.

    Where it was itself a notification, the lead is told instead of the agent whose mailbox refuses it; of what comes
    back from the lead nobody is told: two dead mailboxes must not write to each other for ever.
    """
    refused = _notified(work, ids)
    if refused is None:
        return notify(work, ticket, AgentEvent.UNDELIVERABLE, message=message, said=said)
    return notify_lead(work, ticket, refused, said=said, message=message)


def notify_lead(work: Work, ticket: Ticket, refused: int, *, said: str, message: int | None = None) -> int:
    """Tell a team's lead that an agent's mailbox refuses what he is told; gives how many are told, which may be none.

    Nobody is where the lead is that agent: so no two dead mailboxes are told of each other.
    """
    team = work.rules.teams[ticket.team_id]
    lead = work.rules.agents.get(team.lead_id) if team.lead_id is not None else None
    if lead is None or lead.id == refused or lead.retired or (team.private and lead.id not in team.members):
        return 0
    values: dict[str, Any] = {
        "event": AgentEvent.UNDELIVERABLE.value,
        "said": said,
        "agent": work.rules.agents[refused].key,
    }
    if message is not None:
        values["message"] = message
    _queue(work, lead, values, require_id(ticket), first=True)
    return 1


def notify_unapproved(work: Work, ticket: Ticket, said: str = "") -> int:
    """Tell a team's lead that an approval is missing, else the team; gives how many. `said`: who does not answer."""
    if work.quiet:
        return 0
    team = work.rules.teams[ticket.team_id]
    lead = work.rules.agents.get(team.lead_id) if team.lead_id is not None else None
    away = stand_ins(absent(work))
    if lead is None or lead.id in away or not _hears(work, lead, ticket):
        return notify(work, ticket, AgentEvent.APPROVAL, said=said)
    _queue(work, lead, {"event": AgentEvent.APPROVAL.value, "said": said}, require_id(ticket), first=True)
    return 1


def _hears(work: Work, agent: AgentRule, ticket: Ticket) -> bool:
    """Whether an agent may be told of an approval that is missing, and wants to be."""
    team, candidate = work.rules.teams[ticket.team_id], _candidate(agent)
    matter = Matter(AgentEvent.APPROVAL, ticket.priority)
    return candidate.works and candidate.wants(matter) and (not team.private or agent.id in team.members)


def notify_desk(work: Work, text: str) -> int:
    """Tell the desk's admins what concerns the desk itself (a full disk); gives how many."""
    admins = [agent for agent in work.rules.agents.values() if agent.role is Role.ADMIN and not agent.retired]
    for position, agent in enumerate(admins):
        _queue(work, agent, {"event": DESK_EVENT, "text": text}, None, first=not position)
    return len(admins)


def notify_agent(work: Work, agent_id: int, text: str) -> bool:
    """Tell one agent a sentence that is of no ticket; False where he had `PER_HOUR` of them within an hour.

    Without that limit a program of his that answers everything and the desk would write to each other for ever.
    """
    had = work.connection.execute(
        select(func.count()).where(
            col(Outbox.agent_id) == agent_id,
            col(Outbox.ticket_id).is_(None),
            col(Outbox.kind) == MailKind.NOTIFICATION.value,
            col(Outbox.created_at) > work.now - timedelta(hours=1),
        )
    ).scalar()
    if (had or 0) >= PER_HOUR:
        return False
    _queue(work, work.rules.agents[agent_id], {"event": DESK_EVENT, "text": text}, None, first=False)
    return True


def _queue(work: Work, agent: AgentRule, values: dict[str, Any], number: int | None, *, first: bool) -> None:
    """One row. `first` of those who are told of one event: a way that is nobody's own tells of it once."""
    insert_row(
        work,
        Outbox,
        {
            "kind": MailKind.NOTIFICATION,
            "language": work.rules.language,
            "recipients": recipients_of([Mailbox(agent.email, agent.name)]),
            "to_address": agent.email.lower(),
            "message_id": UNSENT + secrets.token_hex(12),
            "values": {**values, "first": True} if first else values,
            "ticket_id": number,
            "created_at": work.now,
            "send_after": work.now,
            "attempts": 0,
            "agent_id": agent.id,
        },
    )


def _at_work(work: Work, team: TeamRule) -> bool:
    """Whether the hours of the team's SLA are running."""
    promise = work.rules.promise(team.sla_id, Priority.P1)
    return is_working(promise.calendar, work.now)


def _candidate(agent: AgentRule) -> Candidate:
    return Candidate(agent.id, agent.events, agent.priorities, not agent.retired and agent.role is not Role.AUDITOR)


def _notified(work: Work, ids: Iterable[str]) -> int | None:
    """The agent to whom one of these Message-IDs was sent; None where they are of mails to others."""
    named = list(ids)[:50]
    for own in filter(None, map(read_message_id, named)):
        shown = read_token(work, *own)
        if shown is not None and shown.agent_id is not None:
            return shown.agent_id
    found: int | None = work.connection.execute(
        select(col(Outbox.agent_id)).where(col(Outbox.message_id).in_(named), col(Outbox.agent_id).is_not(None))
    ).scalar()
    return found
