"""Putting a copy of a store in the place of the one that stands there, which is kept: whole, or not at all.

The name goes over in one `rename`, so whoever opens it finds the old store or the new one. What must not happen is that
somebody goes on writing into the old one, or that SQLite plays the log of the old one into the new: so the old one is
locked alone first, and its write-ahead log is folded in.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from sdesk.store import faults
from sdesk.store.alone import alone
from sdesk.store.whole_file import BESIDE, kept_name, refused, sync, take_name


def require_free(store: Path) -> None:
    """StoreLocked where another process has the store open; Unavailable where what stands there is somebody else's."""
    if not faults.stands(store):
        return
    with alone(store, fold=False):
        pass


def put(part: Path, store: Path, now: datetime) -> Path | None:
    """Give the whole store `part` the name of `store`; gives where the one that stood there is kept, None without one.

    It has the rights and the owner of the old one, and no ticket number that the old one gave is given again.
    """
    if not faults.stands(store):
        # A log without its database would be played into the new one.
        _set_aside(store, kept_name(store, now))
        take_name(part, store, over=False)
        return None
    with alone(store, fold=True) as standing:
        _like(part, store)
        if standing is not None:
            _go_on_counting(part, standing)
        kept = kept_name(store, now)
        sync(part)
        inode = store.stat().st_ino
        try:
            _keep(store, kept)
            if standing is None:
                _set_aside(store, kept)
            take_name(part, store, over=True)
        except BaseException as error:
            if store.stat().st_ino == inode:
                # One file must not go by two names: each would have a log of its own.
                kept.unlink(missing_ok=True)
                _set_aside(kept, store)
            if isinstance(error, OSError):
                raise refused(kept, error) from error
            raise
    return kept


def _go_on_counting(part: Path, standing: sqlite3.Connection) -> None:
    """Let no number be given again: people have the mails that name it."""
    row = standing.execute("SELECT seq FROM sqlite_sequence WHERE name = 'ticket'").fetchone()
    if row is None:
        return
    with closing(sqlite3.connect(part, isolation_level=None)) as connection:
        if not connection.execute(
            "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'ticket'", (row[0],)
        ).rowcount:
            connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('ticket', ?)", (row[0],))


def _keep(store: Path, kept: Path) -> None:
    """A second name for what stands there: a kill between this and the rename leaves the store under its own."""
    try:
        os.link(store, kept)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        shutil.copyfile(store, kept)
        shutil.copystat(store, kept)
        sync(kept)


def _set_aside(store: Path, kept: Path) -> None:
    """Take away what SQLite left beside a store that it could not open: it belongs to the old one."""
    for suffix in BESIDE:
        side = store.with_name(store.name + suffix)
        if side.exists():
            side.rename(kept.with_name(kept.name + suffix))


def _like(part: Path, store: Path) -> None:
    """Rights and owner of the store that stands: restored by root, it must still be its owner's."""
    was = store.stat()
    part.chmod(was.st_mode & 0o777)
    if (was.st_uid, was.st_gid) != (os.geteuid(), os.getegid()):
        with suppress(PermissionError):  # only root may give a file away
            os.chown(part, was.st_uid, was.st_gid)
