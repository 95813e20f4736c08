"""A message that is larger than its mailbox allows: what is made of its beginning alone."""

from __future__ import annotations

from dataclasses import replace

from sdesk.domain.inbound import InboundMail
from sdesk.mail.message import read


def read_head(head: bytes, size: int, limit: int, sha256: str = "") -> tuple[InboundMail, bytes]:
    """(the mail that its first bytes tell, what is to be kept of it); `size` is the message's own, `limit` the
    mailbox's. `sha256` is that of the whole message, where the desk keeps it whole.

    Its text says what is missing and where that is, and goes on with the words that stand in the beginning. No files:
    the beginning of one is none.
    """
    mail = read(head)
    where = "The message itself is kept whole with this ticket." if sha256 else "It lies in the mailbox, unread."
    note = (
        f"This message has {size:,} bytes, and its mailbox takes {limit:,} at most (max_size):"
        f" only its beginning was taken. {where}"
    )
    text = f"{note}\n\n{mail.body_text}" if mail.body_text.strip() else note
    defects = (*mail.defects, "too large: only its beginning was taken")
    return replace(mail, body_text=text, attachments=(), size=size, sha256=sha256 or mail.sha256, defects=defects), head
