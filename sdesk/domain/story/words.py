"""The story of a promise in sentences: what each step was, how much was consumed, and the verdict."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sdesk.domain.duration import format_exact
from sdesk.domain.phrase import phrase
from sdesk.domain.plain_words import recognised
from sdesk.domain.story.values import Step, Told, Verdict, What
from sdesk.domain.ticket import ClockKind

When = Callable[[datetime | None], str]
"""Writes an instant for eyes, in the desk's zone."""

NAMES = {
    ClockKind.FIRST_RESPONSE: phrase("first response"),
    ClockKind.NEXT_REPLY: phrase("next reply"),
    ClockKind.RESOLUTION: phrase("resolution"),
}


def name_of(told: Told) -> str:
    """`resolution`, or `next reply 2` where it was promised before."""
    if told.kind is ClockKind.NEXT_REPLY:
        return phrase("next reply {round}", round=told.round)
    return NAMES[told.kind]


def sentence(step: Step, told: Told, when: When) -> str:
    """One step."""
    why = _why(step, when)
    match step.what:
        case What.STARTED:
            promised = _promised(step, when)
            if step.consumed:
                return phrase("runs on{why}{promised}", why=why, promised=promised)
            return phrase("runs{why}{promised}", why=why, promised=promised)
        case What.STOPPED:
            return phrase("stands still{why}{ran}", why=why, ran=_ran(step))
        case What.CHANGED:
            carried: str = ""
            if step.before is not None and step.consumed is not None:
                carried = phrase(
                    "; {before} were consumed, which count as {after}",
                    before=format_exact(step.before),
                    after=format_exact(step.consumed),
                )
            promised = _promised(step, when)
            return phrase("promised anew{why}{carried}{promised}", why=why, carried=carried, promised=promised)
        case What.HOURS:
            return phrase("the hours of calendar {calendar} changed{why}", calendar=told.calendar, why=why)
        case What.MET:
            return phrase("met{why}{ran}", why=why, ran=_ran(step))
        case What.VOIDED:
            return phrase("ends without counting{why}{ran}", why=why, ran=_ran(step))
        case _:
            return _state(step, when)


def _why(step: Step, when: When) -> str:
    """Why, by whom, until when, and when that was written down."""
    by = f" ({step.by})" if step.by and step.by not in ("system", "requester", "supplier") else ""
    until: str = ""
    if step.until is not None and step.what is What.STOPPED:
        until = phrase(" until {at}", at=when(step.until))
    written: str = ""
    if step.written_at is not None:
        written = phrase(", written down at {at}", at=when(step.written_at))
    reason: str = phrase(": {reason}{by}", reason=recognised(step.why), by=by) if step.why else ""
    return phrase("{reason}{until}{written}", reason=reason, until=until, written=written)


def _state(step: Step, when: When) -> str:
    """What agents were told of it."""
    due: str = phrase(", due {at}", at=when(step.until)) if step.until is not None else ""
    match step.what:
        case What.AT_RISK:
            return phrase("told: at risk{due}", due=due)
        case What.BREACHED:
            return phrase("told: breached{due}", due=due)
        case _:
            return phrase("told: stale: breached twice over{due}", due=due)


def _promised(step: Step, when: When) -> str:
    if step.target is None:
        return phrase("; nothing is promised")
    target = format_exact(step.target)
    if step.due_at is None:
        return phrase("; {target} promised", target=target)
    return phrase("; {target} promised, due {at}", target=target, at=when(step.due_at))


def _ran(step: Step) -> str:
    return "" if step.seconds is None else phrase("; it ran {length}", length=format_exact(step.seconds))


def verdict(told: Told, when: When) -> str:
    """The sum and what follows from it, in one line."""
    used: str = phrase("{length} consumed", length=format_exact(told.consumed))
    if told.target is not None:
        used = phrase(
            "{length} of {target} consumed", length=format_exact(told.consumed), target=format_exact(told.target)
        )
    over = format_exact(told.over)
    since: str = phrase(" at {at}", at=when(told.breached_at)) if told.breached_at is not None else ""
    ended: str = phrase(" at {at}", at=when(told.ended_at)) if told.ended_at is not None else ""
    match told.verdict:
        case Verdict.KEPT:
            left = format_exact((told.target or 0) - told.consumed)
            return phrase("{used}: KEPT{ended}, with {left} left", used=used, ended=ended, left=left)
        case Verdict.LATE:
            return phrase(
                "{used}: BREACHED{since}, met{ended}, late by {over} of working time",
                used=used,
                since=since,
                ended=ended,
                over=over,
            )
        case Verdict.VOID:
            return phrase("{used}: ended without counting{ended}", used=used, ended=ended)
        case Verdict.RUNNING:
            risk: str = phrase(", at risk from {at}", at=when(told.at_risk_at)) if told.at_risk_at is not None else ""
            due: str = phrase(", due {at}", at=when(told.due_at)) if told.due_at is not None else ""
            return phrase("{used}: it can be kept{risk}{due}", used=used, risk=risk, due=due)
        case Verdict.BROKEN:
            return phrase(
                "{used}: BREACHED{since}, late by {over} of working time so far", used=used, since=since, over=over
            )
        case Verdict.STANDS_STILL:
            return phrase("{used}: it stands still, and can be kept", used=used)
        case Verdict.NOT_PROMISED:
            return phrase("{used}: nothing was promised", used=used)
