"""What was promised when: the SLA, the calendar and the target of a clock over a ticket's life, by its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sdesk.domain.phrase import joined
from sdesk.domain.plain_words import recognised
from sdesk.domain.story.reasons import effective
from sdesk.domain.story.values import Event, Facts
from sdesk.domain.ticket import ClockKind

ALWAYS = "24x7"
"""By which is counted what no SLA promises."""
_LEGACY = ("priority", "service", "team", "deadline_moved")
"""Events that may have changed a promise, as releases before this one wrote them: without saying how."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of what is promised, for one clock. Seconds are of working time."""

    at: datetime
    by: str
    why: str
    calendar: str
    target: int | None
    before: int | None
    """Consumed just before, by the calendar until then; None where nobody wrote it down."""
    after: int | None
    position: int
    """Of its event among those of the ticket: what came before what, within a second."""
    carried: bool
    """Whether it is counted in another calendar from here on."""


@dataclass(frozen=True, slots=True)
class Eras:
    """The promise of one clock over time."""

    calendar: str
    """At the opening."""
    target: int | None
    changes: tuple[Change, ...]
    known: bool
    """Whether the history says what was promised at the opening."""
    unknown: tuple[datetime, ...]
    """When something was changed by an earlier release, which did not write down what it meant."""

    def calendar_at(self, at: datetime) -> str:
        """By whose hours time is counted from an instant on."""
        return next((each.calendar for each in reversed(self.changes) if each.at <= at), self.calendar)

    def since(self, position: int) -> Eras:
        """The same for a promise that began with the event at a position: what was changed before holds from its start.

        A mail counts from when it arrived, and the promise is that of when it was taken.
        """
        before = [each for each in self.changes if each.position < position]
        if not before:
            return self
        changes = tuple(each for each in self.changes if each.position > position)
        return replace(self, calendar=before[-1].calendar, target=before[-1].target, changes=changes)

    def target_at(self, at: datetime) -> int | None:
        """What was promised at an instant."""
        return next((each.target for each in reversed(self.changes) if each.at <= at), self.target)


def eras_of(kind: ClockKind, facts: Facts, events: Sequence[Event], target: int | None) -> Eras:
    """The promise of one kind over a ticket's life; `target` is that of its clock as the store has it."""
    opened = next((event for event in events if event.event == "opened"), None)
    recorded = [event for event in events if event.event == "promise"]
    changes = tuple(_change(kind, event, events) for event in recorded if kind.value in event.data["clocks"])
    unknown = tuple(
        event.at
        for event in events
        if event.event in _LEGACY
        and not _recorded_with(event, events)
        and not (opened is not None and "targets" in opened.data)
        and event.at < min((each.at for each in recorded), default=facts.now)
    )
    if opened is not None and "targets" in opened.data:
        calendar = str(opened.data.get("calendar") or ALWAYS)
        return Eras(calendar, opened.data["targets"].get(kind.value), changes, True, ())
    if recorded:
        first = recorded[0].data
        calendar = str(first.get("old_calendar", first["calendar"]) or ALWAYS)
        then = first["clocks"].get(kind.value)
        return Eras(calendar, then["target"] if then else target, changes, False, unknown)
    today = facts.promise.calendar.key if facts.sla is not None else ALWAYS
    return Eras(today, target, (), False, unknown)


def _change(kind: ClockKind, event: Event, events: Sequence[Event]) -> Change:
    data = event.data
    numbers: Mapping[str, Any] = data["clocks"][kind.value]
    return Change(
        at=effective(event),
        by=event.actor,
        why=_why(event, events),
        calendar=str(data["calendar"] or ALWAYS),
        target=numbers["new_target"],
        before=numbers["consumed"],
        after=numbers["new_consumed"],
        position=events.index(event),
        carried="old_calendar" in data or numbers["consumed"] != numbers["new_consumed"],
    )


def _why(event: Event, events: Sequence[Event]) -> str:
    """What was changed at that instant: the events that were written along with it."""
    said = []
    for each in events:
        if each.at != event.at:
            continue
        if each.event in ("priority", "service", "team"):
            said.append(f"{each.event} {each.data.get('old') or 'none'} -> {each.data.get('new')}")
        elif each.event == "deadline_moved":
            said.append("a desk file was applied")
        elif each.event == "status" and each.data.get("old") in ("resolved", "closed", "spam"):
            said.append("it is open again, by what is promised today")
    if event.data.get("merged"):
        said.append("another ticket was merged into it")
    for name, word in (("sla", "SLA"), ("calendar", "calendar")):
        if f"old_{name}" in event.data:
            said.append(f"{word} {event.data[f'old_{name}'] or 'none'} -> {event.data[name] or 'none'}")
    return joined(", ", map(recognised, said)) if said else "a desk file was applied"


def _recorded_with(event: Event, events: Sequence[Event]) -> bool:
    return any(each.event == "promise" and each.at == event.at for each in events)
