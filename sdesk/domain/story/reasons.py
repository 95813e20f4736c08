"""Why a clock started or stopped at an instant: the event of the history that did it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sdesk.domain.instant import from_rfc3339
from sdesk.domain.story.values import Event
from sdesk.domain.ticket import ClockKind

_WAITS = {"requester": "it waits for the requester", "supplier": "it waits for a supplier", "date": "it waits"}
_NOT_YET = "it waits for an approval"
_ENDS = {"resolved": "it was resolved", "closed": "it was closed", "merged": "it was merged", "spam": "it was spam"}
_WITH_AN_ANSWER = frozenset({"answered", "assigned", "status", "waiting"})
"""Events that are written in one transaction with an answer, and are undone with it."""


class Reason(NamedTuple):
    """The event that moved a clock."""

    why: str
    by: str
    until: datetime | None = None
    written_at: datetime | None = None
    position: int = -1
    """Of the event among those that were looked at: what came before what, within a second."""


def effective(event: Event) -> datetime:
    """From when an event counts: when a mail arrived, a wait ended; else when it was written down."""
    for name in ("since", "arrived_at", "at"):
        if name in event.data:
            return from_rfc3339(str(event.data[name]))
    return event.at


def standing(events: Sequence[Event]) -> tuple[Event, ...]:
    """The events without those that were taken back: an answer, and what was done along with it."""
    undone: set[int] = set()
    for event in events:
        if event.event != "taken_back":
            continue
        message = event.data.get("message")
        said = {each.at for each in events if each.event == "answered" and each.data.get("message") == message}
        if "said_at" in event.data:
            # Part of an incident, to whose requester nothing was said.
            said = {from_rfc3339(str(event.data["said_at"]))}
        for number, each in enumerate(events):
            if each.event in _WITH_AN_ANSWER and each.at in said:
                undone.add(number)
    return tuple(event for number, event in enumerate(events) if number not in undone)


def why_started(kind: ClockKind, at: datetime, events: Iterable[Event], opened_at: datetime) -> Reason | None:
    """Why a clock started at an instant; None where the history does not say."""
    if kind is not ClockKind.NEXT_REPLY and at == opened_at:
        by = next((event.actor for event in events if event.event == "opened"), "")
        return Reason("the ticket was opened", by)
    return _found(_of_reply if kind is ClockKind.NEXT_REPLY else _of_work, at, events)


def why_stopped(kind: ClockKind, at: datetime, events: Iterable[Event]) -> Reason | None:
    """Why a clock stopped at an instant; None where the history does not say."""
    return _found(_of_end if kind is ClockKind.RESOLUTION else _of_answer, at, events)


def _found(words: Callable[[Event], tuple[int, str] | None], at: datetime, events: Iterable[Event]) -> Reason | None:
    """The event that says most of those that count from `at` on; else the first of them that was written down later.

    The latter is for what releases before this one wrote, which knew no instant but that of writing.
    """
    fitting = [(found, event, position) for position, event in enumerate(events) if (found := words(event)) is not None]
    now = [each for each in fitting if effective(each[1]) == at]
    if now:
        (_, why), event, position = min(now, key=lambda each: each[0][0])
    else:
        later = [each for each in fitting if effective(each[1]) == each[1].at > at]
        if not later:
            return None
        (_, why), event, position = min(later, key=lambda each: (each[1].at, each[0][0]))
    until = event.data.get("until")
    return Reason(
        why,
        event.actor,
        None if until is None else from_rfc3339(str(until)),
        event.at if event.at != at else None,
        position,
    )


def _of_work(event: Event) -> tuple[int, str] | None:
    """Of resolution: what ends a wait, or opens a ticket again. The smaller the number, the more it says."""
    match event.event:
        case "woken":
            return 0, "the wait is over"
        case "approved" | "approval_cancelled":
            return _of_approval(event)
        case "supplier_answered" if event.data.get("takes_part", True):
            return 1, "the supplier answered"
        case "reopened":
            return 2, "the requester wrote: it is open again"
        case "message" if event.data.get("takes_part", True):
            return 3, "the requester wrote"
        case "status" if event.data.get("new") in ("new", "open") and event.data.get("old") not in ("new", "open"):
            again = "it is open again" if event.data.get("old") != "waiting" else "it was taken out of its wait"
            return 4, again
    return None


def _of_approval(event: Event) -> tuple[int, str]:
    """Of every clock: what ends the wait for an approval."""
    return (0, "it was approved") if event.event == "approved" else (1, "nobody need approve it any more")


def _of_reply(event: Event) -> tuple[int, str] | None:
    """Of a next reply."""
    if event.event == "message" and event.data.get("takes_part", True):
        return 0, "the requester wrote"
    if event.event in ("approved", "approval_cancelled"):
        return _of_approval(event)
    return (1, "a ticket was merged into it") if event.event == "promise" and event.data.get("merged") else None


def _of_end(event: Event) -> tuple[int, str] | None:
    """Of resolution: a wait, or an end."""
    if event.event == "approval_asked":
        return 1, _NOT_YET
    if event.event == "refused":
        return 0, "it was not approved"
    if event.event == "waiting":
        return 0, _WAITS.get(str(event.data.get("waiting_for")), "it waits")
    if event.event == "status" and event.data.get("new") in _ENDS:
        return 1, _ENDS[str(event.data["new"])]
    return None


def _of_answer(event: Event) -> tuple[int, str] | None:
    """Of the two answers."""
    if event.event == "answered":
        return 0, "it was answered" + (" by phone or in person" if event.data.get("kind") == "call" else "")
    if event.event == "approval_asked":
        return 2, _NOT_YET
    if event.event == "refused":
        return 1, "it was not approved"
    if event.event == "opened" and event.data.get("channel") == "phone":
        return 1, "whoever called was answered"
    if event.event == "opened" and event.data.get("recurring"):
        return 1, "it is planned work, and nobody waits for an answer"
    if event.event == "split":
        return 2, "what waited for an answer was split off"
    if event.event == "status" and event.data.get("new") in _ENDS:
        return 3, _ENDS[str(event.data["new"])]
    return None
