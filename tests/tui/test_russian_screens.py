"""The console in Russian as it is drawn in `pictures`: nothing in English, nothing cut that would lose its sense."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from console_driver import driving
from pictures import FOLDER

from scripts import messages
from sdesk.actions.perform import TicketOutcome
from sdesk.domain.completion import Name, suggest
from sdesk.domain.filter_fields import FIELDS, WORDS
from sdesk.domain.phrase import noun, phrase, phrases
from sdesk.domain.ticket import Status
from sdesk.tui.actions import shown
from sdesk.tui.language import _, speak
from sdesk.tui.render.filter_words import lines_of, value_words
from sdesk.tui.screens.command_search import CommandSearch
from sdesk.tui.verbs.doing import report

PICTURES = sorted(FOLDER.glob("*/*-ru.txt"))


@pytest.fixture(autouse=True)
def _in_russian() -> Iterator[None]:
    speak("ru")
    yield
    speak("en")


def lines(picture: Path) -> list[str]:
    """What is on the screen, without the styles below it."""
    _first, *text = picture.read_text(encoding="utf-8").splitlines()
    return text[: next(place for place, line in enumerate(text) if set(line) == {"-"})]


def test_no_screen_says_in_english_what_has_a_translation() -> None:
    catalog = messages.catalogue_of("ru")
    said = {
        text
        for message in catalog
        for text in ([message.id] if isinstance(message.id, str) else message.id)
        if " " in text and "{" not in text and text not in str(message.string)
    }
    assert len(said) > 500
    found = {
        (picture.parent.name, text)
        for picture in PICTURES
        for whole in ["\n".join(lines(picture))]
        for text in said
        if text in whole and re.search(rf"(?<![\w/-]){re.escape(text)}(?![\w/-])", whole)
    }
    assert sorted(found) == []


@pytest.mark.parametrize("size", ["80x24", "120x36"])
def test_no_footer_and_no_hint_is_cut(size: str) -> None:
    for picture in PICTURES:
        if picture.stem.startswith(size):
            *_rest, last = lines(picture)
            assert "…" not in last, picture
            for line in lines(picture):
                if line.rstrip().endswith(("─╯", "═╝")) or "╰─" in line:
                    assert "…" not in line, (picture, line)


@pytest.mark.parametrize("size", ["80x24", "120x36"])
def test_the_board_says_each_figure_whole(size: str) -> None:
    text = lines(FOLDER / "board" / f"{size}-colour-ru.txt")
    went = [line for line in text if "прошлая" in line]
    assert [re.findall(r"прошлая (\d+%?|-)(?= |$)", line) for line in went] == [["100%"], ["52", "100%"], ["4"]]
    assert re.search(r"1-й ответ +100%", "\n".join(text))
    assert any("! просрочено  ▒ риск" in line for line in text)
    assert all(figure in text[0] for figure in ("просрочено 14", "риск 1", "давно 3", "ответить 40", "ничьих 28"))


def test_the_filter_stays_a_language_and_is_explained_in_russian() -> None:
    known = {"team": (Name("it", "ИТ-поддержка"),)}
    for field in FIELDS:
        (line,) = [each for each in lines_of(suggest(field, len(field), known)) if each.text == f"{field}:"]
        assert re.search("[а-я]", line.about), field
    for field in (*WORDS, "due", "wake", "created", "assignee", "requester"):
        for line in lines_of(suggest(f"{field}:", len(field) + 1, known)):
            assert line.text.isascii()
            assert re.search("[а-я]", line.about) or field == "priority", (field, line)
    assert value_words("status", Status.WAITING.value) == "ждёт"
    assert value_words("tag", "waiting") == ""
    speak("en")
    assert value_words("status", Status.WAITING.value) == ""


def test_keys_are_called_as_on_the_keyboard() -> None:
    assert [shown(key) for key in ("space", "up", "down", "enter", "pageup", "ctrl+r", "J")] == [
        *("Пробел", "Вверх", "Вниз", "Enter", "PgUp", "Ctrl+R", "J")
    ]


def test_what_was_done_to_many_agrees_with_any_number() -> None:
    def done(number: int, pattern: str, **values: object) -> TicketOutcome:
        return TicketOutcome(number, f"SD-{number}", phrase(pattern, ref=f"SD-{number}", **values))

    assigned = [done(number, "{ref} assigned to {name}{parts}", name="dana", parts="") for number in (4, 5)]
    assert report(assigned, {}) == ("2 заявки: исполнитель dana", "good")
    resolved = [done(number, "{ref} resolved{how}{noted}{parts}", how="", noted="", parts="") for number in range(5)]
    assert report(resolved, {}) == ("5 заявок: решение записано", "good")
    one = [done(number, "outage of {ref} confirmed{facts}{parts}", facts="", parts="") for number in (4, 5)]
    assert report(one, {}) == ("2 заявки сделано: простой SD-4 подтверждён и так далее", "good")


def test_phrases_within_phrases_are_said_in_russian() -> None:
    parts = phrases(", and {count} ticket with it", ", and {count} tickets with it", 2)
    assert parts.said(_, lambda one, many, count: ", и с ней {count} заявки") == ", и с ней 2 заявки"
    assert noun("team").said(_, lambda one, many, count: one) == "команда"


async def test_the_palette_asks_and_answers_in_russian(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        await driver.press("ctrl+p")
        await driver.rest()
        assert isinstance(driver.console.screen, CommandSearch)
        assert "команда: название или что она делает" in driver.text
        assert "Search" not in driver.text
        await driver.type("щщщщ")
        async with asyncio.timeout(10):
            # Textual waits half a second before it says so.
            while "ничего не подходит" not in driver.text:
                await driver.pilot.pause(0.02)
        assert "No matches" not in driver.text
        await driver.press("escape")
        assert "команда: название" not in driver.text
