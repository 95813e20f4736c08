"""Instants, as people write them and as programs do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sla_examples import BERLIN_ZONE, MOSCOW, ZONES, instants, moscow, utc

from sdesk.domain.errors import BadInput
from sdesk.domain.instant import Day, from_rfc3339, parse_instant, parse_until, to_rfc3339, weekday_and_time

NOW = moscow("2026-11-23 14:30:05")  # a Monday


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-24", moscow("2026-11-24 00:00")),
        ("2026-11-24 09:30", moscow("2026-11-24 09:30")),
        ("2026-11-24T09:30:15", moscow("2026-11-24 09:30:15")),
        ("2026-11-24T09:30:15.750", moscow("2026-11-24 09:30:15")),
        ("2026-11-24T09:30Z", utc("2026-11-24 09:30")),
        ("2026-11-24t09:30:00z", utc("2026-11-24 09:30")),
        ("2026-11-24 09:30 +01:00", utc("2026-11-24 08:30")),
        ("2026-11-24T09:30:00-0500", utc("2026-11-24 14:30")),
        ("now", NOW),
        ("2h", NOW + timedelta(hours=2)),
        ("+1h30m", NOW + timedelta(minutes=90)),
        ("-7d", NOW - timedelta(days=7)),
        ("today", moscow("2026-11-23 00:00")),
        ("Today 17:00", moscow("2026-11-23 17:00")),
        ("today 9:00", moscow("2026-11-23 09:00")),
        ("tomorrow", moscow("2026-11-24 00:00")),
        ("tomorrow 10:00", moscow("2026-11-24 10:00")),
        ("  TOMORROW   10:00 ", moscow("2026-11-24 10:00")),
        ("yesterday", moscow("2026-11-22 00:00")),
        ("tue", moscow("2026-11-24 00:00")),
        ("sunday", moscow("2026-11-29 00:00")),
        ("mon", moscow("2026-11-30 00:00")),  # today's midnight is past
        ("monday 09:00", moscow("2026-11-30 09:00")),
        ("mon 14:30", moscow("2026-11-30 14:30")),  # its second has passed
        ("mon 14:31", moscow("2026-11-23 14:31")),  # today: the nearest instant of that name
        ("on Monday at 18:00", moscow("2026-11-23 18:00")),
        ("at 14:31", moscow("2026-11-23 14:31")),
        ("пн 18:00", moscow("2026-11-23 18:00")),
        ("пн 12:00", moscow("2026-11-30 12:00")),
        ("ПТ 12:00", moscow("2026-11-27 12:00")),
        ("в пятницу в 12:00", moscow("2026-11-27 12:00")),
        ("во вторник", moscow("2026-11-24 00:00")),
        ("среда 9:00", moscow("2026-11-25 09:00")),
        ("завтра 9:00", moscow("2026-11-24 09:00")),
        ("послезавтра", moscow("2026-11-25 00:00")),
        ("сегодня 17:00", moscow("2026-11-23 17:00")),
        ("в 17:00", moscow("2026-11-23 17:00")),
        ("сейчас", NOW),
        ("Fri 18:00", moscow("2026-11-27 18:00")),
        ("14:31", moscow("2026-11-23 14:31")),
        ("14:30", moscow("2026-11-24 14:30")),  # its second has passed
        ("9:00", moscow("2026-11-24 09:00")),
    ],
)
def test_what_people_write(text: str, instant: datetime) -> None:
    found = parse_instant(text, now=NOW, zone=MOSCOW)
    assert found == instant
    assert found.tzinfo is UTC
    assert found.microsecond == 0


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("mon", moscow("2026-11-23 00:00")),
        ("mon 14:31", moscow("2026-11-16 14:31")),
        ("пт", moscow("2026-11-20 00:00")),
        ("tue 9:00", moscow("2026-11-17 09:00")),
        ("14:31", moscow("2026-11-22 14:31")),
        ("9:00", moscow("2026-11-23 09:00")),
        ("yesterday", moscow("2026-11-22 00:00")),
        ("2h", NOW + timedelta(hours=2)),
    ],
)
def test_who_looks_back_means_the_last_one(text: str, instant: datetime) -> None:
    assert parse_instant(text, now=NOW, zone=MOSCOW, past=True) == instant


def test_an_instant_is_said_with_its_day() -> None:
    assert weekday_and_time(moscow("2026-11-27 12:00"), MOSCOW) == "Fri 2026-11-27 12:00"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "at",
        "в",
        "пнд",
        "next friday",
        "fri 12",
        "2026",
        "2026-13-01",
        "2026-02-29",
        "2026-11-24 25:00",
        "2026-11-24 09:60",
        "2026-11-24T09",
        "24:00",
        "noon",
        "tomorrow 25:00",
        "tomorow",
        "mond",
        "10",
        "2x",
        "--2h",
        "-1046w",
        "0001-01-01",
        "9999-12-31T23:59:59-14:00",
        "tomorrow 10:00 +03:00",
    ],
)
def test_what_is_no_point_in_time(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_instant(text, now=NOW, zone=MOSCOW)
    assert caught.value.remedy


def test_the_remedy_shows_examples() -> None:
    with pytest.raises(BadInput, match=r"`soon` is no point in time\. write it as .*tomorrow 10:00"):
        parse_instant("soon", now=NOW, zone=MOSCOW)


def test_the_day_is_that_of_the_zone() -> None:
    late = utc("2026-11-23 22:30")  # 01:30 on Tuesday in Moscow
    assert parse_instant("today", now=late, zone=MOSCOW) == moscow("2026-11-24 00:00")
    assert parse_instant("today", now=late, zone=UTC) == utc("2026-11-23 00:00")
    assert parse_instant("tue", now=late, zone=MOSCOW) == moscow("2026-12-01 00:00")
    assert parse_instant("today", now=late, zone=timezone(timedelta(hours=9))) == utc("2026-11-23 15:00")


def test_a_time_that_the_clocks_skip_or_repeat() -> None:
    winter, summer = utc("2026-03-28 12:00"), utc("2026-10-24 12:00")
    assert parse_instant("tomorrow 02:30", now=winter, zone=BERLIN_ZONE) == utc("2026-03-29 01:30")  # 03:30
    assert parse_instant("tomorrow 02:30", now=summer, zone=BERLIN_ZONE) == utc("2026-10-25 00:30")  # the first
    between = utc("2026-10-25 00:45")  # 02:45, for the first time
    assert parse_instant("03:00", now=between, zone=BERLIN_ZONE) == utc("2026-10-25 02:00")


def test_a_day_is_a_day_of_24_hours_whatever_the_clocks_do() -> None:
    assert parse_instant("1d", now=utc("2026-03-28 12:00"), zone=BERLIN_ZONE) == utc("2026-03-29 12:00")


@given(instants(step=1), st.sampled_from(ZONES), st.integers(0, 23), st.integers(0, 59))
def test_a_time_alone_is_still_to_come_and_within_about_a_day(now: datetime, zone: str, hour: int, minute: int) -> None:
    found = parse_instant(f"{hour:02}:{minute:02}", now=now, zone=ZoneInfo(zone))
    assert now < found
    # A day with a change of clocks may be longer, and Samoa once skipped one.
    assert found - now <= timedelta(hours=27) or zone == "Pacific/Apia"


@given(instants(step=1))
def test_rfc_3339_there_and_back(instant: datetime) -> None:
    written = to_rfc3339(instant)
    assert written.endswith("Z")
    assert len(written) == 20
    assert from_rfc3339(written) == instant
    assert parse_instant(written, now=NOW, zone=MOSCOW) == instant
    assert to_rfc3339(instant.astimezone(MOSCOW)) == written


def test_rfc_3339_with_offsets_and_fractions() -> None:
    assert to_rfc3339(datetime(2026, 11, 23, 9, 30, 0, 999_999, UTC)) == "2026-11-23T09:30:00Z"
    assert from_rfc3339("2026-11-23T12:30:00.5+03:00") == utc("2026-11-23 09:30")
    assert from_rfc3339("2026-11-23T12:30:00+03:00").tzinfo is UTC


def test_an_instant_without_an_offset_is_a_bug_when_written() -> None:
    with pytest.raises(ValueError, match="without an offset"):
        to_rfc3339(datetime(2026, 11, 23))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize(
    "text", ["", "2026-11-23", "2026-11-23T09:30:00", "tomorrow", "2026-11-31T09:30:00Z", "0001-01-01T00:00:00+14:00"]
)
def test_what_is_not_rfc_3339(text: str) -> None:
    with pytest.raises(BadInput, match="is no date-time of RFC 3339"):
        from_rfc3339(text)


def test_lengths_from_now_are_read_in_russian_letters_too() -> None:
    assert parse_instant("2д", now=NOW, zone=MOSCOW) == parse_instant("2d", now=NOW, zone=MOSCOW)
    assert parse_instant("-1ч30м", now=NOW, zone=MOSCOW) == parse_instant("-1h30m", now=NOW, zone=MOSCOW)


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("tomorrow", Day(date(2026, 11, 24))),
        ("Завтра", Day(date(2026, 11, 24))),
        ("в пятницу", Day(date(2026, 11, 27))),
        ("on fri", Day(date(2026, 11, 27))),
        ("2026-12-01", Day(date(2026, 12, 1))),
        ("tomorrow 00:00", datetime(2026, 11, 23, 21, tzinfo=UTC)),
        ("2026-12-01 09:30", datetime(2026, 12, 1, 6, 30, tzinfo=UTC)),
        ("10:00", datetime(2026, 11, 24, 7, tzinfo=UTC)),
        ("2d", datetime(2026, 11, 25, 9, tzinfo=UTC)),
        ("now", datetime(2026, 11, 23, 9, tzinfo=UTC)),
    ],
)
def test_a_day_without_a_time_is_a_day_where_something_lasts_until_it(text: str, until: datetime | Day) -> None:
    moscow = ZoneInfo("Europe/Moscow")
    assert parse_until(text, now=datetime(2026, 11, 23, 9, tzinfo=UTC), zone=moscow) == until


def test_a_day_begins_at_its_midnight_in_a_zone() -> None:
    assert Day(date(2026, 11, 24)).begins(ZoneInfo("Europe/Moscow")) == datetime(2026, 11, 23, 21, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "someday", "tomorrow noon"])
def test_what_is_no_end_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        parse_until(text, now=datetime(2026, 11, 23, 9, tzinfo=UTC), zone=UTC)
