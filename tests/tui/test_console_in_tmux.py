"""The real program on a pseudo-terminal, in tmux: start, move, open, write, quit; the terminal is left clean."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from desks import NOW
from tmux_terminal import TmuxTerminal

from sdesk.domain.filters import Filter
from sdesk.domain.ticket import Direction
from sdesk.store.reader import Reader


@pytest.fixture
def terminal(busy_desk_path: Path, tmp_path: Path) -> Iterator[TmuxTerminal]:
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
    used = TmuxTerminal(tmp_path, program, environment)
    yield used
    used.close()


def under_cursor(screen: str) -> str:
    """The row under the cursor."""
    return next((line for line in screen.splitlines() if line.startswith(">")), "")


@pytest.mark.server
def test_a_session_from_start_to_quit(terminal: TmuxTerminal) -> None:
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
    terminal: TmuxTerminal, busy_desk_path: Path, tmp_path: Path
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
        draft = reader.draft(anna, number, Direction.OUT)
        assert draft is not None
        assert draft.text == "half a word"
