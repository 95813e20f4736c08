"""Taking out of the store what nobody needs any more: spam, and the raw bytes of mail whose tickets are long closed.

Never anything of an open ticket, nor what waits in quarantine. The ledger keeps its rows: what was fetched stays known.
In batches, each a transaction: others write between two of them, and a run that is killed is simply done again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.engine import Connection

from sdesk.desk.opening import Desk, Work
from sdesk.desk.steps.admin import require_admin
from sdesk.desk.steps.history import record
from sdesk.domain.actor import Actor
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.ledger import TAKEN_OUT
from sdesk.store.engine import commit_sound, require_sound

BATCH = 1000
"""Tickets, or raw mails, of one transaction."""

_SPAM = "SELECT id FROM ticket WHERE status = 'spam' AND NOT is_open AND updated_at < :before"
_WAITS = "SELECT l.raw_id FROM ledger AS l JOIN quarantine AS q ON q.ledger_id = l.id WHERE q.ended_at IS NULL"
# What any message of a ticket that is not long closed has, stays; a mail that came to two teams has two.
_RAW = (
    "SELECT r.id FROM raw_mail AS r WHERE r.id NOT IN (SELECT m.raw_id FROM message AS m JOIN ticket AS t"
    " ON t.id = m.ticket_id WHERE m.raw_id IS NOT NULL AND (t.is_open OR t.status = 'resolved'"
    " OR coalesce(t.closed_at, t.updated_at) >= :before))"
    " AND r.id NOT IN (SELECT raw_id FROM ledger WHERE raw_id IS NOT NULL AND taken_at >= :before)"
    f" AND r.id NOT IN ({_WAITS} AND l.raw_id IS NOT NULL)"
)
# Rows that a ticket takes with it, in the order in which nothing refers to what is gone. Where rows of other tickets
# point at it, or at a message of it, they point at nothing then.
_WITH_IT = (
    "UPDATE outbox SET sent_with = NULL WHERE sent_with IN (SELECT id FROM outbox WHERE ticket_id IN ({gone}))",
    "DELETE FROM outbox WHERE ticket_id IN ({gone})",
    "DELETE FROM token WHERE ticket_id IN ({gone})",
    "DELETE FROM attachment WHERE message_id IN (SELECT id FROM message WHERE ticket_id IN ({gone}))",
    "DELETE FROM undo WHERE part_of IN (SELECT id FROM undo WHERE ticket_id IN ({gone}))",
    "DELETE FROM undo WHERE ticket_id IN ({gone})",
    "DELETE FROM link WHERE ticket_id IN ({gone}) OR other_id IN ({gone})",
    "DELETE FROM playbook_step WHERE run_id IN (SELECT id FROM playbook_run WHERE ticket_id IN ({gone}))",
    "UPDATE ledger SET ticket_id = NULL, outcome = 'ignored', reason = 'it was spam, and was purged: ' || reason"
    " WHERE ticket_id IN ({gone})",
    "DELETE FROM ticket_fts WHERE rowid IN ({gone})",
)


_Some = Callable[[Work, datetime, "Purged", int], int | None]


@dataclass(slots=True)
class Purged:
    """What went, or would go."""

    tickets: int = 0
    """Spam."""
    messages: int = 0
    attachments: int = 0
    raw_mails: int = 0
    bytes: int = 0
    """Of contents, as they stand in the store: free for what comes."""


def count(work: Work, before: datetime, *, spam: bool, raw: bool) -> Purged:
    """What a purge would take, without taking it."""
    require_admin(work)
    found = Purged()
    at = {"before": to_rfc3339(before)}
    gone = _SPAM if spam else "SELECT 0 WHERE 0"
    found.tickets = _number(work, f"SELECT count(*) FROM ({gone})", at)
    messages = f"SELECT id FROM message WHERE ticket_id IN ({gone})"
    found.messages = _number(work, f"SELECT count(*) FROM ({messages})", at)
    found.attachments = _number(work, f"SELECT count(*) FROM attachment WHERE message_id IN ({messages})", at)
    found.bytes += _number(
        work,
        "SELECT coalesce(sum(length(data)), 0) FROM blob WHERE id IN"
        f" (SELECT blob_id FROM attachment WHERE message_id IN ({messages}))"
        f" AND id NOT IN (SELECT blob_id FROM attachment WHERE message_id NOT IN ({messages}))",
        at,
    )
    # What only spam has goes with it, however the other is asked for.
    alone = (
        f"SELECT raw_id FROM message WHERE raw_id IS NOT NULL AND ticket_id IN ({gone}) AND raw_id NOT IN"
        f" (SELECT raw_id FROM message WHERE raw_id IS NOT NULL AND ticket_id NOT IN ({gone}))"
        f" AND raw_id NOT IN ({_WAITS} AND l.raw_id IS NOT NULL)"
    )
    wanted = f"{alone} UNION {_RAW}" if raw else alone
    found.raw_mails = _number(work, f"SELECT count(*) FROM raw_mail WHERE id IN ({wanted})", at)
    found.bytes += _number(work, f"SELECT coalesce(sum(length(data)), 0) FROM raw_mail WHERE id IN ({wanted})", at)
    return found


def purge(
    desk: Desk,
    actor: Actor,
    now: datetime,
    before: datetime,
    *,
    spam: bool,
    raw: bool,
    progress: Callable[[int], None] | None = None,
) -> Purged:
    """Take it out; gives what went. Refused for who is no admin."""
    done = Purged()
    while spam and _batch(desk, actor, now, before, done, _purge_spam, progress):
        pass
    while raw and _batch(desk, actor, now, before, done, _purge_raw, progress):
        pass
    return done


def _batch(
    desk: Desk,
    actor: Actor,
    now: datetime,
    before: datetime,
    done: Purged,
    some: _Some,
    progress: Callable[[int], None] | None,
) -> bool:
    """One transaction; whether there was anything left to do."""
    with desk.sweep(actor, now) as work:
        require_admin(work)
        step = Purged()
        if not some(work, before, step, 0):
            return False
        record(
            work,
            None,
            "purged",
            before=to_rfc3339(before),
            tickets=step.tickets,
            messages=step.messages,
            raw_mails=step.raw_mails,
            bytes=step.bytes,
        )
        commit_sound(work.session)
    for name in Purged.__dataclass_fields__:
        setattr(done, name, getattr(done, name) + getattr(step, name))
    if progress is not None:
        progress(done.tickets + done.raw_mails)
    return True


def rehearse(desk: Desk, actor: Actor, now: datetime, before: datetime, *, spam: bool, raw: bool) -> None:
    """Take it out batch by batch, and keep nothing of it: what would fail, fails now. `count` says what would go."""
    for some in (*[_purge_spam] * spam, *[_purge_raw] * raw):
        last: int | None = 0
        while last is not None:
            with desk.sweep(actor, now) as work:
                require_admin(work)
                last = some(work, before, Purged(), last)
                require_sound(work.session)
                work.session.rollback()


def _purge_spam(work: Work, before: datetime, step: Purged, after: int) -> int | None:
    """The first tickets with a number beyond `after`; gives the last of them, None where there was none."""
    at = {"before": to_rfc3339(before)}
    some = f"{_SPAM} AND id > {after} ORDER BY id LIMIT {BATCH}"
    numbers = work.connection.execute(text(some), at).scalars().all()
    if not numbers:
        return None
    gone = ", ".join(map(str, numbers))
    messages = f"SELECT id FROM message WHERE ticket_id IN ({gone})"
    raws = (
        work.connection.execute(
            text(
                f"SELECT raw_id FROM message WHERE ticket_id IN ({gone}) AND raw_id IS NOT NULL"
                f" UNION SELECT raw_id FROM ledger WHERE ticket_id IN ({gone}) AND raw_id IS NOT NULL"
            )
        )
        .scalars()
        .all()
    )
    blobs = (
        work.connection.execute(text(f"SELECT DISTINCT blob_id FROM attachment WHERE message_id IN ({messages})"))
        .scalars()
        .all()
    )
    step.tickets = len(numbers)
    step.messages = _number(work, f"SELECT count(*) FROM ({messages})")
    step.attachments = _number(work, f"SELECT count(*) FROM attachment WHERE message_id IN ({messages})")
    for statement in _WITH_IT:
        work.connection.exec_driver_sql(statement.format(gone=gone))
    # A check, or a mail of another ticket, may have its word in a message of this one: tickets are merged.
    _drop_references(work.connection, "message", messages)
    work.connection.exec_driver_sql(f"DELETE FROM message WHERE ticket_id IN ({gone})")
    _drop_references(work.connection, "ticket", gone)
    work.connection.exec_driver_sql(f"DELETE FROM ticket WHERE id IN ({gone})")
    step.bytes += drop_contents(work, "blob", blobs, "SELECT blob_id FROM attachment")
    kept = f"SELECT raw_id FROM message WHERE raw_id IS NOT NULL UNION {_WAITS} AND l.raw_id IS NOT NULL"
    ids = ", ".join(map(str, raws)) or "0"
    step.raw_mails, freed = drop_raw(work, f"SELECT id FROM raw_mail WHERE id IN ({ids}) AND id NOT IN ({kept})")
    step.bytes += freed
    return int(numbers[-1])


def _purge_raw(work: Work, before: datetime, step: Purged, after: int) -> int | None:
    """The same of raw mails."""
    at = {"before": to_rfc3339(before)}
    some = f"{_RAW} AND r.id > {after} ORDER BY r.id LIMIT {BATCH}"
    found = work.connection.execute(text(some), at).scalars().all()
    if not found:
        return None
    step.raw_mails, step.bytes = drop_raw(work, ", ".join(map(str, found)))
    return int(found[-1])


def drop_raw(work: Work, which: str) -> tuple[int, int]:
    """Take raw mails out; what had them says that it has none any more. Gives how many, and their bytes."""
    ids = work.connection.exec_driver_sql(f"SELECT id FROM raw_mail WHERE id IN ({which})").scalars().all()
    if not ids:
        return 0, 0
    listed = ", ".join(map(str, ids))
    work.connection.exec_driver_sql(f"UPDATE message SET raw_id = NULL WHERE raw_id IN ({listed})")
    work.connection.exec_driver_sql(
        f"UPDATE ledger SET raw_id = NULL, reason = reason || '{TAKEN_OUT}' WHERE raw_id IN ({listed})"
    )
    freed = _number(work, f"SELECT sum(length(data)) FROM raw_mail WHERE id IN ({listed})")
    work.connection.exec_driver_sql(f"DELETE FROM raw_mail WHERE id IN ({listed})")
    return len(ids), freed


def drop_contents(work: Work, table: str, rows: Sequence[int], used: str) -> int:
    """Take those contents out that nothing has any more; gives their bytes."""
    listed = ", ".join(map(str, rows)) or "0"
    alone = f"id IN ({listed}) AND id NOT IN ({used})"
    freed = _number(work, f"SELECT coalesce(sum(length(data)), 0) FROM {table} WHERE {alone}")
    work.connection.exec_driver_sql(f"DELETE FROM {table} WHERE {alone}")
    return freed


def _drop_references(connection: Connection, target: str, gone: str) -> None:
    """What else of any table refers to a ticket, or a message: it goes along, or refers to nothing where it can."""
    tables = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
    for table in tables:
        must = {row[1] for row in connection.exec_driver_sql(f'PRAGMA table_info("{table}")') if row[3] or row[5]}
        for row in connection.exec_driver_sql(f'PRAGMA foreign_key_list("{table}")').all():
            column = row[3]
            if row[2] != target:
                continue
            if column in must or table == "history":
                connection.exec_driver_sql(f'DELETE FROM "{table}" WHERE "{column}" IN ({gone})')
            else:
                connection.exec_driver_sql(f'UPDATE "{table}" SET "{column}" = NULL WHERE "{column}" IN ({gone})')


def _number(work: Work, sql: str, values: dict[str, str] | None = None) -> int:
    return int(work.connection.execute(text(sql), values or {}).scalar() or 0)
