"""The history of a ticket as lines, newest first: what happened last is what is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sdesk.tui.render.events import NO_TITLES, Titles, actor_text, event_text
from sdesk.tui.render.lines import Line, line, pieces
from sdesk.tui.render.signals import clock_text

if TYPE_CHECKING:
    from sdesk.store.reader.detail_rows import HistoryRow


def history_lines(
    history: tuple[HistoryRow, ...],
    *,
    width: int,
    label: int,
    now: datetime,
    zone: ZoneInfo,
    titles: Titles = NO_TITLES,
) -> Iterator[Line]:
    """All events; `label` is the width of the column with the time."""
    local = now.astimezone(zone)
    for event in reversed(history):
        when = clock_text(event.at.astimezone(zone), local)
        text = f"{actor_text(event)}  {event_text(event, now=local, zone=zone, titles=titles)}"
        short = len(when) < label - 1
        if not short:
            yield line((f" {when}", "dim"))
        for number, piece in enumerate(pieces(text, max(8, width - label - 1))):
            head = f" {when:<{label - 1}}" if short and not number else " " * label
            yield Line(((head, "dim"), (piece.text, "dim")), glue=piece.glue, skip=len(head) + piece.indent)
