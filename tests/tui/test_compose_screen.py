"""Writing: what is typed is kept, sent once, and never to the wrong people."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from console_driver import Driver, driving
from desks import NOW

from sdesk.actions.grammar import usual_editor
from sdesk.actions.perform import perform
from sdesk.desk.opening import open_desk
from sdesk.domain.errors import BadInput
from sdesk.domain.ticket import Direction
from sdesk.store.reader import Reader
from sdesk.tui.screens import compose_kept
from sdesk.tui.screens.compose import Compose, editor_command


def draft_of(driver: Driver, number: int, direction: Direction) -> str | None:
    with Reader(driver.console.link.path) as reader:
        draft = reader.draft(reader.actor("anna"), number, direction)
        return None if draft is None else draft.text


def editor(driver: Driver) -> Compose:
    screen = driver.console.screen
    assert isinstance(screen, Compose)
    return screen


@pytest.mark.parametrize("inside", [False, True], ids=["list", "ticket"])
async def test_a_reply_is_sent_once_and_its_draft_forgotten(busy_desk_path: Path, inside: bool) -> None:
    async with driving(busy_desk_path) as driver:
        if inside:
            await driver.press("enter")
        number = driver.cursor or 0
        await driver.press("r")
        assert "Reply to" in driver.text
        assert "To: Irina <store-001@shop.example>" in driver.text
        assert "Nobody can pay." in driver.text, "what is answered is in sight"
        await driver.type("We are\non our way.")
        await driver.press("ctrl+g")
        await driver.rest()
        message = driver.ticket(number).messages[-1]
        assert (message.direction, message.text) == (Direction.OUT, "We are\non our way.")
        assert [each.direction for each in driver.ticket(number).messages].count(Direction.OUT) == 1
        assert draft_of(driver, number, Direction.OUT) is None


async def test_a_note_looks_like_no_reply_and_stays_inside(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        number = driver.cursor or 0
        await driver.press("i")
        assert "INTERNAL NOTE" in driver.text
        assert "To:" not in driver.text
        await driver.type("Same cable as last week.")
        await driver.press("tab", "enter")
        message = driver.ticket(number).messages[-1]
        assert (message.direction, message.text) == (Direction.NOTE, "Same cable as last week.")


async def test_escape_keeps_the_draft_and_the_next_time_it_is_back(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        number = driver.cursor or 0
        await driver.press("r")
        await driver.type("Half a sent")
        await driver.press("escape")
        assert draft_of(driver, number, Direction.OUT) == "Half a sent"
        assert driver.console.screen is driver.console.queue
        assert not any(each.direction is Direction.OUT for each in driver.ticket(number).messages)
    async with driving(busy_desk_path) as driver:
        await driver.press("r")
        assert editor(driver).text == "Half a sent"
        await driver.type("ence")
        assert editor(driver).text == "Half a sentence"
        await driver.press("escape", "i")
        assert editor(driver).text == "", "a note has a draft of its own"


async def test_what_was_told_by_phone_and_undone_is_told_by_phone_again(busy_desk_path: Path) -> None:
    def said(driver: Driver) -> list[tuple[str, bool]]:
        """The answers that stand, and whether a mail of each waits."""
        with closing(sqlite3.connect(driver.console.link.path)) as connection:
            return connection.execute(
                "SELECT text, message_id IS NOT NULL FROM message"
                " WHERE direction = 'out' AND taken_back_at IS NULL AND ticket_id = ?",
                (driver.cursor,),
            ).fetchall()

    async with driving(busy_desk_path) as driver:
        before = said(driver)
        await driver.press("r")
        await driver.type("Restart it.")
        await driver.press("ctrl+p")
        await driver.type("phone\n")
        assert "Told by phone: no mail goes" in driver.text
        assert "Reply to" not in driver.text
        await driver.press("ctrl+g")
        assert said(driver) == [*before, ("Restart it.", 0)]
        await driver.press("u")
        assert said(driver) == before
        await driver.press("r")
        assert "by phone - SD-" in driver.text
        await driver.press("ctrl+g")
        assert said(driver) == [*before, ("Restart it.", 0)]
        assert draft_of(driver, driver.cursor or 0, Direction.OUT) is None


async def test_a_draft_is_kept_while_one_writes(busy_desk_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compose_kept, "SAVE_SECONDS", 0.1)
    async with driving(busy_desk_path) as driver:
        number = driver.cursor or 0
        await driver.press("r")
        await driver.type("Words")
        await asyncio.sleep(0.3)
        await driver.settle()
        assert draft_of(driver, number, Direction.OUT) == "Words"


async def test_discard_forgets(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        number = driver.cursor or 0
        await driver.press("r")
        await driver.type("No")
        await driver.press("escape", "r", "tab", "tab", "tab", "tab", "tab", "enter")
        assert driver.console.screen is driver.console.queue
        assert draft_of(driver, number, Direction.OUT) is None


async def test_nothing_is_sent_when_nothing_is_written(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        number = driver.cursor or 0
        before = len(driver.ticket(number).messages)
        await driver.press("r", "ctrl+g")
        assert "Nothing is written yet" in driver.text
        assert len(driver.ticket(number).messages) == before


async def test_a_reply_to_marks_is_refused(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        await driver.press("space", "space", "r")
        assert "A reply is written to one ticket: 2 tickets are marked" in driver.notice
        assert driver.console.screen is driver.console.queue


async def test_the_editor_of_the_person(busy_desk_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "editor"
    script.write_text('#!/bin/sh\nsed -i "1s/$/ and more/" "$1"; grep -q "^> Nobody can pay" "$1" || exit 3\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("EDITOR", str(script))
    async with driving(busy_desk_path) as driver:
        monkeypatch.setattr(driver.console, "suspend", _nothing)
        await driver.press("r")
        await driver.type("Words")
        await driver.press("tab", "tab", "tab", "enter")
        assert editor(driver).text == "Words and more"
        monkeypatch.setenv("EDITOR", "/nonexistent/editor")
        await asyncio.sleep(0.25)  # a button that was just pressed takes no second press
        await driver.press("enter")
        assert "cannot be started" in driver.text
        assert editor(driver).text == "Words and more"


async def test_what_an_editor_saved_is_taken_whatever_became_of_it(
    busy_desk_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "editor"
    script.write_text('#!/bin/sh\necho an hour of work > "$1"\nexit 1\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", str(script))
    async with driving(busy_desk_path) as driver:
        monkeypatch.setattr(driver.console, "suspend", _nothing)
        number = driver.cursor or 0
        await driver.press("r")
        editor(driver).action_outside()
        await driver.settle()
        assert editor(driver).text == "an hour of work"
        assert "ended with 1; the text is what it saved" in str(editor(driver)._error.content)
        assert draft_of(driver, number, Direction.OUT) == "an hour of work"
        script.write_text('#!/bin/sh\necho two hours > "$1"\nkill -9 $$\n')
        editor(driver).action_outside()
        await driver.settle()
        assert editor(driver).text == "two hours"
        assert "was ended by signal 9; the text is what it saved" in str(editor(driver)._error.content)
        script.write_text("#!/bin/sh\nexit 2\n")
        editor(driver).action_outside()
        await driver.settle()
        assert editor(driver).text == "two hours"
        assert "ended with 2; the text is as it was" in str(editor(driver)._error.content)
        monkeypatch.setenv("EDITOR", "vi -c 'x")
        editor(driver).action_outside()
        await driver.settle()
        assert "$EDITOR is no command: `vi -c 'x`" in driver.text
        assert editor(driver).text == "two hours"


def test_an_editor_of_blanks_is_none() -> None:
    assert editor_command({"VISUAL": "", "EDITOR": "  "}) == [usual_editor() or "vi"]
    assert editor_command({"VISUAL": " ", "EDITOR": "code --wait"}) == ["code", "--wait"]
    with pytest.raises(BadInput):
        editor_command({"EDITOR": 'vi "'})


class _nothing:
    """Stands for the suspension of a terminal that a test does not have."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, *error: object) -> None:
        return None


async def test_what_was_changed_meanwhile_is_shown_and_the_second_try_goes_through(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        number = driver.cursor or 0
        await driver.press("r")
        await driver.type("We come.")
        desk = open_desk(busy_desk_path)
        with Reader(busy_desk_path) as reader:
            boris = reader.actor("boris")
        perform(desk, boris, "note", [number], {"text": "I am there already."}, now=NOW)
        desk.close()
        await driver.press("ctrl+g")
        await driver.rest()
        assert editor(driver).text == "We come."
        assert f"SD-{number} was changed meanwhile: look at it, then send again" in driver.text
        assert "I am there already." in driver.text
        await driver.press("ctrl+g")
        await driver.rest()
        assert driver.console.screen is driver.console.queue
        assert driver.ticket(number).messages[-1].text == "We come."
        assert draft_of(driver, number, Direction.OUT) is None


async def test_leaving_says_that_the_draft_is_kept(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        await driver.press("r")
        await driver.type("Half")
        await driver.press("escape")
        assert driver.notice == f"draft of SD-{driver.cursor} kept"
