"""The parts of a message (RFC 2045, 2046): raw bytes in, a tree of parts out, whatever the bytes.

Header blocks are read by the standard library's parser. Bodies are cut at their boundaries here, in bytes: that parser
goes line by line, recurses, and gives an embedded message back as another text than came.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import errors
from email._policybase import Compat32
from email.feedparser import FeedParser
from email.message import Message
from typing import TYPE_CHECKING, Any, cast

from sdesk.mail.mime.parameters import Parameterised, media_type, parameterised
from sdesk.mail.mime.transfer import decoded_transfer

if TYPE_CHECKING:
    from email.policy import Policy

_DEEPEST = 200
"""Levels of multiparts that are taken apart."""
_MOST_PARTS = 20_000
_MOST_LABELS = 100
"""Parts whose label is looked at, for what has none."""
_LONGEST_HEAD = 1_000_000
"""Bytes of a header block that is mended."""

_KNOWN_FIELD = re.compile(
    rb"(?:from|to|cc|subject|date|message-id|mime-version|content-[a-z-]+|received|return-path|reply-to|sender"
    rb"|in-reply-to|references|delivered-to|x-[a-z0-9-]+|dkim-signature|user-agent|importance|list-[a-z]+"
    rb"|auto-submitted)[ \t]*:",
    re.IGNORECASE,
)
_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:")
_FUSED = re.compile(
    rb"(?<=[^\s:;,-])(?=(?:MIME-Version: ?1\.0|Content-Type: ?(?:text|multipart)/|Content-Transfer-Encoding: ?[a-z0-9]"
    rb"|Message-ID: ?<|In-Reply-To: ?<))",
    re.IGNORECASE,
)
_GUESSED_BOUNDARY = re.compile(
    rb"^--([^\r\n]{0,199}[^ \t\r\n])[ \t]*\r?\n(?=(?:content-[a-z-]+[ \t]*:|\r?\n))", re.IGNORECASE | re.MULTILINE
)
_BLANK_LINE = re.compile(rb"\n\r?\n|\r\r\n?|\r\n\r\n")
_AFTER_BOUNDARY = re.compile(rb"(--)?[ \t]*(?:\r\n?|\n|\Z)")

_TOLD: dict[type[errors.MessageDefect], str] = {
    errors.MissingHeaderBodySeparatorDefect: "no blank line after the headers",
    errors.FirstHeaderLineIsContinuationDefect: "the headers begin with a continued line",
    errors.MisplacedEnvelopeHeaderDefect: "an envelope line among the headers",
}


class _AsWritten(Compat32):
    """compat32 that keeps raw 8-bit header fields as they are: what they mean is decided where they are read."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        return value


_POLICY = cast("Policy[Part]", _AsWritten())


class Part(Message):
    """The header fields of a part, its body as it came, and the parts that the body was cut into."""

    body: bytes = b""
    """Not decoded. Empty for a multipart that was taken apart."""
    parts: tuple[Part, ...] = ()
    default_type: str = "text/plain"
    _content_type: Parameterised | None = None

    def content_type(self) -> Parameterised:
        """Content-Type taken apart; `value` is always a type/subtype."""
        if self._content_type is None:
            raw = self.field("content-type")
            found = parameterised(raw) if raw.strip() else Parameterised(self.default_type)
            known = media_type(found.value) or {"text": "text/plain", "html": "text/html", "plain": "text/plain"}.get(
                found.value, "application/octet-stream" if found.value else "text/plain"
            )
            self._content_type = Parameterised(known, found.parameters)
        return self._content_type

    def set_payload(self, payload: Any, charset: Any = None) -> None:
        """For the standard library's parser, which gives here what it takes for no header."""
        self.body = payload.encode("ascii", "surrogateescape")

    def get_content_type(self) -> str:
        """For the standard library's parser: every part is a leaf to it."""
        return "text/plain"

    def get_content_maintype(self) -> str:
        """For the same parser, as above."""
        return "text"

    def field(self, name: str) -> str:
        """The first raw value of a header field, or the empty string."""
        value = self.get(name)
        return value if isinstance(value, str) else ""


def parse(raw: bytes, defects: list[str]) -> Part:
    """The tree of a message. Never raises; what is wrong is added to `defects`."""
    root = _mended(raw, defects)
    _cut_up(root, defects)
    return root


def header_fields(raw: bytes) -> Part:
    """Only the header fields of a message; its body is not looked at."""
    return _fed(_split(raw[:_LONGEST_HEAD].lstrip(b"\r\n"))[0] + b"\n\n")


def split_body(raw: bytes) -> bytes:
    """What comes after the first blank line."""
    return _split(raw)[2]


def leaves(part: Part) -> Iterator[Part]:
    """The parts below (or the part itself) that hold no others, in the order of the text; without recursion."""
    stack = [part]
    while stack:
        one = stack.pop()
        if one.parts:
            stack.extend(reversed(one.parts))
        else:
            yield one


def text_charset(root: Part) -> str:
    """The charset label of the first text that declares one; empty for none."""
    for count, part in enumerate(leaves(root)):
        if count >= _MOST_LABELS:
            break
        kind = part.content_type()
        if kind.value.startswith("text/") and (label := kind.text("charset", [], "")):
            return label
    return ""


def _mended(raw: bytes, defects: list[str]) -> Part:
    """The root, with a header block that lost its shape put right first."""
    root = _read(raw, [])
    wrong = {type(defect) for defect in root.defects}
    if not root.keys() or wrong & {
        errors.MissingHeaderBodySeparatorDefect,
        errors.FirstHeaderLineIsContinuationDefect,
    }:
        mended = _with_mended_headers(raw, defects)
        return root if mended is None else _read(mended, defects)
    if "content-type" not in root and "mime-version" not in root:
        head, separator, body = _split(raw)
        apart = _FUSED.sub(b"\n", head)
        if apart != head:
            defects.append("header fields that run into each other")
            return _read(apart + separator + body, defects)
    _note_defects(root, defects)
    return root


def _read(raw: bytes, defects: list[str]) -> Part:
    """A part whose body is still in one piece."""
    head, separator, body = _split(raw)
    part = _fed(head + separator)
    # Lines that are no headers: the parser takes them, and all that follows, for the body.
    part.body += body
    _note_defects(part, defects)
    return part


def _fed(head: bytes) -> Part:
    parser: FeedParser[Part] = FeedParser(Part, policy=_POLICY)
    parser.feed(head.decode("ascii", "surrogateescape"))
    return parser.close()


def _note_defects(part: Part, defects: list[str]) -> None:
    for defect in part.defects:
        _once(defects, _TOLD.get(type(defect), f"broken headers ({type(defect).__name__})"))


def _split(raw: bytes) -> tuple[bytes, bytes, bytes]:
    """(headers, blank line, body); all is headers where no blank line comes."""
    if raw[:1] in (b"\n", b"\r"):
        end = 2 if raw.startswith(b"\r\n") else 1
        return b"", raw[:end], raw[end:]
    found = _BLANK_LINE.search(raw)
    return (raw, b"", b"") if found is None else (raw[: found.start()], found.group(), raw[found.end() :])


def _cut_up(root: Part, defects: list[str]) -> None:
    """Give every multipart below its parts, level by level."""
    count = 1
    stack = [(root, 0)]
    while stack:
        part, depth = stack.pop()
        kind = part.content_type().value
        if not kind.startswith("multipart/"):
            continue
        if depth >= _DEEPEST:
            _once(defects, "parts nested too deep: the innermost are shown as they came")
            continue
        pieces = _pieces_of(part, defects)
        if count + len(pieces) > _MOST_PARTS:
            _once(defects, f"more than {_MOST_PARTS} parts: the rest is only in the raw message")
            pieces = pieces[: _MOST_PARTS - count]
        if not pieces:
            continue
        count += len(pieces)
        part.parts = tuple(_read(piece, defects) for piece in pieces)
        part.body = b""
        if kind == "multipart/digest":
            for child in part.parts:
                child.default_type = "message/rfc822"
        stack.extend((child, depth + 1) for child in reversed(part.parts))


def _pieces_of(part: Part, defects: list[str]) -> list[bytes]:
    """A multipart's body cut at its boundary; where that is missing or wrong, at the one that the text shows."""
    if part.field("content-transfer-encoding").strip().lower() not in ("", "7bit", "8bit", "binary"):
        _once(defects, "a transfer encoding on a multipart")
    parameters = part.content_type().parameters
    boundary = (parameters.get("boundary") or parameters.get("boundary*0", "")).rstrip()
    pieces, closed = _pieces(part.body, boundary.encode("ascii", "surrogateescape")) if boundary else ([], False)
    if pieces:
        if not closed:
            _once(defects, "the last part is not closed")
        return pieces
    if not part.body.strip():
        return []
    _once(defects, "a multipart whose boundary never comes" if boundary else "a multipart without a boundary")
    body = part.body
    encoding = part.field("content-transfer-encoding").strip().lower()
    if encoding in ("base64", "quoted-printable") and b"\n--" not in body:
        body = decoded_transfer(body, encoding, [], "")
    found = _GUESSED_BOUNDARY.search(body)
    return _pieces(body, found[1])[0] if found is not None else []


def _pieces(body: bytes, boundary: bytes) -> tuple[list[bytes], bool]:
    """(what stands between the delimiter lines of RFC 2046 5.1.1, whether the closing one was seen).

    The line end before a delimiter belongs to it. Delimiters that follow each other at once hold no part between them.
    Parts that come behind the closing one (a boundary used within too) are parts all the same, the text there is none.
    """
    pieces: list[bytes] = []
    needle = b"--" + boundary
    start = -1
    closed = False
    at = body.find(needle)
    while at >= 0:
        after = _AFTER_BOUNDARY.match(body, at + len(needle))
        if after is None or (at and body[at - 1] not in b"\r\n"):
            at = body.find(needle, at + len(needle))
            continue
        if 0 <= start < at:
            end = at - (2 if body[at - 2 : at] == b"\r\n" else 1)
            pieces.append(body[start : max(start, end)])
        closed = after[1] is not None
        start = -1 if closed else after.end()
        at = body.find(needle, after.end())
    if 0 <= start < len(body):
        pieces.append(body[start:])
    return pieces, closed


def _with_mended_headers(raw: bytes, defects: list[str]) -> bytes | None:
    """The message with junk before the first header dropped, lost indents put back, and the blank line before the body;
    None where nothing can be made of it."""
    lines = raw[:_LONGEST_HEAD].splitlines(keepends=True)
    rest = raw[_LONGEST_HEAD:]
    # Two known fields close together make headers; one alone may be a line of a text that has none.
    first = next(
        (
            index
            for index, line in enumerate(lines[:100])
            if _KNOWN_FIELD.match(line) and any(_KNOWN_FIELD.match(later) for later in _until_blank(lines, index + 1))
        ),
        None,
    )
    if first is None:
        return b"\n" + raw if raw.strip() else None
    if any(line.strip() for line in lines[:first]) and not (first == 1 and lines[0].startswith((b"From ", b">From "))):
        defects.append("junk before the first header")
    out: list[bytes] = []
    index = first
    while index < len(lines):
        line = lines[index]
        if not line.strip() or line[:1] in b" \t" or _FIELD.match(line):
            if not line.strip():
                break
            out.append(line)
        elif any(_KNOWN_FIELD.match(later) for later in _until_blank(lines, index + 1)):
            out.append(b" " + line)
            _once(defects, "a header line without its indent")
        else:
            out.append(b"\n")
            _once(defects, "no blank line after the headers")
            break
        index += 1
    return b"".join(out) + b"".join(lines[index:]) + rest


def _until_blank(lines: list[bytes], start: int) -> Iterator[bytes]:
    for line in lines[start : start + 20]:
        if not line.strip():
            return
        yield line


def _once(defects: list[str], defect: str) -> None:
    if defect not in defects:
        defects.append(defect)
