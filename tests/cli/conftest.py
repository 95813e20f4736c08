"""Running the command line in this process and in real ones."""

from __future__ import annotations

import io
import os
import sys
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import warm
from command_line import NOW, Golden, Process, Ran, Sdesk, Terminal, some_tickets, whole_till

from sdesk.cli.app import run
from sdesk.cli.invocation import BuiltDemo, Surroundings
from sdesk.config import Config
from sdesk.store.reader.detail_rows import TicketDetail
from sdesk.store.reader.rows import TicketRow

GOLDEN = Path(__file__).parent / "golden"
WRITE = bool(os.environ.get("SDESK_WRITE_GOLDEN"))
COMMAND = [sys.executable, "-m", "sdesk"]


@dataclass
class Doubles:
    """What stands for the rooms that the command line only calls."""

    consoles: list[dict[str, Any]] = field(default_factory=list)
    now: datetime = NOW

    def run_console(self, *, store: Path, config: Config, agent: str, board: bool = False) -> bool:
        self.consoles.append({"store": store, "config": config, "agent": agent, "board": board})
        return True

    def build_demo(self, folder: Path, now: datetime) -> BuiltDemo:
        raise AssertionError("no demo was asked for")


@pytest.fixture
def doubles() -> Doubles:
    """The console that nobody sees, and the clock that stands."""
    return Doubles()


@pytest.fixture
def sdesk(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], doubles: Doubles) -> Sdesk:
    """The command line in this process, with a clock that stands; standard output is no terminal."""

    def call(*arguments: str, stdin: str | bytes = "") -> Ran:
        content = stdin.encode() if isinstance(stdin, str) else stdin
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content), encoding="utf-8"))
        surroundings = Surroundings(
            clock=lambda: doubles.now, run_console=doubles.run_console, build_demo=doubles.build_demo
        )
        code = run(arguments, surroundings)
        sys.stdout.flush()
        captured = capfd.readouterr()
        return Ran(int(code), captured.out, captured.err)

    return call


@pytest.fixture
def process() -> Process:
    """The command line as a real process, without a terminal."""

    def call(*arguments: str, stdin: str = "", env: dict[str, str] | None = None) -> Ran:
        return warm.run(arguments, stdin=stdin, env={**os.environ, **(env or {})}, patience=60)

    return call


@pytest.fixture
def terminal() -> Terminal:
    """The command line as a real process on a terminal of 100 columns; out and err come as one."""

    def call(*arguments: str, typed: str = "", env: dict[str, str] | None = None) -> Ran:
        return warm.on_terminal(arguments, typed, {**os.environ, "COLUMNS": "100", **(env or {})})

    return call


@pytest.fixture
def golden() -> Golden:
    """Compares with a file of `golden/`; with SDESK_WRITE_GOLDEN in the environment of the test run it writes it."""

    def compare(name: str, text: str) -> None:
        file = GOLDEN / name
        if WRITE:
            file.write_text(text, encoding="utf-8")
        assert text == file.read_text(encoding="utf-8")

    return compare


@pytest.fixture
def tickets() -> list[TicketRow]:
    """A burning till, a waiting printer with a hostile subject, and a bare idea."""
    return some_tickets()


@pytest.fixture
def till() -> TicketDetail:
    """The burning till, whole."""
    return whole_till()


@pytest.fixture
def at_desk(desk_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small desk, which the command line finds by SDESK_DB; Anna acts."""
    monkeypatch.setenv("SDESK_DB", str(desk_path))
    monkeypatch.setenv("SDESK_AGENT", "anna")
    return desk_path
