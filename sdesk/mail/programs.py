"""Running a program that the configuration names: without a shell, for so long and no longer, with all it starts."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress


class CannotRun(Exception):
    """It could not even be started; the message is the reason, in the system's words."""


class TooSlow(Exception):
    """It was not done in time, and was ended."""


def run(command: Sequence[str], given: bytes | None = None, *, wanted: bool, seconds: float) -> tuple[int, bytes]:
    """Run an argument vector; gives its exit code, and what it printed where that is `wanted`.

    `given` is what it can read; None for nothing. What it says on standard error is nobody's.
    """
    try:
        # A session of its own, so that a time-out ends whatever it started too.
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL if given is None else subprocess.PIPE,
            stdout=subprocess.PIPE if wanted else subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it holds a NUL character"
        raise CannotRun(reason) from error
    with process:
        try:
            output, _ = process.communicate(given, timeout=seconds)
        except subprocess.TimeoutExpired:
            # From nothing: that error carries the arguments, which may hold a secret.
            raise TooSlow from None
        finally:
            # What it left running could hold the pipe open for ever; also when we are interrupted.
            _end(process)
    return process.returncode, output or b""


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.returncode is None:
        # All of the group may have ended by itself just now: macOS says so by "not permitted".
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
