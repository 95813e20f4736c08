"""A shop is opened by five departments, one of them private: from the first command to the last step, by the commands
that people type, with a clock that moves; the day is moved twice.
"""

from __future__ import annotations

import json
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

    def __init__(self, sdesk: Sdesk, doubles: Doubles) -> None:
        self.sdesk = sdesk
        self.doubles = doubles

    def at(self, local: str) -> None:
        """Time passes, and cron comes."""
        self.doubles.now = moscow(local)
        self.run("tick")

    def run(self, *words: str, agent: str = "anna") -> str:
        ran = self.sdesk("--as", agent, *words)
        assert (ran.code, ran.err) == (0, ""), (words, ran)
        return ran.out

    def steps(self, agent: str = "anna") -> dict[str, dict[str, Any]]:
        return {
            each["key"]: each for each in json.loads(self.run("playbook", "progress", "1", "-o", "json", agent=agent))
        }

    def states(self, agent: str = "anna") -> dict[str, str]:
        return {key: each["state"] for key, each in self.steps(agent).items()}

    def close(self, step: str, agent: str) -> None:
        self.run("close", str(self.steps()[step]["number"]), "--silent", agent=agent)


@pytest.fixture
def opening(at_desk: Path, sdesk: Sdesk, doubles: Doubles) -> Opening:
    desk = open_desk(at_desk)
    apply(desk, FILE, "desk.toml", actor=SYSTEM, now=NOW)
    desk.close()
    return Opening(sdesk, doubles)


def test_explore(opening: Opening) -> None:
    out = open("/tmp/pb.out", "w")
    def p(*words, agent="anna"):
        out.write(f"\n$ {' '.join(words)} ({agent})\n" + opening.run(*words, agent=agent))
        out.flush()
    p("playbook", "list", "-o", "table")
    p("playbook", "show", "shop-opening")
    p("playbook", "show", "shop-opening", agent="boris")
    p("playbook", "start", "shop-opening", "--unit", "store-031", "--date", "2027-02-15", "-n", agent="dmitri")
    p("playbook", "start", "shop-opening", "--unit", "store-031", "--date", "2027-02-15", agent="dmitri")
    p("playbook", "progress", "1", "-o", "table")
    p("playbook", "progress", "1", "-o", "table", agent="boris")
    p("playbook", "runs", "-o", "table", agent="boris")
    p("show", "1")
    p("show", "2")
    opening.close("lease", "dmitri")
    p("playbook", "move", "1", "--date", "2027-01-20")
    p("playbook", "progress", "1", "-o", "table")
    p("history", "1")
    p("history", "3")
    p("mail", "outbox", "list", "-o", "table")
