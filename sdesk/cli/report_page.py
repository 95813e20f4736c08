"""A report's page on a terminal: sections below each other, tables fitted to its width, bars in what is left of it."""

from __future__ import annotations

import shutil
import sys

from rich.cells import cell_len
from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from sdesk.domain.safe_text import one_line
from sdesk.reports.columns import GAP, fitted, heads
from sdesk.reports.page import Bar, Cell, Page, Section, Table, Tone

_FALLBACK = (100, 36)
"""Where no terminal says how wide it is."""
_INDENT = 2
_WIDEST_BAR, _NARROWEST_BAR = 40, 8

_STYLES = {
    Tone.PLAIN: "",
    Tone.STRONG: "bold",
    Tone.DIM: "dim",
    Tone.GOOD: "green",
    Tone.WARN: "yellow",
    Tone.BAD: "bold red",
}


def drawn(page: Page, *, colored: bool) -> str:
    """The whole page as text for the terminal."""
    width = shutil.get_terminal_size(_FALLBACK).columns
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
        console.print(Text(one_line(page.title), style="bold"))
        if page.subtitle:
            console.print(Text(one_line(page.subtitle), style="dim"))
        for section in page.sections:
            console.print()
            console.print(_section(section, width))
    # Rich fills lines up to the width; what is copied or compared should not end in blanks.
    return "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())


def _section(section: Section, width: int) -> Group:
    parts: list[Text | Padding] = [Text(section.title, style="bold")]
    parts += [Padding(Text(one_line(words)), (0, 0, 0, _INDENT)) for words in section.words]
    if section.table is not None:
        parts.append(Padding(_table(section.table, width - _INDENT), (0, 0, 0, _INDENT)))
    if section.below:
        parts.append(Padding(Text(one_line(section.below), style="dim"), (0, 0, 0, _INDENT)))
    return Group(*parts)


def _table(table: Table, room: int) -> RichTable:
    headings = table.headings
    bars = {place for row in table.rows for place, cell in enumerate(row) if isinstance(cell, Bar)}
    widths = [
        max(_NARROWEST_BAR if place in bars else 0, cell_len(heading.text), *(_wide(row[place]) for row in table.rows))
        for place, heading in enumerate(headings)
    ]
    shown = fitted(headings, widths, room)
    spare = room - sum(widths[place] for place in shown) - GAP * (len(shown) - 1)
    for place in bars.intersection(shown):
        grown = min(_WIDEST_BAR, widths[place] + max(spare, 0))
        spare -= grown - widths[place]
        widths[place] = grown
    drawn_table = RichTable(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="dim", show_edge=False)
    for place, head in zip(shown, zip(*heads(headings, widths, shown), strict=True), strict=True):
        heading = headings[place]
        drawn_table.add_column(
            "\n".join(head),
            justify="right" if heading.right else "left",
            width=widths[place],
            no_wrap=not heading.wrap,
            overflow="fold" if heading.wrap else "ellipsis",
        )
    blocks = (sys.stdout.encoding or "ascii").lower().replace("-", "").startswith("utf")
    for row in table.rows:
        drawn_table.add_row(*(_cell(row[place], widths[place], blocks) for place in shown))
    return drawn_table


def _wide(cell: Cell | Bar) -> int:
    return 0 if isinstance(cell, Bar) else cell_len(one_line(cell.text))


def _cell(cell: Cell | Bar, width: int, blocks: bool) -> Text:
    text = cell.drawn(width, blocks=blocks) if isinstance(cell, Bar) else one_line(cell.text)
    return Text(text, style=_STYLES[cell.tone])
