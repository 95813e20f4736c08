"""A shop is opened by five departments, one of them private: from the first command to the last step, by the commands
that people type, with a clock that moves; the day is moved twice.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import pytest
from command_line import NOW, Sdesk
from shop_opening import FILE
from sla_examples import moscow

from sdesk.desk.opening import open_desk
from sdesk.desk.setup import apply
from sdesk.domain.actor import SYSTEM


class Doubles(Protocol):
    """The clock of the command line, as `conftest` hands it out."""

    now: datetime


class Opening:
    """The desk at work, and what is asked of it."""

    def __init__(self, sdesk: Sdesk, doubles: Doubles, store: Path) -> None:
        self.sdesk = sdesk
        self.doubles = doubles
        self.store = store

    def at(self, local: str) -> str:
        """Time passes, and cron comes; gives what it says."""
        self.doubles.now = moscow(local)
        # 6: without a mail server nobody is told, and after some days that is given up.
        ran = self.sdesk("tick")
        assert ran.code in (0, 6)
        return ran.out

    def run(self, *words: str, agent: str = "anna") -> str:
        ran = self.sdesk("--as", agent, *words)
        assert (ran.code, ran.err) == (0, ""), (words, ran)
        return ran.out

    def steps(self, agent: str = "anna") -> dict[str, dict[str, Any]]:
        printed = self.run("playbook", "progress", "1", "-o", "json", agent=agent)
        return {each["key"]: each for each in json.loads(printed)}

    def states(self, agent: str = "anna") -> str:
        """`d` is done, `o` open, `-` planned: of each step, in its order."""
        letters = {"done": "d", "open": "o", "planned": "-", "skipped": "s", "cancelled": "c"}
        return "".join(letters[each["state"]] for each in self.steps(agent).values())

    def close(self, step: str, agent: str) -> None:
        self.run("close", str(self.steps()[step]["number"]), "--silent", agent=agent)

    def ask(self, sql: str) -> list[Any]:
        with closing(sqlite3.connect(self.store)) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture
def opening(at_desk: Path, sdesk: Sdesk, doubles: Doubles) -> Opening:
    desk = open_desk(at_desk)
    apply(desk, FILE, "desk.toml", actor=SYSTEM, now=NOW)
    desk.close()
    return Opening(sdesk, doubles, at_desk)


def coming(opening: Opening, agent: str) -> list[tuple[str, str, str]]:
    """The steps that `ahead` has: the day, the step, the department."""
    found = json.loads(opening.run("ahead", "--days", "40", "-o", "json", agent=agent))
    steps = [each for each in found["items"] if each["kind"] == "step"]
    assert sum(day["steps"] for day in found["days"]) == len(steps)
    return [(each["day"], each["key"], each["team"]) for each in steps]


def test_coming_steps_are_ahead_by_day_and_department(opening: Opening) -> None:
    opening.run(*START, agent="dmitri")
    line = ("2026-12-17", "shop-opening.line", "it")
    assert coming(opening, "anna") == [line, ("2026-12-17", "shop-opening.staff", "hr")]
    assert coming(opening, "boris") == [line]
    page = opening.run("ahead", "--days", "40", "-o", "table", agent="boris")
    assert "STEPS" in page
    assert "shop-opening.line" in page
    # Nothing says what stands behind the wall: neither the page of the parent, nor its tickets.
    shown = opening.run("show", "1", agent="boris")
    assert "Shop opening, for 2027-02-15: 0 of 7 steps done, 1 open: sdesk playbook progress 1" in shown
    progress = ("playbook", "progress", "-o", "json")
    assert opening.run(*progress, "2", agent="boris") == opening.run(*progress, "1", agent="boris")
    assert opening.run("list", "playbook:1", "-o", "ids", agent="boris").split() == ["2", "1"]


START = ("playbook", "start", "shop-opening", "--unit", "store-031", "--date", "2027-02-15")
"""Ninety days before that is past on the day on which it is started: the 23rd of November."""


def test_from_the_first_command_to_the_last_step(opening: Opening) -> None:
    assert opening.run(*START, "--dry-run", agent="dmitri").startswith("dry run: SD-1 opened: Shop opening")
    assert opening.run("playbook", "runs", "-o", "ids") == ""
    assert opening.run(*START, agent="dmitri") == (
        "SD-1 opened: Shop opening, for 2027-02-15\nSD-2 opened for team building: lease\n"
    )
    # lease, line, staff, furniture, tills, goods, trial, opening.
    assert opening.states() == "o-------"
    lease = opening.steps()["lease"]
    # It was to begin on the 17th: opened at once, and promised from now on, five working days.
    assert (lease["opens_at"], lease["due_at"], lease["late"]) == (
        "2026-11-16T21:00:00Z",
        "2026-11-30T09:00:00Z",
        False,
    )
    assert [step["position"] for step in opening.steps("boris").values()] == list(range(1, 8))
    assert "staff" not in opening.steps("boris")
    assert opening.steps("boris")["trial"]["waits_for"] == ["tills", "goods"]

    opening.at("2026-12-01 09:00")
    assert opening.states() == "o-------"
    assert opening.steps()["lease"]["late"]
    opening.close("lease", "dmitri")
    assert opening.states() == "d-------"
    assert (opening.steps()["lease"]["late"], opening.steps()["line"]["waits_for"]) == (True, [])

    opening.at("2026-12-16 23:59")
    assert opening.states() == "d-------"
    assert "playbooks: 2 opened\n" in opening.at("2026-12-17 00:01")
    assert "playbooks" not in opening.at("2026-12-17 00:02")
    assert opening.states() == "doo-----"
    assert opening.steps()["staff"]["team"] == "hr"
    assert opening.states("boris") == "do-----"

    # A week later: what is planned moves, what nobody has begun waits for its new time.
    assert opening.run("playbook", "move", "1", "--date", "2027-02-22", agent="dmitri") == (
        "SD-1 is for 2027-02-22 now, it was for 2027-02-15\n"
    )
    assert opening.states() == "doo-----"
    line, furniture = opening.steps()["line"], opening.steps()["furniture"]
    assert (line["status"], line["wake_at"], line["due_at"]) == ("waiting", "2026-12-23T21:00:00Z", None)
    assert furniture["opens_at"] == "2027-01-22T21:00:00Z"
    opening.at("2026-12-24 00:01")
    assert opening.steps()["line"]["status"] == "new"
    opening.run("take", str(opening.steps()["line"]["number"]), agent="boris")
    opening.close("line", "boris")
    assert opening.states() == "ddo-----"

    # Two weeks earlier: furniture's time is past by that, and it is opened with the move.
    opening.at("2027-01-14 12:00")
    assert opening.states() == "ddo-----"
    assert opening.run("playbook", "move", "1", "--date", "2027-02-08", agent="dmitri") == (
        "SD-1 is for 2027-02-08 now, it was for 2027-02-22; 1 step opened\n"
    )
    assert opening.states() == "ddoo----"
    opening.at("2027-01-25 12:00")
    assert opening.states() == "ddoo----"
    opening.close("furniture", "dmitri")
    assert opening.states() == "ddod----"
    # Ten days of the shops, which work each day from ten; five of the office, from Monday to Monday, from nine.
    assert opening.steps()["tills"]["opens_at"] == "2027-01-29T07:00:00Z"
    assert opening.steps()["goods"]["opens_at"] == "2027-02-01T06:00:00Z"
    opening.at("2027-01-29 10:00")
    assert opening.states() == "ddodo---"
    assert opening.steps()["tills"]["assignee"] == "boris"
    opening.at("2027-02-01 09:00")
    assert opening.states() == "ddodoo--"
    opening.close("tills", "boris")
    opening.close("goods", "lena")
    opening.at("2027-02-05 12:00")
    # What holds it up stands behind a wall for who asks: he sees that trial is planned, and no more.
    assert opening.states() == "ddoddd--"
    assert (opening.states("boris"), opening.steps("boris")["trial"]["waits_for"]) == ("ddddd--", [])
    assert opening.steps()["trial"]["waits_for"] == ["staff"]
    assert opening.steps()["staff"]["holds"] == ["trial"]
    opening.close("staff", "olga")
    # In the same transaction.
    assert opening.states() == "ddddddo-"
    opening.close("trial", "vera")
    assert opening.states() == "ddddddd-"
    opening.at("2027-02-08 10:00")
    assert opening.states() == "dddddddo"
    assert opening.steps()["opening"]["opens_at"] == "2027-02-08T07:00:00Z"
    opening.close("opening", "boris")

    assert opening.run("playbook", "runs", "-o", "ids") == ""
    (run,) = json.loads(opening.run("playbook", "runs", "--all", "-o", "json"))
    assert (run["state"], run["done"], run["step_count"], run["day"]) == ("done", 8, 8, "2027-02-08")
    parent = json.loads(opening.run("show", "1", "-o", "json"))
    assert (parent["status"], parent["subject"]) == ("resolved", "Opening of Ozerki on 2027-02-08")
    # Nine tickets: the parent, and each step once.
    assert opening.ask("SELECT count(*), count(DISTINCT subject) FROM ticket") == [(9, 9)]
    assert opening.ask("SELECT count(*) FROM playbook_step WHERE ticket_id IS NOT NULL") == [(8,)]
    # No requester is written to. Who has an open step is told each time that its day moves, and who has the parent.
    assert opening.ask("SELECT DISTINCT kind FROM outbox") == [("notification",)]
    told = opening.ask(
        "SELECT to_address, json_extract(\"values\", '$.text') FROM outbox"
        " WHERE json_extract(\"values\", '$.event') = 'desk' ORDER BY id"
    )
    assert [(to.partition("@")[0], text.partition(": ")[2]) for to, text in told] == [
        ("anna", "internet line: its day was moved, from 2026-12-17 00:00 to 2026-12-24 00:00"),
        ("boris", "internet line: its day was moved, from 2026-12-17 00:00 to 2026-12-24 00:00"),
        ("olga", "hire the staff: its day was moved, from 2026-12-17 00:00 to 2026-12-24 00:00"),
        ("olga", "hire the staff: its day was moved, from 2026-12-24 00:00 to 2026-12-10 00:00"),
        ("dmitri", "every step of the playbook is done"),
    ]
    assert opening.ask("SELECT event FROM history WHERE ticket_id = 1 AND event LIKE 'playbook%' ORDER BY id") == [
        ("playbook_started",),
        ("playbook_moved",),
        ("playbook_moved",),
        ("playbook_done",),
    ]
    assert json.loads(opening.run("db", "check", "-o", "json")) == []


def test_a_day_that_is_past_is_doubted(opening: Opening) -> None:
    assert "is past" not in opening.sdesk(*START, "-n").err
    ran = opening.sdesk(*START[:-1], "2025-02-15", "-n")
    assert ran.code == 0
    assert ran.err == "sdesk: warning: 2025-02-15 is past. was another year meant? `sdesk playbook move` moves it\n"
