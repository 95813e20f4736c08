"""The secret of a login, got at the moment it is needed: from a command or from a file, never from the configuration.

No error shows the secret, nor the arguments of the command, which may hold it, nor what the command printed.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from sdesk.config.wire import Server
from sdesk.domain.errors import BadInput, MailServerUnavailable
from sdesk.domain.system_words import reason_of
from sdesk.mail.programs import CannotRun, Failed, TooSlow, run_program

MOST_BYTES = 64 * 1024
"""What is read of a secret file: far more than any secret."""


def password_of(server: Server) -> str:
    """The password for `server`: the first line that its `password_command` prints, or that its `password_file` holds.

    Raises BadInput where the configuration must be mended (no such command or file, a file that others can read), and
    MailServerUnavailable where a later try may do (the command fails, hangs past `server.timeout`, or prints nothing).
    """
    if server.password_command:
        return _printed(server, "password_command", server.password_command)
    if server.password_file is not None:
        return _first_line_of(server, server.password_file)
    raise BadInput(f"[{server.section}] has neither password_command nor password_file", "add one of the two")


def token_of(server: Server) -> str:
    """The bearer token for `server`: the first line that its `token_command` prints. Raises as `password_of` does."""
    if not server.token_command:
        raise BadInput(f"[{server.section}] has no token_command", "add one that prints the token")
    return _printed(server, "token_command", server.token_command)


def _printed(server: Server, key: str, command: tuple[str, ...]) -> str:
    """The first line that a command prints; it is run without a shell, and without anything to read."""
    place = f"[{server.section}] {key}: {command[0]}"
    by_hand = "run it by hand to see why"
    try:
        output = run_program(command, read=True, seconds=server.timeout)
    except CannotRun as error:
        raise BadInput(f"{place} cannot be run: {error}", "name a program with its path") from error
    except TooSlow as error:
        raise MailServerUnavailable(f"{place} gave no answer in {error}", by_hand) from error
    except Failed as error:
        raise MailServerUnavailable(f"{place} failed (exit {error})", by_hand) from error
    secret = _secret(output, place)
    if not secret:
        raise MailServerUnavailable(f"{place} printed no secret on its first line", by_hand)
    return secret


def _first_line_of(server: Server, path: Path) -> str:
    """The first line of a file that only its owner can read."""
    place = f"[{server.section}] password_file: {path}"
    try:
        # Not waiting, should it be a pipe; looked at once open, so that it cannot be another file by then.
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(number, "rb") as file:
            mode = os.fstat(number).st_mode
            if not stat.S_ISREG(mode):
                raise BadInput(f"{place} is no file", "name a file whose first line is the password")
            if mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise BadInput(f"{place} can be read or changed by others", f"run `chmod 600 {path}`")
            content = file.read(MOST_BYTES)
    except OSError as error:
        raise BadInput(f"{place} cannot be read: {reason_of(error)}", "name a file that this user can read") from error
    secret = _secret(content, place)
    if not secret:
        raise BadInput(f"{place} holds no secret on its first line", "write the password there")
    return secret


def _secret(content: bytes, place: str) -> str:
    """The first line, without its end; blanks may be part of a password."""
    line = content.split(b"\n", 1)[0].removesuffix(b"\r")
    try:
        return line.decode()
    except UnicodeDecodeError:
        # From nothing: that error carries the bytes.
        raise BadInput(f"{place}: the secret is not UTF-8", "write it in UTF-8") from None
