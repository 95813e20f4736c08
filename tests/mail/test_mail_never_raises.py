"""Whatever the bytes, `read` gives a value that can be stored and shown."""

from __future__ import annotations

import time
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from sdesk.domain.inbound import InboundMail
from sdesk.mail.message import read
from sdesk.mail.parse_json import as_json

SAMPLES = [path.read_bytes() for path in sorted((Path(__file__).parent.parent / "samples").glob("*.eml"))]

TOKENS = [
    *(
        b"\n",
        b"\r\n",
        b"\r",
        b"\n\n",
        b"\0",
        b"\x1b[31m",
        b"\xff\xfe",
        b"\x80",
        b'"',
        b"<",
        b">",
        b"(",
        b")",
        b";",
        b":",
        b"=",
        b"?=",
    ),
    *(
        b"=?utf-8?b?",
        b"=?utf-8?q?=D0",
        b"=?koi8-r?q?=F0?=",
        b"=?a\0b?q?x?=",
        b"\nFrom: ",
        b"\nContent-Type: multipart/mixed; boundary=B1\n\n",
    ),
    *(b"\n--B1\n", b"\n--B1--\n", b"\nContent-Type: text/html\n\n", b"\nContent-Type: text/plain; charset=utf-16\n\n"),
    *(
        b"\nContent-Type: text/plain; charset=unicode_escape\n\n",
        b"\nContent-Transfer-Encoding: base64\n",
        b"begin 644 x\n",
        b"\nend\n",
    ),
    *(
        b"\nContent-Type: message/rfc822\n\n",
        b"filename*0*=utf-8''%D0",
        b"; filename*=x''%",
        b"boundary*0=",
        b'name="',
        b"<table><td>",
    ),
    *(
        b"\n-- \n",
        b"\n> ",
        b" wrote:\n",
        b"-----Original Message-----\n",
        b"\nDate: Mon, 99 Nov 2026 09:00:00 +9999\n",
        b"; charset=idna",
    ),
    *(
        b"\nContent-Type: text/plain; format=flowed; delsp=yes\n\n",
        b"\x1b$B",
        b"\xf0\x9f\x98",
        b"\nAuto-Submitted: (((\n",
    ),
]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A sample into which something was put, from which something was taken, or that was joined with another."""
    raw = draw(st.sampled_from(SAMPLES))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(raw)))
        kind = draw(st.sampled_from(["token", "token", "bytes", "cut", "double", "join"]))
        if kind == "token":
            raw = raw[:at] + draw(st.sampled_from(TOKENS)) + raw[at:]
        elif kind == "bytes":
            raw = raw[:at] + draw(st.binary(max_size=12)) + raw[at:]
        elif kind == "cut":
            raw = raw[:at] + raw[at + draw(st.integers(0, 200)) :]
        elif kind == "double":
            raw = raw[:at] + raw[max(0, at - draw(st.integers(0, 200))) : at] + raw[at:]
        else:
            raw = raw[:at] + draw(st.sampled_from(SAMPLES))
    return raw


def check(raw: bytes, mail: InboundMail) -> None:
    """What holds of every mail that was read."""
    texts = [
        mail.subject,
        mail.body_text,
        mail.body_quoted,
        mail.sender.name,
        mail.sender.address,
        mail.message_id,
        mail.auto_reason,
    ]
    texts += [value for values in mail.headers.values() for value in values]
    texts += [*mail.headers, *mail.references, *mail.in_reply_to, *mail.reported_ids, *mail.delivered_to, *mail.defects]
    texts += [text for box in (*mail.to, *mail.cc, *mail.reply_to) for text in (box.name, box.address)]
    texts += [
        text
        for attachment in mail.attachments
        for text in (attachment.name, attachment.content_id, attachment.media_type)
    ]
    for text in texts:
        text.encode()
        assert text.replace("\n", "").replace("\t", "").isprintable() or not any(
            character < " " or "\x7f" <= character < "\xa0" for character in text.replace("\n", "").replace("\t", "")
        )
    for attachment in mail.attachments:
        assert attachment.name
        assert "/" not in attachment.name
        assert attachment.media_type
    for identifier in (*mail.references, *mail.in_reply_to, *mail.reported_ids):
        assert identifier.startswith("<")
        assert identifier.endswith(">")
    assert "\n" not in mail.subject
    assert mail.size == len(raw)
    assert len(mail.sha256) == len(mail.digest) == 64
    assert mail.date is None or mail.date.utcoffset() is not None
    assert not mail.is_bounce or mail.is_auto
    assert as_json(mail)["subject"] == mail.subject


@settings(max_examples=max(300, settings().max_examples))
@given(mutated())
def test_read_never_raises_on_broken_mail(raw: bytes) -> None:
    started = time.process_time()
    check(raw, read(raw))
    assert time.process_time() - started < 5


@settings(max_examples=max(300, settings().max_examples))
@given(st.binary(max_size=400))
def test_read_never_raises_on_any_bytes(raw: bytes) -> None:
    check(raw, read(raw))


@settings(max_examples=max(300, settings().max_examples))
@given(st.lists(st.sampled_from(TOKENS), max_size=25))
def test_read_never_raises_on_pieces_of_mail(pieces: list[bytes]) -> None:
    raw = b"From: a@acme.example" + b"".join(pieces)
    check(raw, read(raw))


def test_reading_is_pure() -> None:
    for raw in SAMPLES:
        assert read(raw) == read(raw)
