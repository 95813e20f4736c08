"""A mail that somebody passed on: whose it was, and what it said where it came as an attachment.

Only a mail that is clearly a forward is taken for one: a program's mark in the text, a subject such as `Fwd:` above a
pasted header, or one whole message attached. What stands below an answer's history is no forward of this mail.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sdesk.domain.inbound import FORWARDED, InboundAttachment, Mailbox
from sdesk.domain.mail_address import is_mail_address
from sdesk.domain.safe_text import one_line
from sdesk.mail.mime.addresses import mailboxes
from sdesk.mail.mime.bodies import contents
from sdesk.mail.mime.encoded_words import header_text
from sdesk.mail.mime.marks import (
    FORWARD_SUBJECT,
    FROM_LINE,
    LONGEST_MARK,
    ORIGINAL_LINE,
    PastedHeader,
    attribution,
    is_forward_mark,
    pasted_header,
)
from sdesk.mail.mime.structure import header_fields, parse

_MOST_LINES = 20_000
_LONGEST_SHOWN = 100_000
"""Characters of an attached message that are shown; it is whole in the attachment."""
_MESSAGES = ("message/rfc822", "message/global")
# From its first sign to its last: a piece of an address is somebody else's.
_ADDRESS = re.compile(
    r"(?<![^\s<>\"'\[\]():;,])[^\s<>\"'\[\]():;,@][^\s<>\"\[\]():;,@]{0,99}@[\w-]+(?:\.[\w-]+){0,20}(?![\w@])"
)
_BEHALF = re.compile(r"\b(?:on behalf of|im auftrag von|от имени)\b", re.IGNORECASE)
_QUOTED_NAME = re.compile(r"[\"«„“']([^\"»“”']{1,200})[\"»“”']\s*[<\[(]?\Z")


@dataclass(frozen=True, slots=True)
class Forwarded:
    """What was passed on."""

    sender: Mailbox
    """Who wrote it; with an address."""
    shown: str = ""
    """The message as text, where it came as an attachment; empty where the mail's own text holds it."""


def forwarded(text: str, subject: str, attachments: Sequence[InboundAttachment]) -> Forwarded | None:
    """What a mail passes on; None where it is no forward, or where nobody can say whose. Never raises."""
    found = _within(text, subject)
    if found is not None:
        return found
    messages = [item for item in attachments if item.media_type in _MESSAGES]
    return _attached(messages[0].content) if len(messages) == 1 else None


def _within(text: str, subject: str) -> Forwarded | None:
    said = FORWARD_SUBJECT.match(subject) is not None
    lines = text.split("\n")
    for index, line in enumerate(lines[:_MOST_LINES]):
        if len(line) > LONGEST_MARK or not line.strip():
            continue
        if is_forward_mark(lines, index):
            return _below(lines, index + 1)
        if line.startswith(">"):
            continue
        if ORIGINAL_LINE.match(line):
            return _below(lines, index + 1) if said else None
        if FROM_LINE.match(line) and (header := pasted_header(lines, index)) is not None and header.is_whole:
            return _from_header(header) if said else None
        if line.rstrip().endswith(":"):
            first = attribution(lines, index, strong=True)
            if first is not None:
                return _from_words(" ".join(lines[first : index + 1])) if said else None
    return None


def _below(lines: list[str], index: int) -> Forwarded | None:
    """What is told directly below a mark: a header, or the line of Yandex with date, name and address."""
    for first in range(index, min(len(lines), index + 4)):
        text = lines[first].removeprefix(">").strip()
        if not text:
            continue
        header = pasted_header(lines, first)
        if header is not None and "from" in header.fields:
            return _from_header(header)
        until = header.after if header is not None else first
        words = lines[until].removeprefix(">").strip() if until < len(lines) else ""
        return _from_words(words) if words.endswith(":") else None
    return None


def _from_header(header: PastedHeader) -> Forwarded | None:
    words = header.fields["from"]
    behalf = _BEHALF.search(words)
    words = words[behalf.end() :] if behalf is not None and "@" in words[behalf.end() :] else words
    found = _ADDRESS.search(words)
    if found is None:
        return None
    name = words[: found.start()].replace("mailto:", "").strip(" \t*<[(\"'")
    return _by(found[0], name)


def _from_words(words: str) -> Forwarded | None:
    """Of a line such as `02.11.2026, 08:41, "Carl Fox" <carl@customer.example>:`."""
    found = None if len(words) > 2 * LONGEST_MARK else next(reversed(list(_ADDRESS.finditer(words))), None)
    if found is None:
        return None
    quoted = _QUOTED_NAME.search(words[: found.start()])
    return _by(found[0], quoted[1] if quoted is not None else "")


def _by(address: str, name: str) -> Forwarded | None:
    """What somebody wrote; None where his address is none."""
    local, _, domain = address.rpartition("@")
    name, address = one_line(name), f"{local}@{domain.rstrip('.-').lower()}"
    return Forwarded(Mailbox(address, "" if "@" in name else name)) if is_mail_address(address) else None


def _attached(raw: bytes) -> Forwarded | None:
    fields = header_fields(raw)
    sender = next((box for box in mailboxes(fields.field("from"), [], "From") if box.address), None)
    if sender is None:
        return None
    told = [(name, header_text(fields.field(name.lower()), [], name)) for name in ("From", "Date", "Subject", "To")]
    head = "\n".join(f"{name}: {value[:1_000]}" for name, value in told if value)
    text = contents(parse(raw, []), []).text[:_LONGEST_SHOWN]
    return Forwarded(sender, f"{FORWARDED}\n{head}\n\n{text}".rstrip())
