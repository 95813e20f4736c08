"""Ranges of plug-ins, as their guidelines' own table has them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdesk.domain.errors import BadInput
from sdesk.domain.plugin_range import Range, parse_range


@pytest.mark.parametrize(
    ("text", "alerts", "fine"),
    [
        ("10", (-1, 11), (0, 5, 10)),
        ("10:", (9, -5), (10, 1000)),
        ("~:10", (11,), (-1000, 10)),
        ("10:20", (9, 21), (10, 20)),
        ("@10:20", (10, 15, 20), (9, 21)),
        ("0", (1, -1), (0,)),
        ("@1:", (1, 99), (0,)),
    ],
)
def test_a_range_alerts_outside_of_it_or_within(text: str, alerts: tuple[int, ...], fine: tuple[int, ...]) -> None:
    found = parse_range(text, int)
    assert [found.alerts(each) for each in alerts] == [True] * len(alerts)
    assert [found.alerts(each) for each in fine] == [False] * len(fine)


def test_what_never_was_is_older_than_every_limit() -> None:
    assert parse_range("900", int).alerts(None)
    assert not parse_range("10:", int).alerts(None)
    assert not parse_range("@10:20", int).alerts(None)


@pytest.mark.parametrize("text", ["", ":", "@", "a", "10:5", "1:2:3", "~"])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        parse_range(text, int)


@given(st.integers(-99, 99) | st.none(), st.integers(0, 99) | st.none(), st.booleans())
def test_what_performance_data_says_is_read_as_the_same(low: int | None, more: int | None, inside: bool) -> None:
    high = None if more is None else (low or 0) + more
    if low is None and high is None:
        return
    made = Range(low, high, inside)
    assert parse_range(str(made), int) == made
