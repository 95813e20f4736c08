"""What the pages are made of that are written by the program."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

MADE = "<!-- Made from the program; write it anew with SDESK_WRITE_GOLDEN=1 make unit ARGS='-k reference_page'. -->"


def table(head: tuple[str, ...], rows: list[Any]) -> Iterator[str]:
    """A table of a page."""
    yield row(head)
    yield row(["---"] * len(head))
    for cells in rows:
        yield row(cells)


def row(cells: Any) -> str:
    """One line of it."""
    return f"| {' | '.join(' '.join(cell.split()).replace('|', chr(92) + '|') for cell in cells)} |"


def code(text: str) -> str:
    """A command, a key or a file."""
    return f"`{text.strip()}`"


def paragraph(text: str) -> str:
    """A docstring's text."""
    return "\n".join(line.strip() for line in text.strip().splitlines())


def sentence(text: str) -> str:
    """A line of help as a sentence."""
    return f"{text[:1].upper()}{text[1:]}."
