"""The history of a ticket as lines, newest first: what happened last is what is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sdesk.domain.errors import BadInput
from sdesk.domain.instant import from_rfc3339
from sdesk.domain.safe_text import one_line
from sdesk.store.reader.rows import HistoryRow
from sdesk.tui.language import _
from sdesk.tui.render.lines import Line, line, wrap
from sdesk.tui.render.signals import clock_text, currency_sign, money_text

_LEFT_OUT = frozenset({"message", "kind", "currency", "rules", "events"})
"""What says nothing to a person, or is said with something else."""


def history_lines(
    history: tuple[HistoryRow, ...], *, width: int, label: int, now: datetime, zone: ZoneInfo
) -> Iterator[Line]:
    """All events; `label` is the width of the column with the time."""
    local = now.astimezone(zone)
    for event in reversed(history):
        when = clock_text(event.at.astimezone(zone), local)
        text = f"{one_line(event.actor)}  {event_text(event, now=local, zone=zone)}"
        short = len(when) < label - 1
        if not short:
            yield line((f" {when}", "dim"))
        for number, part in enumerate(wrap(text, max(8, width - label - 1))):
            head = f" {when:<{label - 1}}" if short and not number else " " * label
            yield line((head, "dim"), (part, "dim"))


def event_text(event: HistoryRow, *, now: datetime, zone: ZoneInfo) -> str:
    """An event and its values in one line: `assigned anna -> boris`, `waiting for requester until tomorrow 10:00`."""
    data = dict(event.data)
    words = [event.event.replace("_", " ")]
    if "old" in data or "new" in data:
        old, new = data.pop("old", None), data.pop("new", None)
        words.append(f"{old} -> {new or 'nobody'}" if old else f"-> {new or 'nobody'}")
    currency = currency_sign(str(data.get("currency", "")))
    for name, value in data.items():
        if name in _LEFT_OUT or value in (None, "", []) or isinstance(value, dict):
            # What has parts is for `sla explain` and `why`, which put it into sentences.
            continue
        if name.startswith("loss"):
            words.append(f"{money_text(Decimal(str(value)))} {currency}{'/h' if name.endswith('per_hour') else ''}")
        elif name == "waiting_for":
            words.append(f"for {value}")
        elif name in ("until", "since", "down_from", "down_to"):
            words.append(f"{name.removeprefix('down_').replace('_', ' ')} {_local(value, now, zone)}")
        elif name == "takes_part":
            words.append("" if value else "from somebody who takes no part")
        elif name == "channel":
            words.append(f"by {value}")
        elif name in ("reason", "priority"):
            words.append(str(value))
        else:
            words.append(f"{name.replace('_', ' ')} {_plain(value)}")
    if event.undone:
        words.append(_("(undone since)"))
    return one_line(" ".join(words))


def _local(value: Any, now: datetime, zone: ZoneInfo) -> str:
    try:
        return clock_text(from_rfc3339(str(value)).astimezone(zone), now)
    except BadInput:
        return str(value)


def _plain(value: Any) -> str:
    return ", ".join(str(part) for part in value) if isinstance(value, list) else str(value)
