"""`board --watch`: the board on a screen on a wall, drawn anew every few seconds until somebody ends it."""

from __future__ import annotations

import os
import select
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sdesk.cli import output, terminal
from sdesk.cli.ending import until_ended
from sdesk.cli.wrapping import wrapped
from sdesk.domain.errors import BadInput, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from sdesk.cli.diagnostics import ExitCode
    from sdesk.cli.invocation import Invocation

USUAL, LONGEST = 5, 3600
"""Seconds from one look to the next."""
_ENTER, _LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"
"""The second screen, without a cursor; and back to what stood there before (xterm's alternate screen)."""
_TOP, _REST_OF_LINE, _REST_OF_SCREEN = "\x1b[H", "\x1b[K", "\x1b[J"
_FALLBACK = (100, 36)
_END, _SIZE, _STOP = b"e", b"s", b"z"


def require_terminal(call: Invocation) -> None:
    """BadInput where nothing can be drawn anew."""
    if call.output.asked:
        raise BadInput(f"--watch draws for eyes, and -o {call.output.format} is for programs", "leave one of them out")
    if not sys.stdout.isatty() or not terminal.can_place():
        raise BadInput("--watch needs a terminal that can place its cursor", "elsewhere leave it out: `sdesk board`")


def watch(draw: Callable[[], str], *, every: int) -> ExitCode:
    """Draw until SIGTERM (exit code 0) or Ctrl+C (130), and at once where the window gets another size.

    Ctrl+Z gives the screen back for as long as it is stopped. A store that cannot be read for a while does not end it:
    the last board stands, with what is wrong below it.
    """
    shown = draw()  # what is wrong with what was asked is said at once, and on the plain screen
    ours, theirs = os.pipe()
    try:
        with (
            until_ended(lambda: _tell(theirs, _END)) as ending,
            _told(signal.SIGWINCH, theirs, _SIZE),
            _told(signal.SIGTSTP, theirs, _STOP),
            _second_screen(),
        ):
            wrong = ""
            while True:
                output.text(_screen(shown, wrong))
                output.flush()
                heard = os.read(ours, 4096) if select.select([ours], [], [], every)[0] else b""
                if _END in heard:
                    return ending.code
                if _STOP in heard:
                    _stop()
                try:
                    shown, wrong = draw(), ""
                except Unavailable as error:
                    wrong = f"{error.what}; it is tried again by itself"
    finally:
        os.close(ours)
        os.close(theirs)


def _screen(shown: str, wrong: str) -> str:
    """As much as there is room for, and how much there is beyond it."""
    width, height = shutil.get_terminal_size(_FALLBACK)
    lines, below = shown.splitlines(), wrapped(f"sdesk: {wrong}", width) if wrong else []
    if len(lines) + len(below) > height:
        kept = max(height - len(below) - 1, 1)
        below.insert(0, f"… {len(lines) - kept} lines more")
        lines = lines[:kept]
    lines = [*lines, *below][:height]
    # A line is emptied before it is written: behind its last cell the cursor still stands upon that.
    drawn = "\r\n".join(f"{_REST_OF_LINE}{line}" for line in lines)
    return f"{_TOP}{drawn}" + (f"\r\n{_REST_OF_SCREEN}" if len(lines) < height else "")


def _tell(pipe: int, what: bytes) -> None:
    os.write(pipe, what)


@contextmanager
def _second_screen() -> Iterator[None]:
    output.text(_ENTER)
    try:
        yield
    finally:
        output.text(_LEAVE)
        output.flush()


def _stop() -> None:
    """Stop as Ctrl+Z stops any program, on the plain screen, and come back to the second one when it goes on."""
    output.text(_LEAVE)
    output.flush()
    before = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGTSTP)
    signal.signal(signal.SIGTSTP, before)
    output.text(_ENTER)


@contextmanager
def _told(sign: signal.Signals, pipe: int, what: bytes) -> Iterator[None]:
    """A signal is a byte in the pipe: nothing is written to the screen in the middle of writing to it.

    One that is ignored stays so: a shell without jobs could not let us go on.
    """
    before = signal.getsignal(sign)
    if before is not signal.SIG_IGN:
        signal.signal(sign, lambda number, frame: _tell(pipe, what))
    try:
        yield
    finally:
        signal.signal(sign, before)
