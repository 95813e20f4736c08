"""A mail that has been read, as the JSON object of `sdesk mail parse`."""

from __future__ import annotations

from typing import Any

from sdesk.domain.inbound import InboundMail
from sdesk.domain.kinds import FLAG, INSTANT, NUMBER, TEXT, many, maybe, thing

KIND = thing(
    {
        "from_addr": TEXT,
        "from_name": TEXT,
        "reply_to": maybe(TEXT),
        "to": many(TEXT),
        "cc": many(TEXT),
        "subject": TEXT,
        "date": maybe(INSTANT),
        "message_id": maybe(TEXT),
        "in_reply_to": maybe(TEXT),
        "references": many(TEXT),
        "body_text": TEXT,
        "body_quoted": TEXT,
        "attachments": many(thing({"name": TEXT, "size": NUMBER, "type": TEXT})),
        "is_bounce": FLAG,
        "is_auto": FLAG,
        "defects": many(TEXT),
    }
)
"""What `as_json` gives."""


def as_json(mail: InboundMail) -> dict[str, Any]:
    """The object whose keys are promised in the command line's contract.

    `reply_to` and `in_reply_to` are the first of theirs, or null; `date` is RFC 3339 in UTC, or null; the size of an
    attachment is in bytes, decoded.
    """
    return {
        "from_addr": mail.sender.address,
        "from_name": mail.sender.name,
        "reply_to": mail.reply_to[0].address if mail.reply_to else None,
        "to": [box.address for box in mail.to],
        "cc": [box.address for box in mail.cc],
        "subject": mail.subject,
        "date": mail.date.strftime("%Y-%m-%dT%H:%M:%SZ") if mail.date is not None else None,
        "message_id": mail.message_id,
        "in_reply_to": mail.in_reply_to[0] if mail.in_reply_to else None,
        "references": list(mail.references),
        "body_text": mail.body_text,
        "body_quoted": mail.body_quoted,
        "attachments": [
            {"name": attachment.name, "size": len(attachment.content), "type": attachment.media_type}
            for attachment in mail.attachments
        ],
        "is_bounce": mail.is_bounce,
        "is_auto": mail.is_auto,
        "defects": list(mail.defects),
    }
