"""Broken mail made of whole: the samples of the tests, cut, doubled, spliced, and with their labels changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from hypothesis import strategies as st
from programs import DESK, FORWARDS, REPLIES, TONGUES, Words
from troubles_of_bodies import BODIES, CRYPTO, NAMES, STRUCTURE
from troubles_of_headers import CHARSETS, HEADERS, SENDER

_LONGEST = 20_000
"""Bytes of a sample that is broken: what is about size has tests of its own."""


def _letters() -> list[bytes]:
    letters = [path.read_bytes() for path in sorted((Path(__file__).parent / "samples").glob("*.eml"))]
    troubles = (*SENDER, *HEADERS, *CHARSETS, *STRUCTURE, *NAMES, *BODIES, *CRYPTO)
    letters += [trouble.raw for trouble in troubles if len(trouble.raw) < _LONGEST]
    for programs in (REPLIES, FORWARDS):
        for form, kind in (("plain", "text/plain"), ("html", "text/html")):
            for number, program in enumerate(programs[form]):
                tongue = TONGUES[number % len(TONGUES)]
                body = program(Words(tongue, tongue.own, tongue.asked, tongue.desk, DESK))
                head = f"From: Ann <ann@shop.example>\nSubject: Re: x\nContent-Type: {kind}; charset=utf-8\n\n"
                letters.append((head + body).encode())
    return letters


LETTERS = _letters()

CHARSETS_LABELS = [
    b"utf-8",
    b"koi8-r",
    b"utf-16",
    b"utf-7",
    b"iso-2022-jp",
    b"hz",
    b"gb2312",
    b"x",
    b"",
    b"idna",
    b'"',
    b"\xff",
]
ENCODINGS = [b"base64", b"quoted-printable", b"x-uuencode", b"7bit", b"", b"(a) base64", b"\xff\xfe", b"binary; x"]
KINDS = [
    *(b"text/html", b"text/plain; format=flowed; delsp=yes", b"multipart/mixed; boundary=B", b"multipart/alternative"),
    *(
        b"message/rfc822",
        b"multipart/report; report-type=delivery-status; boundary=b",
        b"text/calendar; method=REQUEST",
    ),
    *(
        b"multipart/signed; boundary=B",
        b"multipart/encrypted; boundary=B",
        b"application/ms-tnef",
        b"image/png",
        b"text",
    ),
    *(b"multipart/digest; boundary=B", b"message/delivery-status", b"/", b";", b""),
]
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
    ),
    *(b"=", b"?=", b"=?utf-8?b?", b"=?utf-8?q?=D0", b"=?koi8-r?q?=F0?=", b"=?a\0b?q?x?=", b"\nFrom: ", b"\n--B\n"),
    *(b"\nContent-Type: multipart/mixed; boundary=B\n\n", b"\n--B--\n", b"\nContent-Type: text/html\n\n", b"\n--b\n"),
    *(b"\nContent-Type: text/plain; charset=utf-16\n\n", b"\nContent-Type: text/plain; charset=unicode_escape\n\n"),
    *(b"\nContent-Transfer-Encoding: base64\n", b"begin 644 x\n", b"\nend\n", b"\nContent-Type: message/rfc822\n\n"),
    *(b"filename*0*=utf-8''%D0", b"; filename*=x''%", b"boundary*0=", b'name="', b"<table><td>", b"</table>", b"<li>"),
    *(
        b"\n-- \n",
        b"\n> ",
        b" wrote:\n",
        b"-----Original Message-----\n",
        b"; charset=idna",
        b"\x1b$B",
        b"\xf0\x9f\x98",
    ),
    *(
        b"\nDate: Mon, 99 Nov 2026 09:00:00 +9999\n",
        b"\nAuto-Submitted: (((\n",
        b"\nX-SDesk-Loop: 0\n",
        b"\xe2\x80\xae",
    ),
    *(b"\nContent-Type: text/plain; format=flowed; delsp=yes\n\n", b"\n---------- Forwarded message ---------\n"),
    *(b"<blockquote type=cite>", b"<div id=divRplyFwdMsg>", b'<div style="border-top:solid">From: x<br>', b"\nTo: x\n"),
    *(b"\nMETHOD:REPLY\n", b"\nBEGIN:VEVENT\n", b"\nDTSTART;TZID=x:20261102T100000\n", b"\nDURATION:P1D\n", b"\nEND:"),
    *(b"<div class=gmail_signature>", b"<img src=cid:x>", b"\xc2\x9b2J", b"&#27;[2J", b"=1B]0;x=07", b"&#x202e;"),
]
_LABEL = re.compile(rb"charset=[^\s;]*", re.IGNORECASE)
_ENCODING = re.compile(rb"content-transfer-encoding:[^\r\n]*", re.IGNORECASE)
_KIND = re.compile(rb"content-type:[^\r\n]*", re.IGNORECASE)
_DELIMITER = re.compile(rb"--[^\s-][^\r\n]{0,60}")
_MOST = 60_000

Way = Callable[[st.DrawFn, bytes], bytes]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A letter to which a few things happened."""
    raw = draw(st.sampled_from(LETTERS))
    for _ in range(draw(st.integers(1, 7))):
        raw = draw(st.sampled_from(_WAYS))(draw, raw)[:_MOST]
    return raw


def _put(draw: st.DrawFn, raw: bytes) -> bytes:
    at = draw(st.integers(0, len(raw)))
    return raw[:at] + draw(st.one_of(st.sampled_from(TOKENS), st.binary(max_size=12))) + raw[at:]


def _cut(draw: st.DrawFn, raw: bytes) -> bytes:
    at = draw(st.integers(0, len(raw)))
    return raw[:at] + raw[at + draw(st.integers(0, 400)) :]


def _end_early(draw: st.DrawFn, raw: bytes) -> bytes:
    return raw[: draw(st.integers(0, len(raw)))]


def _double(draw: st.DrawFn, raw: bytes) -> bytes:
    at = draw(st.integers(0, len(raw)))
    return raw[:at] + raw[max(0, at - draw(st.integers(0, 400))) :]


def _splice(draw: st.DrawFn, raw: bytes) -> bytes:
    other = draw(st.sampled_from(LETTERS))
    return raw[: draw(st.integers(0, len(raw)))] + other[draw(st.integers(0, len(other))) :]


def _flip(draw: st.DrawFn, raw: bytes) -> bytes:
    changed = bytearray(raw)
    for _ in range(draw(st.integers(1, 8))):
        if changed:
            changed[draw(st.integers(0, len(changed) - 1))] ^= 1 << draw(st.integers(0, 7))
    return bytes(changed)


def _swap_lines(draw: st.DrawFn, raw: bytes) -> bytes:
    """Headers, delimiters, whatever the lines are."""
    lines = raw.splitlines(keepends=True)
    if len(lines) > 1:
        one, other = draw(st.integers(0, len(lines) - 1)), draw(st.integers(0, len(lines) - 1))
        lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


def _other_line_ends(draw: st.DrawFn, raw: bytes) -> bytes:
    return raw.replace(b"\n", draw(st.sampled_from([b"\r\n", b"\r", b"\n\n", b"\n\r"])))


def _relabel(pattern: re.Pattern[bytes], before: bytes, values: list[bytes]) -> Way:
    def relabelled(draw: st.DrawFn, raw: bytes) -> bytes:
        found = list(pattern.finditer(raw))
        if not found:
            return raw
        place = draw(st.sampled_from(found))
        return raw[: place.start()] + before + draw(st.sampled_from(values)) + raw[place.end() :]

    return relabelled


_WAYS: list[Way] = [
    *(_put, _put, _cut, _end_early, _double, _splice, _flip, _swap_lines, _other_line_ends),
    _relabel(_LABEL, b"charset=", CHARSETS_LABELS),
    _relabel(_ENCODING, b"Content-Transfer-Encoding: ", ENCODINGS),
    _relabel(_KIND, b"Content-Type: ", KINDS),
    _relabel(_DELIMITER, b"--", [b"B", b"B--", b"b", b"", b"other", b"b--"]),
]
