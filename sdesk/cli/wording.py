"""Numbers with their words, as sentences of the command line have them."""

from __future__ import annotations


def counted(number: int, word: str) -> str:
    """`1 ticket`, `1,204 tickets`."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"
