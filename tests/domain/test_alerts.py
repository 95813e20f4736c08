"""Of which states of a promise agents are told, and when there is something new to tell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sdesk.domain.alerts import alerts
from sdesk.domain.clock import Promise, Targets, agent_answered, hold, open_clocks, resume, retarget
from sdesk.domain.worktime import ALWAYS

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
PROMISE = Promise(ALWAYS, Targets(3600, None, 4 * 3600), 75, 200)


def test_the_first_thing_to_tell_is_the_first_promise_at_risk() -> None:
    assert alerts(open_clocks(PROMISE, AT), PROMISE, {}, AT) == ({}, AT + timedelta(minutes=45))


def test_what_was_told_is_told_once_and_the_next_worse_state_comes() -> None:
    clocks = open_clocks(PROMISE, AT)
    told = {"first_response": "at_risk"}
    assert alerts(clocks, PROMISE, told, AT + timedelta(minutes=50)) == (told, AT + HOUR)
    told = {"first_response": "breached"}
    assert alerts(clocks, PROMISE, told, AT + HOUR) == (told, AT + 3 * HOUR)
    told = {"first_response": "breached", "resolution": "breached"}
    assert alerts(clocks, PROMISE, told, AT + 5 * HOUR) == (told, AT + 8 * HOUR)
    told = {"first_response": "breached", "resolution": "stale"}
    assert alerts(clocks, PROMISE, told, AT + 9 * HOUR) == (told, None)


def test_what_is_urgent_never_comes_to_be_stale() -> None:
    urgent = Promise(ALWAYS, PROMISE.targets, 75, None)
    told = {"first_response": "breached", "resolution": "breached"}
    assert alerts(open_clocks(urgent, AT), urgent, told, AT + 99 * HOUR) == (told, None)


def test_what_has_passed_and_was_not_told_is_to_be_told_now() -> None:
    kept, at = alerts(open_clocks(PROMISE, AT), PROMISE, {}, AT + 9 * HOUR)
    assert (kept, at) == ({}, AT + timedelta(minutes=45))


def test_a_promise_that_is_kept_is_forgotten() -> None:
    clocks = agent_answered(open_clocks(PROMISE, AT), PROMISE, AT + timedelta(minutes=50))
    assert alerts(clocks, PROMISE, {"first_response": "at_risk"}, AT + HOUR) == ({}, AT + 3 * HOUR)


def test_a_promise_that_stands_still_stays_told_and_is_not_told_again() -> None:
    clocks = agent_answered(open_clocks(PROMISE, AT), PROMISE, AT + timedelta(minutes=5))
    told = {"resolution": "at_risk"}
    held = hold(clocks, PROMISE, AT + timedelta(minutes=200))
    assert alerts(held, PROMISE, told, AT + 9 * HOUR) == (told, None)
    again = resume(held, PROMISE, AT + 10 * HOUR)
    assert alerts(again, PROMISE, told, AT + 10 * HOUR) == (told, AT + 10 * HOUR + timedelta(minutes=40))


@pytest.mark.parametrize(
    ("told", "target", "kept"),
    [
        ("breached", 400 * 3600, {}),
        ("at_risk", 400 * 3600, {}),
        ("breached", 6 * 3600, {"resolution": "at_risk"}),
        ("at_risk", 3600, {"resolution": "at_risk"}),
    ],
)
def test_a_promise_that_moves_is_told_anew_where_it_is_better_than_what_was_told(
    told: str, target: int, kept: dict[str, str]
) -> None:
    clocks = agent_answered(open_clocks(PROMISE, AT), PROMISE, AT + timedelta(minutes=5))
    moved = Promise(ALWAYS, Targets(3600, None, target), 75, 200)
    found, at = alerts(retarget(clocks, moved, AT + 5 * HOUR), moved, {"resolution": told}, AT + 5 * HOUR)
    assert found == kept
    assert at is not None
