"""What sets a desk up, by the command line: db, desk, init, sla; and stores that cannot be used."""

from __future__ import annotations

import errno
import json
import os
import sqlite3
from pathlib import Path

import pytest
from command_line import Sdesk
from desks import DESK_FILE


@pytest.fixture
def desk_file(tmp_path: Path) -> Path:
    """A small desk file."""
    file = tmp_path / "desk.toml"
    file.write_text(DESK_FILE, encoding="utf-8")
    return file


def test_from_nothing_to_a_ticket(
    sdesk: Sdesk, tmp_path: Path, desk_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "made" / "sdesk.db"
    monkeypatch.setenv("SDESK_DB", str(store))
    assert sdesk("db", "path").out == f"{store}\n"
    assert sdesk("db", "init").code == 0
    assert store.stat().st_mode & 0o777 == 0o600
    assert sdesk("db", "init").code == 1
    dry = sdesk("desk", "apply", str(desk_file), "--dry-run")
    assert dry.code == 0
    assert "  + it: IT support\n" in dry.out
    assert "plan: " in dry.out
    assert sdesk("agent", "list", "--as", "anna").code == 2
    # Whoever named himself already may apply the file that makes him known.
    wet = sdesk("--as", "anna", "desk", "apply", str(desk_file))
    assert wet.out.partition("done: ")[0].splitlines() == dry.out.partition("plan: ")[0].splitlines()
    assert "done: " in wet.out
    assert "nothing to do" in sdesk("desk", "apply", "-", stdin=DESK_FILE).out
    assert sdesk("new", "--subject", "x", "--text", "y", "--as", "anna").code == 0


def test_only_an_admin_applies_a_desk_file(sdesk: Sdesk, at_desk: Path, desk_file: Path) -> None:
    desk_file.write_text(DESK_FILE.replace("IT support", "The IT"), encoding="utf-8")
    assert sdesk("--as", "boris", "desk", "apply", str(desk_file)).code == 1
    ran = sdesk("--as", "anna", "desk", "apply", str(desk_file))
    assert ran.code == 0
    assert "  ~ it\n      name: IT support -> The IT\n" in ran.out


def test_a_wrong_desk_file_changes_nothing(sdesk: Sdesk, at_desk: Path, desk_file: Path) -> None:
    desk_file.write_text(DESK_FILE.replace("IT support", "The IT").replace("country", "countri"), encoding="utf-8")
    ran = sdesk("desk", "apply", str(desk_file))
    assert (ran.code, ran.out) == (2, "")
    assert all(word in ran.err for word in ("desk.toml", "countri", "country"))
    assert "IT support" in sdesk("team", "list").out
    assert sdesk("desk", "apply", "/no/such/file").code == 2
    desk_file.write_bytes(b"\xff")
    assert sdesk("desk", "apply", str(desk_file)).code == 2


def test_migrate_has_nothing_to_do(sdesk: Sdesk, at_desk: Path) -> None:
    ran = sdesk("db", "migrate")
    assert ran.code == 0
    assert "nothing to do" in ran.out


@pytest.mark.parametrize("command", [["list"], ["new", "--subject", "x", "--text", "y"], ["db", "migrate"]])
def test_stores_that_cannot_be_used(command: list[str], sdesk: Sdesk, at_desk: Path, tmp_path: Path) -> None:
    text = tmp_path / "text.db"
    text.write_text("this is no database " * 100)
    newer = tmp_path / "newer.db"
    newer.write_bytes(at_desk.read_bytes())
    connection = sqlite3.connect(newer)
    with connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    for store in (tmp_path / "missing.db", text, newer, tmp_path):
        ran = sdesk(*command, "--db", str(store))
        assert (ran.code, ran.out) == (4, ""), (store, ran)
        assert ran.err.startswith("sdesk: error: ")
        assert ran.err.count("\n") == 1


@pytest.mark.parametrize("url", ["postgresql://x/y", "sqlite://x", ":memory:"])
def test_an_address_that_is_no_file(url: str, sdesk: Sdesk) -> None:
    assert sdesk("list", "--db", url).code == 2


def test_without_anything_the_store_is_in_the_users_data_folder(sdesk: Sdesk) -> None:
    path = Path(sdesk("db", "path").out.strip())
    assert path.is_relative_to(Path.home())
    assert path.parts[-2:] == ("sdesk", "sdesk.db")


def test_init_makes_a_store_and_a_configuration_that_is_read(sdesk: Sdesk, tmp_path: Path) -> None:
    store = tmp_path / 'a "quoted" folder' / "sdesk.db"
    assert sdesk("init", "--db", str(store)).code == 0
    assert sdesk("db", "path").out == f"{store}\n"
    assert sdesk("init", "--db", str(store)).code == 1


def test_the_configuration_is_for_its_owner_alone(sdesk: Sdesk, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        ran = sdesk("init", "--db", str(tmp_path / "sdesk.db"))
    finally:
        os.umask(before)
    made = ran.out.splitlines()[-1]
    assert made.startswith("made the configuration ")
    assert Path(made.removeprefix("made the configuration ")).stat().st_mode & 0o777 == 0o600


def test_the_configuration_is_written_whole_or_not_at_all(
    sdesk: Sdesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "config" / "sdesk"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home.parent))

    def full(path: Path, content: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def interrupted(path: Path) -> None:
        assert (home / "config.toml").exists()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        ran = sdesk("init", "--db", str(tmp_path / "one.db"))
    assert (ran.code, "config.toml cannot be written: no space left on device" in ran.err) == (4, True)
    # Nor is there a store, at which the next try would stumble.
    assert (list(home.iterdir()), (tmp_path / "one.db").exists()) == ([], False)
    assert sdesk("db", "init", "--db", str(tmp_path / "three.db")).code == 0
    assert sdesk("init", "--db", str(tmp_path / "three.db")).code == 1
    assert list(home.iterdir()) == []
    # Nor does it stand alone where the store was not made: it would name one that there is not.
    with monkeypatch.context() as patch:
        patch.setattr("sdesk.store.migrate.init", interrupted)
        assert sdesk("init", "--db", str(tmp_path / "four.db")).code == 130
    assert list(home.iterdir()) == []
    # What stands there by any kind of name is left as it is.
    (home / "config.toml").symlink_to(tmp_path / "elsewhere")
    ran = sdesk("init", "--db", str(tmp_path / "two.db"))
    assert (ran.code, "it is left as it is" in ran.err) == (0, True)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    ("start", "target", "due"),
    [
        ("2026-11-23 17:00", "2h", "2026-11-24T07:00:00Z"),
        ("2026-11-20T17:30:00+03:00", "1h", "2026-11-23T06:30:00Z"),
        ("now", "30m", "2026-11-23T09:30:00Z"),
    ],
)
def test_sla_due(start: str, target: str, due: str, sdesk: Sdesk, at_desk: Path) -> None:
    arguments = ("sla", "due", "--calendar", "office", "--start", start, "--target", target)
    ran = sdesk(*arguments, "-o", "json")
    assert (ran.code, json.loads(ran.out)) == (0, {"due_at": due})
    assert sdesk(*arguments).out == f"due_at\n{due}\n"


def test_sla_due_reads_the_start_in_the_calendars_zone(sdesk: Sdesk, at_desk: Path) -> None:
    arguments = ("--start", "2026-11-23 10:00", "--target", "1h", "-o", "json")
    for calendar, due in (("office", "2026-11-23T08:00:00Z"), ("berlin", "2026-11-23T10:00:00Z")):
        assert json.loads(sdesk("sla", "due", "--calendar", calendar, *arguments).out) == {"due_at": due}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--calendar", "nosuch", "--start", "now", "--target", "1h"], 2),
        (["--calendar", "office", "--start", "now", "--target", "1d"], 2),
        (["--calendar", "office", "--start", "soon", "--target", "1h"], 2),
        (["--calendar", "office", "--start", "now"], 2),
    ],
)
def test_sla_due_with_wrong_words(arguments: list[str], code: int, sdesk: Sdesk, at_desk: Path) -> None:
    assert sdesk("sla", "due", *arguments).code == code


def test_an_unknown_calendar_names_those_that_there_are(sdesk: Sdesk, at_desk: Path) -> None:
    ran = sdesk("sla", "due", "--calendar", "offic", "--start", "now", "--target", "1h")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "sdesk: error: there is no calendar `offic`. the desk has: 24x7, berlin, office, store\n"


def test_no_agent_is_needed_to_set_up(sdesk: Sdesk, at_desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SDESK_AGENT")
    for command in (
        ["db", "path"],
        ["db", "migrate"],
        ["mail", "ledger"],
        ["mail", "quarantine", "list"],
        ["sla", "due", "--calendar", "office", "--start", "now", "--target", "1h"],
        ["schema", "ticket"],
        ["version"],
    ):
        assert sdesk(*command).code == 0
    assert sdesk("list").code == 2


def test_check_finds_nothing_and_then_something(sdesk: Sdesk, at_desk: Path) -> None:
    sdesk("new", "--subject", "x", "--text", "y")
    ran = sdesk("db", "check")
    assert (ran.code, ran.err) == (0, "")
    connection = sqlite3.connect(at_desk)
    with connection:
        connection.execute("UPDATE ticket SET is_open = 0")
    connection.close()
    ran = sdesk("db", "check")
    assert ran.code == 1
    assert ran.out.startswith("ticket 1 is new")
    assert ran.err.startswith("sdesk: error: 1 problem in the store")
