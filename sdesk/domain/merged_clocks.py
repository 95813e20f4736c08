"""Two tickets become one: the clocks of the merged one end, and the surviving one keeps the earlier promise of each."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sdesk.domain.clock import Clock, Clocks, Promise, Run, consumed, due_at, end, requester_wrote
from sdesk.domain.worktime import working_between


def merge(
    survivor: Clocks, promise: Promise, merged: Clocks, merged_promise: Promise, at: datetime
) -> tuple[Clocks, Clocks]:
    """The clocks of both after a merge: those of the surviving ticket, and those of the one that ends.

    Of each kind the earlier deadline holds, to the second: where it was the merged ticket's, the surviving clock is
    taken to have consumed so much more that nothing but that much is left, as a run of no length (`Run`). A breach of
    the merged one stays at its instant. What the surviving ticket has kept, or does not wait for any more, stays so;
    but a first answer that the merged one still owes is a next reply that the surviving one owes, since its requester
    was there before. Where the surviving ticket stands still, the share of the target that the other consumed counts,
    if it is the greater one.
    """
    first = _kept(survivor.first_response, promise, merged.first_response, merged_promise, at)
    resolution = _kept(survivor.resolution, promise, merged.resolution, merged_promise, at)
    reply = survivor.next_reply
    owed = merged.next_reply if merged.next_reply.running else merged.first_response
    if survivor.first_response.met_at is not None and owed.running and owed.started_at is not None:
        waiting = replace(survivor, first_response=first)
        reply = requester_wrote(waiting, promise, owed.started_at).next_reply
        reply = _kept(reply, promise, owed, merged_promise, at)
    return Clocks(first, reply, resolution), end(merged, merged_promise, at)


def _kept(clock: Clock, promise: Promise, other: Clock, other_promise: Promise, at: datetime) -> Clock:
    """The surviving clock with the earlier of both deadlines."""
    if clock.met_at is not None or other.met_at is not None or other.target is None:
        return clock
    if clock.target is None:
        return _adopted(clock, promise, other, other_promise, at)
    if not clock.running or not other.running:
        return _further(clock, promise, other, other_promise, at)
    ours, theirs = due_at(clock, promise.calendar), due_at(other, other_promise.calendar)
    if ours is None or theirs is None or ours <= theirs:
        return clock
    if theirs <= at:
        return _broken(clock, promise, theirs, at)
    left = working_between(promise.calendar, at, theirs)
    return _credited(clock, promise, clock.target - left, at)


def _further(clock: Clock, promise: Promise, other: Clock, other_promise: Promise, at: datetime) -> Clock:
    """Of two of which one stands still: the greater share of a target that was consumed."""
    if not clock.target or not other.target:
        return clock
    share = consumed(other, other_promise.calendar, at) * clock.target // other.target
    return _credited(clock, promise, share, at)


def _adopted(clock: Clock, promise: Promise, other: Clock, other_promise: Promise, at: datetime) -> Clock:
    """A promise that only the other ticket has: what is left of it is left here, in the surviving ticket's hours."""
    theirs = due_at(other, other_promise.calendar)
    used = consumed(clock, promise.calendar, at)
    if theirs is None:
        left = max((other.target or 0) - consumed(other, other_promise.calendar, at), 0)
        return replace(clock, target=used + left)
    if theirs > at:
        return replace(clock, target=used + working_between(promise.calendar, at, theirs))
    return _broken(replace(clock, target=max(used, 1)), promise, theirs, at)


def _credited(clock: Clock, promise: Promise, wanted: int, at: datetime) -> Clock:
    """The clock with `wanted` seconds consumed by now, if that is more than it has."""
    more = wanted - consumed(clock, promise.calendar, at)
    if more <= 0:
        return clock
    return _with_runs(clock, (*_until(clock, promise, at), Run(at, at, more)), at)


def _broken(clock: Clock, promise: Promise, breach: datetime, at: datetime) -> Clock:
    """The clock whose target was used up at `breach`, which is past; what it ran since then counts beyond it."""
    before: list[Run] = []
    after: list[Run] = []
    for run in _until(clock, promise, at):
        if run.stopped_at <= breach:
            before.append(run)
        elif run.started_at >= breach:
            after.append(run)
        else:
            early = min(working_between(promise.calendar, run.started_at, breach), run.seconds)
            before.append(Run(run.started_at, breach, early))
            after.append(Run(breach, run.stopped_at, run.seconds - early))
    missing = (clock.target or 0) - sum(run.seconds for run in before) - _bare(clock)
    credit = [Run(breach, breach, missing)] if missing > 0 else []
    return _with_runs(clock, (*before, *credit, *after), at)


def _until(clock: Clock, promise: Promise, at: datetime) -> tuple[Run, ...]:
    """The runs up to now, the one that runs cut here."""
    started = clock.started_at
    if started is None or started >= at:
        return clock.runs
    return (*clock.runs, Run(started, at, working_between(promise.calendar, started, at)))


def _with_runs(clock: Clock, runs: tuple[Run, ...], at: datetime) -> Clock:
    total = _bare(clock) + sum(run.seconds for run in runs)
    started = None if clock.started_at is None else max(at, clock.started_at)
    return replace(clock, runs=runs, consumed=total, started_at=started)


def _bare(clock: Clock) -> int:
    """What was consumed in runs that nobody kept."""
    return clock.consumed - sum(run.seconds for run in clock.runs)
