"""Two consoles and a fetch at work on the same 300 tickets: whatever happens in whatever order, no action lands on a
ticket other than the one under the cursor or the marked ones, nothing is raised, and every history hangs together."""

from __future__ import annotations

import asyncio
import itertools
import shutil
import sqlite3
import threading
from collections.abc import Coroutine, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import pytest
from console_driver import Driver
from desks import NOW
from history_rules import faults
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from intake_desk import MailDesk

from sdesk.tui.app import Console
from sdesk.tui.screens import queue_reading
from sdesk.tui.settings import ConsoleSettings

Result = TypeVar("Result")
TICKETS = 300
AGENTS = ("anna", "boris")

SINGLE = {
    "take": ("m",),
    "close": ("c", "tab", "tab", "enter"),
    "note": ("i", "*w", "*o", "*r", "*d", "ctrl+g"),
}
"""Keys of a verb; `*x` is typed into a field."""


class Loop:
    """An event loop in a thread of its own, so that rules may wait for what consoles do."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Do it there, and wait."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def close(self) -> None:
        """End the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


class Desk(RuleBasedStateMachine):
    """The desk and who works at it."""

    template: ClassVar[Path]
    folder: ClassVar[Path]
    numbers: ClassVar[Iterator[int]] = itertools.count(1)

    def __init__(self) -> None:
        super().__init__()
        self.path = self.folder / f"desk-{next(self.numbers)}.db"
        shutil.copy(self.template, self.path)
        self.loop = Loop()
        self.mails = MailDesk(self.path, taken=TICKETS)
        self.mail = itertools.count(10_000)
        self.drivers: dict[str, Driver] = {}
        self.aimed: dict[str, set[int]] = {login: set() for login in AGENTS}
        """Tickets that each agent has acted on, as he saw them."""
        self.stood: dict[str, int | None] = {}
        """Where the cursor of each agent stands, as long as he presses no key."""
        self.store = sqlite3.connect(self.path)

    @initialize()
    def open(self) -> None:
        """Both consoles."""
        self.loop.run(self._open())

    async def _open(self) -> None:
        self.over = asyncio.Event()
        opened = [asyncio.Event() for _ in AGENTS]
        self.lives = [asyncio.create_task(self._live(*each)) for each in zip(AGENTS, opened, strict=True)]
        for each in opened:
            await each.wait()

    async def _live(self, login: str, opened: asyncio.Event) -> None:
        """One console from its start to its end, in a task of its own: Textual keeps who is active in its context."""
        settings = ConsoleSettings(mouse=False)
        console = Console(store=self.path, login=login, fetch=None, now=lambda: NOW, settings=settings)
        async with console.run_test(size=(120, 36)) as pilot:
            self.drivers[login] = Driver(console, pilot)
            await self.drivers[login].rest()
            opened.set()
            await self.over.wait()

    async def _close(self) -> None:
        self.over.set()
        await asyncio.gather(*self.lives)

    def teardown(self) -> None:
        """Both leave; what they still had to write is written."""
        if self.drivers:
            self.loop.run(self._settle())
            self.check()
            self.loop.run(self._close())
        self.loop.close()
        self.mails.desk.close()
        self.store.close()

    async def _settle(self) -> None:
        for driver in self.drivers.values():
            await driver.settle()

    def press(self, login: str, *keys: str) -> None:
        """Press keys at one console; the other one goes on meanwhile."""
        self.stood.pop(login, None)

        async def pressing() -> None:
            pilot = self.drivers[login].pilot
            for key in keys:
                await pilot.press(key.removeprefix("*") if len(key) > 1 and key[0] == "*" else key)

        self.loop.run(pressing())

    def aim(self, login: str) -> None:
        """Remember what the agent sees chosen now."""
        window = self.drivers[login].console.queue.rows.window
        chosen = set(window.marks) or ({window.cursor} if window.cursor is not None else set())
        self.aimed[login] |= chosen

    @rule(who=st.sampled_from(AGENTS), keys=st.lists(st.sampled_from("jkgG"), min_size=1, max_size=8))
    def move(self, who: str, keys: list[str]) -> None:
        """Move about."""
        self.press(who, *keys)

    @rule(who=st.sampled_from(AGENTS), key=st.sampled_from(["1", "2", "3", "4", "5", "[", "]"]))
    def view(self, who: str, key: str) -> None:
        """Another view."""
        self.press(who, key)

    @rule(who=st.sampled_from(AGENTS), steps=st.integers(1, 4))
    def mark(self, who: str, steps: int) -> None:
        """Mark a few."""
        self.press(who, *("space" for _ in range(steps)))

    @rule(who=st.sampled_from(AGENTS), keys=st.lists(st.sampled_from("jk"), min_size=1, max_size=4))
    def mark_range(self, who: str, keys: list[str]) -> None:
        """Mark all from here to there."""
        self.press(who, "v", *keys, "v")

    @rule(who=st.sampled_from(AGENTS))
    def undo(self, who: str) -> None:
        """Put back what this agent did last, of which nothing may lie elsewhere than it did."""
        self.press(who, "escape", "u")

    @rule(who=st.sampled_from(AGENTS), word=st.sampled_from(["till", "mail", "кас"]), keep=st.booleans())
    def narrow(self, who: str, word: str, keep: bool) -> None:
        """Filter, and keep it or not."""
        self.press(who, "slash", *word, "enter" if keep else "escape")

    @rule(who=st.sampled_from(AGENTS), times=st.integers(1, 3))
    def escape(self, who: str, times: int) -> None:
        """Out of whatever it is."""
        self.press(who, *("escape" for _ in range(times)))

    @rule(who=st.sampled_from(AGENTS), down=st.integers(0, 3))
    def sort(self, who: str, down: int) -> None:
        """Another order."""
        self.press(who, "S", *("down" for _ in range(down)), "enter")

    @rule(who=st.sampled_from(AGENTS), key=st.sampled_from(["J", "K"]))
    def read(self, who: str, key: str) -> None:
        """Open a ticket, go to its neighbour, come back."""
        self.press(who, "enter", key, "q")

    @rule(who=st.sampled_from(AGENTS), verb=st.sampled_from(sorted(SINGLE)))
    def act(self, who: str, verb: str) -> None:
        """Do something to what is chosen, and do not wait for it."""
        self.press(who, "escape")
        self.aim(who)
        self.press(who, *SINGLE[verb])

    @rule(who=st.sampled_from(AGENTS), down=st.integers(0, 5))
    def assign(self, who: str, down: int) -> None:
        """Give it to somebody."""
        self.aim(who)
        self.press(who, "a")
        self.loop.run(self.drivers[who].settle())
        self.press(who, *("down" for _ in range(down)), "enter")

    @rule(letters=st.integers(1, 3))
    def fetch(self, letters: int) -> None:
        """New mail comes, and an answer to an old one."""
        for _ in range(letters):
            self.mails.ask(next(self.mail))

    @rule()
    def look(self) -> None:
        """Everything comes to rest."""
        self.loop.run(self._settle())

    @invariant()
    def check(self) -> None:
        """Nothing landed elsewhere, and each history tells of one life."""
        for login in AGENTS:
            changed = {
                row[0]
                for row in self.store.execute(
                    "SELECT DISTINCT ticket_id FROM history WHERE actor = ? AND id > ?", (login, self._before())
                )
            }
            assert changed <= self.aimed[login], f"{login} changed {changed - self.aimed[login]}, which nobody chose"
        for login, driver in self.drivers.items():
            assert driver.console._exception is None
            window = driver.console.queue.rows.window
            before = self.stood.get(login)
            if before is not None and window.index_of(before) is not None:
                assert window.cursor == before, f"the cursor of {login} left SD-{before}, and nobody moved it"
            self.stood[login] = window.cursor
        assert faults(self.store) == []

    def _before(self) -> int:
        if not hasattr(self, "_last"):
            with closing(sqlite3.connect(self.template)) as store:
                self._last: int = store.execute("SELECT max(id) FROM history").fetchone()[0]
        return self._last


@pytest.fixture(scope="module")
def three_hundred(_busy_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The busy desk with 300 tickets."""
    path = tmp_path_factory.mktemp("three-hundred") / "desk.db"
    shutil.copy(_busy_template, path)
    desk = MailDesk(path)
    with closing(sqlite3.connect(path)) as store:
        have = store.execute("SELECT count(*) FROM ticket").fetchone()[0]
    for number in range(have, TICKETS):
        desk.ask(number, sender=f"person{number % 20}@acc.shop.example")
    desk.desk.close()
    with closing(sqlite3.connect(path)) as store, store:
        store.execute("DELETE FROM undo")  # an agent could undo what he never did in the walk
    return path


@pytest.mark.slow
@pytest.mark.hypothesis
@pytest.mark.endurance
def test_no_action_lands_elsewhere(three_hundred: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The list takes every new order at once, which spares nobody who looks at it.
    monkeypatch.setattr(queue_reading, "IDLE_SECONDS", 0.0)
    Desk.template, Desk.folder = three_hundred, tmp_path
    run_state_machine_as_test(
        Desk,
        settings=settings(
            max_examples=4, stateful_step_count=40, suppress_health_check=list(HealthCheck), print_blob=True
        ),
    )
