"""What must agree in the ledger: its rows among themselves, with the messages, and with the raw bytes that are kept."""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Self

from sdesk.domain.actor import Actor
from sdesk.domain.errors import Refused
from sdesk.domain.ledger import TAKEN_OUT
from sdesk.domain.phrase import phrase
from sdesk.store.reader.connection import connect, translated
from sdesk.store.reader.convert import instant
from sdesk.store.reader.where import wall


class FolderState(NamedTuple):
    """How far a mailbox's folder was fetched."""

    uidvalidity: int
    seen_uid: int
    since: datetime | None
    fetched_at: datetime | None


class Difference(NamedTuple):
    """Something that is not as it must be."""

    mailbox: str
    folder: str
    uid: str
    what: str


class Audit:
    """A look at the whole ledger. A context manager; every call may raise Unavailable."""

    def __init__(self, path: Path, actor: Actor, *, busy_seconds: float = 5.0) -> None:
        """Refused behind a wall: what an agent may not see cannot be compared for him."""
        self._path = path
        self._connection = connect(path, busy_seconds)
        if wall(self._connection, actor) is not None:
            self._connection.close()
            raise Refused(
                phrase("the whole ledger is for who sees over all walls"), phrase("ask an agent whose role is admin")
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._connection.close()

    def folder_state(self, mailbox: str, folder: str) -> FolderState | None:
        """How far a folder was fetched; None where it never was."""
        with translated(self._path):
            return folder_state(self._connection, mailbox, folder)

    def marks(self, mailbox: str, folder: str, uidvalidity: int, uids: Sequence[str]) -> dict[str, bool]:
        """Of those (some hundreds) that the ledger has: whether the source was told."""
        with translated(self._path):
            return marks(self._connection, mailbox, folder, uidvalidity, uids)

    def outcomes(self, mailbox: str) -> dict[str, int]:
        """Rows of a mailbox by outcome."""
        with translated(self._path):
            return outcomes(self._connection, mailbox)

    def differences(self, mailbox: str) -> Iterator[Difference]:
        """What of a mailbox's rows has no message, no raw bytes, or others than it says. Reads all raw messages."""
        with translated(self._path):
            yield from differences(self._connection, mailbox)

    def mailboxes(self) -> list[str]:
        """Every name that the ledger knows, configured or not."""
        with translated(self._path):
            return [name for (name,) in self._connection.execute("SELECT DISTINCT mailbox FROM ledger ORDER BY 1")]


def folder_state(connection: sqlite3.Connection, mailbox: str, folder: str) -> FolderState | None:
    """None where the folder was never fetched."""
    row = connection.execute(
        "SELECT uidvalidity, seen_uid, since, fetched_at FROM mailbox_state WHERE mailbox = ? AND folder = ?",
        (mailbox, folder),
    ).fetchone()
    return None if row is None else FolderState(row[0], row[1], instant(row[2]), instant(row[3]))


def marks(
    connection: sqlite3.Connection, mailbox: str, folder: str, uidvalidity: int, uids: Sequence[str]
) -> dict[str, bool]:
    """Of those that the ledger has: whether the source was told."""
    rows = connection.execute(
        "SELECT uid, marked_at IS NOT NULL FROM ledger WHERE mailbox = ? AND folder = ? AND uidvalidity = ?"
        f" AND uid IN ({', '.join('?' * len(uids))})",
        (mailbox, folder, uidvalidity, *uids),
    )
    return {uid: bool(marked) for uid, marked in rows}


def outcomes(connection: sqlite3.Connection, mailbox: str) -> dict[str, int]:
    """Rows of a mailbox by outcome."""
    return dict(
        connection.execute("SELECT outcome, count(*) FROM ledger WHERE mailbox = ? GROUP BY outcome", (mailbox,))
    )


def differences(connection: sqlite3.Connection, mailbox: str) -> Iterator[Difference]:
    """What of a mailbox's rows has no message, no raw bytes, or others than it says."""
    rows = connection.execute(
        "SELECT l.folder, l.uid, l.outcome, l.sha256, r.sha256, r.size, r.data, l.ticket_id IS NOT NULL,"
        " EXISTS (SELECT 1 FROM message AS m WHERE m.raw_id = l.raw_id),"
        " EXISTS (SELECT 1 FROM quarantine AS q WHERE q.ledger_id = l.id AND q.ended_at IS NULL)"
        " FROM ledger AS l LEFT JOIN raw_mail AS r ON r.id = l.raw_id"
        " WHERE l.mailbox = ? AND NOT (l.raw_id IS NULL AND l.reason LIKE '%' || ?) ORDER BY l.id",
        (mailbox, TAKEN_OUT),
    )
    for folder, uid, outcome, digest, raw_digest, size, data, has_ticket, has_message, is_aside in rows:
        if what := _fault(outcome, digest, raw_digest, size, data, (has_ticket, has_message, is_aside)):
            yield Difference(mailbox, folder, uid, what)


def _fault(
    outcome: str, digest: str, raw_digest: str | None, size: int, data: bytes, has: tuple[bool, bool, bool]
) -> str:
    has_ticket, has_message, is_aside = has
    if raw_digest is None:
        return "its raw message is not kept"
    if raw_digest != digest:
        return "its raw message is another one"
    try:
        raw = zlib.decompress(data)
    except zlib.error:
        return "its raw message cannot be unpacked"
    if len(raw) != size or hashlib.sha256(raw).hexdigest() != digest:
        return "its raw message is damaged"
    if outcome in ("created", "followed_up", "noted"):
        if not has_ticket:
            return f"it is {outcome}, and names no ticket"
        if not has_message:
            return f"it is {outcome}, and no ticket has its message"
    if outcome == "quarantined" and not is_aside:
        return "it is quarantined, and not in quarantine"
    return ""
