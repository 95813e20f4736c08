"""Contents: what no attachment or mail has any more, and what is not what its digest says."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from datetime import datetime

from sdesk.store.check.finding import Finding, Part

ORPHANS = {
    "blob": "id NOT IN (SELECT blob_id FROM attachment)",
    "raw_mail": "id NOT IN (SELECT raw_id FROM ledger WHERE raw_id IS NOT NULL)"
    " AND id NOT IN (SELECT raw_id FROM message WHERE raw_id IS NOT NULL)",
}
"""When a row of these belongs to nothing."""
_OF = {"blob": "attachment", "raw_mail": "message"}


def _look(connection: sqlite3.Connection, now: datetime) -> Iterator[Finding]:
    for table, alone in ORPHANS.items():
        for row, digest in connection.execute(f"SELECT id, sha256 FROM {table} WHERE {alone}"):
            what = f"the content {digest} belongs to no {_OF[table]}"
            yield Finding("contents", what, None, table, row, mends=True)


def _mend(connection: sqlite3.Connection, now: datetime, found: list[Finding]) -> None:
    for table, alone in ORPHANS.items():
        connection.execute(f"DELETE FROM {table} WHERE {alone}")


def _digests(connection: sqlite3.Connection, now: datetime) -> Iterator[Finding]:
    for row, digest, size, data in connection.execute("SELECT id, sha256, size, data FROM blob"):
        if len(data) != size or hashlib.sha256(data).hexdigest() != digest:
            named = connection.execute(
                "SELECT a.name, m.ticket_id FROM attachment AS a JOIN message AS m ON m.id = a.message_id"
                " WHERE a.blob_id = ? LIMIT 1",
                (row,),
            ).fetchone()
            if named is not None:
                name, number = named
                what = f"ticket {number}: the attachment {name} is not what was attached"
                yield Finding("contents", what, number, "blob", row)


CONTENTS = Part("contents", _look, _mend)
DIGESTS = Part("contents", _digests)
