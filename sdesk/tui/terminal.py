"""The terminal that a full-screen program stands on, and its end where that goes away, as with a window that is closed.

The system tells of it by SIGHUP, but to the first program of the terminal alone: where that is another one, such as
`make` or a shell that waits, the console hears nothing. It then reads nothing for ever, and writes fail.
"""

from __future__ import annotations

import asyncio
import io
import os
import signal
import termios
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TextIO, cast

from textual.drivers.linux_driver import LinuxDriver

if TYPE_CHECKING:
    from textual.app import App


USUAL = (24, 80)
"""Lines and columns."""


class Terminal(LinuxDriver):
    """Textual's driver, which outlives its terminal: the thread that writes would die, and the program wait for it."""

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self._file = cast("Any", Output(cast("TextIO", self._file)))
        give_size(self.fileno)

    @property
    def is_gone(self) -> bool:
        """Whether it was a terminal, and is none any more."""
        return self.input_tty and not os.isatty(self.fileno)


def give_size(file: int) -> None:
    """Give a terminal that has no size, as a serial line, the usual one, as `stty` would.

    Rich and Python guess different ones, and Textual lays out for the one and for the other in turn, for ever.
    """
    if os.isatty(file) and 0 in termios.tcgetwinsize(file):
        termios.tcsetwinsize(file, USUAL)


class Output(io.TextIOBase):
    """What is written to a terminal; nowhere once that is gone."""

    def __init__(self, file: TextIO) -> None:
        self._file: TextIO | None = file
        self._number = file.fileno()

    def write(self, text: str) -> int:
        """Write it, if there is still somebody to read it."""
        return self._try(lambda file: file.write(text)) or 0

    def flush(self) -> None:
        """Bring it there."""
        self._try(lambda file: file.flush())

    def fileno(self) -> int:
        """The number of its file."""
        return self._number

    def _try(self, do: Callable[[TextIO], int | None]) -> int | None:
        if self._file is None:
            return None
        try:
            return do(self._file)
        except OSError:
            # EIO: nothing that is written reaches anybody again. `is_gone` says so to who looks after the program.
            self._file = None
            return None


def end_with(app: App[Any], end: Callable[[], object]) -> None:
    """Call `end` in the program's loop where somebody asks it to end, or its terminal says that it goes away."""
    if not app.is_headless:
        for number in (signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, end)


def is_gone(app: App[Any]) -> bool:
    """Whether the terminal of a program is gone, whoever was told of it."""
    driver = app._driver
    return isinstance(driver, Terminal) and driver.is_gone
