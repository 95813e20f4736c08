"""Putting a copy of a store in the place of the one that stands there, which is kept: whole, or not at all.

The name goes over in one `rename`, so whoever opens it finds the old store or the new one. What must not happen is that
somebody goes on writing into the old one, or that SQLite plays the log of the old one into the new: so the old one is
locked alone first, and its write-ahead log is folded in.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from itertools import count
from pathlib import Path

from sdesk.domain.errors import StoreLocked, Unavailable
from sdesk.store import faults, schema
from sdesk.store.whole_file import refused, sync, take_name

WAIT_SECONDS = 5.0
"""How long a store that is in use is waited for: a tick takes a second or two."""
_PAUSE = 0.05
_SIDE = ("-wal", "-shm", "-journal")
# Where SQLite's own locks of a database file lie (`os_unix.c`, SHARED_FIRST): whoever has it open for reading holds
# these bytes.
_SHARED_FIRST, _SHARED_SIZE = 0x40000002, 510


def require_free(store: Path) -> None:
    """StoreLocked where another process has the store open; Unavailable where what stands there is somebody else's."""
    if not faults.stands(store):
        return
    with _alone(store, fold=False):
        pass


def put(part: Path, store: Path, now: datetime) -> Path | None:
    """Give the whole store `part` the name of `store`; gives where the one that stood there is kept, None without one.

    It has the rights and the owner of the old one, and no ticket number that the old one gave is given again.
    """
    if not faults.stands(store):
        # A log without its database would be played into the new one.
        _set_aside(store, _free_name(store, now))
        take_name(part, store, over=False)
        return None
    with _alone(store, fold=True) as standing:
        _like(part, store)
        if standing is not None:
            _go_on_counting(part, standing)
        kept = _free_name(store, now)
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


@contextmanager
def _alone(store: Path, *, fold: bool) -> Iterator[sqlite3.Connection | None]:
    """Hold a store so that nobody else has it open, nor gets it; gives None for one that is too damaged to be opened.

    `fold`: its write-ahead log goes into its file, which stands alone then; one that stays where it is gets it back.
    """
    connection = None
    deadline = time.monotonic() + WAIT_SECONDS
    while connection is None:
        try:
            connection = _locked(store, fold=fold)
            break
        except sqlite3.DatabaseError as error:
            code = error.sqlite_errorcode & 0xFF
            if code in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
                break
            if code != sqlite3.SQLITE_BUSY:
                raise faults.unavailable(error, store) or error from error
        if time.monotonic() >= deadline:
            raise _in_use(store)
        time.sleep(_PAUSE)
    if connection is None:
        with _locked_bytes(store):
            yield None
        return
    inode = os.stat(store).st_ino
    try:
        yield connection
    finally:
        with suppress(sqlite3.Error):
            connection.rollback()
            if fold and store.exists() and os.stat(store).st_ino == inode:
                # It was not replaced.
                connection.execute("PRAGMA journal_mode = WAL")
        connection.close()


def _locked(store: Path, *, fold: bool) -> sqlite3.Connection:
    """An exclusive lock: in WAL mode whoever has a store open, even idle, holds a shared one."""
    connection = sqlite3.connect(store, timeout=0, isolation_level=None)
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        if schema.revision_of(connection) is None and os.stat(store).st_size:
            raise Unavailable(f"{store} is no sdesk store", "move it away first, or name another with --db")
        if fold:
            # Beside the locks: who opened the file and has not read it yet gets an error (SQLITE_READONLY_DBMOVED) when
            # he writes into what is no longer the store; with a write-ahead log he would write into the new one's.
            connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("BEGIN EXCLUSIVE")
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def _locked_bytes(store: Path) -> Iterator[None]:
    """The same for a file that SQLite does not read any more."""
    try:
        number = os.open(store, os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        raise refused(store, error) from error
    try:
        fcntl.lockf(number, fcntl.LOCK_EX | fcntl.LOCK_NB, _SHARED_SIZE, _SHARED_FIRST)
    except (BlockingIOError, PermissionError) as error:
        os.close(number)
        raise _in_use(store) from error
    except OSError:
        pass  # a file system that knows no locks
    try:
        yield
    finally:
        os.close(number)


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
    for suffix in _SIDE:
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


def _free_name(store: Path, now: datetime) -> Path:
    name = f"{store.name}.before-{now:%Y%m%d-%H%M%S}"
    for number in count(1):
        found = store.with_name(name if number == 1 else f"{name}-{number}")
        if not found.exists():
            return found
    raise AssertionError


def _in_use(store: Path) -> StoreLocked:
    return StoreLocked(
        f"the store {store} is in use by another process", "end the consoles, fetches and ticks that have it open"
    )
