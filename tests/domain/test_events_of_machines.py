"""What machines say: severities, keys of any length, what is alike, and when a check flaps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdesk.domain.errors import BadInput
from sdesk.domain.events import (
    LONGEST_KEY,
    CheckState,
    EventRule,
    count_return,
    find_severity,
    flaps,
    likeness,
    machine_event,
    short_key,
)
from sdesk.domain.ticket import Urgency

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("word", "urgency", "stands"),
    [
        ("Disaster", Urgency.CRITICAL, True),
        ("CRITICAL", Urgency.CRITICAL, True),
        ("Not  classified", Urgency.LOW, False),
        ("WARNING", Urgency.MEDIUM, False),
        ("UNREACHABLE", Urgency.HIGH, True),
        ("average", Urgency.MEDIUM, True),
    ],
)
def test_the_words_of_every_system_are_known(word: str, urgency: Urgency, stands: bool) -> None:
    found = find_severity(word)
    assert found is not None
    assert (found.urgency, found.stands) == (urgency, stands)


def test_no_alarm_is_lost_for_a_word() -> None:
    assert find_severity("sev-1") is None
    assert find_severity("") is None
    assert find_severity(None) is None


@given(st.text(max_size=600), st.text(max_size=600))
def test_a_key_is_a_line_and_two_of_any_length_stay_two(one: str, other: str) -> None:
    short = short_key(one)
    assert len(short) <= LONGEST_KEY
    assert short == short_key(short)
    assert "\n" not in short
    prefix = "k" * LONGEST_KEY
    if " ".join(one.split()) != " ".join(other.split()) and one.isascii() and other.isascii():
        both = [short_key(f"{prefix}{each}") for each in (one, other) if each.isprintable()]
        assert len(set(both)) == len(both)


def test_numbers_are_no_news_to_each_other_and_words_are() -> None:
    assert likeness("CPU", "load 93 %") == likeness("CPU", "load  94 %")
    assert likeness("CPU", "load 93 %") != likeness("CPU", "no load")


@pytest.mark.parametrize(("source", "key"), [("", "a"), ("zabbix", " \n"), ("z" * 61, "a")])
def test_an_event_has_a_source_and_a_key(source: str, key: str) -> None:
    with pytest.raises(BadInput):
        machine_event(source, key, CheckState.DOWN)


def test_a_check_flaps_from_the_fourth_quick_return_until_it_is_quiet() -> None:
    rule, returns, last = EventRule(), 0, None
    for turn in range(4):
        at = NOW + turn * timedelta(minutes=10)
        assert not flaps(rule, returns, last, at)
        returns, last = count_return(rule, returns, last, at), at
    assert returns == 4
    assert flaps(rule, returns, last, NOW + timedelta(minutes=60))
    assert not flaps(rule, returns, last, NOW + timedelta(minutes=61))
    assert count_return(rule, returns, last, NOW + timedelta(hours=2)) == 1
    assert not flaps(EventRule(flaps_from=0), 100, last, NOW)
