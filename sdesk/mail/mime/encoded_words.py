"""Header text as people read it: unfolded, RFC 2047 encoded words decoded (RFC 2231 language tags too), raw 8-bit
read by guess."""

from __future__ import annotations

import binascii
import re

from sdesk.domain.safe_text import one_line
from sdesk.mail.mime.charsets import decode
from sdesk.mail.mime.charsets import in_charset_of as charset_of_another

# Laxer than RFC 2047: an empty charset, blanks and bare question marks inside of a word, and nothing between a word
# and its
# neighbours all occur. The count is bounded so that a field made of half words stays cheap.
_WORD = re.compile(r"=\?([^?\s]*)\?([bBqQ])\?([^?]*(?:\?(?!=)[^?]*){0,8})\?=")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_FOLD = re.compile(r"\r?\n|\r")


def header_text(raw: str, defects: list[str], where: str) -> str:
    """One header field's value as one safe line.

    `raw` is as the parser gives it: ASCII, with bytes above 127 as surrogate escapes (PEP 383), line folds left in.
    """
    if raw.isascii() and "=?" not in raw:
        return one_line(unfolded(raw))
    return one_line(decoded(raw, defects, where))


def decoded(raw: str, defects: list[str], where: str) -> str:
    """The same without making it one line: for a piece of a field whose structure is already taken apart."""
    raw = unfolded(raw)
    if "=?" not in raw:
        return eight_bit(raw, defects, where)
    out: list[str] = []
    run: list[tuple[str, bytes]] = []
    """Words that stand beside each other: their bytes are put together before they are decoded, since
    many programs split a character over two words."""
    end = 0
    for found in _WORD.finditer(raw):
        between = raw[end : found.start()]
        if between.strip() or not run:
            out.append(_read(run, defects, where))
            out.append(eight_bit(between, defects, where))
            run = []
        run.append((found[1].partition("*")[0], _bytes(found[2], found[3], defects, where)))
        end = found.end()
    if not end:
        return eight_bit(raw, defects, where)
    out.append(_read(run, defects, where))
    out.append(eight_bit(raw[end:], defects, where))
    return "".join(out)


def eight_bit(raw: str, defects: list[str], where: str) -> str:
    """Text with surrogate escapes as the characters that its bytes most likely mean."""
    if raw.isascii():
        return raw
    return decode(raw.encode("ascii", "surrogateescape"), "", defects, where)


def in_charset_of(raw: str, label: str) -> str:
    """The same field with its raw 8-bit text in UTF-8, where that text is in the charset `label` of the mail's own text
    (Chinese, Turkish, Greek: no guess knows them apart)."""
    if raw.isascii() or not label:
        return raw
    known = charset_of_another(raw.encode("ascii", "surrogateescape"), label)
    return raw if known is None else known.encode("utf-8", "replace").decode("ascii", "surrogateescape")


def unfolded(raw: str) -> str:
    """A field's value on one line; the blank that begins a continued line stays (RFC 5322 2.2.3)."""
    return _FOLD.sub("", raw) if "\n" in raw or "\r" in raw else raw


def _read(run: list[tuple[str, bytes]], defects: list[str], where: str) -> str:
    out: list[str] = []
    index = 0
    while index < len(run):
        label = run[index][0]
        data = bytearray()
        while index < len(run) and run[index][0].lower() == label.lower():
            data += run[index][1]
            index += 1
        out.append(decode(bytes(data), label, defects, where))
    return "".join(out)


def _bytes(encoding: str, text: str, defects: list[str], where: str) -> bytes:
    if encoding in "qQ":
        return binascii.a2b_qp(text.encode("ascii", "surrogateescape"), header=True)
    data = _NOT_BASE64.sub(b"", text.encode("ascii", "surrogateescape"))
    if len(data) % 4 == 1:  # one letter too many or three too few: six bits that are no byte
        defects.append(f"broken base64 in {where}")
        data = data[:-1]
    return binascii.a2b_base64(data + b"=" * (-len(data) % 4))
