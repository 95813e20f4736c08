"""The console in Russian, in ASCII, with its first hint: walked through screen by screen on a real desk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from console_driver import Driver, driving
from desks import NOW

from sdesk.domain.errors import BadInput
from sdesk.tui.app import run_console
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


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (ConsoleSettings(language="rus"), "the console does not speak `rus`. did you mean `ru`?"),
        (ConsoleSettings(language="fr"), "the console does not speak `fr`. it is one of en, ru"),
        (ConsoleSettings(theme="lite"), "there is no theme `lite`. did you mean `light`?"),
    ],
)
def test_what_there_is_not_is_refused_with_the_nearest(
    settings: ConsoleSettings, sentence: str, busy_desk_path: Path
) -> None:
    with pytest.raises(BadInput) as refused:
        run_console(store=busy_desk_path, login="anna", fetch=None, now=lambda: NOW, settings=settings)
    assert str(refused.value) == sentence


async def test_the_line_says_in_russian_what_it_would_do(busy_desk_path: Path) -> None:
    speak("ru")
    async with driving(busy_desk_path) as driver:
        await driver.press("colon")
        await driver.type('refuse --text "Later"')
        await driver.rest()
        assert "Записать, что согласующий" in driver.text
        assert "Write down" not in driver.text


async def test_in_russian_words_signs_and_answers_are_russian(busy_desk_path: Path) -> None:
    speak("ru")
    async with driving(busy_desk_path, size=(80, 24)) as driver:
        header, views, _, titles = driver.text.splitlines()[:4]
        assert "просрочено 14" in header
        assert "1 Мои 14" in views
        assert titles.split()[:1] == ["СРОК"]
        assert "СТАТУС" in titles
        assert "новая" in driver.text
        number = driver.cursor
        assert number is not None
        await driver.press("m")
        assert driver.notice == f"SD-{number}: исполнитель anna. u отменит"
        assert driver.ticket(number).ticket.assignee == "anna"
        await driver.press("m")
        assert driver.notice == f"SD-{number}: она уже ваша"
        await driver.press("number_sign")
        await driver.type("9999")
        assert "ничего не подходит" in driver.text, driver.text


async def test_in_both_languages_no_line_is_cut_in_the_bars_that_are_always_there(busy_desk_path: Path) -> None:
    for language in ("en", "ru"):
        speak(language)
        async with driving(busy_desk_path, size=(80, 24)) as driver:
            lines = driver.text.splitlines()
            assert all("…" not in line for line in (lines[0], lines[1], lines[3], lines[-1])), driver.text
            # The list of keys is always offered.
            assert lines[-1].split()[-2] == "?"
