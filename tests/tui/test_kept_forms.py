"""Words of a form: kept while one writes, found again where it is opened again, gone with what is made of them."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from console_driver import Driver, driving
from desks import NOW

from sdesk.actions.perform import perform
from sdesk.desk.opening import open_desk
from sdesk.domain.ticket import Status
from sdesk.store.reader import Reader
from sdesk.tui.screens import form
from sdesk.tui.screens.form import Form


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(form, "SAVE_SECONDS", 0.1)


def kept(driver: Driver) -> list[tuple[str, dict[str, str]]]:
    with closing(sqlite3.connect(driver.console.link.path)) as connection:
        return [(name, json.loads(words)) for name, words in connection.execute("SELECT form, words FROM form_draft")]


def later() -> datetime:
    """When a console that was killed is known to be gone."""
    return NOW + timedelta(seconds=11)


def text_of(driver: Driver, id_: str) -> str:
    screen = driver.console.screen
    assert isinstance(screen, Form)
    return screen.text_of(id_)


async def test_they_outlive_the_console_and_go_with_what_is_done(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        number = driver.cursor
        await driver.press("c")
        await driver.type("The cable")
        # Nothing of the form is left: that is all a console that is killed can have done.
        await driver.until(lambda: kept(driver) == [(f"close {number}", {"text": "The cable"})])
    async with driving(busy_desk_path, now=later) as driver:
        await driver.press("j", "c")
        assert text_of(driver, "text") == "", "those of another ticket"
        await driver.press("escape", "k", "c")
        assert text_of(driver, "text") == "The cable"
        await driver.type(" again")
        await driver.press("escape")
        assert f"draft of SD-{number} kept" in driver.notice
        await driver.press("q")
        assert f"Quit with 1 draft unsent (SD-{number})?" in driver.text
        await driver.press("escape", "c", "ctrl+g")
        done = driver.ticket(number or 0)
        assert (done.ticket.status, done.messages[-1].text) == (Status.RESOLVED, "The cable again")
        assert kept(driver) == []
        assert not driver.console.begun


def _after(begun: float) -> datetime:
    return NOW + timedelta(seconds=time.monotonic() - begun)


async def test_they_are_marked_as_all_drafts_are(busy_desk_path: Path) -> None:
    begun = time.monotonic()
    ticks = partial(_after, begun)
    async with driving(busy_desk_path, size=(80, 24), now=ticks) as driver:
        number = driver.cursor or 0
        await driver.press("c")
        await driver.type("The cable")
        await driver.press("escape")
        await driver.until(lambda: '"' in next(x for x in driver.text.splitlines() if f"SD-{number} " in x))
        await driver.press("enter")
        await driver.rest()
        assert "close 12:00 (c)" in driver.text
        # What undo brings back is a draft of this session too, though nobody left an editor.
        await driver.press("escape", "j", "i")
        await driver.type("A note.")
        await driver.press("ctrl+g", "u")
        await driver.until(lambda: len(driver.console.company.drafts) == 2)
        await driver.press("q")
        assert f"Quit with 2 drafts unsent (SD-{driver.cursor}, SD-{number})?" in driver.text
    with Reader(busy_desk_path) as reader:
        assert [mark.number for mark in reader.drafts(reader.actor("olga"))] == []


async def test_what_undo_brings_back_in_the_same_second_is_a_draft(busy_desk_path: Path) -> None:
    """The clock stands still: what was seen before it was sent looks as what came back."""
    async with driving(busy_desk_path, size=(80, 24)) as driver:
        ref = f"SD-{driver.cursor}"
        await driver.press("i")
        await driver.type("A note.")
        await driver.until(lambda: len(driver.console.company.drafts) == 1)
        await driver.press("ctrl+g")
        assert driver.console.drafts_left() == {}
        await driver.press("u")
        await driver.until(lambda: "draft" in driver.notice)
        await driver.until(lambda: list(driver.console.drafts_left().values()) == [ref])
        await driver.press("q")
        assert f"Quit with 1 draft unsent ({ref})?" in driver.text


async def test_what_is_cleared_is_forgotten(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        await driver.press("c")
        await driver.type("No")
        await driver.press("escape", "c", "backspace", "backspace", "escape")
        assert kept(driver) == []
        assert not driver.console.begun


async def test_those_of_a_new_ticket(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        await driver.press("C")
        await driver.type("nobody@shop.example\n")
        await driver.type("Till burns")
        await driver.press("tab", "tab")
        await driver.type("All of it.")
        await driver.until(lambda: len(kept(driver)) == 1 and "All of it." in kept(driver)[0][1].values())
    async with driving(busy_desk_path, now=later) as driver:
        await driver.press("C")
        assert (text_of(driver, "subject"), text_of(driver, "text")) == ("Till burns", "All of it.")
        await driver.press("ctrl+g")
        assert kept(driver) == []
        assert "opened" in driver.notice


async def test_two_terminals_keep_words_of_their_own(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as one:
        number = one.cursor
        await one.press("c")
        await one.type("The cable")
        await one.until(lambda: kept(one) == [(f"close {number}", {"text": "The cable"})])
        async with driving(busy_desk_path) as two:
            await two.press("c")
            assert text_of(two, "text") == ""
            assert "This form is open at another terminal" in two.notice
            await two.type("The plug")
            await two.until(lambda: len(kept(two)) == 2)
            await two.press("escape")
            assert f"draft of SD-{number} kept" in two.notice
        # Whatever another terminal did with the row: what is typed here is kept again, and when it is left.
        with closing(sqlite3.connect(busy_desk_path)) as connection:
            connection.execute("DELETE FROM form_draft WHERE words LIKE '%cable%'")
            connection.commit()
        await one.until(lambda: len(kept(one)) == 2)
        await one.press("escape", "c")
        assert text_of(one, "text") == "The cable", "the newest that was left"
        await one.press("ctrl+g")
        assert kept(one) == [(f"close {number}", {"text": "The plug"})]


async def test_whoever_is_refused_has_the_words_yet(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        await driver.press("space", "space", "c")
        one, other = sorted(row.number for row in driver.console.queue.chosen())
        await driver.type("The cable")
        desk = open_desk(busy_desk_path)
        with Reader(busy_desk_path) as reader:
            boris = reader.actor("boris")
        perform(desk, boris, "close", [other], {"silent": True}, now=NOW)
        desk.close()
        await driver.press("ctrl+g")
        await driver.until(lambda: kept(driver) == [(f"close {other}", {"text": "The cable"})])
        await driver.rest()
        assert f"1 done, 1 refused (SD-{other})" in driver.notice
        assert f"What you typed is kept for SD-{other}" in driver.notice
        assert driver.ticket(one).messages[-1].text == "The cable"
        assert list(driver.console.begun) == [f"close {other}"]


async def test_a_resolution_that_is_undone_stands_in_its_form_again(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        number = driver.cursor or 0
        await driver.press("r")
        await driver.type("We look at it.")
        await driver.press("escape", "c")
        await driver.type("The cable.")
        await driver.press("ctrl+g", "u")
        await driver.rest()
        assert driver.ticket(number).ticket.status is Status.NEW
        await driver.press("c")
        assert text_of(driver, "text") == "The cable."
        await driver.press("escape", "r")
        assert getattr(driver.console.screen, "text", "") == "We look at it.", "not joined with other words"
        await driver.press("escape")
        # What the editor said is there again: it resolves too.
        await driver.press("j", "r")
        await driver.type("Done.")
        await driver.press("ctrl+t", "ctrl+t", "ctrl+t", "ctrl+t", "ctrl+g", "u")
        await driver.rest()
        await driver.press("r")
        assert getattr(driver.console.screen, "text", "") == "Done."
