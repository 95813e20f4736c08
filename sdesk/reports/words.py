"""How figures are written: for eyes on a page, and for programs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, tzinfo
from decimal import Decimal

from sdesk.domain.instant import to_rfc3339

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


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
    """`Mon 2026-11-23 12:30`, in a zone; only the time where it is of the same day as `now`."""
    local = value.astimezone(zone)
    if now is not None and local.date() == now.astimezone(zone).date():
        return f"{local:%H:%M}"
    return f"{day(local.date())} {local:%H:%M}"


def day(value: date) -> str:
    """`Mon 2026-11-23`: the same in every locale."""
    return f"{_DAYS[value.weekday()]} {value.isoformat()}"


def listed(parts: Iterable[str]) -> str:
    """What is not empty, with commas."""
    return ", ".join(filter(None, parts))
