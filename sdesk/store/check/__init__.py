"""Looking a store over: damage, and facts that contradict each other; and writing anew what follows from others.

Each module knows one part. `check` changes nothing; `repair` is in a module of its own.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from sdesk.domain.errors import Unavailable
from sdesk.store.check.approvals import APPROVALS
from sdesk.store.check.clocks import INSTANTS, SUMS
from sdesk.store.check.contents import CONTENTS, DIGESTS
from sdesk.store.check.damage import DAMAGE, FILE, REFERENCES
from sdesk.store.check.finding import Finding
from sdesk.store.check.ledger import LEDGER
from sdesk.store.check.places import MARKS, PLACES
from sdesk.store.check.playbooks import PLAYBOOKS
from sdesk.store.check.ratings import RATINGS
from sdesk.store.check.story import STORY
from sdesk.store.check.watchers import WATCHERS
from sdesk.store.check.words import WORDS
from sdesk.store.reader.connection import connect, translated

PARTS = (
    *(REFERENCES, FILE, STORY, WATCHERS, APPROVALS, PLAYBOOKS, RATINGS),
    *(LEDGER, SUMS, INSTANTS, MARKS, PLACES, WORDS, CONTENTS, DIGESTS),
)
"""In the order in which one follows from the other; `DAMAGE` comes before."""
ALWAYS = datetime(9999, 12, 31, tzinfo=UTC)
"""Where nobody says when it is, what may have become stale by then may stand either way."""


def check(path: Path, now: datetime = ALWAYS) -> tuple[Finding, ...]:
    """What is wrong with a store; empty where nothing is. Unavailable where it cannot be opened.

    `now`: tickets that have become stale since the last sweep stand where they stood, and that is right.
    """
    try:
        connection = connect(path, busy_seconds=5.0)
    except Unavailable as error:
        cause = error.__cause__
        if isinstance(cause, sqlite3.DatabaseError) and is_damage(cause):
            # Not even its schema can be read.
            return (Finding("damage", f"damage: {cause}"),)
        raise
    try:
        with translated(path):
            try:
                # One state of the store, whoever writes meanwhile.
                connection.execute("BEGIN")
                return tuple(found(connection, now))
            except sqlite3.DatabaseError as error:
                if not is_damage(error):
                    raise
                # So damaged that looking for the damage fails.
                return (Finding("damage", f"damage: {error}"),)
    finally:
        connection.close()


def found(connection: sqlite3.Connection, now: datetime) -> Iterator[Finding]:
    """What is wrong, part by part."""
    problems = list(DAMAGE.look(connection, now))
    yield from problems
    if problems:
        # What a damaged file says of its contents is worth nothing.
        return
    for part in PARTS:
        yield from part.look(connection, now)


def is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether SQLite says that the file does not hold together."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_CORRUPT
