"""Manual pages in the macros of man(7): the few that groff and mandoc both know, and texts never taken for one."""

from __future__ import annotations

import re


class ManPage:
    """A manual page that is being written."""

    def __init__(self, name: str, section: int, summary: str, source: str, date: str) -> None:
        self._lines = [
            ".\\\" Made by `make man` of the program's own help; do not edit.",
            f'.TH {name.upper()} {section} {date} "{source}" "Service desk"',
            ".nh",
            ".SH NAME",
            f"{escaped(name)} \\- {escaped(summary)}",
        ]

    def section(self, title: str) -> None:
        """A chapter."""
        self._lines.append(f".SH {escaped(title.upper())}")

    def subsection(self, title: str) -> None:
        """A part of a chapter."""
        self._lines.append(f'.SS "{escaped(title)}"')

    def paragraph(self, text: str) -> None:
        """Sentences; what stands in backquotes is bold."""
        self._begin()
        self._lines += _text(text)

    def item(self, name: str, text: str) -> None:
        """A name, and what it is."""
        self._lines += [".TP", f"\\fB{escaped(name)}\\fR", *(_text(text) if text else [r"\&"])]

    def literal(self, text: str) -> None:
        """Lines as they stand."""
        self._begin()
        self._lines += [".RS 4", ".nf", *(_safe(escaped(line)) for line in text.splitlines()), ".fi", ".RE"]

    def _begin(self) -> None:
        if not self._lines[-1].startswith((".SH", ".SS")):
            self._lines.append(".PP")

    def text(self) -> str:
        """The page."""
        return "\n".join(self._lines) + "\n"


_ESCAPES = {"\\": r"\e", "-": r"\-", "'": r"\(aq", "`": r"\(ga", "^": r"\(ha", "~": r"\(ti", '"': r"\(dq"}


def escaped(text: str) -> str:
    """A text in which roff finds nothing to obey; what is not ASCII is written by its code."""
    return "".join(_ESCAPES.get(letter, letter if letter.isascii() else f"\\[u{ord(letter):04X}]") for letter in text)


def _text(text: str) -> list[str]:
    pieces = re.split(r"`([^`]+)`", " ".join(text.split()))
    line = "".join(f"\\fB{escaped(piece)}\\fR" if place % 2 else escaped(piece) for place, piece in enumerate(pieces))
    # A sentence a line, as roff sets the space behind it.
    return [_safe(each) for each in re.sub(r"([.!?]) (?=[A-Z\\])", r"\1\n", line).split("\n")]


def _safe(line: str) -> str:
    """A line that begins with no request."""
    return rf"\&{line}" if line.startswith((".", "'")) or not line else line
