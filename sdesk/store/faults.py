"""What SQLite's errors, and those of a path to a store, mean for a person: one sentence, and what to do about it."""

from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path

from sdesk.domain.errors import StoreLocked, Unavailable

_LOCKED = ("the store {path} is locked by another process", "try again, or end what holds it")
_SENTENCES: dict[str, tuple[str, str]] = {
    "SQLITE_BUSY": _LOCKED,
    "SQLITE_LOCKED": _LOCKED,
    "SQLITE_FULL": ("the disk is full: nothing was written to {path}", "free some space and try again"),
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
    if primary == "SQLITE_NOTADB" or os.path.isdir(path):
        # SQLite opens a folder as a file, and takes what comes for a fault of the disk.
        return no_store(path)
    if primary not in _SENTENCES:
        return None
    what, remedy = _SENTENCES[primary]
    kind = StoreLocked if _SENTENCES[primary] is _LOCKED else Unavailable
    return kind(what.format(path=path), remedy)


def stands(path: Path) -> bool:
    """Whether something is at a store's path. Unavailable where that cannot be seen: its folder is another's, say."""
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError, ValueError):  # the last: a path that no file can have
        return False
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Unavailable(
            f"the store {path} cannot be opened: {reason}",
            "look at the rights of its folder, run sdesk as its owner, or name another with --db",
        ) from error
    return True


def no_store(path: Path) -> Unavailable:
    """What is said of something else at a store's path: a folder, an empty file, a file of another program."""
    try:
        found = os.stat(path)
    except OSError:
        found = None
    if found is not None and stat.S_ISDIR(found.st_mode):
        return Unavailable(f"{path} is a folder, and no sdesk store", "name the file in it with --db")
    if found is not None and stat.S_ISREG(found.st_mode) and not found.st_size:
        return Unavailable(
            f"{path} is an empty file, and no sdesk store",
            "make it one with `sdesk init`, or name another with --db",
        )
    return Unavailable(f"{path} is no sdesk store", "name another with --db")
