"""A full-screen program whose terminal goes away, or has no size to begin with."""

from __future__ import annotations

import io
import os
import pty
import select
import signal
import subprocess
import sys
import termios
from pathlib import Path
from time import monotonic, sleep

import pytest
from tmux_terminal import console_environment

from sdesk.tui.terminal import USUAL, Output, give_size

KEEPS_IT = """
exec <"$TERMINAL" >"$TERMINAL" 2>&1
trap "" HUP
"$@"
echo "$?" >"$ENDED"
"""
"""The first program of a terminal: the system tells it alone that the window was closed, and it tells nobody."""


@pytest.mark.parametrize("words", [["tui"], ["tui", "--board"]], ids=["console", "board"])
def test_it_ends_where_nobody_tells_it(words: list[str], busy_desk_path: Path, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    ended = tmp_path / "ended"
    environment = console_environment(busy_desk_path, tmp_path) | {
        "TERMINAL": os.ttyname(theirs),
        "ENDED": str(ended),
    }
    with subprocess.Popen(
        ["sh", "-c", KEEPS_IT, "sh", sys.executable, "-m", "sdesk", *words], env=environment, start_new_session=True
    ) as first:
        try:
            _wait_for(ours, "breached")
            # It had none, and two halves of the program would have guessed two sizes.
            assert termios.tcgetwinsize(theirs) == USUAL
            os.close(theirs)
            os.close(ours)
            end = monotonic() + 30
            while not ended.exists() or not ended.read_text():
                assert monotonic() < end, "it goes on without a terminal"
                sleep(0.05)
            assert first.wait(timeout=30) == 0
        finally:
            if first.poll() is None:
                os.killpg(first.pid, signal.SIGKILL)


def _wait_for(terminal: int, words: str) -> None:
    said, end = "", monotonic() + 30
    while words not in said:
        assert monotonic() < end, said
        if select.select([terminal], [], [], 0.2)[0]:
            said += os.read(terminal, 65536).decode(errors="replace")


class Lost(io.StringIO):
    """A file of a terminal that is gone."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number, self.tried = number, 0

    def fileno(self) -> int:
        return self.number

    def write(self, text: str) -> int:
        self.tried += 1
        raise OSError(5, os.strerror(5))


def test_what_is_written_to_nobody_is_tried_once() -> None:
    lost = Lost(7)
    output = Output(lost)
    assert (output.write("one"), output.write("two"), output.fileno()) == (0, 0, 7)
    output.flush()
    assert lost.tried == 1


def test_a_size_stays() -> None:
    ours, theirs = pty.openpty()
    try:
        termios.tcsetwinsize(theirs, (50, 132))
        give_size(theirs)
        assert termios.tcgetwinsize(theirs) == (50, 132)
    finally:
        os.close(ours)
        os.close(theirs)
