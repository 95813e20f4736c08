"""How a ticket's state is said in signs and words: glyph first, colour last, and the signs in ASCII alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType

from sdesk.domain.duration import format_working
from sdesk.domain.ticket import SlaState, Status
from sdesk.store.reader.rows import TicketRow

SIGNALS: Mapping[SlaState, str] = MappingProxyType(
    {
        SlaState.BREACHED: "!!",
        SlaState.STALE: "::",
        SlaState.AT_RISK: "! ",
        SlaState.WAITING: "||",
        SlaState.NONE: "- ",
        SlaState.ON_TRACK: "  ",
    }
)

WROTE, CHANGED = "@", "+"

LEGEND: tuple[tuple[str, str], ...] = (
    ("DUE", "working time left, in hours of the promise's calendar; -3h10m is late"),
    ("!!", "breached: the promise is broken"),
    ("!", "at risk: most of the time is used"),
    ("::", "stale: broken long ago; stands below what can still be kept"),
    ("||", "waiting: the clocks stand still"),
    ("-", "nothing is promised"),
    ("@", "the requester wrote since an agent answered"),
    ("+", "changed since you looked, by somebody else"),
    ("&", "somebody else is writing to it just now"),
    ('"', "your unsent words are there"),
    (">", "the cursor"),
    ("*", "marked"),
    ("~", "before a loss: suspected, not confirmed"),
)
"""What the signs of the list mean, for the list of keys."""

DONE = frozenset({Status.RESOLVED, Status.CLOSED, Status.MERGED, Status.SPAM})


def due_text(due_in: int | None, state: SlaState) -> str:
    """The countdown in working time: `18m`, `-47m`, `-70h`; `-` without a deadline."""
    if due_in is None or state in (SlaState.WAITING, SlaState.NONE):
        return "-"
    if due_in == 0 and state in (SlaState.BREACHED, SlaState.STALE):
        # Broken in the very last working second, and the calendar stands still since.
        return "-0m"
    return format_working(due_in)


def age_text(since: datetime, now: datetime) -> str:
    """How long ago, in one unit: `2m`, `3h`, `5d`."""
    seconds = max(0, int((now - since).total_seconds()))
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def money_text(amount: Decimal) -> str:
    """A whole amount with blanks between thousands: `192 000`."""
    return f"{amount:,.0f}".replace(",", " ")


def short_money(amount: Decimal) -> str:
    """An amount in four cells: `950`, `192k`, `1.2M`."""
    whole = int(amount)
    if whole < 1000:
        return str(whole)
    if whole < 999_500:
        return f"{round(whole / 1000)}k"
    return f"{whole / 1_000_000:.1f}M"


_SYMBOLS = {"RUB": "₽", "EUR": "€", "USD": "$", "GBP": "£"}


def currency_sign(code: str) -> str:
    """The sign of a currency, or its ISO 4217 code."""
    return _SYMBOLS.get(code, code)


def loss_text(row: TicketRow, *, short: bool) -> str:
    """Loss per hour, `~` before one that is only suspected; empty without an outage."""
    if not row.loss_per_hour:
        return ""
    amount = short_money(row.loss_per_hour) if short else money_text(row.loss_per_hour)
    return amount if row.loss_confirmed else f"~{amount}"


def clock_text(at: datetime, now: datetime) -> str:
    """An instant as short as it stays clear, both in the desk's zone: `14:50`, `tomorrow 09:30`, `Mon 28 Sep 09:30`."""
    days = (at.date() - now.date()).days
    if days == 0:
        return f"{at:%H:%M}"
    if days in (1, -1):
        return f"{'tomorrow' if days == 1 else 'yesterday'} {at:%H:%M}"
    if abs(at - now) < timedelta(days=300):
        return f"{_DAYS[at.weekday()]} {at.day} {_MONTHS[at.month - 1]} {at:%H:%M}"
    return f"{at:%Y-%m-%d %H:%M}"


def day_text(at: datetime) -> str:
    """`Thu 24 Sep`, whatever the locale says."""
    return f"{_DAYS[at.weekday()]} {at.day} {_MONTHS[at.month - 1]}"


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def size_text(size: int) -> str:
    """Bytes for eyes: `18 kB`, `1.2 MB`."""
    if size < 1000:
        return f"{size} B"
    return f"{size / 1000:.0f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"
