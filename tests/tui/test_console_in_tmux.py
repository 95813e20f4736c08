"""The real program on a pseudo-terminal, in tmux: start, move, open, write, quit; the terminal is left clean."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from desks import NOW
from tmux_terminal import TmuxTerminal, console_environment

from sdesk.domain.filters import Filter, parse
from sdesk.domain.ticket import Direction
from sdesk.store.reader import Reader

UTC = ZoneInfo("UTC")

WITH_A_BUG = """
import sdesk.tui.screens.queue as queue

def bug(self):
    raise RuntimeError("something that nobody thought of")

queue.QueueScreen.action_sort = bug
from sdesk.main import main
main()
"""


@pytest.fixture
def terminal(busy_desk_path: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[TmuxTerminal]:
    """A terminal on which the console runs; as a parameter, what follows `sdesk tui`, and a script that runs it."""
    environment = console_environment(busy_desk_path, tmp_path)
    words, source = getattr(request, "param", ("", "from sdesk.main import main\nmain()\n"))
    script = tmp_path / "run.py"
    script.write_text(source, encoding="utf-8")
    program = f"sh -c 'echo $$ > {tmp_path}/pid; exec {sys.executable} {script} tui {words}'"
    used = TmuxTerminal(tmp_path, program, environment)
    yield used
    used.close()


def under_cursor(screen: str) -> str:
    """The row under the cursor."""
    return next((line for line in screen.splitlines() if line.startswith(">")), "")


def assert_clean(terminal: TmuxTerminal) -> None:
    """The terminal is as a shell wants it: its own screen, no mouse reports, a cursor that is seen, keys echoed."""
    assert terminal.facts("#{alternate_on}") == "0"
    assert terminal.facts("#{mouse_any_flag}") == "0"
    assert terminal.facts("#{cursor_flag}") == "1"
    assert terminal.facts("#{bracket_paste_flag}") in {"", "0"}, "a version of tmux that knows it says no"
    terminal.send("echo still", " here", "Enter")
    terminal.wait_for(lambda screen: "\nstill here" in screen, "a shell that echoes")


@pytest.mark.server
def test_a_session_from_start_to_quit(terminal: TmuxTerminal, busy_desk_path: Path) -> None:
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
    terminal.send("-l", "/till")  # at once, as a slow line delivers it
    terminal.wait_for(lambda screen: "Till is down" in under_cursor(screen), "the rows of the filter")
    terminal.send("Enter")
    terminal.send("-l", "rWe are on our way.")
    terminal.wait_for(lambda screen: "Reply to" in screen and "To: Irina" in screen, "the editor")
    terminal.wait_for(lambda screen: "Nobody can pay" in screen, "what is answered")
    terminal.wait_for(lambda screen: "We are on our way." in screen, "the answer")
    terminal.send("C-g")
    terminal.wait_for(lambda screen: "answered" in screen and "Reply to" not in screen, "the queue with what was done")
    with Reader(busy_desk_path) as reader:
        anna = reader.actor("anna")
        (till,) = reader.page(anna, parse("till", now=NOW, zone=UTC), now=NOW, limit=2).rows
        said = reader.ticket(anna, till.number, now=NOW).messages[-1]
    assert (said.direction, said.text) == (Direction.OUT, "We are on our way.")
    terminal.send("q")
    screen = terminal.wait_for(lambda screen: "ended with 0" in screen, "the end")
    assert "Traceback" not in screen
    assert "Till is down" not in screen, "the console leaves nothing on the terminal"
    assert_clean(terminal)


@pytest.mark.server
@pytest.mark.parametrize("terminal", [("", WITH_A_BUG)], indirect=True, ids=["a bug"])
def test_a_bug_ends_the_console_with_its_traceback_and_leaves_the_terminal_clean(terminal: TmuxTerminal) -> None:
    terminal.wait_for(lambda screen: "Till is down" in screen, "the queue")
    terminal.send("S")
    screen = terminal.wait_for(lambda screen: "ended with 1" in screen, "the end")
    assert "something that nobody thought of" in screen
    assert_clean(terminal)


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
    assert_clean(terminal)
    with Reader(busy_desk_path) as reader:
        anna = reader.actor("anna")
        number = reader.page(anna, Filter(), now=NOW, limit=1).rows[0].number
        draft = reader.draft(anna, number, Direction.OUT)
    assert draft is not None
    assert draft.text == "half a word"


@pytest.mark.server
@pytest.mark.parametrize(
    "terminal", [("--board", "from sdesk.main import main\nmain()\n")], indirect=True, ids=["board"]
)
def test_the_offices_board_outlives_its_store_and_a_polite_kill_leaves_the_terminal_clean(
    terminal: TmuxTerminal, busy_desk_path: Path, tmp_path: Path
) -> None:
    screen = terminal.wait_for(lambda screen: "as of" in screen and "Who has what" in screen, "the board")
    assert "Till is down" not in screen
    assert "Irina" not in screen
    terminal.send("j", "0", "Enter")
    aside = busy_desk_path.rename(tmp_path / "aside.db")
    terminal.wait_for(lambda screen: "The store cannot be read since" in screen and "boris" in screen, "its words")
    aside.rename(busy_desk_path)
    terminal.wait_for(lambda screen: "as of" in screen, "its return")
    os.kill(int((tmp_path / "pid").read_text()), signal.SIGTERM)
    screen = terminal.wait_for(lambda screen: "ended with 0" in screen, "the end")
    assert "Traceback" not in screen
    assert_clean(terminal)
