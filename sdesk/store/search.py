"""Full-text search: how words are folded, and how a filter's words become an FTS5 expression."""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Iterable

from sdesk.domain.filters import Words

LONGEST_TEXT = 20_000
"""Letters of one message that go into the index: a log file pasted whole finds its ticket by its head."""
LONGEST_THREAD = 300_000
"""Letters of one ticket, from which on further messages stay out: each one writes the ticket's row of text anew."""

MERGED_PAGES = 250
"""Pages of the index that are written at once where its parts are merged."""

ANSWERS = "SELECT group_concat(value, char(10)) FROM form_value WHERE ticket_id = ?"
"""What was answered in the form of a ticket's service, as the first text of its words; NULL for nothing."""

_HAS_TOKEN = re.compile(r"\w")


def fold(text: str) -> str:
    """Text as it is indexed and sought: letter case gone, the Russian letter ё written as е."""
    return unicodedata.normalize("NFC", text).casefold().replace("ё", "е")


def words_of(thread: Iterable[tuple[str, str, str]]) -> tuple[str, str]:
    """The columns `body` and `people` of a ticket's row of text; given are text, name and address of each message."""
    body, people = "", ""
    for text, name, address in thread:
        if len(body) < LONGEST_THREAD:
            body = f"{body}\n{fold(text[:LONGEST_TEXT])}" if body or people else fold(text[:LONGEST_TEXT])
            people = f"{people} {fold(f'{name} {address}')}".strip()
    return body, people


def merge_some(driver: sqlite3.Connection, *, anew: bool) -> bool:
    """Merge parts of the index, which keep words of what is gone, as far as a tenth of a second may take; whether there
    is more. `anew`: all parts into one from now on (see "The 'merge' command" of SQLite's FTS5). The caller commits.
    """
    before = driver.total_changes
    driver.execute(
        "INSERT INTO ticket_fts (ticket_fts, rank) VALUES ('merge', ?)", (-MERGED_PAGES if anew else MERGED_PAGES,)
    )
    return driver.total_changes - before >= 2


def expression(words: Iterable[Words]) -> str:
    """The FTS5 expression that all of these words hold; empty where none has a letter or digit.

    A word matches what begins with it; a phrase matches as it stands. Each goes in as a quoted FTS5
    string, so nothing that a person types is an operator.
    """
    parts = []
    for word in words:
        text = word.text.replace("\0", " ")  # which ends a string of FTS5 in its middle
        for piece in [text] if word.phrase else text.split():
            if _HAS_TOKEN.search(piece):
                quoted = fold(piece).replace('"', '""')
                parts.append(f'"{quoted}"' if word.phrase else f'"{quoted}" *')
    return " AND ".join(parts)
