"""Working time: the worked examples, the text of hours, and the sums against a slow reference."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sla_examples import (
    BERLIN,
    CHANGES,
    MINUTE,
    NIGHT,
    OFFICE,
    STORE,
    ZONES,
    berlin,
    calendars,
    instants,
    moscow,
    shifts,
    slow_is_on_shift,
    slow_is_working,
    slow_minutes,
    utc,
)

from sdesk.domain import worktime
from sdesk.domain.errors import BadInput
from sdesk.domain.worktime import (
    ALWAYS,
    Calendar,
    add_working,
    find_zone,
    is_working,
    make_calendar,
    next_working,
    parse_intervals,
    parse_week,
    same_hours,
    working_between,
)

SECOND = timedelta(seconds=1)
HOUR = 3600
EXAMPLES = settings().max_examples


# ---- the worked examples ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("calendar", "start", "minutes", "due"),
    [
        pytest.param(OFFICE, moscow("2026-11-20 17:30"), 60, moscow("2026-11-23 09:30"), id="over-a-weekend"),
        pytest.param(OFFICE, moscow("2026-11-21 12:00"), 30, moscow("2026-11-23 09:30"), id="from-a-saturday"),
        pytest.param(
            OFFICE, moscow("2026-11-23 09:00"), 540, moscow("2026-11-23 18:00"), id="a-whole-day-ends-that-day"
        ),
        pytest.param(OFFICE, moscow("2026-11-23 18:00"), 15, moscow("2026-11-24 09:15"), id="from-closing-time"),
        pytest.param(OFFICE, moscow("2026-12-30 17:00"), 180, moscow("2027-01-11 11:00"), id="new-year"),
        pytest.param(OFFICE, moscow("2026-06-11 16:00"), 240, moscow("2026-06-15 11:00"), id="a-holiday-on-friday"),
        pytest.param(BERLIN, berlin("2026-10-23 16:00"), 120, berlin("2026-10-26 10:00"), id="summer-time-ended"),
        pytest.param(BERLIN, berlin("2026-03-27 16:30"), 60, berlin("2026-03-30 09:30"), id="summer-time-began"),
        pytest.param(STORE, moscow("2026-11-23 21:45"), 30, moscow("2026-11-24 10:15"), id="overnight"),
        pytest.param(ALWAYS, utc("2026-03-29 00:30"), 120, utc("2026-03-29 02:30"), id="always"),
        pytest.param(NIGHT, berlin("2026-10-24 22:00"), 300, utc("2026-10-25 01:00"), id="the-long-night"),
        pytest.param(NIGHT, berlin("2026-03-28 22:00"), 300, utc("2026-03-29 02:00"), id="the-short-night"),
    ],
)
def test_deadline_of_a_worked_example(calendar: Calendar, start: datetime, minutes: int, due: datetime) -> None:
    assert add_working(calendar, start, minutes * 60) == due
    assert working_between(calendar, start, due) == minutes * 60


def test_working_time_over_a_weekend() -> None:
    assert working_between(OFFICE, moscow("2026-11-20 16:00"), moscow("2026-11-24 10:30")) == 750 * 60


@pytest.mark.parametrize(("saturday", "minutes"), [("2026-10-24", 540), ("2026-03-28", 420), ("2026-05-02", 480)])
def test_a_night_shift_is_as_long_as_the_night(saturday: str, minutes: int) -> None:
    start = berlin(f"{saturday} 22:00")
    end = berlin(f"{(start + timedelta(days=1)).date()} 06:00")
    assert working_between(NIGHT, start, end) == minutes * 60
    assert working_between(NIGHT, start - timedelta(hours=5), end + timedelta(hours=5)) == minutes * 60


def test_the_deadlines_of_the_long_and_the_short_night_on_their_own_clocks() -> None:
    zone = ZoneInfo("Europe/Berlin")
    long = add_working(NIGHT, berlin("2026-10-24 22:00"), 300 * 60).astimezone(zone)
    short = add_working(NIGHT, berlin("2026-03-28 22:00"), 300 * 60).astimezone(zone)
    assert long.isoformat() == "2026-10-25T02:00:00+01:00"
    assert short.isoformat() == "2026-03-29T04:00:00+02:00"


# ---- changes of clocks --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "minutes"),
    [
        ("02:00-03:00", 120),  # the repeated hour, twice
        ("01:00-02:00", 60),
        ("03:00-04:00", 60),
        ("02:30-03:00", 60),
        ("00:00-24:00", 25 * 60),
    ],
)
def test_an_hour_that_is_repeated_counts_each_time(hours: str, minutes: int) -> None:
    calendar = make_calendar("autumn", "Europe/Berlin", parse_week({"sun": [hours]}))
    assert working_between(calendar, utc("2026-10-24 12:00"), utc("2026-10-25 23:30")) == minutes * 60


@pytest.mark.parametrize(("hours", "minutes"), [("02:00-03:00", 0), ("01:30-03:30", 60), ("00:00-24:00", 23 * 60)])
def test_an_hour_that_is_skipped_counts_never(hours: str, minutes: int) -> None:
    calendar = make_calendar("spring", "Europe/Berlin", parse_week({"sun": [hours]}))
    assert working_between(calendar, utc("2026-03-28 12:00"), utc("2026-03-29 22:30")) == minutes * 60


def test_a_day_that_a_zone_skipped_has_no_working_time() -> None:
    samoa = make_calendar("samoa", "Pacific/Apia", parse_week({"fri": ["00:00-24:00"]}))
    assert working_between(samoa, utc("2011-12-26 12:00"), utc("2012-01-03 12:00")) == 0


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("shift", [0, 1])
def test_changes_of_clocks_are_found_to_the_second(zone: str, shift: int) -> None:
    hours = [(hour * 1800, (hour + 1) * 1800) for hour in range(shift, 48, 2)]
    calendar = make_calendar("every other half hour", zone, [hours] * 7)
    for change in CHANGES:
        for ahead in range(-2, 3):
            at = utc(change) + ahead * SECOND
            assert is_working(calendar, at) == slow_is_working(calendar, at)
            assert working_between(calendar, at, at + SECOND) == slow_is_working(calendar, at)


# ---- free days and extra days -------------------------------------------------------------------


def test_an_extra_working_day_holds_over_a_free_day_and_the_week() -> None:
    saturday, holiday, monday = date(2026, 11, 28), date(2026, 11, 4), date(2026, 11, 30)
    calendar = make_calendar(
        "office",
        "Europe/Moscow",
        parse_week({"mon-fri": ["09:00-18:00"]}),
        free=[holiday, saturday, monday],
        working={saturday: parse_intervals(["10:00-16:00"]), holiday: parse_intervals(["12:00-13:00"])},
    )
    assert working_between(calendar, moscow("2026-11-28 00:00"), moscow("2026-11-29 00:00")) == 6 * HOUR
    assert working_between(calendar, moscow("2026-11-04 00:00"), moscow("2026-11-05 00:00")) == HOUR
    assert working_between(calendar, moscow("2026-11-30 00:00"), moscow("2026-12-01 00:00")) == 0


def test_next_working_is_itself_or_the_next_opening() -> None:
    assert next_working(OFFICE, moscow("2026-11-23 12:34:56")) == moscow("2026-11-23 12:34:56")
    assert next_working(OFFICE, moscow("2026-11-23 08:00")) == moscow("2026-11-23 09:00")
    assert next_working(OFFICE, moscow("2026-11-20 18:00")) == moscow("2026-11-23 09:00")
    assert next_working(OFFICE, moscow("2026-12-30 18:00")) == moscow("2027-01-11 09:00")


def test_an_interval_holds_its_start_and_not_its_end() -> None:
    assert is_working(OFFICE, moscow("2026-11-23 09:00"))
    assert is_working(OFFICE, moscow("2026-11-23 17:59:59"))
    assert not is_working(OFFICE, moscow("2026-11-23 18:00"))
    assert not is_working(OFFICE, moscow("2026-11-23 08:59:59"))


def test_nothing_is_measured_backwards() -> None:
    noon = moscow("2026-11-23 12:00")
    assert working_between(OFFICE, noon, noon) == 0
    assert working_between(OFFICE, noon, noon - timedelta(days=3)) == 0


def test_no_working_time_added_gives_the_start_itself_even_outside_the_hours() -> None:
    saturday = moscow("2026-11-21 12:00")
    assert add_working(OFFICE, saturday, 0) == saturday


def test_results_are_in_utc() -> None:
    start = datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Asia/Tokyo"))
    assert add_working(OFFICE, start, 0).tzinfo is UTC
    assert add_working(OFFICE, start, 60).tzinfo is UTC
    assert next_working(OFFICE, start).tzinfo is UTC


def test_a_calendar_whose_last_working_day_is_past_is_refused() -> None:
    past = make_calendar("past", "UTC", [()] * 7, working={date(2020, 1, 1): [(0, HOUR)]})
    assert add_working(past, utc("2019-12-25 00:00"), HOUR) == utc("2020-01-01 01:00")
    with pytest.raises(BadInput, match="`past` has no working time in the 20 years from 2019-12-25"):
        add_working(past, utc("2019-12-25 00:00"), HOUR + 1)
    with pytest.raises(BadInput, match="no working time"):
        next_working(past, utc("2020-01-01 01:00"))


def test_working_time_is_looked_for_20_years_ahead() -> None:
    last = make_calendar("last", "UTC", [()] * 7, working={date(2040, 1, 1): [(0, HOUR)]})
    assert next_working(last, utc("2020-02-01 00:00")) == utc("2040-01-01 00:00")
    assert add_working(last, utc("2020-02-01 00:00"), HOUR) == utc("2040-01-01 01:00")
    with pytest.raises(BadInput, match="no working time"):
        next_working(last, utc("2019-10-01 00:00"))


def test_a_deadline_past_the_end_of_time_is_refused() -> None:
    with pytest.raises(BadInput, match="not that much working time"):
        add_working(OFFICE, utc("9999-06-01 00:00"), 365 * 9 * HOUR)


def test_wrong_calls_are_bugs() -> None:
    with pytest.raises(ValueError, match="never taken away"):
        add_working(OFFICE, moscow("2026-11-23 12:00"), -1)
    with pytest.raises(ValueError, match="without an offset"):
        working_between(OFFICE, datetime(2026, 11, 23), moscow("2026-11-23 12:00"))  # noqa: DTZ001 - that is the point


def test_a_deadline_years_ahead_is_found_by_few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """How long that takes is for the benchmark to say; here it is counted what is done."""
    laid_out: list[int] = []
    asked: list[int] = []

    def counting(name: str, calls: list[int]) -> None:
        done = getattr(worktime, name)

        def counted(owner: object, at: int, *more: int) -> object:
            calls.append(at)
            return done(owner, at, *more)

        monkeypatch.setattr(worktime, name, counted)

    counting("_lay_out", laid_out)
    counting("_offset", asked)
    calendar = make_calendar("fresh", "Europe/Berlin", parse_week({"mon-fri": ["09:00-18:00"]}))
    start, target = berlin("2026-11-23 10:00"), 3 * 250 * 9 * HOUR
    due = add_working(calendar, start, target)
    assert (due - start).days > 3 * 365 - 60
    # A stretch a month, and of each the zone is asked every four days, and halved down to each of six changes.
    assert len(laid_out) <= 3 * 12 + 1
    assert len(asked) <= len(laid_out) * 9 + 6 * 20
    assert add_working(calendar, start, target) == due
    assert working_between(calendar, start, due) == target
    assert len(laid_out) <= 3 * 12 + 1  # laid out once


# ---- against the reference, and the properties --------------------------------------------------


@given(calendars(), instants(), st.integers(0, 4 * 24 * 60))
def test_measuring_agrees_with_counting_minutes(calendar: Calendar, start: datetime, length: int) -> None:
    end = start + length * MINUTE
    assert working_between(calendar, start, end) == 60 * len(slow_minutes(calendar, start, end))


@given(calendars(), instants(), st.integers(1, 3000))
def test_adding_agrees_with_counting_minutes(calendar: Calendar, start: datetime, wanted: int) -> None:
    counted = slow_minutes(calendar, start, start + timedelta(days=5))
    due = add_working(calendar, start, wanted * 60)
    if wanted <= len(counted):
        assert due == counted[wanted - 1] + MINUTE
    else:
        assert due > start + timedelta(days=5)


@settings(max_examples=EXAMPLES // 2)
@given(calendars(), instants(), st.integers(5 * 24 * 60, 40 * 24 * 60))
def test_weeks_agree_with_counting_minutes(calendar: Calendar, start: datetime, length: int) -> None:
    """Over a month and more, so that a stretch, a holiday and both ends of a change lie between."""
    counted = slow_minutes(calendar, start, start + length * MINUTE)
    assert working_between(calendar, start, start + length * MINUTE) == 60 * len(counted)
    for wanted in {1, len(counted) // 3, len(counted) // 2, len(counted)} & set(range(1, len(counted) + 1)):
        assert add_working(calendar, start, 60 * wanted) == counted[wanted - 1] + MINUTE


@given(shifts(), st.sampled_from(ZONES), instants(), st.integers(0, 6 * 24 * 60))
def test_hours_over_midnight_agree_with_counting_minutes(
    hours: dict[str, list[str]], zone: str, start: datetime, length: int
) -> None:
    """As the desk file writes them: `sat = ["22:00-06:00"]` goes on in the local morning of Sunday."""
    calendar = make_calendar("shifts", zone, parse_week(hours))
    end = start + length * MINUTE
    counted = [
        at
        for number in range(length)
        if slow_is_on_shift(hours, (at := start + number * MINUTE).astimezone(calendar.zone))
    ]
    assert working_between(calendar, start, end) == 60 * len(counted)
    if counted:
        assert add_working(calendar, start, 60 * len(counted)) == counted[-1] + MINUTE


@given(calendars(step=1), instants(step=1))
def test_a_second_is_working_by_its_local_clock(calendar: Calendar, instant: datetime) -> None:
    assert is_working(calendar, instant) == slow_is_working(calendar, instant)


@given(calendars(step=1), instants(step=1), st.integers(1, 10**7))
def test_adding_and_measuring_are_inverse(calendar: Calendar, start: datetime, seconds: int) -> None:
    due = add_working(calendar, start, seconds)
    assert working_between(calendar, start, due) == seconds
    assert working_between(calendar, start, due - SECOND) == seconds - 1  # the earliest such instant


@given(calendars(step=1), instants(step=1), st.integers(0, 10**7))
def test_measuring_and_adding_are_inverse_but_for_idle_time(calendar: Calendar, start: datetime, length: int) -> None:
    end = start + timedelta(seconds=length)
    worked = working_between(calendar, start, end)
    due = add_working(calendar, start, worked)
    assert due <= end
    assert working_between(calendar, due, end) == 0


@given(calendars(step=1), instants(step=1))
def test_nothing_is_consumed_outside_the_intervals(calendar: Calendar, instant: datetime) -> None:
    opening = next_working(calendar, instant)
    assert opening >= instant
    assert is_working(calendar, opening)
    assert working_between(calendar, instant, opening) == 0
    assert is_working(calendar, instant) == (opening == instant)


@given(calendars(step=1), instants(step=1), st.lists(st.integers(0, 10**7), min_size=1, max_size=8))
def test_a_stretch_is_the_sum_of_its_parts(calendar: Calendar, start: datetime, steps: list[int]) -> None:
    total, at = 0, start
    for step in steps:
        later = at + timedelta(seconds=step)
        total += working_between(calendar, at, later)
        at = later
    assert working_between(calendar, start, at) == total


@given(st.sampled_from(ZONES), st.integers(1, 86_399), instants(step=1), st.integers(0, 10**7))
def test_adjoining_intervals_share_no_second_and_miss_none(zone: str, cut: int, start: datetime, length: int) -> None:
    end = start + timedelta(seconds=length)
    early = make_calendar("early", zone, [[(0, cut)]] * 7)
    late = make_calendar("late", zone, [[(cut, 86_400)]] * 7)
    whole = make_calendar("whole", zone, [[(0, cut), (cut, 86_400)]] * 7)
    assert working_between(early, start, end) + working_between(late, start, end) == length
    assert working_between(whole, start, end) == working_between(ALWAYS, start, end) == length


# ---- hours as text ------------------------------------------------------------------------------


def test_intervals_are_sorted_and_made_one_where_they_adjoin() -> None:
    assert parse_intervals(["13:00-18:00", "09:00-12:00"]) == ((9 * HOUR, 12 * HOUR), (13 * HOUR, 18 * HOUR))
    assert parse_intervals(["12:00-18:00", " 9:00 - 12:00 "]) == ((9 * HOUR, 18 * HOUR),)
    assert parse_intervals(["00:00-24:00"]) == ((0, 86_400),)
    assert parse_intervals(["22:00-00:00"]) == ((22 * HOUR, 86_400),)
    assert parse_intervals([]) == ()


@pytest.mark.parametrize(
    ("texts", "what"),
    [
        (["09:00-09:00"], "is empty"),
        (["09:00-12:00", "11:59-18:00"], "09:00-12:00 and 11:59-18:00 overlap"),
        (["22:00-06:00"], "ends before it starts"),
        (["9-18"], "is no interval"),
        (["09:00-24:01"], "is no interval"),
        (["24:00-24:00"], "is no interval"),
        (["09:60-12:00"], "is no interval"),
        ([""], "is no interval"),
    ],
)
def test_wrong_intervals_are_named(texts: list[str], what: str) -> None:
    with pytest.raises(BadInput, match=what) as caught:
        parse_intervals(texts)
    assert caught.value.remedy


def test_days_may_be_ranges_lists_and_single() -> None:
    nine = ((9 * HOUR, 18 * HOUR),)
    assert parse_week({"mon-fri": ["09:00-18:00"]}) == (nine,) * 5 + ((),) * 2
    assert parse_week({"mon,wed": ["09:00-18:00"]}) == (nine, (), nine, (), (), (), ())
    assert parse_week({"fri-mon": ["09:00-18:00"]}) == (nine, (), (), (), nine, nine, nine)
    assert parse_week({"Sat": ["09:00-18:00"]}) == ((), (), (), (), (), nine, ())
    assert parse_week({"mon-tue, thu": ["09:00-18:00"]}) == (nine, nine, (), nine, (), (), ())
    assert parse_week({"mon": ["09:00-12:00"], "mon-sun": ["12:00-18:00"]})[0] == nine


def test_an_interval_across_midnight_goes_on_the_next_day() -> None:
    week = parse_week({"sat": ["22:00-06:00"], "sun": ["20:00-02:00"]})
    assert week[5] == ((22 * HOUR, 86_400),)
    assert week[6] == ((0, 6 * HOUR), (20 * HOUR, 86_400))
    assert week[0] == ((0, 2 * HOUR),)
    assert parse_week({"mon-sun": ["22:00-06:00"]}) == (((0, 6 * HOUR), (22 * HOUR, 86_400)),) * 7
    assert parse_week({"sat": ["22:00-24:00"]})[6] == ()


@pytest.mark.parametrize(
    ("hours", "message"),
    [
        ({"mon-fry": ["09:00-18:00"]}, "`fry` in `mon-fry` is no day. did you mean `fri`?"),
        ({"xyz": ["09:00-18:00"]}, "`xyz` is no day. days are mon, tue"),
        ({"mon,mon": ["09:00-18:00"]}, "names a day twice"),
        ({"mon": ["22:00-06:00"], "tue": ["05:00-12:00"]}, "tue: 00:00-06:00 and 05:00-12:00 overlap"),
        ({"mon": ["09:00-12:00"], "mon-fri": ["10:00-11:00"]}, "mon: 09:00-12:00 and 10:00-11:00 overlap"),
        ({"mon": ["nine to five"]}, "`nine to five` is no interval. write it as 09:00-18:00"),
    ],
)
def test_wrong_weeks_are_named(hours: dict[str, list[str]], message: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_week(hours)
    assert message in str(caught.value)


# ---- calendars ----------------------------------------------------------------------------------


def test_a_calendar_is_checked_when_it_is_made() -> None:
    day = [(9 * HOUR, 18 * HOUR)]
    with pytest.raises(BadInput, match="did you mean `Europe/Moscow`"):
        make_calendar("office", "Europe/Moskow", [day] * 7)
    with pytest.raises(BadInput, match="has 6 weekdays"):
        make_calendar("office", "UTC", [day] * 6)
    with pytest.raises(BadInput, match="`office` has no working hours"):
        make_calendar("office", "UTC", [()] * 7)
    with pytest.raises(BadInput, match="2026-11-28 has no hours"):
        make_calendar("office", "UTC", [day] * 7, working={date(2026, 11, 28): []})
    with pytest.raises(BadInput, match="`office`, tue: 09:00-18:00 and 10:00-11:00 overlap"):
        make_calendar("office", "UTC", [day, [*day, (10 * HOUR, 11 * HOUR)], *[day] * 5])
    with pytest.raises(BadInput, match="is no interval of a day"):
        make_calendar("office", "UTC", [[(9 * HOUR, 25 * HOUR)]] * 7)


@pytest.mark.parametrize("name", ["Europe", "", "../etc/passwd", "Mars/Olympus", "/etc/localtime"])
def test_what_is_no_time_zone_is_bad_input(name: str) -> None:
    with pytest.raises(BadInput, match="there is no time zone"):
        find_zone(name)


def test_calendars_are_keys_by_identity_and_compared_by_what_they_say() -> None:
    one = make_calendar("one", "UTC", [[(0, HOUR)]] * 7, free=[date(2026, 1, 1)])
    same = make_calendar("two", "UTC", [[(0, HOUR)]] * 7, free=[date(2026, 1, 1)])
    assert one != same
    assert len({one: 1, same: 2}) == 2
    assert same_hours(one, same)
    assert same_hours(one, one)
    assert not same_hours(one, make_calendar("one", "UTC", [[(0, HOUR)]] * 7))
    assert not same_hours(one, make_calendar("one", "Europe/Moscow", [[(0, HOUR)]] * 7, free=[date(2026, 1, 1)]))
    extra = {date(2026, 1, 1): [(0, HOUR)]}
    assert not same_hours(one, make_calendar("one", "UTC", [[(0, HOUR)]] * 7, free=[date(2026, 1, 1)], working=extra))


def test_always_is_every_second_of_utc() -> None:
    assert ALWAYS.key == "24x7"
    assert ALWAYS.zone.key == "UTC"
    assert working_between(ALWAYS, utc("2026-01-01 00:00"), utc("2027-01-01 00:00")) == 365 * 86_400
