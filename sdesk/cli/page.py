"""A ticket as a person reads it: facts, promises, conversation, history, in plain lines with a little colour."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from sdesk.cli.queue import MARKS, due, event_words, loss
from sdesk.cli.sheet import Eyes
from sdesk.cli.wording import counted
from sdesk.cli.wrapping import wrapped
from sdesk.domain.approval import ApprovalState
from sdesk.domain.duration import format_duration, format_working
from sdesk.domain.outage import percent
from sdesk.domain.outgoing import NOT_DELIVERED, Party
from sdesk.domain.safe_text import neutralise, one_line
from sdesk.domain.ticket import OPEN_STATUSES, ClockKind, Direction, LinkKind, SlaState
from sdesk.store.reader.desk_rows import OutageRow
from sdesk.store.reader.detail_rows import AttachmentRow, MessageRow, TicketDetail
from sdesk.store.reader.rows import ClockRow, TicketRow

if TYPE_CHECKING:
    from sdesk.store.reader.approvals import ApprovalRow
    from sdesk.store.reader.ticket_assets import TicketAssetRow

_CLOCKS = {
    ClockKind.FIRST_RESPONSE: "first response",
    ClockKind.NEXT_REPLY: "next reply",
    ClockKind.RESOLUTION: "resolution",
}

_WAITS = {"date": "a date", "approval": "an approval"}
"""What a ticket waits for, where its word alone would not do."""
_DIRECTIONS = {
    Direction.IN: "",
    Direction.OUT: "answer",
    Direction.NOTE: "INTERNAL NOTE",
    Direction.AUTO: "automatic",
}

"""What is said of an outgoing mail that has not gone; of one that has, nothing."""

_INSTANT = len("2026-11-23 12:30")
_BOLD, _RED, _DIM, _PLAIN = "\x1b[1m", "\x1b[1;31m", "\x1b[2m", "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Page:
    """How one ticket is shown."""

    eyes: Eyes
    now: datetime
    colored: bool
    quoted: bool = False
    """Whether what was folded away is shown too."""
    history: bool = False
    width: int | None = None
    """Columns that a line may have; None: as many as it has."""

    def lines(self, found: TicketDetail) -> Iterator[str]:
        """The whole ticket, line by line, safe for a terminal."""
        row = found.ticket
        title = wrapped(f"{row.ref}  {one_line(row.subject)}", self.width, hang=len(row.ref) + 2)
        yield from (self._styled(line, _BOLD) for line in title)
        yield from self._facts(found)
        for message in found.messages:
            yield ""
            yield from self._message(message)
        if self.history:
            yield ""
            yield self._styled("History", _BOLD)
            for event in found.history:
                told = f"{event.actor}  {event.event}  {event_words(event)}"
                line = f"{self.eyes.local(event.at)}  {one_line(told)}"
                yield from wrapped(line, self.width, hang=_INSTANT + 2)

    def _facts(self, found: TicketDetail) -> Iterator[str]:
        row = found.ticket
        facts = [
            ("Status", self._status(row)),
            (
                "Priority",
                " ".join(filter(None, (row.priority.value, row.priority_reason and f"({row.priority_reason})"))),
            ),
            ("SLA", self._promise(row)),
            *(("", text) for text in filter(None, map(self._clock, row.clocks))),
            ("Loss", self._loss(row)),
            *(("", self._outage(each)) for each in found.outages if len(found.outages) > 1 or each.down_to is not None),
            ("Service", row.service_name or row.service or ""),
            *(("Form" if not place else "", f"{each.label}: {each.value}") for place, each in enumerate(found.form)),
            ("Team", row.team_name),
            ("Assignee", row.assignee_name or row.assignee or "nobody"),
            ("Requester", _person(row.requester_name, row.requester_email)),
            ("Rated", self._rated(found)),
            ("Unit", self._unit(found)),
            *(("Approval" if not place else "", self._approval(each)) for place, each in enumerate(found.approvals)),
            ("Visit", self._visit(found)),
            ("Time spent", _spent(found)),
            ("Tags", ", ".join(row.tags)),
            ("Watchers", ", ".join(row.watchers)),
            *(("Equipment" if not place else "", asset_words(each)) for place, each in enumerate(found.assets)),
            ("Created", f"{self.eyes.local(row.created_at)} by {row.channel.value}"),
        ]
        facts += [
            ("Linked", f"{link.ref} {link.kind.value.replace('_', ' ')}: {link.subject} ({link.status.value})")
            for link in found.links
            if link.kind is not LinkKind.PART_OF or not link.incoming
        ]
        facts.append(("Incident", self._incident(found)))
        facts.append(("Playbook", self._playbook(found)))
        for name, fact in facts:
            if fact:
                burning = name == "SLA" and row.sla_state in (SlaState.BREACHED, SlaState.STALE)
                for line in wrapped(f"  {name:<10} {one_line(fact)}", self.width, hang=13):
                    yield self._styled(line, _RED) if burning else line

    def _incident(self, found: TicketDetail) -> str:
        """How many tickets an incident stands for; they may be many, so that none is listed here."""
        parts = [link for link in found.links if link.kind is LinkKind.PART_OF and link.incoming]
        if not parts or found.playbook is not None:
            return ""
        still = sum(link.status in OPEN_STATUSES for link in parts)
        tickets = "1 ticket is" if len(parts) == 1 else f"{len(parts)} tickets are"
        return f"{tickets} part of it, {still} open: sdesk list incident:{found.ticket.number}"

    def _playbook(self, found: TicketDetail) -> str:
        """How far it has come; its steps have a command of their own."""
        if found.playbook is None:
            return ""
        run = found.playbook.run
        late = f", {run.late} late" if run.late else ""
        day = run.day.replace("T", " ")
        figures = f"{run.done} of {run.steps} steps done, {run.open} open{late}"
        return f"{run.name}, for {day}: {figures}: sdesk playbook progress {run.number}"

    def _status(self, row: TicketRow) -> str:
        words = [row.status.value]
        if row.waiting_for is not None:
            words.append(f"for {_WAITS.get(row.waiting_for.value, row.waiting_for.value)}")
        if row.wake_at is not None:
            words.append(f"until {self.eyes.local(row.wake_at)}")
        return " ".join(words)

    def _promise(self, row: TicketRow) -> str:
        words = [MARKS[row.sla_state], row.sla_state.value.replace("_", " ")]
        if row.due_kind is not None and row.due_at is not None:
            words.append(f"- {_CLOCKS[row.due_kind]} due {self.eyes.local(row.due_at)} ({due(row)})")
        return " ".join(word for word in words if word)

    def _clock(self, clock: ClockRow) -> str:
        name = f"{_CLOCKS[clock.kind]}, {format_working(clock.target)}:"
        if clock.voided:
            return f"{name} void"
        if clock.met_at is not None:
            late = " (late)" if clock.consumed > clock.target else ""
            return f"{name} met {self.eyes.local(clock.met_at)}{late}"
        if clock.due_at is not None and clock.started_at is not None:
            return f"{name} due {self.eyes.local(clock.due_at)}"
        if clock.started_at is None and clock.consumed:
            return f"{name} stands still, {format_working(max(clock.target - clock.consumed, 0))} left"
        return ""

    def _loss(self, row: TicketRow) -> str:
        """What an hour costs and what is lost so far; that alone once nothing stands any more."""
        words = []
        if row.loss_per_hour is not None:
            words.append(f"{loss(row)} {row.currency} an hour")
        if row.loss_so_far is not None:
            words.append(f"{_grouped(row.loss_so_far)} {row.currency} so far")
        # Without a margin in the desk file nobody knows which part of the turnover is lost.
        doubts = ("" if row.margin_known else "all turnover", "" if row.loss_confirmed else "suspected")
        doubt = ", ".join(filter(None, doubts))
        return ", ".join(words) + (f" ({doubt})" if words and doubt else "")

    def _outage(self, outage: OutageRow) -> str:
        until = "now" if outage.down_to is None else self.eyes.local(outage.down_to)
        doubt = "" if outage.confirmed else "~"
        return (
            f"outage {outage.id}: {self.eyes.local(outage.down_from)} to {until}, {percent(outage.share)},"
            f" {doubt}{_grouped(outage.loss_so_far)} {outage.currency}"
        )

    def _unit(self, found: TicketDetail) -> str:
        unit = found.unit
        if unit is None:
            return found.ticket.unit_name or found.ticket.unit or ""
        others = counted(unit.open_tickets, "other open ticket") if unit.open_tickets else ""
        return ", ".join(filter(None, (unit.name, unit.phone, unit.address, unit.manager, others)))

    def _approval(self, row: ApprovalRow) -> str:
        """`asked of Irina since ...`, `approved by Irina at ..., by phone`."""
        whom = row.whom or "nobody known"
        if row.state is ApprovalState.ASKED:
            return f"asked of {whom} since {self.eyes.local(row.asked_at)}"
        words = f"{row.state.value}, which {whom} was asked for"
        if row.how is not None:
            way = f"as {row.agent} wrote down" if row.agent else row.how.value
            words = f"{row.state.value} by {row.whom} ({way})" if row.whom else f"{row.state.value}, {way}"
        at = f" at {self.eyes.local(row.decided_at)}" if row.decided_at is not None else ""
        return f"{words}{at}" + (f": {row.comment}" if row.comment else "")

    def _rated(self, found: TicketDetail) -> str:
        said = found.rating
        if said is None:
            return ""
        comment = f": {said.comment}" if said.comment else ""
        return f"{said.score} of 5, {self.eyes.local(said.at)}{comment}"

    def _visit(self, found: TicketDetail) -> str:
        visit = found.visit
        if visit is None:
            return ""
        past = ", which is past" if visit.starts_at <= self.now else ""
        return f"{self.eyes.local(visit.starts_at)} by {visit.agent_name or visit.agent or 'nobody yet'}{past}"

    def _message(self, message: MessageRow) -> Iterator[str]:
        marks = [f"#{message.id}", _DIRECTIONS[message.direction]]
        if message.party is Party.SUPPLIER:
            marks[1:] = ["to a supplier" if message.direction is Direction.OUT else "OF A SUPPLIER, INTERNAL"]
        if message.party is Party.APPROVER:
            marks[1:] = ["OF AN APPROVER, INTERNAL"]
        if message.taken_back_at is not None:
            marks.append("taken back")
        elif message.delivery is not None:
            marks.append(NOT_DELIVERED.get(message.delivery, ""))
        if not message.takes_part:
            marks.append("takes no part in this ticket")
        if message.undeliverable:
            marks.append(f"undeliverable: {message.undeliverable}")
        head = f"{self.eyes.local(message.sent_at)}  {_person(message.author, message.author_address)}"
        heading = one_line(f"-- {head}  {'  '.join(mark for mark in marks if mark)}")
        yield from (self._styled(line, _BOLD) for line in wrapped(heading, self.width, hang=3))
        for line in neutralise(message.text).strip("\n").split("\n"):
            yield from wrapped(line, self.width, hang=len(line) - len(line.lstrip(" ")))
        quoted = neutralise(message.quoted).strip("\n").split("\n") if message.quoted.strip() else []
        if self.quoted:
            for line in quoted:
                yield from (self._styled(piece, _DIM) for piece in wrapped(f"> {line}", self.width, hang=2))
        elif quoted:
            yield self._styled(f"> {len(quoted)} quoted lines (--quoted shows them)", _DIM)
        for file in message.attachments:
            within = ", within the text" if file.inline else ""
            yield self._styled(f"[{one_line(file.name)}  {_size(file)}{within}]", _DIM)
        for defect in message.defects:
            yield from (self._styled(line, _DIM) for line in wrapped(f"! {one_line(defect)}", self.width, hang=2))

    def _styled(self, line: str, style: str) -> str:
        return f"{style}{line}{_PLAIN}" if self.colored else line


def _person(name: str | None, address: str | None) -> str:
    if name and address and name != address:
        return f"{name} <{address}>"
    return name or address or ""


def asset_words(row: TicketAssetRow) -> str:
    """A piece of equipment in a line: its number, what it is, and until when its maker answers for it."""
    words = " ".join(filter(None, (row.number, row.kind, row.name, row.model)))
    return f"{words}, warranty until {row.warranty_until}" if row.warranty_until else words


def _spent(found: TicketDetail) -> str:
    """All of it; and whose it is, where several worked on it."""
    if not found.spent:
        return ""
    each: dict[str, int] = {}
    for row in found.spent:
        each[row.agent_name] = each.get(row.agent_name, 0) + row.seconds
    words = ", ".join(f"{name} {format_duration(seconds)}" for name, seconds in each.items())
    return words if len(each) == 1 else f"{format_duration(found.seconds_spent)}: {words}"


def _grouped(amount: Decimal) -> str:
    return f"{amount:,.0f}".replace(",", " ")


def _size(file: AttachmentRow) -> str:
    if file.size < 1000:
        return f"{file.size} B"
    return f"{file.size / 1000:.0f} kB" if file.size < 1_000_000 else f"{file.size / 1_000_000:.1f} MB"
