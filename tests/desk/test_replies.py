"""Answers whole: copies, files, and a wait that begins with them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from desks import NOW
from intake_desk import MailDesk

from sdesk.desk.blocking import block
from sdesk.domain.errors import BadInput, Refused
from sdesk.domain.inbound import InboundAttachment


def copies(mails: MailDesk) -> list[str]:
    """To whom the last answer goes beside the requester."""
    ((found,),) = mails.rows("SELECT recipients -> 'cc' FROM outbox WHERE kind = 'reply' ORDER BY id DESC LIMIT 1")
    return [address for address, _ in json.loads(found)]


def test_everybody_who_had_a_copy_gets_one_but_nobody_else(desk_of_mail: MailDesk) -> None:
    desk_of_mail.take(
        """
        From: Maria <maria@shop.example>
        To: support@desk.example
        Cc: boss@shop.example, Support <support@desk.example>, hr@desk.example, anna@desk.example,
         support+1.00000000000000000000000000000000@desk.example, spammer@evil.example, Maria <MARIA@shop.example>
        Subject: Till
        Message-ID: <a@shop.example>

        Please help.
        """
    )
    reply = "Subject: Re\nIn-Reply-To: <a@shop.example>\n\nMe too.\n"
    desk_of_mail.take(f"From: colleague@acc.shop.example\n{reply}")
    desk_of_mail.take(f"From: stranger@far.example\nCc: friend@far.example\n{reply}")
    with desk_of_mail.desk.work(desk_of_mail.actor("anna"), NOW) as work:
        block(work, "evil.example")
        work.session.commit()
    desk_of_mail.do("anna", "reply", 1, text="Yes.", cc_all=True, cc=["new@shop.example"])
    assert sorted(copies(desk_of_mail)) == ["boss@shop.example", "colleague@acc.shop.example", "new@shop.example"]
    # Whoever got a copy of an answer is kept by the next.
    desk_of_mail.do("anna", "reply", 1, text="And this.", cc_all=True)
    assert "new@shop.example" in copies(desk_of_mail)
    desk_of_mail.do("anna", "reply", 1, text="To Maria alone.")
    assert copies(desk_of_mail) == []


def test_the_desk_writes_no_copy_to_itself(desk_of_mail: MailDesk) -> None:
    number = desk_of_mail.ask(1)
    with pytest.raises(Refused, match="address of the desk itself"):
        desk_of_mail.do("anna", "reply", number, text="Yes.", cc=["HR@desk.example"])
    desk_of_mail.do("anna", "reply", number, text="Yes.", cc=["Maria <maria@shop.example>"])
    assert copies(desk_of_mail) == []


def test_files_have_a_limit(desk_of_mail: MailDesk) -> None:
    number = desk_of_mail.ask(1)
    before = desk_of_mail.dump()
    half = InboundAttachment("half.bin", "application/octet-stream", bytes(9_500_000))
    with_supplier: dict[str, Any] = {"to": "help@tills.example"}
    for verb, more in (("reply", {}), ("forward", with_supplier)):
        with pytest.raises(Refused, match=r"19\.0 MB together, and a mail carries 18 MB"):
            desk_of_mail.do("anna", verb, number, text="See these.", attachments=[half, half], **more)
    assert desk_of_mail.dump() == before


def test_a_question_that_waits_for_its_answer(desk_of_mail: MailDesk) -> None:
    number = desk_of_mail.ask(1)
    until = NOW + timedelta(days=2)
    outcome = desk_of_mail.do(
        "anna", "reply", number, text="Which till?", waiting_for="requester", until=until, cc=["boss@shop.example"]
    )
    assert outcome.sentence == "SD-1 answered, waits for the requester until Wed 2026-11-25 12:00"
    ticket = desk_of_mail.ticket(number)
    assert (ticket.status, ticket.waiting_for, ticket.wake_at) == ("waiting", "requester", until)
    assert ticket.assignee == "anna"
    assert copies(desk_of_mail) == ["boss@shop.example"]


def test_a_wait_that_cannot_be_says_nothing_to_the_requester(desk_of_mail: MailDesk) -> None:
    number = desk_of_mail.ask(1)
    before = desk_of_mail.dump()
    for values in (
        {"waiting_for": "date"},
        {"waiting_for": "supplir"},
        {"waiting_for": "requester", "until": NOW},
        {"until": NOW + timedelta(days=1)},
        {"phone": True, "cc": ["boss@shop.example"]},
    ):
        with pytest.raises(BadInput):
            desk_of_mail.do("anna", "reply", number, text="Hm.", **values)
    assert desk_of_mail.dump() == before
