"""The key that fetches mail: in the background, with progress, result and errors in the status line."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from console_driver import driving

from sdesk.domain.errors import MailServerUnavailable
from sdesk.tui.mail_fetch import Progress, Report, summary


@dataclass(frozen=True)
class Fetched:
    mailbox: str = "support"
    examined: int = 5
    created: int = 2
    followed_up: int = 1
    quarantined: int = 0
    seconds: float = 0.4


async def test_progress_and_result(busy_desk_path: Path) -> None:
    go_on = threading.Event()
    told = threading.Event()

    def fetch(progress: Progress) -> Sequence[Report]:
        progress(1, 5)
        told.set()
        go_on.wait(10)
        return [Fetched()]

    async with driving(busy_desk_path, fetch=fetch) as driver:
        await driver.press("F")
        assert told.wait(5)
        await driver.settle()
        assert "1 of 5" in driver.text
        before = driver.cursor
        await driver.press("j")
        assert driver.cursor != before, "the list moves while mail is fetched"
        await driver.press("А")
        assert "already" in driver.notice
        go_on.set()
        mail = driver.console.fetch
        assert mail is not None
        while mail.running:
            await driver.settle()
        await driver.settle()
        assert driver.notice == "support: 2 new, 1 followed up (5 examined) in 0.4s"


async def test_before_a_wall_it_is_not_told_how_much_came(busy_desk_path: Path) -> None:
    def fetch(progress: Progress) -> Sequence[Report]:
        progress(1, 5)
        return [Fetched(mailbox="hr")]

    async with driving(busy_desk_path, login="boris", fetch=fetch) as driver:
        await driver.press("F")
        mail = driver.console.fetch
        assert mail is not None
        while mail.running:
            await driver.settle()
        await driver.settle()
        assert driver.notice == "Mail was fetched"


async def test_a_server_out_of_reach_is_a_notice(busy_desk_path: Path) -> None:
    def fetch(progress: Progress) -> Sequence[Report]:
        raise MailServerUnavailable("imap.desk.example refuses the login", "check user and password")

    async with driving(busy_desk_path, fetch=fetch) as driver:
        await driver.press("F")
        mail = driver.console.fetch
        assert mail is not None
        while mail.running:
            await driver.settle()
        await driver.settle()
        assert "refuses the login" in driver.notice
        assert driver.console.is_running


async def test_without_a_mailbox_it_says_so(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        await driver.press("F")
        assert "No mailbox is set up" in driver.notice


def test_what_came_in_words() -> None:
    assert summary([]) == "No mailbox is set up"
    assert summary([Fetched(created=0, followed_up=0)]) == "support: nothing new (5 examined) in 0.4s"
