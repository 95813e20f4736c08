"""What people answer and forward in the usual programs: Outlook, Gmail, Apple Mail, Thunderbird, Mail.ru, Yandex."""

from __future__ import annotations

from email.header import Header
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from programs import CARL, DE, DESK, EN, FORWARDS, REPLIES, RU, TONGUES, Program, Tongue, Words, quoted

from sdesk.domain.inbound import InboundMail
from sdesk.mail.mime.message import read

FORMS = {"plain": "text/plain", "html": "text/html"}
ANSWERS = [(form, program) for form, programs in REPLIES.items() for program in programs]
PASSED_ON = [(form, program) for form, programs in FORWARDS.items() for program in programs]


def letter(body: str, form: str, subject: str, *, answers: bool) -> InboundMail:
    head = f"From: Ann Lee <ann@acme.example>\nTo: Desk <{DESK}>\nMIME-Version: 1.0\n"
    head += f"Subject: {Header(subject, 'utf-8').encode()}\n"
    thread = "In-Reply-To: <sd-12@desk.example>\n" if answers else ""
    kind = f"Content-Type: {FORMS[form]}; charset=utf-8\nContent-Transfer-Encoding: 8bit\n"
    return read(f"{head}{thread}{kind}\n{body}".encode())


def answered(program: Program, form: str, tongue: Tongue, own: str = "") -> InboundMail:
    words = Words(tongue, own or tongue.own, tongue.asked, tongue.desk, DESK)
    return letter(program(words), form, f"Re: {tongue.subject}", answers=True)


@pytest.mark.parametrize("tongue", TONGUES, ids=lambda tongue: tongue.code)
@pytest.mark.parametrize(("form", "program"), ANSWERS, ids=lambda each: getattr(each, "__name__", each))
def test_own_words_apart_from_history(form: str, program: Program, tongue: Tongue) -> None:
    mail = answered(program, form, tongue)
    assert mail.body_text == tongue.own
    assert tongue.asked in mail.body_quoted
    assert (mail.is_auto, mail.forwarded_from, mail.defects) == (False, None, ())


@pytest.mark.parametrize("tongue", TONGUES, ids=lambda tongue: tongue.code)
@pytest.mark.parametrize(("form", "program"), PASSED_ON, ids=lambda each: getattr(each, "__name__", each))
def test_what_was_forwarded_is_shown_and_its_sender_found(form: str, program: Program, tongue: Tongue) -> None:
    words = Words(tongue, tongue.please, tongue.customer_says, tongue.carl, CARL)
    prefix = {"en": "Fwd", "ru": "Пересл", "de": "WG"}[tongue.code]
    mail = letter(program(words), form, f"{prefix}: {tongue.subject}", answers=False)
    assert mail.forwarded_from is not None
    assert (mail.forwarded_from.address, mail.forwarded_from.name) == (CARL, tongue.carl)
    assert mail.body_text.startswith(tongue.please)
    assert tongue.customer_says in mail.body_text
    assert tongue.customer_says not in mail.body_quoted


@pytest.mark.parametrize(("form", "program"), ANSWERS, ids=lambda each: getattr(each, "__name__", each))
def test_a_new_mail_is_whole_whatever_it_holds(form: str, program: Program) -> None:
    """Of a mail that answers nothing the desk never saw the history: it may be all that was meant."""
    mail = letter(program(Words(EN, EN.own, EN.asked, EN.desk, DESK)), form, "Till", answers=False)
    assert EN.own in mail.body_text
    assert EN.asked in mail.body_text


@pytest.mark.parametrize(
    ("tongue", "remark"),
    [
        *((EN, remark) for remark in ("See my answers below in red.", "Replies inline.", "Comments in the text")),
        *((RU, remark) for remark in ("Ответы красным.", "См. ниже", "Отвечаю по тексту:")),
        *((DE, remark) for remark in ("Antworten unten im Text.", "Siehe unten", "Meine Anmerkungen in Rot")),
    ],
)
@pytest.mark.parametrize("form", FORMS)
def test_answers_within_what_outlook_pasted_are_not_folded_away(form: str, tongue: Tongue, remark: str) -> None:
    program = REPLIES[form][1]
    mail = answered(program, form, tongue, remark)
    assert remark in mail.body_text
    assert tongue.asked in mail.body_text


@pytest.mark.parametrize("tongue", TONGUES, ids=lambda tongue: tongue.code)
def test_answers_between_quoted_lines_stay(tongue: Tongue) -> None:
    line = Words(tongue, "", "", tongue.desk, DESK).line(tongue.gmail)
    text = f"{line}\n> {tongue.asked}\n\n{tongue.own}\n\n{quoted(tongue.asked)}\n\n{tongue.please}\n"
    mail = letter(text, "plain", "Re: x", answers=True)
    assert mail.body_text.split() == text.split()


@pytest.mark.parametrize("tongue", TONGUES, ids=lambda tongue: tongue.code)
@pytest.mark.parametrize(
    "shape",
    [
        '<div>{line}</div><blockquote type="cite"><p>{asked}</p></blockquote><p>{own}</p>',
        '<div class="gmail_attr">{line}</div><blockquote class="gmail_quote">{asked}</blockquote><div>{own}</div>',
        "<div>{line}</div><blockquote>{asked}</blockquote><div>{own}</div>",
    ],
)
def test_an_answer_below_a_quote_in_html_stays(shape: str, tongue: Tongue) -> None:
    line = Words(tongue, "", "", tongue.desk, DESK).html_line(tongue.mailru)
    html = shape.format(line=line, asked=tongue.asked, own=tongue.own)
    mail = letter(html, "html", "Re: x", answers=True)
    assert tongue.own in mail.body_text


OWN = st.sampled_from(
    [
        *(tongue.own for tongue in TONGUES),
        *(
            "Yes",
            "No, on 2 Nov 2026 at 10:00.",
            "Von mir aus",
            "From: my own hand",
            "See you:",
            "* one",
            "Sent it.",
            "ok",
        ),
        *("Тема: касса", "-- no rule", "a > b", "http://shop.example/x:", "Datum: heute", "Это всё?", "wrote"),
    ]
)
"""What people write, some of it near what programs write."""


@given(
    st.lists(
        st.one_of(OWN.map(lambda words: ("own", words)), st.integers(1, 6).map(lambda n: ("quote", n))), max_size=12
    ),
    st.sampled_from(TONGUES),
    st.sampled_from(["gmail", "apple", "thunderbird"]),
    st.booleans(),
)
def test_own_words_stay_wherever_they_stand_among_quoted_lines(
    blocks: list[tuple[str, Any]], tongue: Tongue, program: str, spaced: bool
) -> None:
    told = False
    written: list[str] = []
    own: list[str] = []
    for kind, what in blocks:
        if kind == "own":
            written.append(what)
            own.append(what)
        else:
            if not told:
                written.append(Words(tongue, "", "", tongue.desk, DESK).line(getattr(tongue, program)))
            told = True
            written.append("\n".join([f"> {tongue.asked}"] * what))
    mail = letter(("\n\n" if spaced else "\n").join(written) + "\n", "plain", "Re: x", answers=True)
    kept = mail.body_text.split("\n")
    assert [words for words in own if words not in kept] == []


@given(
    st.lists(
        st.one_of(OWN.map(lambda words: ("own", words)), st.integers(1, 6).map(lambda n: ("quote", n))), max_size=12
    ),
    st.sampled_from(TONGUES),
    st.sampled_from(['<blockquote type="cite">', '<blockquote class="gmail_quote">', "<blockquote>"]),
    st.sampled_from(["div", "p", "pre", "td"]),
)
def test_own_words_stay_wherever_they_stand_among_quotes_of_html(
    blocks: list[tuple[str, Any]], tongue: Tongue, quote: str, element: str
) -> None:
    line = Words(tongue, "", "", tongue.desk, DESK).html_line(tongue.mailru)
    html = ""
    own: list[str] = []
    for kind, what in blocks:
        if kind == "own":
            html += f"<{element}>{what}</{element}>"
            own.append(what)
        else:
            html += f"<div>{line}</div>{quote}" + f"<div>{tongue.asked}</div>" * what + "</blockquote>"
    mail = letter(html, "html", "Re: x", answers=True)
    assert [words for words in own if words not in mail.body_text] == []


@pytest.mark.parametrize(
    "text",
    [
        "Sent from my warehouse by courier yesterday, where is it?",
        "Gesendet mit DHL am Montag",
        "Отправлено с курьером вчера, где оно?",
        "Till 1 is down.\n--\nTill 2 is down too.",
        "Which is it?\n--\nDid you mean the left one?",
        "From: the shop\nTo: the workshop\n\nThe ring was sent so.",
        "He told me on 2 Nov 2026 at 10:00 that Desk wrote: come.\nI came.",
        "Name: Ann\nDate: Monday\nFrom: store 17\nSubject: till\n\nForm filled in.",
        "<div style='border-top:solid red 1pt'>This is important.</div><p>Please read.</p>",
        "<blockquote>My own frame.</blockquote><p>As I said:</p><blockquote>It is broken.</blockquote>",
    ],
)
def test_own_words_that_look_like_marks_stay(text: str) -> None:
    form = "html" if text.startswith("<") else "plain"
    mail = letter(text, form, "Re: x", answers=True)
    assert mail.body_quoted == ""


@pytest.mark.parametrize(
    ("head", "address", "name"),
    [
        ("From: Carl Fox [mailto:carl@customer.example]", "carl@customer.example", "Carl Fox"),
        ("From: carl@CUSTOMER.example", "carl@customer.example", ""),
        ("*From:* Carl Fox <carl@customer.example>", "carl@customer.example", "Carl Fox"),
        ('From: "Fox, Carl" <carl@customer.example>', "carl@customer.example", "Fox, Carl"),
        ("From: Carl Fox <carl@customer.example<mailto:carl@customer.example>>", "carl@customer.example", "Carl Fox"),
        ("From: relay@mx.example On Behalf Of Carl <carl@customer.example>", "carl@customer.example", "Carl"),
        ("От: Карл <carl@customer.example>", "carl@customer.example", "Карл"),
        ("From: Carl Fox\n <carl@customer.example>", "carl@customer.example", "Carl Fox"),
        ("From: \x1b[2J[red]Carl[/red] <carl@customer.example>", "carl@customer.example", "␛[2J[red]Carl[/red]"),
        ("From: Carl Fox", "", ""),
        ("Nothing that is a header", "", ""),
        ("", "", ""),
    ],
)
def test_the_sender_of_a_forwarded_mail(head: str, address: str, name: str) -> None:
    text = f"-------- Forwarded Message --------\n{head}\nSubject: Ring\n\nThe stone fell out.\n"
    found = letter(text, "plain", "Fwd: Ring", answers=False).forwarded_from
    assert ((found.address, found.name) if found is not None else ("", "")) == (address, name)


def test_an_answer_is_no_forward_whatever_its_history_holds() -> None:
    history = f"Desk wrote:\n-------- Forwarded Message --------\nFrom: Carl <{CARL}>\nSubject: Ring\n"
    for text in (
        f"Thanks.\n\n{quoted(history)}\n",
        f"Thanks.\n\n{EN.original}\n{EN.labels[0]}: D <d@x.example>\n{history}",
    ):
        assert letter(text, "plain", "Re: Ring", answers=True).forwarded_from is None


def test_who_answers_a_forwarded_mail_forwards_nothing() -> None:
    words = Words(EN, EN.own, EN.asked, EN.desk, DESK)
    mail = letter(REPLIES["plain"][0](words), "plain", "RE: FW: Ring", answers=True)
    assert (mail.body_text, mail.forwarded_from) == (EN.own, None)


def test_what_a_machine_passes_on_is_not_taken_for_a_forward() -> None:
    raw = (
        "From: MAILER-DAEMON@mx.example\nSubject: Undelivered\nMIME-Version: 1.0\n"
        "Content-Type: multipart/mixed; boundary=B\n\n--B\n\nIt failed.\n--B\nContent-Type: message/rfc822\n\n"
        f"From: {CARL}\nSubject: Ring\n\ntext\n--B--\n"
    )
    mail = read(raw.encode())
    assert (mail.is_bounce, mail.forwarded_from, mail.body_text) == (True, None, "It failed.")
