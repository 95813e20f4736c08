"""Keys that come all at once, as a slow line or a quick hand delivers them: each goes to whom it is for."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from console_driver import Driver, driving
from textual import events
from textual.widgets import Input

from sdesk.tui.screens.choose import Choose
from sdesk.tui.screens.compose import Compose


async def at_once(driver: Driver, *keys: str) -> None:
    """Post keys without waiting for anything in between."""
    for key in keys:
        driver.console.post_message(events.Key(key, key if len(key) == 1 else None))
    await asyncio.sleep(0)
    while not driver.console.keys_are_done:
        await asyncio.sleep(0.005)
    await driver.rest()


async def test_a_filter_typed_in_one_go(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        before = driver.ticket(driver.cursor or 0).ticket
        await at_once(driver, "slash", *"till")
        assert driver.console.queue.filter_text == "till"
        assert driver.refs == ["SD-57"]
        assert driver.ticket(before.number).ticket.version == before.version, "no letter was a command"


async def test_words_typed_right_behind_the_key_that_opens_the_editor(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        await at_once(driver, "i", *"mac")
        assert isinstance(driver.console.screen, Compose)
        assert driver.console.screen.text == "mac"


async def test_a_dialog_a_word_and_enter(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        number = driver.cursor
        assert number is not None
        await at_once(driver, "a", *"bor")
        assert isinstance(driver.console.screen, Choose)
        assert driver.console.screen.query_one(Input).value == "bor"
        await at_once(driver, "enter")
        assert driver.ticket(number).ticket.assignee == "boris"


async def test_leaving_and_moving_on_loses_no_key(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        first = driver.cursor
        await at_once(driver, "a", "escape", "j", "j", "k", "question_mark", "escape", "k")
        assert driver.cursor == first
        assert driver.console.screen is driver.console.queue


async def test_a_filter_kept_and_an_answer_begun_in_one_go(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        await at_once(driver, "slash", *"till")
        await at_once(driver, "enter", "r", *"mac")
        assert driver.console.queue.filter_text == "till", "no letter went into the field that Enter has left"
        assert isinstance(driver.console.screen, Compose)
        assert driver.console.screen.text == "mac"


@pytest.mark.parametrize("second", ["tab", "enter"])
async def test_a_path_that_is_completed_and_attached_in_one_go(
    busy_desk_path: Path, tmp_path: Path, second: str
) -> None:
    (tmp_path / "receipt.log").write_text("out of paper")
    async with driving(busy_desk_path) as driver:
        await driver.press("r")
        await driver.rest()
        screen = driver.console.screen
        assert isinstance(screen, Compose)
        field = screen.query_one("#path", Input)
        field.focus()
        field.value = str(tmp_path / "rec")
        await driver.pilot.pause()
        await at_once(driver, "tab", second)
        while driver.console.link.busy or not screen._files:
            await asyncio.sleep(0.01)
        assert [file.path.name for file in screen._files] == ["receipt.log"]
        assert field.value == ""
