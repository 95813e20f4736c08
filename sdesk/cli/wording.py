"""Numbers and times with their words, as sentences of the command line have them."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from sdesk.domain.duration import format_duration

_LONG = timedelta(days=2)
"""From which on a person wants the day, and not how many hours there were since."""


def counted(number: int, word: str) -> str:
    """`1 ticket`, `1,204 tickets`."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def ago(at: datetime, now: datetime, zone: tzinfo) -> str:
    """`3h40m ago`, and of what is long past `on 2020-01-05`, in a time zone."""
    if now - at >= _LONG:
        return f"on {at.astimezone(zone):%Y-%m-%d}"
    return f"{format_duration(max(0, int((now - at).total_seconds())))} ago"


def since(at: datetime, now: datetime, zone: tzinfo) -> str:
    """`for 3h40m`, and of what lasts long `since 2020-01-05`, in a time zone."""
    if now - at >= _LONG:
        return f"since {at.astimezone(zone):%Y-%m-%d}"
    return f"for {format_duration(max(0, int((now - at).total_seconds())))}"
