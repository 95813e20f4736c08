"""Mail that is too large for its mailbox: header, first text, and what is missing."""

from __future__ import annotations

import base64

import pytest

from sdesk.mail.inbox.sources.base import HEAD_BYTES
from sdesk.mail.mime.message import read
from sdesk.mail.mime.oversize import read_head, told_size

HEAD = "From: Ирина <irina@shop.example>\nSubject: Film\nMessage-ID: <film@shop.example>\nMIME-Version: 1.0\n".encode()
FILM = b"--B\nContent-Type: video/mp4; name=film.mp4\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(
    b"film" * 100_000
)
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=B\n\n"
SIZE, LIMIT = 60_200_000, 25_000_000
NOTE = (
    "[This message has 60.2 MB, and its mailbox takes 25 MB at most (max_size): only its header and the beginning of"
    " its text were taken. The message itself lies in the mailbox, unread.]"
)


def text_part(text: str, kind: str = "text/plain", encoding: str = "8bit") -> bytes:
    data = text.encode()
    if encoding == "base64":
        data = base64.encodebytes(data)
    return (
        f"--B\nContent-Type: {kind}; charset=utf-8\nContent-Transfer-Encoding: {encoding}\n\n".encode() + data + b"\n"
    )


@pytest.mark.parametrize("encoding", ["8bit", "base64"])
@pytest.mark.parametrize("kind", ["text/plain", "text/html"])
def test_the_first_text_is_shown_and_what_is_cut_is_not(kind: str, encoding: str) -> None:
    raw = MIXED + text_part("Касса в огне.", kind, encoding) + FILM
    mail, header = read_head(raw[:HEAD_BYTES], SIZE, LIMIT)
    assert mail.body_text == f"Касса в огне.\n\n{NOTE}"
    assert (mail.sender.name, mail.subject, mail.message_id) == ("Ирина", "Film", "<film@shop.example>")
    assert (mail.attachments, mail.body_quoted, mail.size, mail.language) == ((), "", SIZE, "ru")
    assert mail.defects == read(header).defects
    assert header == MIXED


def test_quoted_history_is_left_out() -> None:
    answer = MIXED.replace(b"Subject: Film", b"Subject: Re: Film\nIn-Reply-To: <1@desk.example>")
    raw = answer + text_part("Here.\n\nOn Mon, Nov 2, 2026 at 8:41 AM Desk <d@desk.example> wrote:\n> Send it.") + FILM
    mail, _ = read_head(raw[:HEAD_BYTES], SIZE, LIMIT)
    assert (mail.body_text, mail.body_quoted) == (f"Here.\n\n{NOTE}", "")


def test_a_text_that_does_not_begin_in_what_was_fetched_leaves_the_note_alone() -> None:
    mail, _ = read_head((MIXED + FILM + text_part("Too late."))[:HEAD_BYTES], SIZE, LIMIT)
    assert (mail.body_text, mail.attachments) == (NOTE, ())


@pytest.mark.parametrize("shape", ["один два\n", "я"])
def test_a_text_that_is_cut_ends_with_a_whole_character(shape: str) -> None:
    raw = HEAD + b"Content-Type: text/plain; charset=utf-8\n\nx" + (shape * HEAD_BYTES).encode()
    text = read_head(raw[:HEAD_BYTES], SIZE, LIMIT)[0].body_text
    assert "\ufffd" not in text
    assert len(text) > HEAD_BYTES // 3


def test_a_header_that_never_ends_is_taken_as_far_as_it_came() -> None:
    raw = HEAD + b"X-Long: y\n" * HEAD_BYTES
    mail, header = read_head(raw[:HEAD_BYTES], SIZE, LIMIT)
    assert (mail.subject, mail.body_text) == ("Film", NOTE)
    assert header == raw[:HEAD_BYTES]


def test_a_bounce_that_is_too_large_is_still_a_bounce_of_what_it_names() -> None:
    raw = (
        b"From: MAILER-DAEMON@mx.example\nContent-Type: multipart/report; report-type=delivery-status; boundary=B\n\n"
        b"--B\n\nfailed\n--B\nContent-Type: message/delivery-status\n\nAction: failed\n"
        b"--B\nContent-Type: message/rfc822\n\nMessage-ID: <sd-1@desk.example>\n\n" + b"film\n" * HEAD_BYTES
    )
    mail, _ = read_head(raw[:HEAD_BYTES], SIZE, LIMIT)
    assert (mail.is_bounce, mail.reported_ids) == (True, ("<sd-1@desk.example>",))


def test_the_digest_does_not_depend_on_how_much_was_fetched() -> None:
    raw = MIXED + text_part("words") + FILM
    few, many = (read_head(raw[:size], SIZE, LIMIT)[0] for size in (10_000, HEAD_BYTES))
    assert (few.digest, few.sha256) == (many.digest, many.sha256)


@pytest.mark.parametrize(
    ("size", "told"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1_000, "1 kB"),
        (25_000_000, "25 MB"),
        (60_234_567, "60.2 MB"),
        (3_100_000_000, "3.1 GB"),
    ],
)
def test_sizes_in_words(size: int, told: str) -> None:
    assert told_size(size) == told
