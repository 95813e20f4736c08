"""Not alone: who else is at a ticket, what changed while one wrote, and two terminals of one agent."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from console_driver import Driver, driving, key_event
from desks import NOW
from intake_desk import MailDesk

from sdesk.actions.personal import be_at, save_draft
from sdesk.desk.presence import LIVES
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.ticket import Direction, Doing
from sdesk.tui.screens import compose, compose_kept
from sdesk.tui.screens.compose import Compose
from sdesk.tui.screens.compose_fields import Words
from sdesk.tui.screens.dialog import Confirm


@pytest.fixture
def mails(desk_path: Path) -> Iterator[MailDesk]:
    """The small desk with two tickets."""
    desk = MailDesk(desk_path)
    desk.ask(1)
    desk.ask(2)
    yield desk
    desk.desk.close()


async def until(driver: Driver, holds: Callable[[], bool], what: str) -> None:
    """Wait until the poll has brought something."""
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end, f"never came: {what}\n{driver.text}"
        await asyncio.sleep(0.05)
        await driver.settle()


def present(mails: MailDesk) -> list[tuple[int, str]]:
    return [(row[0], str(row[1])) for row in mails.rows("SELECT ticket_id, doing FROM presence ORDER BY ticket_id")]


async def test_others_are_told_where_one_is_and_that_one_left(mails: MailDesk) -> None:
    async with driving(mails.path) as driver:
        assert driver.cursor == 1
        await driver.press("enter")
        await until(driver, lambda: present(mails) == [(1, "reading")], "reading")
        await driver.press("r")
        await until(driver, lambda: present(mails) == [(1, "replying")], "replying")
        await driver.press("escape", "J", "i")
        await until(driver, lambda: present(mails) == [(2, "noting")], "another ticket")
        await driver.press("escape", "escape")
        await until(driver, lambda: present(mails) == [], "the list")
        await driver.press("r")
        await until(driver, lambda: present(mails) == [(2, "replying")], "from the list")
    assert present(mails) == [], "who quits is not there any more"


async def test_who_writes_in_an_editor_outside_stays_there_and_has_a_draft(
    mails: MailDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[object, ...]] = []

    def stands() -> list[tuple[object, ...]]:
        asked = "SELECT p.until, p.doing, d.text FROM presence AS p LEFT JOIN draft AS d USING (ticket_id)"
        return [tuple(row) for row in mails.rows(asked)]

    def edits(command: list[str]) -> str:
        # It has the event loop; only the writing thread goes on.
        end = time.monotonic() + 5
        while time.monotonic() < end and not (seen and str(seen[0][0]) >= later and seen[0][2]):
            seen[:] = stands()
            time.sleep(0.02)
        return ""

    later, usual = to_rfc3339(NOW + timedelta(hours=3)), to_rfc3339(NOW + LIVES)
    monkeypatch.setattr(compose, "_run", edits)
    monkeypatch.setenv("EDITOR", "ed")
    async with driving(mails.path) as driver:
        monkeypatch.setattr(driver.console, "suspend", nullcontext)
        await driver.press("r")
        await driver.type("Words")
        screen = driver.console.screen
        assert isinstance(screen, Compose)
        screen.action_outside()
        assert [(row[1], row[2]) for row in seen] == [("replying", "Words")]
        assert str(seen[0][0]) >= later
        await driver.settle()
        assert [str(row[0])[:19] for row in stands()] == [usual[:19]], "as usual again"


async def test_who_else_is_there_is_seen_in_list_ticket_and_editor(mails: MailDesk) -> None:
    boris = mails.actor("boris")
    async with driving(mails.path) as driver:
        reads = []
        driver.console.queue.read_visible = lambda: reads.append(1)  # type: ignore[method-assign]
        be_at(mails.desk, boris, 1, Doing.REPLYING, now=NOW)
        row = next(line for line in driver.text.splitlines() if "SD-1 " in line)
        assert "&" not in row
        await until(driver, lambda: "&" in next(x for x in driver.text.splitlines() if "SD-1 " in x), "the sign")
        assert not reads, "nothing else is read again for it"
        await driver.press("enter")
        assert "boris is replying" in driver.text
        await driver.press("r")
        assert "Now at it: boris is replying" in driver.text
        be_at(mails.desk, boris, 1, Doing.NOTING, now=NOW)
        await until(driver, lambda: "Now at it: boris is writing a note" in driver.text, "another doing")
        be_at(mails.desk, boris, None, Doing.READING, now=NOW)
        await until(driver, lambda: "Now at it" not in driver.text, "he left")
        await driver.press("escape")
        assert "boris" not in driver.text


async def test_what_changes_while_one_writes_is_said_and_looked_at_before_it_goes(mails: MailDesk) -> None:
    async with driving(mails.path) as driver:
        await driver.press("r")
        await driver.type("We come.")
        mails.do("boris", "note", 1, text="I am there already.")
        mails.do("boris", "assign", 1, to="boris")
        await until(driver, lambda: "Changed since you opened it: boris: note, assigned -> boris" in driver.text, "it")
        assert "I am there already." in driver.text, "the conversation is read again"
        await driver.press("ctrl+g")
        await driver.rest()
        assert "SD-1 was changed meanwhile: look at it, then send again (boris: note" in driver.text
        assert len([each for each in driver.ticket(1).messages if each.direction is Direction.OUT]) == 0
        await driver.press("ctrl+g")
        await driver.rest()
        assert driver.console.screen is driver.console.queue
        assert driver.ticket(1).messages[-1].text == "We come."


async def test_two_terminals_lose_no_word_of_one_draft(mails: MailDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compose_kept, "SAVE_SECONDS", 0.1)
    anna = mails.actor("anna")
    async with driving(mails.path) as driver:
        await driver.press("r")
        await driver.type("Here.")
        await until(driver, lambda: mails.rows("SELECT text FROM draft") == [("Here.",)], "the draft")
        stamp = str(mails.rows("SELECT stamp FROM draft")[0][0])
        there = {"cc": "boss@shop.example", "phone": True}
        save_draft(
            mails.desk, anna, 1, Direction.OUT, "Here. There.", now=NOW, beside=there, session="other", seen=stamp
        )
        await driver.type(" Too late.")
        await until(driver, lambda: "Another terminal has written on this draft" in driver.text, "the warning")
        assert mails.rows("SELECT text FROM draft") == [("Here. There.",)]
        await driver.press("escape")
        assert mails.rows("SELECT text FROM draft") == [("Here. There.\n\nHere. Too late.",)]
        await driver.press("r")
        screen = driver.console.screen
        assert isinstance(screen, Compose)
        assert screen.text == "Here. There.\n\nHere. Too late."
        assert (screen.beside.cc, screen.beside.phone) == ("boss@shop.example", False)
        # What is sent goes; words that another terminal has begun since do not go with it.
        stamp = str(mails.rows("SELECT stamp FROM draft")[0][0])
        save_draft(mails.desk, anna, 1, Direction.OUT, "Elsewhere.", now=NOW, session="other", seen=stamp)
        await driver.press("ctrl+g")
        await driver.rest()
        assert driver.ticket(1).messages[-1].text == "Here. There.\n\nHere. Too late."
        assert mails.rows("SELECT text FROM draft") == [("Elsewhere.",)]


async def test_words_on_their_way_are_no_draft_again(mails: MailDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compose_kept, "SAVE_SECONDS", 60)
    async with driving(mails.path) as driver:
        await driver.press("r")
        await driver.type("Here.")
        screen = driver.console.screen
        assert isinstance(screen, Compose)
        screen.keep_draft()
        await until(driver, lambda: mails.rows("SELECT text FROM draft") == [("Here.",)], "the draft")
        link = driver.console.link
        saved: list[str | None] = []
        real = link.save_draft

        def save_draft(*of: Any, **more: Any) -> None:
            saved.append(of[3])
            real(*of, **more)

        monkeypatch.setattr(link, "save_draft", save_draft)
        # Another terminal wrote on it, and sent it before that was looked at here, where all is on its way by now.
        screen.query_one("#text", Words).read_only = True
        screen._parted(None)
        assert saved == []
        screen.query_one("#text", Words).read_only = False
        screen._parted(None)
        assert saved == ["Here."]


async def test_drafts_are_marked_and_quitting_asks_where_this_session_left_some(mails: MailDesk) -> None:
    save_draft(mails.desk, mails.actor("anna"), 2, Direction.NOTE, "Of before", now=NOW - timedelta(hours=1))
    async with driving(mails.path) as driver:
        await until(driver, lambda: '"' in next(x for x in driver.text.splitlines() if "SD-2 " in x), "the sign")
        await driver.press("enter", "J")
        assert "note 11:00 (i)" in driver.text
        await driver.press("K", "r")
        await driver.type("Half")
        await driver.press("escape")
        await until(driver, lambda: "draft 12:00 (r)" in driver.text, "the draft in the ticket")
        await driver.press("escape", "q")
        assert isinstance(driver.console.screen, Confirm)
        assert "Quit with 1 draft unsent (SD-1)?" in driver.text
        await driver.press("n", "r")
        await driver.type(" of it.")
        await driver.press("ctrl+g")
        await driver.rest()
        await driver.press("q")
        assert not driver.console.is_running


async def test_what_follows_is_said_of_the_ticket_as_it_is_now(mails: MailDesk) -> None:
    async with driving(mails.path, size=(80, 24)) as driver:
        await driver.press("r")
        assert "then it is yours, and open" in driver.text
        await driver.type("Half")
        mails.do("boris", "take", 1, at=NOW)
        await until(driver, lambda: "it stays open" in driver.text, "what follows")
        assert "then it is yours" not in driver.text


async def test_what_this_console_is_still_writing_is_nobody_elses_change(mails: MailDesk) -> None:
    async with driving(mails.path) as driver:
        await driver.press("enter")
        # The take is still on its way when the editor opens.
        link, held = driver.console.link, threading.Event()
        link.write(driver.console, lambda desk, actor, now: held.wait(10), lambda answer: None, lambda error: None)
        for key in "mr":
            driver.console.post_message(key_event(key))
        await driver.until(
            lambda: isinstance(driver.console.screen, Compose) and driver.console.screen._mounted_event.is_set()
        )
        held.set()
        while link._writing.busy:  # the loop stands still meanwhile: the editor's own reading is not yet asked
            time.sleep(0.001)
        driver.console.screen.store_changed()  # type: ignore[attr-defined]
        await driver.settle()
        await driver.type("On my way")
        await driver.press("ctrl+g")
        assert mails.rows("SELECT count(*) FROM message WHERE direction = 'out'")[0][0] == 1, driver.text
