"""Words that no ticket holds, and the nearest that one does: a slip of the finger is found out where nothing fits."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime

from sdesk.domain.actor import Actor
from sdesk.domain.filters import Filter, Match, Words
from sdesk.domain.nearest import nearest_few
from sdesk.domain.ticket import Status
from sdesk.store.reader.queue import condition
from sdesk.store.search import fold

SHORTEST = 4
"""Letters from which on a word can be told from others."""
LIKE_ENOUGH = 0.75
"""Of difflib's ratio: one letter wrong in four, or two that changed places in six."""
MOST = 200
"""Like words that are looked at before it is given up: those behind a wall must not crowd out the others."""

_EVERY_STATUS = Match("status", tuple(Status))


def nearest_words(connection: sqlite3.Connection, actor: Actor, wanted: Filter, now: datetime) -> dict[str, str]:
    """For words of a filter that nothing begins with: the likest word of a ticket that the actor may see."""
    found = {}
    for term in wanted.terms:
        if isinstance(term, Words) and not term.phrase and not term.negated:
            like = _nearest(connection, actor, term.text, now)
            if like is not None:
                found[term.text] = like
    return found


def _nearest(connection: sqlite3.Connection, actor: Actor, word: str, now: datetime) -> str | None:
    folded = fold(word)
    if len(folded) < SHORTEST or not folded.isalnum() or _held(connection, actor, Words(folded), now):
        return None
    # The index knows the words of all teams: what stands behind a wall only must not be told by a hint, nor by none.
    for like in nearest_few(folded, _terms(connection, folded), MOST, LIKE_ENOUGH):
        if _held(connection, actor, Words(like, phrase=True), now):
            return like
    return None


def _held(connection: sqlite3.Connection, actor: Actor, word: Words, now: datetime) -> bool:
    """Whether a ticket that the actor may see holds it."""
    where = condition(connection, actor, Filter((_EVERY_STATUS, word)), now)
    return bool(connection.execute(f"SELECT 1 FROM ticket_view WHERE {where.sql} LIMIT 1", where.values).fetchone())


def _terms(connection: sqlite3.Connection, word: str) -> Iterator[str]:
    """The words of the index that begin with the same letter and are about as long."""
    # The index's own list of words, which SQLite shows as a table of this connection: it writes nothing to the store.
    connection.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.ticket_word USING fts5vocab(main, ticket_fts, row)")
    first = word[0]
    for row in connection.execute(
        "SELECT term FROM temp.ticket_word WHERE term >= ? AND term < ? AND length(term) BETWEEN ? AND ?",
        (first, chr(ord(first) + 1), len(word) - 1, len(word) + 2),
    ):
        yield row[0]
