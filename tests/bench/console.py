"""The console on a pseudo-terminal of 120 by 36, upon 100,000 tickets of which 10,000 are open, beside bare Textual."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from pathlib import Path

from .measure import MIB, Line, environment, pairs
from .pty_program import PtyProgram
from .store import RARE_WORD, build, present

TICKETS, OPEN_SHARE = 100_000, 0.1
BARE = Path(__file__).parent / "bare.py"
KEYS = 120
IDLE_SECONDS = 20


def measure(folder: Path, programs: Path, runs: int) -> list[Line]:
    """The section's lines."""
    store = folder / "console.db"
    build(store, TICKETS, open_share=OPEN_SHARE, now=present())
    env = environment(SDESK_AGENT="anna", SDESK_DB=str(store), HOME=str(folder))
    env |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    del env["NO_COLOR"]
    empty: list[str | Path] = [programs / "python", BARE, "empty"]
    table: list[str | Path] = [programs / "python", BARE, "table"]
    console: list[str | Path] = [programs / "sdesk"]

    bare_start, own_start = pairs(lambda: _start(empty, env, "READY"), lambda: _start(console, env, "SD-"), runs)
    _, own_frame = pairs(lambda: 0.0, lambda: _start(console, env, "sdesk"), max(runs // 2, 1))
    bare_key = statistics.median(_key(table, env, "READY") for _ in range(3))
    with PtyProgram(console, env) as shown:
        shown.until("SD-")
        shown.settle(1.0)
        key = _key_of(shown)
        tick, idle = _idle(shown)
        keystroke = _filter(shown)
        memory = shown.resident()
    return [
        Line("first paint of the queue, rows", bare_start * 1000, own_start * 1000, "ms", 1.5),
        Line("first frame", bare_start * 1000, own_frame * 1000, "ms", None),
        Line("a cursor key to its frame, processor", None, key * 1000, "ms", 8),
        Line("a cursor key beside a DataTable's", bare_key * 1000, key * 1000, "ms", None),
        Line("a filter keystroke to rows", None, keystroke * 1000, "ms", 100),
        Line("a second of countdown, processor", None, tick * 1000, "ms", 5),
        Line("idle", None, idle * 100, "% of a core", 2),
        Line("memory", None, memory / MIB, "MiB", 120),
    ]


def _start(command: list[str | Path], env: Mapping[str, str], mark: str) -> float:
    with PtyProgram(command, env) as program:
        program.until(mark)
        return time.perf_counter() - program.started


def _key(command: list[str | Path], env: Mapping[str, str], mark: str) -> float:
    with PtyProgram(command, env) as program:
        program.until(mark)
        program.settle(1.0)
        return _key_of(program)


def _key_of(program: PtyProgram) -> float:
    """Seconds of the event loop for a cursor key; pressed faster than the preview, which waits for a pause, follows."""
    before = program.loop_cpu()
    for _ in range(KEYS):
        program.send("j")
        program.settle()
    return (program.loop_cpu() - before) / KEYS


def _idle(program: PtyProgram) -> tuple[float, float]:
    """Seconds of the event loop for each second of countdown, and the share of a core that all of it takes."""
    program.settle(3.0, 5.0)
    loop, whole, began = program.loop_cpu(), program.cpu(), time.perf_counter()
    while time.perf_counter() - began < IDLE_SECONDS:
        program.settle(1.0, 1.0)
    took = time.perf_counter() - began
    return (program.loop_cpu() - loop) / took, (program.cpu() - whole) / took


def _filter(program: PtyProgram) -> float:
    """Seconds from a key in the field, of which other rows come, to these rows: one letter too many is taken away."""
    spent = []
    program.send("6")  # all of them, open or closed
    program.settle(1.0)
    for _ in range(5):
        program.send("/")
        program.settle(0.3)
        program.send(f"{RARE_WORD}q")
        program.settle(0.7)
        began = time.perf_counter()
        program.send("\x7f")
        program.until("SD-")
        spent.append(time.perf_counter() - began)
        program.send("\x1b")
        program.settle(0.5)
    return statistics.median(spent)
