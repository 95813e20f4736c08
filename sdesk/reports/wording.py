"""How figures are written for eyes: working time, shares, money, and what changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal

from sdesk.reports.page import Cell, Tone

NONE = "-"
"""Where there is no figure."""
MOST_ROWS = 10
"""Rows of a table of teams, services, units or equipment; the rest is counted."""


def working_time(seconds: int | None) -> str:
    """`42s`, `18m`, `3h40m`, `52h`: hours, never days, since a working day is as long as its calendar says."""
    if seconds is None:
        return NONE
    if seconds < 120:
        return f"{seconds}s"
    if seconds < 3600:
        return f"{seconds // 60}m"
    if seconds < 48 * 3600:
        return f"{seconds // 3600}h{seconds % 3600 // 60:02}m"
    return f"{seconds // 3600}h"


def signed_time(seconds: int) -> str:
    """The same of what may be less than nothing: `-3h40m`; `0` for none."""
    if not seconds:
        return "0"
    return working_time(seconds) if seconds > 0 else f"-{working_time(-seconds)}"


def counted(number: int, one: str) -> str:
    """`1 ticket`, `2 tickets`."""
    return f"{number} {one if number == 1 else f'{one}s'}"


def listed(parts: Iterable[str]) -> str:
    """What is not empty, with commas."""
    return ", ".join(filter(None, parts))


def percent(share: float | None) -> str:
    """`93%`. All is what is all: 99.9 % is not shown as 100."""
    if share is None:
        return NONE
    return f"{99 if 0.99 < share < 1 else round(share * 100)}%"


def amount(money: Decimal) -> str:
    """`1 240 000`: whole units of the currency; a little is not nothing."""
    if money == 0:
        return "0"
    return "<1" if money < 1 else f"{money:,.0f}".replace(",", " ")


def plain_count(number: int) -> str:
    """`1 240`."""
    return f"{number:,}".replace(",", " ")


def change(now: int | Decimal | None, earlier: int | Decimal | None) -> str:
    """`+8%`, `x12`: how much more or less than in the period before; empty where nothing can be compared."""
    if now is None or earlier is None:
        return ""
    if now == earlier:
        return "="
    if not earlier:
        return "new"
    ratio = now / earlier
    return f"x{ratio:.0f}" if ratio >= 10 else f"{round(float(ratio - 1) * 100):+d}%"


def points(now: float | None, earlier: float | None) -> str:
    """`+5 points`: a difference of shares."""
    if now is None or earlier is None:
        return ""
    difference = round((now - earlier) * 100)
    return f"{difference:+d} points" if difference else "="


def day(when: date) -> str:
    """`Mon 16 Nov`."""
    return f"{_DAYS[when.weekday()]} {when.day:2} {_MONTHS[when.month - 1]}"


def moment(when: datetime) -> str:
    """`16 Nov 09:30`, in whatever zone it is in."""
    return f"{when.day} {_MONTHS[when.month - 1]} {when:%H:%M}"


def when(instant: datetime, zone: tzinfo, *, now: datetime | None = None) -> str:
    """`Mon 2026-11-23 12:30` in a zone; beside `now` shorter: `Mon 23 Nov 12:30`, and of the same day `12:30`."""
    local = instant.astimezone(zone)
    if now is None:
        return f"{_DAYS[local.weekday()]} {local:%Y-%m-%d %H:%M}"
    near = now.astimezone(zone)
    if local.date() == near.date():
        return f"{local:%H:%M}"
    if abs(local - near) > _NEAR:
        return f"{local:%Y-%m-%d %H:%M}"
    return f"{day(local.date())} {local:%H:%M}"


def span(first: date, last: date) -> str:
    """`16 to 22 Nov 2026`, `28 Dec 2026 to 3 Jan 2027`."""
    end = f"{last.day} {_MONTHS[last.month - 1]} {last.year}"
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {end}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day} {_MONTHS[first.month - 1]}{year} to {end}"


def month(when: date) -> str:
    """`Nov 2026`."""
    return f"{_MONTHS[when.month - 1]} {when.year}"


def dim(text: str) -> Cell:
    """What is less important."""
    return Cell(text, Tone.DIM)


# Not the locale's words: a page reads the same wherever it is made.
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NEAR = timedelta(days=300)
"""A day and a month that are so near say the year by themselves."""


def left_out(count: int) -> str:
    """What stands below a table that has not all; nothing where it has."""
    return f"{count} more are in -o json and -o csv." if count > 0 else ""
