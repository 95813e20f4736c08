"""Holding a store so that no other process has it open, nor gets it: before another file takes its name."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sdesk.domain.errors import StoreLocked, Unavailable
from sdesk.store import faults, schema
from sdesk.store.whole_file import refused

WAIT_SECONDS = 5.0
"""How long a store that is in use is waited for: a tick takes a second or two."""
_PAUSE = 0.05
# Where SQLite's own locks of a database file lie (`os_unix.c`, SHARED_FIRST): whoever has it open for reading holds
# these bytes.
_SHARED_FIRST, _SHARED_SIZE = 0x40000002, 510


@contextmanager
def alone(store: Path, *, fold: bool) -> Iterator[sqlite3.Connection | None]:
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
            raise in_use(store)
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
            raise Unavailable(f"{store} is no sdesk store", "move it away first, or name another")
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
        raise in_use(store) from error
    except OSError:
        pass  # a file system that knows no locks
    try:
        yield
    finally:
        os.close(number)


def in_use(store: Path) -> StoreLocked:
    return StoreLocked(
        f"the store {store} is in use by another process", "end the consoles, fetches and ticks that have it open"
    )
