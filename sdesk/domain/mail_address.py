"""What is one mail address, and nothing else: the only form that is stored as one, and to which anything is sent."""

from __future__ import annotations

import re
import unicodedata

_LONGEST = 320
"""Octets: 64, an `@` and 255 (RFC 5321 4.5.3.1)."""
_ATOM = r"(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]|[^\x00-\x7f])+"
_LABEL = r"(?:[A-Za-z0-9_-]|[^\x00-\x7f])+"
_ADDRESS = re.compile(
    rf"{_ATOM}(?:\.{_ATOM})*@"
    rf"(?P<domain>{_LABEL}(?:\.{_LABEL})*|\[(?:\d{{1,3}}(?:\.\d{{1,3}}){{3}}|IPv6:[0-9A-F:.]{{2,45}})\])",
    re.IGNORECASE,
)
_OF_NAMES = ("L", "M", "Nd")
"""Kinds of characters of which names of hosts are made (RFC 5892 2): no signs that look like a dot or an `@`."""


def is_mail_address(text: str) -> bool:
    """Whether a text is a dot-atom (RFC 5322 3.2.3, with the letters of RFC 6531), an `@`, and a domain or an address
    literal.

    RFC 5322 knows more: quoted strings, comments, blanks. Every program reads those in a way of its own, so that what
    one takes for an address is two for the next, and a mail goes to a third person. They are no addresses here.
    """
    if not _is_one(text):
        return False
    # A domain is normalised on its way (RFC 3490): what it becomes must be one address, too.
    return text.isascii() or _is_one(unicodedata.normalize("NFKC", text))


def _is_one(text: str) -> bool:
    if not text.isprintable() or len(text.encode("utf-8", "replace")) > _LONGEST:
        return False
    found = _ADDRESS.fullmatch(text)
    return found is not None and all(
        character.isascii() or unicodedata.category(character).startswith(_OF_NAMES) for character in found["domain"]
    )
