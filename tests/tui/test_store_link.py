"""When the console is told to read again: for what it shows, and for nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from console_driver import driving
from desks import DESK_FILE, NOW
from intake_desk import MailDesk

from sdesk.actions.perform import mark_seen
from sdesk.actions.personal import save_draft
from sdesk.desk.intake import Origin
from sdesk.desk.intake.ledger import begin_folder, note_failed, note_fetched
from sdesk.desk.intake.receive import quarantine
from sdesk.domain.actor import SYSTEM
from sdesk.domain.ticket import Direction
from sdesk.mail.mime.message import read
from sdesk.store.reader import Reader
from sdesk.tui.store_link import StoreLink


class Watch:
    """A link whose polls are made by hand."""

    def __init__(self, path: Path) -> None:
        self.told: list[None] = []
        self.link = StoreLink(path, "anna", lambda: NOW, lambda: self.told.append(None))
        self.reader = self.link._open_reader()

    def told_now(self) -> int:
        """How often the console is told at this poll."""
        self.told.clear()
        self.link._poll(self.reader)
        return len(self.told)


@pytest.fixture
def mails(desk_path: Path) -> Iterator[MailDesk]:
    """The small desk with a ticket."""
    desk = MailDesk(desk_path)
    desk.ask()
    yield desk
    desk.desk.close()


@pytest.fixture
def watch(mails: MailDesk) -> Iterator[Watch]:
    """A console's link to it."""
    found = Watch(mails.path)
    yield found
    found.reader.close()


def test_drafts_and_marks_of_others_make_nobody_read_again(mails: MailDesk, watch: Watch) -> None:
    boris = mails.actor("boris")
    for text in ("W", "We", None):
        save_draft(mails.desk, boris, 1, Direction.OUT, text, now=NOW)
        assert watch.told_now() == 0
    mark_seen(mails.desk, boris, [1], now=NOW)
    assert watch.told_now() == 0
    # What comes after them is still told, and once.
    mails.do("boris", "take", 1)
    assert (watch.told_now(), watch.told_now()) == (1, 0)


def test_what_agents_mail_and_the_desk_file_change_is_told(mails: MailDesk, watch: Watch) -> None:
    mails.do("boris", "note", 1, text="Look.")
    assert watch.told_now() == 1
    mails.ask(2)
    assert watch.told_now() == 1
    mails.apply(DESK_FILE.replace("Test desk", "Another desk"))
    assert watch.told_now() == 1
    assert watch.reader.desk.name == "Another desk"


def test_what_the_header_says_of_mail_is_told(mails: MailDesk, watch: Watch) -> None:
    with mails.desk.work(SYSTEM, NOW) as work:
        begin_folder(work, "support", "INBOX", None)
        note_fetched(work, "support")
        work.session.commit()
    assert watch.told_now() == 1
    with mails.desk.work(SYSTEM, NOW) as work:
        note_failed(work, "support", "it is down")
        work.session.commit()
    assert watch.told_now() == 1
    raw = b"Subject: Hm\n\nHm\n"
    with mails.desk.work(SYSTEM, NOW) as work:
        quarantine(work, read(raw), raw, Origin("support", "INBOX", 1, "99", NOW), "it broke", "")
        work.session.commit()
    assert watch.told_now() == 1


async def test_looking_at_a_ticket_takes_its_mark_away(mails: MailDesk) -> None:
    async with driving(mails.path, login="boris") as driver:
        with Reader(mails.path) as reader:
            boris = reader.actor("boris")
            assert reader.rows(boris, [1], now=NOW)[1].unread
        assert driver.console.queue.rows.window.visible[0].row.unread
        await driver.press("enter")
        await asyncio.sleep(0.7)
        await driver.rest()
        await driver.press("escape")
        await driver.rest()
        assert not driver.console.queue.rows.window.visible[0].row.unread
