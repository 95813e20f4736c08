"""The three clocks of a ticket as values: what starts, stops, meets and moves them, and the instants that follow.

A clock is the working seconds that its finished runs consumed, and the instant at which it last started. Every function
takes `Clocks` and gives new ones; `at` is the instant of the event (ITIL: response, update and resolution targets).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from sdesk.domain.ticket import ClockKind
from sdesk.domain.worktime import ALWAYS, Calendar, add_working, same_hours, working_between

SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run of a clock."""

    started_at: datetime
    stopped_at: datetime
    seconds: int
    """Working seconds that count for it."""


@dataclass(frozen=True, slots=True)
class Clock:
    """One promise of a ticket and how much of it is used."""

    kind: ClockKind
    target: int | None = None
    """Working seconds; None: nothing of this kind is promised. The clock runs all the same: a target may come later."""
    consumed: int = 0
    """Working seconds of the finished runs."""
    started_at: datetime | None = None
    """Running since; None: stands still."""
    met_at: datetime | None = None
    """When the promise was kept; when it ended, if voided."""
    voided: bool = False
    """Ended without counting."""
    runs: tuple[Run, ...] = ()
    """Finished runs, oldest first. May be left out by callers who know that `consumed` is less than the target;
    `recalendar` always wants them."""

    @property
    def running(self) -> bool:
        """Whether it consumes working time now."""
        return self.started_at is not None

    @property
    def promised(self) -> bool:
        """Whether it is running towards a target."""
        return self.started_at is not None and self.target is not None


@dataclass(frozen=True, slots=True)
class Targets:
    """Working seconds of each promise; None where there is none."""

    first_response: int | None
    next_reply: int | None
    resolution: int | None

    def of(self, kind: ClockKind) -> int | None:
        """The target of one kind."""
        found: int | None = getattr(self, kind.value)
        return found


@dataclass(frozen=True, slots=True)
class Promise:
    """What an SLA says for one priority."""

    calendar: Calendar
    targets: Targets
    warn_at: int = 75
    """Percent of a target from which it is at risk."""
    stale_at: int | None = 200
    """Percent of the target from which a breach is stale; None: never (P1 and P2)."""


NO_PROMISE = Promise(ALWAYS, Targets(None, None, None))
"""For a ticket that no SLA covers: its clocks run, and nothing is due."""


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The instants of one running clock; None while it stands still or has no target."""

    at_risk_at: datetime | None
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Clocks:
    """The three clocks of one ticket."""

    first_response: Clock
    next_reply: Clock
    resolution: Clock

    def each(self) -> tuple[Clock, Clock, Clock]:
        """All three, in the order of a ticket's life."""
        return self.first_response, self.next_reply, self.resolution

    @property
    def promising(self) -> bool:
        """Whether a target is still to be met: what `domain.sla_state` calls `has_promise`.

        A next reply that nobody waits for is none.
        """
        return any(
            clock.target is not None
            and clock.met_at is None
            and (clock.running or clock.kind is not ClockKind.NEXT_REPLY)
            for clock in self.each()
        )


# ---- what happens to a ticket -------------------------------------------------------------------


def open_clocks(promise: Promise, at: datetime) -> Clocks:
    """The clocks of a ticket opened now: first response and resolution run."""
    targets = promise.targets
    return Clocks(
        Clock(ClockKind.FIRST_RESPONSE, targets.first_response, started_at=at),
        Clock(ClockKind.NEXT_REPLY, targets.next_reply),
        Clock(ClockKind.RESOLUTION, targets.resolution, started_at=at),
    )


def requester_wrote(clocks: Clocks, promise: Promise, at: datetime) -> Clocks:
    """A message of the requester: next reply starts afresh.

    Nothing changes while an older message is unanswered, or the first response is still owed.
    """
    if clocks.first_response.met_at is None or clocks.next_reply.running:
        return clocks
    return replace(clocks, next_reply=Clock(ClockKind.NEXT_REPLY, promise.targets.next_reply, started_at=at))


def agent_answered(clocks: Clocks, promise: Promise, at: datetime) -> Clocks:
    """A public message of an agent (or a call that was recorded as one): meets first response and next reply."""
    return replace(
        clocks,
        first_response=_ended(clocks.first_response, promise.calendar, at),
        next_reply=_ended(clocks.next_reply, promise.calendar, at) if clocks.next_reply.running else clocks.next_reply,
    )


def waited_no_more(clocks: Clocks, promise: Promise, at: datetime) -> Clocks:
    """Nobody waits for a next reply any more, though none was given: that promise ends without counting."""
    if not clocks.next_reply.running:
        return clocks
    return replace(clocks, next_reply=_ended(clocks.next_reply, promise.calendar, at, voided=True))


def hold(clocks: Clocks, promise: Promise, at: datetime) -> Clocks:
    """The ticket waits: resolution stands still. A second hold changes nothing."""
    return replace(clocks, resolution=_stopped(clocks.resolution, promise.calendar, at))


def resume(clocks: Clocks, promise: Promise, at: datetime) -> Clocks:
    """The wait is over: resolution runs on, unless it runs already or was met."""
    resolution = clocks.resolution
    if resolution.running or resolution.met_at is not None:
        return clocks
    return replace(clocks, resolution=replace(resolution, started_at=at))


def hold_all(clocks: Clocks, promise: Promise, at: datetime) -> Clocks:
    """Somebody must approve it first: every promise stands still, that of the first answer too."""
    first, reply, resolution = (_stopped(clock, promise.calendar, at) for clock in clocks.each())
    return Clocks(first, reply, resolution)


def resume_all(clocks: Clocks, promise: Promise, at: datetime, *, owed: bool) -> Clocks:
    """It may be worked on: what is still to be met runs on. `owed`: the requester waits for an answer."""
    first = clocks.first_response
    if not first.running and first.met_at is None:
        first = replace(first, started_at=at)
    running = resume(replace(clocks, first_response=first), promise, at)
    reply = running.next_reply
    if not owed or reply.running or first.met_at is None:
        return running
    if reply.met_at is not None:
        return requester_wrote(running, promise, at)
    return replace(running, next_reply=replace(reply, target=promise.targets.next_reply, started_at=at))


def resolve(clocks: Clocks, promise: Promise, at: datetime, told: bool) -> Clocks:
    """Resolution is met. Told to the requester it is an answer too; silent, it voids the answers still owed."""
    calendar, reply = promise.calendar, clocks.next_reply
    return Clocks(
        _ended(clocks.first_response, calendar, at, voided=not told),
        _ended(reply, calendar, at, voided=not told) if reply.running else reply,
        _ended(clocks.resolution, calendar, at),
    )


def reopen(clocks: Clocks, promise: Promise, at: datetime) -> Clocks:
    """Resolution goes on from what was consumed, toward today's target; answers that ended stay ended.

    Where the calendar has changed since, reopen by the old promise, then `recalendar`.
    """
    resolution = clocks.resolution
    if resolution.running:
        return clocks
    target = promise.targets.resolution
    return replace(clocks, resolution=replace(resolution, target=target, started_at=at, met_at=None, voided=False))


def end(clocks: Clocks, promise: Promise, at: datetime) -> Clocks:
    """Merged or spam: what was not met yet ends without counting; what was met stays a fact."""
    first, reply, resolution = (_ended(clock, promise.calendar, at, voided=True) for clock in clocks.each())
    return Clocks(first, reply, resolution)


def retarget(clocks: Clocks, promise: Promise, at: datetime) -> Clocks:
    """New targets in the same calendar (another priority): what was consumed stays.

    A clock that ended keeps the target that it was judged by. Nothing stops or starts, so `at` moves nothing: it is
    taken for the sake of one shape of all events.
    """
    first, reply, resolution = (
        clock if clock.met_at is not None else replace(clock, target=promise.targets.of(clock.kind))
        for clock in clocks.each()
    )
    return Clocks(first, reply, resolution)


def recalendar(clocks: Clocks, old_promise: Promise, new_promise: Promise, at: datetime) -> Clocks:
    """Another calendar (and maybe other targets): the share of each target consumed by `at` is carried.

    The time from `at` on is counted in the new calendar. Where there is no share to carry, for want of one target or
    the other, the runs are counted again in the new one. A breach stays at its instant. Equal calendars make this a
    `retarget`; a clock that ended is left as it was.
    """
    if same_hours(old_promise.calendar, new_promise.calendar):
        return retarget(clocks, new_promise, at)
    first, reply, resolution = (_recounted(clock, old_promise, new_promise, at) for clock in clocks.each())
    return Clocks(first, reply, resolution)


# ---- what follows from a clock ------------------------------------------------------------------


def consumed(clock: Clock, calendar: Calendar, now: datetime) -> int:
    """Working seconds consumed by `now`."""
    return clock.consumed + (working_between(calendar, clock.started_at, now) if clock.started_at else 0)


def reached_at(clock: Clock, calendar: Calendar, seconds: int) -> datetime | None:
    """The instant at which `seconds` were, or will be, consumed; None where it stands still short of them.

    ValueError where that lies in runs that the caller left out.
    """
    if seconds > clock.consumed:
        return add_working(calendar, clock.started_at, seconds - clock.consumed) if clock.started_at else None
    done = clock.consumed - sum(run.seconds for run in clock.runs)
    for run in clock.runs:
        if done < seconds <= done + run.seconds or seconds == done == 0:
            return _within(run, calendar, seconds - done)
        done += run.seconds
    if seconds == 0 and not clock.runs:
        return clock.started_at
    raise ValueError(f"the runs of {clock.kind} in which {seconds} s were consumed are missing")


def due_at(clock: Clock, calendar: Calendar) -> datetime | None:
    """The deadline of a running clock, past where it is breached. None while it stands still or without target."""
    if not clock.promised or clock.target is None:
        return None
    return reached_at(clock, calendar, clock.target)


def at_risk_at(clock: Clock, promise: Promise) -> datetime | None:
    """The instant from which a running clock is at risk.

    Where that lies in runs that the caller left out, when the clock last started: it was at risk by then.
    """
    if clock.target is not None and not clock.runs and clock.consumed >= _share(clock.target, promise.warn_at):
        return clock.started_at
    return _share_at(clock, promise.calendar, promise.warn_at)


def deadlines(clock: Clock, promise: Promise) -> Deadlines:
    """Both instants that are stored with a clock."""
    return Deadlines(at_risk_at(clock, promise), due_at(clock, promise.calendar))


def stale_by(clocks: Clocks) -> Clock:
    """The clock that a stale ticket is judged by: resolution; where it has no target, the last one that runs."""
    if clocks.resolution.target is not None:
        return clocks.resolution
    return clocks.next_reply if clocks.next_reply.promised else clocks.first_response


def stale_at(clocks: Clocks, promise: Promise) -> datetime | None:
    """The instant from which the ticket is stale; None while the clock that says so stands still."""
    return None if promise.stale_at is None else _share_at(stale_by(clocks), promise.calendar, promise.stale_at)


def earliest_due(clocks: Clocks, calendar: Calendar) -> tuple[datetime, ClockKind] | None:
    """The next deadline and whose it is; None where no clock runs towards one."""
    running = [(due, clock.kind) for clock in clocks.each() if (due := due_at(clock, calendar)) is not None]
    return min(running, key=lambda each: each[0], default=None)


# ---- how it is done -----------------------------------------------------------------------------


def _stopped(clock: Clock, calendar: Calendar, at: datetime) -> Clock:
    """The clock standing still, its run finished. A clock that stops before it started has not run."""
    started = clock.started_at
    if started is None:
        return clock
    if at <= started:
        return replace(clock, started_at=None)
    run = Run(started, at, working_between(calendar, started, at))
    return replace(clock, consumed=clock.consumed + run.seconds, started_at=None, runs=(*clock.runs, run))


def _ended(clock: Clock, calendar: Calendar, at: datetime, *, voided: bool = False) -> Clock:
    """The promise met or voided at `at`; what ended before stays as it was."""
    if clock.met_at is not None:
        return clock
    return replace(_stopped(clock, calendar, at), met_at=at, voided=voided)


def _share_at(clock: Clock, calendar: Calendar, percent: int) -> datetime | None:
    if not clock.promised or clock.target is None:
        return None
    return reached_at(clock, calendar, _share(clock.target, percent))


def _share(target: int, percent: int) -> int:
    """Rounded up: a share is reached when all of it is consumed."""
    return -(-target * percent // 100)


def _within(run: Run, calendar: Calendar, seconds: int) -> datetime:
    """The instant of a finished run by which it had consumed `seconds`."""
    if seconds == 0 or working_between(calendar, run.started_at, run.stopped_at) == run.seconds:
        return add_working(calendar, run.started_at, seconds)
    # Counted in a calendar that was replaced since, and carried by its share: taken as spread evenly over the run.
    length = (run.stopped_at - run.started_at) // SECOND
    return run.started_at + length * seconds // run.seconds * SECOND


def _recounted(clock: Clock, old: Promise, new: Promise, at: datetime) -> Clock:
    """One clock as it goes on in the new calendar."""
    if clock.met_at is not None:
        return clock
    target = new.targets.of(clock.kind)
    halted = _stopped(clock, old.calendar, at)
    if halted.target and target:
        halted = _cut_at_breach(halted, old.calendar)
    seconds = [run.seconds for run in halted.runs]
    earlier = halted.consumed - sum(seconds)
    if halted.target and target:
        # Shares of the running total, rounded down: so neither the sum nor a breach is moved by rounding.
        share = [(earlier + sum(seconds[:number])) * target // halted.target for number in range(len(seconds) + 1)]
        earlier, counted = share[0], [after - before for before, after in pairwise(share)]
    else:
        counted = [working_between(new.calendar, run.started_at, run.stopped_at) for run in halted.runs]
    runs = tuple(replace(run, seconds=each) for run, each in zip(halted.runs, counted, strict=True))
    started = None if clock.started_at is None else max(at, clock.started_at)
    return replace(halted, target=target, consumed=earlier + sum(counted), started_at=started, runs=runs)


def _cut_at_breach(clock: Clock, calendar: Calendar) -> Clock:
    """The run in which the target was reached cut before and after its last second.

    In whatever calendar the runs are read later, that second ends at the instant of the breach.
    """
    if not clock.target or clock.consumed < clock.target:
        return clock
    runs: list[Run] = []
    done = clock.consumed - sum(run.seconds for run in clock.runs)
    for run in clock.runs:
        wanted = clock.target - done
        if 0 < wanted <= run.seconds and run.stopped_at - run.started_at > SECOND:
            breach = _within(run, calendar, wanted)
            runs += [
                Run(run.started_at, breach - SECOND, wanted - 1),
                Run(breach - SECOND, breach, 1),
                Run(breach, run.stopped_at, run.seconds - wanted),
            ]
        else:
            runs.append(run)
        done += run.seconds
    return replace(clock, runs=tuple(run for run in runs if run.started_at < run.stopped_at or run.seconds))
