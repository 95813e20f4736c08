"""The one-line bars in words: the header's numbers, the views with their counts, the footer's keys."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.cells import cell_len

from sdesk.domain.safe_text import one_line
from sdesk.store.reader.rows import Counts
from sdesk.tui.actions import Command
from sdesk.tui.language import _, told
from sdesk.tui.render.columns import fit
from sdesk.tui.render.signals import age_text, currency_sign, day_text, money_text, short_money
from sdesk.tui.views import View
from sdesk.tui.widgets.bar import Part

DOT = Part(" · ", "dim")

# What a click on a number shows: exactly the tickets that it counts (`QueueViews.action_narrow`).
BURNING = "narrow('is:open is:burning -is:suspected')"
BREACHED = "narrow('is:breached')"
STALE = "narrow('is:open is:stale')"
DUE_SOON = "narrow('is:open due:1s..1h')"
OPEN = "narrow('is:open')"
SUSPECTED = "narrow('is:open is:suspected')"


def header(
    view: View, counts: Counts | None, currency: str, now: datetime, zone: ZoneInfo, width: int
) -> tuple[list[Part], list[Part]]:
    """Both sides of the header. Where all does not fit, date and long words give way first, then the last numbers."""
    for wide in (True, False):
        numbers = _numbers(counts, currency, short=not wide and width < 100)
        right = age_and_clock(counts, now, zone, wide=wide)
        title = view.title if wide or width >= 100 else view.short
        left = [Part(" sdesk ", "strong"), Part(f" {title}   " if wide else f" {title}  ", "text")]
        room = width - _width(right) - 1
        for place, number in enumerate(numbers):
            added = ([DOT] if place else []) + number
            if _width(left) + _width(added) > room:
                break
            left += added
        else:
            break
    return left, right


def _numbers(counts: Counts | None, currency: str, *, short: bool) -> list[list[Part]]:
    """What burns first; numbers of nothing are left out where they say nothing."""
    if counts is None:
        return []
    numbers: list[list[Part]] = []
    if counts.burning:
        amount = (short_money if short else money_text)(counts.burning_per_hour)
        money = _("{amount}/h").format(amount=f"{amount} {currency_sign(currency)}")
        burning = _("burning {count}").format(count=counts.burning)
        numbers += [[Part(burning, "loss", BURNING)], [Part(money, "loss", BURNING)]]
    breached = _("{count} breached").format(count=counts.breached)
    numbers.append([Part(breached, "breached" if counts.breached else "dim", BREACHED)])
    if counts.stale:
        # Beside the breached, so that nobody takes these for all that is late.
        numbers.append([Part(_("{count} stale").format(count=counts.stale), "text", STALE)])
    due = _("{count} due <1h").format(count=counts.due_within_hour)
    numbers.append([Part(due, "at-risk" if counts.due_within_hour else "dim", DUE_SOON)])
    numbers.append([Part(_("{count} open").format(count=counts.open), "text", OPEN)])
    if counts.quarantine:
        numbers.append([Part(_("quarantine {count}").format(count=counts.quarantine), "warning", "quarantine")])
    if counts.suspected:
        numbers.append([Part(_("~{count} suspected").format(count=counts.suspected), "at-risk", SUSPECTED)])
    return numbers


def age_and_clock(counts: Counts | None, now: datetime, zone: ZoneInfo, *, wide: bool) -> list[Part]:
    """The header's right side, which the time alone changes: how old the mail is, and what the desk's clock says."""
    local = now.astimezone(zone)
    parts: list[Part] = []
    if counts is not None and counts.fetched_at is not None:
        age = age_text(counts.fetched_at, now)
        words = _("mail {age} ago") if wide else _("mail {age}")
        parts.append(Part(words.format(age=age) + ("   " if wide else "  "), "dim"))
    if counts is not None and counts.fetch_error:
        parts.insert(0, Part(_("mail fails") + "  ", "warning"))
    return [*parts, Part(f"{day_text(local)} {local:%H:%M:%S} " if wide else f"{local:%H:%M} ", "text")]


def footer_parts(commands: Iterable[Command], width: int) -> list[Part]:
    """As many keys as there is room for, the last one (the list of keys) in any case; each can be clicked."""
    *most, keys = (
        [
            Part(f" {command.key}", "key", f"do('{command.id}')"),
            Part(f" {_(command.label)} ", "dim", f"do('{command.id}')"),
        ]
        for command in commands
    )
    room = width - _width(keys)
    parts: list[Part] = []
    for entry in most:
        if _width(entry) <= room:
            parts += entry
            room -= _width(entry)
    return [*parts, *keys]


def notice_bar(text: str, kind: str, way_back: str, about: str, width: int) -> tuple[list[Part], list[Part]]:
    """What the console answers, on one line whatever it quotes; at the right edge where one is, if there is room.

    Where it is too long, the sentence is cut, and never the `way_back` at its end: the key that undoes what was done.
    """
    style = {"error": "error", "alarm": "error", "good": "good"}.get(kind, "text")
    said = f" {one_line(told(text))}"
    right = [Part(f"  {about} ", "dim")]
    if not way_back or cell_len(said) + _width(right) <= width:
        return [Part(said, style)], right
    room = max(1, width - cell_len(way_back))
    return [Part(fit(said.removesuffix(way_back), room).rstrip() + way_back, style)], []


def _width(parts: Iterable[Part]) -> int:
    return sum(cell_len(part.text) for part in parts)
