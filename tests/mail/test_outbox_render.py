"""What an outgoing mail says: its header, its words, its quotation, whatever hostile text it is made of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from desks import DESK_FILE, NOW
from hypothesis import given
from hypothesis import strategies as st
from intake_desk import MailDesk
from smtp import Post, Taken, send

from sdesk.desk.outbox.previews import kind_of, previewed
from sdesk.domain.errors import BadInput, NotFound
from sdesk.domain.inbound import InboundAttachment, Mailbox
from sdesk.domain.outgoing import TEMPLATE_VARIABLES, MailKind
from sdesk.mail.mime.flowed import unwrapped
from sdesk.mail.mime.message import read
from sdesk.mail.outbox.letter import Letter
from sdesk.mail.outbox.plain_text import flowed, quotation
from sdesk.mail.outbox.render import render
from sdesk.mail.outbox.templates import Chosen, all_shipped, choose
from sdesk.mail.outbox.words import local

LATER = NOW + timedelta(minutes=5)
SIGNED = DESK_FILE.replace(
    'address = "support@desk.example"\n',
    'address = "support@desk.example"\nplus_addressing = true\nsignature = "IT support\\nroom 12"\n',
)


@pytest.fixture
def mails(desk_path: Path) -> Iterator[MailDesk]:
    """The small desk, whose team signs and has plus addressing."""
    desk = MailDesk(desk_path)
    desk.apply(SIGNED)
    yield desk
    desk.desk.close()


def answered(mails: MailDesk, post: Post, number: int, **values: Any) -> Taken:
    """What the server got of an answer."""
    mails.do("anna", "reply", number, at=NOW, **values)
    send(mails.desk, post, LATER)
    return post.taken[-1]


def test_the_header_of_an_answer(mails: MailDesk, post: Post) -> None:
    number = mails.ask(1, sender="Maria <maria@shop.example>")
    mail = answered(mails, post, number, text="On my way.").mail
    token = mails.token(number)
    assert str(mail["From"]) == '"Anna Orlova, IT support" <support@desk.example>'
    assert str(mail["To"]) == "Maria <maria@shop.example>"
    assert str(mail["Subject"]) == "Re: [SD-1] Request 1"
    assert str(mail["Reply-To"]) == f"IT support <support+1.{token}@desk.example>"
    assert re.fullmatch(rf"<sd-1\.{token}\.[0-9a-f]+@desk\.example>", mail["Message-ID"])
    assert mail["In-Reply-To"] == mail["References"] == "<ask-1@shop.example>"
    assert mail["Date"] == "Mon, 23 Nov 2026 12:05:00 +0300"
    assert mail["X-SDesk-Loop"] == mails.rows("SELECT loop_token FROM desk")[0][0]
    assert mail["Auto-Submitted"] is None
    assert mail["Precedence"] is None


def test_the_text_of_an_answer(mails: MailDesk, post: Post) -> None:
    number = mails.ask(1, sender="Maria <maria@shop.example>")
    taken = answered(mails, post, number, text="On my way.")
    assert taken.text == (
        "On my way.\n\nOn Mon, 23 Nov 2026 at 12:00, Maria wrote:\n> Please help.\n\n-- \nIT support\nroom 12\n"
    )
    # The desk's own reader folds what it quotes.
    assert read(taken.raw).body_text.strip() == "On my way."


def test_only_what_the_requester_may_see_goes_along(mails: MailDesk, post: Post) -> None:
    number = mails.ask(1, sender="Maria <maria@shop.example>")
    mails.do("anna", "note", number, text="A secret note.")
    mails.do("anna", "forward", number, to="service@tills.example", text="What is it?")
    send(mails.desk, post, LATER)
    question = post.taken[0].mail
    answer = f"""
        From: service@tills.example
        To: support@desk.example
        In-Reply-To: {question["Message-ID"]}
        Message-ID: <theirs@tills.example>

        Their secret price.
        """
    mails.take(answer)
    mails.take("From: x@far.example\nSubject: x\nIn-Reply-To: <ask-1@shop.example>\n\nA stranger's words.\n")
    taken = answered(mails, post, number, text="On my way.")
    for secret in (b"secret", b"stranger", b"tills", b"s-"):
        assert secret not in taken.raw
    assert "> Please help." in taken.text
    assert question["Reply-To"].addresses[0].addr_spec.startswith(f"support+{number}.s-")
    assert mails.token(number).encode() not in question.as_bytes()
    assert question["References"] is None
    assert "Please help" not in question.as_string()


def test_references_are_bounded_and_hold_message_ids_alone(mails: MailDesk, post: Post) -> None:
    number = mails.ask(1)
    for count in range(2, 40):
        mails.take(
            f"""
            From: maria@shop.example
            Subject: Re
            Message-ID: <{"bad id" if count == 30 else f"more-{count}"}@shop.example>
            In-Reply-To: <ask-1@shop.example>

            More {count}.
            """
        )
    mail = answered(mails, post, number, text="Yes.").mail
    ids = mail["References"].split()
    assert len(ids) == 21
    assert (ids[0], ids[-1]) == ("<ask-1@shop.example>", "<more-39@shop.example>")
    assert mail["In-Reply-To"] == ids[-1]
    assert all(re.fullmatch(r"<[^<>\s]+>", each) for each in ids)


def test_references_are_oldest_first_and_end_with_what_is_answered(mails: MailDesk, post: Post) -> None:
    number = mails.ask(1)
    first = answered(mails, post, number, text="I ask the supplier.").mail["Message-ID"]
    mails.do("anna", "forward", number, to="service@tills.example", text="What is it?")
    send(mails.desk, post, LATER)
    head = f"From: service@tills.example\nSubject: Re\nIn-Reply-To: {post.taken[-1].mail['Message-ID']}"
    mails.take(f"{head}\nMessage-ID: <theirs@tills.example>\n\nA fuse.\n")
    ((message,),) = mails.rows("SELECT max(id) FROM message")
    passed = answered(mails, post, number, text="They say:", pass_on=[message]).mail
    assert passed["In-Reply-To"] == passed["References"] == "<ask-1@shop.example>"
    mails.take(
        f"From: maria@shop.example\nSubject: Re\nMessage-ID: <more@shop.example>\n"
        f"In-Reply-To: {passed['Message-ID']}\n\nWhich fuse?\n"
    )
    last = answered(mails, post, number, text="The red one.").mail
    thread = ["<ask-1@shop.example>", first, passed["Message-ID"], "<more@shop.example>"]
    assert last["References"].split() == thread
    assert last["In-Reply-To"] == thread[-1]


def test_what_looks_like_a_header_stays_text(mails: MailDesk, post: Post) -> None:
    number = mails.take(
        b"From: =?utf-8?q?Maria=0D=0ABcc=3A_all=40shop=2Eexample?= <maria@shop.example>\r\n"
        b"Subject: =?utf-8?q?Till=0D=0ABcc=3A_evil=40x=2Eexample=0D=0A=0D=0AHello?= {{ 7 * 7 }} [sd-1] [SD-1]\r\n"
        b"\r\nHi\r\n"
    ).number
    assert number == 1
    mail = answered(mails, post, number, text="{{ desk.name }}\r\n.\r\nRCPT TO:<x@y.example>").mail
    assert mail["Bcc"] is None
    assert str(mail["Subject"]).count("[SD-1]") == 1
    assert "{{ 7 * 7 }}" in str(mail["Subject"])
    assert [each.addr_spec for each in mail["To"].addresses] == ["maria@shop.example"]
    assert "{{ desk.name }}\n.\nRCPT TO:<x@y.example>" in post.taken[-1].text


def letter(**more: Any) -> Letter:
    """A letter with what is of interest."""
    values: dict[str, Any] = {
        "sender": Mailbox("support@desk.example", "IT"),
        "to": (Mailbox("maria@shop.example", "Maria"),),
        "cc": (),
        "subject": "Till",
        "fields": (("Message-ID", "<a@b.example>"),),
        "text": "Hello\n",
    }
    return Letter(**(values | more))


@given(
    names=st.lists(st.text(max_size=150), min_size=1, max_size=4),
    subject=st.text(max_size=300),
    text=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]) | st.just("\n"), max_size=500),
    eight_bit=st.booleans(),
)
def test_any_text_makes_a_mail_to_exactly_its_recipients(
    names: list[str], subject: str, text: str, eight_bit: bool
) -> None:
    boxes = tuple(Mailbox(f"person{number}@shop.example", name) for number, name in enumerate(names))
    raw = letter(to=boxes, subject=subject, text=text).as_bytes(eight_bit=eight_bit)
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    head, _, _ = raw.partition(b"\r\n\r\n")
    assert head.isascii()
    assert b"\n" not in head.replace(b"\r\n", b"")
    assert [each.addr_spec for each in mail["To"].addresses] == [box.address for box in boxes]
    wanted = {"from", "to", "subject", "message-id", "mime-version", "content-type", "content-transfer-encoding"}
    assert {name.lower() for name in mail} == wanted
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))


def test_a_long_name_with_a_comma_stays_one_name() -> None:
    name = "Orlova, Anna Maria Theresia of the Department for Very Long Names, and of Others, in the Flagship"
    mail = message_from_bytes(letter(to=(Mailbox("a@x.example", name),)).as_bytes(), policy=policy.default)
    assert [(each.display_name, each.addr_spec) for each in mail["To"].addresses] == [(name, "a@x.example")]


def test_addresses_outside_ascii(mails: MailDesk) -> None:
    raw = letter(to=(Mailbox("maria@пример.example"),)).as_bytes()
    assert b"To: maria@xn--e1afmkfd.example\r\n" in raw
    raw = letter(to=(Mailbox("мария@shop.example"),)).as_bytes(utf8=True)
    assert "To: мария@shop.example\r\n".encode() in raw
    number = mails.ask(1)
    mails.do("anna", "reply", number, text="Yes.", cc=["мария@shop.example"])
    with Post(utf8=False) as post:
        send(mails.desk, post, LATER)
        assert post.taken[-1].recipients == ("maria@shop.example",)
    assert "outside ASCII" in mails.event(number, "undeliverable")["reason"]


def test_files_arrive_whole(mails: MailDesk, post: Post) -> None:
    number = mails.ask(1)
    files = [
        InboundAttachment("счёт за ноябрь, копия.pdf", "application/pdf", bytes(range(256))),
        InboundAttachment("mail.eml", "message/rfc822", b"From: x\r\n\r\ny"),
    ]
    mail = answered(mails, post, number, text="See these.", attachments=files).mail
    found = [(part.get_filename(), part.get_content_type(), part.get_content()) for part in mail.iter_attachments()]
    assert found == [
        ("счёт за ноябрь, копия.pdf", "application/pdf", bytes(range(256))),
        ("mail.eml", "application/octet-stream", b"From: x\r\n\r\ny"),
    ]


# ---- text ------------------------------------------------------------------------------------------


@given(st.text(st.sampled_from("abc  \n-F"), max_size=400))
def test_flowed_text_reads_as_it_was_written(text: str) -> None:
    written = "\n".join(line.rstrip(" ") for line in text.split("\n"))
    shown = unwrapped(flowed(written))
    # Runs of blanks may lose one where a line was broken; every word stays, in its order.
    assert shown.split() == written.split()
    assert len(shown.split("\n")) == len(written.split("\n"))


def test_long_links_stay_whole_and_lines_are_short() -> None:
    link = "https://shop.example/" + "a" * 200
    lines = flowed(
        f"Look here: {link} and tell us what you see there, please, since we do not know it ourselves."
    ).split("\n")
    assert any(link in line for line in lines)
    assert all(len(line) <= 73 for line in lines if link not in line)


def test_a_quotation_is_bounded() -> None:
    assert quotation("a\n> b\n") == "> a\n>> b"
    long = quotation("\n".join(f"line {number}" for number in range(500)))
    assert long.endswith("> line 59\n> [...]")


# ---- templates -------------------------------------------------------------------------------------


def preview(mails: MailDesk, kind: MailKind, number: int, **more: Any) -> Letter:
    """A mail as it would be, for Anna."""
    with mails.desk.work(mails.actor("anna"), LATER) as work:
        return render(previewed(work, kind, number, **more))


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("kind", list(TEMPLATE_VARIABLES))
def test_every_template_of_the_program_is_right(mails: MailDesk, kind: MailKind, language: str) -> None:
    from sdesk.desk.outbox.template_language import check

    chosen = choose(kind, language, "en", "it", ())
    assert (chosen.language, chosen.origin) == (language, "program")
    assert check(kind, chosen.subject) is None
    assert check(kind, chosen.body) is None
    number = mails.ask(1)
    mails.do("anna", "reply", number, text="Words of the agent.")
    made = preview(mails, kind, number, language=language)
    # A link to sign in is of no ticket.
    assert ("SD-1" in made.subject + made.text) is (kind is not MailKind.SIGN_IN)
    assert made.text.strip()
    assert "{{" not in made.text


def test_the_program_has_every_template_twice() -> None:
    assert {(each.name, each.language) for each in all_shipped()} == {
        (kind, language) for kind in TEMPLATE_VARIABLES for language in ("en", "ru")
    }


def test_a_russian_acknowledgement_says_the_day_in_words(mails: MailDesk) -> None:
    number = mails.ask(1)
    text = " ".join(preview(mails, MailKind.ACKNOWLEDGEMENT, number, language="ru").text.split())
    assert "Заявкой занимается IT support. Срок решения: понедельник, 30 ноября 2026 г., 12:00 (МСК)." in text


def test_an_acknowledgement_never_has_an_empty_date(mails: MailDesk) -> None:
    number = mails.ask(1)
    for column in ("resolution_due_at", "first_response_due_at"):
        text = " ".join(preview(mails, MailKind.ACKNOWLEDGEMENT, number).text.split())
        assert " 2026, " in text
        with mails.desk.work(mails.actor("anna"), NOW) as work:
            work.connection.exec_driver_sql(f"UPDATE ticket SET {column} = NULL")
            work.session.commit()
    text = " ".join(preview(mails, MailKind.ACKNOWLEDGEMENT, number).text.split())
    assert "2026" not in text
    assert "You will hear from IT support." in text


def test_the_words_of_whoever_fills_in_a_form_go_to_nobody(mails: MailDesk, post: Post) -> None:
    form = (
        "From: web@shop.example\nTo: support@desk.example\nSubject: Feedback: BUY NOW\n\nE-mail: victim@far.example\n"
    )
    number = mails.take(form).number
    assert number is not None
    send(mails.desk, post, LATER)
    (taken,) = post.taken
    assert taken.recipients == ("victim@far.example",)
    assert b"BUY" not in taken.raw
    assert str(taken.mail["Subject"]) == f"[SD-{number}] your request"
    mails.do("anna", "priority", number, priority="P2", reason="so", at=LATER)
    send(mails.desk, post, LATER + timedelta(minutes=3))
    assert len(post.taken) == 2
    assert b"BUY" not in post.taken[1].raw


OWN = """
[templates.reply.en]
subject = "{{ ticket.ref }} {{ ticket.subject | upper }}"
body = "Desk: {{ message }}"
[teams.it.templates.reply.en]
subject = "x"
body = "Team: {{ message }}"
[templates.reply.de]
subject = "x"
body = "Deutsch: {{ message }}"
"""


def test_a_teams_words_come_before_the_desks_and_those_before_the_programs(mails: MailDesk) -> None:
    mails.apply(SIGNED + OWN)
    number = mails.ask(1)
    mails.do("anna", "reply", number, text="Yes.")

    def begins(**more: Any) -> str:
        return preview(mails, MailKind.REPLY, number, **more).text.split("\n")[0]

    assert begins() == "Team: Yes."
    assert begins(team="quality") == "Desk: Yes."
    assert begins(language="de") == "Deutsch: Yes."
    assert begins(language="ru") == "Yes."
    assert begins(language="fr") == "Team: Yes."


@pytest.mark.parametrize(
    ("subject", "body", "sentence"),
    [
        ("x", "{{ tiket.ref }}", "body: there is no variable `tiket`. did you mean `ticket`?"),
        ("x", "{{ ticket.reff }}", "body: `ticket` has no `reff`. did you mean `ref`?"),
        ("{{ x", "y", "subject: "),
        ("x", "a\n{% if ticket.ref %}b", "line 2 of it: "),
        ("x", "{{ ticket.ref | uper }}", "did you mean `upper`?"),
        ("x", "{% for x in message %}{{ x }}{% endfor %}", "`for` is not for templates"),
        ("x", "{{ message.join('x' * 9) }}", "is not for templates"),
        ("x", "{{ ''.__class__ }}", "a value has no parts"),
        ("x", "{% include 'x' %}", "`include` is not for templates"),
        ("x", "{{ ticket.ref", "body: a tag is never closed. close it with `}}` or `%}`"),
        ("x", "{{ ticket ref }}", "body: a tag cannot be read from `ref` on. write"),
        ("x", "a\n\n{% iff message %}", "line 3 of it: there is no tag `iff`. did you mean `if`?"),
        ("x", "{% else %}", "body: `{% else %}` stands outside of an `if`"),
        ("x", "{% if message %}{{ ticket.ref | uper }}{% endif %}", "there is no filter `uper`. did you mean `upper`?"),
        ("x", "{% if ticket.ref is big %}x{% endif %}", "body: there is no test `big`"),
        ("x", "{{ team }}", "body: `team` is no text: it has parts. write one of `team.name`, `team.address`"),
    ],
)
def test_a_template_that_cannot_be_used_is_refused_when_it_is_applied(
    mails: MailDesk, subject: str, body: str, sentence: str
) -> None:
    text = SIGNED + f"[templates.reply.en]\nsubject = '''{subject}'''\nbody = '''{body}'''\n"
    with pytest.raises(BadInput) as raised:
        mails.apply(text)
    assert sentence in str(raised.value)
    assert re.match(r"desk\.toml:\d+: \[templates\.reply\.en\] (subject|body): ", str(raised.value))


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("templates.acknowledgment.en", "acknowledgment: unknown key. did you mean `acknowledgement`?"),
        ("templates.reply.eng", "`eng` is no language. did you mean `en`?"),
        ("templates.reply", "[templates.reply] subject: stands in no language. write it below [templates.reply.en]"),
    ],
)
def test_a_template_of_no_mail_or_language_is_refused(mails: MailDesk, table: str, sentence: str) -> None:
    with pytest.raises(BadInput) as raised:
        mails.apply(SIGNED + f'[{table}]\nsubject = "x"\nbody = "y"\n')
    assert sentence in str(raised.value)


def test_an_instant_that_is_none_does_not_pass_for_a_date(mails: MailDesk) -> None:
    mails.apply(SIGNED + '[templates.promise.en]\nsubject = "x"\nbody = "{{ ticket.promised_at | local }}"\n')
    number = mails.ask(1)
    with pytest.raises(
        BadInput, match="promise in `en` of the desk cannot be used: `local` is for an instant"
    ) as raised:
        preview(mails, MailKind.PROMISE, number)
    assert raised.value.remedy.endswith("mend [templates.promise.en] in the desk file")


def test_what_an_older_program_let_pass_is_named_when_it_is_used(mails: MailDesk) -> None:
    mails.apply(SIGNED + '[templates.promise.en]\nsubject = "x"\nbody = "y"\n')
    number = mails.ask(1)
    with mails.desk.work(mails.actor("anna"), NOW) as work:
        work.connection.exec_driver_sql("UPDATE template SET body = 'Hello' || char(10) || '{{ requster.name }}'")
        work.session.commit()
    with pytest.raises(BadInput) as raised:
        preview(mails, MailKind.PROMISE, number)
    assert str(raised.value) == (
        "the template promise in `en` of the desk cannot be used: line 2: there is no variable `requster`. "
        "did you mean `requester`? mend [templates.promise.en] in the desk file"
    )


@pytest.mark.parametrize(
    ("name", "greeting"),
    [
        ("Maria Weber", "Hello Maria Weber,"),
        ("", "Hello,"),
        ("store-017@shop.example", "Hello,"),
        ("Go to www.evil.example", "Hello,"),
        ("https://evil.example", "Hello,"),
        ("A" * 61, "Hello,"),
    ],
)
def test_a_requester_is_greeted_by_a_name_that_is_one(mails: MailDesk, name: str, greeting: str) -> None:
    sender = f'"{name}" <maria@shop.example>' if name else "maria@shop.example"
    number = mails.ask(1, sender=sender)
    assert preview(mails, MailKind.ACKNOWLEDGEMENT, number).text.split("\n")[0] == greeting


def test_what_no_person_wrote_is_signed_by_the_team(mails: MailDesk) -> None:
    number = mails.ask(1)
    assert preview(mails, MailKind.ACKNOWLEDGEMENT, number).text.endswith("\n-- \nIT support\nroom 12\n")
    mails.apply(DESK_FILE)
    assert preview(mails, MailKind.ACKNOWLEDGEMENT, number).text.endswith("\n-- \nIT support\nTest desk\n")
    mails.do("anna", "reply", number, text="Yes.")
    assert "-- " not in preview(mails, MailKind.REPLY, number).text


@pytest.mark.parametrize("chosen", all_shipped(), ids=lambda each: f"{each.name}-{each.language}")
def test_a_paragraph_of_a_template_is_one_line(chosen: Chosen) -> None:
    """One that is broken by hand comes out broken twice: at its own line ends, and at the mail's width."""
    lines = chosen.body.split("\n")
    for line, following in pairwise(lines):
        if following.strip() and line and not line.startswith("{%") and not following.startswith("{"):
            assert not line[-1].isalpha(), line


def test_an_instant_in_words() -> None:
    assert local(NOW, ZoneInfo("Europe/Berlin"), "en") == "Monday 23 November 2026, 10:00 CET"
    assert local(NOW, ZoneInfo("Europe/Moscow"), "ru") == "понедельник, 23 ноября 2026 г., 12:00 (МСК)"
    assert local(NOW, ZoneInfo("Asia/Yekaterinburg"), "ru") == "понедельник, 23 ноября 2026 г., 14:00 (UTC+5)"
    assert local(NOW, ZoneInfo("Asia/Kathmandu"), "en") == "Monday 23 November 2026, 14:45 UTC+5:45"
    assert local(NOW, ZoneInfo("UTC"), "fr") == "Monday 23 November 2026, 09:00 UTC"


def test_the_name_of_a_template_is_looked_for() -> None:
    assert kind_of("reply") is MailKind.REPLY
    with pytest.raises(NotFound, match="there is no template `rply`") as raised:
        kind_of("rply")
    assert raised.value.remedy == "did you mean `reply`?"
