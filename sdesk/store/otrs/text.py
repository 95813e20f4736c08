"""What a driver gives as text: OTRS keeps some of it in columns for bytes."""

from __future__ import annotations

import base64
import binascii


def text_of(value: object) -> str:
    """A text, however the driver gives it; empty for NULL."""
    if value is None:
        return ""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode("utf-8", "replace")
    return str(value).encode("utf-8", "replace").decode("utf-8")


def bytes_of(value: object) -> bytes:
    """The content of a file. Where a database takes no bytes (PostgreSQL), OTRS writes Base64 into a text."""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    text = text_of(value)
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return text.encode()
