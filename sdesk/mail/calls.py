"""Programs and addresses that the desk calls: a bell that rings, a sign of life. Each has its time, and no shell."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence

from sdesk.domain.errors import CallFailed
from sdesk.domain.safe_text import one_line
from sdesk.mail.programs import CannotRun, Failed, TooSlow, run_program

SECONDS = 30.0
"""How long a program or a server may take."""


def run_command(command: Sequence[str], text: str, *, values: Mapping[str, str], seconds: float = SECONDS) -> None:
    """Run an argument vector with `{name}` replaced by its value, and a text on its standard input.

    Raises CallFailed, one sentence, where it cannot be run, fails, or takes too long. What it prints is nobody's.
    """
    name = one_line(command[0])
    try:
        run_program([_filled(each, values) for each in command], given=text, seconds=seconds)
    except CannotRun as error:
        raise CallFailed(f"{name} cannot be run: {error}", "name a program with its path") from error
    except TooSlow as error:
        raise CallFailed(f"{name} was not done in {error}", "run it by hand to see why") from error
    except Failed as error:
        raise CallFailed(f"{name} failed (exit {error})", "run it by hand to see why") from error


def tell_alive(target: Sequence[str], *, seconds: float = SECONDS) -> None:
    """The sign of life: run a command, or get an address (http, https). Raises SdeskError where that fails."""
    if len(target) == 1 and target[0].startswith(("http://", "https://")):
        _get(target[0], seconds)
    else:
        run_command(target, "", values={}, seconds=seconds)


def _get(address: str, seconds: float) -> None:
    host = one_line(address.partition("://")[2].partition("/")[0])
    try:
        with urllib.request.urlopen(address, timeout=seconds) as answer:
            answer.read(1)
    except (OSError, ValueError, http.client.HTTPException) as error:
        # An address may hold a secret: the host alone is named.
        reason = f"it answers {error.code}" if isinstance(error, urllib.error.HTTPError) else type(error).__name__
        raise CallFailed(f"the sign of life to {host} failed: {reason}", "look at [notify] on_success") from error


def _filled(argument: str, values: Mapping[str, str]) -> str:
    """Each `{name}` that is known once; no other brace means anything, and no value is looked at again."""
    pieces: list[str] = []
    rest = argument
    while rest:
        before, brace, after = rest.partition("{")
        pieces.append(before)
        name, closing, tail = after.partition("}")
        if brace and closing and name in values:
            pieces.append(values[name])
            rest = tail
        else:
            pieces.append(brace)
            rest = after
    return "".join(pieces)
