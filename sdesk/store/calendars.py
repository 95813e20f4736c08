"""A calendar as the store keeps it, turned into the domain's value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sdesk.domain.worktime import Calendar, make_calendar, parse_intervals, parse_week

ALWAYS_KEY = "24x7"
"""The calendar that always exists."""


def build(
    key: str,
    time_zone: str,
    hours: Mapping[str, Sequence[str]],
    free: Sequence[str],
    working: Mapping[str, Sequence[str]],
) -> Calendar:
    """The value of a stored calendar: intervals as `09:00-18:00`, days as ISO dates."""
    return make_calendar(
        key,
        time_zone,
        parse_week(hours),
        [date.fromisoformat(day) for day in free],
        {date.fromisoformat(day): parse_intervals(intervals) for day, intervals in working.items()},
    )
