"""What is printed for programs is a contract (cli.md): every format of every reading command, and every JSON.

A command that prints rows must stand in one of the tables of `tests/printed_desk.py` and in `sdesk/cli/schemas.py`.
`make golden` draws the golden files and adds new fields to `contract.json`; what is to go from there goes by hand.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from command_line import Golden
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from printed_desk import (
    CHANGES,
    NOT_HERE,
    READINGS,
    Change,
    Reading,
    build,
    printing_commands,
    ran,
    settled,
    surrounded,
)
from smtp import Post

from sdesk.cli.output import Format
from sdesk.cli.schemas import PRINTED, Shape, of_command
from sdesk.domain.kinds import Kind

CONTRACT = Path(__file__).parent / "contract.json"
WRITE = bool(os.environ.get("SDESK_WRITE_GOLDEN"))
DRAW = "draw it with `make golden`, and look at the difference"


@pytest.fixture(scope="module")
def _built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("printed") / "desk"
    folder.mkdir()
    build(folder)
    return folder


@pytest.fixture
def folder(_built: Path, tmp_path: Path) -> Path:
    """A fresh copy of the desk with everything."""
    return Path(shutil.copytree(_built, tmp_path / "desk"))


def test_every_command_that_prints_rows_is_known_here() -> None:
    known = {*READINGS, *CHANGES}
    missing = [words for words, _ in printing_commands() if words not in known | NOT_HERE]
    assert not missing, (
        f"{missing} print rows: put each into READINGS (it changes nothing) or CHANGES of tests/printed_desk.py, with "
        f"a command line that prints something on that desk; then {DRAW}. One that prints none has `prints=False`"
    )


def test_every_command_that_prints_rows_has_a_schema() -> None:
    missing = [words for words, _ in printing_commands() if not list(of_command(words))]
    assert not missing, f"{missing} print JSON of which `sdesk schema` knows nothing: add it to sdesk/cli/schemas.py"
    commands = {words for words, _ in printing_commands()}
    for name, printed in PRINTED.items():
        for command in printed.commands:
            known = re.sub(r" (-|[A-Z]).*", "", command)
            assert known in commands, f"schema {name} names `{command}`, which prints no rows"


def test_every_field_says_what_it_is() -> None:
    untold = [
        f"{name}: {field}"
        for name, printed in PRINTED.items()
        if printed.shape is not Shape.FILE
        for field, kind in printed.schema(name)["properties"].items()
        if not kind
    ]
    assert not untold, f"{untold}: give each field of the sheet a `kind=` (sdesk/domain/kinds.py)"


@pytest.mark.parametrize("name", PRINTED)
def test_a_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(PRINTED[name].schema(name))


# ---- what is printed ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", READINGS)
def test_a_reading_command_in_every_format_is_its_golden_file(name: str, folder: Path, golden: Golden) -> None:
    shown = []
    with surrounded(folder):
        # `csv-safe` is csv, but for cells that begin as a formula does: `test_output.py`.
        for wished in (each for each in Format if each is not Format.CSV_SAFE):
            code, out, err = ran(*READINGS[name].words.split(), "-o", wished)
            assert code == 0 or wished is Format.IDS, err
            shown.append(f"$ sdesk {READINGS[name].words} -o {wished}\n{settled(out + err, folder)}")
    golden(f"commands/{name.replace(' --', '-').replace(' ', '-')}.txt", "\n".join(shown))


def test_no_golden_file_is_left_over() -> None:
    there = {file.stem for file in (Path(__file__).parent / "golden" / "commands").iterdir()}
    assert there == {name.replace(" --", "-").replace(" ", "-") for name in READINGS}


@pytest.mark.parametrize("name", READINGS)
def test_json_that_is_read_fits_its_schema(name: str, folder: Path) -> None:
    reading: Reading = READINGS[name]
    with surrounded(folder):
        for wished, schema in (("json", reading.schema), ("jsonl", reading.lines or reading.schema)):
            code, out, err = ran(*reading.words.split(), "-o", wished)
            assert code == 0, err
            found = json.loads(out) if wished == "json" else [json.loads(line) for line in out.splitlines()]
            fits(found, schema, line=wished == "jsonl")


@pytest.mark.parametrize("name", CHANGES)
def test_json_of_a_change_fits_its_schema(name: str, folder: Path, request: pytest.FixtureRequest) -> None:
    if name == "mail send":
        post: Post = request.getfixturevalue("post")
        file = folder / "config.toml"
        file.write_text(file.read_text().replace("port = 9", f"port = {post.port}"))
    change: Change = CHANGES[name]
    *before, words = change.words.split(" ; ")
    with surrounded(folder):
        for each in before:
            assert ran(*each.split())[0] == 0
        code, out, err = ran(*words.split(), "-o", "json")
    # 1: a rule refuses it, and the row says so; 6: a line of several is bad, and standard error says which.
    assert code in (0, 1, 6), err
    found = json.loads(out)
    assert found
    fits(found, change.schema, line=False)


@pytest.mark.parametrize("words", ["db check", "db check --repair --dry-run"])
def test_json_of_a_damaged_store_fits_its_schema(words: str, folder: Path) -> None:
    with closing(sqlite3.connect(folder / "desk.db")) as store, store:
        store.execute("DELETE FROM history WHERE ticket_id = 1")
        store.execute("DELETE FROM ticket_fts")
    with surrounded(folder):
        code, out, err = ran(*words.split(), "-o", "json")
    assert code == 1, err
    found = json.loads(out)
    assert found
    fits(found, "problems", line=False)


def fits(found: Any, name: str, *, line: bool) -> None:
    """Whether each object is as the schema says, with nothing in it that the schema does not name."""
    shape = PRINTED[name].shape
    validator = Draft202012Validator(_closed(PRINTED[name].schema(name)))
    if not line and (shape is Shape.ARRAY or shape is Shape.OBJECT):
        assert isinstance(found, list) is (shape is Shape.ARRAY), f"{name} is said to be an {shape}"
    for each in found if isinstance(found, list) else [found]:
        wrong = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(each)]
        assert not wrong, f"schema {name} (`kind=` in its sheet) does not fit: {wrong}"
    instants = re.findall(r'"(\d{4}-\d\d-\d\dT[^"]*)"', json.dumps(found))
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", each) for each in instants), instants


def _closed(kind: Kind) -> Kind:
    """The same, but nothing may be added: what is printed and not described is found by that."""
    found = {key: _closed(value) if isinstance(value, dict) else value for key, value in kind.items()}
    if "properties" in found:
        found["properties"] = {name: _closed(part) for name, part in kind["properties"].items()}
        found["additionalProperties"] = False
    return found


# ---- that it stays so -----------------------------------------------------------------------------


def test_what_programs_get_keeps_its_fields() -> None:
    held: dict[str, dict[str, str]] = json.loads(CONTRACT.read_text(encoding="utf-8"))
    today = {
        name: dict(_fields(printed.schema(name))) for name, printed in PRINTED.items() if printed.shape != Shape.FILE
    }
    if WRITE:
        # Adds alone: what is gone, or has another type, must be seen by whoever takes it from the file by hand.
        held = {name: {**fields, **held.get(name, {})} for name, fields in today.items()} | {
            name: fields for name, fields in held.items() if name not in today
        }
        CONTRACT.write_text(json.dumps(held, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    gone = [f"{name}: {field}" for name, fields in held.items() for field in fields if field not in today.get(name, {})]
    assert not gone, (
        f"{gone} are gone, but they are a contract (cli.md): fields may be added, and go by deprecation only"
    )
    other = [
        f"{name}: {field} was {kind}, is {today[name][field]}"
        for name, fields in held.items()
        for field, kind in fields.items()
        if today[name][field] != kind
    ]
    assert not other, f"{other}, but types are a contract (cli.md): give the new thing a name of its own"
    new = [f"{name}: {field}" for name, fields in today.items() for field in fields if field not in held.get(name, {})]
    assert not new, f"{new} are new, and will be kept for years: add them to tests/cli/contract.json by `make golden`"


def _fields(kind: Kind, path: str = "") -> Iterator[tuple[str, str]]:
    """Every field with its type; every word that a field may be."""
    if path:
        types = kind.get("type", "anything")
        told = " or ".join(types) if isinstance(types, list) else types
        yield path, " ".join(filter(None, (told, kind.get("format"), kind.get("pattern"))))
    for word in kind.get("enum", ()):
        if word is not None:
            yield f"{path}={word}", "word"
    for name, part in kind.get("properties", {}).items():
        yield from _fields(part, f"{path}.{name}" if path else name)
    for key, sign in (("items", "[]"), ("additionalProperties", ".*")):
        if isinstance(kind.get(key), dict):
            yield from _fields(kind[key], f"{path}{sign}")
