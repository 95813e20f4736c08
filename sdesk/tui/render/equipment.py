"""How equipment stands, in lines: units by kinds of equipment, what burns in each; and units where all is well."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from rich.cells import cell_len

from sdesk.domain.safe_text import one_line
from sdesk.reports.equipment_board import Cell, EquipmentBoard, UnitLine
from sdesk.tui.language import _, count_of
from sdesk.tui.render.board import Row
from sdesk.tui.render.columns import fit
from sdesk.tui.render.lines import Line, Span, line
from sdesk.tui.render.signals import currency_sign, money_text, short_money

MONEY = 8
"""Cells of the column with the money."""
UNIT = 24
"""Cells of a unit's name, at most."""
LEAST_UNIT = 10


def equipment_words(board: EquipmentBoard, width: int) -> Line:
    """What is down in all, in question, and the loss: in short figures, or without the last, for want of room."""
    whole = _totals(board, money_text)
    spans = whole if _cells(whole) <= width else _totals(board, short_money)
    # How many are down and in question is said in any case.
    return line(*(span for place, span in enumerate(spans) if place < 2 or _cells(spans[: place + 1]) <= width))


def _totals(board: EquipmentBoard, money: Callable[[Decimal], str]) -> list[Span]:
    doubt = _("{count} in question").format(count=board.in_question) + (" (?)" if board.in_question else "")
    spans: list[Span] = [
        (" " + count_of("{count} piece down", "{count} pieces down", board.down), "breached" if board.down else "dim"),
        ("   " + doubt, "at-risk" if board.in_question else "dim"),
    ]
    sign = currency_sign(board.currency)
    if board.loss_per_hour:
        amount = f"{money(board.loss_per_hour)} {sign}"
        spans.append(("   " + _("loss {amount} an hour").format(amount=amount), "loss"))
    if board.suspected_per_hour:
        amount = f"~{money(board.suspected_per_hour)} {sign}"
        spans.append(("   " + _("{amount} suspected").format(amount=amount), "at-risk"))
    return spans


def _cells(spans: Sequence[Span]) -> int:
    return sum(cell_len(span[0]) for span in spans)


def equipment_rows(board: EquipmentBoard, width: int) -> list[Row]:
    """A unit a line, a kind a column as far as there is room; where there is none, what is not well is named."""
    rows = []
    widths = {
        kind: max(cell_len(one_line(kind)), *(cell_len(_words(each.cells.get(kind))) for each in board.lines)) + 2
        for kind in (board.kinds if board.lines else ())
    }
    room = width - MONEY - sum(widths.values()) - 1
    as_table = room >= LEAST_UNIT
    unit = min(UNIT, room) if as_table else min(UNIT, max(LEAST_UNIT, width // 3))
    if as_table and board.lines:
        heads = "".join(" " * (widths[kind] - cell_len(one_line(kind))) + one_line(kind) for kind in board.kinds)
        rows.append(Row(line((" " * (MONEY + unit) + heads, "dim"))))
    for each in board.lines:
        spans = [_money(each), (fit(one_line(each.name or each.unit or _("of no unit")), unit), "text")]
        for kind in board.kinds:
            cell = each.cells.get(kind)
            if as_table:
                words = _words(cell)
                spans.append((" " * (widths[kind] - cell_len(words)) + words, _style(cell)))
            elif cell is not None and (cell.down or cell.in_question):
                spans.append((f"  {one_line(kind)} {_words(cell)}", _style(cell)))
        rows.append(Row(line(*spans), each.tickets[0] if each.tickets else None))
    if board.well:
        words = count_of("all is well in {count} unit", "all is well in {count} units", len(board.well))
        rows.append(Row(line((f" {words}", "dim"))))
    return rows


def _money(each: UnitLine) -> Span:
    if each.loss_per_hour:
        return (f" {short_money(each.loss_per_hour):>{MONEY - 2}} ", "loss")
    if each.suspected_per_hour > Decimal(0):
        return (f" {'~' + short_money(each.suspected_per_hour):>{MONEY - 2}} ", "at-risk")
    return (" " * MONEY, "text")


def _words(cell: Cell | None) -> str:
    """What a colour says too."""
    if cell is None:
        return ""
    if cell.down:
        words = _("{count}/{all} down").format(count=len(cell.down), all=cell.pieces)
        return words + (f" {len(cell.in_question)} ?" if cell.in_question else "")
    if cell.in_question:
        return f"{len(cell.in_question)}/{cell.pieces} ?"
    return str(cell.pieces)


def _style(cell: Cell | None) -> str:
    if cell is None or not (cell.down or cell.in_question):
        return "dim"
    return "breached" if cell.down else "at-risk"
