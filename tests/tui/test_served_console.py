"""The console of a session over SSH: no program, no file and no folder of the server, by key, menu, field or line."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from console_driver import Driver, driving
from desks import DESK_FILE, NOW
from intake_desk import MailDesk
from textual.widgets import Button

from sdesk.actions import fence
from sdesk.actions.perform import create
from sdesk.actions.saving import write_new
from sdesk.desk.opening import open_desk
from sdesk.desk.setup import apply
from sdesk.domain.actor import SYSTEM
from sdesk.domain.errors import BadInput, Refused
from sdesk.store.reader import Reader
from sdesk.tui.app import Console
from sdesk.tui.attaching import Completed, attach, attach_all, complete
from sdesk.tui.outside import OpenedFiles, opener, over_ssh, run_outside
from sdesk.tui.screens.choose import Choose
from sdesk.tui.screens.compose import Compose

MAIL = """
From: Irina <store-001@shop.example>
To: support@desk.example
Subject: Photo of the till
Message-ID: <photo@shop.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8

See https://bank.example/login and the photo.
--b
Content-Type: image/jpeg
Content-Disposition: attachment; filename="photo.jpg"
Content-Transfer-Encoding: base64

/9j/4AAQSkZJRg==
--b--
"""


@pytest.fixture
def behind_the_fence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A session over SSH, with a program at hand for everything, and no way to start one."""

    def started(*words: object, **more: object) -> None:
        raise AssertionError(f"a program was started: {words}")

    monkeypatch.setattr(subprocess, "Popen", started)
    monkeypatch.setattr(subprocess, "call", started)
    monkeypatch.setattr(subprocess, "run", started)
    monkeypatch.setattr(Console, "action_suspend_process", started)
    monkeypatch.setenv("DISPLAY", ":9")
    monkeypatch.setenv("EDITOR", "sh")
    monkeypatch.chdir(tmp_path)
    with fence.raised():
        yield


def line_of(driver: Driver) -> str:
    return " ".join(driver.text.split())


@pytest.mark.usefixtures("behind_the_fence")
def test_the_ways_out_are_shut(tmp_path: Path) -> None:
    file = tmp_path / "given"
    file.write_text("x", encoding="utf-8")
    assert complete(f"{tmp_path}/giv") == Completed(f"{tmp_path}/giv", ())
    assert complete("~") == Completed("~", ())
    with pytest.raises(BadInput, match="files of the server are out of reach"):
        attach(str(file))
    assert attach_all([str(file)]) == {}
    assert opener(os.environ) is None
    assert over_ssh({})
    for deed in (
        lambda: run_outside("sh", "x", print),
        lambda: write_new(tmp_path / "new", b""),
        lambda: OpenedFiles().put("x", b""),
    ):
        with pytest.raises(Refused, match="over SSH"):
            deed()
    assert [each.name for each in tmp_path.iterdir()] == ["given"]


@pytest.mark.usefixtures("behind_the_fence")
async def test_keys_and_line_reach_no_program_and_no_file(busy_desk_path: Path, tmp_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        for key, answer in (
            ("ctrl+z", "there is no shell to leave to"),
            ("E", "no program is run at the server"),
            ("F", "the server fetches mail by itself"),
        ):
            await driver.press(key)
            assert answer in driver.notice
        number = driver.cursor
        for typed, answer in (
            ("note --text @/etc/passwd", "files of the server are out of reach"),
            ("note --text x --attach /etc/passwd", "files of the server are out of reach"),
            ("editor", "no program is run at the server"),
            ("suspend", "there is no shell to leave to"),
            ("!id", "there is no command"),
        ):
            await driver.press(":")
            await driver.type(typed)
            await driver.press("enter")
            await driver.rest()
            assert answer in line_of(driver), typed
            await driver.press("escape")
        await driver.press("?")
        await driver.press("escape")
        assert driver.cursor == number
    assert list(tmp_path.glob("*.txt")) == []


@pytest.mark.usefixtures("behind_the_fence")
async def test_the_editor_of_an_answer_has_no_program(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        await driver.press("i")
        await driver.rest()
        screen = driver.console.screen
        assert isinstance(screen, Compose)
        assert "outside" not in {each.id for each in screen.query(Button)}
        screen.action_outside()
        await driver.rest()
        assert "no program is run at the server" in line_of(driver)


async def test_who_left_the_desk_file_does_nothing_in_a_console_that_is_open(desk_path: Path) -> None:
    desk = open_desk(desk_path)
    with Reader(desk_path) as reader:
        create(desk, reader.actor("anna"), {"subject": "Till", "text": "down", "team": "it"}, now=NOW)
    async with driving(desk_path, login="boris") as driver:
        before, _, after = DESK_FILE.partition("[agents.boris]\n")
        apply(desk, before + after[after.index("[agents.olga]") :], "desk.toml", actor=SYSTEM, now=NOW)
        await driver.until(lambda: "the desk has no agent `boris`" in line_of(driver))
        await driver.press("m")
        await driver.rest()
        assert "the desk has no agent `boris`" in driver.notice
    with Reader(desk_path) as reader:
        assert reader.ticket(SYSTEM, 1, now=NOW).ticket.assignee is None
    desk.close()


@pytest.mark.usefixtures("behind_the_fence")
async def test_a_file_is_fetched_by_a_command_that_names_nothing_of_the_server(
    busy_desk_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = MailDesk(busy_desk_path)
    ticket = mail.take(MAIL, at=NOW).number
    mail.desk.close()
    assert ticket is not None
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.5 51000 10.0.0.9 2222")
    monkeypatch.setenv("LOGNAME", "desk")
    async with driving(busy_desk_path) as driver:
        driver.console.open_ticket(ticket)
        await driver.rest()
        for words in ("open photo", "save photo"):
            driver.console.copy_to_clipboard("")
            await driver.press("o")
            await driver.rest()
            assert isinstance(driver.console.screen, Choose)
            await driver.type(words)
            await driver.press("enter")
            await driver.rest()
            typed = shlex.split(driver.console.clipboard.removeprefix("(set -C; ").removesuffix(")"))
            assert typed[:4] == ["ssh", "-p", "2222", "desk@10.0.0.9"]
            assert typed[4].startswith(f"ticket attach get {ticket} ")
            assert typed[4].endswith(" -")
            assert str(busy_desk_path) not in driver.console.clipboard
    assert list(tmp_path.glob("**/photo*")) == []
