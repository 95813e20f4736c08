"""Ending the work on a ticket: what is alike whoever resolves it, and whether its requester is told or not."""

from __future__ import annotations

from datetime import datetime

from sdesk.desk.opening import Work
from sdesk.desk.steps.clocks import load_clocks, promise_of, save_clocks
from sdesk.desk.steps.losses import end_outage
from sdesk.desk.steps.moves import set_status
from sdesk.domain.clock import resolve
from sdesk.domain.ticket import Status
from sdesk.store.models import Ticket


def resolve_ticket(work: Work, ticket: Ticket, *, told: bool = False, works_since: datetime | None = None) -> None:
    """Clocks, outage, status and time. The caller settles, and says it to whom it concerns.

    `told`: the requester was answered by it. `works_since`: since when its service works again, where not since now.
    """
    before = load_clocks(work, ticket)
    save_clocks(work, ticket, before, resolve(before, promise_of(work, ticket), work.now, told))
    end_outage(work, ticket, works_since)
    set_status(work, ticket, Status.RESOLVED)
    ticket.resolved_at, ticket.unanswered_since = work.now, None
