"""bash's own ways: it hands a line over, not words; it breaks words at `:` and `@`, and replaces but the last piece."""

from __future__ import annotations

import re
from typing import NamedTuple

from sdesk.cli.complete import Word, told

_SAFE = re.compile(r"[\w@%+=:,./-]")
"""What bash takes as it stands, at any place of a word."""
_LISTING = {"63", "33", "64"}
"""COMP_TYPE where matches are listed. Elsewhere bash may put a whole one into the line, and what is said beside it
must never come there: it is from anybody's mail."""


class Line(NamedTuple):
    """A line up to the cursor."""

    words: tuple[str, ...]
    """Whole ones, without the program's own name, without quotes."""
    typed: str
    """The one under the cursor, likewise."""
    quote: str
    """The quote that is open at the cursor; empty where none is."""


def split(line: str) -> Line:
    """Split a line as a shell does; a quote may still be open. Variables stay as they are written."""
    words: list[str] = []
    word: str | None = None
    quote = ""
    at = 0
    while at < len(line):
        letter = line[at]
        at += 1
        if quote == "'":
            quote, word = ("", word) if letter == "'" else (quote, (word or "") + letter)
        elif letter == "\\" and at < len(line) and (not quote or line[at] in '"\\$`'):
            word = (word or "") + line[at]
            at += 1
        elif quote:
            quote, word = ("", word) if letter == quote else (quote, (word or "") + letter)
        elif letter in "'\"":
            quote, word = letter, word or ""
        elif letter.isspace():
            if word is not None:
                words.append(word)
            word = None
        else:
            word = (word or "") + letter
    return Line(tuple(words[1:]), word or "", quote)


def lines(found: list[Word], line: Line, *, word: str, kind: str) -> list[str]:
    """The lines of an answer: `words`, then what replaces `word`, the end of what is typed, quoted where it must be."""
    typed = _unquoted(word)
    if not line.typed.endswith(typed):
        return ["words"]
    before = line.typed[: len(line.typed) - len(typed)]
    shown = kind in _LISTING and len(found) > 1
    printed = []
    for each in found:
        text = each.text[len(before) :]
        if line.quote:
            # Within quotes only what is the same there and outside; bash closes them itself.
            if not all(_SAFE.fullmatch(letter) or letter == " " for letter in text):
                continue
            replaced = text
        else:
            replaced = "".join(letter if _SAFE.fullmatch(letter) else f"\\{letter}" for letter in text)
            replaced += " " if each.ends else ""
        about = told(each)
        printed.append(f"{replaced.rstrip()}  ({about})" if shown and about else replaced)
    return ["words", *printed]


def _unquoted(word: str) -> str:
    return split(f"x {word}").typed if word else ""
