"""What programs get of the equipment board: one object, and the same as flat rows. Fields may be added."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from sdesk.domain.equipment import Condition
from sdesk.domain.kinds import FLAG, INSTANT, MONEY, NUMBER, TEXT, Kind, many, maybe, thing, word
from sdesk.reports.equipment_board import Cell, EquipmentBoard, UnitLine
from sdesk.reports.plain import plain_instant, plain_money


class CellRow(NamedTuple):
    """The equipment of one kind in one unit; without a kind: what burns in a unit that has no equipment."""

    line: UnitLine
    kind: str | None
    cell: Cell


FIELDS: tuple[tuple[str, Callable[[CellRow], Any], Kind], ...] = (
    ("unit", lambda row: row.line.unit or None, maybe(TEXT)),
    ("unit_name", lambda row: row.line.name, TEXT),
    ("kind", lambda row: row.kind, maybe(TEXT)),
    ("condition", lambda row: row.cell.condition.value, word(Condition)),
    ("pieces", lambda row: row.cell.pieces, NUMBER),
    ("down", lambda row: list(row.cell.down), many(TEXT)),
    ("in_question", lambda row: list(row.cell.in_question), many(TEXT)),
    ("unit_loss_per_hour", lambda row: plain_money(row.line.loss_per_hour), maybe(MONEY)),
    ("unit_suspected_per_hour", lambda row: plain_money(row.line.suspected_per_hour), maybe(MONEY)),
)
"""Of a flat row, in order."""

_CELL = thing(
    {"kind": TEXT, "condition": word(Condition), "pieces": NUMBER, "down": many(TEXT), "in_question": many(TEXT)}
)
KIND = thing(
    {
        "at": INSTANT,
        "currency": TEXT,
        "margin_known": FLAG,
        "loss_per_hour": MONEY,
        "suspected_per_hour": MONEY,
        "pieces": NUMBER,
        "down": NUMBER,
        "in_question": NUMBER,
        "kinds": many(TEXT),
        "units": many(
            thing(
                {
                    "unit": maybe(TEXT),
                    "name": TEXT,
                    "is_well": FLAG,
                    "loss_per_hour": MONEY,
                    "suspected_per_hour": MONEY,
                    "pieces": NUMBER,
                    "down": NUMBER,
                    "in_question": NUMBER,
                    "tickets": many(NUMBER),
                    "equipment": many(_CELL),
                }
            )
        ),
    }
)
"""What `document` gives."""


def document(board: EquipmentBoard) -> dict[str, Any]:
    """The whole board: units in its order, those where all is well behind the others."""
    return {
        "at": plain_instant(board.at),
        "currency": board.currency,
        "margin_known": board.margin_known,
        "loss_per_hour": plain_money(board.loss_per_hour),
        "suspected_per_hour": plain_money(board.suspected_per_hour),
        "pieces": board.pieces,
        "down": board.down,
        "in_question": board.in_question,
        "kinds": list(board.kinds),
        "units": [_unit(line) for line in (*board.lines, *board.well)],
    }


def rows(board: EquipmentBoard) -> Iterator[CellRow]:
    """A row for each kind of each unit."""
    for line in (*board.lines, *board.well):
        for kind, cell in line.cells.items():
            yield CellRow(line, kind, cell)
        if not line.cells:
            yield CellRow(line, None, Cell(0))


def _unit(line: UnitLine) -> dict[str, Any]:
    return {
        "unit": line.unit or None,
        "name": line.name,
        "is_well": line.is_well,
        "loss_per_hour": plain_money(line.loss_per_hour),
        "suspected_per_hour": plain_money(line.suspected_per_hour),
        "pieces": line.pieces,
        "down": line.down,
        "in_question": line.in_question,
        "tickets": list(line.tickets),
        "equipment": [
            {
                "kind": kind,
                "condition": cell.condition.value,
                "pieces": cell.pieces,
                "down": list(cell.down),
                "in_question": list(cell.in_question),
            }
            for kind, cell in line.cells.items()
        ],
    }
