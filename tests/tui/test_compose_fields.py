"""The editor's fields: copies, files, what follows, time spent, and what is put in; the store says what went."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from console_driver import Driver, driving
from desks import DESK_FILE, NOW
from intake_desk import MailDesk
from textual.widgets import Input

from sdesk.actions.grammar import attached
from sdesk.desk.steps.tokens import new_token
from sdesk.domain.thread import TokenHolder
from sdesk.domain.ticket import Direction, Status
from sdesk.store.reader import Reader
from sdesk.tui.attaching import attach, complete
from sdesk.tui.screens.compose import Compose
from sdesk.tui.screens.compose_copies import known_boxes
from sdesk.tui.screens.compose_fields import PathField, Words
from sdesk.tui.screens.compose_menu import PutIn
from sdesk.tui.widgets.copies_field import CopiesField

REPLIES = """
[replies.restart]
title = "Restart the printer"
text.en = "Hello {{ requester.name }},\\nplease restart it. {{ agent.name }}"
[replies.more]
title = "Tell more"
text.en = "What does it say?"
"""


@pytest.fixture
def mails(desk_path: Path) -> Iterator[MailDesk]:
    """The small desk with a request that has a copy."""
    desk = MailDesk(desk_path)
    desk.apply(DESK_FILE + REPLIES)
    desk.take(
        """
        From: Maria Weber <maria@shop.example>
        To: support@desk.example
        Cc: Boss <boss@shop.example>, olga@desk.example, clerk@shop.example
        Subject: The printer
        Message-ID: <ask-1@shop.example>

        It prints nothing.
        It is the third time.
        """
    )
    yield desk
    desk.desk.close()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the agent's files are."""
    found = tmp_path / "files"
    found.mkdir()
    (found / "manual-1.txt").write_text("Turn it off.\n" * 100)
    (found / "manual-2.txt").write_text("Turn it on.\n")
    monkeypatch.chdir(found)
    return found


def editor(driver: Driver) -> Compose:
    screen = driver.console.screen
    assert isinstance(screen, Compose)
    return screen


def field(driver: Driver, name: str) -> Input:
    return driver.console.screen.query_one(f"#{name}", Input)


def flat(driver: Driver) -> str:
    """What is on screen as one line, whatever is broken where."""
    return " ".join(driver.text.replace("│", " ").split())


async def write(driver: Driver, name: str, text: str, *keys: str) -> None:
    """Put a text into a field, as if it were typed, and press keys there."""
    found = field(driver, name)
    found.focus()
    found.value = text
    found.cursor_position = len(text)
    await driver.press(*keys)
    await driver.settle()


async def test_an_answer_with_copies_a_file_a_wait_and_time_in_one_go(mails: MailDesk, folder: Path) -> None:
    async with driving(mails.path, login="boris") as driver:
        await driver.press("r")
        await driver.type("Read this.")
        assert field(driver, "cc").value == "Boss <boss@shop.example>, clerk@shop.example"
        # Backwards from the words: what follows, time spent, files, copies.
        await driver.press("shift+tab")
        await driver.press("right")
        assert field(driver, "until").display
        await driver.press("tab")
        assert driver.console.focused is field(driver, "until"), "the end of the wait stands behind it"
        await driver.type("no")
        assert "`no`" in driver.text, "said while one types"
        await write(driver, "until", "tomorrow 10:00")
        assert "`no`" not in driver.text
        await driver.press("shift+tab", "shift+tab", "1", "5", "shift+tab")
        await write(driver, "path", "man", "tab")
        path = driver.console.screen.query_one("#path", PathField)
        assert (path.value, path.has_focus) == ("manual-", True)
        assert "manual-1.txt  manual-2.txt" in driver.text
        await driver.type("1")
        await driver.press("tab", "tab")
        assert path.value == ""
        assert "manual-1.txt 1 kB" in driver.text
        await write(driver, "path", "manual-2.txt", "enter")
        assert "2 files 1 kB" in driver.text
        await driver.press("backspace")
        assert "1 file 1 kB" in driver.text
        await write(driver, "cc", "Boss <boss@shop.example>, nonsense", "ctrl+g")
        assert "` nonsense` is no mail address" in driver.text
        assert editor(driver).text == "Read this.", "it stays until the fields are right"
        await write(driver, "cc", "Boss <boss@shop.example>")
        assert "Cc: Boss <boss@shop.example>; 1 file 1 kB; then it waits until tomorrow 10:00" in flat(driver)
        await driver.press("ctrl+g")
        await driver.rest()
        detail = driver.ticket(1)
        message = detail.messages[-1]
        assert (message.direction, message.text) == (Direction.OUT, "Read this.")
        assert message.cc == (("boss@shop.example", "Boss"),)
        assert [(file.name, file.size) for file in message.attachments] == [("manual-1.txt", 1300)]
        assert (detail.ticket.status, detail.ticket.wake_at) == (
            Status.WAITING,
            datetime(2026, 11, 24, 7, 0, tzinfo=UTC),
        )
        assert [(each.agent, each.seconds) for each in detail.spent] == [("boris", 900)]
        assert not mails.rows("SELECT * FROM draft")


async def test_send_and_resolve_with_a_copy_and_a_note_with_a_file(mails: MailDesk, folder: Path) -> None:
    async with driving(mails.path, size=(80, 24)) as driver:
        await driver.press("enter", "i")
        await write(driver, "path", "manual-2.txt", "tab", "tab", "tab")
        await driver.type("As before.")
        assert "INTERNAL NOTE: stays at the desk; 1 file" in driver.text
        await driver.press("ctrl+g")
        await driver.rest()
        note = driver.ticket(1).messages[-1]
        assert (note.direction, note.text, note.attachments[0].name) == (
            Direction.NOTE,
            "As before.",
            "manual-2.txt",
        )
        await driver.press("r", "ctrl+t", "ctrl+t", "ctrl+е", "ctrl+t")
        assert "then it is resolved" in driver.text
        await driver.type("It is done.")
        await driver.press("tab", "enter")
        await driver.rest()
        detail = driver.ticket(1)
        assert (detail.ticket.status, detail.messages[-1].text) == (Status.RESOLVED, "It is done.")
        assert [address for address, _ in detail.messages[-1].cc] == ["boss@shop.example", "clerk@shop.example"]


async def test_what_is_put_in_by_a_slash(mails: MailDesk) -> None:
    async with driving(mails.path, login="boris") as driver:
        await driver.press("r", "slash")
        assert isinstance(driver.console.screen, PutIn)
        await driver.rest()
        assert "Restart the printer" in driver.text
        await driver.type("restart")
        await driver.press("enter")
        assert editor(driver).text == "Hello Maria Weber,\nplease restart it. Boris Kim"
        # Within a line it is a letter, and so it is where nothing is chosen.
        await driver.type(" 1/2\n")
        await driver.press("slash")
        await driver.type("etc")
        await driver.press("escape")
        assert editor(driver).text.endswith(" 1/2\n/etc")
        before = editor(driver).text
        await driver.press("enter", "slash", "escape")
        assert editor(driver).text == f"{before}\n", "who thinks better of it leaves nothing"
        await driver.press("backspace")
        await driver.press("enter", "slash")
        await driver.type("last words")
        await driver.press("enter")
        assert editor(driver).text.endswith("/etc\n> It prints nothing.\n> It is the third time.\n")
        await driver.press("tab", "tab", "enter")
        assert isinstance(driver.console.screen, PutIn), "a button does the same"


async def test_a_path_that_is_no_file_is_not_forgotten_by_sending(mails: MailDesk, folder: Path) -> None:
    async with driving(mails.path) as driver:
        await driver.press("r")
        await driver.type("Read this.")
        await write(driver, "path", "manul", "ctrl+g")
        assert "there is no file `manul`" in driver.text
        assert len(driver.ticket(1).messages) == 1
        await write(driver, "path", "manual-2.txt", "ctrl+g")
        await driver.rest()
        assert [file.name for file in driver.ticket(1).messages[-1].attachments] == ["manual-2.txt"]


async def test_a_network_folder_that_hangs_holds_up_nothing(
    mails: MailDesk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hangs, asked = threading.Event(), threading.Semaphore(0)

    def hanging(does: Any) -> Any:
        def do(what: Any) -> Any:
            asked.release()
            hangs.wait(60)
            return does(what)

        return do

    async def meanwhile(driver: Driver, letter: str) -> None:
        """Whether what is typed into the words arrives while a file is looked for."""
        assert await asyncio.to_thread(asked.acquire, timeout=30)
        area = driver.console.screen.query_one("#text", Words)
        area.focus()
        await driver.pilot.press(letter)
        assert area.text.endswith(letter)

    try:
        async with driving(mails.path) as driver:
            await driver.press("r")
            await driver.type("Read this.")
            await write(driver, "path", "manual-2.txt", "enter")
            monkeypatch.setattr("sdesk.tui.screens.compose_form.complete", hanging(complete))
            monkeypatch.setattr("sdesk.tui.screens.compose_form.attach", hanging(attach))
            monkeypatch.setattr("sdesk.tui.screens.compose.attached", hanging(attached))
            path = field(driver, "path")
            # Enter on the same path would wait for what Tab finds; another one is another question.
            for key, letter, begun in (("tab", "a", "manual-1"), ("enter", "b", "manual-2.txt")):
                path.value = begun
                path.focus()
                await driver.pilot.press(key)
                await meanwhile(driver, letter)
            path.value = ""
            await driver.pilot.press("ctrl+g")
            assert await asyncio.to_thread(asked.acquire, timeout=30)
            await driver.pilot.press("escape")
            assert not isinstance(driver.console.screen, Compose), "what is not on its way yet can be left"
            hangs.set()
            await driver.settle()
            assert len(driver.ticket(1).messages) == 1
            assert driver.notice == "draft of SD-1 kept"
            assert mails.rows("SELECT text FROM draft") == [("Read this.ab",)]
    finally:
        hangs.set()


async def test_a_file_with_an_agents_key_never_leaves(mails: MailDesk, folder: Path) -> None:
    with mails.desk.work(mails.actor("anna"), NOW) as work:
        key = new_token(work, 1, TokenHolder.AGENT, agent_id=work.actor.agent_id)
        work.session.commit()
    (folder / "manual-1.txt").write_text(f"Reply to support+{key}@desk.example\n")
    async with driving(mails.path) as driver:
        await driver.press("r")
        await driver.type("Read this.")
        await write(driver, "path", "manual-1.txt", "enter", "ctrl+g")
        await driver.rest()
        assert "`manual-1.txt` holds the key of an agent" in driver.text
        assert editor(driver).text == "Read this."
        assert len(driver.ticket(1).messages) == 1


async def test_all_of_a_draft_is_back_and_a_file_that_is_gone_is_said(mails: MailDesk, folder: Path) -> None:
    async with driving(mails.path) as driver:
        await driver.press("r")
        await driver.type("Read")
        await driver.press("ctrl+t")
        for name in ("manual-1.txt", "manual-2.txt"):
            await write(driver, "path", name, "enter")
        await driver.press("escape")
        assert driver.notice == "draft of SD-1 kept"
    (folder / "manual-1.txt").unlink()
    async with driving(mails.path) as driver:
        await driver.press("r")
        await driver.rest()
        assert editor(driver).text == "Read"
        assert "manual-2.txt 12 B, manual-1.txt IS NOT THERE" in driver.text
        assert "then it waits as long as the team does" in flat(driver)
        assert "draft of 12:00 restored" in driver.notice
        await driver.press("ctrl+g")
        assert "the file `manual-1.txt` of the draft is not there any more" in driver.text
        await write(driver, "path", "", "backspace", "ctrl+g")
        await driver.rest()
        message = driver.ticket(1).messages[-1]
        assert [file.name for file in message.attachments] == ["manual-2.txt"]
        assert driver.ticket(1).ticket.status is Status.WAITING


def test_nobody_is_hidden_by_an_address_that_ends_like_theirs(mails: MailDesk) -> None:
    with Reader(mails.path) as reader:
        boris = reader.actor("boris")
        for there in ("marianna@desk.example", "Joanna <joanna@desk.example>, anna"):
            assert "anna@desk.example" in [each.box.address for each in known_boxes(reader, boris, "anna", there)]
        assert known_boxes(reader, boris, "anna", "Anna@Desk.example, ann") == ()


async def test_copies_are_completed_by_name_login_and_address(mails: MailDesk) -> None:
    async with driving(mails.path, login="boris", size=(80, 24)) as driver:
        await driver.press("r")
        await driver.type("Read this.")
        cc = driver.console.screen.query_one("#cc", CopiesField)
        cc.value = ""
        cc.focus()
        # An agent by login; Enter takes the first, and the next can be typed.
        await driver.type("ann")
        assert "agent anna" in driver.text
        await driver.press("enter")
        assert (cc.value, cc.has_focus) == ("Anna Orlova <anna@desk.example>, ", True)
        # Who is there already, and who is asked anyway, is offered no more.
        await driver.type("example")
        offered = [line.text for line in cc.list.lines]
        assert "Anna Orlova <anna@desk.example>" not in offered
        assert not [each for each in offered if "maria@shop.example" in each]
        assert "Vera Lis <vera@desk.example>" in offered
        # Down chooses, Tab takes; Esc closes the list and not the editor.
        await driver.press("down", "down", "tab")
        assert cc.value == f"Anna Orlova <anna@desk.example>, {offered[1]}, "
        await driver.type("lis")
        await driver.press("escape")
        assert not cc.list.display
        assert editor(driver).is_attached
        # A unit by its name, in the middle of the line.
        cc.value = "flag, b@x.example"
        cc.cursor_position = 4
        await driver.press("s", "backspace")
        await driver.rest()
        assert [line.text for line in cc.list.lines] == ["store-001@shop.example"]
        await driver.press("enter")
        assert cc.value == "store-001@shop.example, b@x.example"
        # Without a list Tab goes on.
        await driver.press("tab")
        assert not cc.has_focus
        await driver.press("ctrl+g")
        await driver.rest()
        assert mails.rows("SELECT json_extract(recipients, '$.cc') FROM message WHERE direction = 'out'") == [
            ('[["store-001@shop.example",""],["b@x.example",""]]',)
        ]
