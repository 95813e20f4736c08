"""A report for eyes, in no medium yet: sections with tables. `cli/report` draws it, `reports/letter` mails it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """How a cell is meant. The words alone must say as much: colours may be missing."""

    PLAIN = "plain"
    STRONG = "strong"
    DIM = "dim"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Cell:
    """Text of a table, on one line. Text of others may stand here as it came: who draws it makes it safe."""

    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Bar:
    """A number drawn as a length: `value` of `most`, which fills the cell. Both are not negative."""

    value: int
    most: int
    tone: Tone = Tone.PLAIN

    def drawn(self, width: int, *, blocks: bool = True) -> str:
        """The bar in `width` columns: in block characters, or in signs that every encoding has.

        What is more than nothing is seen, be it ever so little of the whole.
        """
        if self.value <= 0 or self.most <= 0:
            return ""
        eighths = max(round(width * 8 * min(self.value, self.most) / self.most), 1)
        if not blocks:
            return "#" * max(eighths // 8, 1)
        return "\u2588" * (eighths // 8) + ("", *_PARTS)[eighths % 8]


_PARTS = tuple("\u258f\u258e\u258d\u258c\u258b\u258a\u2589")
"""Left parts of a cell, from one eighth to seven (Unicode block elements)."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of a table, and what becomes of it where there is little room."""

    text: str
    right: bool = False
    cut: bool = False
    """Whether it is cut short where the line is narrow."""
    wrap: bool = False
    """Whether it is broken into lines: a sentence that must be read whole."""
    spare: bool = False
    """Whether it goes first where the line is narrow."""
    typed: bool = False
    """Whether it is what a person types, a number or a command: the others go before half of it does."""
    folds: int = 0
    """As how many columns, at least, it may stand broken into lines above narrower cells; 0: on one line always."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, one for each heading."""

    headings: tuple[Heading, ...]
    rows: tuple[tuple[Cell | Bar, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page: words, a table, or both."""

    title: str
    table: Table | None = None
    words: tuple[str, ...] = ()
    """Paragraphs above the table: what is to be said, or that there is nothing."""
    below: str = ""
    """A sentence under the table: what of it was left out."""


@dataclass(frozen=True, slots=True)
class Page:
    """A whole report."""

    title: str
    subtitle: str = ""
    """Of what time and whom it tells."""
    sections: tuple[Section, ...] = ()
    period: str = ""
    """Of what time, in few words: stands in the subject of a mail."""
