"""Events of monitoring where processes tell of them together: a ticket a check, each with its story in order."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from at_once import run_at_once
from desks import DESK_FILE, NOW
from history_rules import faults
from intake_desk import MailDesk

CHECKS, PROCESSES, EVENTS = 50, 8, 1000

TELLER = """
import random
from sdesk.desk.events import take_event
from sdesk.desk.opening import open_desk
from sdesk.domain.actor import SYSTEM
from sdesk.domain.events import CheckState, machine_event

seed, count, checks, at = MINE
at = datetime.fromisoformat(at)
chance = random.Random(seed)
desk = open_desk(STORE, busy_seconds=120)
begin()
for turn in range(count):
    key = f"host{chance.randrange(checks) if turn >= checks else (turn + seed * 7) % checks:02}:ping"
    state = CheckState.UP if turn >= checks and chance.random() < 0.5 else CheckState.DOWN
    event = machine_event("zabbix", key, state, subject=f"{key} is {state}", text=f"value {turn}")
    with desk.work(SYSTEM, at) as work:
        taken = take_event(work, event, unit="flagship", service="till")
        work.session.commit()
    print(json.dumps([key, state, taken.came, taken.number]))
desk.close()
"""
SAYS = {"opened": ("opened", True), "check_down": ("down", True), "check_up": ("up", False)}


def told_at_once(desk: MailDesk, folder: Path) -> list[Any]:
    each = EVENTS // PROCESSES
    given = [[seed, each, CHECKS, NOW.isoformat()] for seed in range(PROCESSES)]
    return [line for one in run_at_once(TELLER, desk.path, folder, given, seconds=500) for line in one]


def stories(desk: MailDesk) -> dict[int, list[tuple[str, dict[str, Any]]]]:
    found: dict[int, list[tuple[str, dict[str, Any]]]] = {}
    for number, event, data in desk.rows("SELECT ticket_id, event, data FROM history ORDER BY id"):
        if number is not None:
            found.setdefault(number, []).append((event, json.loads(data)))
    return found


@pytest.mark.endurance
@pytest.mark.parametrize("flaps_from", [0, 4])
def test_a_thousand_events_of_fifty_checks_are_fifty_tickets(desk_path: Path, tmp_path: Path, flaps_from: int) -> None:
    desk = MailDesk(desk_path)
    desk.apply(f"{DESK_FILE}\n[events]\nstorm_from = 0\nflaps_from = {flaps_from}\n[incidents]\nfrom = 0\n")
    told = told_at_once(desk, tmp_path)
    assert len(told) == EVENTS
    assert desk.count() == CHECKS
    checks = desk.rows("SELECT key, ticket_id, state, downs, ups FROM check_event ORDER BY key")
    assert [key for key, *_ in checks] == [f"host{number:02}:ping" for number in range(CHECKS)]
    assert len({number for _, number, *_ in checks}) == CHECKS
    known = stories(desk)
    for key, number, state, downs, ups in checks:
        mine = Counter(came for name, _, came, _ in told if name == key)
        assert mine["opened"] == 1
        # Every word that counted is counted: each `down`, and each `up` of a check that was down.
        assert downs == sum(1 for name, said, *_ in told if (name, said) == (key, "down"))
        assert ups == mine["resolved"] + mine["noted"]
        story = known[number]
        assert story[0][0] == "opened"
        assert story[0][1]["key"] == key
        assert Counter(event for event, _ in story)["reopened"] == mine["reopened"]
        # Down and up in turn: an `up` is never written after an `up`, nor without a `down` before it.
        down = False
        for event, data in story:
            if event in SAYS:
                assert data["key"] == key
                assert event != "check_up" or down
                down = SAYS[event][1]
            if event == "status":
                assert (data["new"] == "resolved") is not down or data["new"] == "new"
        status = desk.column(number, "status")
        flapped = any(event == "check_flaps" for event, _ in story)
        assert status == ("new" if state == "down" or flapped else "resolved")
        if not flaps_from:
            assert mine["resolved"] == Counter(event for event, _ in story)["check_up"]
            assert down is (state == "down")
        # An outage for each time that it was down, one after the other, and the last one lasts where it is down still.
        lasting = desk.rows("SELECT count(*) FROM outage WHERE ticket_id = ? AND down_to IS NULL", number)
        assert lasting == [(1 if status == "new" else 0,)]
        # Folded: the conversation does not grow with what says the same.
        messages = desk.rows("SELECT count(*) FROM message WHERE ticket_id = ?", number)[0][0]
        assert messages <= 1 + 2 * mine["reopened"] + 3 + mine["resolved"]
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(desk.path)) as store:
        assert faults(store) == []


@pytest.mark.endurance
def test_a_storm_that_many_tell_of_is_one_incident(desk_path: Path, tmp_path: Path) -> None:
    desk = MailDesk(desk_path)
    told = told_at_once(desk, tmp_path)
    assert len(told) == EVENTS
    assert desk.count() == CHECKS
    heads = desk.rows("SELECT DISTINCT incident_id FROM ticket WHERE is_open AND incident_id IS NOT NULL")
    assert len(heads) <= 1
