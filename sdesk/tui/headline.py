"""The one-line bars in words: the header's numbers, the views with their counts, the footer's keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.cells import cell_len

from sdesk.domain.safe_text import one_line
from sdesk.store.reader.rows import Counts
from sdesk.tui.actions import Command
from sdesk.tui.signals import age_text, currency_sign, day_text, money_text
from sdesk.tui.views import View
from sdesk.tui.widgets.bar import Part

DOT = Part(" · ", "dim")


def header_left(title: str, counts: Counts | None, currency: str, width: int) -> list[Part]:
    """Name of the view, then what burns; numbers of nothing are left out, and the last ones where there is no room."""
    parts = [Part(" sdesk ", "strong"), Part(f" {title}   ", "text")]
    if counts is None:
        return parts
    numbers: list[list[Part]] = []
    if counts.burning:
        money = f"{money_text(counts.burning_per_hour)} {currency_sign(currency)}/h"
        numbers += [[Part(f"burning {counts.burning}", "loss")], [Part(money, "loss")]]
    numbers.append([Part(f"{counts.breached} breached", "breached" if counts.breached else "dim")])
    numbers.append([Part(f"{counts.due_within_hour} due <1h", "at-risk" if counts.due_within_hour else "dim")])
    if counts.stale:
        numbers.append([Part(f"{counts.stale} stale", "text")])
    numbers.append([Part(f"{counts.open} open", "text")])
    if counts.quarantine:
        numbers.append([Part(f"quarantine {counts.quarantine}", "warning")])
    if counts.suspected:
        numbers.append([Part(f"~{counts.suspected} suspected", "at-risk")])
    for place, number in enumerate(numbers):
        added = ([DOT] if place else []) + number
        if _width(parts) + _width(added) > width:
            break
        parts += added
    return parts


def header_right(counts: Counts | None, now: datetime, zone: ZoneInfo, *, wide: bool) -> list[Part]:
    """How old the mail is, and the time at the desk."""
    local = now.astimezone(zone)
    parts: list[Part] = []
    if counts is not None and counts.fetched_at is not None:
        age = age_text(counts.fetched_at, now)
        parts.append(Part(f"mail {age} ago   " if wide else f"mail {age}  ", "dim"))
    if counts is not None and counts.fetch_error:
        parts.insert(0, Part("mail fails  ", "warning"))
    return [*parts, Part(f"{day_text(local)} {local:%H:%M:%S} " if wide else f"{local:%H:%M} ", "text")]


def view_parts(views: Sequence[View], counts: Sequence[int], active: int, width: int) -> list[Part]:
    """The views by digit; the active one stands in brackets, so that it is seen without colour."""
    for short in (False, True):
        parts: list[Part] = [Part(" ")]
        for place, view in enumerate(views):
            name = view.short if short else view.name
            count = f" {counts[place]}" if place < len(counts) else ""
            label = f"{view.digit} {name}{count}"
            on = place == active
            text = f"[{label}]" if on else f" {label} "
            parts.append(Part(text, "on" if on else "dim", f"view_{view.digit}"))
        if _width(parts) <= width:
            break
    return parts


def footer_parts(commands: Iterable[Command], width: int) -> list[Part]:
    """As many keys as there is room for, the last one (the list of keys) in any case; each can be clicked."""
    *most, keys = (
        [Part(f" {command.key}", "key", command.id), Part(f" {command.label} ", "dim", command.id)]
        for command in commands
    )
    room = width - _width(keys)
    parts: list[Part] = []
    for entry in most:
        if _width(entry) <= room:
            parts += entry
            room -= _width(entry)
    return [*parts, *keys]


def notice_part(text: str, kind: str) -> Part:
    """What the console answers, on one line whatever it quotes."""
    return Part(f" {one_line(text)}", {"error": "error", "good": "good"}.get(kind, "text"))


def _width(parts: Iterable[Part]) -> int:
    return sum(cell_len(part.text) for part in parts)
