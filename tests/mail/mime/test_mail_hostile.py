"""Mail made to be slow: reading takes time in proportion to its size, whatever its shape."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from sdesk.mail.mime.message import read

HEAD = b"From: a@shop.example\r\nSubject: Undelivered mail\r\nMessage-ID: <1@shop.example>\r\n"
REPLY = b"From: a@shop.example\r\nSubject: Re: printer\r\n\r\n"
BOUNCE = HEAD + b"\r\nYour mail could not be delivered.\r\n"
NO_BOUNDARY = HEAD + b"Content-Type: multipart/mixed\r\n\r\n"
HTML = HEAD + b"Content-Type: text/html\r\n\r\n"
CALENDAR = HEAD + b"Content-Type: text/calendar\r\n\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\n"


def of_lines(count: int, line: bytes) -> bytes:
    """A reply of many lines."""
    return REPLY + line * count


SHAPES: dict[str, tuple[int, Callable[[int], bytes]]] = {
    "lines of quote marks in a bounce": (20_000, lambda n: BOUNCE + b">\r\n" * n),
    "blank lines in a bounce": (20_000, lambda n: BOUNCE + b"\r\n" * n + b"x"),
    "a line of quote marks in a bounce": (100_000, lambda n: BOUNCE + b"> " * n + b"x"),
    "dashes behind a forward": (20_000, lambda n: REPLY + b"-- forwarded by " + b"-" * n + b"x\r\n"),
    "blanks behind a forward": (20_000, lambda n: REPLY + b"-- forwarded by --" + b" " * n + b"x\r\n"),
    "blanks within an address": (15_000, lambda n: b"From: a" + b" " * n + b"b\r\n\r\nx"),
    "signs @ and blanks": (15_000, lambda n: b"From: a" + b" @" * n + b"b\r\n\r\nx"),
    "colons behind an address": (10_000, lambda n: b"From: a@b" + b":" * n + b"\r\n\r\nx"),
    "brackets within an address": (15_000, lambda n: b"From: " + b"(" * n + b"b\r\n\r\nx"),
    "blanks in a multipart without a boundary": (1_000_000, lambda n: NO_BOUNDARY + b"--" + b" " * n + b"x"),
    "lines of blanks in a multipart without a boundary": (
        3_000,
        lambda n: NO_BOUNDARY + (b"--a" + b" " * 300 + b"x\r\n") * n,
    ),
    "blanks behind a date": (15_000, lambda n: b"Date: 1 Nov 2026 09:00:00 +0000" + b"\t" * n + b"x\r\n\r\nx"),
    "signs @ in Message-IDs": (20, lambda n: HEAD + b"References: " + (b" <" + b"@" * 1_800) * n + b"\r\n\r\nx"),
    "files that begin and never were": (2_000, lambda n: of_lines(n, b"begin 644 x\r\n") + b"end\r\n"),
    "blanks behind the name of a file": (200_000, lambda n: REPLY + b"begin 644 " + b" " * n + b"x\r\nend\r\n"),
    "attributions": (2_500, lambda n: of_lines(n, b"On 1.11.2026 at 10:00 b@c.example wrote:\r\n")),
    "signatures and quotes": (1_000, lambda n: of_lines(n, b"-- \r\nx\r\n> a\r\n> b\r\n> c\r\n")),
    "encoded words that never end": (2_000, lambda n: b"Subject: " + b"=?a?q?" * n + b"\r\n\r\nx"),
    "parameters without a value": (15_000, lambda n: b"Content-Type: text/plain; a" + b" " * n + b"b\r\n\r\nx"),
    "links within links": (20_000, lambda n: HTML + b"<a href='x'><div>" * 200 + b"word " * n),
    "comments that never end": (20_000, lambda n: HTML + b"<!--" * n),
    "scripts that never end": (20_000, lambda n: HTML + b"<script " * n),
    "metas": (20_000, lambda n: HTML + b"<meta" * n + b"charset" + b" " * n),
    "quotes that say who wrote them": (
        1_000,
        lambda n: HTML + b"<blockquote><div>On 2.11.2026 08:41 a@b.example wrote:</div></blockquote>" * n,
    ),
    "frames that are nearly a pasted header": (
        1_000,
        lambda n: HTML + b"<div style='border-top:solid red'>From: x<br>To: y<br></div>" * n,
    ),
    "frames within frames": (
        4_000,
        lambda n: HTML + b"<div style='border-top:solid red'>" * 140 + b"<p>From: x</p>" * n,
    ),
    "signatures in HTML": (1_000, lambda n: HTML + b"<div class='gmail_signature'>x</div>" * n),
    "signatures within signatures": (4_000, lambda n: HTML + b"<div id='signature'>x" * 140 + b"<p>x" * n),
    "beginnings of pasted headers": (2_000, lambda n: of_lines(n, b"From: x\r\nDate: y\r\n")),
    "a pasted header that goes on": (10_000, lambda n: of_lines(1, b"From: x\r\nTo: " + b"a@b.example, " * n)),
    "words that nearly say that there are answers": (10_000, lambda n: of_lines(n, b"see my answers see ")),
    "telephones": (2_000, lambda n: of_lines(n, b"Sent from my phone phone phone phone\r\n")),
    "forwards without a sender": (2_000, lambda n: of_lines(n, b"---- Forwarded message ----\r\nFrom: x\r\n")),
    "addresses below a forward": (
        5_000,
        lambda n: REPLY + b"---- Forwarded message ----\r\nFrom: " + b"a" * n + b" @" * n + b"\r\n",
    ),
    "lines of a calendar": (20_000, lambda n: CALENDAR + b"ATTENDEE;CN=x:mailto:a@b.example\r\n" * n),
    "parameters of a calendar": (20_000, lambda n: CALENDAR + b"ATTENDEE" + b';A="b"' * n + b"\r\n"),
    "images that the HTML refers to": (
        1_000,
        lambda n: (
            HEAD
            + b"Content-Type: multipart/related; boundary=B\r\n\r\n--B\r\nContent-Type: text/html\r\n\r\n"
            + b"<img src='cid:x'>" * n
            + b"\r\n--B\r\nContent-Type: image/png\r\nContent-ID: <y>\r\n\r\nx" * 100
        ),
    ),
    "comments in Auto-Submitted": (15_000, lambda n: HEAD + b"Auto-Submitted: " + b"(" * n + b"\r\n\r\nx"),
    "broken parts": (
        2_000,
        lambda n: (
            HEAD
            + b"Content-Type: multipart/mixed; boundary=B\r\n"
            + b"\r\n--B\r\nContent-Transfer-Encoding: base64\r\nContent-Type: a/b; name==?x?b?=\r\n\r\n*=!" * n
        ),
    ),
}


def seconds(raw: bytes) -> float:
    """How long a reading takes, in processor time: another program on this machine makes none slow."""
    started = time.process_time()
    read(raw)
    return time.process_time() - started


@pytest.mark.parametrize("shape", SHAPES)
def test_time_grows_with_size_and_not_with_its_square(shape: str) -> None:
    count, made = SHAPES[shape]
    small, large = made(count), made(4 * count)
    once = four = float("inf")
    # What seems to grow too fast is measured again, since a reading may be slow by chance: the best of three counts.
    for _ in range(3):
        once, four = min(once, seconds(small)), min(four, seconds(large))
        # What takes no time at all is measured by nothing but chance.
        if four < 8 * max(once, 0.01) or four > 3:
            break
    assert four < 8 * max(once, 0.01), f"{once:.3f} s, then {four:.3f} s for four times as much"
