"""On a terminal: tables, colour, the editor, questions, and the console when nothing is said."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from command_line import Process, Terminal

pytestmark = pytest.mark.usefixtures("at_desk")


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


def a_ticket(process: Process, *more: str) -> str:
    ran = process("new", "--subject", "Касса", "--text", "Зависла", *more, "-o", "ids")
    assert ran.code == 0, ran.err
    return ran.out.strip()


def test_a_table_by_default_and_colour_with_it(process: Process, terminal: Terminal) -> None:
    a_ticket(process)
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
def test_no_colour(env: dict[str, str], options: tuple[str, ...], process: Process, terminal: Terminal) -> None:
    number = a_ticket(process)
    for command in (["list"], ["show", number]):
        shown = terminal(*command, *options, env=env)
        assert shown.code == 0
        assert "SD-1" in shown.out
        assert "\x1b[" not in shown.out


def test_colour_where_it_is_insisted_on(process: Process) -> None:
    a_ticket(process)
    assert "\x1b[" in process("list", "-o", "table", "--color", "always").out
    assert "\x1b[" not in process("list", "-o", "json", "--color", "always").out


def test_local_time_for_eyes_and_utc_for_programs(process: Process, terminal: Terminal) -> None:
    number = a_ticket(process)
    process("wait", number, "--until", "2030-01-01 12:00")
    assert "until 2030-01-01 12:00" in terminal("show", number).out
    assert '"wake_at": "2030-01-01T09:00:00Z"' in process("show", number, "-o", "json").out


def test_an_editor_opens_for_a_missing_text(process: Process, terminal: Terminal, editor: Path, tmp_path: Path) -> None:
    number = a_ticket(process, "--requester", "irina@shop.example")
    shown = terminal("reply", number, env={"VISUAL": str(editor)})
    assert (shown.code, shown.out) == (0, "SD-1 answered\n")
    given = (tmp_path / "given.txt").read_text()
    assert "left out" in given
    assert "# SD-1  Касса" in given
    assert '"text": "Written by hand"' in process("show", number, "-o", "json").out


def test_what_was_told_by_phone_and_undone_is_told_by_phone_again(
    process: Process, terminal: Terminal, editor: Path, tmp_path: Path
) -> None:
    number = a_ticket(process, "--requester", "irina@shop.example")
    assert process("reply", number, "--phone", "--text", "Restart it").code == 0
    assert "its text is your draft" in process("undo").out
    shown = terminal("reply", number, env={"VISUAL": str(editor)})
    assert (shown.code, shown.out) == (0, "SD-1 answered by phone\n")
    given = (tmp_path / "given.txt").read_text()
    assert given.startswith("Restart it")
    assert "# Was told BY PHONE, and goes out to nobody, on:" in given
    # What was made of it is no draft any more.
    assert terminal("reply", number, env={"VISUAL": str(editor)}).code == 0
    assert "Restart it" not in (tmp_path / "given.txt").read_text()


def test_what_was_undone_is_said_again_as_it_was(
    process: Process, terminal: Terminal, editor: Path, tmp_path: Path
) -> None:
    number = a_ticket(process, "--requester", "irina@shop.example")
    wait = ("--wait", "requester", "--until", "2030-01-01 12:00")
    assert process("reply", number, "--text", "Which till?", "--cc", "boss@shop.example", *wait).code == 0
    assert "its text is your draft" in process("undo").out
    shown = terminal("reply", number, env={"VISUAL": str(editor)})
    assert shown.code == 0, shown.out
    assert "waits for the requester until Tue 2030-01-01 12:00" in shown.out
    assert "(from the draft: a copy to boss@shop.example)" in " ".join(shown.out.split())
    given = (tmp_path / "given.txt").read_text()
    assert "# From the draft: a copy to boss@shop.example; then waits for: requester 2030-01-01 12:00" in given
    found = json.loads(process("show", number, "-o", "json").out)
    assert (found["status"], found["wake_at"]) == ("waiting", "2030-01-01T09:00:00Z")
    assert _copies() == ["boss@shop.example"]
    # An option says otherwise; what cannot be said by this command is refused before anybody writes.
    process("undo")
    shown = terminal("reply", number, "--cc", "chief@shop.example", "--wait", "supplier", env={"VISUAL": str(editor)})
    assert "from the draft" not in shown.out
    found = json.loads(process("show", number, "-o", "json").out)
    assert (found["waiting_for"], _copies()) == ("supplier", ["chief@shop.example"])
    assert process("close", number, "--text", "Mended", "--cc", "boss@shop.example").code == 0
    process("undo")
    (tmp_path / "given.txt").unlink()
    shown = terminal("reply", number, env={"VISUAL": str(editor)})
    said = " ".join(shown.out.split())
    assert f"the draft of SD-1 resolves the ticket. go on with it by `sdesk close {number}`" in said
    assert (shown.code, (tmp_path / "given.txt").exists()) == (1, False)
    shown = terminal("close", number, env={"VISUAL": str(editor)})
    assert "SD-1 resolved (from the draft: a copy to boss@shop.example)" in " ".join(shown.out.split())
    assert (tmp_path / "given.txt").read_text().startswith("Mended")


def test_an_editor_for_a_new_ticket_takes_the_first_line_as_subject(
    process: Process, terminal: Terminal, editor: Path
) -> None:
    assert terminal("new", env={"EDITOR": str(editor)}).code == 0
    assert process("list", "--fields", "subject").out == "subject\nWritten by hand\n"


def test_an_empty_text_does_nothing(process: Process, terminal: Terminal) -> None:
    number = a_ticket(process)
    shown = terminal("note", number, env={"EDITOR": "true"})
    assert shown.code == 1
    assert "nothing was done" in shown.out
    assert process("show", number, "-o", "json").out.count('"direction"') == 1


def test_what_was_written_is_not_lost(process: Process, terminal: Terminal, editor: Path, tmp_path: Path) -> None:
    number = a_ticket(process, "--requester", "irina@shop.example")
    meddling = tmp_path / "meddling.sh"
    meddling.write_text(f'#!/bin/sh\n{editor} "$1"\n"{_python()}" -m sdesk take {number} >/dev/null\n')
    meddling.chmod(0o755)
    shown = terminal("reply", number, env={"EDITOR": str(meddling), "TMPDIR": str(tmp_path)})
    assert shown.code == 7
    kept = shown.out.partition("--text @")[2].strip().rstrip("`")
    assert Path(kept).read_text() == "Written by hand"


def test_no_editor_is_named(process: Process, terminal: Terminal) -> None:
    number = a_ticket(process)
    shown = terminal("note", number)
    assert shown.code == 2
    assert "EDITOR" in shown.out


def test_a_question_is_answered_no_unless_somebody_says_yes(process: Process, terminal: Terminal) -> None:
    numbers = [a_ticket(process), a_ticket(process)]
    shown = terminal("ticket", "set", *numbers, "--status", "spam", typed="\n")
    assert shown.code == 0
    assert "[y/N]" in shown.out
    assert process("list", "status:spam", "-o", "ids").out == ""
    assert terminal("ticket", "set", numbers[0], "--status", "spam").code == 0
    again = a_ticket(process)
    assert terminal("ticket", "set", numbers[1], again, "--status", "spam", typed="y\n").code == 0
    assert len(process("list", "status:spam", "-o", "ids").out.split()) == 3


def test_a_script_is_asked_nothing(process: Process) -> None:
    numbers = [a_ticket(process), a_ticket(process)]
    assert process("ticket", "set", *numbers, "--status", "spam").code == 0


def _python() -> str:
    import sys

    return sys.executable


def test_without_a_named_editor_the_machines_own_opens(
    process: Process, terminal: Terminal, editor: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = a_ticket(process, "--requester", "irina@shop.example")
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
