"""What agents do with a ticket: take, assign, wait, close, reopen.

Each function is one use case in the caller's transaction: it finds the ticket behind the actor's walls, asks the
domain, changes, writes the history, and settles the ticket's place in the queue.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sdesk.desk.change import Change
from sdesk.desk.opening import Work
from sdesk.desk.steps.absences import away_warning
from sdesk.desk.steps.clocks import promise_of, settle
from sdesk.desk.steps.copies import copies
from sdesk.desk.steps.effort import Noted, note_effort
from sdesk.desk.steps.find import find_ticket, key_of, require_sight
from sdesk.desk.steps.history import record
from sdesk.desk.steps.incidents import and_parts, part_at_walls, parts_at_work
from sdesk.desk.steps.moves import (
    at_work,
    follow_promise,
    require_id,
    require_move,
    set_status,
)
from sdesk.desk.steps.notify import notify
from sdesk.desk.steps.reopen import reopen_ticket
from sdesk.desk.steps.resolve import resolve_ticket
from sdesk.desk.steps.say import say
from sdesk.desk.steps.together import begin_together, end_together
from sdesk.desk.steps.waits import begin_wait, plan_wait
from sdesk.domain.errors import BadInput, Conflict, Refused
from sdesk.domain.inbound import InboundAttachment, Mailbox
from sdesk.domain.instant import Day
from sdesk.domain.outgoing import AgentEvent
from sdesk.domain.phrase import noun, phrase
from sdesk.domain.ticket import OPEN_STATUSES, Direction, Status, WaitingFor
from sdesk.store.models import Ticket

TEAM_PREFIX = "team:"


def take(
    work: Work, number: int, *, holders: Mapping[int, str | None] | None = None, version: int | None = None
) -> Change:
    """Assign a ticket to the acting agent, from another's hands too.

    `holders`: who had each ticket (a login, None for nobody) when the person asked for it. Conflict where somebody else
    has it by now: of two who take a free ticket at once, one gets it and the other is told.
    """
    if work.actor.agent_id is None:
        raise BadInput(phrase("the desk itself takes no ticket"), phrase("say who acts with --as LOGIN"))
    if holders is not None and number in holders:
        holder = _holder(work, find_ticket(work, number, version))
        if holder not in (None, work.actor.login, holders[number]):
            ref = work.rules.ref(number)
            raise Conflict(
                phrase("{ref} became {holder}'s meanwhile", ref=ref, holder=holder),
                phrase("look at it again, or take it once more to have it all the same"),
            )
    return assign(work, number, to=work.actor.login, version=version)


def assign(work: Work, number: int, *, to: str, version: int | None = None) -> Change:
    """Give a ticket to an agent (`anna`, `me`), to a team (`team:hr`), or to nobody (`none`)."""
    ticket = find_ticket(work, number, version)
    ref = work.rules.ref(number)
    if ticket.status not in OPEN_STATUSES:
        raise Refused(
            phrase("{ref} is {status} and cannot be assigned", ref=ref, status=ticket.status), phrase("reopen it first")
        )
    if to.startswith(TEAM_PREFIX):
        return _to_team(work, ticket, key_of(work.rules.team_keys, to.removeprefix(TEAM_PREFIX), "team"))
    agent_id = None if to == "none" else key_of(work.rules.agent_keys, work.actor.login if to == "me" else to, "agent")
    if agent_id == ticket.assignee_id:
        name = work.rules.agents[agent_id].key if agent_id is not None else noun("nobody")
        return Change(number, ref, phrase("{ref} is assigned to {name} already", ref=ref, name=name), changed=False)
    require_sight(work, ticket.team_id, agent_id)
    before = _holder(work, ticket)
    _hand_over(work, ticket, agent_id)
    settle(work, ticket)
    notify(work, ticket, AgentEvent.ASSIGNED, by=work.actor.agent_id)
    parts = [part for part in parts_at_work(work, ticket) if part.team_id == ticket.team_id]
    for part in parts:
        if part.assignee_id != agent_id:
            _hand_over(work, part, agent_id)
            settle(work, part)
    name = work.rules.agents[agent_id].key if agent_id is not None else noun("nobody")
    warning = away_warning(work, agent_id, ticket.team_id) if agent_id != work.actor.agent_id else ""
    also = and_parts(len(parts))
    if before in (None, work.actor.login):
        sentence = phrase("{ref} assigned to {name}{parts}", ref=ref, name=name, parts=also)
    else:
        # Who takes it out of another's hands should know that he did.
        sentence = phrase(
            "{ref} assigned to {name}{parts}; it was {holder}'s", ref=ref, name=name, parts=also, holder=before
        )
    return Change(number, ref, sentence, warning=warning)


def _holder(work: Work, ticket: Ticket) -> str | None:
    return None if ticket.assignee_id is None else work.rules.agents[ticket.assignee_id].key


def _hand_over(work: Work, ticket: Ticket, agent_id: int | None) -> None:
    agents = work.rules.agents
    record(
        work,
        require_id(ticket),
        "assigned",
        old=_holder(work, ticket),
        new=agents[agent_id].key if agent_id is not None else None,
    )
    ticket.assignee_id = agent_id
    if ticket.status is not Status.WAITING:
        set_status(work, ticket, at_work(ticket))


def _to_team(work: Work, ticket: Ticket, team_id: int) -> Change:
    number, ref, team = require_id(ticket), work.rules.ref(require_id(ticket)), work.rules.teams[team_id]
    if team_id == ticket.team_id and ticket.assignee_id is None:
        return Change(number, ref, phrase("{ref} is with team {team} already", ref=ref, team=team.key), changed=False)
    promise = promise_of(work, ticket)
    if team_id != ticket.team_id:
        record(work, number, "team", old=work.rules.teams[ticket.team_id].key, new=team.key)
        ticket.team_id = team_id
        part_at_walls(work, ticket)
    if ticket.assignee_id is not None:
        _hand_over(work, ticket, None)
    follow_promise(work, ticket, promise)
    settle(work, ticket)
    if ticket.waiting_for is not WaitingFor.APPROVAL:
        # What must be approved first is told of when it is.
        notify(work, ticket, AgentEvent.NEW, by=work.actor.agent_id)
    return Change(number, ref, phrase("{ref} given to team {team}", ref=ref, team=team.key))


def wait(
    work: Work,
    number: int,
    *,
    waiting_for: str,
    until: datetime | Day | None = None,
    text: str = "",
    attachments: Sequence[InboundAttachment] = (),
    spent: int = 0,
    raw_id: int | None = None,
    version: int | None = None,
) -> Change:
    """Let a ticket wait for the requester, a supplier or a date; its resolution clock stands still meanwhile.

    Without `until` it waits the team's working days. `text` is told to the requester first. `spent`: seconds.
    """
    ticket = find_ticket(work, number, version)
    ref = work.rules.ref(number)
    reason, end = plan_wait(work, ticket, waiting_for, until)
    parts = [part for part in parts_at_work(work, ticket) if part.status is not Status.WAITING]
    answer = begin_together(work, ticket, parts)
    message = None
    if text and (not parts or ticket.requester_id is not None):
        unheard = phrase("leave --text out, or write a note")
        message = say(work, ticket, text, kind="reply", attachments=attachments, raw_id=raw_id, unheard=unheard)
    done = begin_wait(work, ticket, reason, end)
    noted = note_effort(work, ticket, spent=spent, message=message)
    settle(work, ticket)
    for part in parts:
        if text and part.requester_id is not None:
            say(work, part, text, kind="reply", attachments=attachments)
        begin_wait(work, part, reason, end)
        settle(work, part)
    end_together(work, answer)
    return Change(
        number,
        ref,
        phrase("{ref} {done}{noted}{parts}", ref=ref, done=done, noted=noted.words, parts=and_parts(len(parts))),
    )


def close(
    work: Work,
    number: int,
    *,
    text: str = "",
    cc: Sequence[str] = (),
    silent: bool = False,
    attachments: Sequence[InboundAttachment] = (),
    spent: int = 0,
    raw_id: int | None = None,
    version: int | None = None,
) -> Change:
    """Resolve a ticket and tell the requester how (`text`), or `silent`ly; the sweep closes it for good later.

    A copy goes to `cc`. Doing it silently once more is nothing to do; a text that nobody would read is refused.
    `spent`: seconds.
    """
    ticket = find_ticket(work, number, version)
    ref = work.rules.ref(number)
    if ticket.status is Status.RESOLVED and silent and not text:
        noted = note_effort(work, ticket, spent=spent)
        if spent:
            settle(work, ticket)
        return Change(
            number, ref, phrase("{ref} is resolved already{noted}", ref=ref, noted=noted.words), changed=bool(spent)
        )
    require_move(work, ticket, Status.RESOLVED)
    copied = copies(work, ticket, cc)
    if not text and not silent:
        raise BadInput(
            phrase("nothing is said to the requester of {ref}", ref=ref),
            phrase("give the resolution with --text, or --silent"),
        )
    told = bool(text) and not silent
    # Before the incident itself: once it is done, its parts stand in the queue for themselves.
    parts = parts_at_work(work, ticket)
    answer = begin_together(work, ticket, parts)
    for part in parts:
        _resolve(work, part, text, told=told and part.requester_id is not None, attachments=attachments)
    own = told and (not parts or ticket.requester_id is not None)
    noted = _resolve(work, ticket, text, told=own, cc=copied, attachments=attachments, raw_id=raw_id, spent=spent)
    end_together(work, answer)
    how = "" if told else phrase(", silently")
    return Change(
        number,
        ref,
        phrase("{ref} resolved{how}{noted}{parts}", ref=ref, how=how, noted=noted.words, parts=and_parts(len(parts))),
    )


def _resolve(
    work: Work,
    ticket: Ticket,
    text: str,
    *,
    told: bool,
    cc: Sequence[Mailbox] = (),
    attachments: Sequence[InboundAttachment],
    raw_id: int | None = None,
    spent: int = 0,
) -> Noted:
    message = None
    if told:
        message = say(
            work,
            ticket,
            text,
            kind="resolution",
            cc=cc,
            attachments=attachments,
            raw_id=raw_id,
            unheard=phrase("add --silent: the text is kept as a note"),
        )
    elif text:
        message = say(work, ticket, text, kind="note", direction=Direction.NOTE, attachments=attachments, raw_id=raw_id)
    resolve_ticket(work, ticket, told=told)
    noted = note_effort(work, ticket, spent=spent, message=message)
    settle(work, ticket)
    return noted


def reopen(work: Work, number: int, *, text: str = "", version: int | None = None) -> Change:
    """Put a resolved or closed ticket, or spam, back to work; its clock goes on from what was consumed."""
    ticket = find_ticket(work, number, version)
    ref = work.rules.ref(number)
    if ticket.status in OPEN_STATUSES and ticket.status is not Status.WAITING:
        return Change(number, ref, phrase("{ref} is {status} already", ref=ref, status=ticket.status), changed=False)
    require_move(work, ticket, at_work(ticket))
    if text:
        say(work, ticket, text, kind="note", direction=Direction.NOTE)
    reopen_ticket(work, ticket, work.now)
    settle(work, ticket)
    return Change(number, ref, phrase("{ref} reopened", ref=ref))
