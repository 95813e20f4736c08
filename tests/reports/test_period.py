"""Periods in the desk's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from sdesk.domain.errors import BadInput
from sdesk.reports.period import Period, Span, between, last, this

MOSCOW, BERLIN = ZoneInfo("Europe/Moscow"), ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
"""Wednesday, 12:30 in Moscow."""


def days(period: Period) -> tuple[str, str]:
    """The first day and the last."""
    return str(period.first_day), str(period.last_day)


@pytest.mark.parametrize(
    ("span", "period", "earlier"),
    [
        (Span.WEEK, ("2026-11-16", "2026-11-22"), ("2026-11-09", "2026-11-15")),
        (Span.MONTH, ("2026-10-01", "2026-10-31"), ("2026-09-01", "2026-09-30")),
        (Span.QUARTER, ("2026-07-01", "2026-09-30"), ("2026-04-01", "2026-06-30")),
        (Span.YEAR, ("2025-01-01", "2025-12-31"), ("2024-01-01", "2024-12-31")),
    ],
)
def test_the_last_one_is_whole_and_over(span: Span, period: tuple[str, str], earlier: tuple[str, str]) -> None:
    found = last(span, now=NOW, zone=MOSCOW)
    assert (days(found.period), days(found.earlier)) == (period, earlier)
    assert found.earlier.end == found.period.start


def test_a_week_begins_on_monday_at_midnight_of_the_zone() -> None:
    found = last(Span.WEEK, now=NOW, zone=MOSCOW).period
    assert (found.start, found.end) == (datetime(2026, 11, 15, 21, tzinfo=UTC), datetime(2026, 11, 22, 21, tzinfo=UTC))
    # Sunday 23:30 UTC is Monday in Moscow already: another week is over.
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert days(last(Span.WEEK, now=late, zone=MOSCOW).period) == ("2026-11-16", "2026-11-22")
    assert days(last(Span.WEEK, now=late, zone=ZoneInfo("UTC")).period) == ("2026-11-09", "2026-11-15")


def test_one_in_progress_is_compared_with_as_much_of_the_one_before() -> None:
    found = this(Span.WEEK, now=NOW, zone=MOSCOW)
    assert (found.period.start, found.period.end) == (datetime(2026, 11, 22, 21, tzinfo=UTC), NOW)
    assert (found.earlier.start, found.earlier.end) == (
        datetime(2026, 11, 15, 21, tzinfo=UTC),
        datetime(2026, 11, 18, 9, 30, tzinfo=UTC),
    )


def test_a_longer_month_is_compared_with_the_whole_of_a_shorter_one() -> None:
    found = this(Span.MONTH, now=datetime(2026, 3, 31, 12, tzinfo=UTC), zone=MOSCOW)
    assert days(found.earlier) == ("2026-02-01", "2026-02-28")
    assert found.earlier.end == found.period.start


def test_days_are_both_included() -> None:
    found = between(date(2026, 11, 2), date(2026, 11, 4), MOSCOW)
    assert (days(found.period), days(found.earlier)) == (("2026-11-02", "2026-11-04"), ("2026-10-30", "2026-11-01"))
    with pytest.raises(BadInput, match="runs backwards"):
        between(date(2026, 11, 4), date(2026, 11, 2), MOSCOW)
    with pytest.raises(BadInput, match="longer than"):
        between(date(1926, 11, 4), date(2026, 11, 2), MOSCOW)


def test_a_day_has_25_hours_where_summer_time_ends() -> None:
    week = last(Span.WEEK, now=datetime(2026, 10, 28, tzinfo=UTC), zone=BERLIN).period
    lengths = [(day.end - day.start).total_seconds() / 3600 for day in week.days()]
    assert lengths == [24, 24, 24, 24, 24, 24, 25]
    assert week.days()[0].start == week.start
    assert week.days()[-1].end == week.end


def test_weeks_of_a_month_begin_on_mondays_but_the_first() -> None:
    month = last(Span.MONTH, now=NOW, zone=MOSCOW).period
    assert [days(week) for week in month.weeks()] == [
        ("2026-10-01", "2026-10-04"),
        ("2026-10-05", "2026-10-11"),
        ("2026-10-12", "2026-10-18"),
        ("2026-10-19", "2026-10-25"),
        ("2026-10-26", "2026-10-31"),
    ]
