"""The reference pages that are made of the program are current, and leave nothing out."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.reference import PAGES
from scripts.reference_configuration import MEANING, asked, configuration_page
from sdesk import config
from sdesk.cli.commands import COMMANDS, Noun, Verb
from sdesk.cli.environment import ENVIRONMENT
from sdesk.config.wire import DeskMailbox, Server

ROOT = Path(__file__).parents[1]
WRITE = bool(os.environ.get("SDESK_WRITE_GOLDEN"))
NOT_OF_THE_FILE = {"name", "section", "move_to", "desk_addresses"}
"""Fields of mailboxes and servers that stand in the file by another name, or are made of the rest."""


def columns(page: str) -> set[tuple[str, str]]:
    """View and column of each that the page promises."""
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", page, re.MULTILINE)
    return {(view, column) for view, of in rows for column in re.findall(r"`(\w+)`", of)}


@pytest.mark.parametrize("name", PAGES)
def test_a_reference_page_is_what_the_program_says(name: str) -> None:
    page = ROOT / "docs" / "reference" / f"{name}.md"
    if name == "views":
        # The face of the store only grows, whoever writes the page anew.
        promised = columns(page.read_text(encoding="utf-8"))
        assert len(promised) > 200
        assert promised <= columns(PAGES[name]())
    if WRITE:
        page.write_text(PAGES[name](), encoding="utf-8")
    assert page.read_text(encoding="utf-8") == PAGES[name]()


def test_every_command_has_its_heading() -> None:
    def paths(table: dict[str, Verb | Noun], before: str) -> Iterator[str]:
        for name, entry in table.items():
            yield f"{before} {name}"
            # `ticket take` is `take`, and `mail outbox` has no words but those of its verbs.
            if isinstance(entry, Noun):
                fresh = {verb: each for verb, each in entry.verbs.items() if COMMANDS.get(verb) is not each}
                yield from paths(fresh, f"{before} {name}")

    page = (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
    headings = set(re.findall(r"^##+ (sdesk .*)$", page, re.MULTILINE))
    assert len(headings) > 90
    assert [path for path in paths(COMMANDS, "sdesk") if path not in headings and path.count(" ") != 2] == []
    # Every one leads with an example: what it is called with, before what it could be called with.
    for heading in re.split(r"^##+ ", page, flags=re.MULTILINE)[2:]:
        if "Usage: `" in heading:
            assert re.search(r"```sh\n.*sdesk ", heading), heading


def test_every_key_of_the_configuration_is_told_of_and_no_other() -> None:
    keys = {each.key for each in asked()}
    assert {what.partition(".")[2] for what in MEANING} == keys
    for values in (config.Console, config.Notify):
        assert set(values._fields) <= keys
    for kind in (DeskMailbox, Server):
        assert set(kind.__annotations__) - NOT_OF_THE_FILE <= keys
    page = configuration_page()
    for wished in (
        "| `port` | a port | `993` |",
        "| `port` | a port | `465` |",
        "| `kind` * | `imap`, `maildir`, `mbox` |",
    ):
        assert wished in page


def test_every_variable_that_the_program_looks_at_is_told_of() -> None:
    looked = {
        name
        for file in (ROOT / "sdesk").rglob("*.py")
        for name in re.findall(r'env(?:iron)?(?:\.get\(|\[)"([A-Z_]+)"', file.read_text(encoding="utf-8"))
    }
    assert {"SDESK_DB", "NO_COLOR"} <= looked
    assert looked <= set(ENVIRONMENT)
