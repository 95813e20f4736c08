"""How a ticket's state is said in signs and words: glyph first, colour last, and the signs in ASCII alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from decimal import Decimal
from types import MappingProxyType
from zoneinfo import ZoneInfo

from sdesk.domain.instant import Day
from sdesk.domain.ticket import SlaState, Status
from sdesk.store.reader.rows import TicketRow
from sdesk.tui.drawing import in_ascii
from sdesk.tui.language import N_, _
from sdesk.tui.render.words import in_units, length_text

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
    (N_("DUE"), N_("working time left, in hours of the promise's calendar; -3h10m is late")),
    ("!!", N_("breached: the promise is broken")),
    ("!", N_("at risk: most of the time is used")),
    ("::", N_("stale: breached long ago; stands below what can still be kept")),
    ("||", N_("waiting: the resolution clock stands still")),
    ("-", N_("nothing is promised")),
    ("@", N_("the requester wrote since an agent answered")),
    ("+", N_("changed since you looked, by somebody else")),
    ("&", N_("somebody else is writing to it just now")),
    ('"', N_("your unsent words are there")),
    (">", N_("the cursor")),
    ("*", N_("marked")),
    ("~", N_("before a loss: suspected, not confirmed")),
)
"""What the signs of the list mean, for the list of keys; `_` says them."""

DONE = frozenset({Status.RESOLVED, Status.CLOSED, Status.MERGED, Status.SPAM})


def due_text(due_in: int | None, state: SlaState) -> str:
    """The countdown in working time: `18m`, `-47m`, `-70h`; `-` without a deadline."""
    if due_in is None or state in (SlaState.WAITING, SlaState.NONE):
        return "-"
    if due_in == 0 and state in (SlaState.BREACHED, SlaState.STALE):
        # Broken in the very last working second, and the calendar stands still since.
        return in_units("-<1m")
    return length_text(due_in)


def age_text(since: datetime, now: datetime) -> str:
    """How long ago, in one unit: `2m`, `3h`, `5d`."""
    seconds = max(0, int((now - since).total_seconds()))
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size:
            return in_units(f"{seconds // size}{unit}")
    return in_units(f"{seconds}s")


def money_text(amount: Decimal) -> str:
    """A whole amount with blanks between thousands: `192 000`."""
    return f"{amount:,.0f}".replace(",", " ")


def short_money(amount: Decimal) -> str:
    """An amount in four cells: `950`, `192k`, `1.2M`."""
    whole = int(amount)
    if whole < 1000:
        return str(whole)
    if whole < 999_500:
        return _("{amount}k").format(amount=round(whole / 1000))
    return _("{amount:.1f}M").format(amount=whole / 1_000_000)


_SYMBOLS = {"RUB": "₽", "EUR": "€", "USD": "$", "GBP": "£"}


def currency_sign(code: str) -> str:
    """The sign of a currency, or its ISO 4217 code."""
    return code if in_ascii() else _SYMBOLS.get(code, code)


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
        return f"{_('tomorrow') if days == 1 else _('yesterday')} {at:%H:%M}"
    if abs(at - now) < timedelta(days=300):
        return f"{day_text(at)} {at:%H:%M}"
    return f"{at:%Y-%m-%d %H:%M}"


def end_text(end: datetime | Day, now: datetime, zone: ZoneInfo) -> str:
    """Until when: `tomorrow 09:30`; of a day alone, `tomorrow, when the hours begin`."""
    if not isinstance(end, Day):
        return clock_text(end.astimezone(zone), now.astimezone(zone))
    days = (end.date - now.astimezone(zone).date()).days
    day = _("tomorrow") if days == 1 else day_text(datetime.combine(end.date, time()))
    return _("{day}, when the hours begin").format(day=day)


def day_text(at: datetime) -> str:
    """`Thu 24 Sep`, in the console's language whatever the locale says."""
    return f"{_(_DAYS[at.weekday()])} {at.day} {_(_MONTHS[at.month - 1])}"


_DAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))
_MONTHS = (
    *(N_("Jan"), N_("Feb"), N_("Mar"), N_("Apr"), N_("May"), N_("Jun")),
    *(N_("Jul"), N_("Aug"), N_("Sep"), N_("Oct"), N_("Nov"), N_("Dec")),
)


def size_text(size: int) -> str:
    """Bytes for eyes: `18 kB`, `1.2 MB`."""
    if size < 1000:
        return _("{size} B").format(size=size)
    if size < 1_000_000:
        return _("{size:.0f} kB").format(size=size / 1000)
    return _("{size:.1f} MB").format(size=size / 1_000_000)
