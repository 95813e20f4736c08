"""A page as a mail: plain text that keeps its columns in any fixed font, and HTML that any mail program shows.

Nothing is fetched, no script runs, and what others wrote is text in both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from textwrap import wrap

from sdesk.domain.safe_text import one_line
from sdesk.reports.columns import GAP, fitted, heads, padded, width_of
from sdesk.reports.page import Bar, Cell, Heading, Page, Section, Table, Tone

TEXT_WIDTH = 76
"""Columns of the plain text: what is quoted still fits into 78 (RFC 5322, 2.1.1)."""
_BAR = 24


@dataclass(frozen=True, slots=True)
class Letter:
    """What goes into a mail."""

    subject: str
    text: str
    html: str


def letter(page: Page, *, subject: str = "") -> Letter:
    """The page as both bodies of a mail; its title is the subject where none is given."""
    return Letter(one_line(subject or page.title), "\n".join(_text(page)) + "\n", _html(page))


# ---- plain text ----------------------------------------------------------------------------------


def _text(page: Page) -> Iterator[str]:
    yield one_line(page.title)
    if page.subtitle:
        yield one_line(page.subtitle)
    for section in page.sections:
        yield ""
        yield section.title.upper()
        for words in section.words:
            yield from wrap(one_line(words), TEXT_WIDTH)
        if section.table is not None:
            yield from _text_table(section.table)
        if section.below:
            yield from wrap(one_line(section.below), TEXT_WIDTH)


def _text_table(table: Table) -> Iterator[str]:
    cells = [[cell.drawn(_BAR) if isinstance(cell, Bar) else one_line(cell.text) for cell in row] for row in table.rows]
    widths = [
        max([width_of(heading.text), *(width_of(row[place]) for row in cells)])
        for place, heading in enumerate(table.headings)
    ]
    shown = fitted(table.headings, widths, TEXT_WIDTH)
    for line in (*heads(table.headings, widths, shown), *([row[place] for place in shown] for row in cells)):
        parts = [
            padded(text, widths[place], right=table.headings[place].right)
            for place, text in zip(shown, line, strict=True)
        ]
        yield (" " * GAP).join(parts).rstrip()


# ---- HTML ----------------------------------------------------------------------------------------

_STYLES = {
    Tone.PLAIN: "",
    Tone.STRONG: "font-weight:bold",
    Tone.DIM: "color:#777777",
    Tone.GOOD: "color:#1a7f37",
    Tone.WARN: "color:#9a6700",
    Tone.BAD: "color:#b3261e;font-weight:bold",
}
_BODY = "font-family:Arial,Helvetica,sans-serif;font-size:14px;color:#222222"
_CELL = "padding:2px 12px 2px 0;vertical-align:top;border-bottom:1px solid #eeeeee"


def _html(page: Page) -> str:
    lines = [
        "<!DOCTYPE html>",
        f'<html><head><meta charset="utf-8"><title>{_safe(page.title)}</title></head>',
        f'<body style="{_BODY}">',
        f'<h1 style="font-size:20px;margin:0">{_safe(page.title)}</h1>',
    ]
    if page.subtitle:
        lines.append(f'<p style="color:#777777;margin:4px 0">{_safe(page.subtitle)}</p>')
    for section in page.sections:
        lines += _html_section(section)
    return "\n".join([*lines, "</body></html>", ""])


def _html_section(section: Section) -> Iterator[str]:
    yield f'<h2 style="font-size:16px;margin:20px 0 4px">{_safe(section.title)}</h2>'
    for words in section.words:
        yield f'<p style="margin:4px 0">{_safe(words)}</p>'
    if section.table is not None:
        yield from _html_table(section.table)
    if section.below:
        yield f'<p style="margin:4px 0;color:#777777">{_safe(section.below)}</p>'


def _html_table(table: Table) -> Iterator[str]:
    yield '<table cellspacing="0" cellpadding="0" style="border-collapse:collapse;font-size:14px">'
    heads = "".join(
        f'<th align="{_side(heading)}" style="{_CELL}">{_safe(heading.text)}</th>' for heading in table.headings
    )
    yield f"<tr>{heads}</tr>"
    for row in table.rows:
        cells = zip(table.headings, row, strict=True)
        yield f"<tr>{''.join(_html_cell(heading, cell) for heading, cell in cells)}</tr>"
    yield "</table>"


def _html_cell(heading: Heading, cell: Cell | Bar) -> str:
    style = ";".join(filter(None, (_CELL, _STYLES[cell.tone])))
    text = cell.drawn(_BAR) if isinstance(cell, Bar) else _safe(cell.text)
    return f'<td align="{_side(heading)}" style="{style}">{text}</td>'


def _side(heading: Heading) -> str:
    return "right" if heading.right else "left"


def _safe(text: str) -> str:
    return escape(one_line(text))
