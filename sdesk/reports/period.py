"""Spans of time that reports are about: weeks from Monday, months, quarters, years, any days, in the desk's zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sdesk.domain.errors import BadInput

_LONGEST_YEARS = 20


class Span(StrEnum):
    """How long a period is."""

    WEEK = "week"
    """From Monday (ISO 8601)."""
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Period:
    """Instants from `start` up to, not with, `end`; both are midnights in `zone`, but for a period in progress."""

    start: datetime
    end: datetime
    zone: ZoneInfo

    @property
    def first_day(self) -> date:
        """The first day, in the zone."""
        return self.start.astimezone(self.zone).date()

    @property
    def last_day(self) -> date:
        """The last day of which a part lies in it."""
        return (self.end - timedelta(seconds=1)).astimezone(self.zone).date()

    def days(self) -> tuple[Period, ...]:
        """The period day by day; the last one is as long as the period goes."""
        found: list[Period] = []
        day = self.first_day
        while (begins := max(_midnight(day, self.zone), self.start)) < self.end:
            day += timedelta(days=1)
            found.append(Period(begins, min(_midnight(day, self.zone), self.end), self.zone))
        return tuple(found)

    def weeks(self) -> tuple[Period, ...]:
        """The period week by week, from Mondays; the first and the last may be shorter."""
        return self._joined(Span.WEEK)

    def months(self) -> tuple[Period, ...]:
        """The period month by month; the first and the last may be shorter."""
        return self._joined(Span.MONTH)

    def _joined(self, span: Span) -> tuple[Period, ...]:
        found: list[Period] = []
        for day in self.days():
            if found and _first_day(span, day.first_day) != day.first_day:
                found[-1] = Period(found[-1].start, day.end, self.zone)
            else:
                found.append(day)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Compared:
    """A period, and the one that it is compared with."""

    period: Period
    earlier: Period


def last(span: Span, *, now: datetime, zone: ZoneInfo) -> Compared:
    """The last whole week, month, quarter or year before now, and the one before it."""
    current = _first_day(span, now.astimezone(zone).date())
    begins = _back(span, current)
    return Compared(_between(begins, current, zone), _between(_back(span, begins), begins, zone))


def this(span: Span, *, now: datetime, zone: ZoneInfo) -> Compared:
    """The one in progress, up to now, and as much of the one before: up to the same day and time, or its end."""
    begins = _first_day(span, now.astimezone(zone).date())
    before = _back(span, begins)
    local = now.astimezone(zone)
    same_day = before + (local.date() - begins)
    same = datetime.combine(same_day, local.time(), zone).astimezone(UTC)
    start, earlier_start = _midnight(begins, zone), _midnight(before, zone)
    return Compared(Period(start, now, zone), Period(earlier_start, min(same, start), zone))


def between(first: date, final: date, zone: ZoneInfo) -> Compared:
    """From the first day to the final one, both included; and as many before. BadInput where it runs backwards."""
    if final < first:
        raise BadInput(f"the period from {first} to {final} runs backwards", "give the earlier day with --from")
    if final.year - first.year > _LONGEST_YEARS:
        raise BadInput(f"the period from {first} to {final} is longer than {_LONGEST_YEARS} years", "ask for less")
    following = final + timedelta(days=1)
    return Compared(_between(first, following, zone), _between(first - (following - first), first, zone))


def _between(first: date, following: date, zone: ZoneInfo) -> Period:
    return Period(_midnight(first, zone), _midnight(following, zone), zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _first_day(span: Span, day: date) -> date:
    """The first day of the week, month, quarter or year that a day is in."""
    match span:
        case Span.WEEK:
            return day - timedelta(days=day.weekday())
        case Span.MONTH:
            return day.replace(day=1)
        case Span.QUARTER:
            return day.replace(month=day.month - (day.month - 1) % 3, day=1)
        case Span.YEAR:
            return day.replace(month=1, day=1)


def _back(span: Span, first: date) -> date:
    """The first day of the one before."""
    return _first_day(span, first - timedelta(days=1))
