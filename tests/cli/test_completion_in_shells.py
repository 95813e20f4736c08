"""TAB in real shells on a terminal: what is typed is completed, and what comes by mail runs and breaks nothing."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from command_line import Sdesk
from shell_terminal import CLEAR, ShellTerminal

COMMANDS = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "-i"],
}
LOAD = {
    "bash": 'eval "$(sdesk completion bash)"; echo RE""ADY\n',
    "zsh": 'autoload -Uz compinit && compinit -u -D; eval "$(sdesk completion zsh)"; echo RE""ADY\n',
    "fish": 'sdesk completion fish | source; echo RE""ADY\n',
}
HOSTILE = (
    "$(touch owned-1) `touch owned-2` ; touch owned-3 & | touch owned-4",
    "'; touch owned-5; '\" ; touch owned-6 ; \"",
    "%F{red}%n \\e]0;title\\a ${x:?broken} $((1/0)) *?[a]~ !! #",
)
"""Subjects; control characters do not get so far, and are put into the store below."""
TAGS = ("$(touch owned-7)", "a'b", 'a"b', "`touch owned-8`", "x;touch owned-9", "*", "~")


pytestmark = pytest.mark.slow


@pytest.fixture(params=["bash", "zsh", "fish"])
def shell(request: pytest.FixtureRequest, at_desk: Path, sdesk: Sdesk, tmp_path: Path) -> Iterator[ShellTerminal]:
    """A shell with completion, in a folder of its own, and a desk whose subjects and tags are hostile."""
    name = request.param
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed (`make test-servers` installs it)")
    for subject in ("Till is down", *HOSTILE):
        ran = sdesk("new", "--subject", subject, "--text", "x", "--requester", "maria@shop.example")
        assert ran.code == 0, ran.err
    with closing(sqlite3.connect(at_desk)) as store, store:
        store.execute("UPDATE ticket SET subject = 'esc \x1b[2J \x07 new\nline\r\ttab \x9b31m' WHERE id = 2")
        for tag in TAGS:
            store.execute("INSERT INTO tag (ticket_id, tag) VALUES (1, ?)", (f"h{tag}",))
    programs, home = tmp_path / "bin", tmp_path / "home"
    programs.mkdir()
    home.mkdir()
    (home / "letter.txt").write_text("x")
    (programs / "sdesk").write_text(f'#!/bin/sh\nexec {sys.executable} -m sdesk "$@"\n')
    (programs / "sdesk").chmod(0o755)
    env = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "HOME": str(home),
        "TERM": "xterm",
        "PS1": "> ",
        "LANG": "C.UTF-8",
        "SDESK_DB": str(at_desk),
        "SDESK_AGENT": "anna",
    }
    opened = ShellTerminal(COMMANDS[name], env, home)
    try:
        opened.types(LOAD[name], until="READY")
        yield opened
        assert sorted(each.name for each in home.iterdir() if each.name.startswith("owned")) == []
    finally:
        opened.close()


def test_tab_in_a_shell(shell: ShellTerminal, tmp_path: Path) -> None:
    shell.types("sdesk li\t", until="sdesk list ")
    shell.types(f"{CLEAR}sdesk mail ledg\t", until="sdesk mail ledger ")
    shell.types(f"{CLEAR}sdesk list team:i\t", until="team:it ")
    shell.types(f'{CLEAR}sdesk list "team:i\t', until='"team:it"')
    shell.types(f"{CLEAR}sdesk list -o ids | sdesk assign 1 --to bo\t", until="--to boris ")
    shell.types(f"{CLEAR}sdesk take 1 --dr\t", until="--dry-run ")
    shell.types(f"{CLEAR}sdesk list --fields number,sub\t", until="number,subject")
    shell.types(f"{CLEAR}sdesk note 1 --text @let\t", until="@letter.txt")
    shell.types(f"{CLEAR}sdesk mail parse let\t", until="letter.txt")
    shell.types(f"{CLEAR}sdesk new --requester mar\t", until="maria@shop.example")


def test_what_is_hostile_runs_nothing(shell: ShellTerminal, tmp_path: Path) -> None:
    seen = shell.types("sdesk show \t\t\t", until="Till is down")
    assert "esc ␛[2J" in seen or "esc" not in seen
    assert "\x9b" not in seen
    assert "\x07new" not in seen
    # What was completed is run: still nothing of it is a command, and the shell is in its senses.
    for tag in TAGS:
        begun = tag.translate({ord(letter): f"\\{letter}" for letter in "$'\"`;*~()"})[:2]
        shell.types(f"{CLEAR}sdesk list tag:h{begun}\t", until="tag:h")
        shell.runs()
        shell.types(f'{CLEAR}echo AL""IVE\n', until="ALIVE")


def test_errors_never_stand_on_the_prompt(shell: ShellTerminal, at_desk: Path) -> None:
    at_desk.rename(at_desk.with_name("gone.db"))
    shell.types("sdesk show \t\t", until="sdesk show ")
    shell.types(f"{CLEAR}sdesk nonsense \t\t", until="nonsense")
    seen = shell.types(f"{CLEAR}sdesk li\t", until="sdesk list ")
    assert "error" not in seen
    assert "Traceback" not in seen
