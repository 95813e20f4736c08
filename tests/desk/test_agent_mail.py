"""Agents who answer from their own mail programs: with a token for the requester, without one for nobody."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from typing import Any

import pytest
from desks import NOW
from intake_desk import SUPPORT, MailDesk

from sdesk.desk.intake import Receipt
from sdesk.domain.errors import Refused
from sdesk.domain.inbound import InboundAttachment
from sdesk.domain.ledger import Outcome

HOUR = timedelta(hours=1)
ASKED = "in maria@shop.example: Please help."


@pytest.fixture
def mails(desk_of_mail: MailDesk) -> MailDesk:
    """A desk with one request, which Boris was told of."""
    desk_of_mail.ask()
    return desk_of_mail


def test_an_answer_is_relayed_and_meets_the_first_response(mails: MailDesk) -> None:
    receipt = mails.answer("boris", "I am on my way.", mails.agent_id_of("boris", 1), at=NOW + HOUR)
    assert (receipt.outcome, receipt.number) == (Outcome.FOLLOWED_UP, 1)
    assert receipt.reason == "boris's answer, relayed to the requester"
    assert mails.conversation(1) == [ASKED, "out boris: I am on my way."]
    assert mails.outbox()[-1] == ("reply", "maria@shop.example", timedelta(seconds=10))
    ticket = mails.ticket(1)
    assert (ticket.assignee, ticket.status, ticket.unanswered_since) == ("boris", "open", None)
    assert mails.column(1, "first_response_met_at") is not None
    assert mails.event(1, "answered")["by"] == "boris"
    # From the desk's own hand: what goes out names neither the agent's mail nor his token.
    assert mails.sent_id(1).startswith(f"<sd-1.{mails.token(1)}.")
    assert mails.rows("SELECT raw_id IS NOT NULL FROM message WHERE direction = 'out'") == [(1,)]


def test_what_he_quotes_and_signs_goes_nowhere(mails: MailDesk) -> None:
    text = (
        "Please restart it.\n\nOn 23.11.2026 12:00, IT support wrote:\n> loss 180 000 an hour\n> secret\n\n-- \nBoris"
    )
    mails.answer("boris", text, mails.agent_id_of("boris", 1))
    assert mails.conversation(1)[-1] == "out boris: Please restart it."


def test_a_quote_at_the_end_goes_nowhere_however_it_is_attributed(mails: MailDesk) -> None:
    text = "Please restart it.\n\nOn Friday IT wrote:\n> loss 180 000 an hour"
    mails.answer("boris", text, mails.agent_id_of("boris", 1))
    assert mails.conversation(1)[-1] == "out boris: Please restart it."


def test_the_answer_is_to_the_requesters_mail_and_not_to_a_strangers(mails: MailDesk) -> None:
    mails.take("From: eve@evil.example\nIn-Reply-To: <ask-1@shop.example>\nMessage-ID: <eve@evil.example>\n\nHi.\n")
    mails.answer("boris", "On my way.", mails.agent_id_of("boris", 1))
    assert mails.rows("SELECT in_reply_to FROM message WHERE direction = 'out'") == [("<ask-1@shop.example>",)]


def test_his_files_go_along(mails: MailDesk) -> None:
    message_id = mails.agent_id_of("boris", 1)
    mails.take(
        f"From: boris@desk.example\nIn-Reply-To: {message_id}\nMIME-Version: 1.0\n"
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nAs attached.\n--b\n"
        "Content-Type: application/pdf\nContent-Disposition: attachment; filename=manual.pdf\n\nPDF\n--b--\n"
    )
    assert mails.rows("SELECT a.name, m.direction FROM attachment AS a JOIN message AS m ON m.id = a.message_id") == [
        ("manual.pdf", "out")
    ]


@pytest.mark.parametrize("way", ["references", "address"])
def test_the_token_may_stand_in_the_references_or_in_the_address(way: str, mails: MailDesk) -> None:
    message_id = mails.agent_id_of("boris", 1)
    token = message_id.split(".")[1]
    signs = {
        "references": f"To: {SUPPORT}\nIn-Reply-To: <ask-1@shop.example>\nReferences: <x@y> {message_id}",
        "address": f"To: support+1.{token}@desk.example",
    }
    mails.take(f"From: Boris <BORIS@desk.example>\n{signs[way]}\nSubject: Re\n\nDone.\n")
    assert mails.conversation(1)[-1] == "out boris: Done."


def test_without_a_token_it_reaches_nobody_and_he_is_asked(mails: MailDesk) -> None:
    before = mails.outbox()
    receipt = mails.answer("boris", "Send me your password.", "<ask-1@shop.example>")
    assert (receipt.outcome, receipt.number) == (Outcome.NOTED, 1)
    assert mails.conversation(1)[-1] == "note boris@desk.example: Send me your password."
    assert mails.outbox() == [*before, ("confirmation", "boris@desk.example", timedelta(0))]
    assert mails.column(1, "first_response_met_at") is None
    assert mails.ticket(1).unanswered_since == NOW


def test_he_confirms_with_send(mails: MailDesk) -> None:
    mails.answer("boris", "Restart it, please.", "<ask-1@shop.example>")
    receipt = mails.answer("boris", "#send\n\n> Restart it", mails.sent_id(1), at=NOW + HOUR)
    assert receipt.outcome is Outcome.FOLLOWED_UP
    assert mails.conversation(1)[-1] == "out boris: Restart it, please."
    assert mails.outbox()[-1] == ("reply", "maria@shop.example", timedelta(seconds=10))
    assert mails.column(1, "first_response_met_at") is not None


def test_a_note_without_a_token_says_that_nobody_knows_whose_it_is_until_he_confirms_it(mails: MailDesk) -> None:
    mails.answer("boris", "Restart it, please.", "<ask-1@shop.example>")
    doubt = "SELECT agent_id IS NULL, defects FROM message WHERE direction = 'note'"
    assert mails.rows(doubt) == [(1, '["not confirmed to be boris\'s"]')]
    assert mails.event(1, "note")["by"] == "system"
    mails.answer("boris", "#send", mails.sent_id(1), at=NOW + HOUR)
    assert mails.conversation(1)[1:] == ["note boris: Restart it, please.", "out boris: Restart it, please."]


def test_he_confirms_once(mails: MailDesk) -> None:
    mails.answer("boris", "Restart it, please.", "<ask-1@shop.example>")
    question = mails.sent_id(1)
    mails.answer("boris", "#send", question, at=NOW + HOUR)
    before = [kind for kind, *_ in mails.outbox()].count("reply")
    assert mails.answer("boris", "#send ", question, at=NOW + 2 * HOUR).outcome is Outcome.NOTED
    assert [kind for kind, *_ in mails.outbox()].count("reply") == before == 1


@pytest.mark.parametrize(
    ("words", "status", "last"),
    [
        ("#note She is a difficult customer.", "new", "note boris: She is a difficult customer."),
        ("#close\nDone.", "resolved", "out boris: Done."),
    ],
)
def test_what_he_confirms_is_obeyed_and_not_sent_as_it_stands(
    words: str, status: str, last: str, mails: MailDesk
) -> None:
    mails.answer("boris", words, "<ask-1@shop.example>")
    mails.answer("boris", "#send", mails.sent_id(1), at=NOW + HOUR)
    assert mails.ticket(1).status == status
    assert mails.conversation(1)[-1] == last
    assert not any(each.startswith("out boris: #") for each in mails.conversation(1))


def test_his_key_goes_to_nobody_by_words_or_files(mails: MailDesk) -> None:
    """A program that attaches what it answers, and another that quotes it as nobody knows."""
    message_id = mails.agent_id_of("boris", 1)
    token = message_id.split(".")[1]
    mails.take(
        f"From: boris@desk.example\nTo: support+1.{token}@desk.example\nIn-Reply-To: {message_id}\nMIME-Version: 1.0\n"
        f"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nDone. (support+1.{token}@desk.example)\n--b\n"
        f"Content-Type: message/rfc822\n\nFrom: x@y.example\nMessage-ID: {message_id}\nSubject: New\n\nInternal.\n--b\n"
        "Content-Type: application/pdf\nContent-Disposition: attachment; filename=a.pdf\n\nPDF\n--b--\n"
    )
    assert mails.conversation(1)[-1] == "out boris: Done. (support+1.a-(hidden)@desk.example)"
    assert mails.rows("SELECT name FROM attachment") == [("a.pdf",)]
    assert token not in mails.dump()


def with_file(mails: MailDesk, reference: str, kind: str, content: bytes, text: str = "Done, see.") -> Receipt:
    """Boris's answer with a file."""
    return mails.take(
        f"From: boris@desk.example\nTo: {SUPPORT}\nSubject: Re\nMessage-ID: <z@p.example>\nIn-Reply-To: {reference}\n"
        f"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n{text}\n--b\n"
        f"Content-Type: {kind}\nContent-Disposition: attachment; filename=n.eml\nContent-Transfer-Encoding: base64\n\n"
        f"{base64.encodebytes(content).decode()}\n--b--\n"
    )


@pytest.mark.parametrize("kind", ["application/octet-stream", "application/vnd.ms-outlook", "image/png"])
@pytest.mark.parametrize("charset", ["utf-8", "utf-16"])
def test_a_file_with_his_key_goes_to_nobody_whatever_its_type(kind: str, charset: str, mails: MailDesk) -> None:
    message_id = mails.agent_id_of("boris", 1)
    receipt = with_file(mails, message_id, kind, f"Message-ID: {message_id}\n\nInternal.".encode(charset))
    assert receipt.reason == (
        "boris's answer, relayed to the requester; "
        "`n.eml` did not go along: the key of an agent or an approver is in it"
    )
    assert mails.conversation(1)[-1] == "out boris: Done, see."
    assert mails.rows("SELECT name FROM attachment") == []
    ((values,),) = mails.rows('SELECT "values" FROM outbox WHERE ticket_id IS NULL')
    assert "`n.eml` of your mail into SD-1 went to nobody" in values


def test_a_file_with_what_is_no_key_of_the_desk_goes_along(mails: MailDesk) -> None:
    message_id = mails.agent_id_of("boris", 1)
    other = f"Message-ID: <sd-1.a-{'0' * 32}.00@desk.example>".encode()
    assert with_file(mails, message_id, "application/octet-stream", other).reason.endswith("relayed to the requester")
    assert mails.rows("SELECT name FROM attachment") == [("n.eml",)]


def test_a_key_leaves_the_desk_neither_with_a_note_that_is_confirmed_nor_by_hand(mails: MailDesk) -> None:
    message_id = mails.agent_id_of("boris", 1)
    key = f"Message-ID: {message_id}".encode()
    assert with_file(mails, "<ask-1@shop.example>", "application/octet-stream", key).outcome is Outcome.NOTED
    (noted,) = mails.rows("SELECT id FROM message WHERE direction = 'note'")
    done = mails.do("anna", "forward", 1, to="tim@tills.example", text="Look.", messages=[*noted])
    assert done.warning == "`n.eml` did not go along: the key of an agent or an approver is in it"
    mails.answer("boris", "#send", mails.rows("SELECT message_id FROM outbox WHERE kind = 'confirmation'")[0][0])
    assert mails.conversation(1)[-1] == "out boris: Done, see."
    file = InboundAttachment("n.eml", "application/octet-stream", key)
    verbs: dict[str, dict[str, Any]] = {"reply": {}, "forward": {"to": "tim@tills.example"}, "close": {}}
    for verb, more in verbs.items():
        with pytest.raises(Refused, match="holds the key of an agent or an approver"):
            mails.do("anna", verb, 1, text=f"See {message_id}", attachments=[file], **more)
    mails.do("anna", "reply", 1, text=f"See {message_id}")
    assert "a-(hidden)" in mails.conversation(1)[-1]
    out = "SELECT a.name FROM attachment AS a JOIN message AS m ON m.id = a.message_id WHERE m.direction = 'out'"
    assert mails.rows(out) == []


@pytest.mark.parametrize("order", ["#wait 2d", "#close", "#take"])
def test_files_without_words_are_a_note(order: str, mails: MailDesk) -> None:
    message_id = mails.agent_id_of("boris", 1)
    mails.take(
        f"From: boris@desk.example\nIn-Reply-To: {message_id}\nMIME-Version: 1.0\n"
        f"Content-Type: multipart/mixed; boundary=b\n\n--b\n\n{order}\n--b\n"
        "Content-Type: application/pdf\nContent-Disposition: attachment; filename=a.pdf\n\nPDF\n--b--\n"
    )
    assert mails.conversation(1)[-1] == "note boris: (files alone)"
    assert mails.rows("SELECT name FROM attachment") == [("a.pdf",)]


def test_a_mail_to_two_tickets_is_done_for_none_and_he_is_told(mails: MailDesk) -> None:
    mails.ask(2)
    addresses = [
        f"support+{number}.{mails.agent_id_of('boris', number).split('.')[1]}@desk.example" for number in (1, 2)
    ]
    receipt = mails.take(f"From: boris@desk.example\nTo: {', '.join(addresses)}\nSubject: Re\n\nBoth done.\n")
    assert receipt.outcome is Outcome.NOTED
    ((values,),) = mails.rows("SELECT \"values\" FROM outbox WHERE kind = 'confirmation'")
    assert "several tickets" in values


@pytest.mark.parametrize("way", ["address", "references"])
def test_an_answer_to_one_ticket_that_shows_the_key_of_another_is_done_for_none(way: str, mails: MailDesk) -> None:
    mails.ask(2, sender="ivan@shop.example")
    mine, other = mails.agent_id_of("boris", 1), mails.agent_id_of("boris", 2)
    to = f"support+2.{other.split('.')[1]}@desk.example" if way == "address" else SUPPORT
    references = "" if way == "address" else f"References: {other} {mine}\n"
    receipt = mails.take(
        f"From: boris@desk.example\nTo: {to}\nSubject: Re\nIn-Reply-To: {mine}\n{references}\nYour salary is 100.\n"
    )
    assert receipt.outcome is Outcome.NOTED
    assert "several tickets" in receipt.reason
    assert [kind for kind, *_ in mails.outbox()].count("reply") == 0
    assert [kind for kind, *_ in mails.outbox()].count("confirmation") == 1


def test_two_keys_of_tickets_that_became_one_name_one(mails: MailDesk) -> None:
    mails.ask(2)
    mine, other = mails.agent_id_of("boris", 1), mails.agent_id_of("boris", 2)
    mails.do("anna", "merge", 2, into=1)
    to = f"support+2.{other.split('.')[1]}@desk.example"
    receipt = mails.take(f"From: boris@desk.example\nTo: {to}\nSubject: Re\nIn-Reply-To: {mine}\n\nBoth done.\n")
    assert receipt.outcome is Outcome.FOLLOWED_UP


def test_what_the_requester_answered_long_ago_is_no_second_ticket(mails: MailDesk) -> None:
    """A new matter that he wrote below an old answer: the desk's own Message-ID of that stands in his references."""
    mails.do("anna", "close", 1, text="Done.")
    old = mails.sent_id(1)
    mails.ask(2)
    mine = mails.agent_id_of("boris", 2)
    receipt = mails.take(
        f"From: boris@desk.example\nTo: {SUPPORT}\nIn-Reply-To: {mine}\nReferences: {old} {mine}\n\nOn my way.\n"
    )
    assert (receipt.outcome, receipt.number) == (Outcome.FOLLOWED_UP, 2)


def test_a_program_that_answers_for_hours_is_relayed_so_often_and_no_more(mails: MailDesk) -> None:
    message_id = mails.agent_id_of("boris", 1)
    for minute in range(25):
        mails.answer(
            "boris", f"It is minute {minute}, says the program.", message_id, at=NOW + timedelta(minutes=minute)
        )
    assert [kind for kind, *_ in mails.outbox()].count("reply") == 20


def test_an_agents_out_of_office_opens_no_ticket_even_where_machines_do(mails: MailDesk) -> None:
    away = "From: boris@desk.example\nAuto-Submitted: auto-replied\nSubject: Away\n\nBack soon.\n"
    assert mails.take(away, auto_tickets=True).outcome is Outcome.IGNORED
    assert mails.count() == 1


def test_he_may_as_well_write_it_anew(mails: MailDesk) -> None:
    mails.answer("boris", "Restart it, please.", "<ask-1@shop.example>")
    mails.answer("boris", "Or better, wait for me.", mails.sent_id(1), at=NOW + HOUR)
    assert mails.conversation(1)[-1] == "out boris: Or better, wait for me."


def test_a_forged_sender_cannot_make_a_flood_of_questions(mails: MailDesk) -> None:
    for minute in range(8):
        mails.answer("boris", "x" * minute + "y", "<ask-1@shop.example>", at=NOW + timedelta(minutes=minute))
    assert [kind for kind, *_ in mails.outbox()].count("confirmation") == 5
    assert "5 times within an hour" in mails.event(1, "confirmation_withheld")["reason"]
    assert [each.split()[0] for each in mails.conversation(1)].count("note") == 8


def test_anothers_token_is_none(mails: MailDesk) -> None:
    """Anna's notification, forwarded to Boris, does not let Boris write as Anna or as himself."""
    receipt = mails.answer("boris", "Mine.", mails.agent_id_of("anna", 1))
    assert receipt.outcome is Outcome.NOTED
    assert mails.conversation(1)[-1] == "note boris@desk.example: Mine."


def test_an_agents_token_is_nothing_in_a_strangers_hand(mails: MailDesk) -> None:
    message_id = mails.agent_id_of("boris", 1)
    receipt = mails.answer("boris", "#close\nFine.", message_id, sender="eve@evil.example")
    assert receipt.outcome is Outcome.FOLLOWED_UP
    assert mails.conversation(1)[-1] == "in eve@evil.example: #close\nFine. (takes no part)"
    assert mails.ticket(1).status == "new"


def test_the_requester_who_answers_a_forwarded_notification_is_the_requester(mails: MailDesk) -> None:
    message_id = mails.agent_id_of("boris", 1)
    receipt = mails.answer("maria", "#close it works", message_id, sender="maria@shop.example")
    assert receipt.outcome is Outcome.FOLLOWED_UP
    assert mails.conversation(1)[-1] == "in maria@shop.example: #close it works"
    assert mails.ticket(1).status == "new"


def test_a_forged_agent_with_a_token_reaches_nobody(mails: MailDesk) -> None:
    before = mails.outbox()
    message_id = mails.agent_id_of("boris", 1)
    mails.take(
        f"Authentication-Results: mx.desk.example; dmarc=fail\nFrom: boris@desk.example\nIn-Reply-To: {message_id}\n\n"
        "Pay here.\n",
        trusts=("mx.desk.example",),
    )
    assert mails.outbox() == before
    assert mails.conversation(1)[-1].endswith("(takes no part)")


@pytest.mark.parametrize("how", ["old", "closed"])
def test_a_dead_token_is_none(how: str, mails: MailDesk) -> None:
    message_id = mails.agent_id_of("boris", 1)
    at = NOW + timedelta(days=8)
    if how == "old":
        at = NOW + timedelta(days=15)
    else:
        mails.do("anna", "close", 1, silent=True)
        mails.sweep(NOW + timedelta(days=8))
        assert mails.ticket(1).status == "closed"
    before = mails.outbox()
    assert mails.answer("boris", "Late.", message_id, at=at).outcome is Outcome.NOTED
    asked = [("confirmation", "boris@desk.example", timedelta(0))] if how == "old" else []
    assert mails.outbox() == [*before, *asked]
    if how == "closed":
        assert mails.event(1, "confirmation_withheld")["reason"] == "the ticket is closed"


# ---- orders -------------------------------------------------------------------------------------


def test_note_stays_within_the_desk(mails: MailDesk) -> None:
    before = mails.outbox()
    receipt = mails.answer("boris", "#note\nHer fuse is gone.", mails.agent_id_of("boris", 1))
    assert receipt.outcome is Outcome.NOTED
    assert mails.conversation(1)[-1] == "note boris: Her fuse is gone."
    assert mails.outbox() == before


def test_take(mails: MailDesk) -> None:
    before = mails.outbox()
    mails.answer("boris", "#take\nI know this one.", mails.agent_id_of("boris", 1))
    assert (mails.ticket(1).assignee, mails.ticket(1).status) == ("boris", "open")
    assert mails.conversation(1)[-1] == "note boris: I know this one."
    assert mails.outbox() == before


def test_close_tells_the_requester_what_stands_below(mails: MailDesk) -> None:
    mails.answer("boris", "#close\nThe fuse was replaced.", mails.agent_id_of("boris", 1))
    assert mails.ticket(1).status == "resolved"
    assert mails.conversation(1)[-1] == "out boris: The fuse was replaced."
    assert mails.outbox()[-1][:2] == ("resolution", "maria@shop.example")


def test_close_alone_is_silent(mails: MailDesk) -> None:
    before = mails.outbox()
    mails.answer("boris", "#close", mails.agent_id_of("boris", 1))
    assert mails.ticket(1).status == "resolved"
    assert mails.outbox() == before


@pytest.mark.parametrize(
    ("line", "whom", "until"),
    [
        ("#wait 2d", "date", NOW + timedelta(days=2)),
        ("#wait supplier 3h", "supplier", NOW + 3 * HOUR),
        ("#wait Requester", "requester", None),
        ("#wait", "requester", None),
    ],
)
def test_wait(line: str, whom: str, until: object, mails: MailDesk) -> None:
    mails.answer("boris", f"{line}\nI come back to you.", mails.agent_id_of("boris", 1))
    ticket = mails.ticket(1)
    assert (ticket.status, ticket.waiting_for) == ("waiting", whom)
    assert until is None or ticket.wake_at == until
    assert mails.conversation(1)[-1] == "out boris: I come back to you."


@pytest.mark.parametrize(
    ("text", "hindrance"),
    [
        ("#clsoe\nDone.", "There is no order `#clsoe`. There are #note"),
        ("#wait for ever", "for ever"),
        ("#send", "There is nothing here that waits to be sent"),
        ("#note", "A note needs a text. Write it below #note."),
    ],
)
def test_what_cannot_be_done_is_a_note_and_he_is_told_why(text: str, hindrance: str, mails: MailDesk) -> None:
    receipt = mails.answer("boris", text, mails.agent_id_of("boris", 1))
    assert receipt.outcome is Outcome.NOTED
    assert mails.conversation(1)[1:] == [f"note boris@desk.example: {text}"]
    ((values,),) = mails.rows("SELECT \"values\" FROM outbox WHERE kind = 'confirmation'")
    assert hindrance in values
    assert mails.ticket(1).status == "new"


def test_what_was_begun_before_it_was_refused_is_not_kept(mails: MailDesk) -> None:
    """The words of a wait whose end is past: they were on their way to the requester when that turned out."""
    mails.answer("boris", "#take\n" + "x", mails.agent_id_of("boris", 1))
    before = mails.outbox()
    mails.answer("boris", "#wait 2020-01-01\nSoon.", mails.agent_id_of("boris", 1), at=NOW + HOUR)
    assert [kind for kind, *_ in mails.outbox()[len(before) :]] == ["confirmation"]
    assert mails.ticket(1).status == "open"


def test_an_answer_to_a_resolved_ticket_is_sent_all_the_same(mails: MailDesk) -> None:
    message_id = mails.agent_id_of("boris", 1)
    mails.do("anna", "close", 1, text="Done.")
    mails.answer("boris", "One more thing.", message_id, at=NOW + HOUR)
    assert mails.conversation(1)[-1] == "out boris: One more thing."
    assert mails.ticket(1).status == "resolved"


# ---- walls --------------------------------------------------------------------------------------


def test_who_may_not_see_the_ticket_is_asked_nothing_and_told_nothing(mails: MailDesk) -> None:
    mails.take(
        "From: maria@shop.example\nTo: hr@desk.example\nSubject: Leave\nMessage-ID: <leave@shop.example>\n\nSoon\n",
        box="hr",
        addresses=("hr@desk.example",),
        team="hr",
    )
    before = mails.outbox()
    receipt = mails.take("From: boris@desk.example\nIn-Reply-To: <leave@shop.example>\nSubject: Re\n\nWho leaves?\n")
    assert receipt.outcome is Outcome.NOTED
    assert mails.outbox() == before
    assert "no member" in mails.event(2, "confirmation_withheld")["reason"]


def test_an_agents_token_is_kept_as_a_hash(mails: MailDesk) -> None:
    token = mails.agent_id_of("boris", 1).split(".")[1]
    assert token not in mails.dump()


def test_an_automatic_answer_of_an_agents_program_is_relayed_to_nobody(mails: MailDesk) -> None:
    before = mails.outbox()
    message_id = mails.agent_id_of("boris", 1)
    receipt = mails.take(
        f"From: boris@desk.example\nAuto-Submitted: auto-replied\nIn-Reply-To: {message_id}\n\nI am on holiday.\n"
    )
    assert receipt.outcome is Outcome.NOTED
    assert mails.conversation(1)[-1] == "auto boris@desk.example: I am on holiday."
    assert mails.outbox() == before


AWAY = "Your mail has come. In urgent matters call 4711."


def told(mails: MailDesk, number: int, at: datetime) -> str:
    return mails.agent_id_of("boris", number, at=at)


def test_words_faster_than_a_person_writes_reach_nobody_until_he_says_so(mails: MailDesk) -> None:
    at = NOW + HOUR
    receipt = mails.answer("boris", AWAY, told(mails, 1, at), at=at + timedelta(seconds=4))
    assert receipt.outcome == Outcome.NOTED
    assert "came 4 s after the one that it answers" in receipt.reason
    assert [kind for kind, *_ in mails.outbox()].count("reply") == 0
    # It may have been he after all: one word sends it.
    assert [kind for kind, *_ in mails.outbox()][-1] == "confirmation"
    asked = mails.rows("SELECT message_id FROM outbox WHERE kind = 'confirmation'")[0][0]
    mails.answer("boris", "#send", asked, at=at + timedelta(seconds=30))
    assert mails.conversation(1)[-1] == f"out boris: {AWAY}"


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Re: [SD-1] Request 1", "I am out of the office until Monday. For urgent matters call my wife."),
        ("Re: [SD-1] Request 1", "Добрый день! Я в отпуске до понедельника."),
        ("Abwesend: [SD-1] Request 1", "Ich melde mich."),
    ],
)
def test_an_agent_who_is_away_says_so_to_nobody_however_late(subject: str, text: str, mails: MailDesk) -> None:
    receipt = mails.take(
        f"From: boris@desk.example\nTo: {SUPPORT}\nSubject: {subject}\n"
        f"In-Reply-To: {mails.agent_id_of('boris', 1)}\n\n{text}\n"
    )
    assert receipt.outcome == Outcome.NOTED
    assert "says that you are away" in receipt.reason
    assert [kind for kind, *_ in mails.outbox()] == ["acknowledgement", "confirmation"]
    mails.answer("boris", "#send", mails.sent_id(1), at=NOW + HOUR)
    assert mails.conversation(1)[-1] == f"out boris: {text}"


def test_what_a_requester_or_an_order_says_of_being_away_is_done(mails: MailDesk) -> None:
    away = "I am out of the office until Monday."
    mails.answer("boris", f"#note\n{away}", mails.agent_id_of("boris", 1))
    assert mails.conversation(1)[-1] == f"note boris: {away}"
    mails.take(f"From: maria@shop.example\nTo: {SUPPORT}\nIn-Reply-To: <ask-1@shop.example>\n\n{away}\n")
    assert mails.conversation(1)[-1] == f"in maria@shop.example: {away}"
    assert mails.events(1)[-1] == "message"


def test_a_program_that_answers_the_question_too_is_not_asked_again(mails: MailDesk) -> None:
    at = NOW + HOUR
    mails.answer("boris", AWAY, told(mails, 1, at), at=at + timedelta(seconds=4))
    (asked,) = mails.rows("SELECT message_id FROM outbox WHERE kind = 'confirmation'")[0]
    mails.answer("boris", AWAY, asked, at=at + timedelta(seconds=9))
    kinds = [kind for kind, *_ in mails.outbox()]
    assert (kinds.count("confirmation"), kinds.count("reply")) == (1, 0)


@pytest.mark.parametrize(("seconds", "relayed"), [(60, False), (121, True)])
def test_the_same_words_again_at_once_are_a_programs(mails: MailDesk, seconds: int, relayed: bool) -> None:
    mails.ask(2)
    at = NOW + HOUR
    assert mails.answer("boris", AWAY, told(mails, 1, at), at=at + timedelta(seconds=60)).outcome == Outcome.FOLLOWED_UP
    receipt = mails.answer("boris", AWAY, told(mails, 2, at + HOUR), at=at + HOUR + timedelta(seconds=seconds))
    assert (receipt.outcome == Outcome.FOLLOWED_UP) is relayed
    assert ("says what another of yours said" in receipt.reason) is not relayed


def test_orders_and_other_words_are_a_persons_however_fast(mails: MailDesk) -> None:
    at = NOW + HOUR
    assert "took it" in mails.answer("boris", "#take", told(mails, 1, at), at=at + timedelta(seconds=3)).reason
    for number, text in enumerate(("On my way.", "I am there.")):
        later = at + (number + 1) * HOUR
        receipt = mails.answer("boris", text, told(mails, 1, later), at=later + timedelta(seconds=40))
        assert receipt.outcome == Outcome.FOLLOWED_UP


def test_two_clocks_that_differ_say_nothing(mails: MailDesk) -> None:
    at = NOW + HOUR
    receipt = mails.answer("boris", AWAY, told(mails, 1, at), at=at - timedelta(seconds=20))
    assert receipt.outcome == Outcome.FOLLOWED_UP
