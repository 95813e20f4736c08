"""The words of the command that a person typed behind `ssh desk`. No shell ever sees them: what only a shell would
understand is refused, so that nobody believes that it was done."""

from __future__ import annotations

import shlex

from sdesk.domain.errors import BadInput

MOST = 60_000
"""Letters of a command: a longer text comes by standard input."""
_OPERATORS = ";|&<>`\n"
_BY_INPUT = "give a longer text by standard input: --text - < FILE"


def words_of(line: str) -> list[str]:
    """The words of a command line, quoted as POSIX has it, without a leading `sdesk`. BadInput for what is none."""
    if len(line) > MOST:
        raise BadInput(f"the command is longer than {MOST} letters", _BY_INPUT)
    if any((letter < " " and letter not in "\t\n") or letter == "\x7f" for letter in line):
        raise BadInput("a control character stands in the command", _BY_INPUT)
    if (found := _operator(line)) is not None:
        shown = "a line break" if found == "\n" else f"`{found}`"
        raise BadInput(
            f"{shown} stands in the command, and no shell reads it here",
            "quote it twice, once for your own shell: ssh desk \"note 12 --text 'this & that'\"",
        )
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise BadInput(
            "a quote of the command is not closed", "close it; your own shell takes one pair away"
        ) from error
    return words[1:] if words[:1] == ["sdesk"] else words


def _operator(line: str) -> str | None:
    """The first sign outside of quotes by which a shell would do something else than call one program."""
    quote, skip = "", False
    for place, letter in enumerate(line):
        if skip:
            skip = False
        elif quote:
            skip = letter == "\\" and quote == '"'
            quote = "" if letter == quote else quote
        elif letter == "\\":
            skip = True
        elif letter in "'\"":
            quote = letter
        elif letter in _OPERATORS and line[place:].strip():
            return letter
        elif letter == "$" and line[place + 1 : place + 2] in ("(", "{"):
            return line[place : place + 2]
    return None
