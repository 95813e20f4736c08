"""Looking at a mail of the outbox: what went, with the Date of then, the others it went with, and no key."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from desks import DESK_FILE, NOW
from intake_desk import MailDesk
from smtp import Post, send, server_at

from sdesk.config import Config
from sdesk.desk.outbox.previews import look_at
from sdesk.domain.errors import NotFound
from sdesk.mail.outbox.letter import Letter
from sdesk.mail.outbox.notify import notify_due
from sdesk.mail.outbox.shown import letter_of_seen

MINUTE = timedelta(minutes=1)
BOTH = DESK_FILE.replace('teams = ["hr"]', 'teams = ["hr", "it"]')
"""The small desk, where Olga is in the private team and in another."""
ADDRESS = 'address = "support@desk.example"'


@pytest.fixture
def desk(desk_path: Path) -> Iterator[MailDesk]:
    made = MailDesk(desk_path)
    made.apply(BOTH.replace(ADDRESS, f"{ADDRESS}\nplus_addressing = true"))
    yield made
    made.desk.close()


def seen(desk: MailDesk, login: str, mail: int) -> Letter:
    """What an agent is shown, days later."""
    with desk.desk.work(desk.actor(login), NOW + timedelta(days=3)) as work:
        found = look_at(work, mail)
    return letter_of_seen(found, fallback_sender="")


def mails_of(desk: MailDesk, address: str) -> list[int]:
    rows = desk.rows("SELECT id FROM outbox WHERE to_address = ? AND kind = 'notification' ORDER BY id", address)
    return [number for (number,) in rows]


def tell(desk: MailDesk, post: Post) -> None:
    notify_due(desk.desk, Config(smtp=server_at(post.port)), now=lambda: NOW + MINUTE)


def test_an_answer_that_went_has_the_date_and_the_words_of_then(desk: MailDesk, post: Post) -> None:
    number = desk.ask(1)
    desk.do("anna", "reply", number, text="On my way.", at=NOW)
    ((mail,),) = desk.rows("SELECT id FROM outbox WHERE kind = 'reply'")
    send(desk.desk, post, NOW + MINUTE)
    (went,) = post.taken
    assert seen(desk, "boris", mail).as_bytes(eight_bit=True) == went.raw


def test_a_notification_of_one_ticket_is_as_it_went_but_for_the_key(desk: MailDesk, post: Post) -> None:
    desk.ask(1)
    tell(desk, post)
    (went,) = [each for each in post.taken if each.recipients == ("boris@desk.example",)]
    key = went.mail["Message-ID"].split(".")[1]
    shown = seen(desk, "anna", mails_of(desk, "boris@desk.example")[0])
    fields = dict(shown.fields)
    assert (fields["Date"], shown.subject) == (went.mail["Date"], went.mail["Subject"])
    assert key not in shown.shown()
    assert fields["Reply-To"].replace("0" * 32, key[2:]) == went.mail["Reply-To"]
    assert shown.as_bytes().partition(b"\r\n\r\n")[2].strip() == went.raw.partition(b"\r\n\r\n")[2].strip()


def test_of_a_digest_nobody_sees_what_stands_behind_a_wall(desk: MailDesk, post: Post) -> None:
    leave = "From: karl@acc.shop.example\nSubject: Leave of absence\nMessage-ID: <l@acc.shop.example>\n\nMay I?\n"
    desk.take(leave, box="hr", addresses=("hr@desk.example",), team="hr")
    desk.ask(2)
    tell(desk, post)
    first, second = mails_of(desk, "olga@desk.example")
    text = seen(desk, "olga", second).shown()
    assert "Request 2" in text
    assert "Leave of absence" in text
    shown = seen(desk, "boris", second).shown()
    assert "Request 2" in shown
    assert "Leave" not in shown
    with pytest.raises(NotFound):
        seen(desk, "boris", first)
