"""Header fields that are encoded, broken, doubled or missing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sdesk.mail.mime.message import read


def subject(raw: bytes) -> str:
    return read(b"From: a@acme.example\nSubject: " + raw + b"\n\ntext\n").subject


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"Printer", "Printer"),
        (b"=?utf-8?b?0J/RgNC40L3RgtC10YA=?=", "Принтер"),
        (b"=?UTF-8?B?0J/RgNC4?= \n =?UTF-8?B?0L3RgtC10YA=?=", "Принтер"),
        (b"=?utf-8?q?=D0=9F=D1=80=D0?= =?utf-8?q?=B8=D0=BD=D1=82=D0=B5=D1=80?=", "Принтер"),
        (b"=?utf-8?b?0J/RgNDq?==?utf-8?b?0LjQvQ==?=", "Пр\ufffd\ufffdин"),
        (b"Re: =?koi8-r?Q?=F0=D2=C9=CE=D4=C5=D2?= is down", "Re: Принтер is down"),
        (b"=?windows-1251?q?=CF=F0=E8=ED=F2=E5=F0?=", "Принтер"),
        (b"=?iso-8859-1?q?=CF=F0=E8=ED=F2=E5=F0?=", "Принтер"),
        (b"=?iso-8859-1?q?M=FCller?=", "Müller"),
        (b"=?utf-8*ru?q?=D0=9F?=", "П"),
        (b"=?x-nonsense?q?plain?=", "plain"),
        (b"=??q?=D0=9F=D1=80=D0=B8?=", "При"),
        (b"=?utf-8?q?with blanks in it?=", "with blanks in it"),
        (b"=?utf-8?q?Ready??=", "Ready?"),
        (b"=?utf-8?b?0J/RgNC40L3RgtC10Y?=", "Принте\ufffd"),
        (b"=?utf-8?x?abc?= stays", "=?utf-8?x?abc?= stays"),
        (b"a =?utf-8?q?b?= c", "a b c"),
        ("Принтер не печатает".encode(), "Принтер не печатает"),
        ("Принтер не печатает".encode("koi8-r"), "Принтер не печатает"),
        ("Принтер не печатает".encode("windows-1251"), "Принтер не печатает"),
        ("Принтер не печатает".encode("cp866"), "Принтер не печатает"),
        ("Müller grüßt".encode("latin-1"), "Müller grüßt"),
        (b"folded\n over\n\tlines", "folded over lines"),
        (b"=?utf-8?q?two=0Alines=1B[31m?=", "two lines␛[31m"),
        (b"=?utf-8?q?gpj=E2=80=AEexe?=", "gpjexe"),
        (b"=?unicode_escape?q?=5Cx41?=", "\\x41"),
        (b"", ""),
    ],
)
def test_subject(raw: bytes, text: str) -> None:
    assert subject(raw) == text


def test_a_very_long_subject_is_kept_and_cheap() -> None:
    assert len(subject(b"word " * 10_000)) == 49_999
    assert subject(b"=?a?q?" * 100_000).startswith("=?a?q?")


def test_no_subject() -> None:
    assert read(b"From: a@acme.example\n\ntext\n").subject == ""


@pytest.mark.parametrize(
    ("raw", "instant"),
    [
        ("Mon, 02 Nov 2026 09:00:00 +0300", datetime(2026, 11, 2, 6, 0, tzinfo=UTC)),
        ("2 Nov 2026 09:00 -0130 (comment)", datetime(2026, 11, 2, 10, 30, tzinfo=UTC)),
        ("Mon, 02 Nov 2026 09:00:00 GMT", datetime(2026, 11, 2, 9, 0, tzinfo=UTC)),
        ("Mon, 02 Nov 2026 09:00:00 -0000", datetime(2026, 11, 2, 9, 0, tzinfo=UTC)),
        ("Mon, 02 Nov 26 09:00:00 EST", datetime(2026, 11, 2, 14, 0, tzinfo=UTC)),
        ("Sat, 31 Dec 2016 23:59:60 +0000", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("Mon, 31 Feb 2026 09:00:00 +0000", None),
        ("Mon, 02 Nov 2026 29:00:00 +0000", None),
        ("Mon, 02 Nov 2026 09:00:00 +9999", None),
        ("Thu, 01 Jan 1970 00:00:00 +0000", None),
        ("Fri, 31 Dec 9999 23:59:59 -1200", None),
        ("yesterday", None),
        ("1 1 1 1 1 1 1", None),
        ("99999999999999999999", None),
    ],
)
def test_date(raw: str, instant: datetime | None) -> None:
    mail = read(f"From: a@acme.example\nDate: {raw}\n\ntext\n".encode())
    assert mail.date == instant
    assert any("impossible Date" in defect for defect in mail.defects) == (instant is None)


def test_no_date_is_no_defect() -> None:
    mail = read(b"From: a@acme.example\n\ntext\n")
    assert mail.date is None
    assert mail.defects == ()


@pytest.mark.parametrize(
    ("raw", "ids"),
    [
        (b"<a@x.example>", ("<a@x.example>",)),
        (b"<a@x.example> <b@x.example>\n\t<c@x.example>", ("<a@x.example>", "<b@x.example>", "<c@x.example>")),
        (b"<a@x.example><b@x.example>", ("<a@x.example>", "<b@x.example>")),
        (b'Your message of "Monday" <a@x.example> (comment)', ("<a@x.example>",)),
        (b"a@x.example", ("<a@x.example>",)),
        (b"<a@\n x.example>", ("<a@x.example>",)),
        (b"<nodomain>", ("<nodomain>",)),
        (b"<a@x.example> <a@x.example>", ("<a@x.example>",)),
        (b"", ()),
        (b"<>", ()),
    ],
)
def test_references(raw: bytes, ids: tuple[str, ...]) -> None:
    mail = read(b"From: a@acme.example\nReferences: " + raw + b"\nIn-Reply-To: " + raw + b"\n\ntext\n")
    assert mail.references == ids
    assert mail.in_reply_to == ids


def test_message_id() -> None:
    assert read(b"From: a@acme.example\nMessage-ID: <a@x.example>\n\nx").message_id == "<a@x.example>"
    assert read(b"From: a@acme.example\nMessage-Id:\n <a@x.example>\n\nx").message_id == "<a@x.example>"
    assert read(b"From: a@acme.example\n\nx").message_id == ""


def test_all_fields_are_kept_decoded_under_small_names_in_order() -> None:
    mail = read(b"From: a@acme.example\nReceived: one\nX-Shop: =?utf-8?q?=E2=84=96_5?=\nreceived: two\n\ntext\n")
    assert mail.headers["received"] == ("one", "two")
    assert mail.header("X-Shop") == "№ 5"
    assert mail.header("Missing") == ""


def test_junk_before_the_headers_is_left_out() -> None:
    mail = read(b"\n\nsome junk of a gateway\nFrom: a@acme.example\nSubject: Till\n\ntext\n")
    assert (mail.sender.address, mail.subject, mail.body_text) == ("a@acme.example", "Till", "text")
    assert "junk before the first header" in mail.defects


def test_an_envelope_line_before_the_headers_is_nothing_wrong() -> None:
    mail = read(b"From a@acme.example Mon Nov  2 08:00:00 2026\nFrom: a@acme.example\nSubject: Till\n\ntext\n")
    assert (mail.sender.address, mail.subject, mail.defects) == ("a@acme.example", "Till", ())


def test_a_folded_line_that_lost_its_indent_belongs_to_its_field() -> None:
    mail = read(b"From: a@acme.example\nSubject: the till in\nstore 17 is down\nMessage-ID: <a@x.example>\n\ntext\n")
    assert mail.subject == "the till in store 17 is down"
    assert mail.message_id == "<a@x.example>"
    assert mail.body_text == "text"
    assert "a header line without its indent" in mail.defects


def test_a_missing_blank_line_before_the_body() -> None:
    mail = read(b"From: a@acme.example\nSubject: Till\nThe till does not start.\n\nAnn\n")
    assert mail.body_text == "The till does not start.\n\nAnn"
    assert "no blank line after the headers" in mail.defects


def test_fields_that_run_into_each_other_are_parted() -> None:
    mail = read(
        b"From: a@acme.example\nSubject: TillMIME-Version: 1.0\n"
        b"X-Mailer: shopContent-Type: text/plain; charset=koi8-r\n\n" + "касса".encode("koi8-r")
    )
    assert (mail.subject, mail.body_text) == ("Till", "касса")
    assert "header fields that run into each other" in mail.defects


def test_the_first_of_two_subjects_counts() -> None:
    mail = read(b"From: a@acme.example\nSubject: one\nSubject: two\n\ntext\n")
    assert mail.subject == "one"
    assert "more than one Subject field" in mail.defects


def test_thousands_of_fields_are_bounded() -> None:
    mail = read(b"From: a@acme.example\n" + b"X-Field: x\n" * 20_000 + b"\ntext\n")
    assert len(mail.headers["x-field"]) < 2_000
    assert mail.body_text == "text"
    assert any("header fields" in defect for defect in mail.defects)


def test_no_headers_at_all() -> None:
    mail = read(b"\nonly a text\n")
    assert mail.body_text == "only a text"
    assert mail.sender.address == ""


@pytest.mark.parametrize("raw", [b"", b"\n", b"\r\n\r\n", b"\0", b":", b": x\n\n", b" \n x"])
def test_nearly_nothing(raw: bytes) -> None:
    mail = read(raw)
    assert mail.size == len(raw)
    assert mail.attachments == ()


def test_a_message_id_used_twice_is_told_apart_by_the_digest() -> None:
    head = b"From: a@acme.example\nMessage-ID: <same@x.example>\nSubject: x\n\n"
    assert read(head + b"one").digest != read(head + b"two").digest


def test_the_same_mail_over_two_ways_has_one_digest() -> None:
    text = b"From: a@acme.example\nDate: Mon, 02 Nov 2026 09:00:00 +0000\nSubject: till\n in store 17\n\nline\nline\n"
    other = b"Received: elsewhere\n" + text.replace(b"\n in", b" in")
    assert read(text).digest == read(other.replace(b"\n", b"\r\n")).digest
    assert read(text).sha256 != read(other).sha256
