"""The fence around a session that is served over SSH: one flag of the process, which everything asks that reaches for
the machine's files, programs or terminal.

Who works at the machine itself has these of their own. Over SSH they are the server's: there a file comes by standard
input and goes by standard output, and an agent is who the key says.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sdesk.domain.errors import Refused
from sdesk.domain.phrase import phrase

_up = False


def is_up() -> bool:
    """Whether this process serves a session over SSH."""
    return _up


@contextmanager
def raised() -> Iterator[None]:
    """Within it the process serves a session over SSH."""
    global _up
    before, _up = _up, True
    try:
        yield
    finally:
        _up = before


def keep_off_files() -> None:
    """Refused where a file of the machine would be one of the server's."""
    if _up:
        raise Refused(
            phrase("over SSH, files of the server are out of reach"),
            phrase("give a text as it is, or by standard input: --text -; for files see `sdesk ticket attach --help`"),
        )


def not_taken(option: str) -> Refused:
    """What is said of an option that names the store, the configuration or the agent: the key has decided that."""
    return Refused(
        phrase("over SSH, {option} is not taken", option=option),
        phrase("you are who your key says, at the desk that you logged in to: leave it out"),
    )


def keep_off_programs() -> None:
    """Refused where a program would run at the server."""
    if _up:
        raise Refused(
            phrase("over SSH, no program is run at the server"), phrase("write here, or give the text: --text TEXT")
        )
