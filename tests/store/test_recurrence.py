"""When recurring work occurs: the rules of RFC 5545 on a wall clock, whatever summer time does to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil import tz  # type: ignore[import-untyped]  # the library ships no types
from dateutil.rrule import rrulestr  # type: ignore[import-untyped]  # the same
from hypothesis import given
from hypothesis import strategies as st

from sdesk.domain.errors import BadInput
from sdesk.store.recurrence import next_occurrence, occurrences, require_bearable

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Europe/Moscow", "Asia/Kathmandu", "UTC")
LOCAL_TIMES = st.datetimes(datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2027-12-31"))
LONG_AGO, FAR_OFF = datetime(2020, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)


def local(rule: str, starts: str, zone: ZoneInfo = BERLIN, count: int = 5) -> list[str]:
    """The first occurrences, as the wall clock shows them."""
    found = occurrences(rule, starts, zone, LONG_AGO, FAR_OFF)[:count]
    return [f"{each.astimezone(zone):%Y-%m-%d %H:%M}" for each in found]


@st.composite
def rules(draw: st.DrawFn) -> str:
    """Rules that a desk would have."""
    parts = [f"FREQ={draw(st.sampled_from(('HOURLY', 'DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY')))}"]
    if draw(st.booleans()):
        parts.append(f"INTERVAL={draw(st.integers(1, 5))}")
    if draw(st.booleans()):
        days = draw(st.lists(st.sampled_from(("MO", "TU", "WE", "TH", "FR", "SA", "SU")), min_size=1, unique=True))
        parts.append(f"BYDAY={','.join(days)}")
    if draw(st.booleans()):
        parts.append(f"COUNT={draw(st.integers(1, 40))}")
    return ";".join(parts)


@given(
    rules(),
    LOCAL_TIMES,
    st.sampled_from(ZONES),
    st.timedeltas(timedelta(), timedelta(days=200)),
)
def test_they_are_the_librarys_local_times_each_once_on_a_clock_that_exists(
    rule: str, first: datetime, zone: str, later: timedelta
) -> None:
    first = first.replace(second=0, microsecond=0)
    own, theirs = ZoneInfo(zone), tz.gettz(zone)
    after = first.replace(tzinfo=UTC) - timedelta(days=2) + later
    until = after + timedelta(days=20)
    naive = rrulestr(rule, dtstart=first).between(first, first + timedelta(days=230), inc=True)
    expected = sorted({tz.resolve_imaginary(each.replace(tzinfo=theirs)).astimezone(UTC) for each in naive})
    found = occurrences(rule, first.isoformat(), own, after, until)
    assert list(found) == [each for each in expected if after < each <= until]
    coming = next_occurrence(rule, first.isoformat(), own, after)
    assert coming == (found[0] if found else coming)
    assert coming is None or found or coming > until


@given(LOCAL_TIMES, st.sampled_from(ZONES), st.integers(1, 30))
def test_asked_piece_by_piece_they_are_the_same(first: datetime, zone: str, hours: int) -> None:
    starts, own = first.replace(second=0, microsecond=0).isoformat(), ZoneInfo(zone)
    begin = first.replace(tzinfo=UTC, second=0, microsecond=0) - timedelta(days=1)
    end = begin + timedelta(days=12)
    whole = occurrences("FREQ=HOURLY;INTERVAL=2", starts, own, begin, end)
    pieces: list[datetime] = []
    while begin < end:
        until = min(begin + timedelta(hours=hours), end)
        pieces += occurrences("FREQ=HOURLY;INTERVAL=2", starts, own, begin, until)
        begin = until
    assert list(whole) == pieces


def test_nine_stays_nine_over_summer_time() -> None:
    assert local("FREQ=DAILY", "2027-03-27T09:00", count=3) == [
        "2027-03-27 09:00",
        "2027-03-28 09:00",
        "2027-03-29 09:00",
    ]
    found = occurrences("FREQ=DAILY", "2027-03-27T09:00", BERLIN, LONG_AGO, FAR_OFF)
    assert [each.hour for each in found[:3]] == [8, 7, 7]


def test_a_time_that_does_not_exist_moves_on_and_one_that_comes_twice_occurs_once() -> None:
    assert local("FREQ=DAILY", "2027-03-27T02:30", count=3) == [
        "2027-03-27 02:30",
        "2027-03-28 03:30",
        "2027-03-29 02:30",
    ]
    autumn = occurrences("FREQ=DAILY", "2027-10-30T02:30", BERLIN, LONG_AGO, FAR_OFF)[:3]
    assert [f"{each:%d %H:%M}" for each in autumn] == ["30 00:30", "31 00:30", "01 01:30"]
    # The skipped hour and the one after it are one instant.
    assert local("FREQ=HOURLY", "2027-03-28T01:30", count=3) == [
        "2027-03-28 01:30",
        "2027-03-28 03:30",
        "2027-03-28 04:30",
    ]


def test_what_a_skipped_hour_moved_is_not_forgotten_by_who_asks_just_before_it() -> None:
    just_before = datetime(2027, 3, 28, 1, 10, tzinfo=UTC)
    assert next_occurrence("FREQ=DAILY", "2027-03-27T02:30", BERLIN, just_before) == datetime(
        2027, 3, 28, 1, 30, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=MONTHLY;BYDAY=1MO", ["2026-12-07 09:00", "2027-01-04 09:00"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", ["2026-12-31 09:00", "2027-01-31 09:00"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", ["2026-12-31 09:00", "2027-01-29 09:00"]),
        ("RRULE:freq=weekly;byday=tu;interval=2", ["2026-12-01 09:00", "2026-12-15 09:00"]),
        ("FREQ=DAILY;UNTIL=20261202", ["2026-12-01 09:00", "2026-12-02 09:00"]),
        ("FREQ=DAILY;UNTIL=20261202T080000Z", ["2026-12-01 09:00", "2026-12-02 09:00"]),
        ("FREQ=DAILY;UNTIL=20261202T080000", ["2026-12-01 09:00"]),
        ("FREQ=DAILY;COUNT=1", ["2026-12-01 09:00"]),
    ],
)
def test_rules_of_desks(rule: str, expected: list[str]) -> None:
    assert local(rule, "2026-12-01T09:00", count=2) == expected
    require_bearable(rule, "2026-12-01T09:00", BERLIN)


def test_one_that_is_over_has_no_next() -> None:
    assert (
        next_occurrence("FREQ=DAILY;COUNT=2", "2026-12-01T09:00", BERLIN, datetime(2026, 12, 2, 8, tzinfo=UTC)) is None
    )


@pytest.mark.parametrize(
    ("rule", "what"),
    [
        ("FREQ=WEKLY", "did you mean `WEEKLY`?"),
        ("every monday", "is no RRULE"),
        ("BYDAY=MO", "does not say FREQ"),
        ("FREQ=DAILY;BYDAYS=MO", "did you mean `BYDAY`?"),
        ("FREQ=DAILY;INTERVAL=0", "a whole number from 1"),
        ("FREQ=DAILY;BYHOUR=24", "BYHOUR has no `24`"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20271231", "not by both"),
        ("FREQ=DAILY;UNTIL=20271331", "UNTIL has no"),
        ("FREQ=DAILY;FREQ=WEEKLY", "once"),
        ("FREQ=WEEKLY;BYDAY=MON", "BYDAY has no `MON`"),
        ("FREQ=MINUTELY", "more often than hourly"),
        ("FREQ=DAILY;BYHOUR=9;BYMINUTE=0,30", "more often than hourly"),
        ("FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30", "it never occurs"),
        ("FREQ=DAILY;UNTIL=20250101", "it never occurs"),
        ("FREQ=DAILY\nDTSTART:20260101T000000", "there is no FREQ=DAILY DTSTART"),
    ],
)
def test_what_is_no_rule_or_no_bearable_one_is_refused(rule: str, what: str) -> None:
    with pytest.raises(BadInput, match=what.replace("?", r"\?")):
        require_bearable(rule, "2026-12-01T09:00", BERLIN)
