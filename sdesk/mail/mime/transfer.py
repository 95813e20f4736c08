"""Transfer encodings (RFC 2045 section 6) and uuencode, of bytes that may be broken: what can be decoded is, the
rest is noted."""

from __future__ import annotations

import binascii
import re

_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=\s]")
_BASE64_JUNK = re.compile(rb"[^A-Za-z0-9+/]+")
_BROKEN_QP = re.compile(rb"=(?![0-9A-Fa-f]{2}|[ \t]*\r?\n|[ \t]*\Z)")
_UU_BEGIN = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} ([^\r\n]{0,199}[^ \t\r\n])[ \t]*\r?$\n?", re.MULTILINE)

_MOST_FILES = 100
"""Lines that begin a uuencoded file that are looked at: each may make the whole text be read."""


def decoded_transfer(data: bytes, encoding: str, defects: list[str], where: str) -> bytes:
    """The bytes behind a Content-Transfer-Encoding (lower case, without blanks). Never raises.

    An unknown encoding is taken for none, with a defect (RFC 2045 6.2 would make the part opaque, and lose its text).
    """
    if encoding in ("", "7bit", "8bit", "binary", "none", "7-bit", "8-bit"):
        return data
    if encoding == "base64":
        return _base64(data, defects, where)
    if encoding in ("quoted-printable", "quoted_printable", "qp"):
        if _BROKEN_QP.search(data):
            _note(defects, f"broken quoted-printable in {where}")
        return binascii.a2b_qp(data)
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        files, _ = uuencoded(data)
        if files:
            return files[0][1]
        _note(defects, f"broken uuencode in {where}")
        return data
    _note(defects, f"unknown transfer encoding {encoding[:40]!r} of {where}")
    return data


def uuencoded(data: bytes) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """Files that stand uuencoded within a text: ([(raw name, content)], the text without them)."""
    files: list[tuple[bytes, bytes]] = []
    rest: list[bytes] = []
    position = tried = 0
    for begin in _UU_BEGIN.finditer(data):
        if begin.start() < position:
            continue
        if tried >= _MOST_FILES:
            break
        tried += 1
        end = re.compile(rb"^(?:end|====)[ \t]*\r?$\n?", re.MULTILINE).search(data, begin.end())
        if end is None:
            break  # no file ends from here on
        body = data[begin.end() : end.start()]
        content = _base64(body, [], "") if begin.group().startswith(b"begin-base64") else _uu_lines(body)
        if content is None:
            continue
        rest.append(data[position : begin.start()])
        files.append((begin[1], content))
        position = end.end()
    rest.append(data[position:])
    return files, b"".join(rest)


def _uu_lines(body: bytes) -> bytes | None:
    """None where the lines between `begin` and `end` are no uuencode after all."""
    out: list[bytes] = []
    for line in body.splitlines():
        if not line:
            continue
        length = (line[0] - 32) & 63
        # Some encoders pad wrongly; the count before the line says how much of it holds.
        needed = 1 + (length + 2) // 3 * 4
        try:
            out.append(binascii.a2b_uu(line[:needed]))
        except binascii.Error:
            return None
    return b"".join(out)


def _base64(data: bytes, defects: list[str], where: str) -> bytes:
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        pass  # a wrong length or padding: mended below, and noted
    if _NOT_BASE64.search(data):
        _note(defects, f"signs that are no base64 in {where}")
    letters = _BASE64_JUNK.sub(b"", data)
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    _note(defects, f"broken base64 in {where}")
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def _note(defects: list[str], defect: str) -> None:
    if defect not in defects:
        defects.append(defect)
