"""A playbook in the console: its figures among the facts of the parent, its steps on a page, from a step too."""

from __future__ import annotations

from pathlib import Path

import pytest
from console_driver import driving
from desks import DESK_FILE, NOW
from intake_desk import MailDesk

from sdesk.desk import playbooks
from sdesk.tui.screens.page import Page
from sdesk.tui.screens.queue import QueueScreen
from sdesk.tui.screens.ticket import TicketScreen

FILE = (
    DESK_FILE
    + """
[playbooks.small]
name = "Small"
subject = "Small for {unit}"
team = "it"
[[playbooks.small.steps]]
key = "one"
subject = "One"
team = "it"
[[playbooks.small.steps]]
key = "secret"
subject = "Secret"
team = "hr"
[[playbooks.small.steps]]
key = "two"
subject = "Two"
team = "quality"
after = ["one"]
"""
)


@pytest.fixture
def path(desk_path: Path) -> Path:
    desk = MailDesk(desk_path)
    desk.apply(FILE, at=NOW)
    with desk.desk.work(desk.actor("anna"), NOW) as work:
        playbooks.start(work, "small", day="2026-12-01", unit="flagship")
        work.session.commit()
    desk.desk.close()
    return desk_path


async def test_the_page_of_a_parent_and_of_a_step(path: Path) -> None:
    async with driving(path, login="boris") as driver:
        for number in (2, 1):
            await driver.press("number_sign")
            await driver.type(str(number))
            await driver.press("enter")
            await driver.rest()
            await driver.press("B")
            await driver.rest()
            page = driver.console.screen
            assert isinstance(page, Page)
            assert "Playbook of SD-1 " in driver.text  # the parent's number, on a step's ticket too
            shown = page.pane.plain_text
            assert "Small, for 2026-12-01" in shown
            assert "0 of 2 steps done, 1 open" in shown
            assert "SD-2  One" in shown
            assert "nobody has it" in shown
            assert "waits for one" in shown
            assert "Secret" not in shown
            await driver.press("escape")
        assert "0 of 2 steps done, 1 open" in driver.text


async def test_what_is_of_no_playbook_says_so(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        await driver.press("B")
        await driver.rest()
        assert isinstance(driver.console.screen, QueueScreen)
        assert "is of no playbook" in driver.notice


async def test_one_is_started_on_the_line(path: Path) -> None:
    async with driving(path, login="boris") as driver:
        await driver.press("colon")
        await driver.type("playbook start sm")
        await driver.rest()
        assert "Small" in driver.text
        await driver.type("all --unit store-017 --date 2026-12-05")
        await driver.rest()
        assert "starts small for 2026-12-05" in driver.text
        await driver.press("enter")
        await driver.rest()
        assert isinstance(driver.console.screen, TicketScreen)
        assert "SD-4 opened: Small, for 2026-12-05" in driver.notice
        # The other one stands behind a wall.
        assert "1 step is open" in driver.notice
        assert driver.ticket(4).ticket.subject == "Small for Teply Stan"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("playbook start small --unit flagship --date 2026-12-05 -n", "dry run: SD-4 opened: Small"),
        ("playbook start small", "say for which day"),
        ("playbook start small --date fri", "names a unit"),
        ("playbook start --date fri", "say which playbook"),
        ("playbook start small --dat fri", "--date"),
        ("playbook start smal --date fri", "there is no playbook `smal`"),
    ],
)
async def test_what_a_line_says_that_starts_none(path: Path, line: str, said: str) -> None:
    async with driving(path) as driver:
        before = len(driver.refs)
        await driver.press("colon")
        await driver.type(line)
        await driver.press("enter")
        await driver.rest()
        assert said in driver.text or said in driver.notice
        await driver.press("escape")
        await driver.rest()
        assert len(driver.refs) == before
