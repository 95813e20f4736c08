"""The order in which it is decided what becomes of a mail: literal mails in, tickets and notes and nothing out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from desks import DESK_FILE, NOW
from intake_desk import SUPPORT, MailDesk

from sdesk.domain.ledger import Outcome
from sdesk.store.reader import Reader

HOUR = timedelta(hours=1)


@pytest.fixture
def mails(desk_of_mail: MailDesk) -> MailDesk:
    """The desk of these tests."""
    return desk_of_mail


def loop_token(mails: MailDesk) -> str:
    return str(mails.rows("SELECT loop_token FROM desk")[0][0])


# ---- 1: in the ledger already -------------------------------------------------------------------


def test_the_same_mail_again_is_a_duplicate(mails: MailDesk) -> None:
    again = """
    From: maria@shop.example
    To: support@desk.example
    Subject: Printer jams
    Date: Mon, 23 Nov 2026 11:00:00 +0300
    Message-ID: <1@shop.example>

    It jams.
    """
    assert mails.take(again).outcome is Outcome.CREATED
    receipt = mails.take(again, box="other")
    assert (receipt.outcome, receipt.number) == (Outcome.DUPLICATE, 1)
    assert mails.conversation(1) == ["in maria@shop.example: It jams."]
    assert mails.rows("SELECT count(*), count(DISTINCT raw_id) FROM ledger") == [(2, 1)]


@pytest.mark.parametrize(
    "other",
    [
        "From: maria@shop.example\nSubject: Printer jams\nMessage-ID: <1@shop.example>\n\nIt smokes.\n",
        "From: vadim@shop.example\nSubject: Printer jams\nMessage-ID: <1@shop.example>\n\nIt jams.\n",
        "From: maria@shop.example\nSubject: Scanner jams\nMessage-ID: <1@shop.example>\n\nIt jams.\n",
        "From: maria@shop.example\nDate: Mon, 23 Nov 2026 11:00:00 +0300\nSubject: Printer jams\n"
        "Message-ID: <1@shop.example>\n\nIt jams.\n",
    ],
)
def test_another_mail_with_the_same_message_id_is_no_duplicate(other: str, mails: MailDesk) -> None:
    mails.take("From: maria@shop.example\nSubject: Printer jams\nMessage-ID: <1@shop.example>\n\nIt jams.\n")
    receipt = mails.take(other)
    assert (receipt.outcome, receipt.number) == (Outcome.CREATED, 2)


def test_two_mails_without_message_id_are_two_though_they_say_the_same(mails: MailDesk) -> None:
    """A device that knows neither its name nor the time, twice: only their way here differs."""
    said = "From: scanner@shop.example\nSubject: Paper is out\n\nTray 1\n"
    mails.take("Received: by mx with id 1\n" + said)
    assert mails.take("Received: by mx with id 2\n" + said).outcome is Outcome.CREATED
    assert mails.take("Received: by mx with id 2\n" + said).outcome is Outcome.DUPLICATE


# ---- 2 and own addresses ------------------------------------------------------------------------


def test_what_the_desk_sent_itself_is_recorded_and_nothing_more(mails: MailDesk) -> None:
    receipt = mails.take(f"""
        From: {SUPPORT}
        To: maria@shop.example
        Subject: [SD-1] Printer jams
        X-SDesk-Loop: {loop_token(mails)}

        We have your request.
        """)
    assert receipt.outcome is Outcome.IGNORED
    assert mails.count() == 0
    assert mails.rows("SELECT outcome, raw_id IS NOT NULL FROM ledger") == [("ignored", 1)]


def test_another_desks_loop_header_is_not_ours(mails: MailDesk) -> None:
    receipt = mails.take("From: desk@partner.example\nSubject: Order 7\nX-SDesk-Loop: 0123456789abcdef\n\nHello\n")
    assert receipt.outcome is Outcome.CREATED


def test_a_mail_from_an_own_address_without_the_loop_header_is_not_lost_and_not_answered(mails: MailDesk) -> None:
    receipt = mails.take(f"From: Copier <{SUPPORT}>\nTo: {SUPPORT}\nSubject: Scan\n\nAttached.\n")
    assert receipt.outcome is Outcome.CREATED
    assert mails.outbox() == []
    assert "own addresses" in mails.event(1, "acknowledgement_withheld")["reason"]


def test_a_mail_from_an_own_address_in_a_thread_is_a_note(mails: MailDesk) -> None:
    mails.ask()
    receipt = mails.take(f"From: {SUPPORT}\nIn-Reply-To: <ask-1@shop.example>\nSubject: Re: Request 1\n\nHm.\n")
    assert (receipt.outcome, receipt.number) == (Outcome.NOTED, 1)
    assert mails.ticket(1).unanswered_since == NOW


# ---- 3: web forms -------------------------------------------------------------------------------

FORM = """
From: web@shop.example
To: support@desk.example
Subject: Feedback about your store
Auto-Submitted: auto-generated
Return-Path: <>

Name: Lena
E-mail: lena@home.example
Text: lovely
"""


def test_a_form_is_a_person_whatever_its_headers_say(mails: MailDesk) -> None:
    receipt = mails.take(FORM)
    assert receipt.outcome is Outcome.CREATED
    ticket = mails.ticket(1)
    assert (ticket.requester_email, ticket.service, ticket.team) == ("lena@home.example", "feedback", "quality")
    assert ticket.channel == "form"
    assert ticket.unanswered_since == NOW
    assert mails.outbox() == [("acknowledgement", "lena@home.example", timedelta(minutes=2))]


def test_a_forms_named_groups_set_requester_name_unit_and_tags(mails: MailDesk) -> None:
    mails.apply(
        DESK_FILE.replace(
            "E-mail: (?P<requester>\\\\S+)",
            "Name: (?P<name>.+)\\\\nE-mail: (?P<requester>\\\\S+)\\\\nShop: (?P<unit>\\\\S+)\\\\nOrder: (?P<order>.+)",
        )
    )
    form = FORM.replace("Text: lovely", "Shop: flagship\nOrder: 47 11, B\nText: lovely")
    mails.take(form.lstrip())
    ticket = mails.ticket(1)
    assert (ticket.requester_email, ticket.requester_name, ticket.unit) == ("lena@home.example", "Lena", "flagship")
    assert ticket.tags == ("order:47-11-b",)


def test_a_form_that_names_nobody_is_its_reply_to(mails: MailDesk) -> None:
    mails.take(
        FORM.replace("E-mail: lena@home.example", "E-mail: call me").replace("\nTo:", "\nReply-To: l@h.example\nTo:")
    )
    assert mails.ticket(1).requester_email == "l@h.example"


def test_a_form_is_not_acknowledged_to_the_desk_itself(mails: MailDesk) -> None:
    mails.take(FORM.replace("lena@home.example", "Support@Desk.example"))
    assert mails.outbox() == []
    assert "own address" in mails.event(1, "acknowledgement_withheld")["reason"]


def test_a_forged_form_is_not_acknowledged(mails: MailDesk) -> None:
    forged = FORM.replace("\nTo:", "\nAuthentication-Results: mx.desk.example; dmarc=fail\nTo:")
    mails.take(forged, trusts=("mx.desk.example",))
    assert mails.outbox() == []
    assert "authenticated" in mails.event(1, "acknowledgement_withheld")["reason"]


# ---- 4: bounces ---------------------------------------------------------------------------------


def bounce(message_id: str, action: str = "failed") -> str:
    return f"""\
From: Mail Delivery System <mailer-daemon@mx.example>
To: {SUPPORT}
Return-Path: <>
Subject: Undelivered Mail Returned to Sender
Message-ID: <b-{action}@mx.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

No such user here.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; maria@shop.example
Action: {action}
Status: 5.1.1
--b
Content-Type: text/rfc822-headers

Message-ID: {message_id}
Subject: Re: Request 1
--b--
"""


def test_a_bounce_marks_the_answer_that_it_names(mails: MailDesk) -> None:
    mails.ask()
    mails.do("anna", "reply", 1, text="Try again.")
    receipt = mails.take(bounce(mails.sent_id(1)), at=NOW + HOUR)
    assert (receipt.outcome, receipt.number) == (Outcome.NOTED, 1)
    assert mails.event(1, "undeliverable")["by"] == "system"
    assert mails.rows("SELECT direction, undeliverable IS NOT NULL FROM message ORDER BY id") == [
        ("in", 0),
        ("out", 1),
        ("auto", 0),
    ]
    assert mails.ticket(1).unanswered_since is None
    assert mails.column(1, "next_reply_started_at") is None


def test_a_bounce_of_an_acknowledgement_is_a_note_on_its_ticket(mails: MailDesk) -> None:
    """The acknowledgement is no message of the conversation, and its Message-ID names the ticket all the same."""
    mails.ask()
    receipt = mails.take(bounce(mails.sent_id(1)))
    assert (receipt.outcome, receipt.number) == (Outcome.NOTED, 1)
    assert "undeliverable" in mails.events(1)


def test_a_report_that_a_mail_is_late_marks_nothing(mails: MailDesk) -> None:
    mails.ask()
    mails.do("anna", "reply", 1, text="Try again.")
    assert mails.take(bounce(mails.sent_id(1), "delayed")).outcome is Outcome.NOTED
    assert mails.rows("SELECT count(*) FROM message WHERE undeliverable IS NOT NULL") == [(0,)]


def test_a_bounce_that_names_nothing_of_ours_is_kept_in_the_ledger_alone(mails: MailDesk) -> None:
    mails.ask()
    for foreign in ("<x@elsewhere.example>", "<sd-1.00112233445566778899aabbccddeeff.0a@desk.example>"):
        receipt = mails.take(bounce(foreign))
        assert (receipt.outcome, receipt.number) == (Outcome.IGNORED, None)
    assert mails.count() == 1
    assert mails.conversation(1) == ["in maria@shop.example: Please help."]
    assert mails.rows("SELECT count(*) FROM ledger WHERE outcome = 'ignored' AND raw_id IS NOT NULL") == [(2,)]


# ---- 5: automatic mail --------------------------------------------------------------------------

AUTOMATIC = [
    "Auto-Submitted: auto-replied",
    "Precedence: bulk",
    "Precedence: auto_reply",
    "List-Id: <news.shop.example>",
    "X-Auto-Response-Suppress: All",
    "X-Autoreply: yes",
    "X-Loop: someone",
    "Return-Path: <>",
]


@pytest.mark.parametrize("sign", AUTOMATIC)
def test_an_automatic_mail_in_a_thread_is_a_note_that_starts_nothing(sign: str, mails: MailDesk) -> None:
    mails.ask()
    mails.do("anna", "reply", 1, text="What does it say?")
    mails.do("anna", "wait", 1, waiting_for="requester")
    before = mails.outbox()
    receipt = mails.take(f"""
        From: maria@shop.example
        In-Reply-To: {mails.sent_id(1)}
        Subject: Away
        {sign}

        I am away.
        """)
    assert (receipt.outcome, receipt.number) == (Outcome.NOTED, 1)
    assert mails.conversation(1)[-1] == "auto maria@shop.example: I am away."
    assert mails.ticket(1).status == "waiting"
    assert mails.ticket(1).unanswered_since is None
    assert mails.column(1, "next_reply_started_at") is None
    assert mails.outbox() == before


def test_an_automatic_mail_reopens_nothing(mails: MailDesk) -> None:
    mails.ask()
    mails.do("anna", "close", 1, text="Done.")
    mails.take(f"From: maria@shop.example\nIn-Reply-To: {mails.sent_id(1)}\nAuto-Submitted: auto-replied\n\nAway\n")
    assert mails.ticket(1).status == "resolved"


@pytest.mark.parametrize("sign", AUTOMATIC)
def test_an_automatic_mail_outside_a_thread_is_a_ticket_only_where_the_mailbox_says_so(
    sign: str, mails: MailDesk
) -> None:
    alarm = f"From: monitor@shop.example\nSubject: Disk full\n{sign}\n\n98 percent\n"
    assert mails.take(alarm).outcome is Outcome.IGNORED
    assert mails.count() == 0
    receipt = mails.take(alarm.replace("98", "99"), box="alarms", auto_tickets=True)
    assert receipt.outcome is Outcome.CREATED
    assert mails.outbox() == []
    assert "automatic" in mails.event(1, "acknowledgement_withheld")["reason"]
    assert mails.ticket(1).unanswered_since is None


def test_who_sends_an_automatic_mail_takes_no_part_by_that(mails: MailDesk) -> None:
    mails.ask()
    robot = "From: robot@evil.example\nCc: boss@evil.example\nIn-Reply-To: <ask-1@shop.example>\n"
    mails.take(robot + "Auto-Submitted: auto-replied\n\nAway\n")
    for sender in ("robot@evil.example", "boss@evil.example"):
        receipt = mails.take(f"From: {sender}\nSubject: [SD-1] Request 1\n\nTell me all of {sender}.\n")
        assert receipt.outcome is Outcome.CREATED


# ---- 6: references ------------------------------------------------------------------------------


def test_in_reply_to_comes_first_then_references_from_the_newest_back(mails: MailDesk) -> None:
    for number in (1, 2, 3):
        mails.ask(number)
    head = "From: maria@shop.example\nSubject: Re: [SD-3] whatever\n"
    both = "In-Reply-To: <ask-1@shop.example>\nReferences: <ask-2@shop.example> <ask-3@shop.example>\n"
    assert mails.take(f"{head}{both}\nA\n").number == 1
    older = "In-Reply-To: <gone@shop.example>\nReferences: <ask-3@shop.example> <ask-2@shop.example> <gone@x.example>\n"
    assert mails.take(f"{head}{older}\nB\n").number == 2
    assert mails.conversation(2) == ["in maria@shop.example: Please help.", "in maria@shop.example: B"]


def test_a_message_id_that_the_desk_made_is_known_though_nobody_kept_the_message(mails: MailDesk) -> None:
    """An acknowledgement is answered: it stands in the outbox, not in the conversation."""
    mails.ask()
    receipt = mails.take(f"From: maria@shop.example\nIn-Reply-To: {mails.sent_id(1)}\nSubject: x\n\nOne more thing.\n")
    assert (receipt.outcome, receipt.number) == (Outcome.FOLLOWED_UP, 1)
    forged = mails.sent_id(1).replace(mails.token(1), "0" * 32)
    assert mails.take(f"From: maria@shop.example\nIn-Reply-To: {forged}\nSubject: x\n\nElse.\n").number == 2


def test_the_first_mail_that_had_a_message_id_keeps_its_thread(mails: MailDesk) -> None:
    mails.ask()
    mails.take("From: oleg@shop.example\nSubject: Mine\nMessage-ID: <ask-1@shop.example>\n\nAnother.\n")
    receipt = mails.take("From: maria@shop.example\nIn-Reply-To: <ask-1@shop.example>\nSubject: Re\n\nMore.\n")
    assert receipt.number == 1


def test_a_follow_up_that_comes_to_two_mailboxes_is_taken_once(mails: MailDesk) -> None:
    mails.ask()
    more = """
    From: maria@shop.example
    To: support@desk.example, feedback@desk.example
    In-Reply-To: <ask-1@shop.example>
    Message-ID: <more@shop.example>

    More.
    """
    assert mails.take(more).outcome is Outcome.FOLLOWED_UP
    receipt = mails.take(more, box="quality", addresses=("feedback@desk.example",), team="quality")
    assert (receipt.outcome, receipt.number) == (Outcome.DUPLICATE, 1)
    assert mails.conversation(1) == ["in maria@shop.example: Please help.", "in maria@shop.example: More."]


def test_a_rule_that_discards_holds_for_new_requests_not_for_answers(mails: MailDesk) -> None:
    mails.apply(f'{DESK_FILE}\n[[routing]]\nwhen = {{ subject = "newsletter" }}\nset = {{ discard = true }}\n')
    mails.ask()
    assert mails.take("From: a@b.example\nSubject: Our newsletter\n\nBuy!\n").outcome is Outcome.IGNORED
    answer = (
        "From: maria@shop.example\nSubject: Re: your newsletter\nIn-Reply-To: <ask-1@shop.example>\n\nIt is broken.\n"
    )
    assert (mails.take(answer).outcome, mails.count()) == (Outcome.FOLLOWED_UP, 1)


# ---- agents -------------------------------------------------------------------------------------


def test_a_mail_from_an_agents_address_is_an_internal_note(mails: MailDesk) -> None:
    """Anybody can write such a sender: it answers nobody and starts nothing."""
    mails.ask()
    before = mails.outbox()
    receipt = mails.take("From: boris@desk.example\nIn-Reply-To: <ask-1@shop.example>\nSubject: Re\n\nI know this.\n")
    assert (receipt.outcome, receipt.number) == (Outcome.NOTED, 1)
    assert mails.conversation(1)[-1] == "note boris@desk.example: I know this."
    assert mails.ticket(1).unanswered_since == NOW
    assert mails.column(1, "first_response_met_at") is None
    # It reaches nobody but the agent whose address it bears, who is asked.
    assert mails.outbox() == [*before, ("confirmation", "boris@desk.example", timedelta(0))]


def test_whom_a_note_by_mail_names_takes_no_part_by_that(mails: MailDesk) -> None:
    mails.ask()
    mails.take("From: boris@desk.example\nCc: eve@evil.example\nIn-Reply-To: <ask-1@shop.example>\n\nLook, Eve.\n")
    assert mails.take("From: eve@evil.example\nSubject: [SD-1]\n\nTell me.\n").outcome is Outcome.CREATED


def test_an_agent_who_names_a_ticket_in_the_subject_writes_a_note_where_he_takes_part(mails: MailDesk) -> None:
    mails.ask()
    mails.do("boris", "reply", 1, text="On it.")
    receipt = mails.take("From: boris@desk.example\nSubject: [SD-1] done?\n\nCalled her.\n", at=NOW + HOUR)
    assert (receipt.outcome, receipt.number) == (Outcome.NOTED, 1)
    assert mails.conversation(1)[-1] == "note boris@desk.example: Called her."
    assert mails.ticket(1).unanswered_since is None
    assert mails.column(1, "next_reply_started_at") is None


def test_an_agent_may_ask_like_anybody(mails: MailDesk) -> None:
    receipt = mails.take("From: vera@desk.example\nTo: support@desk.example\nSubject: My screen\n\nIt flickers.\n")
    assert receipt.outcome is Outcome.CREATED
    assert mails.ticket(1).requester_email == "vera@desk.example"


# ---- 7: token addresses -------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["To", "Cc", "Delivered-To"])
def test_an_address_with_the_ticket_and_its_token_opens_its_thread(field: str, mails: MailDesk) -> None:
    mails.ask()
    mails.ask(2)
    address = f"support+1.{mails.token(1)}@desk.example"
    receipt = mails.take(f"From: maria@shop.example\n{field}: {address}\nSubject: Lost subject\n\nMore.\n")
    assert (receipt.outcome, receipt.number) == (Outcome.FOLLOWED_UP, 1)


def test_a_wrong_token_opens_nothing(mails: MailDesk) -> None:
    mails.ask()
    mails.ask(2)
    for token in ("0" * 32, mails.token(2)):
        receipt = mails.take(
            f"From: maria@shop.example\nTo: support+1.{token}@desk.example\nSubject: {token}\n\nMore.\n"
        )
        assert receipt.outcome is Outcome.CREATED
    assert len(mails.conversation(1)) == 1


# ---- 8: subject tags ----------------------------------------------------------------------------


@pytest.mark.parametrize("sender", ["maria@shop.example", "MARIA@Shop.Example", "petr@acc.shop.example"])
def test_a_number_in_the_subject_opens_the_thread_to_those_who_belong(sender: str, mails: MailDesk) -> None:
    """The requester, whatever the letter case, and a colleague of the same unit."""
    mails.ask()
    receipt = mails.take(f"From: {sender}\nSubject: Re: [SD-1] Request 1\n\nAny news?\n")
    assert (receipt.outcome, receipt.number) == (Outcome.FOLLOWED_UP, 1)


def test_who_stands_in_copy_of_a_mail_by_number_alone_belongs_by_that_to_nothing(mails: MailDesk) -> None:
    mails.ask()
    forged = "From: maria@shop.example\nCc: eve@evil.example\nSubject: [SD-1] Hm\n\nMore.\n"
    assert mails.take(forged).outcome is Outcome.FOLLOWED_UP
    assert mails.take("From: eve@evil.example\nSubject: [SD-1] Hm\n\nTell me.\n").outcome is Outcome.CREATED


def test_who_was_in_copy_belongs(mails: MailDesk) -> None:
    mails.take("From: maria@shop.example\nCc: boss@partner.example\nSubject: Till\n\nHelp.\n")
    assert mails.take("From: boss@partner.example\nSubject: [sd-1] Till\n\nMe too.\n").number == 1


def test_a_stranger_who_names_a_number_gets_a_ticket_of_his_own_and_the_named_one_is_told(mails: MailDesk) -> None:
    mails.ask()
    version = mails.ticket(1).version
    receipt = mails.take("From: eve@evil.example\nSubject: [SD-1] Request 1\n\nWhat is the password?\n")
    assert (receipt.outcome, receipt.number) == (Outcome.CREATED, 2)
    assert receipt.reason == "a number in its subject opens no door"
    # The link alone says which tickets: a history is not hidden where a wall stands between them.
    assert mails.links(2) == [("follows", 1)]
    assert mails.event(1, "stranger_named_ticket") == {"by": "system"}
    assert mails.event(2, "opened")["reason"] == receipt.reason
    assert mails.conversation(1) == ["in maria@shop.example: Please help."]
    assert mails.ticket(1).version >= version


def test_a_number_that_no_ticket_has_is_a_new_request(mails: MailDesk) -> None:
    for tag in ("SD-99", "SD-999999999999999999", "XX-1"):
        assert mails.take(f"From: maria@shop.example\nSubject: [{tag}] hm\n\nHm {tag}.\n").outcome is Outcome.CREATED
    assert mails.rows("SELECT count(*) FROM link") == [(0,)]


def test_a_number_alone_never_opens_a_private_teams_ticket(mails: MailDesk) -> None:
    number = mails.ask(box="hr", addresses=("hr@desk.example",), team="hr")
    assert mails.ticket(number).team == "hr"
    receipt = mails.take(f"From: maria@shop.example\nSubject: [SD-{number}] my leave\n\nMore.\n")
    assert (receipt.outcome, receipt.number) == (Outcome.CREATED, 2)
    assert "closed" not in receipt.reason
    assert mails.ticket(2).team == "it"
    assert len(mails.conversation(number)) == 1
    # Who works in the other team sees nothing of what stands behind the wall.
    with Reader(mails.path) as reader:
        assert reader.ticket(reader.actor("boris"), 2, now=NOW).links == ()
    # By reference it does: nobody can guess a Message-ID.
    answer = "From: maria@shop.example\nIn-Reply-To: <ask-1@shop.example>\nSubject: my leave\n\nMore.\n"
    assert mails.take(answer, box="hr", addresses=("hr@desk.example",), team="hr").number == number


def test_a_forged_sender_belongs_nowhere(mails: MailDesk) -> None:
    mails.ask()
    failed = "Authentication-Results: mx.desk.example; dmarc=fail header.from=shop.example\n"
    forged = f"From: maria@shop.example\n{failed}Subject: [SD-1] Request 1\n\nSend it to eve.\n"
    assert mails.take(forged, trusts=("mx.desk.example",)).number == 2
    assert "authenticated" in mails.event(2, "acknowledgement_withheld")["reason"]
    # Only the mailbox's own server is believed.
    assert mails.take(forged.replace("eve", "mallory")).outcome is Outcome.FOLLOWED_UP
