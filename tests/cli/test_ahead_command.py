"""`ahead`: what comes, on its day of the desk's zone."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import pytest
from command_line import NOW, Sdesk

OTHER = ("--service", "other", "--requester", "maria@shop.example", "--assignee", "boris")


class Clock(Protocol):
    """The clock of the command line, which a test moves."""

    now: datetime


def asked(sdesk: Sdesk, *words: str) -> Any:
    """The answer in JSON."""
    ran = sdesk("ahead", *words, "-o", "json")
    assert (ran.code, ran.err) == (0, "")
    return json.loads(ran.out)


def recurring(
    path: Path, key: str, rule: str, starts: str, *, team: str | None = "it", made: str = "2026-11-01T00:00:00Z"
) -> None:
    """A recurring ticket, as `desk apply` would write it down."""
    with closing(sqlite3.connect(path)) as store:
        store.execute(
            "INSERT INTO recurring_ticket (key, subject, text, rule, starts, time_zone, team_id, tags, catch_up,"
            " made_until)"
            " VALUES (?, ?, '', ?, ?, 'Europe/Moscow', (SELECT id FROM team WHERE key = ?), '[]', 'one', ?)",
            (key, f"About {key}", rule, starts, team, made),
        )
        store.commit()


@pytest.fixture
def planned(sdesk: Sdesk, at_desk: Path) -> int:
    """A ticket with a deadline, a visit, and another that waits; gives the first."""
    (first, second) = (
        json.loads(sdesk("new", "--subject", f"No {place}", "--text", "y", *OTHER, "-o", "json").out)["number"]
        for place in (1, 2)
    )
    sdesk("ticket", "set", str(first), "--visit", "wed 10:00")
    sdesk("wait", str(second), "--for", "date", "--until", "thu 09:00", "--text", "On Thursday.")
    return int(first)


def test_each_thing_on_its_day(sdesk: Sdesk, planned: int) -> None:
    found = asked(sdesk)
    assert len(found["days"]) == 14
    days = {each["day"]: each for each in found["days"]}
    # Due with an answer on Tuesday at noon (9 working hours); the other one was answered with the wait.
    assert [(each["day"], each["kind"], each["number"], each["agent"]) for each in found["items"]] == [
        ("2026-11-24", "deadline", planned, "boris"),
        ("2026-11-25", "visit", planned, "boris"),
        ("2026-11-26", "wake_up", planned + 1, "boris"),
    ]
    assert (days["2026-11-24"]["deadlines"], days["2026-11-25"]["visits"], days["2026-11-26"]["wake_ups"]) == (1, 1, 1)
    # Today from noon on, a whole day, a Sunday.
    assert days["2026-11-23"]["working_time"] == {"office": 6 * 3600}
    assert days["2026-11-24"]["working_time"] == {"office": 9 * 3600}
    assert days["2026-11-29"]["working_time"] == {"office": 0}


def test_recurring_tickets_by_their_rule_in_their_own_zone(sdesk: Sdesk, at_desk: Path, desk_path: Path) -> None:
    recurring(desk_path, "backup", "FREQ=WEEKLY;BYDAY=MO,TH", "2026-11-02T09:00:00")
    recurring(desk_path, "late", "FREQ=DAILY;COUNT=3", "2026-11-24T23:30:00", made="2026-11-25T00:00:00Z")
    items = asked(sdesk)["items"]
    assert [(each["at"], each["key"]) for each in items] == [
        ("2026-11-25T20:30:00Z", "late"),
        ("2026-11-26T06:00:00Z", "backup"),
        ("2026-11-26T20:30:00Z", "late"),
        ("2026-11-30T06:00:00Z", "backup"),
        ("2026-12-03T06:00:00Z", "backup"),
    ]
    assert {each["kind"] for each in items} == {"recurring"}
    assert items[1]["subject"] == "About backup"
    assert items[0]["day"] == "2026-11-25"


def test_a_rule_that_is_none_is_named(sdesk: Sdesk, at_desk: Path, desk_path: Path) -> None:
    recurring(desk_path, "odd", "FREQ=SOMETIMES", "2026-11-02T09:00:00")
    ran = sdesk("ahead", "-o", "json")
    assert ran.code == 2
    assert "there is no FREQ=SOMETIMES" in ran.err


def test_holidays_and_absences_thin_the_team(sdesk: Sdesk, at_desk: Path, desk_path: Path, doubles: Clock) -> None:
    doubles.now = datetime.fromisoformat("2026-12-28T09:00:00Z")
    with closing(sqlite3.connect(desk_path)) as store:
        store.execute(
            "INSERT INTO absence (agent_id, starts_at, ends_at, stand_in_id, actor, recorded_at) SELECT a.id,"
            " '2026-12-28T21:00:00Z', '2026-12-30T21:00:00Z', (SELECT id FROM agent WHERE key = 'anna'), 'anna',"
            " '2026-12-01T00:00:00Z' FROM agent AS a WHERE a.key = 'boris'"
        )
        store.commit()
    days = {each["day"]: each for each in asked(sdesk, "--days", "5")["days"]}
    away = [{"agent": "boris", "stand_in": "anna"}]
    assert [(day, each["away"], each["free"]) for day, each in days.items()] == [
        ("2026-12-28", [], []),
        ("2026-12-29", away, []),
        ("2026-12-30", away, []),
        ("2026-12-31", [], ["office"]),
        ("2027-01-01", [], ["office"]),
    ]
    page = sdesk("ahead", "--days", "5", "-o", "table").out
    assert "boris away" in page
    assert "office free" in page


def test_who_may_not_see_a_team_sees_nothing_of_it(sdesk: Sdesk, at_desk: Path, desk_path: Path) -> None:
    words = ("--service", "leave", "--requester", "maria@shop.example")
    number = json.loads(sdesk("new", "--subject", "x", "--text", "y", *words, "-o", "json").out)["number"]
    sdesk("ticket", "set", str(number), "--visit", "wed 10:00")
    recurring(desk_path, "payroll", "FREQ=MONTHLY", "2026-11-25T09:00:00", team="hr")
    recurring(desk_path, "nobodys", "FREQ=MONTHLY", "2026-11-26T09:00:00", team=None)
    assert [each["key"] for each in asked(sdesk, "--as", "boris")["items"]] == ["nobodys"]
    assert {each["kind"] for each in asked(sdesk, "--as", "olga", "--team", "hr")["items"]} == {
        "deadline",
        "visit",
        "recurring",
    }
    assert asked(sdesk, "--as", "boris", "--team", "hr")["items"] == []


def test_a_limit_a_day_leaves_the_rest_counted(sdesk: Sdesk, planned: int, doubles: Clock) -> None:
    for place in range(6):
        sdesk("new", "--subject", f"More {place}", "--text", "y", *OTHER)
    found = asked(sdesk, "--limit", "2")
    assert [each["deadlines"] for each in found["days"] if each["day"] == "2026-11-24"] == [7]
    assert sum(each["day"] == "2026-11-24" for each in found["items"]) == 2
    assert len(asked(sdesk, "--limit", "0")["items"]) == 9
    assert "Tue 24 Nov: 7 things (5 more due: --limit 0 shows all)" in sdesk("ahead", "--limit", "2", "-o", "table").out


def test_other_formats_and_a_small_terminal(sdesk: Sdesk, planned: int, monkeypatch: pytest.MonkeyPatch) -> None:
    head, *rows = sdesk("ahead", "-o", "csv").out.splitlines()
    assert head == "day,at,kind,number,subject,team,agent,unit,key"
    assert len(rows) == 3
    assert sdesk("ahead", "-o", "ids").out.split() == [str(planned), str(planned), str(planned + 1)]
    monkeypatch.setenv("COLUMNS", "80")
    lines = sdesk("ahead", "-o", "table").out.splitlines()
    assert max(map(len, lines)) <= 80
    assert f"{NOW:%d}" in lines[1]
