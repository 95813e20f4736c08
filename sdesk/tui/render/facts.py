"""The facts of a ticket as lines: clocks, owner, requester and unit, what belongs to it, what happened."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from sdesk.domain.duration import format_working
from sdesk.domain.safe_text import one_line
from sdesk.domain.ticket import ClockKind, SlaState, Status
from sdesk.store.reader.rows import ClockRow, LinkRow, TicketDetail, UnitFacts
from sdesk.tui.countdown import Held
from sdesk.tui.render.history import history_lines
from sdesk.tui.render.lines import Line, Span, line, wrap
from sdesk.tui.render.signals import SIGNALS, age_text, clock_text, currency_sign, due_text, money_text

LABEL = 13
"""Cells of the label column."""

_KINDS = {
    ClockKind.FIRST_RESPONSE: "First reply",
    ClockKind.NEXT_REPLY: "Next reply",
    ClockKind.RESOLUTION: "Resolution",
}

WORDS_OF_STATE = {
    SlaState.ON_TRACK: "on track",
    SlaState.AT_RISK: "at risk",
    SlaState.BREACHED: "breached",
    SlaState.STALE: "stale",
    SlaState.WAITING: "stands still",
    SlaState.NONE: "nothing promised",
}


def facts_lines(detail: TicketDetail, held: Held, *, width: int, now: datetime, zone: ZoneInfo) -> list[Line]:
    """All facts, for a pane of `width` cells."""
    row, local = detail.ticket, now.astimezone(zone)
    facts: list[tuple[str, str, str]] = [*_clock_facts(held, now, zone), ("Status", _status(held, local, zone), "text")]
    owner = f"{one_line(row.assignee_name or row.assignee or 'nobody')}, {one_line(row.team_name)}"
    priority = row.priority.value + (f"  {one_line(row.priority_reason)}" if row.priority_reason else "")
    facts += [
        ("Assignee", owner, "text" if row.assignee else "dim"),
        ("Service", one_line(row.service_name or row.service or "none"), "text"),
        ("Priority", priority, "text"),
        ("", f"{row.impact.value} impact, {row.urgency.value} urgency", "dim"),
    ]
    facts += _loss_facts(held)
    facts.append(("Requester", one_line(row.requester_name or row.requester_email or "unknown"), "text"))
    if row.requester_name and row.requester_email:
        facts.append(("", one_line(row.requester_email), "dim"))
    if row.unanswered_since:
        facts.append(("", f"@ unanswered for {age_text(row.unanswered_since, now)}", "warning"))
    if detail.unit:
        facts += _unit_facts(detail.unit)
    facts.append(("Opened", f"{clock_text(row.created_at.astimezone(zone), local)} by {row.channel.value}", "text"))
    if row.tags:
        facts.append(("Tags", ", ".join(one_line(tag) for tag in row.tags), "text"))
    for number, link in enumerate(detail.links):
        facts.append(("Linked" if not number else "", _link(link), "text"))
    lines = [each for label, text, style in facts for each in _fact(label, text, style, width)]
    return [
        *lines,
        Line(),
        line((" History", "label")),
        *history_lines(detail.history, width=width, label=LABEL, now=now, zone=zone),
    ]


def summary_line(held: Held, *, now: datetime, zone: ZoneInfo) -> tuple[Span, ...]:
    """The facts in one line, for 80 columns: the next deadline, the first reply, the tags."""
    spans: list[Span] = []
    for clock in held.row.clocks:
        text, style = _clock(clock, held, now, zone)
        if text:
            spans += [(f" {_KINDS[clock.kind]} ", "dim"), (f"{text} ", style)]
    if held.row.tags:
        spans.append((f" {' '.join(held.row.tags)}", "dim"))
    return tuple(spans)


def _fact(label: str, text: str, style: str, width: int) -> Iterator[Line]:
    for number, part in enumerate(wrap(text, max(8, width - LABEL - 1))):
        yield line((f" {label if not number else '':<{LABEL - 1}}", "label"), (part, style))


def _clock_facts(held: Held, now: datetime, zone: ZoneInfo) -> Iterator[tuple[str, str, str]]:
    for clock in held.row.clocks:
        text, style = _clock(clock, held, now, zone)
        if text:
            yield _KINDS[clock.kind], text, style
    if not held.row.clocks:
        yield "Promises", "none", "dim"


def _clock(clock: ClockRow, held: Held, now: datetime, zone: ZoneInfo) -> tuple[str, str]:
    """One promise in words, and its style; empty for a next reply that nobody waits for."""
    local = now.astimezone(zone)
    if clock.met_at is not None:
        late = not clock.voided and clock.consumed > clock.target
        words = f"{'ended' if clock.voided else 'met'} {clock_text(clock.met_at.astimezone(zone), local)}"
        return (f"{words} (late)", "breached") if late else (words, "dim")
    if clock.due_at is None or clock.started_at is None:
        if clock.kind is ClockKind.NEXT_REPLY:
            return "", "text"
        left, target = clock.target - clock.consumed, format_working(clock.target)
        if left < 0:
            return f"|| {format_working(-left)} late, of {target}", "dim"
        return f"|| {format_working(left)} left of {target}", "dim"
    due = clock_text(clock.due_at.astimezone(zone), local)
    if clock.kind is held.row.due_kind:
        state = held.state(now)
        sign = SIGNALS[state].strip()
        text = f"{sign} {due_text(held.due_in(now), state)}  due {due}".strip()
        return text, {SlaState.AT_RISK: "at-risk", SlaState.BREACHED: "breached", SlaState.STALE: "stale"}.get(
            state, "text"
        )
    if clock.due_at <= now:
        return f"!! due {due}", "breached"
    if clock.at_risk_at is not None and clock.at_risk_at <= now:
        return f"! due {due}", "at-risk"
    return f"due {due}", "text"


def _status(held: Held, local: datetime, zone: ZoneInfo) -> str:
    row = held.row
    if row.status is not Status.WAITING:
        return row.status.value
    words = "waiting"
    if row.waiting_for:
        words += f" for {'a date' if row.waiting_for.value == 'date' else row.waiting_for.value}"
    if row.wake_at:
        words += f" until {clock_text(row.wake_at.astimezone(zone), local)}"
    return words


def _loss_facts(held: Held) -> Iterator[tuple[str, str, str]]:
    row, sign = held.row, currency_sign(held.row.currency)
    label = "Loss" if row.margin_known else "Turnover"
    if row.loss_per_hour:
        at_risk = "" if row.margin_known else " at risk"
        if row.loss_confirmed:
            yield label, f"{money_text(row.loss_per_hour)} {sign}/h{at_risk}", "loss"
        else:
            yield label, f"~{money_text(row.loss_per_hour)} {sign}/h{at_risk}, suspected", "text"
        label = ""
    if row.loss_so_far:
        yield label, f"{'' if row.loss_confirmed else '~'}{money_text(row.loss_so_far)} {sign} so far", "dim"


def _unit_facts(unit: UnitFacts) -> Iterator[tuple[str, str, str]]:
    yield "Unit", one_line(unit.name) + (f" ({one_line(unit.kind)})" if unit.kind else ""), "text"
    for label, value in (("Phone", unit.phone), ("Address", unit.address), ("Manager", unit.manager)):
        if value:
            yield label, one_line(value), "text"
    if unit.open_tickets:
        yield "", f"{unit.open_tickets} other open here", "dim"


def _link(link: LinkRow) -> str:
    kind = link.kind.value.replace("_", " ")
    return f"{'<- ' if link.incoming else ''}{kind} {link.ref} ({link.status.value}) {one_line(link.subject)}"
