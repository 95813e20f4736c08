"""Copying a store while it is in use, into one file that stands by itself and is known to be sound.

SQLite's backup API copies pages inside of one read transaction: every commit made before it began is in the copy, none
that came after is, and no writer waits. `VACUUM INTO` would give the same and a smaller file in twice the time, and may
number rows anew in tables without an integer key, whose order the views use.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from urllib.parse import quote

from sdesk.domain.errors import BadInput, Unavailable
from sdesk.store import faults, readable, schema
from sdesk.store.alone import alone
from sdesk.store.whole_file import BESIDE, refused, take_name, taken, written_beside

Progress = Callable[[int, int], None]
"""Told how many pages are done, and of how many."""
PAGES = 4096
"""Copied between two calls of the progress: 16 MB."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a copy of a store holds."""

    revision: str
    tickets: int
    messages: int
    attachments: int
    people: int
    ledger: int
    history: int
    unsent: int
    """Mails of the outbox that wait to go, held or not."""
    size: int
    """Bytes of the file."""


def backup(
    store: Path, target: Path, *, force: bool = False, sound: bool = True, progress: Progress | None = None
) -> Contents:
    """Copy the store at `store` into the new file `target` (mode 0600), which stands there whole or not at all.

    Not `sound`: as it is, whatever is wrong with it, so that there is a way back from mending it.
    A store of an older version is copied as it is. Unavailable where the store cannot be read or is damaged, where the
    file cannot be written, or where something stands there and not `force`; BadInput where it is the store itself.
    """
    target = Path(target)
    if is_of(store, target):
        raise BadInput(f"{target} belongs to the store itself", "name another file")
    if os.path.isdir(target):
        raise BadInput(f"{target} is a folder", "name a file in it")
    if os.path.exists(target) and not force:
        raise taken(target)
    if not os.path.exists(target):
        _require_nothing_beside(target)
    with closing(open_any(store)) as source:
        try:
            # The transaction first: what is copied is one state, however long it takes.
            source.execute("BEGIN")
            size = _size(source)
        except sqlite3.Error as error:
            raise faults.unavailable(error, store) or error from error
        with written_beside(target, size=size) as part:
            copy(source, part, of=store, to=target, progress=progress)
            found = verified(part, of=store, sound=sound)
            _name(part, target, force=force)
    return found


def _name(part: Path, target: Path, *, force: bool) -> None:
    """Give the copy its name, where SQLite has nothing beside that name: it would play that into the copy."""
    if force and target.exists() and _beside(target):
        with alone(target, fold=True) as standing:
            if standing is None:  # too damaged for its log to be folded in
                _require_nothing_beside(target)
            take_name(part, target, over=True)
            target.with_name(f"{target.name}-shm").unlink(missing_ok=True)  # the index of the log that is folded in
        return
    _require_nothing_beside(target)
    take_name(part, target, over=force)


def _beside(target: Path) -> list[Path]:
    return [each for suffix in BESIDE if os.path.exists(each := target.with_name(target.name + suffix))]


def _require_nothing_beside(target: Path) -> None:
    if left := _beside(target):
        raise Unavailable(
            f"{left[0]} is of another store that had this name: SQLite would play it into the copy",
            "move it away, or name another file",
        )


def is_of(store: Path, path: Path) -> bool:
    """Whether a path is the store's own file, or one of those that SQLite keeps beside it."""
    beside = [store, *(store.with_name(store.name + suffix) for suffix in ("-wal", "-shm", "-journal", "-turn"))]
    if path.absolute() in {each.absolute() for each in beside} or path.resolve() in {each.resolve() for each in beside}:
        return True
    return os.path.exists(path) and any(os.path.exists(each) and path.samefile(each) for each in beside)


def open_any(path: Path) -> sqlite3.Connection:
    """Open a store of this version or an older one to read; Unavailable where it is none, newer, or out of reach."""
    if not faults.stands(path):
        raise Unavailable(f"there is no store at {path}", "name another")
    connection = None
    try:
        connection = readable.opened(path, 5.0)
        revision = schema.revision_of(connection)
    except sqlite3.Error as error:
        if connection is not None:
            connection.close()
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_NOTADB:
            raise no_store(path) from error
        if _is_damage(error):
            raise damaged(path, str(error)) from error
        raise faults.unavailable(error, path) or error from error
    if revision in schema.KNOWN:
        return connection
    connection.close()
    if revision is None:
        raise no_store(path)
    raise Unavailable(f"{path} is of a newer version than this program", "install the newer sdesk")


def copy(source: sqlite3.Connection, part: Path, *, of: Path, to: Path, progress: Progress | None = None) -> None:
    """Write a store into the empty file `part`, without a write-ahead log. Errors name `to` where it is the disk."""
    try:
        with closing(sqlite3.connect(part, isolation_level=None)) as copied:
            # Nobody sees the file before it is whole: no page need wait for the disk, nor be kept for a rollback.
            copied.execute("PRAGMA synchronous = OFF")
            copied.execute("PRAGMA journal_mode = OFF")
            source.backup(copied, pages=PAGES, progress=_told(progress))
            # What the header says of a write-ahead log would make a file that cannot be opened where none can be made.
            copied.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        if _is_damage(error):
            raise damaged(of, str(error)) from error
        raise faults.unavailable(error, to) or error from error
    except OSError as error:
        raise refused(to, error) from error


def verified(part: Path, *, of: Path, sound: bool = True) -> Contents:
    """What a copy holds. Unavailable where it is damaged, since then the store `of` is, of which it was made.

    Not `sound`: damage is not looked for."""
    with closing(sqlite3.connect(f"file:{quote(str(part.absolute()))}?mode=ro", uri=True)) as copied:
        try:
            wrong = list(_wrong(copied)) if sound else []
            revision = schema.revision_of(copied)
            if not wrong and revision is not None:
                return _contents(copied, revision, part.stat().st_size)
        except sqlite3.DatabaseError as error:
            if not _is_damage(error):
                raise faults.unavailable(error, of) or error from error
            wrong = [str(error)]
    raise damaged(of, wrong[0] if wrong else "its tables are gone")


def _contents(copied: sqlite3.Connection, revision: str, size: int) -> Contents:
    def number(sql: str) -> int:
        return int(copied.execute(f"SELECT count(*) FROM {sql}").fetchone()[0])

    return Contents(
        revision=revision,
        tickets=number("ticket"),
        messages=number("message"),
        attachments=number("attachment"),
        people=number("person"),
        ledger=number("ledger"),
        history=number("history"),
        unsent=number("outbox WHERE state IN ('queued', 'held')"),
        size=size,
    )


def _wrong(copied: sqlite3.Connection) -> Iterator[str]:
    """The first thing that does not hold together, and the first row that refers to nothing."""
    yield from (str(row[0]) for row in copied.execute("PRAGMA integrity_check(1)") if row[0] != "ok")
    for table, row, parent, _ in islice(copied.execute("PRAGMA foreign_key_check"), 1):
        yield f"row {row} of {table} refers to a {parent} that is not there"


def no_store(path: Path) -> Unavailable:
    """What is said of a file of something else."""
    return Unavailable(f"{path} is no sdesk store", "name another file")


def damaged(path: Path, what: str) -> Unavailable:
    """What is said of a file that does not hold together."""
    return Unavailable(
        f"{path} is damaged ({what})", "look at it with `sdesk --db FILE db check`; an older backup may be whole"
    )


def _size(connection: sqlite3.Connection) -> int:
    pages, size = (int(connection.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("page_count", "page_size"))
    return pages * size


def _is_damage(error: sqlite3.Error) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def _told(progress: Progress | None) -> Callable[[int, int, int], None] | None:
    if progress is None:
        return None
    return lambda status, left, total: progress(total - left, total)
