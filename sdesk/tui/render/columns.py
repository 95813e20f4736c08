"""What a row of the list looks like: which columns a width has room for, and the cells of one ticket."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from sdesk.domain.safe_text import one_line
from sdesk.domain.ticket import Priority, SlaState, Status
from sdesk.store.reader.rows import TicketRow
from sdesk.tui.countdown import Held
from sdesk.tui.language import _
from sdesk.tui.render.signals import CHANGED, DONE, SIGNALS, WROTE, age_text, due_text, loss_text
from sdesk.tui.render.words import word

_SECONDS_BELOW = 120
_MINUTES = 1_000_000
WIDE = 100
"""Cells from which there is room for the customer and the age."""
ROOMY = 115
"""Cells from which there is room for whole amounts and longer names."""


class Column(NamedTuple):
    """A column of the list."""

    name: str
    title: str
    width: int
    right: bool = False
    gap: int = 1
    """Blanks after it."""


class Cell(NamedTuple):
    """A text cut and filled to its column's width, and the name of its style."""

    text: str
    style: str


def columns_of(width: int, *, money: bool, ref_width: int) -> tuple[Column, ...]:
    """The columns that fill `width` cells exactly; the subject takes what the others leave."""
    wide, roomy = width >= WIDE, width >= ROOMY
    before = [
        Column("mark", "", 1, gap=1 if wide else 0),
        Column("signal", "", 2),
        Column("due", _("DUE"), 7, right=True, gap=2 if wide else 1),
    ]
    if money:
        before.append(Column("loss", _("LOSS/H"), 8 if roomy else 6, right=True, gap=2 if wide else 1))
    before += [
        Column("ref", _("ID"), ref_width),
        Column("priority", _("PR"), 2),
        Column("flags", "", 2),
    ]
    after = [
        Column("status", _("STATUS"), 8),
        Column("owner", _("ASSIGNEE"), 9 if roomy else 8, gap=1 if wide else 0),
    ]
    if wide:
        after += [
            Column("customer", _("REQUESTER"), 20 if width >= 130 else 16 if roomy else 12),
            Column("updated", _("UPD"), 4, right=True, gap=1),
        ]
    taken = sum(column.width + column.gap for column in (*before, *after))
    subject = Column("subject", _("SUBJECT"), max(8, width - taken - 1))
    return (*before, subject, *after)


def titles_of(columns: tuple[Column, ...]) -> str:
    """The line above the rows."""
    return "".join(fit(column.title, column.width, right=column.right) + " " * column.gap for column in columns)


def cells_of(
    held: Held,
    columns: tuple[Column, ...],
    now: datetime,
    *,
    cursor: bool,
    marked: bool,
    gone: bool,
    company: str = "",
) -> tuple[Cell, ...]:
    """The cells of one ticket at `now`, in the order of the columns. `company`: the sign of `tui/company`, if any."""
    row, state = held.row, held.state(now)
    done = gone or row.status in DONE
    faint = "done" if done else "text"
    values: dict[str, tuple[str, str]] = {
        "mark": ("*" if marked else ">" if cursor else " ", "mark"),
        "signal": ("  " if done else SIGNALS[state], "done" if done else _STYLE_OF[state]),
        "due": (due_text(held.due_in(now), state), "done" if done else _STYLE_OF[state]),
        "ref": (row.ref, "done" if done else "ref"),
        "priority": (row.priority.value, "done" if done else _PRIORITY_STYLE.get(row.priority, "text")),
        "flags": (_flags(row, company), "flags"),
        "subject": (one_line(row.subject) or _("(no subject)"), "done" if done else "unread" if row.unread else "text"),
        "status": (_("gone") if gone and row.status not in DONE else word(row.status), _status_style(row.status, done)),
        "owner": (row.assignee or "-", faint if row.assignee else "dim"),
        "customer": (customer_of(row), faint),
        "updated": (age_text(row.updated_at, now), "dim"),
    }
    short = next((column.width for column in columns if column.name == "loss"), 8) < 8
    values["loss"] = (loss_text(row, short=short), "loss" if row.loss_confirmed else "text")
    cells: list[Cell] = []
    for column in columns:
        text, style = values[column.name]
        cells.append(Cell(fit(text, column.width, right=column.right) + " " * column.gap, style))
    return tuple(cells)


def moment_of(held: Held, now: datetime) -> tuple[int | None, int, SlaState]:
    """What of a ticket's cells changes by the time alone: while it is the same, they all are.

    They say minutes, and seconds where it is about to turn (`due_text`, `age_text`); to write them out costs more.
    """
    due, age = held.due_in(now), int((now - held.row.updated_at).total_seconds())
    if due is not None and abs(due) >= _SECONDS_BELOW:
        # In units of their own: no number of seconds is taken for one of minutes after the machine has slept.
        due = _MINUTES + due // 60 if due > 0 else -_MINUTES - -due // 60
    return due, age if age < 60 else _MINUTES + age // 60, held.state(now)


def customer_of(row: TicketRow) -> str:
    """Where the requester is, or who it is."""
    return one_line(row.unit_name or row.requester_name or row.requester_email or "-")


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Cut or filled to exactly so many cells."""
    size = cell_len(text)
    if size > width:
        return set_cell_size(text, width - 1) + "…" if width > 1 else set_cell_size(text, width)
    return " " * (width - size) + text if right else text + " " * (width - size)


_STYLE_OF = {
    SlaState.BREACHED: "breached",
    SlaState.STALE: "stale",
    SlaState.AT_RISK: "at-risk",
    SlaState.WAITING: "dim",
    SlaState.NONE: "dim",
    SlaState.ON_TRACK: "text",
}

_PRIORITY_STYLE = {Priority.P1: "p1", Priority.P2: "p2", Priority.P5: "dim"}


def _flags(row: TicketRow, company: str) -> str:
    wrote = WROTE if row.unanswered_since else " "
    return f"{wrote}{company or (CHANGED if row.unread else ' ')}"


def _status_style(status: Status, done: bool) -> str:
    if done:
        return "done"
    return "new" if status is Status.NEW else "dim" if status is Status.WAITING else "text"
