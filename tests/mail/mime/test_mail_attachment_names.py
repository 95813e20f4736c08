"""Names of attachments in every way that programs write them."""

from __future__ import annotations

import base64

import pytest

from sdesk.mail.mime.message import read


def name(*fields: bytes, body: bytes = b"x") -> str:
    raw = b"From: a@acme.example\n" + b"\n".join(fields) + b"\n\n" + body
    (attachment,) = read(raw).attachments
    return attachment.name


RUSSIAN = "отчёт за ноябрь.pdf"
ENCODED = b"=?utf-8?b?" + base64.b64encode(RUSSIAN.encode()) + b"?="
PERCENT = b"".join(b"%%%02X" % byte for byte in RUSSIAN.encode())
PDF = b"Content-Type: application/pdf"


@pytest.mark.parametrize(
    ("disposition", "expected"),
    [
        (b'attachment; filename="report.pdf"', "report.pdf"),
        (b"attachment; filename=report.pdf", "report.pdf"),
        (b"attachment; filename=annual report.pdf", "annual report.pdf"),
        (b'attachment; filename="' + ENCODED + b'"', RUSSIAN),
        (b"attachment; filename=" + ENCODED, RUSSIAN),
        (b'attachment;\n filename="=?utf-8?q?=D0=BE=D1=82=D1?=\n =?utf-8?q?=87=D1=91=D1=82.pdf?="', "отчёт.pdf"),
        (b"attachment; filename*=utf-8''" + PERCENT, RUSSIAN),
        (b"attachment; filename*=UTF-8'ru'" + PERCENT, RUSSIAN),
        (b"attachment; filename*0*=utf-8''" + PERCENT[:21] + b";\n filename*1*=" + PERCENT[21:], RUSSIAN),
        (b"attachment; filename*1*=" + PERCENT[21:] + b"; filename*0*=utf-8''" + PERCENT[:21], RUSSIAN),
        (b'attachment; filename*0="annual "; filename*1="report.pdf"', "annual report.pdf"),
        (b"attachment; filename*0*=utf-8''%D0%BE; filename*1=.pdf", "о.pdf"),
        (b"attachment; filename*=koi8-r''%CF%D4%DE%C5%D4.pdf", "отчет.pdf"),
        (b"attachment; filename*=us-ascii''" + PERCENT, RUSSIAN),
        (b"attachment; filename*=iso-8859-1''" + PERCENT, RUSSIAN),
        (b"attachment; filename*=x-none''" + PERCENT, RUSSIAN),
        (b"attachment; filename*=" + PERCENT, RUSSIAN),
        (b"attachment; filename=fallback.pdf; filename*=utf-8''" + PERCENT, RUSSIAN),
        (b'attachment; filename="' + RUSSIAN.encode() + b'"', RUSSIAN),
        (b'attachment; filename="' + RUSSIAN.encode("windows-1251") + b'"', RUSSIAN),
        (b'attachment; filename="' + "отчет за ноябрь.pdf".encode("koi8-r") + b'"', "отчет за ноябрь.pdf"),
        (b'attachment; filename="a;b \\"c\\".pdf"', "a;b _c_.pdf"),
        (b'attachment; filename="no end.pdf', "no end.pdf"),
        (b'attachment; filename="two\n lines.pdf"', "twolines.pdf"),
        (b'attachment; filename="..\\\\..\\\\evil.pdf"', "evil.pdf"),
        (b'attachment; filename="C:\\Users\\ann\\report.pdf"', "report.pdf"),
        (b'attachment; filename="/etc/passwd"', "passwd"),
        (b'attachment; filename=".."', "attachment"),
        (b'attachment; filename="  "', "attachment.pdf"),
        (b'attachment; filename=""', "attachment.pdf"),
        (b"attachment", "attachment.pdf"),
        (b'attachment; filename="=?utf-8?q?gpj=E2=80=AE=1B[2J.pdf?="', "gpj␛[2J.pdf"),
        (b"attachment; filename*99999999999999999999=x", "attachment.pdf"),
        (b"attachment; filename*=utf-8'" + PERCENT, "attachment"),
        (b"attachment; =; ;; filename=report.pdf;", "report.pdf"),
        (b"ATTACHMENT; FILENAME=Report.PDF", "Report.PDF"),
    ],
)
def test_content_disposition(disposition: bytes, expected: str) -> None:
    got = name(PDF, b"Content-Disposition: " + disposition)
    if expected == "attachment":
        assert got.startswith(("attachment", "utf-8'"))
    else:
        assert got == expected


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        (b'application/pdf; name="report.pdf"', "report.pdf"),
        (b"application/pdf; name=" + ENCODED, RUSSIAN),
        (b"application/pdf; name*=utf-8''" + PERCENT, RUSSIAN),
        (b"application/pdf; charset=x; NAME=Report.pdf", "Report.pdf"),
        (b"application/x-unknown", "attachment.bin"),
        (b"application/x unknown", "attachment.bin"),
        (b"image/jpeg", "image.jpg"),
        (b"text/csv", "text.csv"),
        (b"audio/mpeg", "attachment.mp3"),
        (b"nonsense", "attachment.bin"),
    ],
)
def test_content_type(content_type: bytes, expected: str) -> None:
    assert name(b"Content-Type: " + content_type) == expected


def test_the_disposition_s_name_wins() -> None:
    assert (
        name(b"Content-Type: application/pdf; name=old.pdf", b"Content-Disposition: attachment; filename=new.pdf")
        == "new.pdf"
    )


def test_a_name_that_is_too_long_keeps_its_extension() -> None:
    got = name(PDF, b'Content-Disposition: attachment; filename="' + "ы".encode() * 500 + b'.pdf"')
    assert got.endswith(".pdf")
    assert len(got.encode()) <= 200


def test_an_inline_image_without_a_name() -> None:
    (image,) = read(
        b"From: a@acme.example\nContent-Type: image/png\nContent-Disposition: inline\nContent-ID: <x@y>\n\nx"
    ).attachments
    assert (image.name, image.inline, image.content_id) == ("image.png", True, "x@y")


@pytest.mark.parametrize(
    ("encoding", "body", "content", "defect"),
    [
        (b"base64", b"aGVsbG8=\n", b"hello", ""),
        (b" Base64 ", b"aGVsbG8=\n", b"hello", ""),
        (b"base64 (comment)", b"aGVsbG8=\n", b"hello", ""),
        (b"base64", b"aGVs\r\n\r\nbG8=\r\n-- \r\nfooter of a list\r\n", b"hello", ""),
        (b"base64", b"aGVsbG8", b"hello", "broken base64 in an attachment"),
        (b"base64", b"aGVsbG8x=", b"hello1", ""),
        (b"base64", b"a", b"", "broken base64 in an attachment"),
        (b"quoted-printable", b"a=3Db=\nc", b"a=bc", ""),
        (b"quoted-printable", b"a=ZZb", b"a=ZZb", "broken quoted-printable in an attachment"),
        (b"x-uuencode", b"begin 644 x\n%:&5L;&\\ \n`\nend\n", b"hello", ""),
        (b"x-uuencode", b"nothing", b"nothing", "broken uuencode in an attachment"),
        (b"binary", b"\x00\xff\r\n", b"\x00\xff\r\n", ""),
        (b"x-martian", b"as it is", b"as it is", "unknown transfer encoding 'x-martian' of an attachment"),
        (
            b"\xff\xfe",
            b"as it is",
            b"as it is",
            "8-bit characters without a charset in Content-Transfer-Encoding, read as utf-16",
        ),
    ],
)
def test_transfer_encodings(encoding: bytes, body: bytes, content: bytes, defect: str) -> None:
    mail = read(
        b"From: a@acme.example\nContent-Type: application/pdf\nContent-Transfer-Encoding: " + encoding + b"\n\n" + body
    )
    assert mail.attachments[0].content.startswith(content)
    assert (defect in mail.defects) if defect else mail.defects == ()
