"""The real program where something around it is broken: one line on standard error, the right exit code, nothing half
done."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
import warm
from command_line import Ran
from desks import DESK_FILE
from letters import letter
from real_fetch import Station, counts, report_of

LIMITED = """
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
sys.argv = sys.argv[1:]
runpy.run_module("sdesk", run_name="__main__")
"""
"""The program with no room for files of more bytes than that; the system says so by EFBIG, as a full disk by ENOSPC."""

RIGHTLESS = """
import ctypes, os, runpy, sys
if os.geteuid() == 0:
    # Linux: drop all capabilities, so that rights of files hold for root too.
    if ctypes.CDLL(None).capset((ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()) != 0:
        sys.exit("capset failed")
runpy.run_module("sdesk", run_name="__main__")
"""
"""The program as a user whom rights of files stop, also where root runs the tests."""


def run(*arguments: object, before: Sequence[str] = ()) -> Ran:
    """The program; `before`: Python's own arguments, where it is to be started in its own way."""
    if not before:
        return warm.run([str(each) for each in arguments], patience=60)
    done = subprocess.run(
        [sys.executable, *before, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def one_line(ran: Ran, code: int, *words: str) -> None:
    """It ended so, and said why in one line with these words."""
    assert (ran.code, ran.out) == (code, ""), ran
    assert ran.err.startswith("sdesk: error: "), ran
    assert ran.err.count("\n") == 1, ran
    assert "bug" not in ran.err
    assert all(word in ran.err for word in words), ran


def contents(path: Path) -> list[str]:
    """All of a store, as text, but for when its mailboxes were looked at."""
    with closing(sqlite3.connect(path)) as connection:
        return [row for row in connection.iterdump() if not row.startswith('INSERT INTO "mailbox_state"')]


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, but for what SQLite keeps beside a store that is open."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith(("-wal", "-shm"))
    }


@pytest.fixture
def locked_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder whose rights may be taken away."""
    folder = tmp_path / "locked"
    folder.mkdir()
    yield folder
    for below in [folder, *folder.rglob("*")]:
        below.chmod(0o755)


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    """A Maildir with three letters."""
    for sub in ("new", "cur", "tmp"):
        (tmp_path / "spool" / sub).mkdir(parents=True)
    for number in range(3):
        raw = letter(f"Till {number}", message_id=f"<{number}@shop.example>", size=30_000)
        (tmp_path / "spool" / "new" / f"{number}.letter").write_bytes(raw)
    return tmp_path / "spool"


@pytest.fixture
def desk_file(tmp_path: Path) -> Path:
    """The desk file of the small desk."""
    path = tmp_path / "desk.toml"
    path.write_text(DESK_FILE, encoding="utf-8")
    return path


COMMANDS = (
    ("list",),
    ("new", "--subject", "x", "--text", "y", "--team", "it"),
    ("db", "migrate"),
    ("desk", "apply", "FILE"),
    ("mail", "fetch"),
)


@pytest.mark.parametrize("broken", ["text", "another program", "newer", "missing", "cut short", "a folder"])
def test_a_store_that_cannot_be_used(broken: str, busy_desk_path: Path, desk_file: Path, spool: Path) -> None:
    store = Station.maildir(busy_desk_path, spool)
    path = busy_desk_path
    if broken == "text":
        path.write_text("no database " * 500)
    elif broken == "newer":
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
            connection.commit()
    elif broken == "cut short":
        path.write_bytes(path.read_bytes()[:10_000])
    else:
        path.unlink()
        if broken == "another program":
            with closing(sqlite3.connect(path)) as connection:
                connection.execute("CREATE TABLE bookmark (url)")
        elif broken == "a folder":
            path.mkdir()
    before = tree(path.parent)
    for command in COMMANDS:
        words = [str(desk_file) if word == "FILE" else word for word in command]
        one_line(run("--config", store.config, "--db", path, "--as", "anna", *words), 4)
    assert tree(path.parent) == before


def test_no_room_for_a_new_store(tmp_path: Path) -> None:
    store = tmp_path / "deep" / "down" / "desk.db"
    one_line(run(100_000, "--db", store, "db", "init", before=("-c", LIMITED)), 4, "disk")
    assert list(tmp_path.iterdir()) == []
    assert run("--db", store, "db", "init").code == 0
    assert run("--db", store, "db", "check").code == 0


def test_no_room_for_a_change(busy_desk_path: Path, desk_file: Path, spool: Path) -> None:
    before = contents(busy_desk_path)
    station = Station.maildir(busy_desk_path, spool)
    desk_file.write_text(DESK_FILE.replace("09:00-18:00", "08:00-20:00"), encoding="utf-8")
    for command in (
        ("new", "--subject", "x", "--text", "y " * 20_000, "--service", "printer"),
        ("reply", "3", "--text", "y " * 20_000),
        ("desk", "apply", str(desk_file)),
        ("mail", "fetch", "--since", "all"),
    ):
        asked = ("--config", station.config, "--db", busy_desk_path, "--as", "anna", *command)
        one_line(run(40_000, *asked, before=("-c", LIMITED)), 4, "disk")
        assert contents(busy_desk_path) == before
    assert len(list((spool / "new").iterdir())) == 3
    assert station.fetch_report()["created"] == 3
    assert len(list((spool / "new").iterdir())) == 0


def test_a_store_that_may_only_be_read(desk_path: Path, locked_folder: Path) -> None:
    store = locked_folder / "desk.db"
    shutil.copy(desk_path, store)
    store.chmod(0o444)
    before = contents(desk_path)
    locked_folder.chmod(0o555)
    for command in (("new", "--subject", "x", "--text", "y", "--service", "printer"), ("take", "1"), ("db", "migrate")):
        one_line(run("--db", store, "--as", "anna", *command, before=("-c", RIGHTLESS)), 4)
    locked_folder.chmod(0o755)
    assert contents(store) == before
    assert [each.name for each in locked_folder.iterdir()] == ["desk.db"]


def test_a_store_that_may_not_even_be_read(desk_path: Path, locked_folder: Path) -> None:
    store = locked_folder / "desk.db"
    shutil.copy(desk_path, store)
    store.chmod(0)
    for command in (("list",), ("new", "--subject", "x", "--text", "y", "--service", "printer"), ("db", "check")):
        one_line(run("--db", store, "--as", "anna", *command, before=("-c", RIGHTLESS)), 4)


def test_a_folder_in_which_no_store_may_be_made(locked_folder: Path) -> None:
    locked_folder.chmod(0o555)
    for store in (locked_folder / "desk.db", locked_folder / "deep" / "down" / "desk.db"):
        one_line(run("--db", store, "db", "init", before=("-c", RIGHTLESS)), 4, "permission denied")
    assert list(locked_folder.iterdir()) == []
    (locked_folder / "file").touch()
    for store in (locked_folder / "file" / "desk.db", locked_folder / "file" / "deep" / "desk.db"):
        one_line(run("--db", store, "db", "init"), 4, "not a directory")


@pytest.mark.slow
def test_a_store_that_another_process_holds(busy_desk_path: Path, spool: Path) -> None:
    station = Station.maildir(busy_desk_path, spool)
    before = contents(busy_desk_path)
    with closing(sqlite3.connect(busy_desk_path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        asked = ("--config", station.config, "--db", busy_desk_path, "--as", "anna")
        one_line(run(*asked, "take", "3"), 4, "locked by another process")
        one_line(run(*asked, "mail", "fetch", "--since", "all"), 4, "locked by another process")
        assert run(*asked, "list").code == 0
    assert contents(busy_desk_path) == before
    assert len(list((spool / "new").iterdir())) == 3


@pytest.mark.parametrize(
    ("wrong", "right", "place"),
    [
        ('countri = "RU"', 'country = "RU"', "calendars.office"),
        ('time_zone = "Europe/Moskow"', 'time_zone = "Europe/Moscow"', "Europe/Moscow"),
        ("adress = ", "address = ", "address"),
        ("[servces.till]", "[services.till]", "services"),
    ],
)
def test_a_desk_file_with_a_wrong_word(wrong: str, right: str, place: str, desk_path: Path, tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    text = DESK_FILE.replace(right, wrong, 1)
    file.write_text(text, encoding="utf-8")
    line = text[: text.index(wrong)].count("\n") + 1
    before = contents(desk_path)
    ran = run("--db", desk_path, "desk", "apply", file)
    one_line(ran, 2, f"{file}:{line}", place)
    assert contents(desk_path) == before


def test_a_maildir_that_is_none(desk_path: Path, tmp_path: Path) -> None:
    before = contents(desk_path)
    (tmp_path / "file").write_text("no folder")
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "file", tmp_path / "empty", tmp_path / "missing"):
        ran = Station.maildir(desk_path, path).fetch()
        one_line(ran, 5, str(path))
    assert contents(desk_path) == before


def test_a_maildir_that_may_not_be_read(desk_path: Path, locked_folder: Path, spool: Path) -> None:
    shutil.copytree(spool, locked_folder / "spool")
    station = Station.maildir(desk_path, locked_folder / "spool")
    before = contents(desk_path)
    (locked_folder / "spool").chmod(0)
    one_line(run(*station.command()[3:], before=("-c", RIGHTLESS)), 5, "may not be used", str(locked_folder / "spool"))
    (locked_folder / "spool").chmod(0o755)
    # A letter that may not be read, among others that may.
    (locked_folder / "spool" / "new" / "1.letter").chmod(0)
    ran = run(*station.command()[3:], before=("-c", RIGHTLESS))
    assert (ran.code, report_of(ran)) == (6, counts(created=2))
    assert "cannot be read" in ran.err
    assert ran.err.count("\n") == 1
    (locked_folder / "spool" / "new" / "1.letter").chmod(0o644)
    assert contents(desk_path) != before
    station.fetch_report()
    assert station.rows("SELECT subject FROM ticket ORDER BY subject") == [("Till 0",), ("Till 1",), ("Till 2",)]
