"""A message that is larger than its mailbox allows: what is made of its header and of the beginning of its text."""

from __future__ import annotations

from dataclasses import replace

from sdesk.domain.inbound import InboundMail
from sdesk.mail.mime.message import read
from sdesk.mail.mime.structure import split_body

_UNITS = ((10**9, "GB"), (10**6, "MB"), (10**3, "kB"))


def read_head(head: bytes, size: int, limit: int, sha256: str = "") -> tuple[InboundMail, bytes]:
    """(the mail that its beginning tells, the header's bytes); `head` is what was fetched of it, `size` the
    message's own size, `limit` the mailbox's, all in bytes. `sha256` is that of the whole message, where the desk
    keeps it whole.

    Its text is the first text that begins there, and says what is missing and where that is. Attachments are left
    out, since all of them are cut. Its digest is that of the header alone, however much was fetched.
    """
    header = head[: len(head) - len(split_body(head))]
    alone, begun = read(header), read(_whole_lines(head))
    where = "is kept whole with this ticket" if sha256 else "lies in the mailbox, unread"
    note = (
        f"[This message has {told_size(size)}, and its mailbox takes {told_size(limit)} at most (max_size): only its"
        f" header and the beginning of its text were taken. The message itself {where}.]"
    )
    # The last character may have been cut in two.
    text = begun.body_text.rstrip("\ufffd").rstrip()
    mail = replace(
        begun,
        body_text=f"{text}\n\n{note}" if text else note,
        body_quoted="",
        attachments=(),
        defects=alone.defects,  # the others are of the cut
        sha256=sha256 or alone.sha256,
        digest=alone.digest,
        size=size,
    )
    return mail, header


def told_size(size: int) -> str:
    """A number of bytes as people say it: 60.2 MB."""
    for unit, name in _UNITS:
        if size >= unit:
            return f"{size / unit:.1f}".removesuffix(".0") + f" {name}"
    return f"{size} bytes"


def _whole_lines(head: bytes) -> bytes:
    """Without the line that was cut, unless it is all that there is of a text."""
    end = head.rfind(b"\n") + 1
    body = len(split_body(head))
    return head[:end] if not body or len(head) - end < body else head
