"""Putting a ticket back to work: by an agent's hand, or because its requester writes again."""

from __future__ import annotations

from datetime import datetime

from sdesk.desk.opening import Work
from sdesk.desk.steps.clocks import load_clocks, promise_of, save_clocks
from sdesk.desk.steps.losses import suspect_outage
from sdesk.desk.steps.moves import at_work, set_status, take_promise
from sdesk.domain.clock import reopen
from sdesk.domain.ticket import Status
from sdesk.store.models import Ticket


def reopen_ticket(work: Work, ticket: Ticket, at: datetime) -> None:
    """Status, count and clocks (from `at` on). The caller settles."""
    before = load_clocks(work, ticket)
    if ticket.status is not Status.WAITING:
        ticket.reopenings += 1
    set_status(work, ticket, at_work(ticket))
    ticket.resolved_at, ticket.closed_at = None, None
    # "It still does not work": what stood may well stand again.
    suspect_outage(work, ticket, at)
    promise = promise_of(work, ticket)
    # Then what is promised today: a desk file that was applied meanwhile moved open tickets alone.
    save_clocks(work, ticket, before, take_promise(work, ticket, reopen(before, promise, at), promise, at))
