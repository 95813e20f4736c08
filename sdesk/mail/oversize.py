"""A message that is larger than its mailbox allows: what is made of its header alone."""

from __future__ import annotations

from dataclasses import replace

from sdesk.domain.inbound import InboundMail
from sdesk.mail.message import read
from sdesk.mail.structure import split_body


def read_head(head: bytes, size: int, limit: int) -> tuple[InboundMail, bytes]:
    """(the mail that its header tells, the header's bytes); `size` is the message's own, `limit` the mailbox's.

    Its text says what is missing, and where that is.
    """
    header = head[: len(head) - len(split_body(head))]
    text = (
        f"This message has {size:,} bytes, and its mailbox takes {limit:,} at most (max_size):"
        " only its header was taken. The message itself lies in the mailbox, unread."
    )
    return replace(read(header), body_text=text, body_quoted="", attachments=(), size=size), header
