"""What a look at a store finds: a sentence, what it is about, and whether it can be derived anew."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import NamedTuple


class Finding(NamedTuple):
    """One thing that is wrong."""

    part: str
    """What of the store was looked at: `damage`, `ledger`, `clocks`, ..."""
    what: str
    """One sentence, which names the ticket or the row."""
    ticket: int | None = None
    table: str | None = None
    row: int | None = None
    mends: bool = False
    """Whether it follows from what else is in the store: `db check --repair` writes it anew."""


Look = Callable[[sqlite3.Connection, datetime], Iterator[Finding]]
"""Finds what is wrong. The rows of the connection have names."""
Mend = Callable[[sqlite3.Connection, datetime, list[Finding]], None]
"""Writes anew what was found, in the caller's transaction."""


class Part(NamedTuple):
    """One thing that is looked at."""

    name: str
    look: Look
    mend: Mend | None = None
