"""Quarantine and ledger in the console: shown without being obeyed, handled again or given up after a question."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from console_driver import Driver, driving
from desks import NOW
from intake_desk import SUPPORT, MailDesk

from sdesk.config.wire import DeskMailbox
from sdesk.desk.intake import Origin, quarantine
from sdesk.desk.opening import Desk
from sdesk.domain.actor import SYSTEM, Actor
from sdesk.mail.inbox import quarantine as aside
from sdesk.mail.inbox.quarantine import Retried
from sdesk.mail.mime.message import read
from sdesk.store.reader import Reader
from sdesk.tui.mailroom import Mailroom
from sdesk.tui.screens.dialog import Confirm
from sdesk.tui.screens.mailroom import MailroomScreen
from sdesk.tui.screens.ticket import TicketScreen

LETTER = (
    b"From: Irina <store-001@shop.example>\nTo: support@desk.example\nSubject: Till %d\nMessage-ID: <q%d@x>\n\nHelp.\n"
)


def retry(desk: Desk, actor: Actor, ids: Sequence[int], at: datetime) -> list[Retried]:
    box = DeskMailbox(name="support", desk_addresses=(SUPPORT,), team="it")
    return aside.retry(desk, actor, {"support": box}, ids, now=at)


def discard(desk: Desk, actor: Actor, ids: Sequence[int], at: datetime) -> list[Retried]:
    return aside.discard(desk, actor, ids, now=at)


def put_aside(path: Path, count: int) -> None:
    """So many messages whose handling failed; the first of them is hostile."""
    mail = MailDesk(path)
    mail.ask(7)
    for number in range(1, count + 1):
        raw = LETTER % (number, number)
        if number == 1:
            raw = raw.replace(b"Subject: Till 1", b"Subject: \x1b[2J[red]Till[/red] 1\nX-Evil: \x1b]0;owned\x07")
        origin = Origin("support", "INBOX", 1, f"9{number}", NOW, (SUPPORT,), "it", None)
        with mail.desk.work(SYSTEM, NOW) as work:
            quarantine(work, read(raw), raw, origin, "ZeroDivisionError: \x1b[31mdivision", "Traceback\n  line 1")
            work.session.commit()
    mail.desk.close()


def waiting(driver: Driver) -> list[int]:
    """What is in quarantine, by the store."""
    with Reader(driver.console.link.path) as reader:
        return [row.id for row in reader.quarantine(reader.actor("anna"))]


def shows(driver: Driver, screen: type[object]) -> bool:
    """Whether such a screen is on top."""
    return isinstance(driver.console.screen, screen)


async def test_quarantine_is_read_handled_again_and_given_up(desk_path: Path) -> None:
    put_aside(desk_path, 4)
    async with driving(desk_path, mailroom=Mailroom(retry, discard)) as driver:
        assert "quarantine 4" in driver.text.splitlines()[0]
        await driver.press("Q")
        await driver.rest()
        assert shows(driver, MailroomScreen)
        text = driver.text
        assert "[Quarantine 4]" in text
        # What the sender wrote is text, in the list and in the message as it came.
        assert "\x1b" not in text
        assert "[red]Till[/red] 1" in text
        assert "ZeroDivisionError" in text
        assert "X-Evil" in text
        # Enter on the question, by momentum, does nothing.
        await driver.press("R")
        assert shows(driver, Confirm)
        await driver.press("enter")
        assert waiting(driver) == [1, 2, 3, 4]
        await driver.press("R", "y")
        await driver.rest()
        assert waiting(driver) == [2, 3, 4]
        assert "Message 1: created 2" in driver.notice
        assert driver.ticket(2).ticket.requester_email == "store-001@shop.example"
        # Two that are marked are given up together; the one under the cursor stays.
        await driver.press("space", "space", "X", "y")
        await driver.rest()
        assert waiting(driver) == [4]
        assert "2 handled, 0 failed again" in driver.notice
        # The ledger has them all, and leads to the ticket.
        await driver.press("right_square_bracket")
        await driver.rest()
        assert "[Ledger]" in driver.text
        assert "ignored" in driver.text
        assert driver.text.count("created") >= 2
        await driver.press("R")
        assert "messages in quarantine" in driver.notice
        await driver.press("G", "enter")
        await driver.rest()
        screen = driver.console.screen
        assert isinstance(screen, TicketScreen)
        assert screen.number == 1
        await driver.press("q", "escape")
        assert driver.console.screen is driver.console.queue


async def test_behind_a_wall_the_mailroom_is_empty_and_says_what_is_next(desk_path: Path) -> None:
    put_aside(desk_path, 1)
    async with driving(desk_path, login="boris", size=(80, 24)) as driver:
        await driver.press("Q")
        await driver.rest()
        assert "Nothing is in quarantine" in driver.text
        await driver.press("R")
        assert not isinstance(driver.console.screen, Confirm)
