"""The description of the desk file's keys, and what is made of it: the reader, the schema and the page say the same."""

from __future__ import annotations

import copy
import os
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from desk_files import SOURCE, by_turns, desk_files, replaced
from desks import DESK_FILE
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it brings no types of its own

from sdesk.desk.deskfile.lines import Lines
from sdesk.desk.deskfile.page import page
from sdesk.desk.deskfile.read import check, plain
from sdesk.desk.deskfile.schema import schema
from sdesk.domain.errors import BadInput

pytestmark = pytest.mark.usefixtures("looked_over_once")
WRITE = bool(os.environ.get("SDESK_WRITE_GOLDEN"))
SCHEMA = schema()
VALIDATOR = Draft202012Validator(SCHEMA)
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "desk-file.md"
DESIGN = """
[desk]
name = "Самоцвет, служба поддержки"
language = "ru"
[calendars.office]
time_zone = "Europe/Moscow"
country = "RU"
hours = { mon-fri = ["09:00-18:00"] }
free = ["2027-03-05"]
working = { "2026-11-28" = ["10:00-16:00"] }
[slas.office]
calendar = "office"
targets.P1 = { first_response = "30m", next_reply = "1h", resolution = "4h" }
targets.P5 = { first_response = "18h" }
[priority]
head_start = { P2 = "4h", P3 = "1h" }
loss = [ { per_hour = 150000, impact = "extensive" }, { per_hour = 5000, impact = "moderate" } ]
[teams.it]
name = "ИТ-поддержка"
lead = "anna"
sla = "office"
reopen_for = "7d"
on_call = ["anna"]
[agents.anna]
name = "Анна Орлова"
email = "anna@samotsvet.example"
teams = ["it"]
role = "admin"
[units.accounting]
name = "Бухгалтерия"
kind = "department"
calendar = "office"
mail = ["*@acc.samotsvet.example"]
[services.till]
name = "Касса"
team = "it"
impact = "significant"
urgency = "critical"
stops_share = 1.0
offered_to = []
[[routing]]
when = { sender = "web@samotsvet.example", subject = "^Отзыв", body = "E-mail: (?P<requester>\\\\S+)" }
person = true
set = { service = "till" }
[[routing]]
when = { header = { X-Spam-Flag = "YES" } }
set = { status = "spam" }
[templates.acknowledgement.ru]
subject = "{{ ticket.subject }}"
body = "Заявка {{ ticket.ref }} принята."
"""
"""What the design shows of a desk file."""


def faults(source: dict[str, Any]) -> list[str]:
    """What an editor would underline."""
    return [f"{'.'.join(map(str, each.path))}: {each.message}" for each in VALIDATOR.iter_errors(plain(source))]


def refuses(source: dict[str, Any]) -> bool:
    """Whether the reader refuses it."""
    try:
        check(source, "desk.toml", Lines(""))
    except BadInput:
        return True
    return False


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    "text",
    [DESK_FILE, DESIGN, (files("sdesk.demo") / "desk.toml").read_text(encoding="utf-8")],
    ids=["small", "design", "demo"],
)
def test_files_that_are_read_are_right_by_the_schema(text: str) -> None:
    assert faults(tomllib.loads(text)) == []
    assert not refuses(tomllib.loads(text))


@settings(
    max_examples=settings().max_examples // 2,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(source=desk_files())
def test_whatever_is_drawn_from_the_description_is_right_by_both(source: dict[str, Any]) -> None:
    assert faults(source) == []
    assert not refuses(source)


def tables(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every table of a file, by its path."""
    if isinstance(value, dict):
        yield before
    found: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in found:
        yield from tables(each, (*before, key))


def at(source: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        source = source[key]
    return source


def test_a_key_that_there_is_not_is_refused_by_both_in_every_table() -> None:
    refused = 0
    for path in tables(SOURCE):
        source = copy.deepcopy(SOURCE)
        at(source, path)["no such key!"] = object_like(at(source, path))
        # A header may have any name, and a tag of a pattern too: there both take it.
        assert bool(faults(source)) == refuses(source), path
        refused += bool(faults(source))
    assert refused > 40


def object_like(table: dict[str, Any]) -> Any:
    """A value that could stand there if the key were right."""
    return copy.deepcopy(next(iter(table.values()), "x"))


WRONG: tuple[Any, ...] = (5, -1.5, True, [1], {"x": 5}, [], "")


@pytest.mark.parametrize(("turn", "wrong"), enumerate(WRONG), ids=map(repr, WRONG))
def test_what_the_schema_underlines_the_reader_refuses(turn: int, wrong: Any) -> None:
    """The reader knows more; the schema never refuses what the reader takes. Every key has two turns or more."""
    assert underlined(wrong, turn) > 6


@pytest.mark.endurance
@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_what_the_schema_underlines_anywhere_the_reader_refuses(wrong: Any) -> None:
    assert underlined(wrong, None) > 20


def underlined(wrong: Any, turn: int | None) -> int:
    """How often the schema underlined a value that the reader refused, of the places whose turn it is."""
    count = 0
    for path in by_turns(((*table, key) for table in tables(SOURCE) for key in at(SOURCE, table)), turn):
        source = replaced(SOURCE, path, wrong)
        if faults(source):
            count += 1
            assert refuses(source), path
    return count


def keys(found: dict[str, Any], before: str = "") -> Iterator[str]:
    """Every key that a schema knows by name, as the page writes it."""
    for part in (found, *found.get("anyOf", ()), *filter(None, [found.get("items")])):
        for name, each in part.get("properties", {}).items():
            yield f"{before}{name}"
            yield from keys(each, f"{before}{name}.")
        if isinstance(part.get("additionalProperties"), dict):
            yield from keys(part["additionalProperties"], f"{before}*.")


def test_every_key_of_the_schema_stands_in_the_page_and_no_other() -> None:
    known = set()
    for section, found in SCHEMA["properties"].items():
        # `[teams.KEY]` heads a table of its own keys; so a section's map is no part of a key's path.
        for key in keys(found):
            path = key
            while path.startswith("*."):
                path = path[2:]
            if path != key or "additionalProperties" not in found or found["additionalProperties"] is False:
                known.add((section, path))
    told = set()
    section = ""
    for line in page().splitlines():
        if line.startswith("## "):
            section = line.strip("# []").partition(".")[0]
        elif line.startswith("| `"):
            name = line.split("`")[1]
            told.add((section, ".".join("*" if part.isupper() else part for part in name.split("."))))
    assert {each for each in known if ".templates." not in f".{each[1]}."} <= told
    assert {each for each in told if not each[1].startswith("templates")} <= known
    assert len(told) > 70


def test_the_desk_file_page_is_made_of_the_description() -> None:
    if WRITE:
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()
