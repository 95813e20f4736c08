"""What takes long elsewhere never keeps the cursor from moving: a mail server, a store that is held, a huge ticket."""

from __future__ import annotations

import ast
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from console_driver import Driver, driving

import sdesk.tui
from sdesk.tui.mail_fetch import Progress, Report
from sdesk.tui.render.conversation import MOST_LETTERS

MEGABYTES = 30


@contextmanager
def held(path: Path) -> Iterator[None]:
    """The store, locked for writing by another process's like."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


async def moved(driver: Driver) -> bool:
    """Whether a key moves the cursor, without waiting for any thread."""
    before = driver.cursor
    await driver.pilot.press("j")
    return driver.cursor != before


async def test_a_mail_server_that_hangs(busy_desk_path: Path) -> None:
    hangs, asked = threading.Event(), threading.Event()

    def fetch(progress: Progress) -> list[Report]:
        asked.set()
        hangs.wait(60)
        return []

    try:
        async with driving(busy_desk_path, fetch=fetch) as driver:
            await driver.pilot.press("F")
            assert asked.wait(30)
            assert await moved(driver)
            await driver.press("enter", "q")
            assert await moved(driver)
            assert not hangs.is_set()
            # Leaving waits for no server either: the thread goes with the process.
            await driver.pilot.press("q")
            assert not driver.console.is_running
    finally:
        hangs.set()


async def test_a_store_that_another_process_holds(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        number = driver.cursor
        assert number is not None
        with held(busy_desk_path):
            await driver.pilot.press("m")
            assert await moved(driver)
            assert driver.console.link.busy, "the action waits for the store"
            # Reading goes on: WAL lets a reader see the last that was committed.
            await driver.pilot.press("6")
            assert driver.ticket(number).ticket.assignee is None
        await driver.settle()
        assert driver.ticket(number).ticket.assignee == "anna"


async def test_a_ticket_of_thirty_megabytes(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        number = driver.cursor
        assert number is not None
        with closing(sqlite3.connect(busy_desk_path)) as store, store:
            word = "the till at the door says again that it has no paper\n"
            store.execute(
                "UPDATE message SET text = ? WHERE ticket_id = ?", (word * (MEGABYTES * 1_000_000 // len(word)), number)
            )
        await driver.press("enter")
        await driver.rest()
        assert "no paper" in driver.text
        ticket = driver.console.screen
        shown = ticket.preview.conversation.plain_text  # type: ignore[attr-defined]  # a ticket's screen has it
        assert len(shown) < 1_000_000, "only the beginning of what nobody reads is laid out"
        await driver.press("J")
        assert await moved(driver) is False, "in the ticket the keys scroll"
        await driver.press("q", "k")
        assert driver.cursor == number
        for action in ("forward", "split"):
            getattr(driver.console.screen, f"action_{action}")()
            await driver.settle()
            read = driver.console.screen._messages  # type: ignore[attr-defined]  # these forms show them
            assert max(len(each.text) for each in read) == MOST_LETTERS, action
            await driver.press("escape")
        assert await moved(driver)


def test_no_screen_reads_the_texts_of_a_ticket_whole() -> None:
    """Thirty megabytes of text are a second of the reading thread, in which no other question is answered."""
    calls = [
        (path.name, call)
        for path in sorted(Path(sdesk.tui.__file__).parent.rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "reader.ticket"
    ]
    assert len(calls) >= 7
    for name, call in calls:
        assert "longest=MOST_LETTERS" in ast.unparse(call), name
