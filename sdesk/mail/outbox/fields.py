"""Header fields that several kinds of outgoing mail have."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from zoneinfo import ZoneInfo

from sdesk.domain.outgoing import LOOP_HEADER

Field = tuple[str, str]


def dated_fields(now: datetime, time_zone: str, message_id: str) -> list[Field]:
    """Date and Message-ID. The mail goes now, so this is its Date (RFC 5322 3.6.1), in the desk's own time."""
    local = now.astimezone(ZoneInfo(time_zone))
    return [
        ("Date", format_datetime(local if local.utcoffset() else now.astimezone(UTC))),
        ("Message-ID", message_id),
    ]


def automatic_fields(loop_token: str, submitted: str) -> list[Field]:
    """What a mail that no person wrote says of itself (RFC 3834); `submitted` is auto-replied or auto-generated."""
    return [
        (LOOP_HEADER, loop_token),
        ("Auto-Submitted", submitted),
        ("X-Auto-Response-Suppress", "All"),
        # No standard, and yet what vacation programs look at first.
        ("Precedence", "bulk"),
    ]
