"""What an editor begins with, and what it says of what goes out."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from desks import NOW
from intake_desk import MailDesk

from sdesk.domain.beside import Beside, Then
from sdesk.domain.ticket import Status
from sdesk.store.reader import Reader
from sdesk.store.reader.detail_rows import TicketDetail
from sdesk.tui.outgoing import addressee, first_copies, quotation, review

ZONE = ZoneInfo("Europe/Moscow")


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory, _desk_template: Any) -> TicketDetail:
    """A ticket whose requester wrote twice, with copies."""
    import shutil

    path = tmp_path_factory.mktemp("asked") / "desk.db"
    shutil.copy(_desk_template, path)
    mails = MailDesk(path)
    mails.ask(1)
    mails.take(
        """
        From: Maria Weber <maria@shop.example>
        To: support@desk.example
        Cc: "Boss, The" <boss@shop.example>, boris@desk.example, SUPPORT@desk.example, Maria@shop.example
        Subject: Re: Request 1
        In-Reply-To: <ask-1@shop.example>

        One.
        Two.
        """
    )
    mails.do("anna", "note", 1, text="A note comes after.")
    mails.desk.close()
    with Reader(path) as reader:
        return reader.ticket(reader.actor("anna"), 1, now=NOW)


def test_the_review_says_to_whom_what_goes_and_what_follows(asked: TicketDetail) -> None:
    row = asked.ticket._replace(requester_name="Maria Weber")

    def shown(beside: Beside, sizes: tuple[int, ...] = (), *, note: bool = False, status: str = "open") -> str:
        return review(row._replace(status=Status(status)), beside, sizes, note=note, now=NOW, zone=ZONE)

    assert shown(Beside()) == "To: Maria Weber <maria@shop.example>; it stays open"
    assert shown(Beside(), status="new") == "To: Maria Weber <maria@shop.example>; then it is yours, and open"
    whole = shown(Beside(cc="b@x.example", then=Then.DATE, until="tomorrow 10:00"), (12_000, 400))
    assert whole.partition("; ")[2] == "Cc: b@x.example; 2 files 12 kB; then it waits until tomorrow 10:00"
    morning = shown(Beside(then=Then.DATE, until="tomorrow"))
    assert morning.endswith("; then it waits until tomorrow, when the hours begin")
    friday = shown(Beside(then=Then.DATE, until="fri"))
    assert friday.endswith("; then it waits until Fri 27 Nov, when the hours begin")
    assert shown(Beside(cc="b@", then=Then.DATE)).partition("; ")[2] == "Cc: ?; then it waits until ?"
    assert shown(Beside(then=Then.RESOLVE)).endswith("; then it is resolved")
    assert shown(Beside(then=Then.SUPPLIER)).endswith("; then it waits as long as the team does")
    assert shown(Beside(cc="b@x.example"), (5,), note=True) == "INTERNAL NOTE: stays at the desk; 1 file 5 B"
    assert shown(Beside(cc="b@x.example", phone=True)) == "Told by phone: no mail goes; it stays open"
    nobody = review(row._replace(requester_email=None), Beside(), (), note=False, now=NOW, zone=ZONE)
    assert nobody.startswith("To: nobody: the requester has no address")


def test_who_wrote_is_answered_by_the_name_that_he_wrote(asked: TicketDetail) -> None:
    row = asked.ticket._replace(requester_name="Shop 17", requester_email="Store@shop.example")
    last = asked.messages[0]._replace(author_name="Pavel", author_address="store@shop.example")
    written = review(row, Beside(), (), note=False, now=NOW, zone=ZONE, messages=(last,))
    assert written.startswith("To: Pavel <Store@shop.example>;")
    other = last._replace(author_address="boss@shop.example")
    assert addressee(row, (other,)) == addressee(row, ()) == "Shop 17"


def test_copies_begin_as_the_requesters_last_mail_had_them(asked: TicketDetail) -> None:
    own = {"support@desk.example", "boris@desk.example"}
    assert first_copies(asked.messages, asked.ticket, own) == '"Boss, The" <boss@shop.example>'
    assert first_copies(asked.messages[:1], asked.ticket, own) == ""
    assert first_copies((), asked.ticket, own) == ""


def test_the_quotation_is_the_requesters_last_words(asked: TicketDetail) -> None:
    assert quotation(asked.messages) == "> One.\n> Two."
    long = asked.messages[1]._replace(text="\n".join(str(number) for number in range(100)))
    lines = quotation([long]).split("\n")
    assert (lines[0], lines[1], lines[-1], len(lines)) == ("> ...", "> 60", "> 99", 41)
    assert quotation(()) == ""
