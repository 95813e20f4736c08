"""Working time: a calendar's hours as instants, and the sums and deadlines that follow from them.

An instant is working time when the local clock of the calendar's zone then shows a time within the hours of its local
date. So every second of UTC is either in or out, once: an hour that the zone repeats counts both times where it lies
within the hours, and an hour that the zone skips never counts.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sdesk.domain.errors import BadInput
from sdesk.domain.nearest import did_you_mean

Interval = tuple[int, int]
"""Seconds from local midnight, 0 <= start < end <= 86400."""

DAY = 86_400
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_LAST_DAY = date.max.toordinal() - _EPOCH_ORDINAL
_STRETCH = 32 * DAY
"""How much of a calendar is laid out at once: small, since a command that starts afresh mostly looks days ahead."""
_PROBE = 4 * DAY
"""How far apart a zone's offset is asked for. No zone of the IANA database has changed its clocks twice within six days
since 1970. It divides a stretch."""
_PATIENCE = 20 * 366 * DAY // _STRETCH
"""Stretches without a second of working time after which a calendar is held to have none."""

_INTERVAL = re.compile(r"\s*(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})\s*")


class _Stretch(NamedTuple):
    """The working time of one stretch of UTC in epoch seconds: spans [start, end), sorted, a gap between any two."""

    starts: list[int]
    ends: list[int]
    before: list[int]
    """Working seconds of the stretch before each span."""
    total: int


@dataclass(frozen=True, eq=False)
class Calendar:
    """Working hours in a time zone. Hashed and compared by identity; `same_hours` compares what two of them say.

    Build one with `make_calendar`, which validates.
    """

    key: str
    zone: ZoneInfo
    week: tuple[tuple[Interval, ...], ...]
    """Seven days, Monday first; each sorted and without overlap."""
    free: frozenset[date]
    """Public holidays and the company's own free days."""
    working: Mapping[date, tuple[Interval, ...]]
    """Extra working days with their own hours; they hold over `free` and `week`."""
    _special: Mapping[int, tuple[Interval, ...]] = field(init=False, repr=False)
    """What holds over the week, by days since 1970: `working`, and nothing on the others of `free`."""
    _stretches: dict[int, _Stretch] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        special: dict[int, tuple[Interval, ...]] = dict.fromkeys(map(_day_number, self.free), ())
        special.update((_day_number(day), hours) for day, hours in self.working.items())
        object.__setattr__(self, "_special", special)


def make_calendar(
    key: str,
    zone: str | ZoneInfo,
    week: Sequence[Sequence[Interval]],
    free: Iterable[date] = (),
    working: Mapping[date, Sequence[Interval]] | None = None,
) -> Calendar:
    """A calendar of these parts; `zone` is an IANA name. BadInput where one is wrong, or no hour is worked at all."""
    name = f"calendar `{key}`"
    if len(week) != 7:
        raise BadInput(f"{name} has {len(week)} weekdays", "give seven, Monday first")
    days = tuple(_checked(hours, f"{name}, {DAYS[number]}") for number, hours in enumerate(week))
    extra: dict[date, tuple[Interval, ...]] = {}
    for day, hours in (working or {}).items():
        extra[day] = _checked(hours, f"{name}, {day}")
        if not extra[day]:
            raise BadInput(f"{name}: the extra working day {day} has no hours", "give it hours, or list it under free")
    if not extra and not any(days):
        raise BadInput(f"{name} has no working hours", 'give it some: hours = { mon-fri = ["09:00-18:00"] }')
    return Calendar(key, find_zone(zone), days, frozenset(free), MappingProxyType(extra))


def same_hours(one: Calendar, other: Calendar) -> bool:
    """Whether both say the same of every instant, whatever their names."""
    return one is other or (
        one.zone.key == other.zone.key
        and one.week == other.week
        and one.free == other.free
        and dict(one.working) == dict(other.working)
    )


def find_zone(name: str | ZoneInfo) -> ZoneInfo:
    """The time zone of an IANA name; BadInput with the nearest right name."""
    if isinstance(name, ZoneInfo):
        return name
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: the name of a folder, as "Europe"
        from zoneinfo import available_timezones  # only on the way to an error: it is slow

        remedy = did_you_mean(name, sorted(available_timezones()), "give an IANA name, as Europe/Moscow")
        raise BadInput(f"there is no time zone `{name}`", remedy) from error


def parse_intervals(texts: Iterable[str]) -> tuple[Interval, ...]:
    """The hours of one day, as `09:00-18:00` or `00:00-24:00`: sorted, and made one where they adjoin.

    BadInput for what is no interval, is empty, overlaps another, or goes past midnight (only `parse_week` knows the
    next day).
    """
    today: list[Interval] = []
    for text in texts:
        start, end = _parse_interval(text)
        if end > DAY:
            raise BadInput(f"`{text}` ends before it starts", "for one day write its part before 24:00")
        today.append((start, end))
    return _joined(today, "hours")


def parse_week(hours: Mapping[str, Sequence[str]]) -> tuple[tuple[Interval, ...], ...]:
    """Seven days of hours, Monday first, from a table as `{"mon-fri": ["09:00-18:00"], "sat": ["22:00-06:00"]}`.

    A key is a day, a range (`fri-mon` goes over the weekend) or a list of both (`mon,wed`). An interval that ends
    before it starts crosses midnight: its rest belongs to the next day. BadInput for unknown days and overlaps.
    """
    week: list[list[Interval]] = [[] for _ in DAYS]
    for key, texts in hours.items():
        intervals = [_parse_interval(text) for text in texts]
        for day in _parse_days(key):
            for start, end in intervals:
                week[day].append((start, min(end, DAY)))
                if end > DAY:
                    week[(day + 1) % 7].append((0, end - DAY))
    return tuple(_joined(intervals, DAYS[day]) for day, intervals in enumerate(week))


def add_working(calendar: Calendar, start: datetime, seconds: int) -> datetime:
    """The earliest instant (UTC) by which `seconds` of working time have passed since `start`; `start` itself for 0.

    Where they fit exactly, that is the end of an interval, not the start of the next one. BadInput where the calendar
    has no working time for 20 years, or the deadline lies past the year 9999.
    """
    if seconds < 0:
        raise ValueError("working time is added, never taken away")
    at = _epoch(start)
    if seconds == 0:
        return _instant(at)
    number = at // _STRETCH
    wanted = seconds + _worked(_stretch(calendar, number), at)
    for stretch in _stretches_from(calendar, number, start):
        if wanted <= stretch.total:
            span = bisect_left(stretch.before, wanted) - 1
            return _instant(stretch.starts[span] + wanted - stretch.before[span])
        wanted -= stretch.total
    raise AssertionError("the stretches end by an error")


def working_between(calendar: Calendar, start: datetime, end: datetime) -> int:
    """Working seconds from `start` to `end`; 0 where `end` is not after `start`."""
    first, last = _epoch(start), _epoch(end)
    if last <= first:
        return 0
    number, final = first // _STRETCH, last // _STRETCH
    between = sum(_stretch(calendar, each).total for each in range(number, final))
    return between + _worked(_stretch(calendar, final), last) - _worked(_stretch(calendar, number), first)


def next_working(calendar: Calendar, instant: datetime) -> datetime:
    """`instant` itself (UTC) within working time, else the next opening. BadInput where there is none for 20 years."""
    at = _epoch(instant)
    for stretch in _stretches_from(calendar, at // _STRETCH, instant):
        span = bisect_right(stretch.ends, at)
        if span < len(stretch.ends):
            return _instant(max(at, stretch.starts[span]))
    raise AssertionError("the stretches end by an error")


def is_working(calendar: Calendar, instant: datetime) -> bool:
    """Whether the second that begins at `instant` is working time."""
    at = _epoch(instant)
    stretch = _stretch(calendar, at // _STRETCH)
    span = bisect_right(stretch.starts, at) - 1
    return span >= 0 and at < stretch.ends[span]


def _stretches_from(calendar: Calendar, number: int, start: datetime) -> Iterator[_Stretch]:
    """The stretches from `number` on, until there has been no working time for too long."""
    empty = 0
    while (number + 2) * _STRETCH <= _LAST_DAY * DAY:
        stretch = _stretch(calendar, number)
        empty = 0 if stretch.total else empty + 1
        if empty > _PATIENCE:
            what = (
                f"calendar `{calendar.key}` has no working time in the 20 years from {_instant(_epoch(start)):%Y-%m-%d}"
            )
            raise BadInput(what, "give it hours in the desk file")
        yield stretch
        number += 1
    raise BadInput(f"there is not that much working time left in calendar `{calendar.key}`", "choose a shorter time")


def _stretch(calendar: Calendar, number: int) -> _Stretch:
    """Stretch `number` since 1970, laid out once."""
    known = calendar._stretches.get(number)
    if known is None:
        # Two threads may lay out the same stretch at once: both get the same, so no lock is needed.
        known = calendar._stretches[number] = _lay_out(calendar, number * _STRETCH, (number + 1) * _STRETCH)
    return known


def _lay_out(calendar: Calendar, low: int, high: int) -> _Stretch:
    """The working time of [low, high), both epoch seconds."""
    starts: list[int] = []
    ends: list[int] = []
    for begin, end, offset in _offsets(calendar.zone, low, high):
        for day in range((begin + offset) // DAY, (end - 1 + offset) // DAY + 1):
            midnight = day * DAY - offset
            for opens, closes in _hours_on(calendar, day):
                start, stop = max(midnight + opens, begin), min(midnight + closes, end)
                if start >= stop:
                    continue
                if ends and ends[-1] == start:
                    ends[-1] = stop
                else:
                    starts.append(start)
                    ends.append(stop)
    before: list[int] = []
    total = 0
    for start, stop in zip(starts, ends, strict=True):
        before.append(total)
        total += stop - start
    return _Stretch(starts, ends, before, total)


def _offsets(zone: ZoneInfo, low: int, high: int) -> Iterator[tuple[int, int, int]]:
    """[low, high) cut where the zone's offset changes, as (begin, end, offset), all in seconds.

    Looks every few days: no zone changes its clocks twice in between.
    """
    begin, offset = low, _offset(zone, low)
    for probe in range(low + _PROBE, high + 1, _PROBE):
        if _offset(zone, probe) == offset:
            continue
        same, other = probe - _PROBE, probe
        while other - same > 1:
            middle = (same + other) // 2
            if _offset(zone, middle) == offset:
                same = middle
            else:
                other = middle
        if other < high:
            yield begin, other, offset
            begin, offset = other, _offset(zone, other)
    yield begin, high, offset


def _offset(zone: ZoneInfo, at: int) -> int:
    """The zone's offset from UTC at an epoch second, in seconds."""
    offset = datetime.fromtimestamp(at, zone).utcoffset()
    return 0 if offset is None else offset.days * DAY + offset.seconds


def _hours_on(calendar: Calendar, day: int) -> tuple[Interval, ...]:
    """The hours of the local date that lies `day` days after 1970-01-01, which was a Thursday."""
    special = calendar._special.get(day)
    return calendar.week[(day + 3) % 7] if special is None else special


def _day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - _EPOCH_ORDINAL


def _worked(stretch: _Stretch, at: int) -> int:
    """Working seconds of the stretch before `at`, which lies in it or at its end."""
    span = bisect_right(stretch.starts, at) - 1
    return stretch.before[span] + min(at, stretch.ends[span]) - stretch.starts[span] if span >= 0 else 0


def _epoch(instant: datetime) -> int:
    if instant.tzinfo is None:
        raise ValueError("an instant without an offset")
    return int(instant.timestamp() // 1)


def _instant(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _parse_interval(text: str) -> Interval:
    """(start, end) of `HH:MM-HH:MM`; the end is past 86400 where it lies on the next day."""
    match = _INTERVAL.fullmatch(text)
    if match is None:
        raise BadInput(f"`{text}` is no interval", "write it as 09:00-18:00")
    hour, minute, until_hour, until_minute = (int(part) for part in match.groups())
    start, end = hour * 3600 + minute * 60, until_hour * 3600 + until_minute * 60
    if minute > 59 or until_minute > 59 or start >= DAY or end > DAY:
        raise BadInput(f"`{text}` is no interval", "hours go from 00:00 to 24:00")
    if start == end:
        raise BadInput(f"`{text}` is empty", "a whole day is 00:00-24:00")
    return (start, end) if end > start else (start, end + DAY)


def _parse_days(key: str) -> list[int]:
    """The days that `mon-fri`, `sat`, `mon,wed` or `fri-mon` names, 0 for Monday, each once."""
    days: list[int] = []
    for part in key.split(","):
        first, dash, last = part.partition("-")
        start = _parse_day(first, key)
        length = (_parse_day(last, key) - start) % 7 if dash else 0
        days += [(start + step) % 7 for step in range(length + 1)]
    if len(set(days)) < len(days):
        raise BadInput(f"`{key}` names a day twice", "name each day once")
    return days


def _parse_day(word: str, key: str) -> int:
    day = word.strip().lower()
    if day in DAYS:
        return DAYS.index(day)
    where = "" if word == key else f" in `{key}`"
    remedy = did_you_mean(day, DAYS, f"days are {', '.join(DAYS)}; ranges as mon-fri")
    raise BadInput(f"`{word.strip()}`{where} is no day", remedy)


def _joined(intervals: list[Interval], where: str) -> tuple[Interval, ...]:
    """Sorted, adjoining ones made one; BadInput where two overlap."""
    joined: list[Interval] = []
    for start, end in sorted(intervals):
        if joined and start < joined[-1][1]:
            raise BadInput(f"{where}: {_written(*joined[-1])} and {_written(start, end)} overlap", "make them one")
        if joined and start == joined[-1][1]:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)


def _checked(hours: Sequence[Interval], where: str) -> tuple[Interval, ...]:
    for start, end in hours:
        if not 0 <= start < end <= DAY:
            raise BadInput(f"{where}: `{start}-{end}` is no interval of a day", "seconds from midnight, 0 to 86400")
    return _joined(list(hours), where)


def _written(start: int, end: int) -> str:
    return "-".join(f"{at // 3600:02}:{at % 3600 // 60:02}" for at in (start, end))


ALWAYS = make_calendar("24x7", "UTC", [[(0, DAY)]] * 7)
"""Every second; the calendar that always exists."""
