"""Deciding what a ticket is: its service, its priority, or that it is none (spam)."""

from __future__ import annotations

from sdesk.desk.change import Change
from sdesk.desk.opening import Work
from sdesk.desk.steps.approvals import ask_for_service
from sdesk.desk.steps.clocks import load_clocks, promise_of, save_clocks, settle
from sdesk.desk.steps.find import find_ticket, key_of, word_of
from sdesk.desk.steps.history import record
from sdesk.desk.steps.incidents import part_at_walls
from sdesk.desk.steps.losses import drop_suspicion, end_outage, follow_loss, suspect_outage
from sdesk.desk.steps.moves import follow_promise, require_id, require_move, set_status
from sdesk.desk.steps.notify import notify
from sdesk.domain.clock import end
from sdesk.domain.errors import BadInput, Refused
from sdesk.domain.outgoing import AgentEvent
from sdesk.domain.phrase import phrase
from sdesk.domain.ticket import OPEN_STATUSES, Priority, Status, WaitingFor
from sdesk.store.models import Ticket


def set_service(work: Work, number: int, *, service: str, version: int | None = None) -> Change:
    """Say what a ticket is about: team, impact, urgency, promise and a suspected outage follow from the service."""
    ticket = find_ticket(work, number, version)
    ref = work.rules.ref(number)
    chosen = work.rules.services[key_of(work.rules.service_keys, service, "service")]
    _require_open(work, ticket)
    if chosen.id == ticket.service_id:
        return Change(number, ref, phrase("{ref} is about {service} already", ref=ref, service=service), changed=False)
    promise = promise_of(work, ticket)
    old = work.rules.services[ticket.service_id].key if ticket.service_id is not None else None
    ticket.service_id = chosen.id
    ticket.impact, ticket.own_impact, ticket.urgency = chosen.impact, chosen.impact, chosen.urgency
    _suspect_anew(work, ticket)
    follows, basis = follow_loss(work, ticket)
    record(work, number, "service", old=old, new=chosen.key, **basis)
    given = chosen.team_id != ticket.team_id
    if given:
        teams = work.rules.teams
        record(work, number, "team", old=teams[ticket.team_id].key, new=teams[chosen.team_id].key)
        ticket.team_id = chosen.team_id
        part_at_walls(work, ticket)
        if ticket.assignee_id is not None and ticket.assignee_id not in teams[chosen.team_id].members:
            record(work, number, "assigned", old=work.rules.agents[ticket.assignee_id].key, new=None)
            ticket.assignee_id = None
            if ticket.status is Status.OPEN:
                set_status(work, ticket, Status.NEW)
    if ticket.priority_reason is None and follows is not ticket.priority:
        record(work, number, "priority", old=ticket.priority.value, new=follows.value)
        ticket.priority = follows
    follow_promise(work, ticket, promise)
    ask_for_service(work, ticket)
    settle(work, ticket)
    if given and ticket.waiting_for is not WaitingFor.APPROVAL:
        # To another team it is new.
        notify(work, ticket, AgentEvent.NEW, by=work.actor.agent_id)
    return Change(
        number,
        ref,
        phrase(
            "{ref} is about {chosen}: {priority}, team {team}",
            ref=ref,
            chosen=chosen.key,
            priority=ticket.priority,
            team=_team(work, ticket),
        ),
    )


AUTO = "auto"
"""The priority that follows from impact, urgency and loss: what takes an override back."""


def set_priority(work: Work, number: int, *, priority: str, reason: str = "", version: int | None = None) -> Change:
    """Override the priority that follows from impact and urgency; the reason is recorded. `auto` takes that back."""
    ticket = find_ticket(work, number, version)
    ref = work.rules.ref(number)
    _require_open(work, ticket)
    if priority == AUTO:
        return _priority_again(work, ticket)
    if not reason.strip():
        raise BadInput(phrase("a priority by hand needs a reason"), phrase("give it with --reason"))
    wanted = word_of(Priority, priority, "priority")
    if wanted is ticket.priority and reason == ticket.priority_reason:
        return Change(number, ref, phrase("{ref} is {wanted} already", ref=ref, wanted=wanted), changed=False)
    promise = promise_of(work, ticket)
    record(work, number, "priority", old=ticket.priority.value, new=wanted.value, reason=reason)
    ticket.priority, ticket.priority_reason = wanted, reason
    follow_promise(work, ticket, promise)
    settle(work, ticket)
    return Change(number, ref, phrase("{ref} is {wanted} now", ref=ref, wanted=wanted))


def _priority_again(work: Work, ticket: Ticket) -> Change:
    number, ref, old = require_id(ticket), work.rules.ref(require_id(ticket)), ticket.priority
    promise = promise_of(work, ticket)
    follows, basis = follow_loss(work, ticket)
    if ticket.priority_reason is None and follows is old:
        return Change(
            number,
            ref,
            phrase("{ref} is {old}, as it follows from impact and urgency", ref=ref, old=old),
            changed=False,
        )
    ticket.priority, ticket.priority_reason = follows, None
    record(work, number, "priority", old=old.value, new=follows.value, reason=AUTO, **basis)
    follow_promise(work, ticket, promise)
    settle(work, ticket)
    return Change(
        number, ref, phrase("{ref} is {follows} again, as it follows from impact and urgency", ref=ref, follows=follows)
    )


def spam(work: Work, number: int, *, version: int | None = None) -> Change:
    """Say that a ticket is none: its clocks end without counting."""
    ticket = find_ticket(work, number, version)
    require_move(work, ticket, Status.SPAM)
    ref = work.rules.ref(number)
    before = load_clocks(work, ticket)
    save_clocks(work, ticket, before, end(before, promise_of(work, ticket), work.now))
    drop_suspicion(work, ticket)
    end_outage(work, ticket)
    set_status(work, ticket, Status.SPAM)
    ticket.unanswered_since = None
    settle(work, ticket)
    return Change(number, ref, phrase("{ref} is spam", ref=ref))


def _require_open(work: Work, ticket: Ticket) -> None:
    if ticket.status not in OPEN_STATUSES:
        raise Refused(
            phrase("{ref} is {status}", ref=work.rules.ref(require_id(ticket)), status=ticket.status),
            phrase("reopen it first"),
        )


def _suspect_anew(work: Work, ticket: Ticket) -> None:
    """The outage that the new service means, from the ticket's opening; a confirmed one stays what it is."""
    if ticket.loss_confirmed:
        return
    drop_suspicion(work, ticket)
    suspect_outage(work, ticket, ticket.created_at)


def _team(work: Work, ticket: Ticket) -> str:
    return work.rules.teams[ticket.team_id].key
