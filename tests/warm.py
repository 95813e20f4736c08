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
from multiprocessing.reduction import DupFd
from tempfile import TemporaryFile
from typing import Any

from command_line import Ran

from sdesk import main

_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(["__main__", "warm_modules"])


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
        streams = [DupFd(each.fileno()) for each in (given, out, err)]
        process = _FORKING.Process(target=_program, args=(list(words), at, dict(env), os.getcwd(), streams))
        process.start()
        process.join(patience)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise AssertionError(f"sdesk {' '.join(words)}: still running after {patience} s")
        out.seek(0)
        err.seek(0)
        ran = Ran(process.exitcode, out.read().decode(), err.read().decode())
        process.close()
        return ran


def _program(
    words: list[str], at: datetime | None, env: Mapping[str, str], folder: str, streams: Sequence[Any]
) -> None:
    """What the fork does: it becomes the program."""
    for number, stream in enumerate(streams):
        taken = stream.detach()
        os.dup2(taken, number)
        os.close(taken)
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
