"""Working time in this process: a deadline three years ahead, beside walking through the days as one would by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sdesk.domain.worktime import Calendar, add_working, make_calendar, parse_week, working_between

from .measure import Line, best_ms

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TARGET = 3 * 247 * 9 * 3600
"""Working seconds of about three years of an office."""
HOLIDAYS = [date(year, month, day) for year in range(2026, 2031) for month, day in ((1, 1), (5, 1), (12, 25), (12, 26))]
MOST_MS = 1.0
"""What a deadline three years ahead may take, laid out or not."""


def measure(folder: Path, programs: Path, runs: int) -> list[Line]:
    """The section's lines."""
    runs = max(runs * 5, 20)

    def fresh() -> Calendar:
        return make_calendar("office", "Europe/Berlin", parse_week({"mon-fri": ["09:00-18:00"]}), HOLIDAYS)

    known = fresh()
    due = add_working(known, START, TARGET)
    walked = best_ms(lambda: by_days(known, START, TARGET), runs)
    new = best_ms(lambda: add_working(fresh(), START, TARGET), runs)
    again = best_ms(lambda: add_working(known, START, TARGET), runs)
    between = best_ms(lambda: working_between(known, START, due), runs)
    if by_days(known, START, TARGET).date() != due.date():
        raise AssertionError("the two ways disagree")
    return [
        Line("three years ahead, a calendar that is new", None, new, "ms", MOST_MS),
        Line("the same, against a walk day by day", walked, new, "ms", 1.0),
        Line("three years ahead, a calendar that is known", None, again, "ms", MOST_MS),
        Line("the same, against a walk day by day", walked, again, "ms", 0.1),
        Line("what was worked in those three years", walked, between, "ms", 0.1),
    ]


def by_days(calendar: Calendar, start: datetime, seconds: int) -> datetime:
    """The floor: one local day after the other, with no more thought than it takes; the day alone is right."""
    zone = calendar.zone
    day, left = start.astimezone(zone).date(), seconds
    at = start
    while left > 0:
        if day not in calendar.free:
            for opens, closes in calendar.week[day.weekday()]:
                midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
                begins = max((midnight + timedelta(seconds=opens)).astimezone(UTC), start)
                ends = (midnight + timedelta(seconds=closes)).astimezone(UTC)
                if begins < ends:
                    used = min(int((ends - begins).total_seconds()), left)
                    left -= used
                    at = begins + timedelta(seconds=used)
        day += timedelta(days=1)
    return at
