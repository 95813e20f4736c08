"""The story of a promise in sentences: what each step was, how much was consumed, and the verdict."""

from __future__ import annotations

from sdesk.cli.sheet import Eyes
from sdesk.domain.duration import format_exact
from sdesk.domain.story.values import Step, Told, Verdict, What
from sdesk.domain.ticket import ClockKind

NAMES = {
    ClockKind.FIRST_RESPONSE: "first response",
    ClockKind.NEXT_REPLY: "next reply",
    ClockKind.RESOLUTION: "resolution",
}
_STATES = {
    What.AT_RISK: "at risk",
    What.BREACHED: "broken",
    What.STALE: "stale: broken twice over",
}


def name_of(told: Told) -> str:
    """`resolution`, or `next reply 2` where it was promised before."""
    return NAMES[told.kind] + (f" {told.round}" if told.kind is ClockKind.NEXT_REPLY else "")


def sentence(step: Step, told: Told, eyes: Eyes) -> str:
    """One step."""
    by = f" ({step.by})" if step.by and step.by not in ("system", "requester", "supplier") else ""
    why = f": {step.why}{by}" if step.why else ""
    if step.until is not None and step.what is What.STOPPED:
        why += f" until {eyes.local(step.until)}"
    if step.written_at is not None:
        why += f", written down at {eyes.local(step.written_at)}"
    match step.what:
        case What.STARTED:
            again = "runs on" if step.consumed else "runs"
            return f"{again}{why}{_promised(step, eyes)}"
        case What.STOPPED:
            return f"stands still{why}{_ran(step)}"
        case What.CHANGED:
            carried = ""
            if step.before is not None and step.consumed is not None:
                carried = f"; {format_exact(step.before)} were consumed, which count as {format_exact(step.consumed)}"
            return f"promised anew{why}{carried}{_promised(step, eyes)}"
        case What.HOURS:
            return f"the hours of calendar {told.calendar} changed{why}"
        case What.MET:
            return f"met{why}{_ran(step)}"
        case What.VOIDED:
            return f"ends without counting{why}{_ran(step)}"
        case _:
            due = f", due {eyes.local(step.until)}" if step.until is not None else ""
            return f"told: {_STATES[step.what]}{due}"


def _promised(step: Step, eyes: Eyes) -> str:
    if step.target is None:
        return "; nothing is promised"
    due = f", due {eyes.local(step.due_at)}" if step.due_at is not None else ""
    return f"; {format_exact(step.target)} promised{due}"


def _ran(step: Step) -> str:
    return "" if step.seconds is None else f"; it ran {format_exact(step.seconds)}"


def verdict(told: Told, eyes: Eyes) -> str:
    """The sum and what follows from it, in one line."""
    used = f"{format_exact(told.consumed)} consumed"
    if told.target is not None:
        used = f"{format_exact(told.consumed)} of {format_exact(told.target)} consumed"
    over = f" by {format_exact(told.over)} of working time"
    since = f" at {eyes.local(told.breached_at)}" if told.breached_at is not None else ""
    ended = f" at {eyes.local(told.ended_at)}" if told.ended_at is not None else ""
    due = f", due {eyes.local(told.due_at)}" if told.due_at is not None else ""
    risk = f", at risk from {eyes.local(told.at_risk_at)}" if told.at_risk_at is not None else ""
    match told.verdict:
        case Verdict.KEPT:
            left = format_exact((told.target or 0) - told.consumed)
            return f"{used}: KEPT{ended}, with {left} left"
        case Verdict.LATE:
            return f"{used}: BROKEN{since}, met{ended}, late{over}"
        case Verdict.VOID:
            return f"{used}: ended without counting{ended}"
        case Verdict.RUNNING:
            return f"{used}: it can be kept{risk}{due}"
        case Verdict.BROKEN:
            return f"{used}: BROKEN{since}, late{over} so far"
        case Verdict.STANDS_STILL:
            return f"{used}: it stands still, and can be kept"
        case Verdict.NOT_PROMISED:
            return f"{used}: nothing was promised"
