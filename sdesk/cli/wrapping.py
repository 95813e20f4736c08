"""Sentences for eyes: broken between words where a terminal ends, and nowhere else."""

from __future__ import annotations

import re
import shutil
import unicodedata
from typing import TextIO

_FALLBACK = (80, 24)
_WORD = re.compile(r"(?:`[^`]*`|[^ `]|`)+|(?<= )(?= )")
"""What is not broken; of several blanks each but the first stands behind an empty word."""
_NARROWEST = 20
"""Columns below which nothing is broken: there is no room to be tidy in."""


def width_of(stream: TextIO) -> int | None:
    """The columns of the terminal that a stream goes to; None where a program reads it.

    Whatever COLUMNS says, which a shell may hand on: a line that a script looks for stays one.
    """
    if not stream.isatty():
        return None
    return shutil.get_terminal_size(_FALLBACK).columns


def wrapped(line: str, width: int | None, *, hang: int = 0) -> list[str]:
    """A line in pieces of at most `width` cells; all but the first are indented by `hang`.

    A word that is longer than that, as a link is, stays whole, and so does a command in backquotes: whoever copies it
    wants all of it.
    """
    if width is None or width < hang + _NARROWEST or cells(line) <= width:
        return [line]
    indent = len(line) - len(line.lstrip(" "))
    pieces: list[str] = []
    current, room = line[:indent], indent
    begun = False
    for word in _WORD.findall(line[indent:]):
        size = cells(word)
        if begun and room + 1 + size > width:
            pieces.append(current.rstrip())
            current, room, begun = " " * hang + word, hang + size, True
            continue
        current += f" {word}" if begun else word
        room += size + begun
        begun = True
    return [*pieces, current.rstrip()]


def cells(text: str) -> int:
    """How many columns of a terminal a text takes: wide letters take two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )
