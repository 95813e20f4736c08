"""The pages of `explain` and `why`: the entries that the command line prints too, for a pane."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from sdesk.domain.safe_text import one_line
from sdesk.reports.decided import Decided, sentences
from sdesk.reports.explained import Entry, Explained, Part, page
from sdesk.tui.language import _, told
from sdesk.tui.render.lines import Line, Span, line, pieces
from sdesk.tui.render.words import in_units

_BEFORE = 28
"""Cells before what a step says: its instant, and the working time used by then."""
_ROOMY = 70
"""Cells from which a step's sentence stands beside them, not below."""
_STYLES = {Part.TITLE: "author", Part.CLOCK: "author", Part.WRONG: "breached", Part.NOTE: "dim", Part.AGREES: "dim"}


def explain_lines(found: Explained, *, width: int, zone: ZoneInfo) -> list[Line]:
    """Every step of every clock, for `width` cells."""
    lines: list[Line] = []
    for entry in page(found, lambda at: when(at, zone), str(zone)):
        if entry.part is Part.CLOCK:
            lines.append(Line())
        lines += _entry(entry, width)
    return lines


def why_lines(found: Decided, *, width: int, zone: ZoneInfo) -> list[Line]:
    """What decided it, a sentence a paragraph."""
    lines = [line((f" {found.ticket.ref}  {one_line(found.ticket.subject)}", "author"))]
    for sentence in sentences(found, lambda at: when(at, zone)):
        lines.append(Line())
        lines += _broken(one_line(told(sentence)), (), "text", 1, width)
    return lines


def when(at: datetime | None, zone: ZoneInfo) -> str:
    """An instant with its day: an argument about a breach is about days."""
    return "" if at is None else f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def _entry(entry: Entry, width: int) -> Iterator[Line]:
    text, style = one_line(told(entry.text)), _STYLES.get(entry.part, "text")
    match entry.part:
        case Part.STEP | Part.SUM:
            at = entry.at or _("SUM")
            before: tuple[Span, ...] = ((f"  {at:<16}", "dim"), (f"{in_units(entry.used):>9} ", "label"))
            style = "agent" if entry.part is Part.SUM else "text"
            if width >= _ROOMY:
                yield from _broken(text, before, style, _BEFORE, width)
            else:
                yield line(*before)
                yield from _broken(text, (), style, 4, width)
        case Part.CLOCK:
            yield line((f" {text[:1].upper()}{text[1:]}", style))
        case Part.NOTE:
            yield from _broken(_("note: {text}").format(text=text), (), style, 2, width)
        case Part.WRONG:
            yield from _broken("!! " + _("IT DOES NOT ADD UP: {text}").format(text=text), (), style, 2, width)
        case _:
            yield from _broken(text, (), style, 1 if entry.part is Part.TITLE else 2, width)


def _broken(text: str, before: tuple[Span, ...], style: str, hang: int, width: int) -> Iterator[Line]:
    """A sentence on as many lines as it needs, each `hang` cells from the edge."""
    for place, piece in enumerate(pieces(text, max(20, width - hang - 1))):
        head = before if before and not place else ((" " * hang, "text"),)
        yield line(*head, (piece.text, style))
