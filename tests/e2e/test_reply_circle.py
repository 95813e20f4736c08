"""The circle: a mail comes in, is answered, goes by SMTP and LMTP to who asked, is answered there, and comes back."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
import warm
from command_line import Ran
from desks import DESK_FILE, NOW
from real_fetch import Station
from servers import Dovecot
from smtp import Post, Taken

from sdesk.desk.opening import open_desk
from sdesk.desk.setup import apply
from sdesk.domain.actor import SYSTEM

AGENTS = {"anna@desk.example", "boris@desk.example"}
PLUS = 'address = "support@desk.example"\nplus_addressing = true\nsignature = "IT support"\n'


class Office:
    """A desk, its account and that of who asks, and a server that carries mail between them."""

    def __init__(self, station: Station, dovecot: Dovecot, post: Post, support: str, maria: str) -> None:
        self.station, self.dovecot, self.post, self.maria = station, dovecot, post, maria
        self.users = {"support@desk.example": support, "maria@shop.example": maria}
        post.answer = self.carry

    def carry(self, taken: Taken) -> str:
        """Deliver to everybody's account, as the next server on the way does. Agents have theirs in another house."""
        for recipient in taken.recipients:
            if recipient not in AGENTS:
                self.deliver(taken.sender, recipient, taken.raw)
        return "250 2.0.0 carried on"

    def deliver(self, sender: str, recipient: str, raw: bytes) -> None:
        local, _, domain = recipient.partition("@")
        plain, plus, detail = local.partition("+")
        self.dovecot.hand_over(sender, f"{self.users[f'{plain}@{domain}']}{plus}{detail}@{domain}", raw)

    def run(self, *words: str) -> Ran:
        """The real program."""
        store, config = str(self.station.store), str(self.station.config)
        ran = warm.run(["--config", config, "--db", store, "--as", "anna", *words])
        assert ran.code == 0, ran
        return ran

    def ticket(self) -> dict[str, Any]:
        """The one ticket, whole."""
        found = json.loads(self.run("show", "1", "-o", "json").out)
        assert isinstance(found, dict)
        return found

    def inbox(self) -> list[EmailMessage]:
        """What Maria has got."""
        folder = self.dovecot.maildir(self.maria)
        found = []
        for path in sorted([*(folder / "new").iterdir(), *(folder / "cur").iterdir()], key=lambda path: path.name):
            mail = message_from_bytes(path.read_bytes(), policy=policy.default)
            assert isinstance(mail, EmailMessage)
            found.append(mail)
        return found


def until(true: Callable[[], bool]) -> None:
    """Wait for what must come."""
    deadline = time.monotonic() + 90
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.2)


@pytest.fixture
def office(desk_path: Path, dovecot: Dovecot, post: Post) -> Office:
    """All of it."""
    if not dovecot.has_lmtp:
        how = "no LMTP here: apt-get install dovecot-lmtpd"
        if os.environ.get("SDESK_REQUIRE_SERVERS") == "1":
            pytest.fail(how)
        pytest.skip(how)
    desk = open_desk(desk_path)
    apply(desk, DESK_FILE.replace('address = "support@desk.example"\n', PLUS), "desk.toml", actor=SYSTEM, now=NOW)
    desk.close()
    support, maria = dovecot.new_user(), dovecot.new_user()
    station = Station.imap(desk_path, dovecot, support)
    with station.config.open("a") as file:
        file.write(f'[smtp]\nhost = "127.0.0.1"\nport = {post.port}\nsecurity = "none"\n')
    return Office(station, dovecot, post, support, maria)


def written(subject: str, text: str, **fields: str) -> bytes:
    """A mail of Maria's program."""
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "Мария Петрова <maria@shop.example>", subject
    mail["Date"] = format_datetime(datetime.now(UTC))
    for name, value in fields.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail.as_bytes(policy=policy.SMTP)


@pytest.mark.server
@pytest.mark.slow
def test_the_circle_of_a_reply_closes(office: Office) -> None:
    request = written("Касса не бьёт", "Помогите!", To="support@desk.example", Message_ID="<first@shop.example>")
    office.deliver("maria@shop.example", "support@desk.example", request)
    assert office.station.fetch_report()["created"] == 1
    office.run("reply", "1", "--text", "Перезагрузите кассу, пожалуйста.", "--cc-all")
    until(lambda: json.loads(office.run("mail", "send", "-o", "json").out)[0]["sent"] == 1)

    (got,) = office.inbox()
    assert got["In-Reply-To"] == "<first@shop.example>"
    assert got["From"].addresses[0].display_name == "Anna Orlova, IT support"
    text = got.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Перезагрузите кассу, пожалуйста." in text
    assert "> Помогите!" in text
    assert "\n-- \nIT support" in text
    found = office.ticket()
    assert found["status"] == "open"
    clocks = {clock["kind"]: clock for clock in found["clocks"]}
    assert clocks["first_response"]["met_at"] is not None
    assert found["unanswered_since"] is None

    # Her program answers where Reply-To says, with the subject changed beyond recognition.
    answered_at = got["Reply-To"].addresses[0].addr_spec
    assert answered_at.startswith("support+1.")
    answer = written(
        "Всё равно", "Не помогло.", To=answered_at, In_Reply_To=got["Message-ID"], Message_ID="<second@shop.example>"
    )
    office.deliver("maria@shop.example", answered_at, answer)
    assert office.station.fetch_report()["followed_up"] == 1
    found = office.ticket()
    assert [message["text"].strip() for message in found["messages"]] == [
        "Помогите!",
        "Перезагрузите кассу, пожалуйста.",
        "Не помогло.",
    ]
    assert found["unanswered_since"] is not None

    # A program that forgets the thread still knows the address.
    bare = written("Re: x", "Теперь работает?", To=answered_at, Message_ID="<third@shop.example>")
    office.deliver("maria@shop.example", answered_at, bare)
    assert office.station.fetch_report()["followed_up"] == 1

    office.run("close", "1", "--text", "Заменили блок питания.")
    until(lambda: json.loads(office.run("mail", "send", "-o", "json").out)[0]["sent"] == 1)
    last = office.inbox()[-1]
    assert last["In-Reply-To"] == "<third@shop.example>"
    assert last["References"].split()[0] == "<first@shop.example>"
    assert str(last["Subject"]) == "Re: [SD-1] Касса не бьёт"
    assert {clock["met_at"] is not None for clock in office.ticket()["clocks"]} == {True}
