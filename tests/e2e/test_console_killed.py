"""Nothing lost: a console that is killed while somebody writes, and the next one."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from desks import NOW
from tmux_terminal import TmuxTerminal, console_environment

from sdesk.domain.filters import Filter
from sdesk.domain.ticket import Direction
from sdesk.store.reader import Reader
from sdesk.store.reader.personal_rows import DraftRow


@pytest.fixture
def terminal(busy_desk_path: Path, tmp_path: Path) -> Iterator[TmuxTerminal]:
    environment = console_environment(busy_desk_path, tmp_path)
    program = f"sh -c 'echo $$ > {tmp_path}/pid; exec {sys.executable} -m sdesk tui'"
    used = TmuxTerminal(tmp_path, f"{program}; {program}", environment)
    yield used
    used.close()


@pytest.mark.server
def test_words_files_and_what_follows_outlive_a_kill(
    terminal: TmuxTerminal, busy_desk_path: Path, tmp_path: Path
) -> None:
    log = tmp_path / "till.log"
    log.write_text("out of paper\n")
    with Reader(busy_desk_path) as reader:
        anna = reader.actor("anna")
        number = reader.page(anna, Filter(), now=NOW, limit=1).rows[0].number

    def draft() -> DraftRow | None:
        with Reader(busy_desk_path) as reader:
            return reader.draft(anna, number, Direction.OUT)

    def is_at(name: str) -> Callable[[str], bool]:
        """Whether the terminal's cursor is in the line of a field."""
        return lambda screen: name in screen.split("\n")[int(terminal.facts("#{cursor_y}"))]

    def whole(screen: str) -> bool:
        kept = draft()
        return kept is not None and kept.text == "Half a sentence\nand a word" and bool(kept.beside.get("files"))

    terminal.wait_for(lambda screen: "Till is down" in screen, "the queue")
    terminal.send("r")
    terminal.wait_for(lambda screen: "Reply to" in screen and "Nobody can pay" in screen, "the editor")
    terminal.send("-l", "Half a sentence")
    terminal.send("Enter")
    terminal.send("-l", "and a word")
    terminal.send("C-t")
    terminal.wait_for(lambda screen: "(x) wait: requester" in screen and "Until" in screen, "what follows")
    terminal.send("BTab", "BTab", "BTab", "BTab")
    terminal.wait_for(is_at("Files"), "the keys in the path's field")
    terminal.send("-l", str(log.parent / "till"))
    terminal.send("Tab", "Tab")
    terminal.wait_for(lambda screen: "till.log 13 B" in screen, "the file")
    terminal.wait_for(whole, "all of it in the store, without anybody leaving the editor")
    first = int((tmp_path / "pid").read_text())
    os.kill(first, signal.SIGKILL)
    # The shell starts the next one on the same terminal, whatever the first has left there.
    terminal.wait_for(lambda screen: int((tmp_path / "pid").read_text() or 0) != first, "the next console")
    terminal.wait_for(lambda screen: "Till is down" in screen and "Half a" not in screen, "the queue again")
    terminal.send("r")
    screen = terminal.wait_for(lambda screen: "and a word" in screen and "till.log 13 B" in screen, "the draft")
    assert "Half a sentence" in screen
    assert "(x) wait: requester" in screen
    terminal.send("C-g")
    terminal.wait_for(lambda screen: "answered, waits for the requester" in screen, "the answer")
    with Reader(busy_desk_path) as reader:
        message = reader.ticket(anna, number, now=NOW).messages[-1]
    assert message.text == "Half a sentence\nand a word"
    assert [file.name for file in message.attachments] == ["till.log"]
    assert draft() is None
    terminal.send("q")
    terminal.wait_for(lambda screen: "ended with 0" in screen, "the end")
