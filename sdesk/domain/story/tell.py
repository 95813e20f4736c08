"""Telling the story: the runs of each clock in order, what each counted by the calendar of its time, and the sum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sdesk.domain.clock import SECOND, Clock, Run, due_at, reached_at
from sdesk.domain.clock import at_risk_at as risk_of
from sdesk.domain.clock import consumed as consumed_of
from sdesk.domain.errors import BadInput
from sdesk.domain.instant import from_rfc3339, to_rfc3339
from sdesk.domain.story.eras import Change, Eras, eras_of
from sdesk.domain.story.reasons import Reason, standing, why_started, why_stopped
from sdesk.domain.story.values import Event, Facts, Step, Stored, Told, Verdict, What
from sdesk.domain.ticket import ClockKind
from sdesk.domain.worktime import add_working, working_between

_ENDS_A_RUN = (What.STOPPED, What.MET, What.VOIDED)
_STATES = {"at_risk": What.AT_RISK, "breached": What.BREACHED, "stale": What.STALE}


def tell(facts: Facts) -> tuple[Told, ...]:
    """The story of each promise of a ticket, those of next replies one after the other. A clock that never ran and
    promises nothing has none."""
    events = standing(facts.events)
    stories: list[Told] = []
    for stored in facts.clocks:
        kind = stored.clock.kind
        eras = eras_of(kind, facts, events, stored.clock.target)
        for number, past in enumerate(stored.past, 1):
            clock = replace(past, met_at=past.runs[-1].stopped_at)
            then = _since_its_start(eras, clock, facts, events)
            # What was promised then is what held when it ended.
            mine = [each for each in then.changes if _is_of(each, clock, events)]
            clock = replace(clock, target=mine[-1].target if mine else then.target)
            stories.append(_Teller(facts, events, then, clock, number).told(Stored(clock)))
        if stored.clock.runs or stored.clock.running or (stored.clock.target and kind is not ClockKind.NEXT_REPLY):
            now = _since_its_start(eras, stored.clock, facts, events)
            teller = _Teller(facts, events, now, stored.clock, len(stored.past) + 1)
            stories.append(teller.told(stored))
    return tuple(stories)


def _since_its_start(eras: Eras, clock: Clock, facts: Facts, events: Sequence[Event]) -> Eras:
    """What was promised since a promise began; of the others that is the opening."""
    begun = clock.runs[0].started_at if clock.runs else clock.started_at
    if clock.kind is not ClockKind.NEXT_REPLY or begun is None:
        return eras
    reason = why_started(clock.kind, begun, events, facts.opened_at)
    return eras if reason is None else eras.since(reason.position)


def _is_of(change: Change, clock: Clock, events: Sequence[Event]) -> bool:
    """Whether a change befell a promise before it ended: what came after is told of the next one."""
    if clock.met_at is None or change.at != clock.met_at:
        return clock.met_at is None or change.at < clock.met_at
    ends = [
        number
        for number, event in enumerate(events)
        if event.at == clock.met_at and event.event in ("answered", "status")
    ]
    return change.position < max(ends, default=0)


@dataclass
class _Teller:
    """One promise, and what has been told of it so far."""

    facts: Facts
    events: Sequence[Event]
    eras: Eras
    clock: Clock
    round: int
    steps: list[Step] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    total: int = 0
    ran: int = 0
    """Of the run that is being told."""
    certain: bool = True
    """Whether the sum so far follows from what is known."""

    def told(self, stored: Stored) -> Told:
        """All of it."""
        kept = consumed_of(self.clock, self.facts.promise.calendar, self.facts.now)
        self._walk()
        self._states()
        if not self.eras.known:
            self.notes.append("an earlier release opened it, and did not write down what was promised then")
        if self.eras.unknown:
            when = ", ".join(map(to_rfc3339, self.eras.unknown))
            self.notes.append(f"the release of then did not write down what a change meant for this promise: {when}")
        if self.certain and self.total != kept:
            self.wrong.append(f"the runs sum up to {self.total} s, and the store says {kept} s")
        if sum(run.seconds for run in self.clock.runs) != self.clock.consumed:
            counted = sum(run.seconds for run in self.clock.runs)
            self.wrong.append(f"the finished runs have {counted} s, and the ticket says {self.clock.consumed} s")
        due, risk = self._deadlines(stored)
        breached = self._breached_at(due)
        ended = self.clock.met_at
        calendar = self.eras.calendar_at(self.facts.now if ended is None else ended)
        return Told(
            kind=self.clock.kind,
            round=self.round,
            steps=tuple(sorted(self.steps, key=lambda step: step.at)),
            target=self.clock.target,
            calendar=calendar,
            consumed=self.total if self.certain else kept,
            stored=kept,
            verdict=self._verdict(kept),
            due_at=due,
            at_risk_at=risk,
            breached_at=breached,
            ended_at=ended,
            notes=tuple(self.notes),
            disagreements=tuple(self.wrong),
        )

    # ---- the runs ----------------------------------------------------------------------------------

    def _walk(self) -> None:
        """Start, stop and change, in order, with the sum after each."""
        spans = list(self._spans())
        end = self.clock.met_at or self.facts.now
        begun = spans[0][0] if spans else self.facts.opened_at
        changes = [each for each in self.eras.changes if begun <= each.at <= end and self._is_mine(each)]
        for number, (start, stop) in enumerate(spans):
            # What changes as it starts again is what it starts again by.
            for change in [each for each in changes if each.at < start or (number and each.at == start)]:
                self._change(change, running=False)
                changes.remove(change)
            self._start(start, first=number == 0)
            at = start
            for change in [each for each in changes if stop is None or each.at < stop or stop == self.clock.met_at]:
                self._count(at, change.at, open_end=False)
                self._change(change, running=True)
                changes.remove(change)
                at = change.at
            self._count(at, self.facts.now if stop is None else stop, open_end=stop is None)
            if stop is not None:
                self._stop(start, stop, last=number == len(spans) - 1)
        for change in changes:
            self._change(change, running=False)
        self.ran = 0
        if self.clock.met_at is not None and (not spans or spans[-1][1] != self.clock.met_at):
            # It stood still when it ended: a wait that a resolution ended, say.
            self._end(self.clock.met_at)

    def _is_mine(self, change: Change) -> bool:
        return _is_of(change, self.clock, self.events)

    def _spans(self) -> Iterator[tuple[datetime, datetime | None]]:
        """The runs as they were: those that the store cut, for a calendar or a breach, made one. None: it runs."""
        start: datetime | None = None
        stop: datetime | None = None
        for run in self.clock.runs:
            if start is not None and stop == run.started_at and self._was_cut(run.started_at):
                stop = run.stopped_at
                continue
            if start is not None:
                yield start, stop
            start, stop = run.started_at, run.stopped_at
        running = self.clock.started_at
        if running is not None and start is not None and stop == running and self._was_cut(running):
            yield start, None
            return
        if start is not None:
            yield start, stop
        if running is not None:
            yield running, None

    def _was_cut(self, at: datetime) -> bool:
        """Whether nothing stopped the clock there: the store only counts anew."""
        return why_stopped(self.clock.kind, at, [each for each in self.events if each.at == at]) is None

    def _count(self, start: datetime, stop: datetime, *, open_end: bool) -> None:
        """Add what counts of [start, stop) to the sum."""
        if stop <= start:
            return
        stored = self._stored(start, stop, open_end=open_end)
        counted = self._counted(start, stop)
        if stored is not None and counted is not None and stored != counted:
            if self._hours_changed_after(start) or self.eras.unknown or not self.eras.known:
                self.notes.append(
                    f"what ran from {to_rfc3339(start)} counts {stored} s, as it was written down;"
                    f" by the hours of today it would be {counted} s"
                )
            else:
                self.wrong.append(
                    f"what ran from {to_rfc3339(start)} to {to_rfc3339(stop)} is stored as {stored} s,"
                    f" and the calendar's hours say {counted} s"
                )
        seconds = counted if stored is None else stored
        if seconds is None:
            self.certain = False
        else:
            self.total += seconds
            self.ran += seconds

    def _stored(self, start: datetime, stop: datetime, *, open_end: bool) -> int | None:
        """What the store's runs say of a stretch; None where a share was carried since, or where it runs."""
        if any(change.carried and change.at >= stop for change in self.eras.changes if self._is_mine(change)):
            return None
        # What has no length is what a merge brought: the change that tells of it counts it.
        within = [run for run in self.clock.runs if start <= run.started_at < run.stopped_at <= stop]
        seconds = sum(run.seconds for run in within)
        if open_end:
            running = self.clock.started_at
            if running is None or running < start:
                return None
            return seconds + working_between(self.facts.promise.calendar, running, stop)
        covered = sum(((run.stopped_at - run.started_at) for run in within), timedelta())
        return seconds if covered == stop - start else None

    def _counted(self, start: datetime, stop: datetime) -> int | None:
        """What the calendar of that time, with its hours of today, says of a stretch."""
        calendar = self.facts.calendars.get(self.eras.calendar_at(start))
        return None if calendar is None else working_between(calendar, start, stop)

    def _hours_changed_after(self, at: datetime) -> bool:
        key = self.eras.calendar_at(at)
        return any(when > at and changed == key for when, changed in self.facts.hours_changed)

    # ---- the steps -----------------------------------------------------------------------------------

    def _start(self, at: datetime, *, first: bool) -> None:
        reason = why_started(self.clock.kind, at, self.events, self.facts.opened_at)
        if reason is None:
            self.notes.append(f"the history does not say why it started at {to_rfc3339(at)}")
            reason = Reason("", "")
        self.ran = 0
        self._step(What.STARTED, at, reason, running=True)

    def _stop(self, start: datetime, at: datetime, *, last: bool) -> None:
        reason = why_stopped(self.clock.kind, at, self.events)
        if last and self.clock.met_at == at:
            self._end(at, reason)
            return
        if reason is None:
            self.notes.append(f"the history does not say why it stopped at {to_rfc3339(at)}")
            reason = Reason("", "")
        self._step(What.STOPPED, at, reason, running=False)

    def _end(self, at: datetime, reason: Reason | None = None) -> None:
        reason = reason or why_stopped(self.clock.kind, at, self.events) or Reason("", "")
        self._step(What.VOIDED if self.clock.voided else What.MET, at, reason, running=False)

    def _change(self, change: Change, *, running: bool) -> None:
        before = self.total
        if change.before is not None and change.before != before:
            if self.certain and not (self._hours_changed_after(self._begun()) or not self.eras.known):
                self.wrong.append(
                    f"{change.before} s were consumed at {to_rfc3339(change.at)} by the history, and the runs"
                    f" until then sum up to {before} s"
                )
            else:
                self.notes.append(
                    f"until {to_rfc3339(change.at)} {change.before} s were consumed, as the history has it;"
                    f" by the hours of today it would be {before} s"
                )
        self.total, self.certain = (before, self.certain) if change.after is None else (change.after, True)
        self._step(
            What.CHANGED,
            change.at,
            Reason(change.why, change.by),
            running=running,
            before=change.before if change.before != change.after else None,
        )

    def _begun(self) -> datetime:
        return self.clock.runs[0].started_at if self.clock.runs else self.clock.started_at or self.facts.opened_at

    def _step(self, what: What, at: datetime, reason: Reason, *, running: bool, before: int | None = None) -> None:
        target = self.eras.target_at(at) if what is not What.MET and what is not What.VOIDED else self.clock.target
        self.steps.append(
            Step(
                at,
                what,
                reason.why,
                reason.by,
                until=reason.until,
                written_at=reason.written_at,
                seconds=self.ran if self.certain and what in _ENDS_A_RUN else None,
                consumed=self.total if self.certain else None,
                before=before,
                target=target,
                due_at=self._due_after(at, target) if running else None,
            )
        )

    def _due_after(self, at: datetime, target: int | None) -> datetime | None:
        """The deadline after a step; None where it is past already: the verdict names it."""
        calendar = self.facts.calendars.get(self.eras.calendar_at(at))
        if calendar is None or target is None or not self.certain or self.total > target:
            return None
        try:
            return add_working(calendar, at, target - self.total)
        except BadInput:
            # The hours of today have no such time any more.
            return None

    def _states(self) -> None:
        """What agents were told of it."""
        begun, end = self._begun(), self.clock.met_at or self.facts.now
        for event in self.events:
            what = _STATES.get(event.event)
            clock = event.data.get("clock", ClockKind.RESOLUTION.value)
            if what is None or clock != self.clock.kind.value or not begun <= event.at <= end:
                continue
            due = event.data.get("due_at")
            self.steps.append(Step(event.at, what, by=event.actor, until=None if due is None else from_rfc3339(due)))
        key = self.eras.calendar_at(end)
        for at, changed in self.facts.hours_changed:
            if changed == key and begun < at < end:
                self.steps.append(Step(at, What.HOURS, "a desk file was applied"))

    # ---- the end -------------------------------------------------------------------------------------

    def _deadlines(self, stored: Stored) -> tuple[datetime | None, datetime | None]:
        """Deadline and the instant of being at risk, as the store has them; a contradiction is noted."""
        try:
            due = due_at(self.clock, self.facts.promise.calendar)
            risk = risk_of(self.clock, self.facts.promise)
        except ValueError:
            self.wrong.append("the runs in which its target was used up are missing")
            return stored.due_at, stored.at_risk_at
        for name, kept, follows in (
            ("due", stored.due_at, due),
            ("at risk", stored.at_risk_at, risk),
        ):
            if kept != follows:
                self.wrong.append(f"it is stored as {name} {_or_never(kept)}, and the runs say {_or_never(follows)}")
        return due, risk

    def _breached_at(self, due: datetime | None) -> datetime | None:
        target, clock = self.clock.target, self.clock
        if target is None or clock.voided:
            return None
        if clock.running:
            return due if due is not None and due <= self.facts.now else None
        if clock.consumed < target or (clock.met_at is not None and clock.consumed == target):
            return None
        try:
            return reached_at(clock, self.facts.calendars[self.eras.calendar_at(self.facts.now)], target)
        except (KeyError, ValueError):
            return None

    def _verdict(self, kept: int) -> Verdict:
        target, clock = self.clock.target, self.clock
        if clock.voided:
            return Verdict.VOID
        if target is None:
            return Verdict.NOT_PROMISED
        if clock.met_at is not None:
            return Verdict.LATE if kept > target else Verdict.KEPT
        if kept >= target:
            return Verdict.BROKEN
        return Verdict.RUNNING if clock.running else Verdict.STANDS_STILL


def _or_never(at: datetime | None) -> str:
    return "never" if at is None else to_rfc3339(at)


def past_rounds(runs: Sequence[Run], cuts: Sequence[datetime]) -> tuple[Clock, ...]:
    """The next replies that ended before, of their runs: one that is cut goes on in the next run."""
    rounds: list[list[Run]] = []
    for run in runs:
        joins = rounds and rounds[-1][-1].stopped_at == run.started_at
        cut = run.started_at in cuts or SECOND in (
            run.stopped_at - run.started_at,
            *((rounds[-1][-1].stopped_at - rounds[-1][-1].started_at,) if rounds else ()),
        )
        if joins and cut:
            rounds[-1].append(run)
        else:
            rounds.append([run])
    return tuple(
        Clock(ClockKind.NEXT_REPLY, consumed=sum(run.seconds for run in each), runs=tuple(each)) for each in rounds
    )
