"""A small desk's two weeks, worked out by hand, and the command line to ask about them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from desks import NOW

from sdesk.actions.perform import create, perform
from sdesk.cli.app import run
from sdesk.cli.invocation import Surroundings
from sdesk.desk.opening import Desk, open_desk
from sdesk.desk.sweep import sweep
from sdesk.store.reader import Reader

MOSCOW = ZoneInfo("Europe/Moscow")
MINUTE = 60

Ask = Callable[..., Any]
"""Runs a question with `-o json` and gives what it printed."""


def at(text: str) -> datetime:
    """An instant of November 2026 in Moscow, as `16 09:30`."""
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=MOSCOW).astimezone(UTC)


class Story:
    """Agents at work, each thing at its own time."""

    def __init__(self, desk: Desk, path: Path) -> None:
        self.desk = desk
        with Reader(path) as reader:
            self.actors = {agent.login: reader.actor(agent.login) for agent in reader.agents()}

    def opens(self, when: str, agent: str, service: str, requester: str, **values: Any) -> int:
        """A new ticket."""
        asked = {
            "subject": f"{service} of {requester}",
            "text": "Please help.",
            "requester": f"{requester}@shop.example",
        }
        outcome = create(self.desk, self.actors[agent], {**asked, "service": service, **values}, now=at(when))
        assert outcome.error is None, outcome.error
        return outcome.number

    def does(self, when: str, agent: str, verb: str, number: int, **values: Any) -> None:
        """A verb, which must succeed."""
        (outcome,) = perform(self.desk, self.actors[agent], verb, [number], values, now=at(when))
        assert outcome.error is None, outcome.error


@pytest.fixture(scope="session")
def _two_weeks_template(_desk_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Told once a test process."""
    path = tmp_path_factory.mktemp("two-weeks") / "desk.db"
    shutil.copy(_desk_template, path)
    desk = open_desk(path)
    tell(desk, path)
    desk.close()
    return path


@pytest.fixture
def two_weeks(_two_weeks_template: Path, desk_path: Path) -> Iterator[Story]:
    """A fresh copy of the desk on which `tell` has happened."""
    shutil.copy(_two_weeks_template, desk_path)
    desk = open_desk(desk_path)
    yield Story(desk, desk_path)
    desk.close()


def tell(desk: Desk, path: Path) -> None:
    """What happened from Monday, 9 November, to Sunday, 22 November 2026. All times are Moscow's.

    The office works from 9 to 18 from Monday to Friday, stores are open from 10 to 22 every day.
    """
    story = Story(desk, path)
    # 1: answered after 1 h, solved after 4 h; opened again on Monday the 16th, and solved after 2 h more.
    story.opens("10 10:00", "anna", "other", "maria")
    story.does("10 11:00", "anna", "reply", 1, text="Looking.")
    story.does("10 14:00", "anna", "close", 1, text="Done.", spent=15 * MINUTE)
    # 2: Friday 17 to Monday 10 is 2 h; then it waits, until the clock runs on from Thursday, 9, for 3 h: 5 h in all.
    story.opens("13 17:00", "anna", "printer", "maria")
    # 3: the flagship's till, P1. Sunday 21 to Monday 10:30 is an hour and a half of opening: 180,000 on Sunday, which
    #    is the week before, and 90,000 on Monday. Answered after 10 min; solved on Monday, 14: after 1 h and 4 h.
    story.opens("15 21:00", "anna", "till", "store-001")
    story.does("15 21:05", "anna", "confirm", 3)
    story.does("15 21:10", "anna", "reply", 3, text="On our way.")
    # ---- the week of which is asked
    story.does("16 10:00", "anna", "reply", 2, text="Which printer?", waiting_for="requester", until=at("19 09:00"))
    story.does("16 10:00", "anna", "reopen", 1)
    story.does("16 10:30", "anna", "restored", 3)
    story.does("16 12:00", "anna", "close", 1, text="Done at last.")
    story.does("16 14:00", "anna", "close", 3, text="A new cable.")
    # 4: Human resources, a private team: answered and solved at once, after 1 h.
    story.opens("17 10:00", "olga", "leave", "maria")
    story.does("17 11:00", "olga", "close", 4, text="Granted.", spent=5 * MINUTE)
    # 5: spam, which is no ticket at all.
    story.opens("17 12:00", "anna", "other", "maria")
    story.does("17 12:05", "anna", "spam", 5)
    # 6: a till of a small store, 12,000 an hour, P1. Answered after 20 min, five too late; solved after 1 h.
    story.opens("18 12:00", "boris", "till", "store-017")
    story.does("18 12:10", "boris", "confirm", 6)
    story.does("18 12:20", "boris", "reply", 6, text="On our way.")
    story.does("18 13:00", "boris", "close", 6, text="It works.", spent=40 * MINUTE)
    sweep(desk, now=at("19 09:00"))
    # 7: the same till; nobody confirmed that it stood. Answered by its solution, after 30 min, which is late again.
    story.opens("19 12:00", "boris", "till", "store-017")
    story.does("19 12:00", "anna", "close", 2, text="Done.")
    story.does("19 12:30", "boris", "close", 7, text="It works.")
    # 8: the same till, by telephone: answered as it was opened. Solved silently after 45 min.
    story.opens("20 12:00", "boris", "till", "store-017", channel="phone")
    story.does("20 12:45", "boris", "close", 8, silent=True, spent=20 * MINUTE)
    # 9 and 10: open still. One is answered on Monday the 23rd, 9:30, which is half an hour of the office.
    story.opens("20 17:30", "anna", "other", "maria")
    story.opens("21 12:00", "vera", "feedback", "maria")
    story.does("23 09:30", "vera", "reply", 10, text="Thank you.")


@pytest.fixture
def ask(desk_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """The command line, on Monday, 23 November, noon in Moscow. `by` is the agent who asks."""

    def never(**_: object) -> None:
        raise AssertionError("no console was asked for")

    def call(*words: str, by: str = "anna", output: str = "json") -> Any:
        monkeypatch.setenv("SDESK_DB", str(desk_path))
        surroundings = Surroundings(clock=lambda: NOW, run_console=never, build_demo=never)  # type: ignore[arg-type]
        code = run([*words, "--as", by, "-o", output], surroundings)
        printed = capsys.readouterr()
        assert code == 0, printed.err
        return json.loads(printed.out) if output == "json" else printed.out

    return call
