"""Putting a ticket back to work: by an agent's hand, or because its requester writes again."""

from __future__ import annotations

from datetime import datetime, timedelta

from sdesk.desk.opening import Work
from sdesk.desk.steps.clocks import load_clocks, promise_of, save_clocks
from sdesk.desk.steps.history import record
from sdesk.desk.steps.losses import follow_loss, suspect_outage
from sdesk.desk.steps.moves import at_work, require_id, set_status, take_promise
from sdesk.domain.clock import reopen
from sdesk.domain.ticket import OPEN_STATUSES, Status
from sdesk.store.models import Ticket


def reopen_ticket(work: Work, ticket: Ticket, at: datetime) -> None:
    """Status, count and clocks (from `at` on). The caller settles."""
    before = load_clocks(work, ticket)
    if ticket.status is not Status.WAITING:
        ticket.reopenings += 1
    set_status(work, ticket, at_work(ticket))
    ticket.resolved_at, ticket.closed_at = None, None
    promise = promise_of(work, ticket)
    _suspect_again(work, ticket, at)
    # Then what is promised today, for the priority that it has now: a desk file that was applied meanwhile moved open
    # tickets alone.
    save_clocks(work, ticket, before, take_promise(work, ticket, reopen(before, promise, at), promise, at))


def _suspect_again(work: Work, ticket: Ticket, at: datetime) -> None:
    """ "It still does not work": what stood may well stand again, and then the priority follows from it."""
    if not suspect_outage(work, ticket, at):
        return
    number = require_id(ticket)
    record(work, number, "outage_suspected", loss_per_hour=str(ticket.loss_per_hour), currency=work.rules.currency)
    follows, basis = follow_loss(work, ticket)
    if ticket.priority_reason is None and follows is not ticket.priority:
        record(work, number, "priority", old=ticket.priority.value, new=follows.value, **basis)
        ticket.priority = follows


def may_reopen(work: Work, ticket: Ticket, arrived_at: datetime) -> bool:
    """Whether what follows may still reopen a ticket: it is open, or was resolved within the team's period.

    What counts is when the mail arrived: nobody is turned away because a fetch came late.
    """
    if ticket.status in OPEN_STATUSES:
        return True
    if ticket.status not in {Status.RESOLVED, Status.CLOSED} or ticket.resolved_at is None:
        return False
    period = timedelta(seconds=work.rules.teams[ticket.team_id].reopen_for)
    return arrived_at <= ticket.resolved_at + period
