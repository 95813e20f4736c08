"""What the tests of the command line share: how a run ended, and rows that never change."""

from __future__ import annotations

import os
import pty
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from sdesk.domain.ticket import (
    Channel,
    ClockKind,
    Direction,
    Impact,
    Priority,
    SlaState,
    Status,
    Urgency,
    WaitingFor,
)
from sdesk.store.reader.detail_rows import AttachmentRow, HistoryRow, MessageRow, TicketDetail, UnitFacts
from sdesk.store.reader.rows import ClockRow, Place, TicketRow

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str


class Sdesk(Protocol):
    """Runs a command line in this process."""

    def __call__(self, *arguments: str, stdin: str | bytes = "") -> Ran: ...


class Process(Protocol):
    """Runs a command line in a process of its own."""

    def __call__(self, *arguments: str, stdin: str = "", env: dict[str, str] | None = None) -> Ran: ...


class Terminal(Protocol):
    """Runs a command line in a process of its own, on a terminal: what it writes comes as one text."""

    def __call__(self, *arguments: str, typed: str = "", env: dict[str, str] | None = None) -> Ran: ...


class Golden(Protocol):
    """Compares a text with a golden file."""

    def __call__(self, name: str, text: str) -> None: ...


def on_terminal(command: Sequence[str], typed: str, env: Mapping[str, str]) -> Ran:
    """Run a command on a pseudo-terminal: what it writes comes as one text, as it was written."""
    running: list[subprocess.Popen[bytes]] = []

    def start(theirs: int) -> None:
        running.append(
            subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=env, start_new_session=True)
        )

    shown = shown_on_terminal(start, typed)
    return Ran(running[0].wait(timeout=60), shown, "")


def shown_on_terminal(start: Callable[[int], object], typed: str) -> str:
    """What is written to a pseudo-terminal by whatever is started on it, until all of that has gone."""
    ours, theirs = pty.openpty()
    start(theirs)
    os.close(theirs)
    if typed:
        os.write(ours, typed.encode())
    shown = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # Linux says EIO when the last writer has gone
            break
        if not piece:
            break
        shown += piece
    os.close(ours)
    return shown.decode(errors="replace").replace("\r\n", "\n")


def some_tickets() -> list[TicketRow]:
    """A burning till, a waiting printer with a hostile subject, and a bare idea."""
    return [_till(), _printer(), _idea()]


def whole_till() -> TicketDetail:
    """The burning till, whole."""
    letter = MessageRow(
        id=5,
        direction=Direction.IN,
        agent=None,
        author_name="Ирина Лаврова",
        author_address="irina@samotsvet.example",
        takes_part=True,
        sent_at=NOW - timedelta(hours=2),
        taken_at=NOW - timedelta(hours=2),
        subject="Касса не работает",
        text="Касса зависла, очередь.\n[bold]Помогите![/bold]",
        quoted="Вчера писали:\n> всё хорошо",
        to=(("support@samotsvet.example", ""),),
        cc=(),
        message_id="<1@samotsvet.example>",
        undeliverable=None,
        defects=(),
        has_raw=True,
        attachments=(AttachmentRow(1, 5, "экран.png", "image/png", 12_400, "ab" * 32, inline=False),),
    )
    note = MessageRow(
        id=6,
        direction=Direction.NOTE,
        agent="anna",
        author_name="Анна Орлова",
        author_address="anna@samotsvet.example",
        takes_part=True,
        sent_at=NOW - timedelta(hours=1),
        taken_at=NOW - timedelta(hours=1),
        subject="",
        text="Еду.\x1b[2J",
        quoted="",
        to=(),
        cc=(),
        message_id=None,
        undeliverable=None,
        defects=(),
        has_raw=False,
        attachments=(),
    )
    events = (
        HistoryRow(11, NOW - timedelta(hours=2), "system", "created", {"channel": "mail"}),
        HistoryRow(12, NOW - timedelta(hours=1), "anna", "assigned", {"old": None, "new": "anna"}),
    )
    unit = UnitFacts("flagship", "Охотный Ряд", "store", "+7 495 000-00-01", "Манежная пл., 1", None, 2)
    return TicketDetail(_till(), (letter, note), events, (), unit)


def _till() -> TicketRow:
    clocks = (
        ClockRow(
            kind=ClockKind.FIRST_RESPONSE,
            target=1800,
            consumed=1200,
            started_at=None,
            at_risk_at=None,
            due_at=None,
            met_at=NOW - timedelta(minutes=100),
            voided=False,
        ),
        ClockRow(
            kind=ClockKind.RESOLUTION,
            target=7200,
            consumed=0,
            started_at=NOW - timedelta(minutes=167),
            at_risk_at=NOW - timedelta(minutes=77),
            due_at=NOW - timedelta(minutes=47),
            met_at=None,
            voided=False,
        ),
    )
    return _ticket(
        number=42,
        subject="Касса не работает",
        status=Status.OPEN,
        priority=Priority.P1,
        impact=Impact.EXTENSIVE,
        urgency=Urgency.CRITICAL,
        service="till",
        service_name="Касса",
        assignee="anna",
        assignee_name="Анна Орлова",
        requester_name="Ирина Лаврова",
        requester_email="irina@samotsvet.example",
        unit="flagship",
        unit_name="Охотный Ряд",
        unanswered_since=NOW - timedelta(hours=2),
        due_at=NOW - timedelta(minutes=47),
        due_kind=ClockKind.RESOLUTION,
        due_in=-2820,
        sla_state=SlaState.BREACHED,
        clocks=clocks,
        loss_per_hour=Decimal(180000),
        loss_so_far=Decimal("360000.5"),
        loss_counted=Decimal("360000.5"),
        loss_confirmed=True,
        tags=("pos", "vip"),
        unread=True,
        sla="stores",
        place=Place(0, 0, 0, 42),
    )


def _printer() -> TicketRow:
    return _ticket(
        number=43,
        subject='Printer\tis\n"stuck", \x1b[31mred\u202e [bold]x[/bold]',
        status=Status.WAITING,
        waiting_for=WaitingFor.SUPPLIER,
        wake_at=NOW + timedelta(days=1),
        service="printer",
        service_name="Принтер",
        requester_email="maria@samotsvet.example",
        sla_state=SlaState.WAITING,
        loss_per_hour=Decimal(12000),
        loss_so_far=Decimal(1000),
        place=Place(3, 0, 0, 43),
    )


def _idea() -> TicketRow:
    return _ticket(number=44, subject="Dark theme", priority=Priority.P5, channel=Channel.CLI, place=Place(4, 0, 0, 44))


def _ticket(**given: Any) -> TicketRow:
    usual: dict[str, Any] = {
        "ref": f"SD-{given['number']}",
        "version": 1,
        "status": Status.NEW,
        "waiting_for": None,
        "wake_at": None,
        "priority": Priority.P4,
        "priority_reason": None,
        "impact": Impact.MINOR,
        "urgency": Urgency.LOW,
        "service": None,
        "service_name": None,
        "team": "it",
        "team_name": "ИТ-поддержка",
        "assignee": None,
        "assignee_name": None,
        "requester_name": None,
        "requester_email": None,
        "unit": None,
        "unit_name": None,
        "channel": Channel.MAIL,
        "created_at": NOW - timedelta(hours=2),
        "updated_at": NOW - timedelta(hours=1),
        "resolved_at": None,
        "closed_at": None,
        "unanswered_since": None,
        "due_at": None,
        "due_kind": None,
        "due_in": None,
        "sla_state": SlaState.NONE,
        "clocks": (),
        "loss_per_hour": None,
        "loss_so_far": None,
        "loss_confirmed": False,
        "currency": "RUB",
        "tags": (),
        "unread": False,
        "sla": None,
    }
    return TicketRow(**{**usual, **given})
