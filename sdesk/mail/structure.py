"""The parts of a message (RFC 2045, 2046): raw bytes in, a tree of parts out, whatever the bytes.

The tree is built by the standard library's parser; what that parser trips over is kept from it here: types and
boundaries that
cannot be, headers that lost their shape, embedded messages (kept whole, as bytes), nesting without end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import errors
from email._policybase import Compat32
from email.feedparser import FeedParser
from email.message import Message
from typing import TYPE_CHECKING, Any, cast

from sdesk.mail.parameters import Parameterised, media_type, parameterised

if TYPE_CHECKING:
    from email.policy import Policy

_LEAF = "application/octet-stream"
_MOST_BOUNDARIES = 2_000
"""How often a message may say `boundary`: each level of nesting makes every line of it dearer to read."""
_DEEPEST = 500
"""Levels of nesting that are walked."""

_KNOWN_FIELD = re.compile(
    rb"(?:from|to|cc|subject|date|message-id|mime-version|content-[a-z-]+|received|return-path|reply-to|sender|in-reply-to|references"
    rb"|delivered-to|x-[a-z0-9-]+|dkim-signature|user-agent|importance|list-[a-z]+|auto-submitted)[ \t]*:",
    re.IGNORECASE,
)
_FUSED = re.compile(
    rb"(?<=[^\s:;,-])(?=(?:MIME-Version: ?1\.0|Content-Type: ?(?:text|multipart)/|Content-Transfer-Encoding: ?[a-z0-9]"
    rb"|Message-ID: ?<|In-Reply-To: ?<))",
    re.IGNORECASE,
)
_GUESSED_BOUNDARY = re.compile(
    r"^--([^\r\n]{1,200}?)[ \t]*\r?\n(?=(?:content-[a-z-]+[ \t]*:|\r?\n))", re.IGNORECASE | re.MULTILINE
)

_BLANK_LINE = re.compile(rb"\n\r?\n|\r\r\n?|\r\n\r\n")

_TOLD: dict[type[errors.MessageDefect], str] = {
    errors.CloseBoundaryNotFoundDefect: "the last part is not closed",
    errors.NoBoundaryInMultipartDefect: "a multipart without a boundary",
    errors.StartBoundaryNotFoundDefect: "a multipart whose boundary never comes",
    errors.MissingHeaderBodySeparatorDefect: "no blank line after the headers",
    errors.FirstHeaderLineIsContinuationDefect: "the headers begin with a continued line",
    errors.MisplacedEnvelopeHeaderDefect: "an envelope line among the headers",
    errors.InvalidMultipartContentTransferEncodingDefect: "a transfer encoding on a multipart",
}


class _AsWritten(Compat32):
    """compat32 that keeps raw 8-bit header fields as they are: what they mean is decided where they are read."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        return value


_POLICY = cast("Policy[Part]", _AsWritten())


class Part(Message):
    """A part whose type is read by rules that never raise. Embedded messages are leaves: they are kept as they came."""

    _content_type: Parameterised | None = None

    def content_type(self) -> Parameterised:
        """Content-Type taken apart; `value` is always a type/subtype."""
        if self._content_type is None:
            raw = self.get("content-type")
            found = parameterised(raw) if isinstance(raw, str) and raw.strip() else None
            if found is None:
                found = Parameterised(self.get_default_type())
            else:
                known = media_type(found.value) or {
                    "text": "text/plain",
                    "html": "text/html",
                    "plain": "text/plain",
                }.get(found.value, "text/plain" if not found.value else _LEAF)
                found = Parameterised(known, found.parameters)
            self._content_type = found
        return self._content_type

    def get_content_type(self) -> str:
        """For the parser: as `content_type`, with embedded messages shown as leaves."""
        value = self.content_type().value
        return _LEAF if value.startswith("message/") else value

    def get_content_maintype(self) -> str:
        """For the parser."""
        return self.get_content_type().partition("/")[0]

    def get_boundary(self, failobj: Any = None) -> Any:
        """For the parser: the boundary, blanks at its end taken off; `failobj` where there is none."""
        boundary = self.content_type().parameters.get("boundary") or self.content_type().parameters.get(
            "boundary*0", ""
        )
        return boundary.rstrip() or failobj

    def parts(self) -> list[Part]:
        """The parts of a multipart; none of a leaf."""
        payload: Any = self._payload  # type: ignore[attr-defined]
        return [part for part in payload if isinstance(part, Part)] if isinstance(payload, list) else []

    def raw(self) -> bytes:
        """A leaf's body as it came, not decoded; of a multipart that could not be taken apart, all of it."""
        payload: Any = self._payload  # type: ignore[attr-defined]
        return payload.encode("utf-8", "surrogateescape") if isinstance(payload, str) else b""

    def field(self, name: str) -> str:
        """The first raw value of a header field, or the empty string."""
        value = self.get(name)
        return value if isinstance(value, str) else ""


def parse(raw: bytes, defects: list[str]) -> Part:
    """The tree of a message. Never raises; what is wrong is added to `defects`."""
    root = _parsed(raw, defects)
    wrong = {type(defect) for defect in root.defects}
    if not root.keys() or wrong & {errors.MissingHeaderBodySeparatorDefect, errors.FirstHeaderLineIsContinuationDefect}:
        mended = _with_mended_headers(raw, defects)
        if mended is not None:
            root = _parsed(mended, defects)
    elif "content-type" not in root and "mime-version" not in root:
        head, separator, body = _split(raw)
        mended = _FUSED.sub(b"\n", head)
        if mended != head:
            defects.append("header fields that run into each other")
            root = _parsed(mended + separator + body, defects)
    _take_apart(root, defects)
    for part in walk(root, defects):
        for defect in part.defects:
            told = _TOLD.get(type(defect), f"broken structure ({type(defect).__name__})")
            if told not in defects:
                defects.append(told)
    return root


def walk(root: Part, defects: list[str]) -> Iterator[Part]:
    """Every part, multiparts too, in the order of the text; without recursion, and not deeper than a bound."""
    stack = [(root, 0)]
    while stack:
        part, depth = stack.pop()
        yield part
        children = part.parts()
        if children and depth >= _DEEPEST:
            defects.append("parts nested too deep")
            continue
        stack.extend((child, depth + 1) for child in reversed(children))


def header_fields(raw: bytes) -> Part:
    """Only the header fields of a message; its body is not looked at."""
    return _flat(_split(raw[:1_000_000].lstrip(b"\r\n"))[0], b"")


def split_body(raw: bytes) -> bytes:
    """What comes after the first blank line."""
    return _split(raw)[2]


def _parsed(raw: bytes, defects: list[str]) -> Part:
    if raw.count(b"oundary") <= _MOST_BOUNDARIES:
        head, blank, body = _split(raw)
        try:
            if body and b"multipart" not in head.lower():
                # The parser goes line by line, which a root that is one part (most mail is) can be spared.
                root = _fed(head + blank)
                if not root.defects and not root.is_multipart() and root.get_content_maintype() != "multipart":
                    root.set_payload(body.decode("ascii", "surrogateescape"))
                    return root
            return _fed(raw)
        except RecursionError:
            pass  # said below, where the message is taken as one flat text
    defects.append("parts nested too deep: the structure was not read")
    head, _, body = _split(raw)
    return _flat(head, body)


def _fed(raw: bytes) -> Part:
    parser: FeedParser[Part] = FeedParser(Part, policy=_POLICY)
    parser.feed(raw.decode("ascii", "surrogateescape"))
    return parser.close()


def _flat(head: bytes, body: bytes) -> Part:
    # Without its own type the root is one text, and the parser does not go down.
    root = _fed(re.sub(rb"(?im)^content-type", b"X-Unread-Content-Type", head) + b"\n\n")
    root.set_payload(body.decode("ascii", "surrogateescape"))
    return root


def _split(raw: bytes) -> tuple[bytes, bytes, bytes]:
    """(headers, blank line, body); all is headers where no blank line comes."""
    found = _BLANK_LINE.search(raw)
    return (raw, b"", b"") if found is None else (raw[: found.start()], found.group(), raw[found.end() :])


def _take_apart(root: Part, defects: list[str]) -> None:
    """Give multiparts that came out as one text a second try, with the boundary that their text shows."""
    for part in list(walk(root, [])):
        payload: Any = part._payload  # type: ignore[attr-defined]
        if part.get_content_maintype() != "multipart" or not isinstance(payload, str) or not payload.strip():
            continue
        encoding = part.field("content-transfer-encoding").strip().lower()
        if encoding in ("base64", "quoted-printable") and "\n--" not in payload:
            from sdesk.mail.transfer import decoded_transfer

            payload = decoded_transfer(part.raw(), encoding, [], "").decode("ascii", "surrogateescape")
        found = _GUESSED_BOUNDARY.search(payload)
        if found is None:
            continue
        kind = part.get_content_type()
        boundary = found[1].replace("\\", "\\\\").replace('"', '\\"')
        again = f'Content-Type: {kind}; boundary="{boundary}"\n\n{payload}'
        inner = _parsed(again.encode("ascii", "surrogateescape"), defects)
        if inner.parts():
            part._payload = inner._payload  # type: ignore[attr-defined]


def _with_mended_headers(raw: bytes, defects: list[str]) -> bytes | None:
    """The message with junk before the first header dropped, lost indents put back, and the blank line before the body;
    None where nothing can be made of it."""
    lines = raw[:1_000_000].splitlines(keepends=True)
    rest = raw[1_000_000:]
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
        if not line.strip() or line[:1] in b" \t" or re.match(rb"[!-9;-~]+[ \t]*:", line):
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
