"""Every command that a session over SSH has, in a process that is sealed: what the lock keeps out, none of them needs.

Without a server between: how a session is begun shows `test_ssh`.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from printed_desk import CHANGES, READINGS, build

from sdesk.cli.ssh_commands import Served, decision

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.endurance]


def command_of(words: str) -> tuple[str, ...]:
    """The words of the command itself."""
    found: tuple[str, ...] = ()
    for word in words.split():
        found = (*found, word)
        if isinstance(decision(found), Served):
            return found
    return ()


SAID = {
    name: words
    for name, words in (
        *((name, each.words) for name, each in READINGS.items()),
        *((name, each.words.rpartition(";")[2].strip()) for name, each in CHANGES.items()),
    )
    if command_of(words)
}
"""What each command of a session is tried with."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The desk with something of everything, one for all: what a command changes, the next one bears."""
    folder = tmp_path_factory.mktemp("sealed") / "desk"
    folder.mkdir()
    build(folder)
    return folder


def session(folder: Path, typed: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    store = ["--config", str(folder / "config.toml"), "--db", str(folder / "desk.db")]
    return subprocess.run(
        [sys.executable, "-m", "sdesk", *store, "ssh", "session", "anna"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "SSH_ORIGINAL_COMMAND": typed},
        input=stdin,
        capture_output=True,
        check=False,
        timeout=120,
    )


def test_there_is_much_to_try() -> None:
    assert len(SAID) > 60


@pytest.mark.parametrize("name", SAID)
def test_a_command_needs_nothing_that_is_sealed(folder: Path, name: str) -> None:
    done = session(folder, SAID[name])
    said = done.stderr.decode()
    assert "a bug in sdesk" not in said, said
    if "files of the server are out of reach" in said or "is not taken" in said or "goes by standard output" in said:
        return  # its file is given otherwise over SSH, which the other tests do
    assert "out of reach" not in said, said


def test_a_desk_file_is_planned_and_applied(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "desk")
    export = session(tmp_path / "desk", "desk export")
    assert export.returncode == 0, export.stderr
    # With holidays, which a library reads, and a pattern, which is tried in a process of its own.
    text = export.stdout.decode().replace("[calendars.store]\n", '[calendars.store]\ncountry = "RU"\n')
    assert 'country = "RU"' in text
    text += '\n[[routing]]\nwhen = { subject = "till (is )?down [0-9]+" }\nset = { priority = "P2" }\n'
    for typed in ("desk plan -", "desk apply -", "mail parse -", "mail test -"):
        done = session(tmp_path / "desk", typed, text.encode())
        assert done.returncode == 0, (typed, shlex.quote(done.stderr.decode()))
    assert b"till (is )?down" in session(tmp_path / "desk", "desk export").stdout
