"""Lengths of time, read and written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdesk.domain.duration import format_duration, parse_duration, write_duration
from sdesk.domain.errors import BadInput


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("15m", 900),
        ("15м", 900),
        ("1ч30м", 5400),
        ("2н3д", 17 * 86_400),
        ("2h", 7200),
        ("1h30m", 5400),
        ("3d", 3 * 86_400),
        ("2w", 14 * 86_400),
        ("1d12h", 36 * 3600),
        ("90s", 90),
        ("100m", 6000),
        ("0m", 0),
        (" 2H ", 7200),
    ],
)
def test_what_a_length_says(text: str, seconds: int) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", " ", "2", "h", "2x", "-2h", "1.5h", "30m1h", "1h1h", "2 h", "٢h", "one hour", "3mo"]
)
def test_what_is_no_length(text: str) -> None:
    with pytest.raises(BadInput, match="is no length of time") as caught:
        parse_duration(text)
    assert "1h30m" in caught.value.remedy


@pytest.mark.parametrize("text", ["21y", "7500d", "1046w", "9" * 40 + "w", "9" * 5000 + "h"])
def test_what_is_too_long(text: str) -> None:
    with pytest.raises(BadInput):
        parse_duration(text)


@pytest.mark.parametrize("text", ["3d", "2w", "1d2h", "1w"])
def test_a_target_has_no_days(text: str) -> None:
    with pytest.raises(BadInput, match="working time") as caught:
        parse_duration(text, days=False)
    assert "hours" in caught.value.remedy


def test_a_target_in_hours_and_minutes() -> None:
    assert parse_duration("27h", days=False) == 27 * 3600
    assert parse_duration("1h30m", days=False) == 5400
    with pytest.raises(BadInput) as caught:
        parse_duration("soon", days=False)
    assert "3d" not in caught.value.remedy


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (42, "42s"),
        (119, "119s"),
        (120, "2m"),
        (18 * 60 + 59, "18m"),
        (3599, "59m"),
        (3600, "1h00m"),
        (3 * 3600 + 40 * 60, "3h40m"),
        (2 * 3600 + 5 * 60, "2h05m"),
        (86_399, "23h59m"),
        (86_400, "1d00h"),
        (26 * 3600, "1d02h"),
        (120 * 86_400 + 4 * 3600, "120d04h"),
        (-42, "-42s"),
        (-47 * 60, "-47m"),
        (-26 * 3600, "-1d02h"),
    ],
)
def test_the_countdown(seconds: int, text: str) -> None:
    assert format_duration(seconds) == text


@given(st.integers(0, 20 * 365 * 86_400))
def test_what_is_shown_can_be_read_and_is_never_more_than_it_is(seconds: int) -> None:
    shown = parse_duration(format_duration(seconds))
    unit = 1 if seconds < 120 else 60 if seconds < 86_400 else 3600
    assert shown == seconds - seconds % unit
    if seconds:
        assert format_duration(-seconds) == "-" + format_duration(seconds)


@given(st.integers(0, 10**8), st.booleans())
def test_what_is_written_is_read_as_the_same(seconds: int, days: bool) -> None:
    assert parse_duration(write_duration(seconds, days=days), days=days) == seconds


def test_it_is_written_as_people_do() -> None:
    assert [write_duration(each) for each in (0, 900, 5400, 7 * 86_400, 90_061)] == [
        "0m",
        "15m",
        "1h30m",
        "7d",
        "1d1h1m1s",
    ]
    assert write_duration(45 * 3600, days=False) == "45h"
