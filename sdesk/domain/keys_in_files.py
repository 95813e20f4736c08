"""What looks like a key, an agent's or an approver's, in the bytes of a file, however they are written, of any type.

A mail program attaches the notification or the question that is answered, as a message, or as a file of its own kind.
The key stands in it as text, in UTF-16 (Outlook's `.msg`), in quoted-printable, or in Base64.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

_KEY = re.compile(rb"[ap]-[0-9a-f]{32}", re.IGNORECASE)
"""An agent's, or an approver's."""
_SOFT_BREAK = re.compile(rb"=\r?\n")
_BASE64 = re.compile(rb"[A-Za-z0-9+/\r\n]{44,}")
"""As long as a key is in it, at least."""
_DEEPEST = 3
"""Base64 within Base64: a message in a message in a message."""


def keys_like(content: bytes) -> frozenset[str]:
    """All that looks like one, in lower case; whether one is, the store knows.

    What is compressed (an archive, a document of an office program) is not looked into.
    """
    return frozenset(found.decode("ascii").lower() for found in _within(content, _DEEPEST))


def _within(content: bytes, deep: int) -> Iterator[bytes]:
    # Without the zeros of UTF-16 a text in ASCII is left, whichever byte comes first.
    plain = content.replace(b"\0", b"")
    mended = _SOFT_BREAK.sub(b"", plain).replace(b"=2D", b"-").replace(b"=2d", b"-").replace(b"%2D", b"-")
    yield from _KEY.findall(mended)
    if not deep:
        return
    for run in _BASE64.finditer(plain):
        packed = run[0].replace(b"\r", b"").replace(b"\n", b"")
        # Where it begins, nobody says: the word before it (`Encoding: base64`) is made of the same letters.
        for start in range(4):
            whole = (len(packed) - start) // 4 * 4
            yield from _within(binascii.a2b_base64(packed[start : start + whole]), deep - 1)
