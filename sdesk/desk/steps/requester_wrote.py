"""What a requester's words set going, by whichever way they came: a reopening, the end of a wait, the next answer."""

from __future__ import annotations

from datetime import datetime

from sdesk.desk.opening import Work
from sdesk.desk.steps.clocks import load_clocks, promise_of, save_clocks
from sdesk.desk.steps.history import record
from sdesk.desk.steps.moves import require_id, wake
from sdesk.desk.steps.reopen import reopen_ticket
from sdesk.domain.clock import Clocks, requester_wrote
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.ticket import OPEN_STATUSES, Status, WaitingFor
from sdesk.store.models import Ticket

REQUESTER = "requester"
"""Who did it, in the history, where the requester did."""


def asks_for_answer(work: Work, ticket: Ticket, at: datetime) -> None:
    """Reopen what is done, end a wait for the requester, start the next-reply clock. The caller settles.

    The clocks run on from `at`, when the words arrived, however late they are fetched; never from before they stopped.
    """
    if ticket.status not in OPEN_STATUSES:
        since = not_before_stop(load_clocks(work, ticket), at)
        reopen_ticket(work, ticket, since)
        record(work, require_id(ticket), "reopened", by=REQUESTER, since=to_rfc3339(since))
    promise = promise_of(work, ticket)
    before = load_clocks(work, ticket)
    clocks = before
    if ticket.status is Status.WAITING and ticket.waiting_for is WaitingFor.REQUESTER:
        clocks = wake(work, ticket, clocks, not_before_stop(clocks, at))
    if ticket.waiting_for is not WaitingFor.APPROVAL:
        # Nobody owes an answer to what may not be done yet: that begins with the approval.
        clocks = requester_wrote(clocks, promise, at)
    save_clocks(work, ticket, before, clocks)
    if ticket.unanswered_since is None:
        ticket.unanswered_since = at


def not_before_stop(clocks: Clocks, at: datetime) -> datetime:
    """`at`, or when resolution last stopped where the mail crossed with what stopped it."""
    stops = [run.stopped_at for run in clocks.resolution.runs[-1:]]
    if clocks.resolution.met_at is not None:
        stops.append(clocks.resolution.met_at)
    return max([at, *stops])
