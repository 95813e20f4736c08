"""The pages for people say what is so: their configurations are read, their queries run, every column is explained."""

from __future__ import annotations

import re
import shlex
import sqlite3
import tomllib
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent
from typing import Never

import pytest

from sdesk import config
from sdesk.cli.app import run
from sdesk.cli.commands import COMMANDS, Noun
from sdesk.cli.invocation import Surroundings
from sdesk.desk.outbox.template_language import FILTERS, check, check_words
from sdesk.domain.outgoing import READY_REPLY_VARIABLES, TEMPLATE_VARIABLES, MailKind
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
    assert len(found) == 6
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
    assert len(views) == 19
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


def test_every_command_in_a_block_of_the_readme_is_understood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a desk by the README's own desk file each is done, or misses the ticket; none is wrong usage."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (desk,) = [block for block in re.findall(r"(?:^(?: {7}.*)?\n)+", text, re.MULTILINE) if "[desk]" in block]
    (tmp_path / "desk.toml").write_text(dedent(desk), encoding="utf-8")
    monkeypatch.setenv("SDESK_DB", str(tmp_path / "sdesk.db"))
    monkeypatch.setenv("LOGNAME", "dana")  # the login that `whoami` prints

    def never(**_: object) -> Never:
        raise AssertionError("no console was asked for")

    def call(*words: str) -> int:
        surroundings = Surroundings(
            clock=lambda: datetime(2026, 11, 20, 12, tzinfo=UTC),
            run_console=never,
            build_demo=never,  # type: ignore[arg-type]
        )
        return run(words, surroundings)

    assert [call("init"), call("desk", "apply", str(tmp_path / "desk.toml"))] == [0, 0]
    lines = re.findall(r"^ {4,}sdesk (.*)$", text, re.MULTILINE)
    assert len(lines) >= 8
    for line in lines:
        command = re.split(r"\s{2,}| \| ", line)[0]
        assert call(*shlex.split(command)) in {0, 3}, f"{command}: {capsys.readouterr().err}"


def test_every_link_of_a_page_leads_somewhere() -> None:
    for page in [ROOT / "README.md", *DOCS.rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
            assert "://" in target or (page.parent / target).exists(), f"{page}: {target}"


def test_every_way_to_send_is_a_configuration(tmp_path: Path) -> None:
    found = [text for text in blocks(DOCS / "how-to" / "send-mail.md", "toml") if "[smtp]" in text]
    assert len(found) == 5
    for number, text in enumerate(found):
        file = tmp_path / f"{number}.toml"
        file.write_text(text, encoding="utf-8")
        assert config.load(file, {"HOME": "/home/anna"}).smtp is not None


def test_every_template_variable_and_filter_is_explained() -> None:
    page = (DOCS / "reference" / "templates.md").read_text(encoding="utf-8")
    for kind, variables in TEMPLATE_VARIABLES.items():
        assert f"| `{kind}` |" in page
        for name, fields in variables.items():
            assert f"`{name}`" in page, name
            for field in fields:
                assert f"`{field}`" in page, (kind, name, field)
    for name in FILTERS:
        assert f"`{name}`" in page, name
    example, ready = blocks(DOCS / "reference" / "templates.md", "toml")
    templates = tomllib.loads(example)["templates"]["acknowledgement"]["en"]
    assert [check(MailKind.ACKNOWLEDGEMENT, text) for text in templates.values()] == [None, None]
    texts = tomllib.loads(ready)["replies"]["restart"]["text"]
    assert [check_words(READY_REPLY_VARIABLES, text) for text in texts.values()] == [None, None]


def test_the_page_of_the_console_has_every_key_theme_and_language_of_its_configuration(tmp_path: Path) -> None:
    from sdesk.tui.language import LANGUAGES
    from sdesk.tui.settings import THEMES

    page = DOCS / "reference" / "console.md"
    text = page.read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*)$", text, re.MULTILINE))
    assert set(config.Console._fields) <= set(rows)
    assert re.findall(r"`(\w+)`", rows["theme"].split("|")[0]) == list(THEMES)
    assert re.findall(r"`(\w+)`", rows["language"].split("|")[0]) == list(LANGUAGES)
    for number, block in enumerate(
        [*blocks(page, "toml"), *blocks(DOCS / "how-to" / "live-in-the-console.md", "toml")]
    ):
        file = tmp_path / f"{number}.toml"
        file.write_text(block, encoding="utf-8")
        assert config.load(file, {"HOME": "/home/anna"}).console != config.Console()
