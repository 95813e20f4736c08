"""`who` on a history that is worked out by hand: load, work, room, and which promises will break."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest
from command_line import NOW, Sdesk

HOUR = 3600
OTHER = ("--service", "other", "--requester", "maria@shop.example")
"""P4 of `office` (Mon-Fri 09:00-18:00): a solution within 45 working hours."""


class Clock(Protocol):
    """The clock of the command line, which a test moves."""

    now: datetime


def opened(sdesk: Sdesk, doubles: Clock, at: datetime, *words: str) -> int:
    """A ticket that was opened at an instant; gives its number. The clock stands there afterwards."""
    doubles.now = at
    return int(json.loads(sdesk("new", "--subject", "x", "--text", "y", *words, "-o", "json").out)["number"])


def asked(sdesk: Sdesk, *words: str) -> Any:
    """The answer in JSON."""
    ran = sdesk("who", *words, "-o", "json")
    assert (ran.code, ran.err) == (0, "")
    return json.loads(ran.out)


def of(rows: list[dict[str, Any]], key: str, value: str) -> dict[str, Any]:
    """The one row with a value."""
    (found,) = [row for row in rows if row[key] == value]
    return found


@pytest.fixture
def past(sdesk: Sdesk, at_desk: Path, doubles: Clock) -> None:
    """Five tickets that took 50 working hours, and 10, 20, 30, 40 and 50 minutes of boris's time.

    Opened Monday 2 November, 09:00; 4 November is a holiday: Monday, Tuesday, Thursday, Friday and the next Monday are
    45 hours, and five hours of Tuesday, 14:00, the rest.
    """
    start = datetime.fromisoformat("2026-11-02T06:00:00Z")
    numbers = [opened(sdesk, doubles, start, *OTHER, "--assignee", "boris") for _ in range(5)]
    doubles.now = datetime.fromisoformat("2026-11-10T11:00:00Z")
    for place, number in enumerate(numbers, 1):
        done = sdesk("close", str(number), "--text", "Done.", "--spent", f"{place}0m", "--as", "boris")
        assert done.code == 0, done.err
    doubles.now = NOW


@pytest.mark.usefixtures("past")
def test_the_work_and_the_room_of_an_agent(sdesk: Sdesk, doubles: Clock) -> None:
    number = opened(sdesk, doubles, NOW, *OTHER, "--assignee", "boris")
    sdesk("note", str(number), "--text", "Looked.", "--spent", "10m", "--as", "boris")
    boris = of(asked(sdesk)["agents"], "agent", "boris")
    # From Monday noon: 6 h, four days of 9 h, and 3 h of the next Monday; the deadline is there, too.
    assert boris["working_time"] == 45 * HOUR
    assert boris["work"] == 20 * 60
    assert boris["room"] == 45 * HOUR - 20 * 60
    assert (boris["open"], boris["late"], boris["waiting"], boris["work_unknown"]) == (1, 0, 0, 0)
    assert boris["spent_this_week"] == 10 * 60
    assert boris["next_due_at"] == "2026-11-24T09:00:00Z"


@pytest.mark.usefixtures("past")
def test_absence_takes_room_away_and_says_who_stands_in(sdesk: Sdesk, doubles: Clock, desk_path: Path) -> None:
    opened(sdesk, doubles, NOW, *OTHER, "--assignee", "boris")
    absent(desk_path, "boris", "2026-11-23T08:00:00Z", "2026-11-30T08:30:00Z", stand_in="anna")
    absent(desk_path, "boris", "2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z")
    found = asked(sdesk)
    boris = of(found["agents"], "agent", "boris")
    assert (boris["away_until"], boris["stand_in"]) == ("2026-11-30T08:30:00Z", "anna")
    # Back on Monday at 11:30: half an hour up to the horizon, and 30 minutes of work. What overlaps counts once.
    assert (boris["working_time"], boris["room"]) == (HOUR // 2, 0)
    assert len(found["away"]) == 2
    page = sdesk("who", "-o", "table").out
    assert "Boris Kim: until Mon 2026-11-30 11:30, Anna Orlova stands in" in page


@pytest.mark.usefixtures("past")
def test_room_is_what_the_tightest_deadline_leaves(sdesk: Sdesk, doubles: Clock) -> None:
    opened(sdesk, doubles, NOW, *OTHER, "--assignee", "boris")
    late = opened(sdesk, doubles, NOW - timedelta(days=14), *OTHER, "--assignee", "boris")
    doubles.now = NOW + timedelta(days=6, hours=23, minutes=15)
    # Monday, 11:15: three quarters of an hour up to the first one's deadline, and the late one is still to be done.
    boris = of(asked(sdesk)["agents"], "agent", "boris")
    assert boris["late"] == 2, late
    assert boris["work"] == HOUR
    assert boris["room"] == -HOUR // 4


@pytest.mark.usefixtures("past")
def test_a_promise_breaks_where_its_like_took_longer(sdesk: Sdesk, doubles: Clock) -> None:
    number = opened(sdesk, doubles, NOW, *OTHER, "--assignee", "boris")
    forecast = asked(sdesk)["forecast"]
    assert (forecast["promised"], forecast["known"]) == (1, 1)
    assert (forecast["resolved_samples"], forecast["handled_samples"]) == (5, 5)
    (found,) = forecast["breaks"]
    assert (found["number"], found["reason"], found["samples"], found["before"]) == (number, "takes", 5, 0)
    assert (found["left"], found["needed"]) == (45 * HOUR, 50 * HOUR)


@pytest.mark.usefixtures("past")
def test_a_promise_breaks_where_too_much_stands_before_it(sdesk: Sdesk, doubles: Clock) -> None:
    numbers = [opened(sdesk, doubles, NOW, *OTHER) for _ in range(4)]
    sdesk("wait", str(numbers[0]), "--for", "supplier")
    found = asked(sdesk)
    it = of(found["teams"], "team", "it")
    # Five closed in 129 working hours (18 + 18 + 45 + 45 + 3): one in 25 h 48 min.
    assert (it["resolved_lately"], it["pace"]) == (5, 129 * HOUR // 5)
    assert (it["open"], it["waiting"], it["unassigned"]) == (3, 1, 3)
    last = found["forecast"]["breaks"][-1]
    # The one that waits stands before nobody.
    assert (last["number"], last["before"], last["reason"]) == (numbers[3], 2, "queue")
    assert last["needed"] == 2 * (129 * HOUR // 5)
    assert found["forecast"]["promised"] == 3


def test_without_a_past_nothing_is_foretold(sdesk: Sdesk, at_desk: Path, doubles: Clock) -> None:
    opened(sdesk, doubles, NOW, *OTHER, "--assignee", "boris")
    found = asked(sdesk)
    assert (found["forecast"]["promised"], found["forecast"]["known"], found["forecast"]["breaks"]) == (1, 0, [])
    boris = of(found["agents"], "agent", "boris")
    assert (boris["work"], boris["work_unknown"]) == (0, 1)
    page = sdesk("who", "-o", "table").out
    assert "Nothing can be foretold" in page
    assert "WORK is not known" in page


def test_visits_are_told_by_who_comes(sdesk: Sdesk, at_desk: Path, doubles: Clock) -> None:
    number = opened(sdesk, doubles, NOW, *OTHER, "--assignee", "boris")
    sdesk("ticket", "set", str(number), "--visit", "wed 10:00")
    (visit,) = asked(sdesk)["visits"]
    assert (visit["number"], visit["agent"], visit["starts_at"]) == (number, "boris", "2026-11-25T07:00:00Z")
    assert asked(sdesk, "--days", "1")["visits"] == []
    assert "Wed 25 Nov 10:00" in sdesk("who", "-o", "table").out


def test_who_is_on_call_and_who_takes_over(sdesk: Sdesk, at_desk: Path, desk_path: Path) -> None:
    with closing(sqlite3.connect(desk_path)) as store:
        for position, login in enumerate(("anna", "boris")):
            store.execute(
                "INSERT INTO on_call (team_id, position, agent_id) SELECT t.id, ?, a.id FROM team AS t, agent AS a"
                " WHERE t.key = 'it' AND a.key = ?",
                (position, login),
            )
        store.commit()
    now = of(asked(sdesk)["teams"], "team", "it")["on_call"]
    other = {"anna": "boris", "boris": "anna"}[now]
    assert of(asked(sdesk)["agents"], "agent", now)["on_call"] == ["it"]
    absent(desk_path, now, "2026-11-23T08:00:00Z", "2026-11-24T08:00:00Z")
    assert of(asked(sdesk)["teams"], "team", "it")["on_call"] == other


def test_a_private_team_is_its_own_business(sdesk: Sdesk, at_desk: Path, doubles: Clock) -> None:
    number = opened(sdesk, doubles, NOW, "--service", "leave", "--requester", "maria@shop.example", "--as", "olga")
    sdesk("take", str(number), "--as", "olga")
    sdesk("note", str(number), "--text", "Hm.", "--spent", "2h", "--visit", "tomorrow 10:00", "--as", "olga")
    seen = asked(sdesk, "--as", "olga")
    assert of(seen["teams"], "team", "hr")["open"] == 1
    assert of(seen["agents"], "agent", "olga")["spent_this_week"] == 2 * HOUR
    hidden = asked(sdesk, "--as", "boris")
    assert "hr" not in {each["team"] for each in hidden["teams"]}
    assert "olga" not in {each["agent"] for each in hidden["agents"]}
    assert hidden["visits"] == []
    assert asked(sdesk, "--team", "hr", "--as", "boris")["teams"] == []
    assert of(asked(sdesk, "--team", "hr", "--as", "olga")["teams"], "team", "hr")["open"] == 1
    assert {each["team"] for each in asked(sdesk, "--team", "mine", "--as", "olga")["teams"]} == {"hr"}


@pytest.mark.usefixtures("past")
def test_other_formats_and_a_small_terminal(sdesk: Sdesk, doubles: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(sdesk, doubles, NOW, *OTHER, "--assignee", "boris")
    head, *rows = sdesk("who", "-o", "csv").out.splitlines()
    assert head.startswith("agent,name,teams,on_call,")
    assert [row.split(",")[0] for row in rows] == ["anna", "boris", "olga", "vera"]
    assert sdesk("who", "-o", "ids").code == 2
    monkeypatch.setenv("COLUMNS", "80")
    lines = sdesk("who", "-o", "table").out.splitlines()
    assert max(map(len, lines)) <= 80
    assert "Forecast: 1 promise will break" in lines


def absent(path: Path, login: str, start: str, end: str, *, stand_in: str = "") -> None:
    """An absence, as the desk would write it down."""
    with closing(sqlite3.connect(path)) as store:
        store.execute(
            "INSERT INTO absence (agent_id, starts_at, ends_at, stand_in_id, actor, recorded_at)"
            " SELECT a.id, ?, ?, (SELECT id FROM agent WHERE key = ?), 'anna', ? FROM agent AS a WHERE a.key = ?",
            (start, end, stand_in, start, login),
        )
        store.commit()
