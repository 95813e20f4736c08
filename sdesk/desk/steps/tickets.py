"""Opening a ticket: the one way in which a ticket comes to be, by mail, by command or by console."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sdesk.desk.opening import Work
from sdesk.desk.steps.clocks import clock_columns, place_columns, settle
from sdesk.desk.steps.history import record
from sdesk.desk.steps.incidents import look_for_incident
from sdesk.desk.steps.losses import (
    begin_outage,
    follow_priority,
    own_loss_per_hour,
    raised_by,
    share_that_stands,
)
from sdesk.desk.steps.moves import promise_facts
from sdesk.desk.steps.rows import insert_row
from sdesk.domain.approval import ApprovalState
from sdesk.domain.clock import Clocks, Promise, agent_answered, end, open_clocks
from sdesk.domain.ticket import OPEN_STATUSES, Channel, Impact, Priority, Status, Urgency
from sdesk.store.models import Tag, Ticket

NO_SERVICE_IMPACT = Impact.MINOR
NO_SERVICE_URGENCY = Urgency.MEDIUM
"""Where neither a service nor a person says more."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What a new ticket is made of."""

    subject: str
    team_id: int
    service_id: int | None
    requester_id: int | None
    unit_id: int | None
    channel: Channel
    opened_at: datetime
    """The clocks run from here: when the mail arrived, not when it was fetched."""
    assignee_id: int | None = None
    impact: Impact | None = None
    urgency: Urgency | None = None
    priority: Priority | None = None
    priority_reason: str | None = None
    tags: tuple[str, ...] = ()
    external_id: str | None = None
    spam: bool = False
    unanswered: bool = True
    """Somebody wrote and waits for an answer."""
    history: bool = False
    """It comes from an archive: whatever stood still then stands no more."""
    closed: bool = False
    """It is over already: nothing runs."""
    resolved_at: datetime | None = None
    """When it was resolved, of what is over: without `closed` it is resolved and not closed yet."""
    closed_at: datetime | None = None
    """When it was closed, where that is known; else when it was resolved, or opened."""
    stands: bool = True
    """What its service means for its unit may stand still; False where another ticket has that outage already."""
    planned: bool = False
    """Nobody asked for it, and nothing stands still: it is the desk's own, of a rule."""
    unasked: bool = False
    """Nobody asked for it: a machine told of it."""
    brought: bool = False
    """Nobody need decide whether it may be done, whatever its service says: that was decided elsewhere, or the desk
    does it of its own accord."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A ticket that was just opened."""

    number: int
    token: str
    priority: Priority
    clocks: Clocks
    promise: Promise
    incident: int | None = None
    """The open incident that it became part of."""
    waits: bool = False
    """Somebody must approve it first: nobody need be told of it yet."""


def open_ticket(work: Work, opening: Opening, *, by: str | None = None, **story: Any) -> Opened:
    """Open a ticket: priority, promises, a suspected outage, its place in the queue, its history. Adds no message.

    `by` and `story` go to the history's first event.
    """
    rules = work.rules
    service = rules.services[opening.service_id] if opening.service_id is not None else None
    own_impact = opening.impact or (service.impact if service else NO_SERVICE_IMPACT)
    urgency = opening.urgency or (service.urgency if service else NO_SERVICE_URGENCY)
    costs = opening.stands and not (opening.spam or opening.history or opening.planned)
    share = share_that_stands(work, opening.service_id, opening.unit_id) if costs else None
    per_hour: Decimal | None = None
    if share is not None and opening.unit_id is not None:
        per_hour = own_loss_per_hour(work, opening.unit_id, share)
    impact, priority = follow_priority(work, own_impact, urgency, per_hour)
    raising = raised_by(work, own_impact, impact, per_hour)
    priority = opening.priority or priority
    sla_id = rules.sla_for(opening.team_id, opening.service_id)
    promise = rules.promise(sla_id, priority)
    state = _state_of(opening, promise)
    columns = clock_columns(state.clocks, promise, now=work.now)
    columns |= place_columns(
        work,
        status=state.status,
        priority=priority,
        created_at=opening.opened_at,
        due_at=columns["due_at"],
        stale_at=columns["stale_at"],
        wake_at=None,
        loss_per_hour=per_hour,
        done_at=state.resolved_at,
    )
    token = secrets.token_hex(16)
    number = insert_row(
        work,
        Ticket,
        {
            "version": 1,
            "subject": opening.subject,
            "status": state.status,
            "service_id": opening.service_id,
            "team_id": opening.team_id,
            "assignee_id": opening.assignee_id,
            "requester_id": opening.requester_id,
            "unit_id": opening.unit_id,
            "channel": opening.channel,
            "external_id": opening.external_id,
            "token": token,
            "impact": impact,
            "own_impact": own_impact,
            "urgency": urgency,
            "priority": priority,
            "priority_reason": opening.priority_reason,
            "created_at": opening.opened_at,
            "updated_at": max(work.now, state.over_at or work.now),
            "resolved_at": state.resolved_at,
            "closed_at": state.closed_at,
            "reopenings": 0,
            "unanswered_since": (
                opening.opened_at
                if opening.unanswered and not opening.planned and opening.channel is not Channel.PHONE
                else None
            ),
            "sla_id": sla_id,
            "loss_per_hour": per_hour,
            "loss_since": opening.opened_at if per_hour is not None else None,
            "loss_confirmed": False,
            **columns,
        },
    )
    if opening.tags:
        for tag in dict.fromkeys(map(str.lower, opening.tags)):
            insert_row(work, Tag, {"ticket_id": number, "tag": tag})
    record(
        work,
        number,
        "opened",
        by=by,
        channel=opening.channel.value,
        team=rules.teams[opening.team_id].key,
        service=service.key if service else None,
        priority=priority.value,
        impact=impact.value,
        urgency=urgency.value,
        **({"raised": raising} if raising is not None else {}),
        **promise_facts(work, sla_id, promise),
        **story,
    )
    if state.over_at is not None and not opening.spam:
        # By its history a ticket is open until it says otherwise: who opens this one again must find that it was not.
        then = replace(work, now=state.over_at)
        record(then, number, "status", by="system", old=Status.NEW.value, new=state.status.value)
    if share is not None and per_hour is not None and opening.unit_id is not None:
        begin_outage(work, number, opening.unit_id, share, opening.opened_at)
        record(work, number, "outage_suspected", by=by, loss_per_hour=str(per_hour), currency=rules.currency)
    live = state.status in OPEN_STATUSES and not opening.history
    looks = live and not opening.planned and opening.service_id is not None
    incident = look_for_incident(work, number) if looks else None
    asks = live and not opening.unasked and not opening.brought
    waits = asks and service is not None and service.approve_by is not None and _ask(work, number)
    return Opened(number, token, priority, state.clocks, promise, incident, waits)


def _ask(work: Work, number: int) -> bool:
    """Ask for the approval that the service wants; gives whether the ticket waits for it."""
    from sdesk.desk.steps.approvals import ask_for_service  # hardly any service wants one

    ticket = work.session.get_one(Ticket, number)
    asked = ask_for_service(work, ticket)
    settle(work, ticket)
    return asked is not None and asked.state is ApprovalState.ASKED


class _State(NamedTuple):
    """How far a ticket has come when it is opened."""

    status: Status
    clocks: Clocks
    resolved_at: datetime | None
    closed_at: datetime | None

    @property
    def over_at(self) -> datetime | None:
        """When it was over for good, as far as that is known; None of what is not."""
        return self.closed_at or self.resolved_at


def _state_of(opening: Opening, promise: Promise) -> _State:
    """Where it stands: most are new, and their clocks begin; some are over already, or owe nobody a first answer."""
    clocks = open_clocks(promise, opening.opened_at)
    status = Status.OPEN if opening.assignee_id is not None else Status.NEW
    over = opening.closed or opening.resolved_at is not None
    resolved_at = (opening.resolved_at or opening.opened_at) if over else None
    closed_at = (opening.closed_at or resolved_at) if opening.closed else None
    if opening.spam:
        status, clocks = Status.SPAM, end(clocks, promise, opening.opened_at)
    elif over:
        status = Status.CLOSED if opening.closed else Status.RESOLVED
        # They never ran: nothing of what was consumed elsewhere is known here.
        clocks = end(clocks, promise, opening.opened_at)
    elif opening.channel is Channel.PHONE:
        # Whoever calls has been answered by the one who writes the ticket.
        clocks = agent_answered(clocks, promise, opening.opened_at)
    elif opening.planned or opening.unasked:
        # There is nobody to answer first: that promise ends without counting.
        clocks = replace(clocks, first_response=end(clocks, promise, opening.opened_at).first_response)
    return _State(status, clocks, resolved_at, closed_at)
