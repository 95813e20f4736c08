"""What goes on until somebody ends it: SIGTERM is the end that it has (exit code 0), Ctrl+C an interruption (130)."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sdesk.cli.diagnostics import ExitCode

if TYPE_CHECKING:
    from types import FrameType


class Ending:
    """How it ended."""

    code = ExitCode.DONE


@contextmanager
def until_ended(stop: Callable[[], None]) -> Iterator[Ending]:
    """Call `stop` where somebody ends it. Who asks twice does not wait: KeyboardInterrupt, which tidies up too."""
    ending = Ending()

    def end(number: int, frame: FrameType | None) -> None:
        ending.code = ExitCode.INTERRUPTED if number == signal.SIGINT else ExitCode.DONE
        stop()
        signal.signal(number, signal.default_int_handler)

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield ending
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
