"""What the SSH server is told: lines of keys, quoted as sshd reads them, and the page of instructions."""

from __future__ import annotations

import os
import pwd
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest
from command_line import NOW, Sdesk
from desks import DESK_FILE

from sdesk.cli.ssh_setup import key_line, program
from sdesk.desk.opening import open_desk
from sdesk.desk.setup import apply
from sdesk.domain.actor import SYSTEM

ONE = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOjKhQKIV43sXW6jM3teEpG1ypbvxQnOmv/MVfIEihgI"
OTHER = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIN8BJwd6ZJM+zSjedD2rINyQbnoUSEdaki92XtBnokvg"
ACCOUNT = pwd.getpwuid(os.getuid()).pw_name


def read_as_sshd(line: str) -> tuple[str, str]:
    """The command of a line, and its key: as `auth-options.c` of OpenSSH takes the quotes away."""
    before = 'restrict,pty,command="'
    assert line.startswith(before)
    at, command = len(before), ""
    while line[at] != '"':
        if line[at : at + 2] == '\\"':
            at += 1
        command += line[at]
        at += 1
    return command, line[at + 2 :]


@pytest.fixture
def keys(desk_path: Path) -> Path:
    text = DESK_FILE.replace("[agents.anna]\n", f'[agents.anna]\nkeys = ["{ONE} laptop"]\n')
    text = text.replace("[agents.boris]\n", f'[agents.boris]\nkeys = ["{OTHER}"]\n')
    desk = open_desk(desk_path)
    apply(desk, text, "desk.toml", actor=SYSTEM, now=NOW)
    desk.close()
    return desk_path


def test_each_key_has_the_command_of_its_agent(sdesk: Sdesk, keys: Path) -> None:
    done = sdesk("--db", str(keys), "ssh", "authorized-keys", ACCOUNT)
    assert (done.code, done.err) == (0, "")
    read = [read_as_sshd(line) for line in done.out.splitlines()]
    assert [(shlex.split(command), key) for command, key in read] == [
        ([*program(), "--db", str(keys), "ssh", "session", "anna"], ONE),
        ([*program(), "--db", str(keys), "ssh", "session", "boris"], OTHER),
    ]


@pytest.mark.parametrize("user", ["nobody", "no-such-account", "", "../x", "%u"])
def test_another_account_has_no_keys(sdesk: Sdesk, keys: Path, user: str) -> None:
    done = sdesk("--db", str(keys), "ssh", "authorized-keys", user)
    assert (done.code, done.out, done.err) == (0, "", "")


def test_a_store_that_is_not_there_has_none(sdesk: Sdesk, tmp_path: Path) -> None:
    assert sdesk("--db", str(tmp_path / "no.db"), "ssh", "authorized-keys", ACCOUNT).out == ""


@pytest.mark.parametrize("path", ["/a b/sdesk.db", '/a"b', "/a'b", "/a\\b", '/a\\"b', "/a$b`c`", '"', "/ü;x#%u"])
def test_any_path_comes_through_the_quotes(path: str) -> None:
    command = ["/usr/bin/sdesk", "--db", path, "ssh", "session"]
    written, key = read_as_sshd(key_line(command, "anna", ONE))
    assert (shlex.split(written), key) == ([*command, "anna"], ONE)


def test_a_path_that_no_line_can_hold_is_refused(sdesk: Sdesk, keys: Path) -> None:
    odd = keys.with_name("two\nlines.db")
    os.rename(keys, odd)
    done = sdesk("--db", str(odd), "ssh", "authorized-keys", ACCOUNT)
    assert (done.code, done.out) == (2, "")
    assert "cannot stand in a line" in done.err


def test_the_page_has_the_real_paths(sdesk: Sdesk, keys: Path, tmp_path: Path) -> None:
    config = tmp_path / "my config.toml"
    config.write_text("", encoding="utf-8")
    done = sdesk("--config", str(config), "--db", str(keys), "ssh", "setup", "--account", "desk-of-nobody")
    assert done.code == 0
    command = shlex.join([*program(), "--config", str(config), "--db", str(keys), "ssh"])
    for line in (
        "Match User desk-of-nobody",
        f"    AuthorizedKeysCommand {command} authorized-keys %u",
        "    AuthorizedKeysCommandUser desk-of-nobody",
        f"    ForceCommand {command} session",
        "    AuthorizedKeysFile none",
        "    ExposeAuthInfo yes",
        "    PermitTTY yes",
        "    DisableForwarding yes",
        "    AllowTcpForwarding no",
        "    AllowAgentForwarding no",
        "    X11Forwarding no",
        "    PermitTunnel no",
        "    PermitUserRC no",
        "    AcceptEnv LANG LC_*",
        "usermod --password '*' desk-of-nobody",
        f"chown desk-of-nobody: {keys.parent} {keys}",
        f"chmod 700 {keys.parent}",
        f"chmod 600 {keys}",
        f"chmod 640 '{config}'",
    ):
        assert line in done.out.splitlines()


def test_the_page_warns_of_what_is_open(sdesk: Sdesk, keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys.chmod(0o644)
    keys.parent.chmod(0o755)
    said = sdesk("--db", str(keys), "ssh", "setup", "--account", "root").err
    assert f"others may read {keys}" in said
    assert f"others may look into {keys.parent}" in said
    assert "the account is root" in said
    assert "holds more than the store" not in said
    (keys.parent / "letters").mkdir()
    assert f"{keys.parent} holds more than the store" in sdesk("--db", str(keys), "ssh", "setup").err
    assert sdesk("ssh", "setup", "--account", "a;b").code == 2


def test_the_page_warns_of_a_program_or_configuration_that_the_account_owns_or_cannot_reach(
    sdesk: Sdesk, keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = next(each for each in pwd.getpwall() if each.pw_uid != 0)
    ours, closed = tmp_path / "ours", tmp_path / "closed"
    for folder in (ours, closed):
        folder.mkdir(mode=0o700)
    config = closed / "config.toml"
    config.write_text("", encoding="utf-8")
    true_stat = Path.stat

    def stat(path: Path, **more: Any) -> os.stat_result:
        found = true_stat(path, **more)
        mode, owner = (0o755, 0) if path not in (ours, closed) else (found.st_mode, found.st_uid)
        owner = stranger.pw_uid if path == Path(sys.executable).absolute().parent else owner
        return os.stat_result((mode, 0, 0, 0, owner, 0, 0, 0, 0, 0))

    monkeypatch.setattr(Path, "stat", stat)
    words = ("--config", str(config), "--db", str(keys), "ssh", "setup", "--account", stranger.pw_name)
    said = sdesk(*words).err.splitlines()
    assert any("could write the program itself" in line for line in said)
    assert any(f"cannot reach {config}, since {closed} is closed" in line for line in said)


def test_the_program_is_run_apart_from_its_surroundings() -> None:
    assert program()[:2] == [sys.executable, "-I"]
