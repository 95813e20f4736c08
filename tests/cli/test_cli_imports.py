"""What a command loads, in a fresh interpreter: it pays for what it uses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    "alembic",
    "holidays",
    "imapclient",
    "inscriptis",
    "jinja2",
    "pydantic",
    "rich",
    "sqlalchemy",
    "sqlmodel",
    "textual",
}


def loaded_by(*arguments: str, before: str = "") -> set[str]:
    """The modules that a command loads, after the statements `before`."""
    program = f"""
import os, sys
{before}
end = os._exit
def leave(code):
    sys.stderr.write("\\nMODULES " + " ".join(sorted(sys.modules)))
    sys.stderr.flush()
    end(code)
os._exit = leave
sys.argv[1:] = {list(arguments)!r}
from sdesk.main import main
main()
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60, input=""
    )
    said, _, modules = done.stderr.rpartition("MODULES ")
    assert done.returncode == 0, said
    return set(modules.split())


def packages(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


@pytest.mark.parametrize(
    "arguments",
    [
        ("list", "-o", "json"),
        ("list", "team:it", "assignee:none"),
        ("list", "watch:me"),
        ("list", "-o", "csv"),
        ("next",),
        ("show", "1"),
        ("show", "1", "-o", "json"),
        ("history", "1"),
        ("ticket", "export", "--with", "messages"),
        ("ticket", "attach", "list", "1"),
        ("now", "-o", "json"),
        ("who", "-o", "json"),
        ("ahead", "-o", "csv"),
        ("why", "1"),
        ("sla", "explain", "1"),
        ("sla", "list"),
        ("sla", "show", "office"),
        ("agent", "list"),
        ("mail", "ledger"),
        ("sla", "due", "--calendar", "office", "--start", "now", "--target", "4h"),
        ("past", "-o", "json"),
        ("past", "--last", "month", "-o", "csv"),
        ("db", "path"),
        ("ssh", "authorized-keys", "root"),
        ("ssh", "setup"),
        ("db", "check"),
        ("db", "size", "-o", "json"),
        ("version",),
        ("--help",),
        ("mail", "--help"),
        ("take", "--help"),
        ("schema", "ticket"),
        ("_complete", "fish", "list", "team:"),
        ("_complete", "fish", "take", "--"),
        ("_complete", "bash", "sdesk show ", "", "9"),
        ("completion", "bash"),
        ("check", "--breached", "1000"),
        ("doctor",),
        ("doctor", "-o", "json"),
        ("event", "down", "--help"),
    ],
    ids=" ".join,
)
def test_a_reading_command_is_light(arguments: tuple[str, ...], at_desk: Path) -> None:
    if "1" in arguments:
        _a_ticket(at_desk)
    assert not packages(loaded_by(*arguments)) & HEAVY


def test_planning_a_move_is_light(at_desk: Path, tmp_path: Path) -> None:
    (tmp_path / "old.csv").write_text("id,title,queue\n1,Till,it\n")
    assert (
        not packages(loaded_by("import", "csv", str(tmp_path / "old.csv"), "--plan", str(tmp_path / "m.toml"))) & HEAVY
    )


def test_a_backup_loads_no_more_than_it_copies_with(at_desk: Path, tmp_path: Path) -> None:
    assert not packages(loaded_by("db", "backup", str(tmp_path / "copy.db"))) & HEAVY


def test_the_queue_in_json_loads_only_what_it_prints_with(at_desk: Path) -> None:
    loaded = loaded_by("list", "-o", "json")
    assert not packages(loaded) & (HEAVY | {"platformdirs", "tomllib", "csv", "tempfile", "asyncio", "http"})
    ours = {name for name in loaded if name.startswith("sdesk.cli.")}
    assert not ours & {f"sdesk.cli.{room}" for room in ("work", "answers", "new", "fetch", "page", "table", "about")}
    read = {name.removeprefix("sdesk.store.reader.") for name in loaded if name.startswith("sdesk.store.reader.")}
    # What one ticket shows, or another page.
    assert not read & {
        *("answers", "approvals", "assets", "beside", "catalogue", "equipment_board", "offers", "playbooks", "rated"),
        *("ticket_assets", "undoing"),
    }


@pytest.mark.parametrize("words", [("",), ("mail", ""), ("--db", "")], ids=" ".join)
def test_completing_a_command_imports_no_command(words: tuple[str, ...], at_desk: Path) -> None:
    loaded = loaded_by("_complete", "fish", *words)
    assert not packages(loaded) & (HEAVY | {"typer", "sqlite3"})
    ours = {name for name in loaded if name.startswith("sdesk.cli.")}
    rooms = "app commands complete diagnostics invocation output sheet terminal wishes"
    assert ours <= {f"sdesk.cli.{room}" for room in rooms.split()}


def test_only_a_table_loads_rich(at_desk: Path) -> None:
    assert "rich" in packages(loaded_by("list", "-o", "table"))


def test_new_loads_no_migrations_holidays_or_templates(at_desk: Path) -> None:
    loaded = packages(loaded_by("new", "--subject", "x", "--text", "y"))
    assert "sqlmodel" in loaded
    assert not loaded & {"alembic", "holidays", "jinja2", "imapclient", "inscriptis", "textual", "rich"}


def test_new_loads_nothing_of_what_hardly_any_service_has(at_desk: Path) -> None:
    loaded = loaded_by("new", "--subject", "x", "--text", "y")
    assert "sdesk.desk.steps.tickets" in loaded
    assert not loaded & {
        f"sdesk.desk.{each}" for each in ("approvals", "ratings", "playbooks", "assets", "steps.approvals")
    }
    assert "sdesk.desk.steps.playbooks" not in loaded
    assert not loaded & {f"sdesk.store.models.{each}" for each in ("access", "playbooks", "portal", "ratings")}
    assert not loaded & {"sdesk.cli.json_ticket", "sdesk.store.reader.detail_rows"}


def test_parsing_a_message_knows_no_store() -> None:
    loaded = loaded_by("mail", "parse", "-o", "json")
    assert not packages(loaded) & (HEAVY - {"inscriptis"} | {"sqlite3"})
    assert not {name for name in loaded if name.startswith("sdesk.store")}


def test_sdesk_alone_comes_to_the_console_without_typer(at_desk: Path) -> None:
    before = "import sdesk.main, sdesk.cli.terminal as terminal; terminal.is_one = terminal.can_place = lambda: True;"
    loaded = loaded_by(before=before + "sdesk.main.open_console = lambda **given: True")
    assert "sdesk.store.reader" in loaded
    assert not packages(loaded) & (HEAVY | {"typer"})


def test_the_console_loads_what_its_first_rows_need(at_desk: Path) -> None:
    before = "import sdesk.main, sdesk.cli.terminal as terminal; terminal.is_one = terminal.can_place = lambda: True;"
    loaded = loaded_by(
        before=before + "sdesk.main.open_console = lambda **given: not __import__('sdesk.tui.app') or True"
    )
    assert "sdesk.tui.screens.queue" in loaded
    assert not packages(loaded) & (HEAVY - {"rich", "textual"} | {"typer", "gettext", "secrets"})
    later = ("desk", "mail", "reports", "tui.screens.compose", "tui.screens.form", "tui.screens.ticket")
    assert not {name for name in loaded if name.startswith(tuple(f"sdesk.{room}" for room in later))}


def _a_ticket(path: Path) -> None:
    from command_line import NOW

    from sdesk.actions.perform import create
    from sdesk.desk.opening import open_desk
    from sdesk.store.reader import Reader

    with Reader(path) as reader:
        anna = reader.actor("anna")
    desk = open_desk(path)
    create(desk, anna, {"subject": "x", "text": "y"}, now=NOW)
    desk.close()
