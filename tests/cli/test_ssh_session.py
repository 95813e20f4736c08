"""A session over SSH in this process: who it is, what runs, and that nothing else does."""

from __future__ import annotations

import os
import pwd
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from command_line import NOW, Ran, Sdesk
from desks import DESK_FILE

from sdesk.actions import fence
from sdesk.cli import terminal
from sdesk.config import Config
from sdesk.desk.opening import open_desk
from sdesk.desk.setup import apply
from sdesk.domain.actor import SYSTEM

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOjKhQKIV43sXW6jM3teEpG1ypbvxQnOmv/MVfIEihgI"


class Login:
    """Logs in as an agent, and types a command."""

    def __init__(self, sdesk: Sdesk, store: Path) -> None:
        self._sdesk, self.store = sdesk, store

    def __call__(self, typed: str | None, *, agent: str | None = "anna", stdin: str | bytes = "", **more: str) -> Ran:
        given = {**os.environ, **more} | ({} if typed is None else {"SSH_ORIGINAL_COMMAND": typed})
        with patch.dict(os.environ, given, clear=True):
            words = ("--db", str(self.store), "ssh", "session", *([] if agent is None else [agent]))
            return self._sdesk(*words, stdin=stdin)


@pytest.fixture
def login(sdesk: Sdesk, busy_desk_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Login]:
    """The busy desk, served. No program may be started, and no file be made beside the store."""

    def started(*words: object, **more: object) -> None:
        raise AssertionError(f"a program was started: {words}")

    monkeypatch.setattr(subprocess, "Popen", started)
    monkeypatch.setattr(tempfile, "mkstemp", started)
    monkeypatch.setattr(os, "system", started)
    # The account's own home, which the machine's is not.
    account = pwd.getpwuid(os.getuid())
    home = pwd.struct_passwd((*account[:5], os.environ["HOME"], account.pw_shell))
    monkeypatch.setattr(pwd, "getpwuid", lambda number: home)
    yield Login(sdesk, busy_desk_path)
    assert not fence.is_up()


def test_a_command_is_that_of_the_agent(login: Login, sdesk: Sdesk) -> None:
    here = sdesk("--db", str(login.store), "--as", "boris", "list", "assignee:me", "-o", "json")
    assert here.code == 0
    for typed in ("list assignee:me -o json", "sdesk list assignee:me -o json", "-o json list assignee:me"):
        assert login(typed, agent="boris") == here
    assert "Orlova" in login("agent show me", agent="anna").out


def test_the_environment_says_nothing_but_terminal_and_language(
    login: Login, doubles: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[str, str]] = []

    def look(*, store: Path, config: Config, agent: str, board: bool = False) -> bool:
        seen.append({**os.environ, "store": str(store), "agent": agent, "fence": str(fence.is_up())})
        assert config == Config()
        return True

    monkeypatch.setattr(doubles, "run_console", look)
    monkeypatch.setattr(terminal, "is_one", lambda: True)
    names = ("SDESK_DB", "SDESK_CONFIG", "XDG_CONFIG_HOME", "EDITOR", "PAGER", "LESS", "PYTHONPATH", "TEXTUAL_DRIVER")
    hostile = dict.fromkeys(names, str(tmp_path / "theirs")) | {
        "SDESK_AGENT": "boris",
        "LANG": "ru_RU.UTF-8",
        "LC_ALL": "../x",
        "LC_TIME": "de_DE",
        "SSH_CONNECTION": "1 2 3 4",
    }
    assert login(None, **hostile, TERM="xterm-256color").code == 0
    account = pwd.getpwuid(os.getuid())
    assert seen == [
        {
            "HOME": account.pw_dir,
            "LOGNAME": account.pw_name,
            "USER": account.pw_name,
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "TERM": "xterm-256color",
            "LANG": "ru_RU.UTF-8",
            "LC_TIME": "de_DE",
            "SSH_CONNECTION": "1 2 3 4",
            "store": str(login.store),
            "agent": "anna",
            "fence": "True",
        }
    ]
    assert "TERM=dumb" in login(None, TERM="x;id").err


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        *(
            (f"{option} x {rest}", f"{option} is not taken")
            for option in ("--db", "--config", "--as")
            for rest in ("list", "")
        ),
        ("list --db=x", "--db is not taken"),
        ("list --as anna", "--as is not taken"),
        ("list --debug", "--debug is not taken"),
        ("ticket list --as boris", "--as is not taken"),
        ("tick", "`tick` is not served over SSH"),
        ("-- tick", "`tick` is not served over SSH"),
        ("-o json tick", "`tick` is not served over SSH"),
        ("db backup /tmp/x", "`db backup` is not served over SSH"),
        ("ssh session boris", "`ssh session` is not served over SSH"),
        ("ssh authorized-keys root", "is not served over SSH"),
        ("demo", "is not served over SSH"),
        ("init --print", "is not served over SSH"),
        ("completion bash", "is not served over SSH"),
        ("reply 2 --text x --attach a", "--attach is not taken"),
        ("note 2 --text x --attach=a", "--attach is not taken"),
        ("close 2 --text x --attach a", "--attach is not taken"),
        ("mail ledger --check", "--check is not taken"),
        *(
            (f"{words} --text @/etc/passwd", "files of the server are out of reach")
            for words in ("new --subject x", "reply 2", "note 2", "close 2", "reopen 4", "wait 2 --for requester")
        ),
        ("forward 2 --to a@x.example --text @/etc/passwd", "files of the server are out of reach"),
        ("event down --source a --key b --subject c --text @/etc/passwd", "files of the server are out of reach"),
        ("event up --source a --key b --text @/etc/passwd", "files of the server are out of reach"),
        ("playbook skip 2 a --text @/etc/passwd", "files of the server are out of reach"),
        ("playbook cancel 2 --text @/etc/passwd", "files of the server are out of reach"),
        ("ticket attach add 2 /etc/passwd", "files of the server are out of reach"),
        ("ticket attach add 2 x --text @/etc/passwd", "files of the server are out of reach"),
        ("ticket attach get 2 1", "goes by standard output"),
        ("ticket attach get 2 1 /tmp/x", "goes by standard output"),
        ("ticket import /etc/passwd", "files of the server are out of reach"),
        ("mail parse /etc/passwd", "files of the server are out of reach"),
        ("mail test /etc/passwd", "files of the server are out of reach"),
        ("desk plan /etc/passwd", "files of the server are out of reach"),
        ("desk apply /etc/passwd", "files of the server are out of reach"),
        ("_complete zsh ''", "there is no command `sdesk _complete`"),
        ("/usr/lib/openssh/sftp-server", "there is no command"),
        ("scp -t /tmp", "there is no command `sdesk scp`"),
    ],
)
def test_what_reaches_for_the_server_is_refused_in_one_line(login: Login, typed: str, why: str) -> None:
    done = login(typed)
    assert done.code in (1, 2)
    assert done.out == ""
    assert why in done.err
    assert done.err.count("\n") == 1


def test_help_is_for_everybody(login: Login) -> None:
    assert login("help db backup").out.startswith("Copy")
    # By the command itself it is told why it is not served.
    assert "is not served over SSH" in login("db backup --help").err
    assert login("help list").code == 0


def test_a_desk_file_is_an_admins(login: Login) -> None:
    changed = DESK_FILE.replace('name = "Test desk"', 'name = "Another"')
    for typed in ("desk apply -", "desk plan -", "desk export"):
        refused = login(typed, agent="boris", stdin=changed)
        assert (refused.code, refused.out) == (1, "")
        assert "over SSH is for admins" in refused.err
    assert "Another" in login("desk plan -", stdin=changed).out
    assert login("desk apply -", stdin=changed).code == 0
    assert 'name = "Another"' in login("desk export").out


def test_files_go_by_standard_input_and_output(login: Login) -> None:
    picture = bytes(range(256))
    assert login("ticket attach add 2 - --name x.png", stdin=picture).code == 0
    number = login("ticket attach list 2 --fields id -o csv").out.split()[-1]
    assert login(f"ticket attach get 2 {number} -").code == 0  # what comes is shown over a real server, byte by byte
    assert "x.png" in login("show 2").out
    for typed, why in (
        ("ticket attach add 2 -", "has no name"),
        ("ticket attach add - - --name x", "two things at once"),
        ("ticket attach add 2 - --name x --text -", "two things at once"),
    ):
        done = login(typed, stdin="2")
        assert done.code == 2
        assert why in done.err


@pytest.mark.parametrize("name", ["nobody", "system", "-x", ""])
def test_who_is_no_agent_gets_no_session(login: Login, name: str) -> None:
    done = login("list", agent=name)
    assert done.code in (1, 2)
    assert done.out == ""


def test_the_key_that_the_server_tells_says_who_it_is(login: Login, tmp_path: Path) -> None:
    desk = open_desk(login.store)
    text = DESK_FILE.replace("[agents.boris]\n", f'[agents.boris]\nkeys = ["{KEY} boris"]\n')
    apply(desk, text, "desk.toml", actor=SYSTEM, now=NOW)
    desk.close()
    told = tmp_path / "told"
    told.write_text(f"publickey {KEY}\n", encoding="ascii")
    told.chmod(0o600)

    def typed() -> Ran:
        return login("agent show me -o json", agent=None, SSH_USER_AUTH=str(told))

    assert '"boris"' in typed().out
    told.write_text(f"publickey {KEY[:-4]}AAAA\n", encoding="ascii")
    assert "no agent's of this desk" in typed().err
    told.write_text("password\n", encoding="ascii")
    assert "you did not come by one key alone" in typed().err
    told.write_text(f"publickey {KEY}\npublickey {KEY}\n", encoding="ascii")
    assert "you did not come by one key alone" in typed().err
    told.write_text(f"publickey {KEY}\n", encoding="ascii")
    told.chmod(0o666)
    assert "not the SSH server's" in typed().err
    told.unlink()
    assert "cannot be read" in typed().err
    assert "does not say by which key" in login("list", agent=None).err


def test_without_a_command_and_a_terminal_it_says_what_to_type(login: Login) -> None:
    for typed in (None, "", "sdesk"):
        done = login(typed)
        assert done.code == 2
        assert "neither a command nor a terminal" in done.err
