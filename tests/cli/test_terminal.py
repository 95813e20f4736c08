"""On a terminal: tables, colour, the editor, questions, and the console when nothing is said."""

from __future__ import annotations

import json
import os
import pkgutil
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from command_line import Process, Ran, Sdesk, Terminal

import sdesk.cli as sdesk_cli
from sdesk.cli.sheet import Sheet

pytestmark = pytest.mark.usefixtures("at_desk")


@pytest.fixture
def here(sdesk: Sdesk, doubles: Any) -> Sdesk:
    """A command in this process, without a terminal, at the hour it is: what comes before, and what is there then."""

    def call(*arguments: str, stdin: str | bytes = "") -> Ran:
        doubles.now = datetime.now(UTC).replace(microsecond=0)
        return sdesk(*arguments, stdin=stdin)

    return call


@pytest.fixture
def editor(tmp_path: Path) -> Path:
    """An editor that keeps what it was given, and writes a line before it."""
    program = tmp_path / "editor.sh"
    program.write_text(
        f'#!/bin/sh\ncp "$1" {tmp_path}/given.txt\n'
        '{ echo "Written by hand"; cat "$1"; } > "$1.new"\nmv "$1.new" "$1"\n'
    )
    program.chmod(0o755)
    return program


def _copies() -> list[str]:
    """Who had a copy of the newest message."""
    with closing(sqlite3.connect(os.environ["SDESK_DB"])) as store:
        (recipients,) = store.execute("SELECT recipients FROM message ORDER BY id DESC LIMIT 1").fetchone()
    return [address for address, _name in json.loads(recipients)["cc"]]


def a_ticket(here: Sdesk, *more: str) -> str:
    ran = here("new", "--subject", "Касса", "--text", "Зависла", *more, "-o", "ids")
    assert ran.code == 0, ran.err
    return ran.out.strip()


def test_a_table_by_default_and_colour_with_it(here: Sdesk, process: Process, terminal: Terminal) -> None:
    a_ticket(here)
    shown = terminal("list")
    assert shown.code == 0
    assert "SUBJECT" in shown.out
    assert "\x1b[1m" in shown.out
    assert process("list").out.startswith("number\tref\t")


@pytest.mark.parametrize(
    ("env", "options"),
    [({"NO_COLOR": "1"}, ()), ({"TERM": "dumb"}, ()), ({}, ("--color", "never"))],
    ids=["NO_COLOR", "dumb", "never"],
)
def test_no_colour(env: dict[str, str], options: tuple[str, ...], here: Sdesk, terminal: Terminal) -> None:
    number = a_ticket(here)
    for command in (["list"], ["show", number]):
        shown = terminal(*command, *options, env=env)
        assert shown.code == 0
        assert "SD-1" in shown.out
        assert "\x1b[" not in shown.out


def test_colour_where_it_is_insisted_on(here: Sdesk) -> None:
    a_ticket(here)
    assert "\x1b[" in here("list", "-o", "table", "--color", "always").out
    assert "\x1b[" not in here("list", "-o", "json", "--color", "always").out


def test_local_time_for_eyes_and_utc_for_programs(here: Sdesk, terminal: Terminal) -> None:
    number = a_ticket(here)
    here("wait", number, "--until", "2030-01-01 12:00")
    assert "until 2030-01-01 12:00" in terminal("show", number).out
    assert '"wake_at": "2030-01-01T09:00:00Z"' in here("show", number, "-o", "json").out


def test_an_editor_opens_for_a_missing_text(here: Sdesk, terminal: Terminal, editor: Path, tmp_path: Path) -> None:
    number = a_ticket(here, "--requester", "irina@shop.example")
    shown = terminal("reply", number, env={"VISUAL": str(editor)})
    assert (shown.code, shown.out) == (0, "SD-1 answered\n")
    given = (tmp_path / "given.txt").read_text()
    assert "left out" in given
    assert "# SD-1  Касса" in given
    assert '"text": "Written by hand"' in here("show", number, "-o", "json").out


def test_what_was_told_by_phone_and_undone_is_told_by_phone_again(
    here: Sdesk, terminal: Terminal, editor: Path, tmp_path: Path
) -> None:
    number = a_ticket(here, "--requester", "irina@shop.example")
    assert here("reply", number, "--phone", "--text", "Restart it").code == 0
    assert "its text is your draft" in here("undo").out
    shown = terminal("reply", number, env={"VISUAL": str(editor)})
    assert (shown.code, shown.out) == (0, "SD-1 answered by phone\n")
    given = (tmp_path / "given.txt").read_text()
    assert given.startswith("Restart it")
    assert "# Was told BY PHONE, and goes out to nobody, on:" in given
    # What was made of it is no draft any more.
    assert terminal("reply", number, env={"VISUAL": str(editor)}).code == 0
    assert "Restart it" not in (tmp_path / "given.txt").read_text()


def test_what_was_undone_is_said_again_as_it_was(here: Sdesk, terminal: Terminal, editor: Path, tmp_path: Path) -> None:
    number = a_ticket(here, "--requester", "irina@shop.example")
    wait = ("--wait", "requester", "--until", "2030-01-01 12:00")
    assert here("reply", number, "--text", "Which till?", "--cc", "boss@shop.example", *wait).code == 0
    assert "its text is your draft" in here("undo").out
    shown = terminal("reply", number, env={"VISUAL": str(editor)})
    assert shown.code == 0, shown.out
    assert "waits for the requester until Tue 2030-01-01 12:00" in shown.out
    assert "(from the draft: a copy to boss@shop.example)" in " ".join(shown.out.split())
    given = (tmp_path / "given.txt").read_text()
    assert "# From the draft: a copy to boss@shop.example; then waits for: requester 2030-01-01 12:00" in given
    found = json.loads(here("show", number, "-o", "json").out)
    assert (found["status"], found["wake_at"]) == ("waiting", "2030-01-01T09:00:00Z")
    assert _copies() == ["boss@shop.example"]
    # An option says otherwise; what cannot be said by this command is refused before anybody writes.
    here("undo")
    shown = terminal("reply", number, "--cc", "chief@shop.example", "--wait", "supplier", env={"VISUAL": str(editor)})
    assert "from the draft" not in shown.out
    found = json.loads(here("show", number, "-o", "json").out)
    assert (found["waiting_for"], _copies()) == ("supplier", ["chief@shop.example"])
    assert here("close", number, "--text", "Mended", "--cc", "boss@shop.example").code == 0
    here("undo")
    (tmp_path / "given.txt").unlink()
    shown = terminal("reply", number, env={"VISUAL": str(editor)})
    said = " ".join(shown.out.split())
    assert f"the draft of SD-1 resolves the ticket. go on with it by `sdesk close {number}`" in said
    assert (shown.code, (tmp_path / "given.txt").exists()) == (1, False)
    shown = terminal("close", number, env={"VISUAL": str(editor)})
    assert "SD-1 resolved (from the draft: a copy to boss@shop.example)" in " ".join(shown.out.split())
    assert (tmp_path / "given.txt").read_text().startswith("Mended")


def test_an_editor_for_a_new_ticket_takes_the_first_line_as_subject(
    here: Sdesk, terminal: Terminal, editor: Path
) -> None:
    assert terminal("new", env={"EDITOR": str(editor)}).code == 0
    assert here("list", "--fields", "subject").out == "subject\nWritten by hand\n"


def test_an_empty_text_does_nothing(here: Sdesk, terminal: Terminal) -> None:
    number = a_ticket(here)
    shown = terminal("note", number, env={"EDITOR": "true"})
    assert shown.code == 1
    assert "nothing was done" in shown.out
    assert here("show", number, "-o", "json").out.count('"direction"') == 1


def test_what_was_written_is_not_lost(here: Sdesk, terminal: Terminal, editor: Path, tmp_path: Path) -> None:
    number = a_ticket(here, "--requester", "irina@shop.example")
    meddling = tmp_path / "meddling.sh"
    meddling.write_text(f'#!/bin/sh\n{editor} "$1"\n"{_python()}" -m sdesk take {number} >/dev/null\n')
    meddling.chmod(0o755)
    shown = terminal("reply", number, env={"EDITOR": str(meddling), "TMPDIR": str(tmp_path)})
    assert shown.code == 7
    kept = shown.out.partition("--text @")[2].strip().rstrip("`")
    assert Path(kept).read_text() == "Written by hand"


def test_a_question_is_answered_no_unless_somebody_says_yes(here: Sdesk, terminal: Terminal) -> None:
    numbers = [a_ticket(here), a_ticket(here)]
    shown = terminal("ticket", "set", *numbers, "--status", "spam", typed="\n")
    assert shown.code == 1
    assert "[y/N]" in shown.out
    assert here("list", "status:spam", "-o", "ids").out == ""
    assert terminal("ticket", "set", numbers[0], "--status", "spam").code == 0
    again = a_ticket(here)
    assert terminal("ticket", "set", numbers[1], again, "--status", "spam", typed="y\n").code == 0
    assert len(here("list", "status:spam", "-o", "ids").out.split()) == 3


def test_a_script_is_asked_nothing(here: Sdesk) -> None:
    numbers = [a_ticket(here), a_ticket(here)]
    assert here("ticket", "set", *numbers, "--status", "spam").code == 0


def _python() -> str:
    import sys

    return sys.executable


def test_progress_is_not_written_where_nothing_can_be_overwritten(
    at_desk: Path, terminal: Terminal, tmp_path: Path
) -> None:
    file = tmp_path / "old.jsonl"
    file.write_text('{"external_id": "1", "subject": "A", "service": "other"}\n')
    assert "\x1b" not in terminal("ticket", "import", str(file), env={"TERM": "dumb"}).out
    assert "\r\x1b[2K" in terminal("ticket", "import", str(file), env={"TERM": "xterm"}).out


@pytest.mark.parametrize(
    ("words", "code"), [(("show", "9999"), 3), (("list", "staus:open"), 2), (("ticket",), 2), (("undo",), 0)], ids=str
)
def test_standard_error_that_cannot_be_written_changes_no_exit_code(
    at_desk: Path, words: tuple[str, ...], code: int
) -> None:
    command = [sys.executable, "-m", "sdesk", *words]
    with open("/dev/full", "w") as full:
        assert subprocess.run(command, stdout=subprocess.DEVNULL, stderr=full, check=False).returncode == code
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as gone:
        assert subprocess.run(command, stdout=subprocess.DEVNULL, stderr=gone, check=False).returncode == code


def test_what_can_be_undone_fits_any_terminal(at_desk: Path, process: Process, terminal: Terminal) -> None:
    process("new", "--subject", "Till", "--text", "Dead")
    process("take", "1")
    process("--as", "boris", "ticket", "set", "1", "--subject", "A till")
    for columns in ("30", "50", "200"):
        ran = terminal("undo", "--list", env={"COLUMNS": columns})
        assert ran.code == 0
        assert "not any more: SD-1 was changed since by boris" in " ".join(ran.out.split())


def test_one_column_of_a_sheet_at_most_is_broken_into_lines() -> None:
    """A narrow terminal has room for one sentence below a row."""
    sheets = [
        (module.name, name, value)
        for module in pkgutil.iter_modules(sdesk_cli.__path__)
        for name, value in vars(import_module(f"sdesk.cli.{module.name}")).items()
        if isinstance(value, Sheet)
    ]
    assert len(sheets) > 30
    wide = [(where, name) for where, name, sheet in sheets if sum(column.wrap for column in sheet.columns) > 1]
    assert wide == []


def test_without_a_named_editor_the_machines_own_opens(
    sdesk: Sdesk, terminal: Terminal, editor: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = a_ticket(sdesk, "--requester", "irina@shop.example")
    for name in ("VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "programs").mkdir()
    (tmp_path / "programs" / "vi").symlink_to(editor)
    python = f"{tmp_path / 'programs'}:{os.environ['PATH']}"
    if shutil.which("editor"):
        (tmp_path / "programs" / "editor").symlink_to(editor)
    shown = terminal("reply", number, env={"PATH": python})
    assert (shown.code, "SD-1 answered" in shown.out) == (0, True), shown.out
    empty = terminal("reply", number, env={"PATH": str(tmp_path)})
    assert (empty.code, "there is no editor" in empty.out) == (2, True)
