"""The store opened for writing: pragmas, sessions, and the one way in which a transaction begins."""

from __future__ import annotations

import errno
import fcntl
import os
import random
import sqlite3
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

from sdesk.domain.errors import Refused, Unavailable
from sdesk.store import faults, schema

BUSY_SECONDS = 5.0
"""How long a writer waits for another before it gives up."""
_READS = "sdesk_reads"
"""The option of an engine whose transactions only read."""
_SWEEPS = "sdesk_sweeps"
"""The option of an engine whose transactions look at references once, before they commit."""
_LEFT_TO_THE_WRITE = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN})
PAUSE = (0.0005, 0.004)
"""Seconds between two tries of a writer, from and to."""


def prepare(connection: sqlite3.Connection, *, durable: bool = True) -> None:
    """Set what every connection to a store needs. Not `durable`: a commit waits for no disk."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    # FULL: a commit is on the disk before a mail is marked on its server.
    cursor.execute("PRAGMA synchronous = FULL" if durable else "PRAGMA synchronous = OFF")
    cursor.close()


class Store:
    """A store of the current schema, for writing. Sessions come from `begin`."""

    def __init__(self, path: Path, *, busy_seconds: float = BUSY_SECONDS, durable: bool = True) -> None:
        """Open the store at `path`; raise Unavailable where it is missing or of another version.

        Not `durable`: a machine that stops may break it. It is for a store that would be made anew then.
        """
        self.path = path
        if not faults.stands(path):
            raise Unavailable(f"there is no store at {path}", "make one with `sdesk init`, or name another with --db")
        self.engine = _engine(path, busy_seconds, durable)
        self._reading = self.engine.execution_options(**{_READS: True})
        self._sweeping = self.engine.execution_options(**{_SWEEPS: True})
        self._has_log = False
        with self.translated(), self.engine.connect() as connection:
            # The driver's own connection: this read begins no transaction.
            driver = cast(sqlite3.Connection, connection.connection.dbapi_connection)
            schema.require_current(driver, path)

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """A session in a write transaction (BEGIN IMMEDIATE). The caller commits; leaving without that rolls back.

        Raises Unavailable where the store is locked, full or broken.
        """
        self._keep_log()
        with self.translated(), Session(self.engine, expire_on_commit=False) as session:
            session.connection()  # begins, and waits here for another writer
            yield session

    @contextmanager
    def sweep(self) -> Iterator[Session]:
        """The same for deleting much: what refers to what is looked at once, by `commit_sound`, and not for each row.

        For each row SQLite would read whole tables: of 200,000 messages, seven times a second.
        """
        self._keep_log()
        with self.translated(), Session(self._sweeping, expire_on_commit=False) as session:
            driver = cast(sqlite3.Connection, session.connection().connection.dbapi_connection)
            try:
                yield session
            finally:
                session.rollback()
                driver.execute("PRAGMA foreign_keys = ON")

    @contextmanager
    def look(self) -> Iterator[Session]:
        """A session in a transaction that reads: one state of the store, whoever writes meanwhile."""
        with self.translated(), Session(self._reading, expire_on_commit=False) as session:
            driver = cast(sqlite3.Connection, session.connection().connection.dbapi_connection)
            driver.execute("PRAGMA query_only = ON")
            try:
                yield session
            finally:
                driver.execute("PRAGMA query_only = OFF")

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turn the driver's errors into sentences; a mistake of our own stays what it is."""
        try:
            yield
        except DBAPIError as error:
            fault = faults.unavailable(error.orig, self.path)
            if fault is None:
                raise
            raise fault from error
        except sqlite3.Error as error:
            fault = faults.unavailable(error, self.path)
            if fault is None:
                raise
            raise fault from error

    def _keep_log(self) -> None:
        """See that a store that is written has its write-ahead log. A backup has none, and may have been put in a
        store's place by hand; who only looks leaves it the one file that it is.

        Without one whoever reads keeps writers waiting, and what a killed writer leaves must be rolled back first.
        """
        if self._has_log:
            return
        with self.translated(), self.engine.connect() as connection:
            driver = cast(sqlite3.Connection, connection.connection.dbapi_connection)
            try:
                self._has_log = driver.execute("PRAGMA journal_mode").fetchone()[0] == "wal" or (
                    driver.execute("PRAGMA journal_mode = WAL").fetchone()[0] == "wal"
                )
            except sqlite3.OperationalError as error:
                # Somebody is in it just now: the next who writes does it. Whether it may be written, the write says.
                if error.sqlite_errorcode & 0xFF not in _LEFT_TO_THE_WRITE:
                    raise

    def fold_log(self) -> None:
        """Write the write-ahead log into the store and empty it, as far as nobody reads from it just now."""
        with self.translated(), self.engine.connect() as connection:
            driver = cast(sqlite3.Connection, connection.connection.dbapi_connection)
            # Most of it beside whoever writes, so that the second, which holds them up, has little to do.
            for mode in ("PASSIVE", "TRUNCATE"):
                driver.execute(f"PRAGMA wal_checkpoint({mode})")

    def close(self) -> None:
        """Give the connections back; the last one of all processes folds the write-ahead log in."""
        self.engine.dispose()


def give_way() -> None:
    """Let another writer have its turn, between two transactions of work that takes many: it looks each `PAUSE`."""
    time.sleep(2 * PAUSE[1])


def commit_sound(session: Session) -> None:
    """Commit a transaction of `sweep`; ValueError, and nothing is kept, where a row would refer to nothing."""
    require_sound(session)
    session.commit()


def require_sound(session: Session) -> None:
    """ValueError where a row would refer to nothing, were it committed."""
    lost = session.connection().exec_driver_sql("PRAGMA foreign_key_check").first()
    if lost is not None:
        raise ValueError(f"row {lost[1]} of {lost[0]} would refer to a {lost[2]} that is gone")


@contextmanager
def created(path: Path) -> Iterator[None]:
    """An empty file in which a store is made, readable by its owner alone (0600; a folder that is made for it, 0700).

    An empty file that stands there already is taken. Nobody else makes a store of it meanwhile; where the block fails,
    there is what was there before. Refused where something stands there; Unavailable where nothing can.
    """
    number, ours = _empty(path)
    try:
        yield
    except BaseException:
        # A store half made would stand in the way of the next try.
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        if ours:
            path.unlink(missing_ok=True)
        else:
            os.ftruncate(number, 0)
        raise
    finally:
        os.close(number)


def _empty(path: Path) -> tuple[int, bool]:
    """The file, open and locked, and whether it was made here. The lock ends with the process, however that ends."""
    if os.path.isdir(path):
        raise faults.no_store(path)
    try:
        _make_folder(path.parent)
        try:
            number, ours = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600), True
        except FileExistsError:
            number, ours = os.open(path, os.O_RDWR | os.O_CLOEXEC), False
        try:
            _lock(number)
            found = os.fstat(number)
            if not stat.S_ISREG(found.st_mode) or found.st_size or not os.path.samestat(found, os.stat(path)):
                raise FileExistsError
            os.fchmod(number, 0o600)
        except BaseException:
            os.close(number)
            raise
    except (FileExistsError, BlockingIOError) as error:
        raise Refused(
            f"{path} exists already", "name another with --db, or bring it up with `sdesk db migrate`"
        ) from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Unavailable(
            f"the store {path} cannot be made: {reason}", "look at the path, and the rights of its folder"
        ) from error
    return number, ours


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError as error:  # a file stands there: it is not the store that exists already
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder)) from error


def _lock(number: int) -> None:
    """BlockingIOError where somebody makes a store of the file just now."""
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:
        return  # a file system that knows no locks


def _engine(path: Path, busy_seconds: float, durable: bool) -> Engine:
    """An engine whose transactions begin as BEGIN IMMEDIATE, since they read before they write.

    With a plain BEGIN two of them that read and then write fail at once, busy time-out or not.
    """
    engine = create_engine(
        f"sqlite:///{path}",
        connect_args={"timeout": busy_seconds, "isolation_level": None, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
        prepare(connection, durable=durable)

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        driver = cast(sqlite3.Connection, connection.connection.dbapi_connection)
        if connection.get_execution_options().get(_READS):
            driver.execute("BEGIN")
        else:
            if connection.get_execution_options().get(_SWEEPS):
                # Before the transaction: within one it changes nothing.
                driver.execute("PRAGMA foreign_keys = OFF")
            _begin(driver, busy_seconds)

    return engine


def _begin(connection: sqlite3.Connection, busy_seconds: float) -> None:
    """BEGIN IMMEDIATE, asked for again and again after short pauses of random length.

    SQLite's own waiting grows from try to try, up to a tenth of a second: among several busy writers the one that has
    waited longest gets its turn last. With five of them the longest wait was 4.8 s of 7.2 s; this way it was 1.6 s.
    """
    connection.execute("PRAGMA busy_timeout = 0")
    deadline = time.monotonic() + busy_seconds
    try:
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= deadline:
                    raise
            time.sleep(random.uniform(*PAUSE))
    finally:
        connection.execute(f"PRAGMA busy_timeout = {round(busy_seconds * 1000)}")
