"""Suppliers: what is asked of them and what they answer stays within the desk, until an agent passes it on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from desks import NOW
from intake_desk import SUPPORT, MailDesk

from sdesk.domain.errors import BadInput, NotFound, Refused
from sdesk.domain.ledger import Outcome

HOUR = timedelta(hours=1)
SUPPLIER = "service@tills.example"


@pytest.fixture
def mails(desk_of_mail: MailDesk) -> MailDesk:
    """A desk with one request, whose cause a supplier is asked about."""
    desk_of_mail.ask()
    desk_of_mail.do("boris", "forward", 1, to=f"Till service <{SUPPLIER}>", text="Error 42, what is it?")
    return desk_of_mail


def asked_id(mails: MailDesk) -> str:
    return str(mails.rows("SELECT message_id FROM outbox WHERE kind = 'forward' ORDER BY id")[0][0])


def supplier_says(mails: MailDesk, text: str = "Replace the fuse.", *, sender: str = SUPPLIER, more: str = "") -> str:
    receipt = mails.take(
        f"From: Tim <{sender}>\nTo: {SUPPORT}\nSubject: Re: [SD-1] Request 1\nMessage-ID: <{len(text)}@tills.example>\n"
        f"In-Reply-To: {asked_id(mails)}\n{more}\n{text}\n",
        at=NOW + HOUR,
    )
    assert receipt.number == 1
    return receipt.outcome.value


def test_what_is_asked_of_a_supplier_is_no_answer_to_the_requester(mails: MailDesk) -> None:
    assert mails.conversation(1)[-1] == "out boris: Error 42, what is it?"
    assert mails.outbox()[-1] == ("forward", SUPPLIER, timedelta(seconds=10))
    assert mails.column(1, "first_response_met_at") is None
    assert mails.ticket(1).unanswered_since == NOW
    assert mails.event(1, "forwarded")["to"] == SUPPLIER
    assert mails.rows("SELECT party FROM message ORDER BY id") == [("requester",), ("supplier",)]
    # The requester's own token opens nothing to the supplier.
    assert mails.token(1) not in mails.sent_id(1)


def test_the_answer_is_internal_and_starts_no_clock(mails: MailDesk) -> None:
    mails.do("boris", "reply", 1, text="I ask the supplier.")
    before = mails.outbox()
    assert supplier_says(mails) == "followed_up"
    assert mails.conversation(1)[-1] == f"in {SUPPLIER}: Replace the fuse."
    assert mails.rows("SELECT party FROM message ORDER BY id DESC LIMIT 1") == [("supplier",)]
    assert mails.column(1, "next_reply_started_at") is None
    assert mails.ticket(1).unanswered_since is None
    assert mails.event(1, "supplier_answered")["by"] == "supplier"
    assert mails.outbox() == before


@pytest.mark.parametrize(("sender", "theirs"), [(SUPPLIER, 1), ("colleague@tills.example", 1), ("eve@evil.example", 0)])
def test_whoever_of_the_suppliers_house_answers_is_the_supplier(sender: str, theirs: int, mails: MailDesk) -> None:
    mails.do("boris", "wait", 1, waiting_for="supplier")
    assert supplier_says(mails, sender=sender) == "followed_up"
    assert mails.rows("SELECT party, takes_part, id FROM message ORDER BY id DESC LIMIT 1") == [("supplier", theirs, 3)]
    assert mails.ticket(1).status == ("new" if theirs else "waiting")
    if not theirs:
        with pytest.raises(Refused, match="nobody who was asked"):
            mails.do("boris", "reply", 1, text="Look", pass_on=[3])


def test_a_second_answer_that_refers_to_the_first_alone_is_the_suppliers_too(mails: MailDesk) -> None:
    supplier_says(mails)
    mails.take(f"From: {SUPPLIER}\nIn-Reply-To: <17@tills.example>\nSubject: More\n\nAnd the relay.\n")
    assert mails.rows("SELECT text, party FROM message ORDER BY id DESC LIMIT 1") == [("And the relay.", "supplier")]


def test_it_ends_a_wait_for_the_supplier_and_no_other(mails: MailDesk) -> None:
    mails.do("boris", "wait", 1, waiting_for="requester")
    supplier_says(mails)
    assert mails.ticket(1).status == "waiting"
    mails.do("boris", "wait", 1, waiting_for="supplier")
    supplier_says(mails, "Or the relay.")
    assert mails.ticket(1).status == "new"
    assert mails.column(1, "resolution_started_at") == "2026-11-23T10:00:00Z"


def test_forward_may_wait_for_the_answer_at_once(mails: MailDesk) -> None:
    mails.do("boris", "forward", 1, to=SUPPLIER, text="Any news?", wait=True)
    assert (mails.ticket(1).status, mails.ticket(1).waiting_for) == ("waiting", "supplier")


def test_it_reopens_nothing(mails: MailDesk) -> None:
    mails.do("boris", "close", 1, text="Done.")
    assert supplier_says(mails, "Too late.") == "followed_up"
    assert mails.ticket(1).status == "resolved"


def test_a_suppliers_machine_is_internal(mails: MailDesk) -> None:
    assert supplier_says(mails, "We have your request.", more="Auto-Submitted: auto-replied\n") == "noted"
    assert mails.rows("SELECT direction, party FROM message ORDER BY id DESC LIMIT 1") == [("auto", "supplier")]


def test_a_supplier_takes_no_part_in_the_requesters_conversation(mails: MailDesk) -> None:
    """By the number alone it opens nothing, and a mail into the requester's thread is a stranger's."""
    supplier_says(mails)
    assert mails.take(f"From: {SUPPLIER}\nSubject: [SD-1] bill\n\nPay.\n").outcome is Outcome.CREATED
    mails.take(f"From: {SUPPLIER}\nIn-Reply-To: <ask-1@shop.example>\nSubject: Hi\n\nBuy more.\n")
    assert mails.conversation(1)[-1].endswith("(takes no part)")


def test_a_requester_who_was_sent_the_suppliers_mail_is_the_requester(mails: MailDesk) -> None:
    supplier_says(mails, sender="maria@shop.example")
    assert mails.rows("SELECT party FROM message ORDER BY id DESC LIMIT 1") == [("requester",)]


def test_an_agent_passes_it_on(mails: MailDesk) -> None:
    supplier_says(
        mails,
        "--b\n\nReplace the fuse.\nSee page 3.\n--b\nContent-Type: application/pdf\n"
        "Content-Disposition: attachment; filename=fuse.pdf\n\nPDF\n--b--",
        more="MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n",
    )
    ((message,),) = mails.rows("SELECT max(id) FROM message")
    mails.do("boris", "reply", 1, text="The supplier says:", pass_on=[message])
    assert mails.conversation(1)[-1] == "out boris: The supplier says:\n\nTim:\n> Replace the fuse.\n> See page 3."
    assert mails.rows(
        "SELECT a.name FROM attachment AS a JOIN message AS m ON m.id = a.message_id WHERE m.direction = 'out'"
    ) == [("fuse.pdf",)]
    assert mails.outbox()[-1][:2] == ("reply", "maria@shop.example")


@pytest.mark.parametrize(("message", "error"), [(1, Refused), (2, Refused), (99, NotFound)])
def test_only_a_suppliers_answer_is_passed_on(message: int, error: type[Exception], mails: MailDesk) -> None:
    with pytest.raises(error):
        mails.do("boris", "reply", 1, text="Look", pass_on=[message])
    assert mails.count() == 1


def test_messages_go_along_with_their_files(mails: MailDesk) -> None:
    mails.take(
        "From: maria@shop.example\nIn-Reply-To: <ask-1@shop.example>\nMIME-Version: 1.0\n"
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nSee.\n--b\nContent-Type: image/png\n"
        "Content-Disposition: attachment; filename=error.png\n\nPNG\n--b--\n"
    )
    ((message,),) = mails.rows("SELECT max(id) FROM message")
    mails.do("boris", "forward", 1, to=SUPPLIER, text="As in the picture.", messages=[message])
    assert f'"quoted":[{message}]' in mails.rows('SELECT "values" FROM outbox ORDER BY id DESC LIMIT 1')[0][0]
    assert mails.rows("SELECT count(*) FROM attachment WHERE name = 'error.png'") == [(2,)]


@pytest.mark.parametrize(
    ("to", "error", "said"),
    [
        ("nobody", BadInput, "no mail address"),
        ("maria@shop.example", Refused, "is the requester"),
        ("anna@desk.example", Refused, "is an agent"),
        (SUPPORT, Refused, "the desk itself"),
    ],
)
def test_a_supplier_is_somebody_else(to: str, error: type[Exception], said: str, mails: MailDesk) -> None:
    before = mails.dump()
    with pytest.raises(error, match=said):
        mails.do("boris", "forward", 1, to=to, text="Look")
    assert mails.dump() == before


def test_a_message_of_another_ticket_goes_nowhere(mails: MailDesk) -> None:
    mails.ask(2)
    with pytest.raises(NotFound, match="SD-1 has no message"):
        mails.do("boris", "forward", 1, to=SUPPLIER, text="Look", messages=[3])


def test_a_suppliers_file_with_an_agents_key_is_not_passed_on(mails: MailDesk) -> None:
    key = mails.agent_id_of("boris", 1)
    mails.take(
        f"From: Tim <{SUPPLIER}>\nTo: {SUPPORT}\nMessage-ID: <9@tills.example>\nIn-Reply-To: {asked_id(mails)}\n"
        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nReplace the fuse.\n--b\n"
        f"Content-Type: application/octet-stream; name=n.msg\n\n{key}\n--b\n"
        "Content-Type: application/pdf; name=fuse.pdf\n\nPDF\n--b--\n"
    )
    ((said,),) = mails.rows("SELECT max(id) FROM message")
    done = mails.do("boris", "reply", 1, text="He says:", pass_on=[said])
    assert done.warning == "`n.msg` did not go along: the key of an agent or an approver is in it"
    ((row,),) = mails.rows("SELECT max(id) FROM message")
    assert mails.rows("SELECT name FROM attachment WHERE message_id = ?", row) == [("fuse.pdf",)]
