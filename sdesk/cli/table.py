"""Tables for eyes, drawn by Rich, which is loaded for nothing else. Text of others is never taken for markup."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sdesk.cli.sheet import Column, Eyes, Field
from sdesk.cli.wrapping import wrapped
from sdesk.domain.safe_text import one_line

Row = TypeVar("Row")

_FALLBACK = (120, 36)
"""Where no terminal says how wide it is."""
_GAP = 2
"""Blanks between two columns."""
_LEAST = 12
"""What is left of a column that gives way."""
_READABLE = 20
"""What a column that gives way keeps where a sentence wants to stand beside it."""
_INDENT = 4
"""Of a sentence below its row."""
_LEAST_WRAPPED = 24
"""What is left of a sentence that is broken into lines."""


def by_columns(rows: Sequence[Row], columns: Sequence[Column[Row]], eyes: Eyes, *, colored: bool) -> str:
    """Rows by their columns for eyes."""
    cells = [
        [Text(one_line(column.cell(row, eyes)), style=column.style(row) if column.style else "") for column in columns]
        for row in rows
    ]
    widths = [
        max([cell_len(column.header), *(line[place].cell_len for line in cells)])
        for place, column in enumerate(columns)
    ]
    shown = [
        place for place, column in enumerate(columns) if not column.optional or any(line[place].plain for line in cells)
    ]
    below = _below(shown, widths, columns)
    shown = _fitted([place for place in shown if place != below], widths, columns)
    table = _table()
    for place in shown:
        table.add_column(
            columns[place].header,
            justify="right" if columns[place].right else "left",
            width=widths[place],
            no_wrap=not columns[place].wrap,
            overflow="fold" if columns[place].wrap else "ellipsis",
        )
    for line in cells:
        table.add_row(*(line[place] for place in shown))
    drawn = _drawn(table, colored=colored, width=sum(widths[place] for place in shown) + _GAP * len(shown))
    return drawn if below is None else _with_lines_below(drawn, [line[below].plain for line in cells])


def _below(shown: Sequence[int], widths: Sequence[int], columns: Sequence[Column[Row]]) -> int | None:
    """The column of sentences that has no room beside the others: each stands below its row; None where it has."""
    place = next((each for each in shown if columns[each].wrap), None)
    if place is None:
        return None
    others = [min(widths[each], _READABLE) if columns[each].cut else widths[each] for each in shown if each != place]
    left = _width() - sum(others) - _GAP * len(others)
    return place if left < min(widths[place], _LEAST_WRAPPED) else None


def _with_lines_below(drawn: str, sentences: Sequence[str]) -> str:
    """Rows of one line each, below the head, each with its sentence below it."""
    head, *rows = drawn.splitlines()
    lines = [head]
    for row, sentence in zip(rows, sentences, strict=True):
        lines.append(row)
        if sentence:
            lines += wrapped(" " * _INDENT + sentence, _width(), hang=_INDENT)
    return "".join(f"{line}\n" for line in lines)


def by_fields(rows: Sequence[Row], fields: Sequence[Field[Row]], eyes: Eyes, *, colored: bool) -> str:
    """Rows by the fields that `--fields` named; nothing is cut, since each was asked for."""

    def cell(field: Field[Row], row: Row) -> str:
        value = field.get(row)
        return eyes.local(value) if isinstance(value, datetime) else field.cell(row)

    table = _table()
    for field in fields:
        table.add_column(field.name, no_wrap=True)
    texts = [[Text(one_line(cell(field, row))) for field in fields] for row in rows]
    for line in texts:
        table.add_row(*line)
    widest = [
        max([cell_len(field.name), *(line[place].cell_len for line in texts)]) for place, field in enumerate(fields)
    ]
    return _drawn(table, colored=colored, width=sum(widest) + _GAP * len(fields))


def _fitted(shown: Sequence[int], widths: list[int], columns: Sequence[Column[Row]]) -> list[int]:
    """The columns that fit into the terminal; `widths` of those that give way are made smaller."""
    width = _width()
    left = list(shown)
    for place in [each for each in reversed(left) if columns[each].spare]:
        needed = sum(min(widths[each], _READABLE) if columns[each].cut else widths[each] for each in left)
        if needed + _GAP * (len(left) - 1) > width:
            left.remove(place)
    broken = {place: widths[place] for place in left if columns[place].wrap}
    widths[:] = [min(each, _LEAST_WRAPPED) if place in broken else each for place, each in enumerate(widths)]
    giving = [place for place in left if columns[place].cut]
    while True:
        over = sum(widths[place] for place in left) + _GAP * (len(left) - 1) - width
        room = sum(max(widths[place] - _LEAST, 0) for place in giving)
        if over <= room or len(giving) <= 1:
            break
        left.remove(giving.pop())
    # What stands before the column that is cut says which row it is: never that, and never half of it.
    for place in [each for each in reversed(left) if giving and each > giving[0] and each not in broken]:
        over = sum(min(widths[each], _LEAST) if each in giving else widths[each] for each in left)
        if over + _GAP * (len(left) - 1) <= width:
            break
        left.remove(place)
        giving = [each for each in giving if each in left]
    over = sum(widths[place] for place in left) + _GAP * (len(left) - 1) - width
    while over > 0 and giving and max(widths[place] for place in giving) > _LEAST:
        # The widest gives first, a cell at a time; the first column, which says what it is about, counts half.
        widths[max(giving, key=lambda place: widths[place] / (2 if place == giving[0] else 1))] -= 1
        over -= 1
    for place, wanted in broken.items():
        spare = width - sum(widths[each] for each in left) - _GAP * (len(left) - 1)
        widths[place] = min(wanted, widths[place] + max(spare, 0))
    return left


def _width() -> int:
    return shutil.get_terminal_size(_FALLBACK).columns


def _table() -> Table:
    return Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold", show_edge=False)


def _drawn(table: Table, *, colored: bool, width: int = 0) -> str:
    console = Console(
        file=sys.stdout,
        width=max(width, _width()),
        force_terminal=colored,
        color_system="standard" if colored else None,
        no_color=not colored,
        markup=False,
        emoji=False,
        highlight=False,
    )
    with console.capture() as captured:
        console.print(table)
    # Rich fills lines up to the width; what is copied or compared should not end in blanks.
    return "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())
