"""One message that a mail server hands over on standard input.

There is no place where it could be left: either it is in the store when this returns, or the mail server keeps it.
"""

from __future__ import annotations

import hashlib
import zlib
from datetime import datetime
from typing import BinaryIO

from sdesk.config.wire import DeskMailbox
from sdesk.desk.intake import Receipt
from sdesk.desk.opening import Desk
from sdesk.domain.errors import BadInput, Unavailable
from sdesk.mail.inbox.sources.base import HEAD_BYTES, Item
from sdesk.mail.inbox.take import Packed, Taking

FOLDER = "pipe"
"""Under which folder such a message stands in the ledger; its uid is the SHA-256 of its bytes."""
TIMES = 4
"""So many times what a mailbox takes may come by a pipe: more is left to the mail server."""

_PIECE = 64 * 1024


def pipe(desk: Desk, mailbox: DeskMailbox, stream: BinaryIO, now: datetime) -> Receipt:
    """Take the message that a stream holds, to its end; what cannot be handled goes whole into quarantine.

    Of one that is larger than the mailbox takes, the ticket tells the beginning, and the raw message is kept whole;
    one that is larger than four times that is Unavailable, like a store that cannot be used. Handed over again it is
    known. Memory holds what the mailbox takes, or the compressed bytes of what is larger.
    """
    desk.require_room()
    taking = Taking(desk, mailbox, now)
    raw, size, digest, packed = _read(stream, mailbox.max_size)
    return taking.take(Item(FOLDER, 0, digest, size, now), raw, now, packed)


def _read(stream: BinaryIO, limit: int) -> tuple[bytes, int, str, Packed | None]:
    """(the message, or its beginning where it is too large; bytes; SHA-256; all of it where it is too large)."""
    digest, packer = hashlib.sha256(), zlib.compressobj(1)
    pieces: list[bytes] = []
    packed = bytearray()
    size = 0
    piece = _without_envelope(stream)
    while piece:
        size += len(piece)
        if size > TIMES * limit:
            raise Unavailable(
                f"the message has more than {TIMES * limit:,} bytes, {TIMES} times what its mailbox takes",
                "the mail server keeps it; raise max_size of the mailbox",
            )
        digest.update(piece)
        packed += packer.compress(piece)
        if size <= limit or sum(map(len, pieces)) < HEAD_BYTES:
            pieces.append(piece)
        elif len(pieces) > 1:
            pieces = [b"".join(pieces)[:HEAD_BYTES]]
        piece = stream.read(_PIECE)
    if not size:
        raise BadInput("no message came on standard input", "the mail server pipes one in")
    raw = b"".join(pieces)
    if size <= limit:
        return raw, size, digest.hexdigest(), None
    whole = Packed(digest.hexdigest(), size, bytes(packed + packer.flush()))
    return raw[:HEAD_BYTES], size, whole.sha256, whole


def _without_envelope(stream: BinaryIO) -> bytes:
    """The first bytes, without the `From SENDER DATE` that mail servers put before what they pipe: it is no header,
    and another one at each try."""
    first = stream.read(_PIECE)
    if first.startswith(b"From "):
        _, _, first = first.partition(b"\n")
    return first
