"""A mail that has been read, as a plain value: what the wire gives and the desk decides upon."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A name with an address (RFC 5322 `mailbox`)."""

    address: str
    """addr-spec, the domain in lower case; empty where none could be found."""
    name: str = ""
    """display-name, decoded, free of control characters."""


@dataclass(frozen=True, slots=True)
class InboundAttachment:
    """A part that is no body text."""

    name: str
    """A safe file name: no path, no control character, never empty, at most 200 bytes in UTF-8."""
    media_type: str
    """RFC 2045 type/subtype, lower case."""
    content: bytes
    content_id: str = ""
    """Without angle brackets."""
    inline: bool = False
    """Shown within the text (an image that the HTML refers to, or Content-Disposition: inline)."""


FORWARDED = "---------- Forwarded message ---------"
"""What stands above the text of a message that was attached to a mail, where it is shown with the mail's own words."""


@dataclass(frozen=True, slots=True)
class InboundMail:
    """What `mail/mime/message.read` makes of raw bytes. It is made of anything: `defects` lists what was wrong.

    Every text is decoded, has line ends of LF, and keeps control characters out except TAB and LF
    (so terminal escape sequences are dead on arrival; markup is left as text).
    """

    sender: Mailbox
    """From (RFC 5322 3.6.2), the first usable mailbox."""
    reply_to: tuple[Mailbox, ...] = ()
    to: tuple[Mailbox, ...] = ()
    cc: tuple[Mailbox, ...] = ()
    delivered_to: tuple[str, ...] = ()
    """Addresses in Delivered-To, X-Original-To and Envelope-To: where the mail really went."""
    subject: str = ""
    date: datetime | None = None
    """Date, aware, in UTC; None where missing or impossible."""
    message_id: str = ""
    """With its angle brackets, as `<left@right>`; empty where there is none."""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    """Oldest first."""
    body_text: str = ""
    """The sender's own words."""
    body_quoted: str = ""
    """Quoted history and signature, folded away from `body_text`, never thrown away."""
    forwarded_from: Mailbox | None = None
    """Who wrote the message that this one forwards, with an address; None where it is not clearly a forward. It is what
    the forwarder's program wrote, or the forwarder: believe it as far as `sender`."""
    attachments: tuple[InboundAttachment, ...] = ()
    return_path: str | None = None
    """Envelope sender: None where the header is missing, empty for `<>`."""
    headers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """All header fields, names in lower case, decoded values in order."""
    is_bounce: bool = False
    """A delivery report (RFC 3464) or what looks like one."""
    is_auto: bool = False
    """Made by a machine (RFC 3834, and what programs did before it)."""
    auto_reason: str = ""
    """Which header or sign said so."""
    reported_ids: tuple[str, ...] = ()
    """Message-IDs that a bounce names as its own original."""
    language: str = ""
    """`ru` where the own words are mostly Cyrillic, `en` where mostly Latin, else empty."""
    defects: tuple[str, ...] = ()
    """What was wrong with the bytes, a short phrase each."""
    sha256: str = ""
    """Of the raw bytes, hexadecimal."""
    digest: str = ""
    """Of From, Date, Subject and body, hexadecimal: a duplicate has the same Message-ID and this."""
    size: int = 0
    """Raw bytes."""

    def header(self, name: str) -> str:
        """First value of a header field, or the empty string."""
        values = self.headers.get(name.lower(), ())
        return values[0] if values else ""
