"""Whether bytes are a mail at all: a mail begins with a header (RFC 5322 2.1)."""

from __future__ import annotations

import re

_LINES = 50
"""Of the beginning that are looked at: junk may stand before the first field, and a page of text is no junk."""
_LOOKED_AT = 8192
_FIELD = re.compile(
    rb"(?:from|sender|reply-to|to|cc|bcc|subject|date|message-id|in-reply-to|references|received|return-path"
    rb"|delivered-to|envelope-to|mime-version|content-type|content-transfer-encoding|content-disposition"
    rb"|dkim-signature|authentication-results|auto-submitted|list-id|x-[a-z0-9-]+)[ \t]*:",
    re.IGNORECASE,
)
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x1b")) + b"\x7f"
"""What no text has: ESC is left out, since ISO-2022-JP is written with it."""
_MOST_CONTROLS = 0.02
_KINDS = (
    (b"\x1f\x8b", "it is compressed by gzip: unpack it first"),
    (b"PK\x03\x04", "it is a ZIP archive: unpack it first"),
    (b"BZh", "it is compressed by bzip2: unpack it first"),
    (b"!BDN", "it is an Outlook data file (PST): export it as mbox or .eml first"),
    (b"\xd0\xcf\x11\xe0", "it is a file of Outlook (.msg) or Office: export it as .eml first"),
)


def has_header(raw: bytes) -> bool:
    """Whether one of the first lines is a field that mails have."""
    return any(_FIELD.match(line) for line in raw[:_LOOKED_AT].split(b"\n")[:_LINES])


def is_rubbish(raw: bytes) -> bool:
    """Whether bytes are neither a mail nor a text: no field of a header, and what no text has."""
    head = raw[:_LOOKED_AT]
    if not head or has_header(head):
        return False
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return b"\0" in head or controls > len(head) * _MOST_CONTROLS


def why_no_mail(raw: bytes) -> str | None:
    """Why a file that somebody named is no mail; None where it is one. `raw` may be its beginning."""
    if has_header(raw):
        return None
    if not raw:
        return "it is empty"
    for magic, said in _KINDS:
        if raw.startswith(magic):
            return f"it is no mail; {said}"
    return "it is no mail: it begins without a header"
