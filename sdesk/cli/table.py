"""Tables for eyes, drawn by Rich, which is loaded for nothing else. Text of others is never taken for markup."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sdesk.cli.sheet import Column, Eyes, Field, cell_text
from sdesk.domain.safe_text import one_line

Row = TypeVar("Row")

_FALLBACK = (120, 36)
"""Where no terminal says how wide it is."""


def print_columns(rows: Sequence[Row], columns: Sequence[Column[Row]], eyes: Eyes, *, colored: bool) -> None:
    """Print rows by their columns for eyes."""
    table = _table()
    for column in columns:
        table.add_column(
            column.header,
            justify="right" if column.right else "left",
            no_wrap=True,
            overflow="ellipsis",
            min_width=None if column.cut else len(column.header),
            ratio=None,
        )
    widths = [0] * len(columns)
    for row in rows:
        cells = []
        for place, column in enumerate(columns):
            cell = Text(one_line(column.cell(row, eyes)), style=column.style(row) if column.style else "")
            widths[place] = max(widths[place], cell.cell_len)
            cells.append(cell)
        table.add_row(*cells)
    # What may not give way keeps its whole width; Rich then cuts the others.
    for place, column in enumerate(columns):
        if not column.cut:
            table.columns[place].min_width = max(widths[place], len(column.header))
    _print(table, colored=colored)


def print_fields(rows: Sequence[Row], fields: Sequence[Field[Row]], eyes: Eyes, *, colored: bool) -> None:
    """Print rows by the fields that `--fields` named."""
    table = _table()
    for field in fields:
        table.add_column(field.name, no_wrap=True, overflow="ellipsis")
    for row in rows:
        cells = []
        for field in fields:
            value = field.get(row)
            shown = eyes.local(value) if isinstance(value, datetime) else cell_text(value)
            cells.append(Text(one_line(shown)))
        table.add_row(*cells)
    _print(table, colored=colored)


def _table() -> Table:
    return Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold", show_edge=False)


def _print(table: Table, *, colored: bool) -> None:
    width, _ = shutil.get_terminal_size(_FALLBACK)
    console = Console(
        file=sys.stdout,
        width=width,
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
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))
