"""`o` and `y`: files are opened or saved, links are followed after a look, everything can be copied, also over SSH."""

from __future__ import annotations

import asyncio
import shlex
from pathlib import Path

import pytest
from console_driver import Driver, driving
from desks import NOW
from intake_desk import MailDesk
from textual import events

from sdesk.tui.screens.ask import Ask
from sdesk.tui.screens.choose import Choose
from sdesk.tui.screens.link import FollowLink
from sdesk.tui.screens.ticket import TicketScreen

MAIL = """
From: Irina <store-001@shop.example>
To: support@desk.example
Subject: Photo of the till
Message-ID: <photo@shop.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8

See https://bank.example@evil.example/login and the photo.
--b
Content-Type: image/jpeg
Content-Disposition: attachment; filename="../../photo.jpg"
Content-Transfer-Encoding: base64

/9j/4AAQSkZJRg==
--b
Content-Type: image/png
Content-Disposition: attachment; filename="trick.png"

MZ this is a program
--b
Content-Type: application/octet-stream
Content-Disposition: attachment; filename="setup.exe"

MZ
--b--
"""


@pytest.fixture
def ticket(busy_desk_path: Path) -> int:
    mail = MailDesk(busy_desk_path)
    number = mail.take(MAIL, at=NOW).number
    mail.desk.close()
    assert number is not None
    return number


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's program, which writes down what it was given and keeps a copy; home and downloads of a person."""
    programs = tmp_path / "bin"
    programs.mkdir()
    log = tmp_path / "opened.txt"
    program = programs / "xdg-open"
    # The copy first: whoever waits for the line finds the copy too.
    program.write_text(f'#!/bin/sh\n[ -f "$1" ] && cp "$1" {tmp_path}/copy\nprintf "%s\\n" "$1" >> {log}\nexit 0\n')
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    monkeypatch.setenv("DISPLAY", ":9")
    for name in ("SSH_CONNECTION", "SSH_TTY"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "Downloads").mkdir()
    monkeypatch.setattr("platformdirs.user_downloads_path", lambda: tmp_path / "Downloads")
    monkeypatch.setattr("sdesk.tui.outside.sys.platform", "linux")
    return log


async def lines_of(log: Path, count: int) -> list[str]:
    for _round in range(400):
        if log.exists() and len(log.read_text().splitlines()) >= count:
            return log.read_text().splitlines()
        await asyncio.sleep(0.01)
    raise AssertionError("the program was never started")


async def choose(driver: Driver, key: str, words: str) -> None:
    """Open a menu, narrow it, take the first."""
    await driver.press(key)
    await driver.rest()
    assert isinstance(driver.console.screen, Choose)
    await driver.type(words)
    await driver.press("enter")
    await driver.rest()


async def test_files_are_opened_or_saved_and_links_followed_after_a_look(
    busy_desk_path: Path, ticket: int, opened: Path, tmp_path: Path
) -> None:
    async with driving(busy_desk_path) as driver:
        driver.console.open_ticket(ticket)
        await driver.rest()
        facts = driver.text
        assert "photo.jpg 10 B" in facts
        await driver.press("o")
        menu = driver.text
        assert "setup.exe 2 B (not opened: a file .exe may run something)" in menu
        assert not any("open" in line.split("setup.exe")[0] for line in menu.splitlines() if "setup.exe" in line)
        await driver.press("escape")
        # A picture is opened, from a private copy under its own harmless name.
        await choose(driver, "o", "open photo")
        (path,) = await lines_of(opened, 1)
        assert Path(path).name == "photo.jpg"
        assert Path(path).stat().st_mode & 0o777 == 0o600
        assert (tmp_path / "copy").read_bytes().startswith(b"\xff\xd8\xff")
        # What only looks like a picture is not: it is offered for saving, with the reason.
        await choose(driver, "o", "open trick")
        assert isinstance(driver.console.screen, Ask)
        assert "may be a program" in driver.text
        await driver.press("enter")
        await driver.rest()
        assert (tmp_path / "Downloads" / "trick.png").read_bytes().startswith(b"MZ")
        assert "Saved as" in driver.notice
        # Saved once more, it gets a new name.
        await choose(driver, "o", "save trick")
        await driver.press("enter")
        await driver.rest()
        assert (tmp_path / "Downloads" / "trick (2).png").exists()
        # A link is shown whole, with where it leads; Enter does not follow it.
        await choose(driver, "o", "link")
        assert isinstance(driver.console.screen, FollowLink)
        assert "https://bank.example@evil.example/login" in driver.text
        assert "It leads to evil.example" in driver.text
        await driver.press("enter")
        await choose(driver, "o", "link")
        await driver.press("y")
        assert (await lines_of(opened, 2))[1:] == ["https://bank.example@evil.example/login"]
        copies = Path(path).parent.parent
        assert copies.exists()
    assert not copies.exists()


async def test_over_ssh_the_command_that_fetches_it_is_copied(
    busy_desk_path: Path, ticket: int, opened: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.5 51000 10.0.0.9 22")
    async with driving(busy_desk_path, size=(80, 24)) as driver:
        driver.console.open_ticket(ticket)
        await driver.rest()
        await choose(driver, "o", "open photo")
        assert driver.console.clipboard.startswith("(set -C; "), "nothing of the same name is overwritten"
        words = shlex.split(driver.console.clipboard.removeprefix("(set -C; ").removesuffix(")"))
        assert words[0] == "ssh"
        assert words[1].endswith("@10.0.0.9")
        assert f"ticket attach get {ticket} " in words[2]
        assert words[3:] == [">", "photo.jpg"]
        await choose(driver, "y", "get setup")
        assert driver.console.clipboard.endswith("> setup.exe)")
        await choose(driver, "o", "link")
        await driver.press("y")
        assert driver.console.clipboard == "https://bank.example@evil.example/login"
        assert not opened.exists()


async def test_everything_of_a_ticket_can_be_copied_and_a_paste_does_nothing(busy_desk_path: Path, ticket: int) -> None:
    async with driving(busy_desk_path) as driver:
        driver.console.open_ticket(ticket)
        await driver.rest()
        for words, copied in (
            ("number", f"SD-{ticket}"),
            ("command", f"sdesk show {ticket}"),
            ("address", "store-001@shop.example"),
            ("subject", "Photo of the till"),
            ("message text", "See https://bank.example@evil.example/login and the photo."),
            ("message-id", "<photo@shop.example>"),
            ("phone", "+7 495 000-00-01"),
            ("manager", "irina@shop.example"),
        ):
            await choose(driver, "y", words)
            assert driver.console.clipboard == copied
        # The unit's other open ticket is listed beside this one, and `o` goes there.
        other = next(row for row in driver.ticket(ticket).others if row.of_unit)
        assert "Also here" in driver.text
        assert f"{other.ref} P1 Till is down" in driver.text
        await choose(driver, "o", f"ticket {other.ref}")
        screen = driver.console.screen
        assert isinstance(screen, TicketScreen)
        assert screen.number == other.number
        # From the list several are copied at once; what is pasted there is no command.
        await driver.press("escape", "space", "space")
        await choose(driver, "y", "number")
        assert driver.console.clipboard.count("SD-") == 2
        marks, before = dict(driver.console.queue.rows.window.marks), driver.notice
        driver.console.queue.post_message(events.Paste("m!cq"))
        driver.console.post_message(events.Paste("m!cq"))
        await driver.rest()
        assert driver.console.screen is driver.console.queue
        assert driver.console.queue.rows.window.marks == marks
        assert driver.notice == before
