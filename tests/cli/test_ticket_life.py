"""A ticket's whole life by the command line: each deadline after each step, against values worked out by hand.

Three waits (for a supplier, a date, the requester), two changes of priority, another team with another calendar,
and a reopening. All times are Moscow's; the office works 09:00 to 18:00 on weekdays, the stores 10:00 to 22:00 daily.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import pytest
from command_line import Golden, Ran, Sdesk
from desks import DESK_FILE
from sla_examples import moscow

from sdesk.desk.opening import open_desk
from sdesk.desk.setup import apply
from sdesk.domain.actor import SYSTEM
from sdesk.domain.instant import to_rfc3339

TILLS = """
[teams.tills]
name = "Tills"
sla = "stores"
"""
"""A team by the stores' hours."""


class Clock(Protocol):
    """What the command line takes for now."""

    now: datetime


class Life:
    """A ticket, and the clock of the wall."""

    def __init__(self, sdesk: Sdesk, clock: Clock) -> None:
        self.sdesk = sdesk
        self.clock = clock

    def do(self, at: str, *words: str) -> Ran:
        """A command at a time of Moscow; it must be done."""
        self.clock.now = moscow(at)
        ran = self.sdesk(*words)
        assert ran.code == 0, ran
        return ran

    def due(self, kind: str) -> str | None:
        """The deadline of a clock."""
        clocks = {each["kind"]: each for each in self.shown()["clocks"]}
        found: str | None = clocks[kind]["due_at"]
        return found

    def shown(self) -> dict[str, Any]:
        """The ticket as `show` has it."""
        found: dict[str, Any] = json.loads(self.sdesk("show", "1", "-o", "json").out)
        return found

    def explained(self) -> dict[str, Any]:
        """What `sla explain` says of it."""
        ran = self.sdesk("sla", "explain", "1", "-o", "json")
        assert (ran.code, ran.err) == (0, "")
        found: dict[str, Any] = json.loads(ran.out)
        return found


@pytest.fixture
def life(sdesk: Sdesk, at_desk: Path, doubles: Clock) -> Life:
    """A desk with a team for the tills, a year old."""
    desk = open_desk(at_desk)
    text = DESK_FILE.replace("[agents.anna]", f"{TILLS}[agents.anna]").replace(
        'teams = ["it"]\nrole', 'teams = ["it", "tills"]\nrole'
    )
    with desk.work(SYSTEM, moscow("2026-01-01 00:00")) as work:
        anna = work.rules.actor(work.rules.agent_keys["anna"])
    apply(desk, text, "desk.toml", actor=anna, now=moscow("2026-11-01 00:00"))
    desk.close()
    return Life(sdesk, doubles)


def at(text: str) -> str:
    """An instant of Moscow as JSON has it."""
    return to_rfc3339(moscow(text))


def test_every_deadline_of_a_whole_life(life: Life, golden: Golden) -> None:
    # P3 of the office: 4 h to the first answer, 9 h to each next one, 27 h to the solution.
    life.do(
        "2026-11-23 10:00", "new", "--subject", "Scanner", "--text", "It beeps.", "--team", "it", "--priority", "P3",
        "--requester", "Maria <maria@shop.example>",
    )  # fmt: skip
    # Monday 10:00-18:00 is 8 h, Tuesday 9 h: 17 h. 10 h are left: Wednesday 9 h, Thursday 1 h.
    assert life.due("resolution") == at("2026-11-26 10:00")
    assert life.due("first_response") == at("2026-11-23 14:00")

    # 1. A first answer with a wait for a supplier. 1 h consumed.
    life.do("2026-11-23 11:00", "reply", "1", "--text", "A part is ordered.", "--wait", "supplier")
    assert life.due("resolution") is None
    assert life.shown()["clocks"][0]["met_at"] == at("2026-11-23 11:00")

    # An agent's hand ends it on Tuesday at 09:00. 26 h are left: Tue 9, Wed 9, Thu 8 of its 9.
    life.do("2026-11-24 09:00", "reopen", "1")
    assert life.due("resolution") == at("2026-11-26 17:00")

    # 2. The priority rises: P2, 9 h. By 11:00 on Tuesday 1 + 2 = 3 h are consumed: 6 h are left, until 17:00.
    life.do("2026-11-24 11:00", "ticket", "set", "1", "--priority", "P2", "--reason", "stocktaking")
    assert life.due("resolution") == at("2026-11-24 17:00")

    # 3. A wait for a date, from 12:00 (4 h consumed) to Wednesday 10:00. The sweep comes late, at 10:30.
    life.do("2026-11-24 12:00", "wait", "1", "--for", "date", "--until", "2026-11-25 10:00")
    assert (life.due("resolution"), life.shown()["wake_at"]) == (None, at("2026-11-25 10:00"))
    life.do("2026-11-25 10:30", "sla", "sweep")
    # 5 h are left from 10:00 on, not from 10:30.
    assert life.due("resolution") == at("2026-11-25 15:00")

    # 4. The priority falls: P4, 45 h. 4 h are consumed until 10:00, 41 are left: Wed 8, Thu 9, Fri 9 = 26; the weekend;
    #    Mon 9 = 35, and 6 h of Tuesday.
    life.do("2026-11-25 11:00", "ticket", "set", "1", "--priority", "P4", "--reason", "it was counted by hand")
    assert life.due("resolution") == at("2026-12-01 15:00")

    # 5. Another team, by the stores' hours. At 13:00 on Wednesday 4 + 3 = 7 h of 45 are consumed; P4 of the stores has
    #    48 h. 7/45 of 48 h are 7.4667 h = 26 880 s: 40 h 32 min are left, from 13:00 on, every day 10:00-22:00:
    #    Wed 9 h, Thu 12, Fri 12 = 33 h; 7 h 32 min of Saturday.
    life.do("2026-11-25 13:00", "assign", "1", "--to", "team:tills")
    assert life.due("resolution") == at("2026-11-28 17:32")
    assert life.shown()["clocks"][-1]["consumed"] == 26_880

    # 6. A wait for the requester with an answer, at 14:00: 26 880 s + 1 h = 30 480 s consumed.
    life.do("2026-11-25 14:00", "reply", "1", "--text", "Does it beep still?", "--wait", "requester")
    assert life.due("resolution") is None
    # It ends by an agent's hand on Thursday at 21:00: 48 h - 30 480 s = 39 h 32 min are left. Thu 1 h, Fri 12, Sat 12,
    # Sun 12 = 37 h, 2 h 32 min of Monday.
    life.do("2026-11-26 21:00", "reopen", "1")
    assert life.due("resolution") == at("2026-11-30 12:32")

    # Solved on Friday at 11:00: 30 480 s + 1 h + 1 h = 37 680 s.
    life.do("2026-11-27 11:00", "close", "1", "--text", "Done.")
    shown = life.shown()
    assert (shown["due_at"], shown["clocks"][-1]["consumed"]) == (None, 37_680)
    assert shown["clocks"][-1]["met_at"] == at("2026-11-27 11:00")

    # 7. Reopened on Monday at 20:00: 172 800 - 37 680 = 135 120 s = 37 h 32 min are left. Mon 2 h, Tue 12, Wed 12 = 26,
    #    11 h 32 min of Thursday.
    life.do("2026-11-30 20:00", "reopen", "1")
    assert life.due("resolution") == at("2026-12-03 21:32")

    # Solved too late, on Friday at 10:28: the stores are open 28 min more on Thursday, and 28 on Friday.
    life.do("2026-12-04 10:28", "close", "1", "--text", "Now it is.")
    shown = life.shown()
    assert shown["clocks"][-1]["consumed"] == 172_800 + 56 * 60

    explained = life.explained()
    assert explained["agrees"]
    first, resolution = explained["clocks"]
    assert (first["verdict"], first["consumed"], first["target"]) == ("kept", 3600, 4 * 3600)
    assert (resolution["verdict"], resolution["consumed"], resolution["stored"]) == ("late", 176_160, 176_160)
    assert (resolution["over"], resolution["breached_at"]) == (56 * 60, at("2026-12-03 21:32"))
    golden("life.txt", life.sdesk("sla", "explain", "1", "-o", "table").out)
