"""What subjects, addresses and words say about the thread of a mail."""

from __future__ import annotations

import pytest

from sdesk.domain.inbound import InboundMail, Mailbox
from sdesk.domain.thread import (
    NO_SUBJECT,
    address_token,
    authentication_failed,
    hide_agent_keys,
    old_number,
    only_thanks,
    plain_subject,
    referred_ids,
    subject_tag,
    without_quotes,
)

TOKEN = "0123456789abcdef" * 2


@pytest.mark.parametrize(
    ("subject", "number"),
    [
        ("Re: [SD-123] till", 123),
        ("[sd-7]", 7),
        ("SD-123 without brackets", None),
        ("[OTRS-5] other desk", None),
        ("[SD-]", None),
        ("[SD-99999999999999999999] too long", None),
    ],
)
def test_subject_tag(subject: str, number: int | None) -> None:
    assert subject_tag(subject, "SD") == number


@pytest.mark.parametrize(
    ("subject", "plain"),
    [
        ("Re: Fwd: printer", "printer"),
        ("AW: WG: Drucker", "Drucker"),
        ("Отв: касса", "касса"),
        ("RE[2]: касса", "касса"),
        ("  ", NO_SUBJECT),
        ("Re:", NO_SUBJECT),
        ("Report: sales", "Report: sales"),
    ],
)
def test_plain_subject(subject: str, plain: str) -> None:
    assert plain_subject(subject) == plain


def test_a_token_address_is_found_wherever_the_mail_went() -> None:
    tagged = f"support+12.{TOKEN}@desk.example"
    for mail in (
        InboundMail(Mailbox("a@b.example"), to=(Mailbox(tagged),)),
        InboundMail(Mailbox("a@b.example"), cc=(Mailbox("x@y.example"), Mailbox(tagged))),
        InboundMail(Mailbox("a@b.example"), delivered_to=(tagged.upper(),)),
    ):
        assert address_token(mail) == (12, TOKEN)
    assert address_token(InboundMail(Mailbox("a@b.example"), to=(Mailbox("support+12@desk.example"),))) is None


def test_references_are_asked_from_the_newest_back() -> None:
    mail = InboundMail(Mailbox("a@b.example"), in_reply_to=("<3@x>",), references=("<1@x>", "<2@x>", "<3@x>"))
    assert referred_ids(mail) == ("<3@x>", "<2@x>", "<1@x>")


@pytest.mark.parametrize(
    "text",
    [
        "Thanks!",
        "thank you very much.",
        "Спасибо!",
        "Добрый день!\nСпасибо, всё работает",
        "OK, thanks",
        "Vielen Dank!",
    ],
)
def test_only_thanks(text: str) -> None:
    assert only_thanks(text)


@pytest.mark.parametrize(
    "text",
    ["Thanks, but it still does not print", "Спасибо, но касса опять стоит", "", "Thanks\n\nAnd the VPN?", "No thanks"],
)
def test_more_than_thanks(text: str) -> None:
    assert not only_thanks(text)


def test_authentication_counts_only_from_a_trusted_server() -> None:
    def mail(*results: str) -> InboundMail:
        return InboundMail(Mailbox("a@b.example"), headers={"authentication-results": results})

    assert authentication_failed(mail("mx.desk.example; dmarc=fail header.from=b.example"), ["mx.desk.example"])
    assert authentication_failed(mail("mx.desk.example 1; spf=pass; DMARC = fail"), ["MX.desk.example"])
    assert authentication_failed(mail("mx.desk.example; spf=fail; dkim=fail"), ["mx.desk.example"])
    assert authentication_failed(mail("mx.desk.example; dmarc=none; spf=fail; dkim=none"), ["mx.desk.example"])
    assert not authentication_failed(mail("mx.desk.example; spf=fail; dkim=pass"), ["mx.desk.example"])
    assert not authentication_failed(mail("mx.desk.example; spf=fail; dkim=fail; dmarc=pass"), ["mx.desk.example"])
    assert not authentication_failed(mail("mx.desk.example; dmarc=pass"), ["mx.desk.example"])
    assert not authentication_failed(mail("evil.example; dmarc=fail"), ["mx.desk.example"])
    assert not authentication_failed(mail("mx.desk.example; dmarc=fail"), [])


@pytest.mark.parametrize(
    "results",
    [
        'dmarc=fail; spf=none smtp.mailfrom="a; dmarc=pass"@evil.example',
        "dmarc=fail (because; dmarc=pass (so); dmarc=pass); dkim=none",
        'dmarc=fail reason="x\\"; dmarc=pass"',
        "dmarc=fail; dmarc=pass",
        "dmarc=pass; dmarc=fail",
        "spf=fail smtp.mailfrom=dkim=pass; dkim=none reason=dmarc=pass",
    ],
)
def test_a_senders_own_words_are_no_result(results: str) -> None:
    mail = InboundMail(Mailbox("a@b.example"), headers={"authentication-results": (f"mx.desk.example; {results}",)})
    assert authentication_failed(mail, ["mx.desk.example"])


def test_what_is_never_closed_hides_no_result() -> None:
    value = 'mx.x; spf=pass smtp.mailfrom="a@b.c; dmarc=fail header.from=d.e'
    mail = InboundMail(Mailbox("a@d.e"), headers={"authentication-results": (value,)})
    assert authentication_failed(mail, ("mx.x",))
    value = "mx.x; spf=pass (who knows; dmarc=fail header.from=d.e"
    mail = InboundMail(Mailbox("a@d.e"), headers={"authentication-results": (value,)})
    assert authentication_failed(mail, ("mx.x",))


def test_a_raw_message_shows_no_agents_key() -> None:
    key = "a-" + "0123456789abcdef" * 2
    broken = key[:20] + "=\r\n" + key[20:]
    raw = f"In-Reply-To: <sd-1.{key}.ab@desk.example>\r\n\r\n> support+1.{broken}@desk.example\r\n".encode()
    hidden = hide_agent_keys(raw)
    assert len(hidden) == len(raw)
    assert hidden.count(b"a-" + b"x" * 18) == 2
    assert b"0123" not in hidden
    other = b"an-0123456789abcdef and s-" + b"0" * 32
    assert hide_agent_keys(other) == other


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Yes.", "Yes."),
        ("On Monday, Boris wrote:\n\n> Error?\n>> Which?\n\nReplace it.", "Replace it."),
        ("> Which till?\nThe third.\n> Since when?\nMonday.", "The third.\nMonday."),
        ("> only a quote", ""),
    ],
)
def test_the_lines_of_its_author_are_left(text: str, own: str) -> None:
    assert without_quotes(text) == own


@pytest.mark.parametrize(
    ("subject", "number"),
    [
        ("Re: [Ticket#2020111010000022] Till", "2020111010000022"),
        ("AW: [Call#1000123] Till", "1000123"),
        ("[Заявка № 20201110]", "20201110"),
        ("[Ticket#12] short", None),
        ("[SD-123456] ours", None),
        ("[build 12345] failed", None),
        ("[" * 5000 + "#1234", None),
        ("Ticket#2020111010000022", None),
    ],
)
def test_the_number_of_another_system_stands_between_brackets(subject: str, number: str | None) -> None:
    assert old_number(subject) == number
