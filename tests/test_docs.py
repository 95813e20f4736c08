"""The pages for people say what is so: their configurations are read, their queries run, every column is explained."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sdesk import config
from sdesk.cli.commands import COMMANDS, Noun
from sdesk.store import migrate

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
STORE = DOCS / "explanation" / "store.md"
MAILBOX = DOCS / "how-to" / "connect-a-mailbox.md"


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a page in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """An empty store."""
    path = tmp_path / "desk.db"
    migrate.init(path)
    with closing(sqlite3.connect(path)) as connection:
        yield connection


def test_every_mailbox_of_the_page_is_a_configuration(tmp_path: Path) -> None:
    found = blocks(MAILBOX, "toml")
    assert len(found) == 4
    for number, text in enumerate(found):
        file = tmp_path / f"{number}.toml"
        file.write_text(text, encoding="utf-8")
        assert len(config.load(file, {"HOME": "/home/anna"}).mailboxes) == 1


def test_every_query_of_the_page_runs(store: sqlite3.Connection) -> None:
    found = blocks(STORE, "sql")
    assert len(found) == 3
    for query in found:
        assert store.execute(query).fetchall() == []


def test_every_view_and_column_is_explained(store: sqlite3.Connection) -> None:
    page = STORE.read_text(encoding="utf-8")
    views = [name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY name")]
    assert len(views) == 11
    for view in views:
        assert f"`{view}`" in page
        (row,) = [line for line in page.splitlines() if line.startswith(f"| `{view}`")] or [page]
        for (column,) in store.execute("SELECT name FROM pragma_table_info(?)", (view,)):
            clock = re.fullmatch(r"(first_response|next_reply|resolution)(_\w+)", column)
            assert f"`{clock[2] if clock else column}`" in row, f"{view}.{column}"


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: page.name)
def test_every_command_of_a_page_is_one(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for line in re.findall(
        r"(?:^ {4}(?:\S* \S* \S* \S* \S* )?|`|\()(?:\S*/)?sdesk ([a-z][^`|)\n]*)", text, re.MULTILINE
    ):
        table = COMMANDS
        words = line.split()
        while words and words[0].isalpha():
            assert words[0] in table, line
            entry = table[words.pop(0)]
            if not isinstance(entry, Noun):
                break
            table = dict(entry.verbs)


def test_every_link_of_a_page_leads_somewhere() -> None:
    for page in [ROOT / "README.md", *DOCS.rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
            assert "://" in target or (page.parent / target).exists(), f"{page}: {target}"
