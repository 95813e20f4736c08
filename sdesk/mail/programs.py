"""Running a program that the configuration names: without a shell, in the time it has, and leaving nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress

from sdesk.domain.system_words import reason_of


class CannotRun(Exception):
    """There is no such program, or it cannot be run. The text says why."""


class TooSlow(Exception):
    """It was not done in its time."""


class Failed(Exception):
    """It ended with something else than 0. The text is the exit status."""


def run_program(command: Sequence[str], *, given: str | None = None, read: bool = False, seconds: float) -> bytes:
    """Run a program to its end, `given` on its standard input; what it prints where it is `read`, else nothing.

    After `seconds` it is ended with all that it started, and so it is when we are interrupted. Raises CannotRun,
    TooSlow or Failed; none of them names the arguments, nor what was printed, which may hold a secret.
    """
    try:
        # A session of its own, so that what it started can be ended with it.
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL if given is None else subprocess.PIPE,
            stdout=subprocess.PIPE if read else subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else "it holds a NUL character"
        raise CannotRun(reason) from error
    with process:
        try:
            output, _ = process.communicate(given.encode() if given is not None else None, timeout=seconds)
        except subprocess.TimeoutExpired:
            # From nothing: that error carries the arguments, which may hold a secret.
            raise TooSlow(f"{seconds:g} s") from None
        finally:
            # What it left running could hold the pipe open for ever.
            if process.returncode is None:
                # All of the group may have ended by itself just now: macOS says so by "not permitted".
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)
    if process.returncode != 0:
        raise Failed(str(process.returncode))
    return output or b""
