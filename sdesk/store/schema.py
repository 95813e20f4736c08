"""Which schema this program knows, and whether a store has it: read without SQLAlchemy or Alembic."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sdesk.domain.errors import Unavailable
from sdesk.store import faults

KNOWN = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011", "0012", "0013", "0014")
"""The revisions of `migrations/versions`, oldest first (a test holds this against Alembic)."""
HEAD = KNOWN[-1]

APPLICATION_ID = 0x5DE5C001
"""Stands in the file's header (PRAGMA application_id), so that `file` and we know a store."""


def revision_of(connection: sqlite3.Connection) -> str | None:
    """The store's revision, or None where it is no store: other programs count their revisions with Alembic too."""
    ours = connection.execute(
        "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('alembic_version', 'ticket', 'ledger')"
    )
    if ours.fetchone()[0] != 3:
        return None
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return None if row is None else str(row[0])


def require_current(connection: sqlite3.Connection, path: Path) -> None:
    """Raise Unavailable unless the store has exactly the schema that this program knows."""
    revision = revision_of(connection)
    if revision == HEAD:
        return
    if revision is None:
        raise faults.no_store(path)
    if revision in KNOWN:
        raise Unavailable(f"the store {path} is of an older version", "bring it up with `sdesk db migrate`")
    raise Unavailable(f"the store {path} is of a newer version than this program", "install the newer sdesk")
