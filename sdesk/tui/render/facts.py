"""The facts of a ticket as lines: clocks, owner, requester and unit, what belongs to it, what happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sdesk.domain.approval import ApprovalState
from sdesk.domain.outgoing import Party
from sdesk.domain.safe_text import one_line
from sdesk.domain.ticket import ClockKind, Direction, SlaState, Status
from sdesk.store.reader.rows import ClockRow
from sdesk.tui.countdown import Held
from sdesk.tui.language import N_, _, count_of
from sdesk.tui.render.columns import fit
from sdesk.tui.render.conversation import file_label
from sdesk.tui.render.events import HOW
from sdesk.tui.render.history import history_lines
from sdesk.tui.render.lines import Line, Span, line, pieces
from sdesk.tui.render.signals import SIGNALS, age_text, clock_text, currency_sign, due_text, money_text
from sdesk.tui.render.words import channel_text, exact_length_text, length_text, score_text, waited_for

if TYPE_CHECKING:
    from sdesk.store.reader.detail_rows import AttachmentRow, LinkRow, MessageRow, OtherRow, TicketDetail, UnitFacts
    from sdesk.store.reader.ticket_assets import TicketAssetRow

LABEL = 13
"""Cells of the label column."""
MOST_FILES = 12
"""That are listed: all of them stand in the conversation, and in the menu of `o`."""

KINDS = {
    ClockKind.FIRST_RESPONSE: N_("First reply"),
    ClockKind.NEXT_REPLY: N_("Next reply"),
    ClockKind.RESOLUTION: N_("Resolution"),
}

WORDS_OF_STATE = {
    SlaState.ON_TRACK: N_("on track"),
    SlaState.AT_RISK: N_("at risk"),
    SlaState.BREACHED: N_("breached"),
    SlaState.STALE: N_("stale"),
    SlaState.WAITING: N_("stands still"),
    SlaState.NONE: N_("nothing promised"),
}

Fact = tuple[str, str, str]
"""Label, text, name of a style."""


class Facts:
    """The facts of one ticket. They tick each second; the history, which may be long, is laid out once."""

    def __init__(self) -> None:
        self._history: tuple[object, list[Line]] = (None, [])

    def lines(self, detail: TicketDetail, held: Held, *, width: int, now: datetime, zone: ZoneInfo) -> list[Line]:
        """All facts, for a pane of `width` cells."""
        facts = _facts(detail, held, now, zone)
        lines = [each for label, text, style in facts for each in _fact(label, text, style, width)]
        return [*lines, Line(), line((f" {_('History')}", "label")), *self._told(detail, width, now, zone)]

    def _told(self, detail: TicketDetail, width: int, now: datetime, zone: ZoneInfo) -> list[Line]:
        # An event is never written anew: how many there are says whether they are the same.
        last = detail.history[-1].id if detail.history else 0
        key = (detail.ticket.number, len(detail.history), last, width, now.astimezone(zone).date())
        if key != self._history[0]:
            told = history_lines(detail.history, width=width, label=LABEL, now=now, zone=zone, titles=detail.titles)
            self._history = (key, list(told))
        return self._history[1]


def summary_line(held: Held, *, now: datetime, zone: ZoneInfo) -> tuple[Span, ...]:
    """The facts in one line, for 80 columns: the next deadline, the first reply, the tags."""
    spans: list[Span] = []
    for clock in held.row.clocks:
        text, style = _clock(clock, held, now, zone)
        if text:
            spans += [(f" {_(KINDS[clock.kind])} ", "dim"), (f"{text} ", style)]
    if held.row.tags:
        spans.append((f" {' '.join(one_line(tag) for tag in held.row.tags)}", "dim"))
    return tuple(spans)


def _fact(label: str, text: str, style: str, width: int) -> Iterator[Line]:
    for number, piece in enumerate(pieces(text, max(8, width - LABEL - 1))):
        head = f" {fit(label if not number else '', LABEL - 2)} "
        yield Line(
            tuple(span for span in ((head, "label"), (piece.text, style)) if span[0]),
            glue=piece.glue,
            skip=len(head) + piece.indent,
        )


def _facts(detail: TicketDetail, held: Held, now: datetime, zone: ZoneInfo) -> Iterator[Fact]:
    row, local = detail.ticket, now.astimezone(zone)
    yield from _clock_facts(held, now, zone)
    yield _("Status"), _status(held, local, zone), "text"
    owner = f"{one_line(row.assignee_name or row.assignee or _('nobody'))}, {one_line(row.team_name)}"
    yield _("Assignee"), owner, "text" if row.assignee else "dim"
    yield _("Service"), one_line(row.service_name or row.service or _("none")), "text"
    for place, answer in enumerate(detail.form):
        yield _("Form") if not place else "", f"{one_line(answer.label)}: {one_line(answer.value)}", "text"
    reason = f"  {one_line(row.priority_reason)}" if row.priority_reason else ""
    yield _("Priority"), f"{row.priority.value}{reason}", "text"
    measures = _("{impact} impact, {urgency} urgency")
    yield "", measures.format(impact=_(row.impact.value), urgency=_(row.urgency.value)), "dim"
    yield from _approval_facts(detail, local, zone)
    yield from _loss_facts(held)
    yield _("Requester"), one_line(row.requester_name or row.requester_email or _("unknown")), "text"
    if row.requester_name and row.requester_email:
        yield "", one_line(row.requester_email), "dim"
    yield from _last_word(detail, now)
    yield from _ratings(detail, local, zone)
    yield from _others(_("Also theirs"), [each for each in detail.others if each.of_requester and not each.of_unit])
    if detail.unit:
        yield from _unit_facts(detail.unit)
        here = [each for each in detail.others if each.of_unit]
        yield from _others(_("Also here"), here, detail.unit.open_tickets)
    at = clock_text(row.created_at.astimezone(zone), local)
    yield _("Opened"), _("{at} {how}").format(at=at, how=channel_text(row.channel.value)), "text"
    if row.tags:
        yield _("Tags"), ", ".join(one_line(tag) for tag in row.tags), "text"
    for place, asset in enumerate(detail.assets):
        yield _("Equipment") if not place else "", _asset(asset), "text"
        if asset.warranty_until is not None and asset.warranty_until >= f"{local:%Y-%m-%d}":
            yield "", _("warranty until {day}").format(day=asset.warranty_until), "dim"
    if row.watchers:
        yield _("Watchers"), ", ".join(map(one_line, row.watchers)), "text"
    yield from _work_facts(detail, local, zone)
    if detail.playbook is not None:
        from sdesk.tui.render.playbook import figures

        yield _("Playbook"), figures(detail.playbook.run), "breached" if detail.playbook.run.late else "text"
    for number, link in enumerate(detail.links):
        yield _("Linked") if not number else "", _link(link), "text"
    yield from _file_facts([file for message in detail.messages for file in message.attachments])


def _clock_facts(held: Held, now: datetime, zone: ZoneInfo) -> Iterator[Fact]:
    for clock in held.row.clocks:
        text, style = _clock(clock, held, now, zone)
        if text:
            yield _(KINDS[clock.kind]), text, style
    if not held.row.clocks:
        yield _("Promises"), _("none"), "dim"


def _clock(clock: ClockRow, held: Held, now: datetime, zone: ZoneInfo) -> tuple[str, str]:
    """One promise in words, and its style; empty for a next reply that nobody waits for."""
    local = now.astimezone(zone)
    if clock.met_at is not None:
        at = clock_text(clock.met_at.astimezone(zone), local)
        if clock.voided:
            return _("ended {at}").format(at=at), "dim"
        if clock.consumed > clock.target:
            return _("met {at} (late)").format(at=at), "breached"
        return _("met {at}").format(at=at), "dim"
    if clock.due_at is None or clock.started_at is None:
        if clock.kind is ClockKind.NEXT_REPLY:
            return "", "text"
        left, target = clock.target - clock.consumed, length_text(clock.target)
        words = _("{length} left of {target}") if left >= 0 else _("{length} late, of {target}")
        return "|| " + words.format(length=length_text(abs(left)), target=target), "dim"
    due = _("due {at}").format(at=clock_text(clock.due_at.astimezone(zone), local))
    if clock.kind is held.row.due_kind:
        state = held.state(now)
        sign = SIGNALS[state].strip()
        text = f"{sign} {due_text(held.due_in(now), state)}  {due}".strip()
        return text, {SlaState.AT_RISK: "at-risk", SlaState.BREACHED: "breached", SlaState.STALE: "stale"}.get(
            state, "text"
        )
    if clock.due_at <= now:
        return f"!! {due}", "breached"
    if clock.at_risk_at is not None and clock.at_risk_at <= now:
        return f"! {due}", "at-risk"
    return due, "text"


def _status(held: Held, local: datetime, zone: ZoneInfo) -> str:
    row = held.row
    if row.status is not Status.WAITING:
        return _(row.status.value)
    words = _("waiting")
    if row.waiting_for:
        words = _("waiting for {whom}").format(whom=waited_for(row.waiting_for.value))
    if row.wake_at:
        words += " " + _("until {at}").format(at=clock_text(row.wake_at.astimezone(zone), local))
    return words


def _approval_facts(detail: TicketDetail, local: datetime, zone: ZoneInfo) -> Iterator[Fact]:
    """Who was asked, and what was said: the last question first, since it counts."""
    for place, row in enumerate(reversed(detail.approvals)):
        label, whom = "" if place else _("Approval"), one_line(row.whom) or _("nobody known")
        if row.state is ApprovalState.ASKED:
            at = clock_text(row.asked_at.astimezone(zone), local)
            yield label, _("asked of {whom} {at}").format(whom=whom, at=at), "warning"
            continue
        at = clock_text((row.decided_at or row.asked_at).astimezone(zone), local)
        how = f" {_(HOW[row.how.value])}" if row.how is not None else ""
        yield label, f"{_(row.state.value)} {at}{how}: {whom}", "dim" if place else "text"
        if row.comment and not place:
            yield "", one_line(row.comment), "dim"


def _loss_facts(held: Held) -> Iterator[Fact]:
    row, sign = held.row, currency_sign(held.row.currency)
    label = _("Loss")
    if row.loss_per_hour:
        money = f"{'' if row.loss_confirmed else '~'}{money_text(row.loss_per_hour)} {sign}"
        # Without a margin in the desk file nobody knows which part of the turnover is lost.
        words = _("{money}/h") if row.margin_known else _("{money}/h (all turnover)")
        if row.loss_confirmed:
            yield label, words.format(money=money), "loss"
        else:
            yield label, _("{loss}, suspected").format(loss=words.format(money=money)), "text"
        label = ""
    if row.loss_so_far:
        money = f"{'' if row.loss_confirmed else '~'}{money_text(row.loss_so_far)} {sign}"
        yield label, _("{money} so far").format(money=money), "dim"


def last_word(messages: Sequence[MessageRow]) -> MessageRow | None:
    """Who spoke last between requester and desk: notes, machines, strangers, suppliers and approvers take no part."""
    said = (
        message
        for message in reversed(messages)
        if message.direction in (Direction.IN, Direction.OUT)
        and message.party is Party.REQUESTER
        and message.takes_part
        and message.taken_back_at is None
    )
    return next(said, None)


def _last_word(detail: TicketDetail, now: datetime) -> Iterator[Fact]:
    row, last = detail.ticket, last_word(detail.messages)
    if row.unanswered_since:
        age = age_text(row.unanswered_since, now)
        yield "", "@ " + _("unanswered for {age}").format(age=age), "warning"
    if last is not None:
        words = _("{who}, {age} ago").format(who=one_line(last.author), age=age_text(last.taken_at, now))
        yield _("Spoke last"), words, "text"


def _ratings(detail: TicketDetail, local: datetime, zone: ZoneInfo) -> Iterator[Fact]:
    """What was said of this ticket; else what the requester said of another one, which whoever answers should know."""
    said = detail.rating or detail.said_before
    if said is None:
        return
    from sdesk.domain.satisfaction import BAD  # hardly any ticket has an answer

    label = _("Rated") if detail.rating is not None else _("Last rated")
    words = _("{score} of 5, {words}, {at}").format(
        score=said.score, words=score_text(said.score), at=clock_text(said.at.astimezone(zone), local)
    )
    yield label, words, "warning" if said.score <= BAD else "text"
    if said.comment:
        yield "", f"“{one_line(said.comment)}”", "dim"


def _unit_facts(unit: UnitFacts) -> Iterator[Fact]:
    yield _("Unit"), one_line(unit.name) + (f" ({one_line(unit.kind)})" if unit.kind else ""), "text"
    for label, value in ((_("Phone"), unit.phone), (_("Address"), unit.address), (_("Manager"), unit.manager)):
        if value:
            yield label, one_line(value), "text"


def _others(label: str, others: Sequence[OtherRow], count: int = 0) -> Iterator[Fact]:
    """Other open tickets; `count`: of all, where more are open than are listed."""
    for place, other in enumerate(others):
        yield label if not place else "", other_words(other), "text"
    if count > len(others):
        yield "", count_of("and {count} more", "and {count} more", count - len(others)), "dim"


def other_words(other: OtherRow) -> str:
    """Another ticket in one line."""
    return f"{other.ref} {other.priority.value} {one_line(other.subject)}"


def _work_facts(detail: TicketDetail, local: datetime, zone: ZoneInfo) -> Iterator[Fact]:
    if detail.spent:
        yield _("Time spent"), exact_length_text(detail.seconds_spent), "text"
    if detail.visit is not None:
        who = one_line(detail.visit.agent_name or detail.visit.agent or _("nobody yet"))
        at = clock_text(detail.visit.starts_at.astimezone(zone), local)
        yield _("Visit"), _("{at} by {who}").format(at=at, who=who), "text"


def _asset(asset: TicketAssetRow) -> str:
    """A piece of equipment in one line."""
    return one_line(" ".join(filter(None, (asset.number, asset.kind, asset.name, asset.model))))


def _link(link: LinkRow) -> str:
    kind = _(link.kind.value.replace("_", " "))
    return f"{'<- ' if link.incoming else ''}{kind} {link.ref} ({_(link.status.value)}) {one_line(link.subject)}"


def _file_facts(files: Sequence[AttachmentRow]) -> Iterator[Fact]:
    """What came along: files first, then pictures that are part of a text."""
    ordered = sorted(files, key=lambda file: file.inline)
    for place, file in enumerate(ordered[:MOST_FILES]):
        yield _("Files") if not place else "", file_label(file), "dim" if file.inline else "text"
    if len(files) > MOST_FILES:
        yield "", count_of("and {count} more", "and {count} more", len(files) - MOST_FILES), "dim"
