"""The calendars of the worked examples, random ones, and a slow minute-by-minute reference for the fast sums."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from sdesk.domain.worktime import DAYS, Calendar, Interval, make_calendar, parse_week

MOSCOW = ZoneInfo("Europe/Moscow")
BERLIN_ZONE = ZoneInfo("Europe/Berlin")
MINUTE = timedelta(minutes=1)

# What the state published for Russia: holidays and moved days off, as a desk stores them.
RUSSIA = frozenset(
    [date(year, 1, day) for year in (2026, 2027) for day in range(1, 9)]
    + [date(2026, 1, 9), date(2026, 2, 23), date(2026, 3, 9), date(2026, 5, 1), date(2026, 5, 11), date(2026, 6, 12)]
    + [date(2026, 11, 4), date(2026, 12, 31), date(2027, 2, 22), date(2027, 2, 23), date(2027, 3, 8)]
)

OFFICE = make_calendar("office", "Europe/Moscow", parse_week({"mon-fri": ["09:00-18:00"]}), free=RUSSIA)
BERLIN = make_calendar("berlin", "Europe/Berlin", parse_week({"mon-fri": ["09:00-17:00"]}))
STORE = make_calendar("store", "Europe/Moscow", parse_week({"mon-sun": ["10:00-22:00"]}))
NIGHT = make_calendar("night", "Europe/Berlin", parse_week({"sat": ["22:00-06:00"]}))


def moscow(text: str) -> datetime:
    """An instant from Moscow's wall clock."""
    return datetime.fromisoformat(text).replace(tzinfo=MOSCOW).astimezone(UTC)


def berlin(text: str) -> datetime:
    """An instant from Berlin's wall clock."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN_ZONE).astimezone(UTC)


def utc(text: str) -> datetime:
    """An instant from a clock in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def slow_is_working(calendar: Calendar, instant: datetime) -> bool:
    """By definition: the local clock shows a time within the hours of its local date."""
    local = instant.astimezone(calendar.zone)
    day = local.date()
    if day in calendar.working:
        hours = calendar.working[day]
    elif day in calendar.free:
        hours = ()
    else:
        hours = calendar.week[day.weekday()]
    second = local.hour * 3600 + local.minute * 60 + local.second
    return any(start <= second < end for start, end in hours)


def slow_minutes(calendar: Calendar, start: datetime, end: datetime) -> list[datetime]:
    """Every working minute from `start` to `end`, each by its beginning; all of the calendar is in whole minutes."""
    count = int((end - start) / MINUTE)
    return [at for number in range(count) if slow_is_working(calendar, at := start + number * MINUTE)]


def slow_is_on_shift(hours: dict[str, list[str]], local: datetime) -> bool:
    """By definition of the desk file's text: within an interval of its day, or in the rest of one of the day before."""
    today, second = local.weekday(), local.hour * 3600 + local.minute * 60 + local.second
    for day, texts in hours.items():
        for text in texts:
            start, end = (int(part[:2]) * 3600 + int(part[3:]) * 60 for part in text.split("-"))
            number = DAYS.index(day)
            if start < end:
                if today == number and start <= second < end:
                    return True
            elif (today == number and second >= start) or (today == (number + 1) % 7 and second < end):
                return True
    return False


@st.composite
def shifts(draw: st.DrawFn) -> dict[str, list[str]]:
    """Hours as a desk file has them: one shift a day, many of them over midnight, none into the next one."""
    found: dict[str, list[str]] = {}
    for day in draw(st.sets(st.sampled_from(DAYS), min_size=1)):
        start = draw(st.integers(12 * 60, 24 * 60 - 1))
        length = draw(st.integers(1, 24 * 60 - 1))
        # It ends at the latest at noon of the next day, before the next one can begin.
        end = min(start + length, 36 * 60) % (24 * 60)
        ends = "24:00" if end == 0 else f"{end // 60:02}:{end % 60:02}"
        found[day] = [f"{start // 60:02}:{start % 60:02}-{ends}"]
    return found


ZONES = [
    "UTC",
    "Europe/Moscow",  # moved without summer time: 2011, 2014
    "Europe/Berlin",
    "Europe/Dublin",  # summer time is its standard time
    "America/New_York",
    "America/Sao_Paulo",  # changed at midnight
    "America/Havana",  # repeats the first hour of a day
    "Africa/Casablanca",  # goes back for one month
    "Australia/Lord_Howe",  # by half an hour
    "Antarctica/Troll",  # by two hours
    "Asia/Kathmandu",  # 5:45
    "Asia/Tehran",
    "Pacific/Apia",  # had no 30 December 2011
]

# Instants near which one of these zones changes its clocks.
CHANGES = [
    "2026-03-29 01:00",
    "2026-10-25 01:00",
    "2026-03-08 07:00",
    "2026-11-01 06:00",
    "2026-11-01 05:00",
    "2018-11-04 03:00",
    "2018-02-18 02:00",
    "2026-02-15 02:00",
    "2026-03-22 02:00",
    "2026-04-04 15:00",
    "2026-10-03 15:30",
    "2011-12-30 10:00",
    "2014-10-25 22:00",
    "2011-03-26 23:00",
    "2022-09-21 19:30",
]


def intervals(step: int = 60) -> st.SearchStrategy[tuple[Interval, ...]]:
    """Up to three intervals of one day, on multiples of `step` seconds; often 00:00, 24:00 or the hours of a change."""
    point = st.one_of(
        st.integers(0, 86_400 // step),
        st.sampled_from([0, 1800, 3600, 7200, 9000, 10_800, 86_400]).map(lambda second: second // step),
    )
    return st.sets(point, min_size=0, max_size=6).map(
        lambda points: tuple(
            (start * step, end * step) for start, end in zip(sorted(points)[::2], sorted(points)[1::2], strict=False)
        )
    )


def days() -> st.SearchStrategy[date]:
    """Dates around the changes, so that holidays and changes meet."""
    return st.builds(
        lambda change, ahead: (utc(change) + timedelta(days=ahead)).date(),
        st.sampled_from(CHANGES),
        st.integers(-3, 3),
    )


@st.composite
def calendars(draw: st.DrawFn, step: int = 60) -> Calendar:
    """A calendar with at least one working hour in some week."""
    week = [list(draw(intervals(step))) for _ in range(7)]
    if not any(week):
        week[draw(st.integers(0, 6))] = [(9 * 3600, 18 * 3600)]
    free = draw(st.sets(days(), max_size=4))
    working = draw(st.dictionaries(days(), intervals(step).filter(bool), max_size=3))
    return make_calendar("random", draw(st.sampled_from(ZONES)), week, free, working)


def instants(step: int = 60) -> st.SearchStrategy[datetime]:
    """Instants on multiples of `step` seconds, half of them within two days of a change of clocks."""
    near = st.builds(
        lambda change, ahead: utc(change) + timedelta(seconds=ahead * step),
        st.sampled_from(CHANGES),
        st.integers(-2 * 86_400 // step, 2 * 86_400 // step),
    )
    anywhere = st.integers(1_100_000_000 // step, 2_000_000_000 // step).map(
        lambda at: datetime.fromtimestamp(at * step, UTC)
    )
    return st.one_of(near, anywhere)
