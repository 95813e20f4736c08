"""What is a mail at all, and what is neither a mail nor a text."""

from __future__ import annotations

import random

import pytest

from sdesk.mail.mime.recognise import has_header, is_rubbish, why_no_mail

RANDOM = random.Random(7).randbytes(4_000)


@pytest.mark.parametrize(
    "raw",
    [
        b"From: a@b.example\n\nText",
        b"subject : blank before the colon\n",
        b"junk before\nall of it\n\nMessage-ID: <1@b.example>\n",
        b">From x Mon Nov  2 07:00:00 2026\r\nDate: x\r\n",
        b"X-Mailer: y\n" + RANDOM,
    ],
)
def test_a_field_makes_a_mail(raw: bytes) -> None:
    assert has_header(raw)
    assert not is_rubbish(raw)
    assert why_no_mail(raw) is None


@pytest.mark.parametrize(
    ("raw", "rubbish"),
    [
        (RANDOM, True),
        (b"\x7fELF\x02\x01\x01" + bytes(60), True),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", True),
        (b"A text without a header.\nTotal: 12\n", False),
        ("Без заголовка".encode("koi8-r"), False),
        ("ヘッダなし".encode("iso-2022-jp"), False),
        (b"\n" * 60 + b"From: too far down\n", False),
        (b"", False),
    ],
)
def test_what_has_no_header_is_no_mail(raw: bytes, rubbish: bool) -> None:
    assert not has_header(raw)
    assert is_rubbish(raw) is rubbish
    assert why_no_mail(raw)
