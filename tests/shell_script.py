"""The files of tests/shell: commands, and what they must print. The format is told in tests/shell/README.md."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

DESKS = ("small", "busy", "none")
_COMMAND = re.compile(r"(?:\[(pty)\] )?\$ (.*)")


@dataclass
class Step:
    """One command, and what is expected of it."""

    line: int
    command: str
    on_terminal: bool = False
    typed: list[str] = field(default_factory=list)
    out: list[str] = field(default_factory=list)
    """Lines as they stand in the file, with their sign."""
    err: list[str] = field(default_factory=list)
    code: int = 0
    written: list[str] = field(default_factory=list)
    """The lines of the file that say the command and what is typed."""


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    out: str
    err: str
    code: int


@dataclass
class Script:
    """A file: where it is played, and its steps between lines for the reader."""

    desk: str = "small"
    as_user: bool = False
    """As an ordinary user, whoever runs the tests."""
    as_root: bool = False
    """As root, or not at all."""
    endurance: bool = False
    parts: list[str | Step] = field(default_factory=list)

    @property
    def steps(self) -> list[Step]:
        """The commands, in order."""
        return [part for part in self.parts if isinstance(part, Step)]


def read(path: Path) -> Script:
    """The script of a file. ValueError that names the line for what is none."""
    script = Script()
    step: Step | None = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        command = _COMMAND.fullmatch(line)
        if command is not None:
            step = Step(number, command[2], on_terminal=command[1] is not None, written=[line])
            script.parts.append(step)
        elif line.startswith("@"):
            _told(script, line, number)
            script.parts.append(line)
        elif not line or line.startswith("#"):
            step = None
            script.parts.append(line)
        elif step is None:
            raise ValueError(f"line {number}: `{line}` belongs to no command")
        else:
            _expected(step, line, number)
    return script


def _told(script: Script, line: str, number: int) -> None:
    match line[1:].split():
        case ["desk", str(desk)] if desk in DESKS:
            script.desk = desk
        case ["user"]:
            script.as_user = True
        case ["root"]:
            script.as_root = True
        case ["endurance"]:
            script.endurance = True
        case _:
            raise ValueError(f"line {number}: there is no `{line}`")


def _expected(step: Step, line: str, number: int) -> None:
    sign = line[0]
    if sign == ">":
        step.command += "\n" + line[2:]
        step.written.append(line)
    elif sign == "<":
        step.typed.append(line[2:])
        step.written.append(line)
    elif sign == "|":
        step.out.append(line)
    elif sign == "!":
        step.err.append(line)
    elif sign == "=":
        step.code = int(line[1:])
    else:
        raise ValueError(f"line {number}: a line begins with one of $ > < | ! = # @, not `{sign}`")


def transcript(script: Script, play: Callable[[Step], Ended]) -> Iterator[str]:
    """The file as it would be if what happens were expected: where it is, the file's own lines."""
    for part in script.parts:
        if isinstance(part, str):
            yield part
            continue
        ended = play(part)
        yield from part.written
        yield from _shown("|", part.out, ended.out)
        yield from _shown("!", part.err, ended.err)
        if ended.code:
            yield f"= {ended.code}"


def _shown(sign: str, expected: Sequence[str], found: str) -> Sequence[str]:
    """The expected lines where they fit; else the found ones, with their sign."""
    lines = found.split("\n")
    if lines[-1] == "":
        lines.pop()
    else:
        lines[-1] += "\\"  # it has no line's end
    if _fit(sign, list(expected), lines):
        return expected
    return [_line(sign, line) for line in lines]


def _line(sign: str, line: str) -> str:
    """As it is written; a blank at its end, which nobody sees, in brackets."""
    stripped = line.rstrip(" ")
    blanks = len(line) - len(stripped)
    return f"{sign}~ {re.escape(stripped)}[ ]{{{blanks}}}" if blanks else f"{sign} {line}".rstrip(" ")


def _fit(sign: str, expected: list[str], lines: list[str]) -> bool:
    if not expected:
        return not lines
    first, rest = expected[0], expected[1:]
    if first == f"{sign} ...":
        return any(_fit(sign, rest, lines[skipped:]) for skipped in range(len(lines) + 1))
    if not lines:
        return False
    fits = re.fullmatch(first[3:], lines[0]) is not None if first.startswith(f"{sign}~ ") else first[2:] == lines[0]
    return fits and _fit(sign, rest, lines[1:])


_VALUED = {"--db", "--as", "--config", "-o", "--output", "--fields", "--color"}
"""Options that may stand before a command, and take a value."""


def commands_of(step: Step) -> Iterator[list[str]]:
    """The words after each `sdesk` of a step that may name a command, options left out."""
    words = list(shlex.shlex(step.command, posix=True, punctuation_chars="();<>|&\n"))
    for at, word in enumerate(words):
        if word == "sdesk":
            named: list[str] = []
            following = iter(words[at + 1 :])
            for each in following:
                if each in _VALUED:
                    next(following, None)
                elif not each.startswith("-"):
                    named.append(each)
            yield named
