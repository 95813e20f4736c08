"""Working hours in words: `mon-fri 09:00-18:00 (Europe/Moscow)`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sdesk.domain.worktime import DAYS, Calendar, Interval


def hours_words(calendar: Calendar) -> str:
    """The week of a calendar with its zone; days that are alike stand together."""
    parts = [f"{_days(days)} {_intervals(hours)}" for days, hours in _alike(calendar) if hours]
    return f"{', '.join(parts) or 'extra working days alone'} ({calendar.zone.key})"


def _alike(calendar: Calendar) -> Iterator[tuple[list[int], tuple[Interval, ...]]]:
    """Neighbouring days that have the same hours."""
    days: list[int] = []
    for day, hours in enumerate(calendar.week):
        if days and calendar.week[days[-1]] != hours:
            yield days, calendar.week[days[-1]]
            days = []
        days.append(day)
    yield days, calendar.week[days[-1]]


def _days(days: list[int]) -> str:
    return DAYS[days[0]] if len(days) == 1 else f"{DAYS[days[0]]}-{DAYS[days[-1]]}"


def _intervals(intervals: Iterable[Interval]) -> str:
    return " ".join(f"{_time(start)}-{_time(end)}" for start, end in intervals)


def _time(second: int) -> str:
    seconds = f":{second % 60:02}" if second % 60 else ""
    return f"{second // 3600:02}:{second % 3600 // 60:02}{seconds}"
