"""The equipment board for eyes: a line a unit, a column a kind; units where everything works are one line below."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sdesk.reports.equipment_board import Cell as Place
from sdesk.reports.equipment_board import EquipmentBoard, UnitLine
from sdesk.reports.page import Cell, Heading, Page, Section, Table, Tone
from sdesk.reports.wording import amount, counted, listed, when

_TICKETS = 4
"""That are named of a unit."""
_LEAST_HEAD = 7
"""Columns of a kind's name that is broken into lines, at least."""


def page(board: EquipmentBoard, *, desk: str, zone: ZoneInfo) -> Page:
    """The page; `desk` is its name."""
    sections = [Section("Units", _table(board), below=well_words(board))] if board.lines else []
    if not sections:
        said = well_words(board) or "There is no equipment: see `sdesk asset import`."
        sections = [Section("Everything works", words=(said,))]
    return Page(f"{desk}: equipment", _subtitle(board, zone), tuple(sections), when(board.at, zone))


def well_words(board: EquipmentBoard) -> str:
    """The units where everything works, in one line; empty where there is none."""
    if not board.well:
        return ""
    pieces = sum(line.pieces for line in board.well)
    return f"All is well in {counted(len(board.well), 'unit')}: {counted(pieces, 'piece')} of equipment."


def cell_words(cell: Place | None) -> str:
    """`1/3 down`, `1/3 ?`, both as `1/3 down 1 ?`, `3`; empty where there is none."""
    if cell is None:
        return ""
    if cell.down:
        return f"{len(cell.down)}/{cell.pieces} down" + (f" {len(cell.in_question)} ?" if cell.in_question else "")
    return f"{len(cell.in_question)}/{cell.pieces} ?" if cell.in_question else str(cell.pieces)


def _subtitle(board: EquipmentBoard, zone: ZoneInfo) -> str:
    burning = f"loss {amount(board.loss_per_hour)} {board.currency} an hour" if board.loss_per_hour else ""
    suspected = ""
    if board.suspected_per_hour:
        suspected = f"~{amount(board.suspected_per_hour)} {board.currency} an hour suspected"
    sign = " (?)" if board.in_question else ""
    counts = f"{board.down} of {board.pieces} down, {board.in_question} in question{sign}"
    return listed((when(board.at, zone), counts, burning, suspected))


def _table(board: EquipmentBoard) -> Table:
    headings = (
        Heading("LOSS/H", right=True),
        Heading("UNIT", cut=True),
        *(_kind_heading(board, kind) for kind in board.kinds),
        Heading("TICKETS", spare=True),
    )
    return Table(headings, tuple(_line(board, line) for line in board.lines))


def _kind_heading(board: EquipmentBoard, kind: str) -> Heading:
    """A kind of which there is nothing to say goes where the line is narrow; the name of another is broken first."""
    cells = [cell for line in board.lines if (cell := line.cells.get(kind)) is not None]
    widest = max((len(cell_words(cell)) for cell in cells), default=0)
    spare = not any(cell.down or cell.in_question for cell in cells)
    return Heading(kind.upper(), right=True, spare=spare, folds=max(widest, _LEAST_HEAD))


def _line(board: EquipmentBoard, line: UnitLine) -> tuple[Cell, ...]:
    return (
        _money(line),
        Cell(line.name or line.unit or "(no unit)"),
        *(_cell(line.cells.get(kind)) for kind in board.kinds),
        Cell(_tickets(board, line), Tone.DIM),
    )


def _money(line: UnitLine) -> Cell:
    if line.loss_per_hour:
        return Cell(amount(line.loss_per_hour), Tone.BAD)
    return Cell(f"~{amount(line.suspected_per_hour)}", Tone.WARN) if line.suspected_per_hour else Cell("")


def _cell(cell: Place | None) -> Cell:
    if cell is None:
        return Cell("")
    tone = Tone.BAD if cell.down else Tone.WARN if cell.in_question else Tone.DIM
    return Cell(cell_words(cell), tone)


def _tickets(board: EquipmentBoard, line: UnitLine) -> str:
    named = ", ".join(f"{board.prefix}-{number}" for number in line.tickets[:_TICKETS])
    more = len(line.tickets) - _TICKETS
    return f"{named} and {more} more" if more > 0 else named
