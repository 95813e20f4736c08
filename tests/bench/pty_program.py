"""A full-screen program on a pseudo-terminal, and what it costs: bytes that it paints, processor time, memory."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

ROWS, COLUMNS = 36, 120
QUIET = 0.03
"""Seconds without a byte after which a frame counts as painted."""


class PtyProgram:
    """The program, from its start to its end."""

    def __init__(self, command: Sequence[str | Path], env: Mapping[str, str]) -> None:
        self.started = time.perf_counter()
        self.pid, self._fd = pty.fork()
        if not self.pid:
            os.execvpe(str(command[0]), [str(word) for word in command], dict(env))
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))

    def __enter__(self) -> PtyProgram:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Its own parts are waited for, so that none of them disturbs the next measurement.
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._fd)

    def send(self, keys: str) -> None:
        """Press keys."""
        os.write(self._fd, keys.encode())

    def until(self, mark: str, seconds: float = 30.0) -> float:
        """Read until this is painted; gives the seconds that it took. RuntimeError where it never comes."""
        began, seen, wanted = time.perf_counter(), b"", mark.encode()
        while time.perf_counter() - began < seconds:
            seen += self._some(0.05)
            if wanted in seen:
                return time.perf_counter() - began
        raise RuntimeError(f"never painted: {mark!r}\n{seen[-2000:]!r}")

    def settle(self, quiet: float = QUIET, seconds: float = 10.0) -> int:
        """Read until nothing is painted for so long; gives the bytes."""
        began, last, count = time.perf_counter(), time.perf_counter(), 0
        while time.perf_counter() - last < quiet and time.perf_counter() - began < seconds:
            got = self._some(quiet / 3)
            if got:
                last, count = time.perf_counter(), count + len(got)
        return count

    def loop_cpu(self) -> float:
        """Seconds that the main thread, which is the event loop's, has run."""
        return _ran(self.pid, self.pid)

    def cpu(self) -> float:
        """Seconds that all its threads have run."""
        return sum(_ran(self.pid, int(thread)) for thread in os.listdir(f"/proc/{self.pid}/task"))

    def resident(self) -> int:
        """Bytes of memory that it holds."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) * 1024

    def _some(self, seconds: float) -> bytes:
        ready, _, _ = select.select([self._fd], [], [], seconds)
        if not ready:
            return b""
        try:
            return os.read(self._fd, 65536)
        except OSError as error:
            raise RuntimeError("the program has ended") from error


def _ran(pid: int, thread: int) -> float:
    """Nanoseconds on a processor are the first figure of the kernel's account (Linux alone has it)."""
    return int(Path(f"/proc/{pid}/task/{thread}/schedstat").read_text(encoding="ascii").split()[0]) / 1e9
