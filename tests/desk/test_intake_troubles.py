"""Every class of trouble of the design's list at the desk: nothing is dropped, nothing answered that must not be.

What is read of each is in `tests/mail/mime/test_mail_troubles.py`.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from desks import NOW
from intake_desk import SUPPORT, MailDesk
from machines import MACHINES, OURS, Machine
from troubles import Trouble
from troubles_of_bodies import BODIES, CRYPTO, NAMES, STRUCTURE
from troubles_of_headers import CHARSETS, HEADERS, SENDER

from sdesk.domain.ledger import Outcome
from sdesk.store.reader import Reader

HOUR = timedelta(hours=1)


@pytest.fixture
def mails(desk_of_mail: MailDesk) -> MailDesk:
    """The desk of these tests."""
    return desk_of_mail


@pytest.mark.parametrize(
    "trouble", [*SENDER, *HEADERS, *CHARSETS, *STRUCTURE, *NAMES, *BODIES, *CRYPTO], ids=lambda trouble: trouble.name
)
def test_whatever_is_wrong_with_it_it_is_a_ticket_with_all_that_could_be_read(
    trouble: Trouble, mails: MailDesk
) -> None:
    receipt = mails.take(trouble.raw)
    assert (receipt.outcome, receipt.number) == (Outcome.CREATED, 1)
    with Reader(mails.path) as reader:
        anna = reader.actor("anna")
        (message,) = reader.ticket(anna, 1, now=NOW).messages
        assert message.text == trouble.text
        assert (message.author_address or "") == trouble.sender[0]
        assert tuple(each.name + "*" * each.inline for each in message.attachments) == trouble.files
        if trouble.defects is not None:
            assert message.defects == trouble.defects
        assert reader.raw(anna, 1, message.id) == trouble.raw
    assert [(kind, address) for kind, address, _ in mails.outbox()] == (
        [("acknowledgement", trouble.sender[0])] if trouble.sender[0] else []
    )


# ---- machines -----------------------------------------------------------------------------------


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_what_a_machine_says_of_a_known_thread(machine: Machine, mails: MailDesk) -> None:
    mails.ask()
    mails.do("anna", "reply", 1, text="Try it again.")
    sent = mails.outbox()
    receipt = mails.take(machine.raw.replace(OURS, mails.sent_id(1)), at=NOW + HOUR)
    assert (receipt.outcome, receipt.number) == (machine.threaded, 1)
    assert mails.outbox() == sent
    person = machine.threaded is Outcome.FOLLOWED_UP
    assert (mails.ticket(1).unanswered_since is not None) is person
    assert mails.conversation(1)[-1].startswith("in " if person else "auto ")
    assert ("undeliverable" in mails.events(1)) is machine.undeliverable


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_what_a_machine_says_of_nothing_that_the_desk_knows(machine: Machine, mails: MailDesk) -> None:
    receipt = mails.take(machine.raw.replace(OURS, "<elsewhere@other.example>"))
    assert receipt.outcome is machine.alone
    assert mails.rows("SELECT outcome, raw_id IS NOT NULL FROM ledger") == [(machine.alone.value, 1)]
    assert mails.count() == (machine.alone is Outcome.CREATED)
    assert bool(mails.outbox()) is machine.acknowledged


def test_a_loop_of_the_desk_itself_ends_at_once(mails: MailDesk) -> None:
    mails.ask()
    token = mails.rows("SELECT loop_token FROM desk")[0][0]
    back = f"From: maria@shop.example\nIn-Reply-To: {mails.sent_id(1)}\nX-SDesk-Loop: {token}\nSubject: Fwd\n\nBack.\n"
    assert mails.take(back).outcome is Outcome.IGNORED
    assert len(mails.conversation(1)) == 1


# ---- identity, and the fetch ----------------------------------------------------------------------

ONE = "From: maria@shop.example\nTo: support@desk.example\nSubject: Jam\nMessage-ID: <1@shop.example>\n\nIt jams.\n"


def test_a_message_id_used_twice_by_different_mails(mails: MailDesk) -> None:
    assert mails.take(ONE).number == 1
    receipt = mails.take(ONE.replace("It jams", "It smokes"))
    assert (receipt.outcome, receipt.number) == (Outcome.CREATED, 2)
    assert [address for _, address, _ in mails.outbox()] == ["maria@shop.example"] * 2


def test_no_message_id_twice_the_same_words(mails: MailDesk) -> None:
    nameless = ONE.replace("Message-ID: <1@shop.example>\n", "")
    assert mails.take(f"Received: id 1\n{nameless}").outcome is Outcome.CREATED
    assert mails.take(f"Received: id 2\n{nameless}").outcome is Outcome.CREATED
    assert mails.take(f"Received: id 2\n{nameless}").outcome is Outcome.DUPLICATE


def test_the_same_mail_in_two_folders(mails: MailDesk) -> None:
    mails.take(ONE)
    receipt = mails.take(f"Received: by another way\n{ONE}", box="archive")
    assert (receipt.outcome, receipt.number, mails.count()) == (Outcome.DUPLICATE, 1, 1)
    assert len(mails.outbox()) == 1


def test_a_mail_to_two_of_the_desks_addresses(mails: MailDesk) -> None:
    both = ONE.replace("To: support@desk.example", f"To: {SUPPORT}, feedback@desk.example")
    receipt = mails.take(both, addresses=(SUPPORT, "feedback@desk.example"))
    assert (receipt.outcome, mails.count()) == (Outcome.CREATED, 2)
    assert {mails.ticket(number).team for number in (1, 2)} == {"it", "quality"}
    assert mails.links(2) == [("copy", 1)]
