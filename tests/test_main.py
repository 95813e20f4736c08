"""The entry: what it hands to the command line, and how the process ends."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sdesk import main
from sdesk.config import Config, Console, load
from sdesk.domain.errors import MailServerUnavailable
from sdesk.store.reader import Reader

LETTER = "From: a@shop.example\nTo: support@desk.example\nSubject: Hello\nMessage-ID: <{0}@x>\n\nNumber {0}\n"


@pytest.fixture
def mailboxes(tmp_path: Path) -> Config:
    """A server that is down, and after it a Maildir with a letter."""
    for name in ("cur", "new", "tmp"):
        (tmp_path / "spool" / name).mkdir(parents=True)
    (tmp_path / "spool" / "new" / "1.letter").write_text(LETTER.format(1))
    file = tmp_path / "config.toml"
    file.write_text(f"""
[mailboxes.down]
kind = "imap"
host = "127.0.0.1"
port = 1
security = "none"
user = "it"
password_command = ["printf", "secret"]
team = "it"
[mailboxes.spool]
kind = "maildir"
path = "{tmp_path}/spool"
addresses = ["support@desk.example"]
team = "it"
[console]
mouse = false
theme = "light"
keys = {{ take = "T" }}
""")
    return load(file, os.environ)


def test_now_is_an_aware_instant_in_whole_seconds() -> None:
    instant = main.now()
    assert (instant.tzinfo, instant.microsecond) == (UTC, 0)
    assert abs((datetime.now(UTC) - instant).total_seconds()) < 60


def test_the_console_gets_what_the_configuration_says(
    mailboxes: Config, desk_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[dict[str, Any]] = []
    monkeypatch.setattr("sdesk.tui.app.run_console", lambda **given: calls.append(given))
    main.open_console(store=desk_path, config=mailboxes, agent="anna")
    main.open_console(store=desk_path, config=Config(), agent="boris")
    chosen, usual = calls
    assert (chosen["store"], chosen["login"]) == (desk_path, "anna")
    settings = chosen["settings"]
    assert (settings.theme, settings.mouse, dict(settings.keys)) == ("light", False, {"take": "T"})
    assert chosen["fetch"] is not None
    assert usual["fetch"] is None
    assert usual["settings"].theme != ""
    assert Console().theme == ""


def test_a_mailbox_that_fails_does_not_stop_the_next(mailboxes: Config, desk_path: Path) -> None:
    counted: list[tuple[int, int]] = []
    later = datetime.now(UTC)
    with pytest.raises(MailServerUnavailable):
        main.fetch_all(desk_path, mailboxes, lambda done, total: counted.append((done, total)))
    assert counted == [(1, 1)]
    with Reader(desk_path) as reader:
        assert reader.ticket(reader.actor("anna"), 1, now=later).ticket.subject == "Hello"


def sdesk(*arguments: str, shell: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    """The command line as a process; `shell` is what stands after it."""
    command = f'"{sys.executable}" -m sdesk "$@" {shell}'
    return subprocess.run(
        ["sh", "-c", command, "sh", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **env},
    )


def test_the_process_ends_with_the_exit_code(desk_path: Path) -> None:
    assert sdesk("list", "--db", str(desk_path), "--as", "anna").returncode == 0
    assert sdesk("show", "9", "--db", str(desk_path), "--as", "anna").returncode == 3
    assert sdesk("nosuch").returncode == 2


@pytest.mark.parametrize("closed", ["2>&-", "<&-"])
def test_a_closed_stream_is_no_bug(closed: str, desk_path: Path) -> None:
    done = sdesk("list", "--db", str(desk_path), "--as", "anna", shell=closed)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("number\t")


@pytest.mark.parametrize("words", [["list"], ["ticket", "export"], ["new", "--subject", "x", "--text", "y"]])
def test_data_that_a_closed_standard_output_loses_is_no_success(words: list[str], busy_desk_path: Path) -> None:
    done = sdesk(*words, "--db", str(busy_desk_path), "--as", "anna", shell=">&-")
    assert done.returncode == 1
    assert done.stderr.startswith("sdesk: error: standard output cannot be written")
    assert sdesk(*words, "--db", str(busy_desk_path), "--as", "anna", shell=">&- 2>&- <&-").returncode == 1


def test_a_command_that_prints_nothing_needs_no_standard_output(desk_path: Path) -> None:
    done = sdesk("tick", "--quiet", "--config", os.devnull, "--db", str(desk_path), shell=">&-")
    assert (done.returncode, done.stderr) == (0, "")


INTERRUPTED = """
import sys
wanted = sys.argv[1]
class Pressed:
    def find_spec(self, name, path=None, target=None):
        if name == wanted:
            raise KeyboardInterrupt
sys.meta_path.insert(0, Pressed())
import runpy
sys.argv[1:] = ["list"]
runpy.run_module("sdesk", run_name="__main__", alter_sys=True)
"""


@pytest.mark.parametrize(
    "loading", ["sdesk.main", "sdesk.cli.app", "sdesk.cli.invocation", "sdesk.cli.dispatch", "typer"]
)
def test_an_early_interrupt_is_one_line(loading: str, desk_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, loading],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "SDESK_DB": str(desk_path)},
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "sdesk: interrupted\n")


def test_little_is_loaded_before_an_interrupt_is_caught() -> None:
    root = str(Path(main.__file__).parents[1])
    lines = f"import sys; sys.path.insert(0, {root!r}); import sdesk.main; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-S", "-c", lines], capture_output=True, text=True, check=True, timeout=60)
    assert "sdesk.main" in done.stdout.split()
    assert not {"typing", "pathlib", "datetime", "contextlib", "sdesk.cli"} & set(done.stdout.split())


def test_all_of_a_long_output_arrives(desk_path: Path) -> None:
    done = sdesk("schema", "ticket")
    assert done.stdout.endswith("}\n")


@pytest.mark.slow
def test_the_demo_without_a_terminal_prints_its_queue_and_leaves_nothing(tmp_path: Path) -> None:
    done = sdesk("demo", TMPDIR=str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].split()[:5] == ["SLA", "DUE", "ID", "PR", "SUBJECT"]
    assert len(lines) > 40
    assert max(map(len, lines)) <= 120
    assert list(tmp_path.iterdir()) == []


@pytest.mark.endurance
def test_a_demo_in_a_folder_stays_there(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    done = sdesk("demo", str(folder), "-o", "ids")
    assert done.returncode == 0, done.stderr
    again = sdesk("list", "--limit", "0", "-o", "ids", SDESK_DB=str(folder / "sdesk.db"), SDESK_AGENT="anna")
    assert again.stdout == done.stdout
    refused = sdesk("demo", str(folder))
    assert refused.returncode == 2
    assert "no empty folder" in refused.stderr
