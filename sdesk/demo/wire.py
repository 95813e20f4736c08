"""How a letter of the demo looks on the wire: RFC 5322 and MIME bytes, put together by hand.

By hand, since a library would refuse to make what real mail programs make: raw 8-bit headers, a charset that is not the
one declared, a multipart that is never closed. Lines end in LF, as they stand in a Maildir.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import quopri
import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

from sdesk.demo import enclosures
from sdesk.demo.letters import COMPANY, Letter

_DESK = ("support", "hr", "feedback", "facilities")
_MAILBOX = re.compile(r"(?P<name>.*?)\s*<(?P<address>[^<>]*)>")


def message_id(letter: Letter) -> str:
    """The letter's Message-ID with angle brackets; the same in every demo."""
    digest = hashlib.sha256(f"{letter.id}/{letter.subject}".encode()).hexdigest()
    return f"<{digest[:8]}.{digest[8:20]}@{_host(letter)}>"


def sent_at(letter: Letter, now: datetime) -> datetime:
    """When it was written: aware, UTC, whole seconds."""
    return (now - letter.ago).replace(microsecond=0)


def render(letter: Letter, letters: Mapping[str, Letter], now: datetime) -> bytes:
    """The raw message. `letters` holds what it answers; `now` is aware and gives all dates."""
    kind, body = _body(letter, letters, now)
    head = [*_envelope(letter, now), *_fields(letter, letters, now), *kind]
    return b"\n".join([*(_latin(line) for line in head), b"", body])


def encoded(words: str, charset: str = "utf-8") -> str:
    """Unstructured words for a header: as they are where ASCII, else RFC 2047 encoded words, folded."""
    if words.isascii() and "\x1b" not in words:
        return words
    pieces, piece = [], ""
    for char in words:
        # 45 bytes become 60 characters of base64, so that a word stays below the 75 that RFC 2047 allows.
        if len((piece + char).encode(charset)) > 36:
            pieces.append(piece)
            piece = ""
        piece += char
    pieces.append(piece)
    label = charset.upper() if charset.startswith("utf") else charset
    return "\n ".join(f"=?{label}?B?{base64.b64encode(p.encode(charset)).decode()}?=" for p in pieces)


def _host(letter: Letter) -> str:
    found = _MAILBOX.fullmatch(letter.sender)
    return (found["address"] if found else letter.sender).rpartition("@")[2] or COMPANY


def _latin(line: str | bytes) -> bytes:
    return line if isinstance(line, bytes) else line.encode("ascii")


def _charsets(letter: Letter) -> tuple[str, str]:
    """The charset that the letter declares, and the one its bytes are in."""
    declared, _, real = letter.charset.partition("/")
    return declared, real or declared


def _mailbox(words: str, charset: str) -> str:
    """One mailbox for a header; a name is never taken apart, since it may hold a comma."""
    found = _MAILBOX.fullmatch(words)
    if found is None or not found["name"]:
        return words
    name = found["name"].strip('"')
    shown = f'"{name}"' if name.isascii() else encoded(name, charset)
    return f"{shown} <{found['address']}>"


def _mailboxes(words: str, charset: str) -> str:
    return ",\n ".join(_mailbox(entry, charset) for entry in words.split(", "))


def _envelope(letter: Letter, now: datetime) -> list[str]:
    """What mail servers add on the way (RFC 5321 4.4)."""
    found = _MAILBOX.fullmatch(letter.sender)
    address = found["address"] if found else letter.sender
    null = letter.form == "bounce" or any(
        line.lower().startswith("auto-submitted: auto-rep") for line in letter.headers
    )
    desk = [name for name in _DESK if f"{name}@{COMPANY}" in f"{letter.to}, {letter.cc}"] or ["support"]
    stamp = format_datetime(sent_at(letter, now) + timedelta(seconds=2))
    queue = hashlib.sha256(letter.id.encode()).hexdigest()[:10].upper()
    lines = [f"Return-Path: <{'' if null else address}>", f"Delivered-To: {desk[0]}@{COMPANY}"]
    if _host(letter).endswith(COMPANY):
        via = f"from [10.{letter.draw(40, 'net')}.{letter.draw(200, 'host')}.20] by mx.{COMPANY} with ESMTPSA"
    else:
        relay = f"mx1.{_host(letter)}"
        via = f"from {relay} ({relay} [198.51.100.{letter.draw(250, 'host') + 1}])\n\tby mx.{COMPANY} with ESMTPS"
    return [*lines, f"Received: {via} id {queue};\n\t{stamp}"]


def _fields(letter: Letter, letters: Mapping[str, Letter], now: datetime) -> list[str | bytes]:
    _, real = _charsets(letter)
    offset = timedelta(hours=int(letter.zone[:3]), minutes=int(letter.zone[0] + letter.zone[3:]))
    date = sent_at(letter, now).astimezone(timezone(offset))
    lines: list[str | bytes] = []
    if letter.form == "raw-headers":
        lines += [f"From: {letter.sender}".encode(real), f"Subject: {letter.subject}".encode(real)]
    else:
        lines.append(f"From: {_mailbox(letter.sender, real)}")
        if letter.subject:
            lines.append(f"Subject: {encoded(letter.subject, real)}")
    lines.append(f"To: {_mailboxes(letter.to, real)}")
    if letter.cc:
        lines.append(f"Cc: {_mailboxes(letter.cc, real)}")
    lines += [f"Date: {format_datetime(date)}", f"Message-ID: {message_id(letter)}"]
    chain: list[str] = []
    above = letters.get(letter.answers)
    while above is not None:
        chain.insert(0, message_id(above))
        above = letters.get(above.answers)
    if chain:
        lines += [f"In-Reply-To: {chain[-1]}", "References: " + "\n ".join(chain)]
    lines += letter.headers
    if letter.form != "bare":
        lines.append("MIME-Version: 1.0")
    return lines


def _said(letter: Letter, letters: Mapping[str, Letter], now: datetime) -> str:
    """The text with what it quotes, as a mail program would put it."""
    above = letters.get(letter.answers)
    if above is None or not letter.quote or not above.text:
        return letter.text + "\n"
    date = sent_at(above, now).astimezone(timezone(timedelta(hours=3)))
    name = above.sender.partition(" <")[0]
    russian = re.search("[а-я]", letter.text) is not None
    line = f"{date:%d.%m.%Y %H:%M}, {name} пишет:" if russian else f"On {date:%Y-%m-%d at %H:%M}, {name} wrote:"
    quoted = "\n".join(f"> {row}".rstrip() for row in above.text.splitlines())
    return f"{letter.text}\n\n{line}\n{quoted}\n"


def _text_part(letter: Letter, subtype: str, text: str) -> tuple[list[str], bytes]:
    declared, real = _charsets(letter)
    data = text.encode(real, "xmlcharrefreplace" if subtype == "html" else "strict")
    plain = text.isascii() and "\x1b" not in text
    encoding = letter.encoding or ("7bit" if plain else ("base64", "quoted-printable", "8bit")[letter.draw(3, "cte")])
    if encoding == "base64":
        data = _wrapped(data)
    elif encoding == "quoted-printable":
        data = quopri.encodestring(data)
    label = "us-ascii" if plain and declared == "utf-8" else declared
    return [f"Content-Type: text/{subtype}; charset={label}", f"Content-Transfer-Encoding: {encoding}"], data


def _wrapped(data: bytes) -> bytes:
    return b"".join(binascii.b2a_base64(data[at : at + 57]) for at in range(0, len(data), 57))


def _file_name(letter: Letter, name: str) -> str:
    """The file name as a parameter: RFC 2231, or the RFC 2047 word in quotes that older programs write."""
    if name.isascii():
        return f'filename="{name}"'
    if letter.draw(2, "file"):
        return f'filename="{encoded(name)}"'
    return "filename*=utf-8''" + "".join(f"%{byte:02X}" for byte in name.encode())


def _file_part(letter: Letter, name: str, words: str, inline: bool = False) -> tuple[list[str], bytes]:
    kind = enclosures.media_type(name)
    how = "inline" if inline else "attachment"
    head = [f"Content-Type: {kind}{'; charset=utf-8' if kind.startswith('text/') else ''}"]
    if inline:
        head.append(f"Content-ID: <{name}>")
    head.append(f"Content-Disposition: {how};\n {_file_name(letter, name)}")
    data = enclosures.content(name, words)
    if kind == "message/rfc822":
        return head, data
    return [*head, "Content-Transfer-Encoding: base64"], _wrapped(data)


def _multipart(
    letter: Letter, subtype: str, parts: list[tuple[list[str], bytes]], closed: bool = True
) -> tuple[list[str], bytes]:
    mark = f"=_{subtype[:3]}_{hashlib.sha256(f'{subtype}{letter.id}'.encode()).hexdigest()[:20]}"
    body = b"".join(
        b"--" + mark.encode() + b"\n" + "\n".join(head).encode("ascii") + b"\n\n" + data.rstrip(b"\n") + b"\n"
        for head, data in parts
    )
    if closed:
        body += b"--" + mark.encode() + b"--\n"
    else:
        body = body[: -len(body) // 5]
    return [f'Content-Type: multipart/{subtype};\n boundary="{mark}"'], body


def _bounce(letter: Letter, now: datetime) -> tuple[list[str], bytes]:
    """A delivery report (RFC 3464): words for people, fields for programs, the headers of what was not delivered."""
    recipient = letter.attachments[0][1]
    report = (
        f"Reporting-MTA: dns; mx.{COMPANY}\n\nFinal-Recipient: rfc822; {recipient}\nAction: failed\nStatus: 5.1.1\n"
    )
    lost = f"From: support@{COMPANY}\nTo: {recipient}\nMessage-ID: <{letter.id}.gone@{COMPANY}>\n"
    lost += f"Date: {format_datetime(sent_at(letter, now) - timedelta(minutes=1))}\n"
    parts = [
        _text_part(letter, "plain", letter.text + "\n"),
        (["Content-Type: message/delivery-status"], report.encode()),
        (["Content-Type: text/rfc822-headers"], lost.encode()),
    ]
    head, body = _multipart(letter, "report", parts)
    return [head[0].replace("report;", "report; report-type=delivery-status;")], body


def _body(letter: Letter, letters: Mapping[str, Letter], now: datetime) -> tuple[list[str], bytes]:
    """Content-Type and the rest of the MIME header fields, and the body's bytes."""
    if letter.form == "bounce":
        return _bounce(letter, now)
    if letter.form == "bare":
        return [], _said(letter, letters, now).encode(_charsets(letter)[1])
    whole = _text_part(letter, "plain", _said(letter, letters, now)) if letter.text or not letter.html else None
    if letter.html:
        page = _text_part(letter, "html", letter.html + "\n")
        whole = page if whole is None else _multipart(letter, "alternative", [whole, page])
        if letter.inline:
            whole = _multipart(letter, "related", [whole, _file_part(letter, letter.inline, "", inline=True)])
    assert whole is not None
    if letter.attachments or letter.form == "unclosed":
        files = [_file_part(letter, name, words) for name, words in letter.attachments]
        return _multipart(letter, "mixed", [whole, *files], closed=letter.form != "unclosed")
    return whole
