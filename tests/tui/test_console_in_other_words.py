"""The console in Russian, in ASCII, with its first hint: walked through screen by screen on a real desk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from console_driver import Driver, driving

from sdesk.tui.drawing import draw_in_ascii
from sdesk.tui.language import speak
from sdesk.tui.settings import ConsoleSettings
from sdesk.tui.widgets.hint import Hint


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    speak("en")
    draw_in_ascii(False)


WAYS: tuple[tuple[str, ...], ...] = (
    *(("question_mark",), ("a",), ("w",), ("M",), ("e",), ("ctrl+p",), ("y",), ("r",)),
    *(("f",), ("colon",), ("T",), ("0",), ("enter",)),
)
"""Keys from the queue to a screen or a question of each kind."""


async def walk(driver: Driver) -> list[tuple[str, str]]:
    """What each of them shows, with the keys that lead there."""
    seen = [("the queue", driver.text)]
    for keys in WAYS:
        await driver.press(*keys)
        await driver.rest()
        seen.append((" ".join(keys), driver.text))
        for _ in range(4):
            if driver.console.screen is not driver.console.queue:
                await driver.press("escape")
    return seen


async def test_in_ascii_nothing_else_is_drawn(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path, settings=ConsoleSettings(ascii=True, hint=True)) as driver:
        assert "RUB" in driver.text
        for where, text in await walk(driver):
            foreign = {sign for sign in text if not sign.isascii() and not re.match(r"[А-Яа-яЁё№]", sign)}
            assert foreign == set(), f"{where}:\n{text}"


async def test_who_never_opened_a_ticket_is_told_three_things_once(busy_desk_path: Path) -> None:
    welcome = ConsoleSettings(hint=True)
    async with driving(busy_desk_path, settings=welcome) as driver:
        assert "New here?" in driver.text
        await driver.press("escape")
        assert "New here?" not in driver.text
        assert not driver.console.queue.query(Hint)
    async with driving(busy_desk_path, settings=welcome) as driver:
        await driver.press("enter", "escape")
        assert "New here?" not in driver.text
    async with driving(busy_desk_path, settings=welcome) as driver:
        assert "New here?" not in driver.text
    async with driving(busy_desk_path, login="boris", settings=welcome) as driver:
        assert "New here?" in driver.text
    async with driving(busy_desk_path, login="boris") as driver:
        assert "New here?" not in driver.text
