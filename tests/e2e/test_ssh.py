"""The desk over a real sshd: the console and every command as its agent, and no way out of it that leaves anything."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from desks import NOW
from sshd import Served
from tmux_terminal import TmuxTerminal

from sdesk.desk.opening import open_desk
from sdesk.desk.setup import apply
from sdesk.domain.actor import SYSTEM

pytestmark = [pytest.mark.server]


def shows(words: str, screen: str) -> bool:
    return words in screen


def lacks(words: str, screen: str) -> bool:
    return words not in screen


def said(done: subprocess.CompletedProcess[bytes]) -> str:
    """What it said; what the shell of the account says of its own start before that, is its own affair."""
    text = done.stderr.decode()
    begins = re.search(r"^sdesk: ", text, re.M)
    return text[begins.start() :] if begins is not None else text


@pytest.fixture(autouse=True)
def _nothing_is_left(served: Served) -> Iterator[None]:
    """Whatever is tried, no file comes to be."""

    def files() -> set[str]:
        return {each.name for each in served.folder.iterdir() if not each.is_socket()}

    before = files()
    yield
    assert files() == before
    assert {each.name for each in served.home.iterdir()} <= {"sdesk.db", "sdesk.db-wal", "sdesk.db-shm"}


def test_a_command_prints_what_it_prints_here(served: Served) -> None:
    for words in (["list", "-o", "json"], ["sdesk", "list", "-o", "csv"]):
        here = [word for word in words if word != "sdesk"]
        before = served.local(*here)
        there = served.ssh("anna", *words)
        assert (there.returncode, said(there)) == (0, "")
        # What is told by the second may be another between.
        assert there.stdout == before.stdout or there.stdout == served.local(*here).stdout
    assert [each["subject"] for each in json.loads(served.ssh("anna", "list", "-o", "json").stdout)]


def test_the_way_in_and_out_of_files_is_standard_input_and_output(served: Served) -> None:
    picture = bytes(range(256)) * 40
    given = served.ssh("anna", "ticket attach add 1 - --name 'fuse box.png'", stdin=picture)
    assert given.returncode == 0, said(given)
    (row,) = json.loads(served.ssh("anna", "ticket", "attach", "list", "1", "-o", "json").stdout)
    assert (row["name"], row["type"]) == ("fuse box.png", "image/png")
    assert served.ssh("anna", "ticket", "attach", "get", "1", str(row["id"]), "-").stdout == picture
    assert served.ssh("anna", "note 1 --text -", stdin="по телефону & так\n".encode()).returncode == 0
    assert "по телефону & так" in served.ssh("anna", "show", "1").stdout.decode()
    refused = served.ssh("anna", "ticket", "attach", "get", "1", str(row["id"]))
    assert refused.returncode == 1
    assert "goes by standard output" in said(refused)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("list; id > {out}", "`;` stands in the command"),
        ("list\nid > {out}", "a line break stands in the command"),
        ("list $(id > {out}) `id`", "`$(` stands in the command"),
        ("/bin/sh -c 'id > {out}'", "there is no command"),
        ("--db {out} list", "--db is not taken"),
        ("list --as boris", "--as is not taken"),
        ("-- db backup {out}", "`db backup` is not served over SSH"),
        ("ticket -- note 1 --text @/etc/passwd", "files of the server are out of reach"),
        ("ticket attach get 1 1 {out}", "goes by standard output"),
        ("reply 1", "the text is missing"),
        ("list " + "x" * 90_000, "longer than 60000 letters"),
    ],
)
def test_there_is_no_way_out_through_the_words(served: Served, typed: str, why: str) -> None:
    out = served.folder / "out"
    done = served.ssh("anna", typed.format(out=out))
    assert done.returncode in (1, 2)
    assert done.stdout == b""
    assert why in said(done)
    assert len(said(done).splitlines()) == 1
    assert not out.exists()


def test_a_command_of_a_megabyte_ends_at_once(served: Served) -> None:
    done = served.ssh("boris", "note", "1", "--text", *["y" * 100_000] * 10)
    assert done.returncode != 0
    assert done.stdout == b""


def test_nothing_is_forwarded(served: Served, tmp_path: Path) -> None:
    through = served.ssh("boris", options=["-W", f"127.0.0.1:{served.port}"])
    assert through.returncode != 0
    assert not through.stdout
    back = served.ssh("boris", "version", options=["-R", "0:127.0.0.1:9", "-o", "ExitOnForwardFailure=yes"])
    assert back.returncode != 0
    assert not back.stdout
    for line in (
        *("disableforwarding yes", "allowtcpforwarding no", "allowagentforwarding no", "x11forwarding no"),
        *("permittunnel no", "permituserrc no", "acceptenv LANG", "acceptenv LC_*"),
    ):
        assert line in served.effective
    assert "acceptenv *" not in served.effective


@pytest.mark.parametrize("subsystem", ["sftp", "netconf"])
def test_no_subsystem_answers(served: Served, subsystem: str) -> None:
    done = served.ssh("boris", subsystem, options=["-s"])
    assert done.returncode != 0
    assert not done.stdout


def test_no_file_is_copied(served: Served, tmp_path: Path) -> None:
    out, given = served.folder / "out", tmp_path / "given"
    given.write_text("x", encoding="utf-8")
    options = served.command("boris")[1:-1]
    options[options.index("-p")] = "-P"
    there = f"{served.account}@127.0.0.1:"
    # By sftp, and by the older way, which runs a program there.
    for words in (
        ["scp", *options, str(given), f"{there}{out}"],
        ["scp", "-O", *options, f"{there}/etc/passwd", str(out)],
    ):
        done = subprocess.run(words, capture_output=True, check=False, timeout=60)
        assert done.returncode != 0
    assert not out.exists()


def test_the_environment_of_the_client_changes_nothing(served: Served, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(f"open({str(served.folder / 'out')!r}, 'w')\n", encoding="utf-8")
    theirs = {
        "SDESK_DB": str(tmp_path / "other.db"),
        "SDESK_AGENT": "boris",
        "SDESK_CONFIG": str(tmp_path / "other.toml"),
        "PYTHONPATH": str(tmp_path),
        "PYTHONINSPECT": "1",
        "LD_PRELOAD": str(tmp_path / "x.so"),
        "BASH_ENV": str(tmp_path / "sitecustomize.py"),
        "EDITOR": f"touch {served.folder / 'out'}",
        "PAGER": f"touch {served.folder / 'out'}",
        "LANG": "ru_RU.UTF-8",
        "LC_ALL": "../../etc",
    }
    sent = " ".join(f'"{name}={value}"' for name, value in theirs.items())
    done = served.ssh("anna", "list", "--fields", "ref,subject", options=["-o", f"SetEnv={sent}"])
    # What the shell of the account says of a locale that there is not, is its own affair.
    assert (done.returncode, done.stdout) == (0, served.local("list", "--fields", "ref,subject").stdout)
    assert not (served.folder / "out").exists()
    nonsense = served.ssh("anna", options=["-tt"], env={"TERM": "x;touch /tmp/sdesk-out"})
    assert b"TERM=dumb" in nonsense.stdout


def test_who_one_is_says_the_key(served: Served) -> None:
    assert b"secret" in served.ssh("olga", "list", "-o", "json").stdout
    hidden, missing = served.ssh("boris", "show", "2"), served.ssh("boris", "show", "999")
    assert (hidden.returncode, hidden.stdout) == (missing.returncode, missing.stdout) == (3, b"")
    assert said(hidden).replace("SD-2", "SD-999") == said(missing)
    assert served.ssh("boris", "take", "1").returncode == 0
    history = json.loads(served.ssh("anna", "history", "1", "-o", "json").stdout)
    assert history[-1]["actor"] == "boris"
    refused = served.ssh("boris", "desk export")
    assert refused.returncode == 1
    assert "over SSH is for admins" in said(refused)
    assert b"Permission denied" in served.ssh("stranger", "list").stderr


def test_the_console_opens_and_keeps_to_the_desk(served: Served, tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8", "TERM": "screen-256color"}
    line = " ".join(served.command("anna", "-t"))
    terminal = TmuxTerminal(tmp_path, line, environment | {"TMUX_TMPDIR": str(tmp_path)})
    try:
        terminal.wait_for(lambda screen: "The till is down" in screen, "the queue")
        for key, answer in (
            ("C-z", "there is no shell to leave to"),
            ("F", "the server fetches mail by itself"),
            ("E", "no program is run at the server"),
        ):
            terminal.send(key)
            terminal.wait_for(partial(shows, answer), answer)
        for keys, answer in (
            ([":", "note 1 --text @/etc/passwd", "Enter"], "files of the server are out of reach"),
            ([":", "note 1 --text x --attach /etc/passwd", "Enter"], "files of the server are out of reach"),
            ([":", "!id", "Enter"], "there is no command"),
        ):
            for key in keys:
                terminal.send(key)
            terminal.wait_for(partial(shows, answer), answer)
            terminal.send("Escape")
            # A key right behind it would be taken for one with Alt.
            terminal.wait_for(partial(lacks, f":{keys[1]}"), "the queue again")
        terminal.send("q")
        terminal.wait_for(lambda screen: "ended with 0" in screen, "the end")
    finally:
        terminal.close()


def test_who_left_the_desk_file_comes_in_no_more(served: Served) -> None:
    assert served.ssh("boris", "version").returncode == 0
    desk = open_desk(served.store)
    apply(desk, served.desk_file("anna", "olga"), "desk.toml", actor=SYSTEM, now=NOW)
    desk.close()
    served.read_keys()
    refused = served.ssh("boris", "version", anew=True)
    assert (refused.returncode, refused.stdout) == (255, b"")
    assert "Permission denied" in said(refused)
    # Nor over a connection that stood already.
    refused = served.ssh("boris", "version")
    assert (refused.returncode, refused.stdout) == (1, b"")
    assert "no agent's of this desk" in said(refused)
    assert served.ssh("anna", "version", anew=True).returncode == 0
