"""The root: help, suggestions, global options, and every way in which a command can end."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from command_line import Process, Ran, Sdesk

import sdesk
from sdesk.cli import about, diagnostics
from sdesk.cli.commands import COMMANDS, Noun, Verb
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.environment import ENVIRONMENT
from sdesk.cli.grammar import help_of
from sdesk.domain.errors import (
    BadInput,
    Conflict,
    MailServerUnavailable,
    NotFound,
    Refused,
    SdeskError,
    Unavailable,
)


def every_command(table: dict[str, Verb | Noun], above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The words of every command and noun."""
    found = []
    for name, entry in table.items():
        found.append((*above, name))
        if isinstance(entry, Noun):
            found += every_command(entry.verbs, (*above, name))
    return found


ALL = every_command(COMMANDS)


def error_line(ran: Ran) -> str:
    """The one line of standard error."""
    assert ran.err.count("\n") == 1, ran.err
    assert ran.err.startswith("sdesk: error: ")
    return ran.err


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_help_of_a_command_leads_with_examples(words: tuple[str, ...], sdesk: Sdesk) -> None:
    ran = sdesk(*words, "--help")
    assert (ran.code, ran.err) == (0, "")
    assert f"Usage: sdesk {' '.join(words)}" in ran.out
    if "COMMAND [ARGS]..." not in ran.out:
        assert 0 < ran.out.index("Examples:") < ran.out.index("Usage:")
        assert f"sdesk {' '.join(words)}" in ran.out or words[0] == "ticket" or words == ("tick",)
    assert sdesk("help", *words).out == ran.out


def test_help_of_the_root_names_every_command_and_imports_none(sdesk: Sdesk) -> None:
    ran = sdesk("--help")
    assert ran.code == 0
    assert ran.out.index("Examples:") < ran.out.index("Usage:") < ran.out.index("Every day:")
    assert all(f"  {name} " in ran.out for name in COMMANDS)


def test_nothing_at_all_without_a_terminal(sdesk: Sdesk, doubles: Any) -> None:
    ran = sdesk()
    assert (ran.code, ran.out) == (2, "")
    assert "Usage: sdesk" in ran.err
    assert doubles.consoles == []


def test_a_noun_alone(sdesk: Sdesk) -> None:
    ran = sdesk("ticket")
    assert (ran.code, ran.out) == (2, "")
    assert "Usage: sdesk ticket" in ran.err


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["lst"], "`sdesk list`"),
        (["fetch"], "`sdesk mail fetch`"),
        (["ticket", "asign"], "`sdesk ticket assign`"),
        (["mail", "quarantine", "lits"], "`sdesk mail quarantine list`"),
        (["qqqqqq"], "`sdesk --help`"),
    ],
)
def test_a_mistyped_command_gets_a_suggestion(typed: list[str], meant: str, sdesk: Sdesk) -> None:
    ran = sdesk(*typed)
    assert ran.code == 2
    assert meant in error_line(ran)


@pytest.mark.parametrize(
    "typed",
    [
        ["list", "--nosuch"],
        ["take"],
        ["assign", "1"],
        ["list", "--limit", "-1"],
        ["list", "--limit", "many"],
        ["mail", "ledger", "--limit", "99999999999999999999"],
        ["mail", "quarantine", "show", "99999999999999999999"],
        ["show", "1", "--raw", "99999999999999999999"],
        ["show", "1", "--raw", "x"],
        ["help", "nosuch"],
        ["help", "list", "more"],
        ["list", "--fields"],
        ["version", "-o", "json"],
        ["--nosuch"],
    ],
)
def test_wrong_usage_is_one_line(typed: list[str], sdesk: Sdesk, at_desk: Path) -> None:
    ran = sdesk(*typed)
    assert (ran.code, ran.out) == (2, "")
    assert "`" in error_line(ran)


def test_an_unknown_field_lists_all(sdesk: Sdesk, at_desk: Path) -> None:
    ran = sdesk("list", "--fields", "nosuch")
    assert ran.code == 2
    assert all(word in error_line(ran) for word in ("nosuch", "number", "unanswered_since", "loss_so_far"))


WHOM = "requester, supplier, date"
IN_UTF8 = "write it in UTF-8, or give a text by standard input: --text -"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["list", "--limti", "3"], "there is no option `--limti`. did you mean `--limit`?"),
        (["list", "--limit", "x"], "--limit knows no `x`. it takes a whole number, 0 or more"),
        (["list", "--limit", "-1"], "--limit knows no `-1`. it takes a whole number, 0 or more"),
        (["who", "--days", "0"], "--days knows no `0`. it takes a whole number, 1 to 90"),
        (["list", "-q"], "there is no option `-q`. see `sdesk list --help`"),
        (["undo", "--list=3"], "--list takes no value. see `sdesk undo --help`"),
        (["next", "team:it"], "nothing is expected at `team:it`. see `sdesk next --help`"),
        (["take"], "missing argument `NUMBER...`. see `sdesk take --help`"),
        (["list", "--fields"], "a value is missing after --fields. see `sdesk list --help`"),
        (["mail", "ledger", "--limit"], "a value is missing after --limit. see `sdesk mail ledger --help`"),
        (["mail", "--db"], "a value is missing after --db. see `sdesk mail --help`"),
        (["wait", "1"], f"it is not said for whom to wait. give --for ({WHOM}), or --until WHEN for a date"),
        (["note", "1", "--text", "\udcff"], f"`\ufffd` is no UTF-8. {IN_UTF8}"),
        (["list", "caf\udce9"], f"`caf\ufffd` is no UTF-8. {IN_UTF8}"),
    ],
)
def test_wrong_usage_is_said_in_the_house_s_words(typed: list[str], said: str, sdesk: Sdesk, at_desk: Path) -> None:
    ran = sdesk(*typed)
    assert (ran.code, ran.out, ran.err) == (ExitCode.USAGE, "", f"sdesk: error: {said}\n")


def test_a_login_that_is_no_utf8_is_unknown(sdesk: Sdesk, at_desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDESK_AGENT", "ann\udce4")
    ran = sdesk("list")
    assert (ran.code, ran.out) == (2, "")
    assert "is no agent of this desk" in ran.err


def test_global_options_stand_before_or_after(sdesk: Sdesk, at_desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sdesk("new", "--subject", "x", "--text", "y")
    monkeypatch.delenv("SDESK_DB")
    monkeypatch.delenv("SDESK_AGENT")
    db = ("--db", str(at_desk))
    who = ("--as", "boris")
    out = '[\n{"number": 1}\n]\n'
    for arguments in (
        [*db, *who, "-o", "json", "--fields", "number", "list"],
        ["list", *db, *who, "-o", "json", "--fields", "number"],
        [*db, "ticket", *who, "list", "-o", "json", "--fields=number"],
        ["-o", "csv", "list", *db, *who, "-o", "json", "--fields", "number"],
        ["list", "--db", f"sqlite:///{at_desk}", *who, "--output=json", "--fields", "number"],
    ):
        ran = sdesk(*arguments)
        assert (ran.code, ran.out) == (0, out), ran.err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Refused("no"), 1),
        (BadInput("what"), 2),
        (NotFound("where"), 3),
        (Unavailable("gone"), 4),
        (MailServerUnavailable("gone"), 5),
        (Conflict("newer"), 7),
        (SdeskError("other"), 1),
    ],
)
def test_each_error_has_its_code(
    error: SdeskError, code: int, sdesk: Sdesk, at_desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("sdesk.store.reader.Reader.walk", fail)
    ran = sdesk("list")
    assert ran.code == code
    assert error.what in error_line(ran)


def test_codes_of_several() -> None:
    errors: list[SdeskError] = [NotFound("a"), Refused("b")]
    assert diagnostics.overall([], done=0) is ExitCode.DONE
    assert diagnostics.overall(errors, done=0) is ExitCode.NOT_FOUND
    assert diagnostics.overall(errors, done=1) is ExitCode.PARTLY


def test_a_bug_is_one_line_and_a_traceback_only_on_request(
    sdesk: Sdesk, at_desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("division\nby zero")

    monkeypatch.setattr("sdesk.store.reader.Reader.walk", fail)
    ran = sdesk("list")
    assert ran.code == 1
    assert "a bug in sdesk: ZeroDivisionError: division by zero" in error_line(ran)
    assert "--debug" in ran.err
    for arguments in (["list", "--debug"], ["--debug", "list"]):
        assert "Traceback" in sdesk(*arguments).err


def test_an_expected_error_shows_its_traceback_on_request(sdesk: Sdesk, at_desk: Path) -> None:
    assert "Traceback" not in sdesk("show", "99").err
    assert "Traceback" in sdesk("show", "99", "--debug").err


def test_an_interruption(sdesk: Sdesk, at_desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sdesk.store.reader.Reader.walk", fail)
    ran = sdesk("list")
    assert (ran.code, ran.err) == (130, "sdesk: interrupted\n")


def test_hostile_words_in_an_error_do_no_harm(sdesk: Sdesk, at_desk: Path) -> None:
    ran = sdesk("list", "status:\x1b[31m\nred")
    assert ran.code == 2
    assert error_line(ran)[:-1].isprintable()


def test_a_closed_pipe_is_no_error(at_desk: Path) -> None:
    program = f"{sys.executable} -m sdesk schema ticket | head -c 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert (done.stdout, done.stderr) == ("{0\n", "")


def test_a_reader_that_is_gone_before_the_first_byte_is_no_error(at_desk: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "sdesk", "list"], stdout=writing, stderr=subprocess.PIPE, check=False, timeout=60
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_output_that_cannot_be_written_is_an_error(at_desk: Path) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "sdesk", "list"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 1
    assert done.stderr.startswith("sdesk: error: standard output cannot be written")
    assert done.stderr.count("\n") == 1


def test_an_ascii_world_gets_escapes(process: Process, at_desk: Path) -> None:
    process("new", "--subject", "Касса", "--text", "x")
    # Started whole: Python itself takes the encoding from there.
    ran = subprocess.run(
        [sys.executable, "-m", "sdesk", "list", "--fields", "subject"],
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "\\u041a" in ran.stdout


def test_version(sdesk: Sdesk, process: Process) -> None:
    from sdesk import __version__

    assert sdesk("version").out == f"sdesk {__version__}\n"
    assert process("version").out == f"sdesk {__version__}\n"


def test_topics(sdesk: Sdesk) -> None:
    for topic in about.TOPICS:
        ran = sdesk("help", topic)
        assert (ran.code, ran.err) == (0, "")
        assert ran.out
    table, _, rule = sdesk("help", "exit-codes").out.partition("\n\n")
    codes = [int(line.split()[0]) for line in table.splitlines()]
    assert codes == [0, 1, 2, 3, 4, 5, 6, 7, 75, 130]
    assert rule == diagnostics.RULE


def test_the_schema_fits_what_is_printed(sdesk: Sdesk, at_desk: Path) -> None:
    schema = json.loads(sdesk("schema", "ticket").out)
    sdesk("new", "--subject", "x", "--text", "y", "--service", "till", "--unit", "flagship")
    sdesk("new", "--subject", "bare", "--text", "z")
    for row in json.loads(sdesk("list", "-o", "json").out):
        assert list(row) == schema["required"]
        check(row, schema)
    for number in ("1", "2"):
        whole = json.loads(sdesk("show", number, "-o", "json").out)
        assert set(whole) == set(schema["properties"])
        check(whole, schema)


def check(value: Any, schema: dict[str, Any]) -> None:
    """The part of JSON Schema that ours uses."""
    kinds = {
        "string": str,
        "integer": int,
        "boolean": bool,
        "object": dict,
        "array": list,
        "null": type(None),
    }
    allowed = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    assert any(type(value) is kinds[kind] for kind in allowed), (value, schema)
    assert value in schema.get("enum", [value])
    if isinstance(value, dict) and "properties" in schema:
        assert set(schema["required"]) <= set(value)
        for name, part in value.items():
            check(part, schema["properties"][name])
    elif isinstance(value, list):
        for item in value:
            check(item, schema["items"])


def test_the_package_runs_as_a_module(process: Process) -> None:
    assert Path(sdesk.__file__).with_name("__main__.py").exists()
    assert process().code == 2


def test_the_version_is_told_either_way(sdesk: Sdesk) -> None:
    told = sdesk("version")
    assert (told.code, told.out.startswith("sdesk ")) == (0, True)
    assert sdesk("--version").out == told.out


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_help_is_for_people(path: tuple[str, ...]) -> None:
    told = help_of(path)
    for machine_s in ("<=", "int range", "9223372036854775807", "docs/reference", "docs/how-to"):
        assert machine_s not in told


def test_the_variables_of_the_help_are_those_of_the_reference(sdesk: Sdesk) -> None:
    told = sdesk("help", "environment").out
    page = (Path(__file__).parents[2] / "docs" / "reference" / "surroundings.md").read_text(encoding="utf-8")
    assert len(ENVIRONMENT) >= 24
    for name, meaning in ENVIRONMENT.items():
        assert f"| `{name}` | {meaning} |" in page
        assert re.search(rf"^{name} +{re.escape(meaning)}$", told, re.M)


def test_help_knows_a_command_of_two_words(sdesk: Sdesk) -> None:
    assert sdesk("help", "ticket", "import").out == sdesk("ticket", "import", "--help").out
