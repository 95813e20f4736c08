"""Messages and attachments of the store as values: loaded when a ticket is opened, not with a list."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sdesk.domain.outgoing import Party
from sdesk.domain.ticket import Direction
from sdesk.store.reader.convert import instant
from sdesk.store.reader.detail_rows import AttachmentRow, MessageRow


def _mailboxes(recipients: Mapping[str, Any], field: str) -> tuple[tuple[str, str], ...]:
    return tuple((address, name) for address, name in recipients.get(field, ()))


MESSAGE_COLUMNS = (
    "id, direction, agent, author_name, author_address, takes_part, sent_at, taken_at, subject, recipients, message_id,"
    " undeliverable, defects, raw_id, party, taken_back_at, delivery, delivery_error,"
    " substr(text, 1, ?1) AS text, max(length(text) - ?1, 0) AS left_out, substr(quoted, 1, ?1) AS quoted"
)
"""Of `message_view`; the first parameter is how many letters of a text are read, so that 30 MB need not be."""


def message_row(row: sqlite3.Row, attachments: tuple[AttachmentRow, ...]) -> MessageRow:
    """One row of `message_view`, with as much of its text as was asked for."""
    recipients = json.loads(row["recipients"]) if row["recipients"] else {}
    return MessageRow(
        id=row["id"],
        direction=Direction(row["direction"]),
        agent=row["agent"],
        author_name=row["author_name"],
        author_address=row["author_address"],
        takes_part=bool(row["takes_part"]),
        sent_at=datetime.fromisoformat(row["sent_at"]),
        taken_at=datetime.fromisoformat(row["taken_at"]),
        subject=row["subject"],
        text=row["text"],
        quoted=row["quoted"],
        to=_mailboxes(recipients, "to"),
        cc=_mailboxes(recipients, "cc"),
        message_id=row["message_id"],
        undeliverable=row["undeliverable"],
        defects=tuple(json.loads(row["defects"])) if row["defects"] else (),
        has_raw=row["raw_id"] is not None,
        attachments=attachments,
        party=Party(row["party"]),
        taken_back_at=instant(row["taken_back_at"]),
        delivery=row["delivery"],
        delivery_error=row["delivery_error"],
        left_out=row["left_out"],
    )


def attachment_row(row: sqlite3.Row) -> AttachmentRow:
    """One row of `attachment_view`."""
    return AttachmentRow(
        id=row["id"],
        message_id=row["message_id"],
        name=row["name"],
        media_type=row["media_type"],
        size=row["size"],
        sha256=row["sha256"],
        inline=bool(row["inline"]),
    )
