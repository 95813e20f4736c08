"""`desk plan` and `desk apply`: a review of what a desk file changes, and just that is then done."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from command_line import NOW, Sdesk
from demo_desk import DEMO_NOW, copy_of
from desks import DESK_FILE

from sdesk.demo.build import Demo

LONGER = ('mon-fri = ["09:00-18:00"]', 'mon-fri = ["08:00-18:00"]')
HOLIDAYS = ('country = "RU"\n', "")


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., str]:
    """Writes the small desk's file with other words, without the holidays that a year brings; gives its name."""

    def write(*changes: tuple[str, str], text: str = DESK_FILE) -> str:
        for right, wrong in changes:
            assert right in text
            text = text.replace(right, wrong, 1)
        file = tmp_path / "desk.toml"
        file.write_text(text, encoding="utf-8")
        return str(file)

    return write


@pytest.fixture
def settled(sdesk: Sdesk, at_desk: Path, written: Callable[..., str]) -> Path:
    """The small desk without public holidays, so that what a year brings is no news."""
    assert sdesk("desk", "apply", written(HOLIDAYS)).code == 0
    return at_desk


def dump(path: Path) -> list[str]:
    """All of a store."""
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def deadlines(path: Path) -> dict[int, tuple[Any, ...]]:
    """Of every ticket, whatever its status."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT id, first_response_due_at, next_reply_due_at, resolution_due_at FROM ticket")
        return {row[0]: row[1:] for row in rows}


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    """What the store answers."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def new(sdesk: Sdesk, service: str, subject: str, *more: str) -> None:
    assert sdesk("new", "--subject", subject, "--text", "x", "--service", service, *more).code == 0


@pytest.mark.xdist_group("demo")
def test_the_plan_of_the_demo_says_which_deadlines_move_and_apply_moves_just_those(
    sdesk: Sdesk,
    demo: Demo,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    written: Callable[..., str],
    doubles: Any,
) -> None:
    store = copy_of(demo, tmp_path)
    doubles.now = DEMO_NOW
    monkeypatch.setenv("SDESK_DB", str(store))
    monkeypatch.setenv("SDESK_AGENT", "anna")
    file = written(LONGER, text=(files("sdesk.demo") / "desk.toml").read_text(encoding="utf-8"))
    before, whole = deadlines(store), dump(store)
    plan = json.loads(sdesk("desk", "plan", file, "-o", "json").out)
    assert dump(store) == whole
    assert [(each["kind"], each["key"]) for each in plan["changes"]] == [("calendar", "office")]
    assert plan["deadlines_moved"] == len(plan["tickets"]) > 10
    ran = sdesk("desk", "apply", file)
    assert ran.code == 0
    after = deadlines(store)
    assert sorted(each["number"] for each in plan["tickets"]) == [n for n in after if after[n] != before[n]]
    for ticket in plan["tickets"]:
        for each in ticket["deadlines"]:
            place = ["first_response", "next_reply", "resolution"].index(each["clock"])
            assert (before[ticket["number"]][place], after[ticket["number"]][place]) == (each["old"], each["new"])
            assert f"{ticket['ref']}  " in ran.out
    assert "nothing to do" in sdesk("desk", "apply", file).out


def test_a_plan_is_a_review(
    sdesk: Sdesk, settled: Path, written: Callable[..., str], golden: Any, doubles: Any
) -> None:
    new(sdesk, "printer", "Toner")
    new(sdesk, "other", "Access")
    doubles.now = NOW + timedelta(hours=3, minutes=50)
    file = written(
        HOLIDAYS,
        LONGER,
        ('P3 = { first_response = "4h"', 'P3 = { first_response = "2h30m"'),
        ('[services.printer]\nname = "Printer"\nteam = "it"\nimpact = "minor"\nurgency = "low"\n', ""),
        ("[services.leave]", '[services.screen]\nname = "Screen"\nteam = "it"\n[services.leave]'),
        ("turnover_per_hour = 12000", "turnover_per_hour = 12500"),
        ('mail = ["store-017@shop.example"]', 'mail = ["store-017@shop.example", "teply@shop.example"]'),
        ("[[routing]]", '[[routing]]\nwhen = { domain = "spam.example" }\nset = { discard = true }\n[[routing]]'),
    )
    ran = sdesk("desk", "plan", file)
    assert (ran.code, ran.err) == (0, "")
    golden("desk_plan.txt", ran.out.replace(file, "desk.toml"))
    same = sdesk("desk", "apply", file)
    assert same.out.splitlines()[:-1] == ran.out.splitlines()[:-1]


def test_the_plan_for_programs(sdesk: Sdesk, settled: Path, written: Callable[..., str], golden: Any) -> None:
    new(sdesk, "other", "Access")
    ran = sdesk("desk", "plan", written(HOLIDAYS, LONGER), "-o", "json")
    golden("desk_plan.json", json.dumps(json.loads(ran.out), indent=2) + "\n")
    picked = sdesk("desk", "plan", written(HOLIDAYS), "-o", "json", "--fields", "nothing_to_do,changes")
    assert json.loads(picked.out) == {"nothing_to_do": True, "changes": []}
    assert sdesk("desk", "plan", written(HOLIDAYS), "-o", "ids").code == 2
    assert sdesk("desk", "apply", written(HOLIDAYS), "--fields", "nosuch").code == 2


def test_check_fails_where_the_desk_is_not_as_the_file_says(
    sdesk: Sdesk, settled: Path, written: Callable[..., str]
) -> None:
    assert sdesk("desk", "plan", written(HOLIDAYS), "--check").code == 0
    assert sdesk("desk", "plan", written(HOLIDAYS, LONGER), "--check").code == 1
    assert sdesk("desk", "plan", written(HOLIDAYS, LONGER)).code == 0
    assert sdesk("desk", "plan", written(("country", "countri")), "--check").code == 2


def test_what_would_be_breached_at_once_is_said(
    sdesk: Sdesk, settled: Path, written: Callable[..., str], doubles: Any
) -> None:
    new(sdesk, "other", "Access")  # P4: nine hours from noon in Moscow, of which six are today
    doubles.now = NOW + timedelta(hours=2)
    sooner = ('P4 = { first_response = "9h"', 'P4 = { first_response = "1h"')
    ran = sdesk("desk", "plan", written(HOLIDAYS, sooner))
    assert "breached at once" in ran.out
    assert "1 ticket breached at once" in ran.out.splitlines()[-1]
    assert json.loads(sdesk("desk", "plan", written(HOLIDAYS, sooner), "-o", "json").out)["breached_at_once"] == 1


def test_tickets_of_what_is_retired_are_named_and_those_behind_walls_are_not_there(
    sdesk: Sdesk, settled: Path, written: Callable[..., str]
) -> None:
    new(sdesk, "leave", "Two weeks in June", "--as", "olga")
    new(sdesk, "printer", "Toner")
    gone = (
        '[services.leave]\nname = "Leave"\nteam = "hr"\nimpact = "minor"\nurgency = "medium"\n',
        "",
    )
    file = written(HOLIDAYS, LONGER, gone)
    assert "of service leave, which is retired: SD-1\n" in sdesk("desk", "plan", file).out
    seen = sdesk("desk", "plan", file, "--as", "boris")
    assert "Two weeks" not in seen.out
    assert "SD-1 " not in seen.out
    assert "which is retired" not in seen.out
    assert "behind walls" not in seen.out
    found = json.loads(sdesk("desk", "plan", file, "--as", "boris", "-o", "json").out)
    assert (found["hidden_tickets"], found["hidden_priorities_kept"], found["retired_in_use"]) == (0, 0, [])
    assert [each["ref"] for each in found["tickets"]] == ["SD-2"]
    assert sdesk("desk", "apply", file, "--as", "boris").code == 1


def test_what_is_doubtful_is_warned_of_and_every_mistake_has_its_line(
    sdesk: Sdesk, settled: Path, written: Callable[..., str]
) -> None:
    ran = sdesk("desk", "plan", written(HOLIDAYS, ('lead = "olga"', 'lead = "vera"')))
    assert ran.code == 0
    assert ran.err.startswith("sdesk: warning: ")
    ran = sdesk("desk", "plan", written(("country", "countri"), ('role = "admin"', 'role = "boss"')))
    assert (ran.code, ran.out) == (2, "")
    assert [line.startswith("sdesk: error: ") for line in ran.err.splitlines()] == [True, True]


def test_the_history_says_what_was_applied(sdesk: Sdesk, settled: Path, written: Callable[..., str]) -> None:
    assert sdesk("desk", "apply", written(HOLIDAYS, LONGER)).code == 0
    with closing(sqlite3.connect(settled)) as connection:
        (data,) = connection.execute(
            "SELECT data FROM history WHERE event = 'desk_file_applied' ORDER BY id DESC LIMIT 1"
        ).fetchone()
    assert json.loads(data) == {
        "added": [],
        "changed": ["calendar office"],
        "retired": [],
        "moved": [],
        "keys": {"calendar office": {"hours.mon-fri": [["09:00-18:00"], ["08:00-18:00"]]}},
    }


def test_a_new_year_brings_holidays_without_another_file(
    sdesk: Sdesk, at_desk: Path, written: Callable[..., str], doubles: Any
) -> None:
    assert sdesk("desk", "apply", written()).code == 0
    assert "nothing to do" in sdesk("desk", "plan", written()).out
    doubles.now = datetime(2027, 1, 2, tzinfo=UTC)
    assert "free: + 2030-01-01" in sdesk("desk", "plan", written()).out


def test_what_is_exported_changes_nothing_and_makes_the_same_desk(
    sdesk: Sdesk, at_desk: Path, written: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sdesk("desk", "apply", written()).code == 0
    ran = sdesk("desk", "export")
    assert (ran.code, ran.err) == (0, "")
    assert "nothing to do" in sdesk("desk", "apply", "-", stdin=ran.out).out
    monkeypatch.setenv("SDESK_DB", str(tmp_path / "other.db"))
    assert sdesk("db", "init").code == 0
    assert sdesk("desk", "export").code == 1
    assert sdesk("desk", "apply", "-", stdin=ran.out).code == 0
    assert sdesk("desk", "export").out == ran.out


def test_open_tickets_that_would_have_another_priority_are_named_and_keep_theirs(
    sdesk: Sdesk, settled: Path, written: Callable[..., str]
) -> None:
    new(sdesk, "till", "Till", "--requester", "store-017@shop.example", "--urgency", "medium")
    ((number, before),) = rows(settled, "SELECT id, priority FROM ticket WHERE subject = 'Till'")
    assert before == "P3"
    thresholds = ("loss = [ { per_hour = 150000", "loss = [ { per_hour = 10000")
    lower = written(HOLIDAYS, thresholds, ("per_hour = 50000", "per_hour = 5000"))
    plan = json.loads(sdesk("desk", "plan", lower, "-o", "json").out)
    assert {"number": number, "ref": f"SD-{number}", "priority": "P3", "follows": "P2"} in plan["priorities_kept"]
    count = len(plan["priorities_kept"])
    line = f"priorities stay as they are: {count} would differ; sdesk ticket set {plan['priorities_kept'][0]['number']}"
    for verb in ("plan", "apply"):
        assert line in sdesk("desk", verb, lower).out
    assert rows(settled, "SELECT priority FROM ticket WHERE subject = 'Till'") == [("P3",)]
    # It is told once, and the command does what it says.
    again = written(HOLIDAYS, thresholds, ("per_hour = 50000", "per_hour = 5000"))
    assert json.loads(sdesk("desk", "plan", again, "-o", "json").out)["nothing_to_do"]
    assert sdesk("ticket", "set", str(number), "--priority", "auto").code == 0
    assert rows(settled, "SELECT priority FROM ticket WHERE subject = 'Till'") == [("P2",)]
