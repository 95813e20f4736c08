"""A terminal that a program runs on: tmux, with a server of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

TMUX = shutil.which("tmux")


class TmuxTerminal:
    """A tmux server of its own with one window."""

    def __init__(self, folder: Path, command: str, environment: dict[str, str]) -> None:
        if TMUX is None:
            how = "tmux is missing; get it with: make test-servers"
            if os.environ.get("SDESK_REQUIRE_SERVERS") == "1":
                pytest.fail(how)
            pytest.skip(how)
        self._socket = folder / "tmux"
        self._environment = environment
        # A shell below the program, as a person has it: what is left on the terminal is what the shell then sees.
        self._call("-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "32", "sh")
        self._call("set-option", "-g", "remain-on-exit", "on")
        self.send(f"{command}; echo ended with $?", "Enter")

    def _call(self, *words: str) -> str:
        assert TMUX is not None
        done = subprocess.run(
            [TMUX, "-S", str(self._socket), *words],
            env=self._environment,
            check=True,
            capture_output=True,
            text=True,
            timeout=20,
        )
        return done.stdout

    def send(self, *keys: str) -> None:
        self._call("send-keys", *keys)

    @property
    def screen(self) -> str:
        return self._call("capture-pane", "-p")

    def facts(self, format_: str) -> str:
        return self._call("display-message", "-p", format_).strip()

    def wait_for(self, holds: Callable[[str], bool], what: str) -> str:
        until = time.monotonic() + 40
        while time.monotonic() < until:
            screen = self.screen
            if holds(screen):
                return screen
            time.sleep(0.05)
        raise AssertionError(f"never came: {what}\n{self.screen}")

    def close(self) -> None:
        self._call("kill-server")


def console_environment(store: Path, folder: Path) -> dict[str, str]:
    """What a console upon a store is started with: anna, English, a terminal as within tmux, this checkout's code."""
    return {
        "HOME": os.environ["HOME"],
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TERM": "screen-256color",
        "SDESK_DB": str(store),
        "SDESK_AGENT": "anna",
        "PYTHONPATH": str(Path(__file__).parents[1]),
        "TMUX_TMPDIR": str(folder),
    }
