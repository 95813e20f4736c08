"""The question to an approver on its way by a real server, and what his answers by mail do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import unquote
from zlib import crc32

import pytest
from desks import DESK_FILE, NOW
from intake_desk import SUPPORT, MailDesk
from smtp import Post, Taken, send

from sdesk.desk.intake import Receipt
from sdesk.domain.actor import SYSTEM
from sdesk.domain.thread import hide_agent_keys, hide_agent_tokens
from sdesk.domain.ticket import Status, WaitingFor
from sdesk.store.check import check
from sdesk.store.reader import Reader

HOUR = timedelta(hours=1)
WITH_APPROVALS = DESK_FILE.replace('name = "Other"', 'name = "Other"\napprove_by = "Carla Huber <carla@shop.example>"')
PLUS = WITH_APPROVALS.replace(
    'address = "support@desk.example"', 'address = "support@desk.example"\nplus_addressing = true'
)
PORTAL = PLUS.replace("[priority]", '[portal]\nurl = "https://desk.example"\n[priority]')
KEY = re.compile(r"p-[0-9a-f]{32}")


@pytest.fixture
def desk(desk_of_mail: MailDesk) -> Iterator[MailDesk]:
    """The small desk, one of whose services Carla must approve."""
    desk_of_mail.apply(WITH_APPROVALS)
    yield desk_of_mail
    assert check(desk_of_mail.path, NOW + timedelta(days=90)) == ()


@pytest.fixture
def desk_of_mail(desk_path: object) -> Iterator[MailDesk]:
    desk = MailDesk(desk_path)  # type: ignore[arg-type]  # a path
    yield desk
    desk.desk.close()


def question(desk: MailDesk, post: Post, **more: Any) -> tuple[int, Taken]:
    """A request, and the mail with which its approver is asked."""
    values: dict[str, Any] = {
        "subject": "A second screen",
        "text": "For the notebook.",
        "requester": "Maria <maria@shop.example>",
    }
    number = desk.new(service="other", **values | more)
    send(desk.desk, post, NOW)
    (taken,) = [each for each in post.taken if each.recipients == ("carla@shop.example",)]
    return number, taken


def answered(
    desk: MailDesk,
    asked: Taken,
    text: str,
    *,
    subject: str = "Re: [SD-1] Your approval: A second screen",
    sender: str = "carla@shop.example",
    extra: str = "",
    by_reference: bool = True,
    to: str = SUPPORT,
) -> Receipt:
    """What a person's program makes of the question and an answer."""
    reference = f"In-Reply-To: {asked.mail['Message-ID']}\n" if by_reference else ""
    quoted = "\n".join(f"> {line}".rstrip() for line in asked.text.split("\n"))
    mail = (
        f"From: {sender}\nTo: {to}\nSubject: {subject}\nMessage-ID: <{crc32(text.encode())}@shop.example>\n"
        f"{reference}{extra}"
        f"\n{text}\n\nOn Mon, 23 Nov 2026, IT support wrote:\n{quoted}\n"
    )
    return desk.take(mail.encode(), at=NOW + HOUR)


# ---- the question ------------------------------------------------------------------------------------


def test_the_question_says_who_asks_what_and_by_when_it_would_be_done(desk: MailDesk, post: Post) -> None:
    number, taken = question(desk, post, unit="flagship")
    text = " ".join(taken.text.split())
    assert taken.mail["Subject"] == f"[SD-{number}] Your approval: A second screen"
    for said in (
        "Hello Carla Huber,",
        "Maria asks for “Other” (Flagship), and it needs your approval:",
        "> For the notebook.",
        # 45 hours, which five office days have.
        "If you approve it now, it will be done by Monday 30 November 2026, 12:00 MSK.",
        "Write yes or no in the first line",
    ):
        assert said in text
    assert "mailto:" not in text
    assert "/approve/" not in text
    assert taken.mail["Auto-Submitted"] == "auto-generated"


def test_with_a_portal_one_page_has_both_answers(desk: MailDesk, post: Post) -> None:
    desk.apply(PORTAL)
    _, taken = question(desk, post)
    key = KEY.search(str(taken.mail["Message-ID"]))
    assert key is not None
    assert re.findall(r"https://\S+", taken.text) == [f"https://desk.example/approve/{key[0]}"]
    assert "mailto:" not in taken.text


def test_without_one_two_links_write_the_answer(desk: MailDesk, post: Post) -> None:
    desk.apply(PLUS)
    number, taken = question(desk, post)
    yes, no = (unquote(each) for each in re.findall(r"mailto:(\S+)", taken.text))
    key = KEY.search(str(taken.mail["Message-ID"]))
    assert key is not None
    address = f"support+{number}.{key[0]}@desk.example"
    assert (yes, no) == (f"{address}?subject=yes [SD-{number}]", f"{address}?subject=no [SD-{number}]")
    assert address in str(taken.mail["Reply-To"])
    # The link's mail, with whatever a program signs it with.
    answered(desk, taken, "-- \nCarla", subject=f"no [SD-{number}]", to=address, by_reference=False)
    assert desk.ticket(number).status is Status.RESOLVED


def test_in_russian_too(desk: MailDesk, post: Post) -> None:
    desk.apply(PLUS.replace('language = "en"', 'language = "ru"'))
    number, taken = question(desk, post)
    assert "Нужно ваше согласование" in str(taken.mail["Subject"])
    yes, no = (unquote(each) for each in re.findall(r"mailto:(\S+)", taken.text))
    assert f"?subject=да [SD-{number}]" in yes
    assert f"?subject=нет [SD-{number}]" in no
    answered(desk, taken, "Да, но только один\n\nКарла")
    assert desk.event(number, "approved")["comment"].startswith("но только один")


def test_the_acknowledgement_says_what_it_waits_for(desk: MailDesk, post: Post) -> None:
    desk.ask(service="other")
    send(desk.desk, post, NOW + timedelta(minutes=3))
    (told,) = [each.text for each in post.taken if each.recipients == ("maria@shop.example",)]
    assert "It needs the approval of Carla Huber" in told
    assert "solution by" not in told


# ---- the answers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "state", "comment"),
    [
        ("Yes", "approved", ""),
        ("yes.\n\nBut only one.\n", "approved", "But only one."),
        ("Да, согласна", "approved", "согласна"),
        ("Hello,\n\nOK - go ahead", "approved", "go ahead"),
        ("Approved!", "approved", ""),
        ("No", "refused", ""),
        ("нет\nдорого", "refused", "дорого"),
        ("Не согласовано: нет бюджета", "refused", "нет бюджета"),
        ("No problem, go ahead", None, None),
        ("Yesterday I saw it", None, None),
        ("Which screen is it?", None, None),
        ("", None, None),
    ],
)
def test_the_first_line_decides_and_nothing_that_is_not_plain(
    desk: MailDesk, post: Post, text: str, state: str | None, comment: str | None
) -> None:
    number, taken = question(desk, post)
    receipt = answered(desk, taken, text)
    assert receipt.number == number
    with Reader(desk.path) as reader:
        detail = reader.ticket(SYSTEM, number, now=NOW + HOUR)
    (row,) = detail.approvals
    said = detail.messages[-1]
    assert (said.party.value, said.takes_part) == ("approver", True)
    if state is None:
        assert (row.state.value, detail.ticket.waiting_for) == ("asked", WaitingFor.APPROVAL)
        assert ("boris", "reply") in desk.told(number)
    else:
        assert (row.state.value, row.how, row.comment) == (state, "mail", comment)
        assert desk.event(number, state)["by"] == "approver"


def test_the_requester_hears_what_the_approver_said(desk: MailDesk, post: Post) -> None:
    number, taken = question(desk, post)
    answered(desk, taken, "No\n\nNot this year.")
    send(desk.desk, post, NOW + 2 * HOUR)
    (told,) = [each for each in post.taken if each.recipients == ("maria@shop.example",)]
    assert told.mail["Subject"] == f"Re: [SD-{number}] A second screen"
    assert "SD-1 was not approved by Carla Huber, so it will not be done." in " ".join(told.text.split())
    assert "> Not this year." in told.text
    assert KEY.search(told.raw.decode()) is None


def test_approved_the_requester_hears_by_when(desk: MailDesk, post: Post) -> None:
    number, taken = question(desk, post)
    answered(desk, taken, "Yes")
    send(desk.desk, post, NOW + 2 * HOUR)
    (told,) = [each for each in post.taken if each.recipients == ("maria@shop.example",)]
    assert "You can expect a solution by Monday 30 November 2026, 13:00 MSK." in " ".join(told.text.split())
    assert desk.column(number, "promised_at") == "2026-11-30T10:00:00Z"


def test_an_answer_is_taken_once(desk: MailDesk, post: Post) -> None:
    number, taken = question(desk, post)
    answered(desk, taken, "Yes")
    receipt = answered(desk, taken, "No\n\nI thought again.")
    assert "SD-1 is approved already" in receipt.reason
    assert desk.ticket(number).status is Status.NEW
    assert ("boris", "reply") in desk.told(number)


def test_a_program_that_answers_by_itself_decides_nothing(desk: MailDesk, post: Post) -> None:
    number, taken = question(desk, post)
    answered(desk, taken, "Yes", extra="Auto-Submitted: auto-replied\n")
    assert desk.ticket(number).waiting_for is WaitingFor.APPROVAL
    assert desk.events(number)[-1] == "automatic_mail"


def test_of_a_question_that_comes_back_the_team_is_told(desk: MailDesk, post: Post) -> None:
    post.refuse["carla@shop.example"] = "550 5.1.1 no such user"
    number = desk.new(service="other", requester="maria@shop.example")
    send(desk.desk, post, NOW)
    assert ("boris", "undeliverable") in desk.told(number)
    assert desk.ticket(number).waiting_for is WaitingFor.APPROVAL


def test_a_bounce_that_comes_by_mail_decides_nothing_and_is_told(desk: MailDesk, post: Post) -> None:
    number, taken = question(desk, post)
    bounce = (
        "From: MAILER-DAEMON@shop.example\nTo: support@desk.example\nSubject: yes\nReturn-Path: <>\n"
        "Message-ID: <b@shop.example>\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\n\n'
        "--x\nContent-Type: text/plain\n\nYes\n"
        "--x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; shop.example\n\n"
        "Final-Recipient: rfc822; carla@shop.example\nAction: failed\nStatus: 5.1.1\n"
        f"--x\nContent-Type: text/rfc822-headers\n\nMessage-ID: {taken.mail['Message-ID']}\n--x--\n"
    )
    assert desk.take(bounce.encode(), at=NOW + HOUR).number == number
    assert desk.ticket(number).waiting_for is WaitingFor.APPROVAL
    assert ("boris", "undeliverable") in desk.told(number)


def test_the_requester_cannot_approve_with_the_approvers_mail(desk: MailDesk, post: Post) -> None:
    number, taken = question(desk, post)
    receipt = answered(desk, taken, "Yes", sender="maria@shop.example")
    assert "cannot approve it" in receipt.reason
    assert desk.ticket(number).waiting_for is WaitingFor.APPROVAL


def test_whoever_answers_the_approvers_own_mail_decides_nothing(desk: MailDesk, post: Post) -> None:
    """The key stands in its References, as in those of everybody who had a copy."""
    number, taken = question(desk, post)
    extra = f"In-Reply-To: <carlas@shop.example>\nReferences: {taken.mail['Message-ID']} <carlas@shop.example>\n"
    answered(desk, taken, "Yes", sender="eve@shop.example", extra=extra, by_reference=False)
    assert desk.ticket(number).waiting_for is WaitingFor.APPROVAL


def test_a_forged_key_opens_nothing(desk: MailDesk, post: Post) -> None:
    number, taken = question(desk, post)
    forged = KEY.sub("p-" + "1" * 32, str(taken.mail["Message-ID"]))
    mail = f"From: carla@shop.example\nTo: {SUPPORT}\nSubject: yes\nMessage-ID: <f@x>\nIn-Reply-To: {forged}\n\nyes\n"
    desk.take(mail.encode(), at=NOW + HOUR)
    assert desk.ticket(number).waiting_for is WaitingFor.APPROVAL


def test_a_key_of_another_ticket_decides_that_one(desk: MailDesk, post: Post) -> None:
    first, taken = question(desk, post)
    second = desk.new(service="other", requester="maria@shop.example")
    wrong = str(taken.mail["Message-ID"]).replace(f"<sd-{first}.", f"<sd-{second}.")
    mail = f"From: carla@shop.example\nTo: {SUPPORT}\nSubject: yes\nMessage-ID: <w@x>\nIn-Reply-To: {wrong}\n\nyes\n"
    desk.take(mail.encode(), at=NOW + HOUR)
    for number in (first, second):
        assert desk.ticket(number).waiting_for is WaitingFor.APPROVAL


def test_an_approver_who_is_an_agent_decides_too(desk: MailDesk, post: Post) -> None:
    desk.apply(WITH_APPROVALS.replace("Carla Huber <carla@shop.example>", "vera@desk.example"))
    number = desk.new(service="other", requester="maria@shop.example", subject="A second screen")
    send(desk.desk, post, NOW)
    (taken,) = [each for each in post.taken if each.recipients == ("vera@desk.example",)]
    answered(desk, taken, "Yes", sender="vera@desk.example")
    assert desk.ticket(number).status is Status.NEW


def test_no_key_is_kept_of_what_an_approver_quotes(desk: MailDesk, post: Post) -> None:
    desk.apply(PORTAL)
    number, taken = question(desk, post)
    key = KEY.search(str(taken.mail["Message-ID"]))
    assert key is not None
    answered(desk, taken, f"What is {key[0]}?")
    assert key[0] not in desk.dump()
    assert "p-(hidden)" in desk.conversation(number)[-1]
    with Reader(desk.path) as reader:
        last = reader.ticket(SYSTEM, number, now=NOW).messages[-1]
        assert key[0].encode() not in reader.raw(SYSTEM, number, last.id)


def test_keys_of_approvers_are_struck_out_as_those_of_agents() -> None:
    key = "p-" + "0123456789abcdef" * 2
    assert hide_agent_tokens(f"https://desk.example/approve/{key} now") == "https://desk.example/approve/p-(hidden) now"
    raw = f"x {key} y a-{'f' * 32}".encode()
    hidden = hide_agent_keys(raw)
    assert (len(hidden), b"0123" in hidden, b"ffff" in hidden) == (len(raw), False, False)
