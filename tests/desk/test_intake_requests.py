"""New tickets by mail: routing, requester and unit, several teams, and the acknowledgement or why there is none."""

from __future__ import annotations

from datetime import timedelta

import pytest
from desks import DESK_FILE, NOW
from intake_desk import SUPPORT, MailDesk

from sdesk.domain.errors import BadInput, Refused
from sdesk.domain.ledger import Outcome

MINUTES = timedelta(minutes=2)
HOUR = timedelta(hours=1)


@pytest.fixture
def mails(desk_of_mail: MailDesk) -> MailDesk:
    """The desk of these tests."""
    return desk_of_mail


def withheld(mails: MailDesk, number: int) -> str:
    return str(mails.event(number, "acknowledgement_withheld")["reason"])


# ---- what a ticket is made of -------------------------------------------------------------------


def test_a_plain_request(mails: MailDesk) -> None:
    receipt = mails.take(
        """
        From: =?utf-8?b?0JzQsNGA0LjRjw==?= <Maria@Shop.Example>
        To: support@desk.example
        Cc: boss@shop.example
        Subject: Fwd: Re: Printer  jams
        Date: Mon, 23 Nov 2026 10:00:00 +0300
        Message-ID: <1@shop.example>

        It jams.

        > What is it?
        """,
        service="printer",
    )
    assert (receipt.outcome, receipt.number, receipt.reason) == (Outcome.CREATED, 1, "a new request")
    ticket = mails.ticket(1)
    assert (ticket.subject, ticket.status, ticket.priority, ticket.team, ticket.service) == (
        "Printer jams",
        "new",
        "P5",
        "it",
        "printer",
    )
    assert (ticket.requester_name, ticket.requester_email, ticket.unit) == ("Мария", "maria@shop.example", "accounting")
    assert (ticket.channel, ticket.created_at, ticket.unanswered_since, ticket.assignee) == ("mail", NOW, NOW, None)
    assert mails.event(1, "opened")["by"] == "requester"
    assert mails.rows("SELECT json_extract(recipients, '$.cc[0][0]') FROM message") == [("boss@shop.example",)]


def test_the_clocks_run_from_when_the_mail_arrived(mails: MailDesk) -> None:
    mails.ask(at=NOW - 2 * HOUR, fetched=NOW)
    assert mails.ticket(1).created_at == NOW - 2 * HOUR
    assert mails.column(1, "first_response_started_at") == "2026-11-23T07:00:00Z"
    # P4 in the office: nine hours from ten o'clock, which is the next morning.
    assert mails.column(1, "first_response_due_at") == "2026-11-24T07:00:00Z"


@pytest.mark.parametrize(
    ("sender", "unit"),
    [
        ("store-001@shop.example", "flagship"),
        ("STORE-017@shop.example", "store-017"),
        ("anybody@acc.shop.example", "accounting"),
        ("someone@elsewhere.example", None),
    ],
)
def test_the_unit_follows_from_the_address(sender: str, unit: str | None, mails: MailDesk) -> None:
    mails.ask(sender=sender)
    assert mails.ticket(1).unit == unit


def test_one_person_for_one_address(mails: MailDesk) -> None:
    mails.ask(1)
    mails.ask(2, sender="Maria Petrova <MARIA@shop.example>")
    assert mails.rows("SELECT count(*) FROM person") == [(1,)]
    # The name comes when it is first seen.
    assert mails.ticket(1).requester_name == "Maria Petrova"


def test_a_mail_without_sender_is_a_ticket_without_requester(mails: MailDesk) -> None:
    receipt = mails.take("To: support@desk.example\n\nwho am I\n")
    assert receipt.outcome is Outcome.CREATED
    ticket = mails.ticket(1)
    assert (ticket.subject, ticket.requester_email) == ("(no subject)", None)
    assert withheld(mails, 1) == "the requester has no address"


def test_bytes_that_are_no_mail_are_a_ticket_all_the_same(mails: MailDesk) -> None:
    receipt = mails.take(b"\x00\xff\xfe\x1b[2J" * 50)
    assert receipt.outcome is Outcome.CREATED
    assert mails.rows("SELECT count(*) FROM message WHERE raw_id IS NOT NULL") == [(1,)]


# ---- routing ------------------------------------------------------------------------------------


def test_the_flagships_till(mails: MailDesk) -> None:
    mails.take("From: store-001@shop.example\nTo: support@desk.example\nSubject: Касса не работает!\n\nСтоим.\n")
    ticket = mails.ticket(1)
    assert (ticket.service, ticket.priority, ticket.tags, ticket.unit) == ("till", "P1", ("pos",), "flagship")
    assert (str(ticket.loss_per_hour), ticket.loss_confirmed) == ("180000.00", False)
    assert mails.event(1, "opened")["rules"] == {"service": 1, "tags": 1}
    assert mails.event(1, "outage_suspected")["loss_per_hour"] == "180000.00"


def test_a_rule_holds_only_where_all_of_its_conditions_do(mails: MailDesk) -> None:
    mails.take("From: store-001@partner.example\nSubject: The till is down\n\nx\n")
    assert (mails.ticket(1).service, mails.ticket(1).priority) == (None, "P4")


def test_what_a_filter_calls_spam_is_kept_and_not_answered(mails: MailDesk) -> None:
    receipt = mails.take("From: win@evil.example\nX-Spam-Flag: YES\nSubject: You won\n\nClick\n")
    assert receipt.outcome is Outcome.CREATED
    ticket = mails.ticket(1)
    assert (ticket.status, ticket.due_at) == ("spam", None)
    assert mails.column(1, "is_open") == 0
    assert mails.outbox() == []
    assert withheld(mails, 1) == "it is spam"


def test_a_rule_may_discard(mails: MailDesk) -> None:
    mails.apply(f'{DESK_FILE}\n[[routing]]\nwhen = {{ domain = "spam.example" }}\nset = {{ discard = true }}\n')
    receipt = mails.take("From: a@deep.spam.example\nSubject: x\n\ny\n")
    assert (receipt.outcome, receipt.number) == (Outcome.IGNORED, None)
    assert "routing rule 4" in receipt.reason
    assert mails.count() == 0
    assert mails.rows("SELECT outcome, raw_id IS NOT NULL FROM ledger") == [("ignored", 1)]


def test_the_first_rule_that_decides_a_field_decides_it(mails: MailDesk) -> None:
    rules = """
    [[routing]]
    when = { subject = "screen" }
    set = { priority = "P2", tags = ["screen"] }
    [[routing]]
    when = { subject = "screen" }
    set = { priority = "P5", service = "printer", tags = ["late"] }
    """
    mails.apply(f"{DESK_FILE}\n{rules}")
    mails.take("From: maria@shop.example\nSubject: My screen\n\nx\n")
    ticket = mails.ticket(1)
    assert (ticket.priority, ticket.service, sorted(ticket.tags)) == ("P2", "printer", ["late", "screen"])
    assert mails.event(1, "opened")["rules"] == {"priority": 4, "tags": 4, "service": 5}


def test_the_mailboxs_service_is_for_its_own_team(mails: MailDesk) -> None:
    mail = "From: a@b.example\nTo: feedback@desk.example\n\nHi\n"
    mails.take(mail, addresses=("feedback@desk.example",), service="printer")
    assert (mails.ticket(1).team, mails.ticket(1).service) == ("quality", None)


# ---- teams --------------------------------------------------------------------------------------

BOTH = """
From: maria@shop.example
To: support@desk.example
Cc: feedback@desk.example
Subject: Till and courtesy
Message-ID: <both@shop.example>

Two things.
"""


def test_a_mail_to_two_teams_in_one_mailbox_is_two_linked_tickets(mails: MailDesk) -> None:
    receipt = mails.take(BOTH, addresses=(SUPPORT, "feedback@desk.example"))
    assert (receipt.outcome, receipt.number, mails.count()) == (Outcome.CREATED, 1, 2)
    assert [mails.ticket(number).team for number in (1, 2)] == ["it", "quality"]
    assert mails.links(2) == [("copy", 1)]
    again = mails.take(BOTH, box="again", addresses=(SUPPORT, "feedback@desk.example"))
    assert (again.outcome, mails.count()) == (Outcome.DUPLICATE, 2)


def test_a_mail_to_two_teams_in_two_mailboxes_is_two_linked_tickets(mails: MailDesk) -> None:
    mails.take(BOTH)
    mails.take(BOTH, box="quality", addresses=("feedback@desk.example",), team="quality")
    assert [mails.ticket(number).team for number in (1, 2)] == ["it", "quality"]
    assert mails.links(2) == [("copy", 1)]


def test_spam_to_two_teams_is_spam_to_both(mails: MailDesk) -> None:
    mails.take("X-Spam-Flag: YES\n" + BOTH.lstrip(), addresses=(SUPPORT, "feedback@desk.example"))
    assert [mails.ticket(number).status for number in (1, 2)] == ["spam", "spam"]
    assert mails.outbox() == []


def test_a_mailbox_whose_team_is_not_there(mails: MailDesk) -> None:
    for team, kind in (("itt", BadInput), (None, Refused)):
        with pytest.raises(kind):
            mails.take("From: a@b.example\n\nHi\n", addresses=(), team=team)
    assert mails.rows("SELECT (SELECT count(*) FROM ledger) + (SELECT count(*) FROM raw_mail)") == [(0,)]


def test_a_retired_team_gets_no_mail(mails: MailDesk) -> None:
    mails.apply(_without_quality())
    mails.take("From: a@b.example\nTo: feedback@desk.example\n\nHi\n", addresses=("feedback@desk.example",))
    assert mails.ticket(1).team == "it"


def _without_quality() -> str:
    text = DESK_FILE
    for table, end in (
        ("[teams.quality]", "[agents.anna]"),
        ("[agents.vera]", "[units.flagship]"),
        ("[services.feedback]", "[[routing]]"),
    ):
        text = text[: text.index(table)] + text[text.index(end) :]
    first = text.index("[[routing]]\nwhen = { sender")
    return text[:first] + text[text.index("[[routing]]", first + 1) :]


# ---- acknowledgements ---------------------------------------------------------------------------


def test_a_new_ticket_is_acknowledged_once_two_minutes_later(mails: MailDesk) -> None:
    mails.ask()
    assert mails.outbox() == [("acknowledgement", "maria@shop.example", MINUTES)]
    message_id = mails.sent_id(1)
    assert message_id.startswith(f"<sd-1.{mails.token(1)}.")
    assert message_id.endswith("@desk.example>")
    mails.take("From: maria@shop.example\nIn-Reply-To: <ask-1@shop.example>\n\nMore.\n")
    assert len(mails.outbox()) == 1


def test_it_speaks_the_requesters_language(mails: MailDesk) -> None:
    mails.take("From: a@shop.example\nSubject: x\nContent-Type: text/plain; charset=utf-8\n\nНе печатает принтер.\n")
    mails.ask(2)
    assert mails.rows("SELECT language FROM outbox WHERE agent_id IS NULL ORDER BY id") == [("ru",), ("en",)]


def test_what_arrived_more_than_a_day_ago_is_not_acknowledged(mails: MailDesk) -> None:
    mails.ask(1, at=NOW - timedelta(days=1), fetched=NOW)
    mails.ask(2, at=NOW - timedelta(days=1, seconds=1), fetched=NOW)
    assert len(mails.outbox()) == 1
    assert withheld(mails, 2) == "the mail is older than a day"


def test_an_address_gets_five_acknowledgements_an_hour(mails: MailDesk) -> None:
    for number in range(1, 8):
        mails.ask(number, at=NOW + timedelta(minutes=number))
    assert len(mails.outbox()) == 5
    assert "5 acknowledgements within an hour" in withheld(mails, 6)
    # Another person is none the worse for it, and an hour later it goes on.
    mails.ask(8, sender="oleg@shop.example", at=NOW + timedelta(minutes=9))
    mails.ask(9, at=NOW + timedelta(minutes=75))
    assert len(mails.outbox()) == 7


@pytest.mark.parametrize(
    "form",
    [
        '"bob@corp.example,x{}"@evil.example',
        "bob@corp.example,x{}@evil.example",
        '"bob@corp.example>x{}"@evil.example',
        '"bob@corp.example x{}"@evil.example',
        '"bob@corp.example(x{})"@evil.example',
    ],
)
def test_who_writes_no_address_gets_nothing_nor_does_anybody_else(form: str, mails: MailDesk) -> None:
    for index in range(3):
        receipt = mails.take(
            f"From: Eve <{form.format(index)}>\nTo: {SUPPORT}\nSubject: Buy\nMessage-ID: <{index}@x>\n\nBuy.\n"
        )
        assert receipt.number is not None
        assert withheld(mails, receipt.number) == "the requester has no address"
    assert mails.outbox() == []
    assert mails.rows("SELECT address FROM person_address") == []


def test_an_address_gets_forty_acknowledgements_a_day(mails: MailDesk) -> None:
    for number in range(1, 43):
        mails.ask(number, at=NOW + timedelta(minutes=15 * number))
    assert len(mails.outbox()) == 40
    assert "40 acknowledgements within a day" in withheld(mails, 42)


def test_a_form_has_its_limit_too(mails: MailDesk) -> None:
    for number in range(7):
        mails.take(f"From: web@shop.example\nSubject: Feedback\n\nE-mail: victim@home.example\n{number}\n")
    assert len(mails.outbox()) == 5


def test_a_forged_sender_gets_no_acknowledgement(mails: MailDesk) -> None:
    mails.take(
        "From: maria@shop.example\nAuthentication-Results: mx.desk.example; spf=pass; dmarc=fail\nSubject: x\n\ny\n",
        trusts=("MX.desk.example",),
    )
    assert mails.outbox() == []
    assert withheld(mails, 1) == "its sender could not be authenticated"


# ---- an agent forwards a customer's mail --------------------------------------------------------

FORWARDED = """
From: {sender}
To: support@desk.example
Subject: Fwd: Printer jams
Message-ID: <fwd@desk.example>

Can somebody look at this?

---------- Forwarded message ---------
From: Irina Lavrova <store-001@shop.example>
Date: Mon, 23 Nov 2026 at 11:00
Subject: Printer jams
To: Boris Kim <boris@desk.example>

It eats the invoices.
"""


def test_the_customer_whose_mail_an_agent_forwards_is_the_requester(mails: MailDesk) -> None:
    mails.take(FORWARDED.format(sender="Boris Kim <boris@desk.example>"))
    ticket = mails.ticket(1)
    assert (ticket.requester_email, ticket.requester_name, ticket.unit) == (
        "store-001@shop.example",
        "Irina Lavrova",
        "flagship",
    )
    assert mails.event(1, "opened")["forwarded_by"] == "boris"
    assert mails.outbox()[0][:2] == ("acknowledgement", "store-001@shop.example")
    assert "It eats the invoices." in mails.conversation(1)[0]
    assert mails.conversation(1)[0].startswith("in boris: ")
    # The customer's own answer belongs; search finds her.
    follow_up = mails.take(f"From: store-001@shop.example\nIn-Reply-To: {mails.sent_id(1)}\n\nStill jams.\n")
    assert (follow_up.number, mails.ticket(1).unread) == (1, False)
    assert mails.rows("SELECT count(*) FROM ticket_fts WHERE ticket_fts MATCH 'lavrova'") == [(1,)]


@pytest.mark.parametrize("sender", ["vadim@shop.example", "eve@evil.example"])
def test_whoever_else_forwards_a_mail_asks_for_himself(sender: str, mails: MailDesk) -> None:
    mails.take(FORWARDED.format(sender=sender))
    assert mails.ticket(1).requester_email == sender
    assert mails.outbox()[0][:2] == ("acknowledgement", sender)


def test_a_forged_agent_forwards_for_nobody(mails: MailDesk) -> None:
    mails.take(
        "Authentication-Results: mx.desk.example; dmarc=fail\n"
        + FORWARDED.format(sender="boris@desk.example").lstrip(),
        trusts=("mx.desk.example",),
    )
    assert mails.ticket(1).requester_email == "boris@desk.example"
    assert [kind for kind, *_ in mails.outbox() if kind == "acknowledgement"] == []


def test_what_an_agent_forwards_of_another_agent_is_his_own_request(mails: MailDesk) -> None:
    text = FORWARDED.replace("Irina Lavrova <store-001@shop.example>", "Anna <anna@desk.example>")
    mails.take(text.format(sender="boris@desk.example"))
    assert mails.ticket(1).requester_email == "boris@desk.example"
