"""The filter language told to people: made of its table, true of the parser; a fault says where it is."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from command_line import Sdesk

from sdesk.cli.filter_help import EXAMPLES, page
from sdesk.domain.filter_fields import FIELDS, FLAGS, HAVINGS, Flag, Having
from sdesk.domain.filters import parse

WRITE = bool(os.environ.get("SDESK_WRITE_GOLDEN"))
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "filters.md"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def test_the_filter_page_is_made_of_the_table() -> None:
    if WRITE:
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_filter_of_the_page_and_of_the_help_is_one(sdesk: Sdesk) -> None:
    told = sdesk("help", "filters")
    assert told.code == 0
    found = re.findall(r"^ +sdesk list ((?:[\w:.,@-]+ ?)+)", page() + told.out, re.MULTILINE)
    found += [text for text, _ in EXAMPLES]
    found += [word for word in re.findall(r"`(-?(?:[a-z]+:)+[^` ]+)`", page()) if word != "field:value"]
    assert len(found) > 60
    for text in found:
        if "staus" not in text:
            parse(text, now=NOW, zone=ZoneInfo("Europe/Moscow"))
    assert max(map(len, told.out.splitlines())) <= 120
    assert all(f"`{name}:`" in page() and f"  {name}:" in told.out for name in FIELDS)
    assert (set(FLAGS), set(HAVINGS)) == (set(Flag), set(Having))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["team:it", "staus:open"], "(in `staus:open`), at column 9 of the filter. did you mean `status`?"),
        (
            ["касса", "team:it,itt"],
            "there is no team `itt` (in `team:itt`), at column 7 of the filter. did you mean `it`?",
        ),
        (["not:tag:two words", "number:x"], "`x` is no ticket number, at column 21 of the filter. write 123 or SD-123"),
        (["team:itt"], "there is no team `itt` (in `team:itt`). did you mean `it`?"),
    ],
)
@pytest.mark.parametrize("command", ["list", "past", "now"])
def test_a_fault_says_where_it_is(words: list[str], said: str, command: str, sdesk: Sdesk, at_desk: Path) -> None:
    ran = sdesk(command, *words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("sdesk: error: ")
    assert ran.err.endswith(f"{said}\n")
    assert ran.err.count("\n") == 1
