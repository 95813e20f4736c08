"""What came by mail, as it stands in the ledger and in quarantine, behind the walls of who asks."""

from __future__ import annotations

import sqlite3
import zlib
from datetime import datetime

from sdesk.domain.actor import Actor
from sdesk.domain.errors import NotFound
from sdesk.store.reader.convert import instant
from sdesk.store.reader.rows import BlockedRow, LedgerRow, QuarantineRow
from sdesk.store.reader.where import Value, wall


def ledger(connection: sqlite3.Connection, actor: Actor, limit: int) -> tuple[LedgerRow, ...]:
    """Every message that the desk ever saw, newest first; what no team had yet is seen over all walls alone.

    Both walls hide a row: that of the team it was sent to, and that of the team that has its ticket now.
    """
    sent_to, held_by = wall(connection, actor), wall(connection, actor, "ticket_team_id")
    condition, given = "1", list[Value]()
    if sent_to is not None and held_by is not None:
        condition = f"{sent_to.sql} AND (number IS NULL OR {held_by.sql})"
        given = [*sent_to.values, *held_by.values]
    sql = f"SELECT * FROM ledger_view WHERE {condition} ORDER BY id DESC LIMIT ?"
    found = connection.execute(sql, (*given, limit or -1))
    return tuple(
        LedgerRow(
            id=row["id"],
            mailbox=row["mailbox"],
            folder=row["folder"],
            uid=row["uid"],
            taken_at=datetime.fromisoformat(row["taken_at"]),
            marked_at=instant(row["marked_at"]),
            sender=row["sender"],
            subject=row["subject"],
            message_id=row["message_id"],
            sha256=row["sha256"],
            outcome=row["outcome"],
            reason=row["reason"],
            number=row["number"],
        )
        for row in found
    )


def quarantine(connection: sqlite3.Connection, actor: Actor, *, ended: bool) -> tuple[QuarantineRow, ...]:
    """Messages whose handling raised, oldest first.

    Nobody knows yet whose they are: where a wall stands at all, only who sees over it sees them.
    """
    if wall(connection, actor) is not None:
        return ()
    sql = "SELECT * FROM quarantine_view" + ("" if ended else " WHERE ended_at IS NULL") + " ORDER BY id"
    return tuple(_quarantine_row(row) for row in connection.execute(sql))


def quarantined(connection: sqlite3.Connection, actor: Actor, number: int) -> tuple[QuarantineRow, bytes]:
    """One of them, with its raw bytes; NotFound."""
    row = connection.execute(
        "SELECT q.*, r.data FROM quarantine_view AS q JOIN raw_mail AS r ON r.id = q.raw_id WHERE q.id = ?", (number,)
    ).fetchone()
    if row is None or wall(connection, actor) is not None:
        raise NotFound(f"there is no message {number} in quarantine", "see `sdesk mail quarantine list`")
    return _quarantine_row(row), zlib.decompress(row["data"])


def blocked(connection: sqlite3.Connection) -> tuple[BlockedRow, ...]:
    """The senders whose mail is discarded, by name."""
    found = connection.execute("SELECT pattern, actor, blocked_at FROM blocked_view ORDER BY pattern")
    return tuple(BlockedRow(row[0], row[1], datetime.fromisoformat(row[2])) for row in found)


def _quarantine_row(row: sqlite3.Row) -> QuarantineRow:
    return QuarantineRow(
        id=row["id"],
        mailbox=row["mailbox"],
        folder=row["folder"],
        uid=row["uid"],
        sender=row["sender"],
        subject=row["subject"],
        message_id=row["message_id"],
        error=row["error"],
        trace=row["trace"],
        quarantined_at=datetime.fromisoformat(row["quarantined_at"]),
        ended_at=instant(row["ended_at"]),
        ended_how=row["ended_how"],
    )
