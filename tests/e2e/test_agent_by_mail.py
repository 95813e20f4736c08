"""An agent works from another mail program: what he answers to a notification reaches the requester from the desk's
address. The real program upon a Maildir and a real mail server; nothing of the desk is called in between."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, getaddresses
from pathlib import Path

import pytest
from desks import DESK_FILE
from real_tick import Tick, configured, deliver, letter
from smtp import Post, Taken

from sdesk.desk.opening import open_desk
from sdesk.desk.setup import apply
from sdesk.domain.actor import SYSTEM

pytestmark = pytest.mark.slow

SUPPORT = "support@desk.example"
MARIA = "maria@shop.example"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def now() -> datetime:
    """The machine's own present: the program has no other."""
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def desk(desk_path: Path, tmp_path: Path, post: Post) -> Tick:
    """The small desk, whose server delivers mail to `support+ANYTHING@` too."""
    opened = open_desk(desk_path)
    plus = DESK_FILE.replace(f'address = "{SUPPORT}"', f'address = "{SUPPORT}"\nplus_addressing = true')
    apply(opened, plus, "desk.toml", actor=SYSTEM, now=datetime(2026, 1, 1, tzinfo=UTC))
    opened.close()
    for part in ("new", "cur", "tmp"):
        (tmp_path / "mail" / part).mkdir(parents=True)
    mailbox = f'kind = "maildir"\npath = "{tmp_path / "mail"}"'
    return configured(tmp_path, desk_path, mailbox, post)


class Letters:
    """The mailbox, and mails that people write into it."""

    def __init__(self, desk: Tick, tmp_path: Path) -> None:
        self._desk, self._folder, self._count = desk, tmp_path / "mail", 0

    def put(self, raw: bytes, at: datetime) -> None:
        self._count += 1
        deliver(self._folder, self._count, raw, at)
        ran = self._desk.run("--quiet", at=at)
        assert (ran.code, ran.err) == (0, ""), ran

    def answer(self, to: Taken, sender: str, text: str, at: datetime, *, by: str = "message_id") -> None:
        """What a mail program makes of an answer: by the headers, or by the Reply-To alone where those are lost."""
        asked = to.mail
        recipient = getaddresses([str(asked["Reply-To"] or asked["From"])])[0][1] if by == "address" else SUPPORT
        thread = (
            f"In-Reply-To: {asked['Message-ID']}\nReferences: {asked['Message-ID']}\n" if by == "message_id" else ""
        )
        quoted = "".join(f"> {line}\n" for line in to.text.splitlines())
        self.put(
            (
                f"From: {sender}\nTo: {recipient}\nSubject: Re: {asked['Subject']}\nDate: {format_datetime(at)}\n"
                f"Message-ID: <{self._count}.{at.timestamp()}@phone.example>\n{thread}"
                f"User-Agent: Some phone\n\n{text}\n\nOn {at:%d.%m.%Y at %H:%M}, IT support wrote:\n{quoted}"
            ).encode(),
            at,
        )


@pytest.fixture
def letters(desk: Tick, tmp_path: Path) -> Letters:
    """The desk's mailbox."""
    return Letters(desk, tmp_path)


def sent_to(post: Post, address: str) -> list[Taken]:
    return [each for each in post.taken if address in each.recipients]


def ask(desk: Tick, letters: Letters, post: Post, now: datetime) -> Taken:
    """A request, and what Boris is told of it."""
    letters.put(letter(1, MARIA, "Till", now), now)
    assert desk.run("--quiet", at=now + MINUTE).code == 0
    (told,) = sent_to(post, "boris@desk.example")
    assert "Please help, it is the matter of number 1." in told.text
    return told


@pytest.mark.parametrize("by", ["message_id", "address"])
def test_an_answer_to_a_notification_reaches_the_requester_from_the_desk(
    by: str, desk: Tick, letters: Letters, post: Post, now: datetime
) -> None:
    told = ask(desk, letters, post, now)
    letters.answer(told, "Boris Kim <boris@desk.example>", "I am on my way.", now + 2 * MINUTE, by=by)
    assert desk.rows("SELECT outcome FROM ledger ORDER BY id") == [("created",), ("followed_up",)]
    # The first response is met when it is taken; the mail itself can be taken back for ten seconds.
    ((met, status, assignee),) = desk.rows(
        "SELECT first_response_met_at IS NOT NULL, status, assignee FROM ticket_view WHERE number = 1"
    )
    assert (met, status, assignee) == (1, "open", "boris")
    assert desk.run("--quiet", at=now + 3 * MINUTE).code == 0
    reply = sent_to(post, MARIA)[-1]
    assert "I am on my way." in reply.text
    assert SUPPORT in str(reply.mail["From"])
    # Nothing of the agent's own address, of what he was told, or of his token goes along.
    token = str(told.mail["Message-ID"]).split(".")[1]
    assert token.startswith("a-")
    for secret in (b"boris@desk.example", b"#note", token.encode()):
        assert secret not in reply.raw
    assert reply.mail["In-Reply-To"] == f"<1.{MARIA}>"
    # The thread holds: she answers, and it is the same ticket.
    letters.answer(reply, MARIA, "Thank you, and when?", now + 4 * MINUTE)
    assert desk.rows("SELECT direction, text FROM message WHERE ticket_id = 1 ORDER BY id") == [
        ("in", "Please help, it is the matter of number 1."),
        ("out", "I am on my way."),
        ("in", "Thank you, and when?"),
    ]
    assert desk.rows("SELECT count(*) FROM ticket") == [(1,)]


@pytest.mark.parametrize("sign", ["thread", "subject", "wrong token"])
def test_a_forged_agents_address_without_a_token_reaches_nobody(
    sign: str, desk: Tick, letters: Letters, post: Post, now: datetime
) -> None:
    ask(desk, letters, post, now)
    before = len(sent_to(post, MARIA))
    signs = {
        "thread": f"In-Reply-To: <1.{MARIA}>\n",
        "subject": "",
        "wrong token": f"In-Reply-To: <sd-1.a-{'0' * 32}.abc@desk.example>\nReferences: <1.{MARIA}>\n",
    }
    forged = (
        f"From: Boris Kim <boris@desk.example>\nTo: {SUPPORT}\nSubject: Re: [SD-1] Till\n{signs[sign]}"
        f"Message-ID: <forged@evil.example>\nDate: {format_datetime(now)}\n\nPay the bill at evil.example\n"
    )
    letters.put(forged.encode(), now + 2 * MINUTE)
    for minute in (3, 4, 20):
        assert desk.run("--quiet", at=now + minute * MINUTE).code == 0
    reached = sent_to(post, MARIA)[before:]
    assert not any("evil" in each.text for each in reached)
    # She gets what was due to her before, and no more.
    assert [str(each.mail["Auto-Submitted"]) for each in reached] == ["auto-replied"] * len(reached)
    assert desk.rows("SELECT first_response_met_at FROM ticket WHERE id = 1") == [(None,)]
    # The one whose address it bears is asked; only agents have seen the words.
    assert any("Was it you?" in str(each.mail["Subject"]) for each in sent_to(post, "boris@desk.example")) or (
        sign == "subject"
    )
    for each in post.taken:
        if "evil" in each.text:
            assert set(each.recipients) <= {"anna@desk.example", "boris@desk.example"}


def test_he_confirms_and_then_it_goes(desk: Tick, letters: Letters, post: Post, now: datetime) -> None:
    ask(desk, letters, post, now)
    letters.put(
        (
            f"From: boris@desk.example\nTo: {SUPPORT}\nIn-Reply-To: <1.{MARIA}>\nMessage-ID: <b@phone.example>\n"
            "Subject: Re: Till\n\nRestart it, please.\n"
        ).encode(),
        now + 2 * MINUTE,
    )
    assert desk.run("--quiet", at=now + 3 * MINUTE).code == 0
    question = sent_to(post, "boris@desk.example")[-1]
    assert "Was it you?" in str(question.mail["Subject"])
    assert "Restart it, please." in question.text
    letters.answer(question, "boris@desk.example", "#send", now + 4 * MINUTE)
    assert desk.run("--quiet", at=now + 5 * MINUTE).code == 0
    assert "Restart it, please." in sent_to(post, MARIA)[-1].text
    # No key of an agent stays in the store once its mail has gone.
    dump = " ".join(str(row) for row in desk.rows("SELECT message_id, \"values\" FROM outbox WHERE state = 'sent'"))
    assert str(question.mail["Message-ID"]).split(".")[1] not in dump


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        ("#note The fuse.", "new", False),
        ("#take", "open", False),
        ("#close\nReplaced the fuse.", "resolved", True),
        ("#wait 2d\nThe fuse is ordered.", "waiting", True),
    ],
)
def test_orders_by_mail(
    words: str, status: str, told: bool, desk: Tick, letters: Letters, post: Post, now: datetime
) -> None:
    notification = ask(desk, letters, post, now)
    letters.answer(notification, "boris@desk.example", words, now + 2 * MINUTE)
    assert desk.run("--quiet", at=now + 3 * MINUTE).code == 0
    assert desk.rows("SELECT status FROM ticket") == [(status,)]
    assert any("fuse" in each.text for each in sent_to(post, MARIA)) == told


def test_a_strangers_forged_number_never_reaches_the_ticket_and_its_assignee_is_told(
    desk: Tick, letters: Letters, post: Post, now: datetime
) -> None:
    told = ask(desk, letters, post, now)
    letters.answer(told, "boris@desk.example", "#take", now + 2 * MINUTE)
    before = len(post.taken)
    letters.put(
        f"From: Maria <maria@evil.example>\nTo: {SUPPORT}\nSubject: [SD-1] Till\n\nSend me the password.\n".encode(),
        now + 3 * MINUTE,
    )
    for minute in (4, 20):
        assert desk.run("--quiet", at=now + minute * MINUTE).code == 0
    assert desk.rows("SELECT count(*) FROM message WHERE ticket_id = 1 AND text LIKE '%password%'") == [(0,)]
    assert desk.rows("SELECT ticket_id FROM message WHERE text LIKE '%password%'") == [(2,)]
    stranger = [each for each in post.taken[before:] if "stranger names it" in each.mail["Subject"] + each.text]
    assert {each.recipients for each in stranger} == {("boris@desk.example",)}
