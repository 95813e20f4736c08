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
from typing import Any, Never

import pytest

from sdesk import config
from sdesk.cli.app import run
from sdesk.cli.commands import COMMANDS, Noun
from sdesk.cli.import_mapping import MAPPED, SETTINGS, read_mapping
from sdesk.cli.import_otrs import SETTINGS as SETTINGS_OF_OTRS
from sdesk.cli.invocation import Surroundings
from sdesk.desk.deskfile.sections import FILE
from sdesk.desk.outbox.template_language import FILTERS, check, check_words
from sdesk.domain.outgoing import READY_REPLY_VARIABLES, TEMPLATE_VARIABLES, MailKind
from sdesk.store import migrate

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
STORE = DOCS / "explanation" / "store.md"
MAILBOX = DOCS / "how-to" / "connect-a-mailbox.md"
_ALONE = {"desk", "priority", "incidents", "events", "satisfaction"}
"""Sections of the desk file that have keys of their own, and no names."""


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
    assert len(views) == 24
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
    """In the order of the page, on an empty machine: each is done, or misses a ticket; none is wrong usage."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    monkeypatch.setenv("SDESK_DB", str(tmp_path / "sdesk.db"))
    monkeypatch.setenv("LOGNAME", "dana")  # the login that `whoami` prints
    monkeypatch.chdir(tmp_path)

    def never(*_: object, **__: object) -> Never:
        raise AssertionError("neither console nor demo was asked for")

    def call(*words: str) -> int:
        surroundings = Surroundings(
            clock=lambda: datetime(2026, 11, 20, 12, tzinfo=UTC), run_console=never, build_demo=never
        )
        return run(words, surroundings)

    lines = re.findall(r"^ {4}sdesk\b *(.*)$", text, re.MULTILINE)
    commands = [words for line in lines if (words := shlex.split(line.partition(" |")[0], comments=True))]
    # All but the console, which needs a terminal: the tutorial's test opens it on one.
    assert len(commands) == len(lines) - 1 > 17
    for words in commands:
        assert call(*words) in {0, 3}, f"{words}: {capsys.readouterr().err}"


def test_the_readme_fits_a_terminal_of_80_columns() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if len(line) > 80 and not line.startswith("![")] == []
    assert len(text.splitlines()) < 140


def test_every_link_of_a_page_leads_somewhere() -> None:
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.rglob("*.md")]:
        for target, place in re.findall(r"\]\(([^)#\s]*)#?([^)\s]*)\)", page.read_text(encoding="utf-8")):
            if "://" in target:
                continue
            to = page.parent / target if target else page
            assert to.exists(), f"{page}: {target}"
            assert not place or place in headings(to), f"{page}: {target}#{place}"


def headings(page: Path) -> set[str]:
    """What links to headings of a page are called, as forges and the site do it."""
    found = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in found}


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


def tables() -> Iterator[tuple[str, str]]:
    """Every block of TOML, fenced or indented, with its page."""
    for page in sorted(DOCS.rglob("*.md")):
        text = page.read_text(encoding="utf-8")
        indented = re.findall(r"(?:^\n)((?: {4,}\[.*\n)(?: {4,}.*\n|\n(?= {4}))*)", text, re.MULTILINE)
        yield from ((page.stem, block) for block in (*blocks(page, "toml"), *map(dedent, indented)) if is_ours(block))


def is_ours(block: str) -> bool:
    """Whether it has tables of ours: no unit of systemd, and no template, which has a test of its own."""
    return re.search(r"^\[", block, re.MULTILINE) is not None and not re.search(r"^\[(Unit|templates)", block)


@pytest.mark.parametrize(("page", "block"), list(tables()))
def test_a_table_of_a_page_is_one_of_the_configuration_the_desk_file_or_a_mapping(
    page: str, block: str, tmp_path: Path
) -> None:
    values = tomllib.loads(block)
    machine = {"store", "mailboxes", "smtp", "notify", "console"}
    # Both files have a [portal]: this one says where it listens.
    if values and (set(values) <= machine or "listen" in values.get("portal", {})):
        file = tmp_path / "config.toml"
        file.write_text(block, encoding="utf-8")
        config.load(file, {"HOME": "/home/anna"})
        return
    if values and set(values) <= {"import", "columns", "defaults", *MAPPED}:
        file = tmp_path / "mapping.toml"
        file.write_text(block, encoding="utf-8")
        found = read_mapping(file, SETTINGS_OF_OTRS if "import" in values else SETTINGS)
        assert found.columns == values.get("columns", {})
        assert found.words == {name: table for name, table in values.items() if name in MAPPED}
        assert found.zone == values.get("import", {}).get("zone", "")
        return
    desk = {key.name: known_keys(key.kind) for key in FILE.keys}
    for section, value in values.items():
        alone = {"desk", "priority", "incidents", "events", "portal", "satisfaction"}
        for keys in (value,) if section in alone else of_each(value):
            assert set(keys) <= desk[section], f"{page}: [{section}] {set(keys) - desk[section]}"


def of_each(value: Any) -> list[Any]:
    """The tables of a section that has one for each name, or a list of them."""
    return list(value.values() if isinstance(value, dict) else value)


def known_keys(kind: Any) -> set[str]:
    """The keys that a section's tables may have."""
    while not hasattr(kind, "keys"):
        kind = kind.kind
    return {key.name for key in kind.keys}
