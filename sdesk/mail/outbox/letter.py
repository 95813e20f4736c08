"""A mail as it goes over the wire: header fields (RFC 5322, RFC 2047), text and files (MIME).

The fields are written here and not by Python's `email.policy`, which in some of its releases loses the quotes of a
long name when it folds the line, and so changes to whom a mail goes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from zoneinfo import ZoneInfo

from sdesk.domain.inbound import InboundAttachment, Mailbox
from sdesk.domain.outgoing import LOOP_HEADER
from sdesk.domain.safe_text import one_line
from sdesk.mail.mime.flowed import unwrapped

_LINE = 76
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
_PRINTABLE = re.compile(r"[ -~]*")
_LONGEST_SUBJECT = 400
_LONGEST_NAME = 120
LONGEST_LINE = 990
"""Bytes of a line of text that may go as it is (RFC 5321 4.5.3.1.6 allows 998)."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail, rendered."""

    sender: Mailbox
    """Whose address is the envelope's sender too: there a refusal comes back to."""
    to: tuple[Mailbox, ...]
    cc: tuple[Mailbox, ...]
    subject: str
    fields: tuple[tuple[str, str], ...]
    """The other header fields, ASCII: Date, Message-ID, References, ..."""
    text: str
    """Flowed; line ends are LF."""
    attachments: tuple[InboundAttachment, ...] = ()
    html: str = ""
    """The same in HTML, where there is one; then the text has columns, and does not flow."""

    @property
    def recipients(self) -> tuple[str, ...]:
        """Whom it goes to: each address once."""
        found = {box.address.lower(): box.address for box in (*self.to, *self.cc)}
        return tuple(found.values())

    def shown(self) -> str:
        """Header and text as people read them: decoded, unfolded; the files by name."""
        shown = [("From", _shown(self.sender)), ("To", ", ".join(map(_shown, self.to)))]
        if self.cc:
            shown.append(("Cc", ", ".join(map(_shown, self.cc))))
        shown += [("Subject", self.subject), *self.fields]
        shown += [("Attached", f"{file.name} ({len(file.content)} bytes)") for file in self.attachments]
        text = self.text if self.html else unwrapped(self.text)
        return "".join(f"{name}: {one_line(value)}\n" for name, value in shown) + f"\n{text}"

    def as_bytes(self, *, eight_bit: bool = False, utf8: bool = False) -> bytes:
        """The mail for the wire, with CRLF. `eight_bit`: the server takes 8BITMIME (RFC 6152); `utf8`: SMTPUTF8, which
        addresses outside ASCII need (RFC 6531)."""
        lines = [_addresses("From", [self.sender], utf8=utf8), _addresses("To", self.to, utf8=utf8)]
        if self.cc:
            lines.append(_addresses("Cc", self.cc, utf8=utf8))
        lines.append(_text("Subject", self.subject[:_LONGEST_SUBJECT]))
        lines += [_folded(name, value) for name, value in self.fields]
        head = "".join(f"{line}\r\n" for line in lines)
        return head.encode("utf-8" if utf8 else "ascii") + self._body(eight_bit=eight_bit)

    def _body(self, *, eight_bit: bool) -> bytes:
        """MIME-Version, Content-Type and all below."""
        body = EmailMessage(policy=SMTP)
        flow = None if self.html else {"format": "flowed"}
        body.set_content(self.text, cte=_encoding(self.text, eight_bit=eight_bit), params=flow)
        if self.html:
            body.add_alternative(self.html, subtype="html", cte=_encoding(self.html, eight_bit=eight_bit))
        for file in self.attachments:
            main, _, sub = _media_type(file.media_type).partition("/")
            body.add_attachment(file.content, maintype=main, subtype=sub, filename=file.name)
        if "MIME-Version" not in body:
            body["MIME-Version"] = "1.0"
        return body.as_bytes()


def own_fields(
    message_id: str, at: datetime, zone: ZoneInfo, loop_token: str, *, submitted: str = ""
) -> list[tuple[str, str]]:
    """What each mail of the desk carries, for `Letter.fields`: its Date (RFC 5322 3.6.1) in the desk's own time, its
    Message-ID, and the loop header. `submitted` says of a mail that nobody wrote how it came to be (RFC 3834).
    """
    local = at.astimezone(zone)
    fields = [
        # "+0000" says that the zone is UTC, "-0000" that it is not known.
        ("Date", format_datetime(local if local.utcoffset() else at.astimezone(UTC))),
        ("Message-ID", message_id),
        (LOOP_HEADER, loop_token),
    ]
    if submitted:
        fields += [
            ("Auto-Submitted", submitted),
            ("X-Auto-Response-Suppress", "All"),
            # No standard, and yet what vacation programs look at first.
            ("Precedence", "bulk"),
        ]
    return fields


def field_of_addresses(name: str, boxes: Sequence[Mailbox]) -> tuple[str, str]:
    """A further field of addresses (Reply-To), as `Letter.fields` has them: name and unfolded value."""
    return name, _addresses(name, boxes, utf8=False).removeprefix(f"{name}: ").replace("\r\n", "")


def on_wire(address: str, *, utf8: bool) -> str:
    """An address as a server takes it: without SMTPUTF8 its domain in A-labels (RFC 5890). UnicodeError for none."""
    local, _, domain = address.rpartition("@")
    if utf8 or domain.isascii():
        return address
    return f"{local}@{domain.encode('idna').decode('ascii')}"


def carries(address: str, *, utf8: bool) -> bool:
    """Whether an address can be written for a server: one with letters outside ASCII before the `@` needs SMTPUTF8."""
    try:
        on_wire(address, utf8=utf8).encode("utf-8" if utf8 else "ascii")
    except UnicodeError:
        return False
    return True


def _encoding(text: str, *, eight_bit: bool) -> str:
    """How a text is carried: as it is where that can be, else so that most of it can still be read."""
    short = all(len(line.encode()) <= LONGEST_LINE for line in text.split("\n"))
    if text.isascii():
        return "7bit" if short else "quoted-printable"
    if eight_bit and short:
        return "8bit"
    plain = sum(map(str.isascii, text))
    return "quoted-printable" if plain > len(text) * 3 // 4 else "base64"


def _media_type(text: str) -> str:
    """The type of a file; a message or a compound could not be carried in Base64 under its own (RFC 2045 6.4)."""
    known = re.fullmatch(r"(application|audio|font|image|model|text|video)/[a-z0-9][a-z0-9.+-]{0,60}", text)
    return text if known else "application/octet-stream"


def _shown(box: Mailbox) -> str:
    return f"{one_line(box.name)} <{box.address}>" if box.name else box.address


def _addresses(name: str, boxes: Sequence[Mailbox], *, utf8: bool) -> str:
    """A field of mailboxes, one a line."""
    return f"{name}: " + ",\r\n ".join(_mailbox(box, len(name) + 2, utf8=utf8) for box in boxes)


def _mailbox(box: Mailbox, before: int, *, utf8: bool) -> str:
    address = on_wire(box.address, utf8=utf8)
    name = one_line(box.name)[:_LONGEST_NAME].strip()
    if not name or name == box.address:
        return address
    if _ATOMS.fullmatch(name) and "=?" not in name and len(name) <= _LINE - before:
        return f"{name} <{address}>"
    if _PRINTABLE.fullmatch(name) and not set(name) & set('"\\') and "=?" not in name:
        return f'"{name}" <{address}>'
    # Encoded words need no quotes, and no reader takes a comma in them for the end of the name.
    return f"{_encoded(name, before)}\r\n <{address}>"


def _text(name: str, value: str) -> str:
    """A field of free text: as it is where it is plain and short, else in encoded words (RFC 2047)."""
    value = one_line(value)
    if _PRINTABLE.fullmatch(value) and "=?" not in value:
        return _folded(name, value)
    return f"{name}: {_encoded(value, len(name) + 2)}"


def _encoded(value: str, before: int) -> str:
    return Header(value, "utf-8", maxlinelen=_LINE - 1, header_name="x" * max(before - 2, 1)).encode(linesep="\r\n")


def _folded(name: str, value: str) -> str:
    """A field of ASCII, folded between words; a word longer than a line stays whole."""
    lines = [f"{name}:"]
    for word in value.split(" "):
        if lines[-1] != f"{name}:" and len(lines[-1]) + 1 + len(word) > _LINE and lines[-1].strip():
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join(lines)
