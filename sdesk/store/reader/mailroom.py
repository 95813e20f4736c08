"""Mail that came and mail that goes: ledger, quarantine and outbox, behind the walls of who asks."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sdesk.domain.actor import Actor
from sdesk.domain.errors import NotFound
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.phrase import phrase
from sdesk.store.reader.convert import instant
from sdesk.store.reader.mail_rows import BlockedRow, LedgerRow, OutboxRow, QuarantineRow
from sdesk.store.reader.where import Value, wall


class Sought(NamedTuple):
    """Which rows of the ledger; what is None leaves nothing out."""

    mailbox: str | None = None
    outcome: str | None = None
    number: int | None = None
    since: datetime | None = None
    message_id: str | None = None
    """A part of it, in any letter case."""


def ledger(
    connection: sqlite3.Connection, actor: Actor, prefix: str, limit: int, sought: Sought | None = None
) -> tuple[LedgerRow, ...]:
    """Every message that the desk ever saw, newest first; what no team had yet is seen over all walls alone.

    Both walls hide a row: that of the team it was sent to, and that of the team that has its ticket now.
    """
    sent_to, held_by = wall(connection, actor), wall(connection, actor, "ticket_team_id")
    condition, given = "1", list[Value]()
    if sent_to is not None and held_by is not None:
        condition = f"{sent_to.sql} AND (number IS NULL OR {held_by.sql})"
        given = [*sent_to.values, *held_by.values]
    for sql, value in _conditions(sought or Sought()):
        condition += f" AND {sql}"
        given.append(value)
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
            ref="" if row["number"] is None else f"{prefix}-{row['number']}",
        )
        for row in found
    )


def _conditions(sought: Sought) -> Iterator[tuple[str, Value]]:
    if sought.mailbox is not None:
        yield "mailbox = ?", sought.mailbox
    if sought.outcome is not None:
        yield "outcome = ?", sought.outcome
    if sought.number is not None:
        yield "number = ?", sought.number
    if sought.since is not None:
        yield "taken_at >= ?", to_rfc3339(sought.since)
    if sought.message_id is not None:
        yield "instr(lower(message_id), lower(?)) > 0", sought.message_id


def outbox(
    connection: sqlite3.Connection,
    actor: Actor,
    prefix: str,
    *,
    state: str | None,
    number: int | None,
    limit: int,
) -> tuple[OutboxRow, ...]:
    """Mails that are to go or went, newest first: of a state, of a ticket, or all."""
    conditions, given = ["1"], list[Value]()
    if (hidden := wall(connection, actor)) is not None:
        conditions.append(hidden.sql)
        given += hidden.values
    for column, value in (("state", state), ("number", number)):
        if value is not None:
            conditions.append(f"{column} = ?")
            given.append(value)
    sql = f"SELECT * FROM outbox_view WHERE {' AND '.join(conditions)} ORDER BY id DESC LIMIT ?"
    return tuple(_outbox_row(row, prefix) for row in connection.execute(sql, (*given, limit or -1)))


def _outbox_row(row: sqlite3.Row, prefix: str) -> OutboxRow:
    from sdesk.domain.thread import hide_agent_tokens

    listed = json.loads(row["recipients"])
    return OutboxRow(
        id=row["id"],
        kind=row["kind"],
        number=row["number"],
        ref="" if row["number"] is None else f"{prefix}-{row['number']}",
        subject=row["subject"] or "",
        to=tuple(each[0] for field in ("to", "cc") for each in listed.get(field, ())),
        state=row["state"],
        created_at=datetime.fromisoformat(row["created_at"]),
        send_after=datetime.fromisoformat(row["send_after"]),
        sent_at=instant(row["sent_at"]),
        attempts=row["attempts"],
        error=row["last_error"],
        message_id=hide_agent_tokens(row["message_id"]),
        sent_with=row["sent_with"],
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
    """One of them, with its raw bytes but for the keys of agents; NotFound."""
    from sdesk.domain.thread import hide_agent_keys

    row = connection.execute(
        "SELECT q.*, r.data FROM quarantine_view AS q JOIN raw_mail AS r ON r.id = q.raw_id WHERE q.id = ?", (number,)
    ).fetchone()
    if row is None or wall(connection, actor) is not None:
        raise NotFound(
            phrase("there is no message {number} in quarantine", number=number),
            phrase("see `sdesk mail quarantine list`"),
        )
    return _quarantine_row(row), hide_agent_keys(zlib.decompress(row["data"]))


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
