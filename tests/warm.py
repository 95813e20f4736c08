"""The program in a process of its own that need not load it first: a fork of one that has, and does nothing else.

Six of seven parts of what a short command takes are spent on loading it (measured). What a run shares with the next is
the loaded code alone: it has its own process, environment, folder and streams, and ends as the program ends. How the
program starts is shown by the tests that start it whole: `test_main`, `tests/shell`, and each `start` of these tests.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from multiprocessing import forkserver
from multiprocessing.context import ForkServerProcess
from multiprocessing.reduction import DupFd
from tempfile import TemporaryFile
from typing import Any

import command_line
import pytest
from command_line import Ran

from sdesk import main

_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(["__main__", "warm_modules", "warm"])


def run(
    words: Sequence[str],
    *,
    at: datetime | None = None,
    stdin: str = "",
    env: Mapping[str, str] = os.environ,
    patience: float = 300,
) -> Ran:
    """Run the program with these arguments to its end, in this process's folder; `at` another time than the
    machine's."""
    with TemporaryFile() as given, TemporaryFile() as out, TemporaryFile() as err:
        given.write(stdin.encode())
        given.seek(0)
        process = _started(words, at, env, (given.fileno(), out.fileno(), err.fileno()))
        code = _ended(process, patience)
        out.seek(0)
        err.seek(0)
        return Ran(code, out.read().decode(), err.read().decode())


def on_terminal(words: Sequence[str], typed: str = "", env: Mapping[str, str] = os.environ) -> Ran:
    """Run it on a pseudo-terminal: what it writes comes as one text, as it was written."""
    running: list[ForkServerProcess] = []

    def start(theirs: int) -> None:
        running.append(_started(words, None, env, (theirs, theirs, theirs), apart=True))

    shown = command_line.shown_on_terminal(start, typed)
    return Ran(_ended(running[0], 60), shown, "")


def _started(
    words: Sequence[str],
    at: datetime | None,
    env: Mapping[str, str],
    streams: tuple[int, int, int],
    *,
    apart: bool = False,
) -> ForkServerProcess:
    with pytest.MonkeyPatch.context() as patch:
        # It looks for the modules there alone (seen on 3.11), and says nothing of what it does not find.
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        forkserver.ensure_running()
    process = _FORKING.Process(
        target=_program, args=(list(words), at, dict(env), os.getcwd(), _Streams(*streams), apart)
    )
    process.start()
    return process


def _ended(process: ForkServerProcess, patience: float) -> int:
    process.join(patience)
    code = process.exitcode
    if code is None:
        process.kill()
        process.join()
        raise AssertionError(f"still running after {patience} s")
    process.close()
    return code


class _Streams:
    """Three open files that go along to the fork."""

    def __init__(self, *streams: Any) -> None:
        self.streams = streams

    def __reduce__(self) -> tuple[type[_Streams], tuple[Any, ...]]:
        return _Streams, tuple(map(DupFd, self.streams))


def _program(
    words: list[str], at: datetime | None, env: Mapping[str, str], folder: str, streams: _Streams, apart: bool
) -> None:
    """What the fork does: it becomes the program."""
    for number, stream in enumerate(streams.streams):
        os.dup2(stream.detach(), number)
    os.closerange(3, 256)
    if apart:
        os.setsid()
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    os.chdir(folder)
    if at is not None:
        # The one clock of the program, set on.
        main.now = lambda: at
    sys.argv = ["sdesk", *words]
    main.main()
