"""The real program on a pseudo-terminal, in tmux: start, move, open, write, quit; the terminal is left clean."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from desks import NOW

from sdesk.domain.filters import Filter
from sdesk.domain.ticket import Direction
from sdesk.store.reader import Reader

TMUX = shutil.which("tmux")


class Terminal:
    """A tmux server of its own with one window."""

    def __init__(self, folder: Path, command: str, environment: dict[str, str]) -> None:
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


@pytest.fixture
def terminal(busy_desk_path: Path, tmp_path: Path) -> Iterator[Terminal]:
    if TMUX is None:
        how = "tmux is missing; get it with: make test-servers"
        if os.environ.get("SDESK_REQUIRE_SERVERS") == "1":
            pytest.fail(how)
        pytest.skip(how)
    environment = {
        "HOME": os.environ["HOME"],
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TERM": "screen-256color",
        "SDESK_DB": str(busy_desk_path),
        "SDESK_AGENT": "anna",
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "TMUX_TMPDIR": str(tmp_path),
    }
    program = f"sh -c 'echo $$ > {tmp_path}/pid; exec {sys.executable} -m sdesk tui'"
    used = Terminal(tmp_path, program, environment)
    yield used
    used.close()


def under_cursor(screen: str) -> str:
    """The row under the cursor."""
    return next((line for line in screen.splitlines() if line.startswith(">")), "")


@pytest.mark.server
def test_a_session_from_start_to_quit(terminal: Terminal) -> None:
    terminal.wait_for(lambda screen: "Till is down" in screen and "> Keys" not in screen, "the queue")
    assert terminal.facts("#{alternate_on}") == "1"
    terminal.send("j")
    terminal.wait_for(lambda screen: "SD-" in under_cursor(screen) and "SD-57 " not in under_cursor(screen), "a move")
    terminal.send("Enter")
    terminal.wait_for(lambda screen: "It began at" in screen and "1 of" in screen, "the ticket")
    terminal.send("ш")  # `i` in the Russian layout
    terminal.wait_for(lambda screen: "INTERNAL NOTE" in screen, "the editor")
    terminal.send("-l", "проверка связи")
    terminal.wait_for(lambda screen: "проверка связи" in screen, "the text")
    terminal.send("C-g")
    terminal.wait_for(lambda screen: "INTERNAL NOTE" in screen and "Ctrl+G" not in screen, "the note in the ticket")
    terminal.send("q")
    terminal.wait_for(lambda screen: "[3 Team" in screen, "the queue again")
    terminal.send("q")
    screen = terminal.wait_for(lambda screen: "ended with 0" in screen, "the end")
    assert "Traceback" not in screen
    assert "Till is down" not in screen, "the console leaves nothing on the terminal"
    assert terminal.facts("#{alternate_on}") == "0"
    assert terminal.facts("#{mouse_any_flag}") == "0"
    assert terminal.facts("#{cursor_flag}") == "1"
    terminal.send("echo still", " here", "Enter")
    terminal.wait_for(lambda screen: "\nstill here" in screen, "a shell that echoes")


@pytest.mark.server
def test_a_polite_kill_keeps_the_draft_and_leaves_the_terminal_clean(
    terminal: Terminal, busy_desk_path: Path, tmp_path: Path
) -> None:
    terminal.wait_for(lambda screen: "Till is down" in screen, "the queue")
    terminal.send("r")
    terminal.wait_for(lambda screen: "Reply to" in screen and "To: Irina" in screen, "the editor")
    terminal.wait_for(lambda screen: "Nobody can pay" in screen, "what is answered")
    terminal.send("-l", "half a word")
    terminal.wait_for(lambda screen: "half a word" in screen, "the text")
    os.kill(int((tmp_path / "pid").read_text()), signal.SIGTERM)
    screen = terminal.wait_for(lambda screen: "ended with 0" in screen, "the end")
    assert "Traceback" not in screen
    assert terminal.facts("#{alternate_on}") == "0"
    assert terminal.facts("#{mouse_any_flag}") == "0"
    with Reader(busy_desk_path) as reader:
        anna = reader.actor("anna")
        number = reader.page(anna, Filter(), now=NOW, limit=1).rows[0].number
        assert reader.draft(anna, number, Direction.OUT) == "half a word"
