"""Whatever the bytes, `read` gives a value that can be stored and shown, and loses no word of the text."""

from __future__ import annotations

import json
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from hypothesis import example, given, settings
from hypothesis import strategies as st
from mutations import LETTERS, TOKENS, mutated

from sdesk.cli.json_mail import as_json
from sdesk.domain.inbound import InboundMail, Mailbox
from sdesk.domain.safe_text import neutralise
from sdesk.mail.mime.bodies import contents
from sdesk.mail.mime.message import read
from sdesk.mail.mime.oversize import read_head
from sdesk.mail.mime.quoting import folded
from sdesk.mail.mime.structure import parse

EXAMPLES = max(250, settings().max_examples)
STEERS = {"\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069", "\u200e", "\u200f"}


def boxes_of(mail: InboundMail) -> Iterator[Mailbox]:
    yield from (mail.sender, *mail.to, *mail.cc, *mail.reply_to)
    if mail.forwarded_from is not None:
        yield mail.forwarded_from


def texts_of(mail: InboundMail) -> Iterator[str]:
    """Every text that a mail holds."""
    yield from (mail.subject, mail.body_text, mail.body_quoted, mail.message_id, mail.auto_reason)
    yield from (mail.language, mail.return_path or "")
    yield from (value for values in mail.headers.values() for value in values)
    yield from (
        *mail.headers,
        *mail.references,
        *mail.in_reply_to,
        *mail.reported_ids,
        *mail.delivered_to,
        *mail.defects,
    )
    yield from (text for box in boxes_of(mail) for text in (box.name, box.address))
    yield from (text for each in mail.attachments for text in (each.name, each.content_id, each.media_type))


def check(raw: bytes, mail: InboundMail) -> None:
    """What holds of every mail that was read."""
    for text in texts_of(mail):
        text.encode()  # no half of a pair
        assert neutralise(text) == text
        unsafe = {each for each in set(text) - {"\n", "\t"} if unicodedata.category(each) == "Cc"}
        assert not unsafe | (STEERS & set(text)), unsafe
    for each in mail.attachments:
        assert each.name
        assert not {"/", "\\", "\n"} & set(each.name)
        assert each.media_type
    for identifier in (*mail.references, *mail.in_reply_to, *mail.reported_ids):
        assert identifier.startswith("<")
        assert identifier.endswith(">")
    assert not any("\n" in line for line in (mail.subject, *(box.name for box in boxes_of(mail))))
    assert mail.size == len(raw)
    assert len(mail.sha256) == len(mail.digest) == 64
    assert mail.date is None or mail.date.utcoffset() is not None
    assert not mail.is_bounce or mail.is_auto
    assert mail.forwarded_from is None or mail.forwarded_from.address
    assert json.loads(json.dumps(as_json(mail), ensure_ascii=False).encode())["subject"] == mail.subject


def check_words(raw: bytes, mail: InboundMail) -> None:
    """Every word of the text is an own word or a folded one."""
    text = contents(parse(raw, []), []).text
    own, quoted = folded(text, mail.subject, reply=bool(mail.in_reply_to or mail.references))
    assert Counter(own.split()) + Counter(quoted.split()) == Counter(text.split())
    assert mail.body_text.startswith(own)
    assert mail.body_quoted == quoted


@settings(max_examples=EXAMPLES)
@given(mutated())
def test_read_never_raises_on_broken_mail(raw: bytes) -> None:
    started = time.process_time()
    mail = read(raw)
    check(raw, mail)
    check_words(raw, mail)
    assert time.process_time() - started < 5


@settings(max_examples=EXAMPLES)
@given(st.binary(max_size=400))
@example(b"Content-Type: text/calendar\n\nMETHOD:REQUEST\nBEGIN:VEVENT\n")
def test_read_never_raises_on_any_bytes(raw: bytes) -> None:
    check(raw, read(raw))


@settings(max_examples=EXAMPLES)
@given(st.lists(st.sampled_from(TOKENS), max_size=25))
def test_read_never_raises_on_pieces_of_mail(pieces: list[bytes]) -> None:
    raw = b"From: a@acme.example" + b"".join(pieces)
    mail = read(raw)
    check(raw, mail)
    check_words(raw, mail)


@settings(max_examples=EXAMPLES)
@given(mutated())
def test_the_beginning_of_a_mail_never_raises(raw: bytes) -> None:
    mail, header = read_head(raw, 10**9, 10**6)
    assert raw.startswith(header)
    assert mail.attachments == ()
    assert mail.size == 10**9
    check(raw, replace(mail, size=len(raw)))


def test_reading_is_pure() -> None:
    for raw in LETTERS:
        assert read(raw) == read(raw)
