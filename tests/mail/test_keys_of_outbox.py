"""Keys in the outbox: a question to an agent that is sent again has one, and what never goes leaves none behind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from desks import DESK_FILE, NOW
from intake_desk import MailDesk
from smtp import Post, send, server_at

from sdesk.config import Config
from sdesk.desk.outbox.by_hand import discard, retry
from sdesk.domain.errors import Refused
from sdesk.mail.outbox.notify import notify_due

MINUTE = timedelta(minutes=1)
BORIS = "boris@desk.example"
PLUS = DESK_FILE.replace('address = "support@desk.example"', 'address = "support@desk.example"\nplus_addressing = true')
KEY = re.compile(r"a-[0-9a-f]{32}")


@pytest.fixture
def desk(desk_path: Path) -> Iterator[MailDesk]:
    made = MailDesk(desk_path)
    yield made
    made.desk.close()


def asked(desk: MailDesk, answer: str = "550 5.1.1 no such user") -> tuple[int, int]:
    """A ticket, and the question to boris about his mail, which his mailbox refused."""
    desk.apply(PLUS)
    number = desk.ask()
    desk.answer("boris", "Plug it in.", f"<ask-{number}@shop.example>")
    with Post(refuse={BORIS: answer}) as post:
        send(desk.desk, post, NOW + MINUTE)
    return number, int(desk.rows("SELECT id FROM outbox WHERE kind = 'confirmation'")[0][0])


def again(desk: MailDesk, mail: int, at: datetime = NOW + 5 * MINUTE) -> None:
    with desk.desk.work(desk.actor("anna"), at) as work:
        retry(work, mail)
        work.session.commit()


def test_a_question_that_is_sent_again_has_a_key_and_can_be_answered(desk: MailDesk, post: Post) -> None:
    _, mail = asked(desk)
    tokens = set(desk.rows("SELECT hash FROM token WHERE message_ref IS NOT NULL"))
    again(desk, mail)
    renewed = set(desk.rows("SELECT hash FROM token WHERE message_ref IS NOT NULL"))
    assert len(tokens) == len(renewed) == 1
    assert not tokens & renewed
    send(desk.desk, post, NOW + 6 * MINUTE)
    (sent,) = [each for each in post.taken if each.recipients == (BORIS,)]
    own = str(sent.mail["Message-ID"])
    assert KEY.search(own)
    assert KEY.search(str(sent.mail["Reply-To"]))
    receipt = desk.answer("boris", "#send", own, at=NOW + 10 * MINUTE)
    assert "boris confirmed" in receipt.reason
    assert ("reply", "maria@shop.example") in [(kind, to) for kind, to, _ in desk.outbox()]
    assert not KEY.search(str(desk.rows("SELECT message_id FROM outbox")))


def test_what_is_answered_or_over_is_not_asked_again(desk: MailDesk) -> None:
    number, mail = asked(desk)
    ((note,),) = desk.rows("SELECT json_extract(\"values\", '$.note') FROM outbox WHERE id = ?", mail)
    desk.do("anna", "close", number, silent=True)
    desk.sweep(NOW + timedelta(days=30))
    assert desk.column(number, "status") == "closed"
    with pytest.raises(Refused, match="ticket that is closed"):
        again(desk, mail, NOW + timedelta(days=31))
    desk.do("anna", "reopen", number, at=NOW + timedelta(days=31))
    own = desk.agent_id_of("boris", number, note=note, at=NOW + timedelta(days=31))
    assert "confirmed" in desk.answer("boris", "#send", own, at=NOW + timedelta(days=32)).reason
    with pytest.raises(Refused, match="answered by now"):
        again(desk, mail, NOW + timedelta(days=33))


def test_one_that_still_waits_keeps_its_key(desk: MailDesk) -> None:
    _, mail = asked(desk, "450 4.2.2 full")
    before = desk.rows("SELECT message_id FROM outbox WHERE id = ?", mail)
    again(desk, mail, NOW + MINUTE + timedelta(seconds=5))
    assert desk.rows("SELECT message_id FROM outbox WHERE id = ?", mail) == before


def test_what_is_discarded_leaves_no_key(desk: MailDesk, post: Post) -> None:
    asked(desk, "450 4.2.2 full")
    post.answer = lambda taken: "450 4.3.0 later"
    notify_due(desk.desk, Config(smtp=server_at(post.port)), now=lambda: NOW + MINUTE)
    keyed = "SELECT id FROM outbox WHERE message_id LIKE '<sd-%.a-%'"
    assert len(desk.rows(keyed)) == 3
    with desk.desk.work(desk.actor("anna"), NOW + 2 * MINUTE) as work:
        for (mail,) in desk.rows(keyed):
            discard(work, mail)
        work.session.commit()
    assert not KEY.search(str(desk.rows("SELECT message_id FROM outbox")))


def test_what_is_withheld_leaves_no_key(desk: MailDesk, post: Post) -> None:
    number, _ = asked(desk, "450 4.2.2 full")
    desk.do("anna", "spam", number)
    send(desk.desk, post, NOW + 5 * MINUTE)
    assert post.taken == []
    ((state, kept),) = desk.rows("SELECT state, message_id FROM outbox WHERE kind = 'confirmation'")
    assert state == "taken_back"
    assert not KEY.search(kept)
