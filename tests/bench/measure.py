"""Timing processes and calls, always beside a floor: pairs in turn, medians, and the lines of the table."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Spent:
    """What one process cost."""

    seconds: float
    """Wall time."""
    cpu: float
    """Seconds of processor time, the system's on its behalf with it: what other work on the machine disturbs least."""
    peak: int
    """Bytes of memory at its highest."""
    out: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: what was measured against what."""

    name: str
    floor: float | None
    """Of the floor, in `unit`; None where only our own figure counts."""
    ours: float
    unit: str
    limit: float | None
    """The ratio that may not be passed, or without a floor the figure itself; None: for information."""

    @property
    def ratio(self) -> float | None:
        """How many times the floor."""
        return None if self.floor is None else self.ours / self.floor

    @property
    def over(self) -> bool:
        """Whether the limit is passed."""
        measured = self.ours if self.ratio is None else self.ratio
        return self.limit is not None and measured > self.limit


def environment(**more: str) -> dict[str, str]:
    """What the processes get: nothing of sdesk's own settings, and byte-compiled modules as after an installation."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SDESK_", "PYTHON", "XDG_"))}
    return {**kept, "LC_ALL": "C.UTF-8", "NO_COLOR": "1", **more}


def run(command: Sequence[str | Path], env: Mapping[str, str], *, codes: Sequence[int] = (0,)) -> Spent:
    """Run a process to its end. RuntimeError with what it said, where it ends with another code."""
    out_read, out_write = os.pipe()
    started = time.perf_counter()
    process = subprocess.Popen(
        [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=out_write, stderr=out_write, env=dict(env)
    )
    os.close(out_write)
    with os.fdopen(out_read, "rb") as stream:
        out = stream.read().decode("utf-8", "replace")
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in codes:
        raise RuntimeError(f"{' '.join(map(str, command))} ended with {process.returncode}:\n{out[-2000:]}")
    return Spent(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, out)


def pairs(floor: Callable[[], float], ours: Callable[[], float], runs: int) -> tuple[float, float]:
    """Medians of both, measured in turn so that a busy moment meets both; a first round is not counted."""
    floors, own = [], []
    for counted in range(runs + 1):
        spent = floor(), ours()
        if counted:
            floors.append(spent[0])
            own.append(spent[1])
    return statistics.median(floors), statistics.median(own)


def best_ms(call: Callable[[], object], runs: int) -> float:
    """The shortest time of a call in this process, in milliseconds: what came on top of it was other work's."""
    spent = []
    for _ in range(runs):
        started = time.perf_counter()
        call()
        spent.append(time.perf_counter() - started)
    return min(spent) * 1000


def best_cpu_ms(call: Callable[[], object], runs: int) -> float:
    """The same in processor time: what takes long enough to be put aside for others meanwhile."""
    spent = []
    for _ in range(runs):
        started = time.process_time()
        call()
        spent.append(time.process_time() - started)
    return min(spent) * 1000


def table(lines: Sequence[Line]) -> str:
    """The lines as columns of plain text."""
    rows = [("", "floor", "ours", "ratio", "limit", "")]
    for line in lines:
        rows.append(
            (
                line.name,
                "" if line.floor is None else f"{line.floor:.3g} {line.unit}",
                f"{line.ours:.3g} {line.unit}",
                "" if line.ratio is None else f"{line.ratio:.2f}",
                "" if line.limit is None else f"{line.limit:g}" + ("" if line.floor is not None else f" {line.unit}"),
                "" if line.limit is None else ("OVER" if line.over else "ok"),
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    return "\n".join(
        (
            row[0].ljust(widths[0])
            + "".join(f"  {cell.rjust(width)}" for cell, width in zip(row[1:], widths[1:], strict=True))
        ).rstrip()
        for row in rows
    )
