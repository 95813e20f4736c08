"""Troubles of mail as it is in the world: a literal sample of each, and what is to be made of it.

The classes are those of the design's list, by name; what a class is about is in the samples.
"""

from __future__ import annotations

from dataclasses import dataclass, field

SENDER = ("ann@shop.example", "Ann")


@dataclass(frozen=True)
class Trouble:
    """One sample."""

    name: str
    """The class of trouble."""
    raw: bytes
    text: str = "It is down."
    """Own words, exactly."""
    sender: tuple[str, str] = SENDER
    """Address and name."""
    subject: str = "Till"
    files: tuple[str, ...] = ()
    """Names of the attachments, in order; those within the text with a `*` behind."""
    defects: tuple[str, ...] | None = ()
    """What is told of it, exactly; None where it is told in the class's own tests."""
    fields: dict[str, object] = field(default_factory=dict)
    """Other fields of the mail that tell."""


def letter(
    *,
    sender: bytes | str = "Ann <ann@shop.example>",
    subject: bytes | str = "Till",
    more: bytes | str = b"",
    body: bytes | str = "It is down.",
) -> bytes:
    """A mail of these pieces; `more` are header lines, each with its end."""
    pieces = [b"From: ", _bytes(sender), b"\nSubject: ", _bytes(subject), b"\nMIME-Version: 1.0\n", _bytes(more)]
    return b"".join([*pieces, b"\n", _bytes(body), b"\n"])


def text(body: bytes | str, kind: str = "text/plain", encoding: str = "8bit") -> bytes:
    """A mail of one text part."""
    return letter(more=f"Content-Type: {kind}\nContent-Transfer-Encoding: {encoding}\n", body=body)


def part(kind: str, body: bytes | str, *fields: str) -> bytes:
    """A part with its header."""
    return "\n".join([f"Content-Type: {kind}", *fields]).encode() + b"\n\n" + _bytes(body)


def parts(kind: str, *inner: bytes, boundary: str = "B", end: str = "--") -> bytes:
    """A mail of several parts."""
    head, _, body = multipart(kind, *inner, boundary=boundary, end=end).partition(b"\n\n")
    return letter(more=head + b"\n", body=body)


def multipart(kind: str, *inner: bytes, boundary: str = "B", end: str = "--") -> bytes:
    """Parts as a part."""
    line = f"--{boundary}".encode()
    body = b"".join(line + b"\n" + each + b"\n" for each in inner)
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"\n\n'.encode() + body + line + end.encode()


def file(disposition: str, kind: str = "application/pdf") -> bytes:
    """A mail with a text and one file whose Content-Disposition is this."""
    attached = part(kind, "JVBERg==", f"Content-Disposition: {disposition}", "Content-Transfer-Encoding: base64")
    return parts("mixed", part("text/plain", "It is down."), attached)


def _bytes(piece: bytes | str) -> bytes:
    return piece if isinstance(piece, bytes) else piece.encode()
