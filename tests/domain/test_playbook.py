"""When a step's time comes, in calendar and working days; circles; what is put into a text."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sla_examples import moscow

from sdesk.domain.errors import BadInput
from sdesk.domain.playbook import (
    Counted,
    Offset,
    Step,
    begins,
    circle,
    filled,
    opens_at,
    parse_day,
    parse_offset,
    require_places,
    write_day,
)
from sdesk.domain.worktime import ALWAYS, make_calendar, parse_intervals, parse_week

MOSCOW = ZoneInfo("Europe/Moscow")
NEW_YORK = ZoneInfo("America/New_York")
OFFICE = make_calendar("office", MOSCOW, parse_week({"mon-fri": ["09:00-18:00"]}), [date(2027, 2, 22)])


def opens(at: str, day: str, *, working: bool = False, zone: ZoneInfo = MOSCOW) -> datetime | None:
    step = Step("x", "X", at=parse_offset(at), counted=Counted.WORKING if working else Counted.CALENDAR)
    return opens_at(step, parse_day(day), zone, OFFICE)


@pytest.mark.parametrize(
    ("text", "offset"),
    [("-30d", (-30, 0)), ("0d", (0, 0)), ("+2w", (14, 0)), ("+1h", (0, 3600)), ("90m", (0, 5400)), (" -1d ", (-1, 0))],
)
def test_an_offset(text: str, offset: tuple[int, int]) -> None:
    assert parse_offset(text) == Offset(*offset)


@pytest.mark.parametrize("text", ["", "d", "30", "--1d", "1d2h", "-99999d", "1y", "١d"])
def test_no_offset(text: str) -> None:
    with pytest.raises(BadInput):
        parse_offset(text)


def test_calendar_days_begin_at_midnight_or_at_the_time_of_the_day() -> None:
    assert opens("-30d", "2027-03-01") == moscow("2027-01-30 00:00")
    assert opens("0d", "2027-03-01T09:30") == moscow("2027-03-01 09:30")
    assert opens("+1h", "2027-03-01T09:30") == moscow("2027-03-01 10:30")
    # Clocks are put forward on the 14th: a day is a day all the same, and an hour an hour.
    assert opens("-1d", "2027-03-15", zone=NEW_YORK) == datetime(2027, 3, 14, 0, 0, tzinfo=NEW_YORK)
    assert opens("+3h", "2027-03-14", zone=NEW_YORK) == datetime(2027, 3, 14, 4, 0, tzinfo=NEW_YORK)


def test_working_days_are_those_of_the_team_and_begin_with_its_hours() -> None:
    # Monday, the 1st of March; the 22nd of February is free.
    assert opens("-1d", "2027-03-01", working=True) == moscow("2027-02-26 09:00")
    assert opens("-5d", "2027-03-01", working=True) == moscow("2027-02-19 09:00")
    assert opens("+1w", "2027-03-01", working=True) == moscow("2027-03-10 09:00")
    # A day that is none of them: the next one that is.
    assert opens("0d", "2027-02-20", working=True) == moscow("2027-02-23 09:00")
    assert opens("+1d", "2027-02-20", working=True) == moscow("2027-02-23 09:00")


def test_a_calendar_without_working_days_is_said() -> None:
    never = make_calendar("never", MOSCOW, parse_week({}), working={date(2000, 1, 3): parse_intervals(["09:00-18:00"])})
    step = Step("x", "X", at=Offset(-1, 0), counted=Counted.WORKING)
    with pytest.raises(BadInput, match="has no working"):
        opens_at(step, parse_day("2027-03-01"), MOSCOW, never)


def test_days_before_there_were_any_are_said() -> None:
    with pytest.raises(BadInput, match="no such day"):
        opens("-3000d", "0002-01-01")


@given(st.integers(-400, 400), st.dates(date(2025, 1, 1), date(2030, 1, 1)))
def test_further_away_is_never_earlier(days: int, day: date) -> None:
    one, other = (opens(f"{each:+}d", str(day), working=True) for each in (days, days + 1))
    assert one is not None
    assert other is not None
    assert one < other or days == -1  # a day that is none, and the next one that is, are the same from before
    step = Step("x", "X", at=Offset(days, 0))
    assert opens_at(step, parse_day(str(day)), MOSCOW, ALWAYS) == begins(
        parse_day(str(day)) + timedelta(days=days), MOSCOW
    )


@pytest.mark.parametrize("day", ["2027-03-01", "2027-03-01T09:30"])
def test_a_day_is_written_as_it_is_read(day: str) -> None:
    assert write_day(parse_day(day)) == day


def test_circles() -> None:
    assert circle({"a": [], "b": ["a"], "c": ["a", "b"]}) == ()
    assert circle({"a": ["a"]}) == ("a",)
    assert circle({"a": ["b"], "b": ["c"], "c": ["b"]}) == ("b", "c")
    chain = {str(each): [str(each + 1)] for each in range(5000)}
    assert circle({**chain, "5000": []}) == ()
    assert len(circle({**chain, "5000": ["0"]})) == 5001


def test_what_is_put_into_a_text_is_put_in_once() -> None:
    values = {"unit": "{day}", "day": "2027-03-01", "requester": ""}
    assert filled("{unit}: {day} {what}{requester}", values) == "{day}: 2027-03-01 {what}"
    require_places("{unit} {day} {requester}, { and }")
    with pytest.raises(BadInput, match=r"nothing stands for `\{shop\}`"):
        require_places("Opening of {shop}")
