"""Writing anew what follows from what else is in a store: one transaction, after a copy was made beside it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sdesk.domain.errors import Refused, Unavailable
from sdesk.domain.instant import to_rfc3339
from sdesk.store import engine, faults, schema
from sdesk.store.backup import backup
from sdesk.store.check import PARTS, found, is_damage
from sdesk.store.check.damage import DAMAGE, FILE
from sdesk.store.check.finding import Finding
from sdesk.store.whole_file import kept_name


class Repaired(NamedTuple):
    """What became of what was found."""

    mended: tuple[Finding, ...]
    left: tuple[Finding, ...]
    """What cannot be derived: somebody must decide, or restore a backup."""
    kept: Path | None
    """The copy of the store as it was; None where there was nothing to mend."""


def repair(path: Path, now: datetime, *, dry_run: bool = False) -> Repaired:
    """Mend what can be derived, and say what is left. All of it, or nothing.

    Refused where the file is so damaged that what it says is worth nothing; Unavailable where it cannot be reached.
    """
    if not faults.stands(path):
        raise Unavailable(f"there is no store at {path}", "make one with `sdesk init`, or name another with --db")
    try:
        with closing(sqlite3.connect(path, timeout=engine.BUSY_SECONDS, isolation_level=None)) as connection:
            schema.require_current(connection, path)
            connection.row_factory = sqlite3.Row
            engine.prepare(connection)
            # What is taken out is what nothing refers to: SQLite need not read whole tables for each row of it.
            connection.execute("PRAGMA foreign_keys = OFF")
            problems = tuple(found(connection, now))
            if any(each.part == DAMAGE.name and not each.mends for each in problems) or not any(
                each.mends for each in problems
            ):
                return Repaired((), problems, None)
            kept = None if dry_run else _copied(path, now)
            return _mended(connection, path, now, kept, dry_run=dry_run)
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            raise _worthless(path, str(error)) from error
        raise faults.unavailable(error, path) or error from error


def _worthless(path: Path, what: str) -> Refused:
    """What is said of a store that nothing can be derived from: what it has lost would be taken for what never was."""
    return Refused(f"the store {path} is damaged ({what})", "restore a backup with `sdesk db restore`")


def _mended(connection: sqlite3.Connection, path: Path, now: datetime, kept: Path | None, *, dry_run: bool) -> Repaired:
    mended: list[Finding] = []
    connection.execute("BEGIN IMMEDIATE")
    try:
        for part in (DAMAGE, *PARTS):
            # Looked at again for each part: it may follow from what the last one mended.
            problems = [each for each in part.look(connection, now) if each.mends]
            if problems and part.mend is not None:
                part.mend(connection, now, problems)
                mended += problems
            if part is DAMAGE and (still := next(iter(part.look(connection, now)), None)):
                raise _worthless(path, still.what.removeprefix("damage: "))
        left = tuple(each for each in found(connection, now) if each.part != FILE.name)
        told = {"mended": len(mended), "left": len(left), "kept": None if kept is None else kept.name}
        connection.execute(
            "INSERT INTO history (ticket_id, at, actor, event, data) VALUES (NULL, ?, 'system', 'store_repaired', ?)",
            (to_rfc3339(now), json.dumps(told, ensure_ascii=False, separators=(",", ":"))),
        )
    except BaseException:
        connection.rollback()
        raise
    if dry_run:
        connection.rollback()
        return Repaired(tuple(mended), left, None)
    connection.commit()
    if any(each.part == FILE.name for each in mended):
        connection.execute("PRAGMA journal_mode = WAL")
    return Repaired(tuple(mended), left, kept)


def _copied(path: Path, now: datetime) -> Path:
    kept = kept_name(path, now)
    backup(path, kept, sound=False)
    return kept
