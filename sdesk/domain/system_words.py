"""What the operating system says of a file or a socket, as a part of one of our sentences."""

from __future__ import annotations


def reason_of(error: OSError | ValueError) -> str:
    """`no such file or directory`: small at its beginning, without a full stop."""
    said = (isinstance(error, OSError) and error.strerror) or str(error)
    return (said[:1].lower() + said[1:]).rstrip(".")
