"""Blocked senders: nothing of them is taken but into the ledger, and nobody blocks the desk itself."""

from __future__ import annotations

import pytest
from desks import NOW
from intake_desk import MailDesk

from sdesk.desk.blocking import block, unblock
from sdesk.domain.errors import BadInput, NotFound, Refused
from sdesk.domain.ledger import Outcome


@pytest.fixture
def mails(desk_of_mail: MailDesk) -> MailDesk:
    """The desk of these tests."""
    return desk_of_mail


def blocked(mails: MailDesk, pattern: str, *, login: str = "boris") -> bool:
    with mails.desk.work(mails.actor(login), NOW) as work:
        done = block(work, pattern)
        work.session.commit()
    return done


@pytest.mark.parametrize("pattern", ["Eve@Spam.example", "spam.example", "@spam.example", "SPAM.example"])
def test_a_blocked_senders_mail_is_kept_in_the_ledger_alone(pattern: str, mails: MailDesk) -> None:
    assert blocked(mails, pattern)
    receipt = mails.take("From: Eve <eve@spam.example>\nSubject: Buy\n\nNow.\n")
    assert (receipt.outcome, receipt.number) == (Outcome.IGNORED, None)
    assert "its sender is blocked" in receipt.reason
    assert mails.rows("SELECT raw_id IS NOT NULL FROM ledger") == [(1,)]
    assert mails.count() == 0
    assert mails.outbox() == []


def test_a_domain_blocks_those_below_it_and_no_neighbour(mails: MailDesk) -> None:
    blocked(mails, "spam.example")
    assert mails.take("From: a@mail.spam.example\n\nx\n").outcome is Outcome.IGNORED
    assert mails.take("From: a@notspam.example\n\nx\n").outcome is Outcome.CREATED
    assert mails.take("From: a@spam.example.org\n\nx\n").outcome is Outcome.CREATED


def test_the_envelopes_sender_counts_too(mails: MailDesk) -> None:
    blocked(mails, "spam.example")
    assert mails.take("Return-Path: <x@spam.example>\nFrom: a@b.example\n\nx\n").outcome is Outcome.IGNORED


def test_in_a_thread_he_is_blocked_as_well(mails: MailDesk) -> None:
    mails.ask()
    blocked(mails, "maria@shop.example")
    receipt = mails.take("From: maria@shop.example\nIn-Reply-To: <ask-1@shop.example>\n\nMore.\n")
    assert receipt.outcome is Outcome.IGNORED
    assert mails.conversation(1) == ["in maria@shop.example: Please help."]


def test_blocking_twice_is_nothing_to_do_and_unblocking_ends_it(mails: MailDesk) -> None:
    assert blocked(mails, "spam.example")
    assert not blocked(mails, "spam.example")
    assert mails.rows("SELECT pattern, actor FROM blocked_view") == [("spam.example", "boris")]
    with mails.desk.work(mails.actor("anna"), NOW) as work:
        unblock(work, "SPAM.example")
        work.session.commit()
    assert mails.take("From: a@spam.example\n\nx\n").outcome is Outcome.CREATED
    assert [row[0] for row in mails.rows("SELECT event FROM history WHERE ticket_id IS NULL ORDER BY id")][-2:] == [
        "sender_blocked",
        "sender_unblocked",
    ]


@pytest.mark.parametrize(
    "pattern", ["", "example", "a b@x.example", "a@", "*@x.example", "a@b@", "x.example/path", "."]
)
def test_what_is_neither_address_nor_domain_is_refused(pattern: str, mails: MailDesk) -> None:
    with pytest.raises(BadInput):
        blocked(mails, pattern)


@pytest.mark.parametrize("pattern", ["support@desk.example", "desk.example", "boris@desk.example"])
def test_the_desks_own_people_are_not_blocked(pattern: str, mails: MailDesk) -> None:
    with pytest.raises(Refused):
        blocked(mails, pattern)


def test_what_is_not_blocked_cannot_be_unblocked(mails: MailDesk) -> None:
    with mails.desk.work(mails.actor("anna"), NOW) as work, pytest.raises(NotFound):
        unblock(work, "spam.example")
