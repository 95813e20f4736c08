"""A shell on a pseudo-terminal, as somebody types into it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\].*?(?:\x07|\x1b\\)|\x1b[()=>][0-9A-Za-z]?|\r")
CLEAR = "\x15"
"""Takes the line away."""


class ShellTerminal:
    """A running shell; `seen` is what it has written since the last line was typed, without escape sequences."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], folder: Path) -> None:
        self._pid, self._terminal = pty.fork()
        if self._pid == 0:  # pragma: no cover  # the child
            os.chdir(folder)
            os.execvpe(command[0], list(command), dict(env))
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 160, 0, 0))
        self.seen = ""

    def types(self, text: str, *, until: str, within: float = 30) -> str:
        """Type, and wait until the pattern `until` is to be seen; gives all that was seen."""
        self.seen = ""
        raw = b""
        os.write(self._terminal, text.encode())
        end = monotonic() + within
        while re.search(until, self.seen) is None:
            assert monotonic() < end, f"{text!r}: no {until!r} in {self.seen!r}"
            ready, _, _ = select.select([self._terminal], [], [], 0.2)
            if ready:
                raw += os.read(self._terminal, 65536)
                self.seen = _shown(raw.decode(errors="replace"))
        return self.seen

    def runs(self) -> str:
        """Press Enter, and wait for what `sdesk list` says; the first Enter may but choose among completions."""
        done = r"(?s)(REQUESTER|sdesk: error|not found).*[>#$%] *$"
        try:
            return self.types("\n", until=done, within=8)
        except AssertionError:
            return self.types("\n", until=done)

    def close(self) -> None:
        """End the shell."""
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._terminal)


def _shown(text: str) -> str:
    text = _ESCAPES.sub("", text)
    while "\x08" in text:
        shorter = re.sub("[^\x08]\x08|^\x08+", "", text)
        if shorter == text:
            break
        text = shorter
    return text
