"""The promises of two tickets that become one: the surviving one keeps the earlier of each, the other ones end."""

from __future__ import annotations

from dataclasses import replace

from sdesk.desk.opening import Work
from sdesk.desk.steps.clocks import load_clocks, promise_of, save_clocks
from sdesk.desk.steps.moves import Moved, record_promise
from sdesk.domain.clock import Clock, consumed
from sdesk.domain.merged_clocks import merge
from sdesk.domain.ticket import WaitingFor
from sdesk.domain.worktime import working_between
from sdesk.store.models import Ticket


def keep_earlier_promises(work: Work, survivor: Ticket, merged: Ticket) -> None:
    """Save the clocks of both after a merge, and write down what it meant. The caller settles both.

    Where the merged ticket waited for an answer that nobody had given, the surviving one does from now on: that it says
    so (`unanswered_since`) is the caller's.
    """
    promise, other = promise_of(work, survivor), promise_of(work, merged)
    before, ends = load_clocks(work, survivor), load_clocks(work, merged)
    after, ended = merge(before, promise, ends, other, work.now)
    if survivor.waiting_for is WaitingFor.APPROVAL:
        # Nobody owes an answer to what may not be done yet: that begins with the approval.
        after = replace(after, next_reply=before.next_reply)
    save_clocks(work, survivor, before, after)
    save_clocks(work, merged, ends, ended)

    def meant(old: Clock, new: Clock) -> Moved:
        used = consumed(new, promise.calendar, work.now)
        if old.met_at is None and old.started_at is not None:
            return Moved(old.target, consumed(old, promise.calendar, work.now), new.target, used)
        if old.met_at is None and not new.running:
            return Moved(old.target, old.consumed, new.target, used)
        # A next reply that is owed since the other ticket's requester wrote.
        since = new.runs[0].started_at if new.runs else new.started_at
        alone = 0 if since is None else working_between(promise.calendar, since, work.now)
        return Moved(new.target, alone, new.target, used)

    moved = {
        new.kind: meant(old, new)
        for old, new in zip(before.each(), after.each(), strict=True)
        if new.met_at is None and (new.running or old.met_at is None)
    }
    if any(each.moved for each in moved.values()):
        record_promise(work, survivor, moved, survivor.sla_id, promise, work.now, merged=True)
