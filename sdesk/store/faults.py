"""What SQLite's errors mean for a person: one sentence, and what to do about it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sdesk.domain.errors import StoreLocked, Unavailable

_LOCKED = ("the store {path} is locked by another process", "try again, or end what holds it")
_SENTENCES: dict[str, tuple[str, str]] = {
    "SQLITE_BUSY": _LOCKED,
    "SQLITE_LOCKED": _LOCKED,
    "SQLITE_FULL": ("the disk is full: nothing was written to {path}", "free some space and try again"),
    "SQLITE_NOTADB": ("{path} is no sdesk store", "name another with --db, or make one with `sdesk init`"),
    "SQLITE_CORRUPT": ("the store {path} is damaged", "look at it with `sdesk db check`, and restore a backup"),
    "SQLITE_READONLY": (
        "the store {path} cannot be written",
        "look at the rights of the file, of its -wal and -shm beside it, and of the folder",
    ),
    "SQLITE_CANTOPEN": ("the store {path} cannot be opened", "look at the path, and the rights of its folder"),
    "SQLITE_PERM": ("the store {path} cannot be opened", "look at the rights of the file and its folder"),
    "SQLITE_AUTH": ("the store {path} cannot be opened", "look at the rights of the file and its folder"),
    "SQLITE_IOERR": ("the disk failed under the store {path}: nothing was written", "look at the disk and its space"),
    "SQLITE_PROTOCOL": _LOCKED,
}


def unavailable(error: BaseException | None, path: Path) -> Unavailable | None:
    """The sentence for an error of the driver, or None where it is our own mistake (a bug)."""
    if not isinstance(error, sqlite3.Error):
        return None
    name = getattr(error, "sqlite_errorname", None) or ""
    # Extended names add a suffix: SQLITE_IOERR_WRITE, SQLITE_BUSY_SNAPSHOT.
    primary = "_".join(name.split("_")[:2])
    if path.is_dir():
        # SQLite opens it as a file, and takes what comes for a fault of the disk.
        primary = "SQLITE_NOTADB"
    if primary not in _SENTENCES:
        return None
    what, remedy = _SENTENCES[primary]
    kind = StoreLocked if _SENTENCES[primary] is _LOCKED else Unavailable
    return kind(what.format(path=path), remedy)
