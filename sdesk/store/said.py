"""What lines of an import said, by what they are of: in a file that nobody sees, so that memory stays flat."""

from __future__ import annotations

import sqlite3


class Said:
    """A digest by a name, as many as there may be."""

    def __init__(self) -> None:
        # Without a name: a file among the system's temporary ones, gone at the end, of which memory has two megabytes.
        self._connection = sqlite3.connect("", isolation_level=None)
        for pragma in ("journal_mode = OFF", "synchronous = OFF"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute("CREATE TABLE said (name TEXT PRIMARY KEY, digest TEXT NOT NULL) WITHOUT ROWID")
        self._connection.execute("BEGIN")

    def differs(self, name: str, digest: str) -> bool:
        """Whether something else was said of it before; the first time it is kept."""
        if self._connection.execute("INSERT OR IGNORE INTO said VALUES (?, ?)", (name, digest)).rowcount:
            return False
        (before,) = self._connection.execute("SELECT digest FROM said WHERE name = ?", (name,)).fetchone()
        return bool(before != digest)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()
