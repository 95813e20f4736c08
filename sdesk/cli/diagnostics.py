"""The one owner of standard error and of the exit codes: which error ends a command how, in one line."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from enum import IntEnum
from time import monotonic

from sdesk.domain.errors import (
    BadInput,
    CallFailed,
    Conflict,
    MailServerUnavailable,
    NotFound,
    Refused,
    SdeskError,
    Unavailable,
)


class ExitCode(IntEnum):
    """How a command ends; scripts depend on the numbers."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NOT_FOUND = 3
    STORE = 4
    MAIL_SERVER = 5
    PARTLY = 6
    CONFLICT = 7
    TRY_LATER = 75
    INTERRUPTED = 130


class StandardOutputFailed(SdeskError):
    """What was printed could not be written: a disk that is full, say. A reader who has gone is no such case."""


MEANINGS: dict[ExitCode, str] = {
    ExitCode.DONE: "done, or nothing to do",
    ExitCode.FAILED: "refused by a rule or by your answer, or failed",
    ExitCode.USAGE: "wrong usage, filter or configuration",
    ExitCode.NOT_FOUND: "not found",
    ExitCode.STORE: "the store is out of reach, locked past its time-out, or in need of `sdesk db migrate`",
    ExitCode.MAIL_SERVER: "the mail server is out of reach, or refuses the login",
    ExitCode.PARTLY: "done in part; the rest is named on standard error",
    ExitCode.CONFLICT: "changed by someone else meanwhile",
    ExitCode.TRY_LATER: "try again later (kept for mail that a mail server pipes in)",
    ExitCode.INTERRUPTED: "interrupted",
}

RULE = """\
Not found (3): the ticket, message, mail, file of a ticket or person that is named by a number or an address, and what
the command is about, as `team show KEY`, is not there, or stands behind a wall. Wrong usage (2): a key or a name that
an option or a filter gives, as `--team KEY` or `team:KEY`, a mailbox of the configuration, a file of the disk.
Refused (1): it exists already, or you answered No.
"""
"""Which of the codes is for what is not there, or is there already; `sdesk help exit-codes` says it."""

# From the narrow to the wide: the first that fits decides.
_CODES: tuple[tuple[type[SdeskError], ExitCode], ...] = (
    (MailServerUnavailable, ExitCode.MAIL_SERVER),
    (CallFailed, ExitCode.FAILED),
    (Unavailable, ExitCode.STORE),
    (NotFound, ExitCode.NOT_FOUND),
    (Conflict, ExitCode.CONFLICT),
    (BadInput, ExitCode.USAGE),
    (Refused, ExitCode.FAILED),
)


def code_of(error: SdeskError) -> ExitCode:
    """The exit code of an error that a person can act on."""
    for kind, code in _CODES:
        if isinstance(error, kind):
            return code
    return ExitCode.FAILED


def overall(errors: Sequence[SdeskError], *, done: int) -> ExitCode:
    """The exit code of work on several things, `done` of which went well: all failed is the first error's code."""
    if not errors:
        return ExitCode.DONE
    return ExitCode.PARTLY if done else code_of(errors[0])


_origins_shown = False


def show_origins(wished: bool) -> None:
    """Whether every error shows where it comes from (--debug)."""
    global _origins_shown
    _origins_shown = wished


def error(problem: SdeskError, *, about: str = "") -> None:
    """Say one error in one line; `about` names the thing it befell, where several were worked on.

    Where one refusal names several mistakes, each has its line.
    """
    _origin(problem)
    before = f"{about}: " if about else ""
    for each in (problem, *(problem.others if isinstance(problem, BadInput) else ())):
        _line(f"error: {before}{_sentence(each)}")


def warning(text: str) -> None:
    """Say one thing that is no error but should be known."""
    _line(f"warning: {text}")


def note(text: str) -> None:
    """Say one thing beside the data."""
    _line(text)


def bug(problem: BaseException) -> None:
    """Say that the program itself is wrong."""
    _origin(problem)
    hint = "report it" if _origins_shown else "run it again with --debug to see where, and report it"
    text = " ".join(str(problem).split())
    _line(f"error: a bug in sdesk: {type(problem).__name__}{f': {text}' if text else ''}; {hint}")


def ask(question: str) -> None:
    """Put a question to the person at the terminal."""
    from sdesk.domain.safe_text import one_line

    write(f"sdesk: {one_line(question)} ")


def on_terminal() -> bool:
    """Whether a person reads standard error."""
    return sys.stderr.isatty()


def transient(text: str) -> None:
    """A line of progress that the next one overwrites; the empty text takes it away. Only on a terminal that can."""
    if _can_overwrite():
        write(f"\r\x1b[2K{text}")


def write(text: str) -> None:
    """Write to standard error. Where that fails nobody can be told: the exit code says what became of the command."""
    with suppress(OSError):
        sys.stderr.write(text)
        sys.stderr.flush()


def _can_overwrite() -> bool:
    from sdesk.cli.terminal import can_place

    return on_terminal() and can_place()


def _origin(problem: BaseException) -> None:
    if _origins_shown:
        import traceback

        write("".join(traceback.format_exception(problem)))


def _sentence(problem: SdeskError) -> str:
    """`what. what to do`: what a server or the system said may end in a full stop of its own."""
    text = problem.what.rstrip(". ")
    return f"{text}. {problem.remedy}" if problem.remedy else text


def _line(text: str) -> None:
    """One line; on a terminal it is broken between words, below itself."""
    from sdesk.cli.wrapping import width_of, wrapped
    from sdesk.domain.safe_text import one_line

    line = f"sdesk: {one_line(text)}"
    width = width_of(sys.stderr) if on_terminal() else None
    write("".join(f"{piece}\n" for piece in wrapped(line, width, hang=len("sdesk: "))))


def counting(words: str) -> Callable[[int], None] | None:
    """A line that counts, on a terminal that can overwrite it, for work over a second: `words` with the number in the
    place of `{}`.

    None elsewhere. It is wiped by `transient("")`.
    """
    if not _can_overwrite():
        return None
    begun = monotonic()
    shown = begun

    def show(done: int) -> None:
        nonlocal shown
        at = monotonic()
        if at - begun > 1 and at - shown > 0.1:
            shown = at
            transient(f"sdesk: {words.format(done)} ...")

    return show
