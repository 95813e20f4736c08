"""How figures are written: for eyes on a page, and for programs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal

from sdesk.domain.instant import to_rfc3339

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NEAR = timedelta(days=300)
"""A day and a month that are so near say the year by themselves."""


def amount(value: Decimal, *, suspected: bool = False) -> str:
    """`180 000`, for eyes; `~` before what is only suspected."""
    return ("~" if suspected else "") + f"{value:,.0f}".replace(",", " ")


def plain_money(value: Decimal | None) -> str | None:
    """`180000.00`, for programs: a binary fraction would lose some."""
    return None if value is None else f"{value:.2f}"


def plain_instant(value: datetime | None) -> str | None:
    """RFC 3339 in UTC, for programs."""
    return None if value is None else to_rfc3339(value)


def counted(number: int, one: str, many: str = "") -> str:
    """`1 ticket`, `2 tickets`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def moment(value: datetime, zone: tzinfo, *, now: datetime | None = None) -> str:
    """`Mon 2026-11-23 12:30`, in a zone; beside `now` shorter: `Mon 23 Nov 12:30`, and of the same day `12:30`."""
    local = value.astimezone(zone)
    if now is None:
        return f"{_DAYS[local.weekday()]} {local:%Y-%m-%d %H:%M}"
    near = now.astimezone(zone)
    if local.date() == near.date():
        return f"{local:%H:%M}"
    if abs(local - near) > _NEAR:
        return f"{local:%Y-%m-%d %H:%M}"
    return f"{day(local.date())} {local:%H:%M}"


def day(value: date) -> str:
    """`Mon 23 Nov`: the same in every locale."""
    return f"{_DAYS[value.weekday()]} {value.day} {_MONTHS[value.month - 1]}"


def hours(seconds: int) -> str:
    """`12h30`: working time is counted in hours, since days are of different length. `20m` below one."""
    sign, left = ("-", -seconds) if seconds < 0 else ("", seconds)
    whole, minutes = left // 3600, left % 3600 // 60
    if not whole:
        return f"{sign}{minutes}m"
    return f"{sign}{whole}h{minutes:02}" if minutes else f"{sign}{whole}h"


def listed(parts: Iterable[str]) -> str:
    """What is not empty, with commas."""
    return ", ".join(filter(None, parts))
