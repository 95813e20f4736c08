"""Two desks whose mail servers deliver to each other: they answer each other automatically, and must come to an end."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from desks import DESK_FILE, NOW
from intake_desk import MailDesk
from smtp import Post, Taken, send

HERE, THERE = "support@desk.example", "help@other.example"
MINUTE = timedelta(minutes=1)
TELLING = ("auto-", "x-auto", "precedence", "x-sdesk", "in-reply-to", "references", "reply-to", "message-id", "list-")


def stripped(raw: bytes) -> bytes:
    """What the worst of all relays makes of a mail: no sign of a machine, of a thread, nor of where it came from."""
    mail = message_from_bytes(raw, policy=policy.default)
    for name in [name for name in mail if name.lower().startswith(TELLING)]:
        del mail[name]
    subject = re.sub(r"\[\w+-\d+\]\s*", "", str(mail["Subject"]))
    del mail["Subject"]
    mail["Subject"] = subject
    return mail.as_bytes()


class Pair:
    """The two desks, and the mail that lies between them."""

    def __init__(self, here: Path, there: Path, posts: tuple[Post, Post], relay: Callable[[bytes], bytes]) -> None:
        self.desks = {HERE: MailDesk(here), THERE: MailDesk(there)}
        self.desks[THERE].apply(DESK_FILE.replace(HERE, THERE).replace('"SD"', '"OT"'))
        self.posts = dict(zip(self.desks, posts, strict=True))
        self.waiting: dict[str, list[bytes]] = {HERE: [], THERE: []}
        self.sent = 0
        self.at = NOW
        for post in posts:

            def carry(taken: Taken) -> str:
                for recipient in taken.recipients:
                    # Whatever stands behind a + comes to the same account.
                    self.waiting[re.sub(r"\+[^@]*", "", recipient)].append(relay(taken.raw))
                self.sent += 1
                return "250 carried"

            post.answer = carry

    def pass_time(self, span: timedelta) -> int:
        """Every minute each desk fetches and sends; gives how many mails went."""
        before, end = self.sent, self.at + span
        while self.at < end:
            self.at += MINUTE
            for address, desk in self.desks.items():
                mails, self.waiting[address] = self.waiting[address], []
                for raw in mails:
                    desk.take(raw, at=self.at, box=address, addresses=(address,))
                send(desk.desk, self.posts[address], self.at)
        return self.sent - before

    def withheld(self, address: str) -> list[str]:
        """Why acknowledgements were withheld, as the histories tell."""
        sql = "SELECT data ->> 'reason' FROM history WHERE event = 'acknowledgement_withheld' ORDER BY id"
        return [row[0] for row in self.desks[address].rows(sql)]

    def begin(self, at: datetime) -> None:
        """A person's mail to here, sent in the name of the desk there."""
        raw = f"From: Help <{THERE}>\r\nTo: {HERE}\r\nSubject: Question\r\nMessage-ID: <x@y.example>\r\n\r\nHello?\r\n"
        self.desks[HERE].take(raw.encode(), at=at, box=HERE, addresses=(HERE,))

    def close(self) -> None:
        for desk in self.desks.values():
            desk.desk.close()


@pytest.fixture
def pair_of(desk_path: Path, tmp_path: Path) -> Iterator[Callable[[Callable[[bytes], bytes]], Pair]]:
    """Two desks with a relay between them."""
    with ExitStack() as stack:

        def make(relay: Callable[[bytes], bytes]) -> Pair:
            there = tmp_path / "there.db"
            shutil.copy(desk_path, there)
            posts = stack.enter_context(Post()), stack.enter_context(Post())
            pair = Pair(desk_path, there, posts, relay)
            stack.callback(pair.close)
            return pair

        yield make


@pytest.mark.slow
def test_two_desks_that_know_nothing_of_each_other_stop_after_the_limit(
    pair_of: Callable[[Callable[[bytes], bytes]], Pair],
) -> None:
    pair = pair_of(stripped)
    pair.begin(pair.at)
    # Each side acknowledges five mails an hour, and is silent then: no mail is left that could be answered.
    assert pair.pass_time(timedelta(hours=1)) == 10
    assert pair.pass_time(timedelta(hours=3)) == 0
    assert pair.withheld(HERE) == [f"{THERE} had 5 acknowledgements within an hour"]
    assert pair.withheld(THERE) == []
    assert pair.desks[HERE].count() == 6
    assert pair.desks[THERE].count() == 5


def test_two_desks_whose_signs_arrive_stop_at_once(pair_of: Callable[[Callable[[bytes], bytes]], Pair]) -> None:
    pair = pair_of(lambda raw: raw)
    pair.begin(pair.at)
    assert pair.pass_time(timedelta(hours=1)) == 1
    assert pair.desks[HERE].count() == 1
    assert pair.desks[THERE].count() == 0
    assert pair.desks[THERE].rows("SELECT outcome, reason FROM ledger")[0][0] == "ignored"
