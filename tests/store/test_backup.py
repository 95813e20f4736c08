"""A backup is one sound file with all that was committed, stands there whole or not at all, and is nobody else's."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from older_stores import older_schema

from sdesk.domain.errors import BadInput, Refused, StoreLocked, Unavailable
from sdesk.store import alone, room, schema, whole_file
from sdesk.store.backup import backup
from sdesk.store.check import check


def contents(path: Path) -> list[str]:
    """Everything that a store says, as SQL."""
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def test_a_backup_is_the_store_in_one_file(busy_desk_path: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(busy_desk_path)) as open_elsewhere:
        open_elsewhere.execute("UPDATE ticket SET priority_reason = 'in the log alone' WHERE id = 1")
        open_elsewhere.commit()
        assert busy_desk_path.with_name("desk.db-wal").stat().st_size > 0
        found = backup(busy_desk_path, tmp_path / "copy.db")
    assert (found.tickets, found.revision) == (58, schema.HEAD)
    assert found.size == (tmp_path / "copy.db").stat().st_size
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    assert contents(tmp_path / "copy.db") == contents(busy_desk_path)
    assert check(tmp_path / "copy.db") == ()
    assert {path.name for path in tmp_path.iterdir()} <= {"desk.db", "desk.db-wal", "desk.db-shm", "copy.db"}
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copied:
        assert copied.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_what_is_not_committed_is_not_in_it_and_keeps_nobody_waiting(desk_path: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(desk_path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO blob (sha256, size, data) VALUES ('a', 1, x'00')")
        backup(desk_path, tmp_path / "copy.db")
        writer.execute("COMMIT")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copied:
        assert copied.execute("SELECT count(*) FROM blob").fetchone() == (0,)


def test_a_file_that_stands_there_is_left_alone_unless_forced(desk_path: Path, tmp_path: Path) -> None:
    target = tmp_path / "mine"
    target.write_text("mine")
    with pytest.raises(Refused, match="exists already"):
        backup(desk_path, target)
    assert target.read_text() == "mine"
    backup(desk_path, target, force=True)
    assert check(target) == ()


KILLED = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA journal_mode = WAL")
connection.execute("UPDATE ticket SET priority_reason = 'of the other store'")
os.kill(os.getpid(), 9)
"""


def test_the_log_of_another_store_is_never_played_into_a_backup(
    busy_desk_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store that had the name, and whose writer was killed, left its log there."""
    monkeypatch.setattr(alone, "WAIT_SECONDS", 0.1)
    target = tmp_path / "copy.db"
    backup(busy_desk_path, target)
    subprocess.run([sys.executable, "-c", KILLED, str(target)], check=False)
    log = target.with_name("copy.db-wal")
    assert log.stat().st_size
    with closing(sqlite3.connect(f"file:{target}?mode=ro", uri=True)) as in_use:
        assert in_use.execute("SELECT count(*) FROM ticket").fetchone() == (58,)
        with pytest.raises(StoreLocked, match="in use"):
            backup(busy_desk_path, target, force=True)
    assert log.stat().st_size
    backup(busy_desk_path, target, force=True)
    assert [path.name for path in tmp_path.glob("copy.db-*")] == []
    assert contents(target) == contents(busy_desk_path)
    assert check(target) == ()
    # Where the database itself is gone, its log may be all that somebody has of it.
    subprocess.run([sys.executable, "-c", KILLED, str(target)], check=False)
    before = log.read_bytes()
    target.unlink()
    for force in (False, True):
        with pytest.raises(Unavailable, match=r"copy.db-wal is of another store"):
            backup(busy_desk_path, target, force=force)
    assert log.read_bytes() == before
    assert not target.exists()


def put_there(target: Path) -> None:
    target.write_text("mine")


def test_one_that_came_meanwhile_is_left_alone_too(desk_path: Path, tmp_path: Path) -> None:
    target = tmp_path / "mine"
    with pytest.raises(Refused, match="exists already"):
        backup(desk_path, target, progress=lambda done, total: put_there(target))
    assert target.read_text() == "mine"
    assert not list(tmp_path.glob(".mine*"))


@pytest.mark.parametrize("name", ["desk.db", "desk.db-wal", "./desk.db", "other-name", "soft"])
def test_the_store_itself_is_never_written_over(desk_path: Path, tmp_path: Path, name: str) -> None:
    os.link(desk_path, tmp_path / "other-name")
    (tmp_path / "soft").symlink_to(desk_path)
    before = contents(desk_path)
    with pytest.raises(BadInput, match="belongs to the store itself"):
        backup(desk_path, tmp_path / name, force=True)
    assert contents(desk_path) == before


def test_a_store_of_an_older_version_is_copied_as_it_is(tmp_path: Path) -> None:
    for revision in schema.KNOWN[:-1]:
        older_schema(tmp_path / f"{revision}.db", revision)
        assert backup(tmp_path / f"{revision}.db", tmp_path / f"{revision}.copy").revision == revision


def test_a_damaged_store_is_not_taken_for_a_backup(busy_desk_path: Path, tmp_path: Path) -> None:
    with busy_desk_path.open("r+b") as file:
        file.seek(busy_desk_path.stat().st_size // 2)
        file.write(b"\xff" * 8192)
    with pytest.raises(Unavailable, match="is damaged"):
        backup(busy_desk_path, tmp_path / "copy.db")
    assert [path.name for path in tmp_path.iterdir() if "copy" in path.name] == []


def test_rows_that_refer_to_nothing_are_damage(busy_desk_path: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(busy_desk_path)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("UPDATE ticket SET team_id = 77 WHERE id = 1")
        connection.commit()
    with pytest.raises(Unavailable, match="row 1 of ticket refers to a team"):
        backup(busy_desk_path, tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()


FULL = """
import resource, sys
from pathlib import Path
from sdesk.domain.errors import Unavailable
from sdesk.store.backup import backup
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    backup(Path(sys.argv[1]), Path(sys.argv[2]), force=True)
except Unavailable as error:
    print(error)
"""


def test_a_disk_that_fills_up_leaves_nothing_and_spoils_nothing(busy_desk_path: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    backup(busy_desk_path, target)
    before = target.read_bytes()
    done = subprocess.run(
        [sys.executable, "-c", FULL, busy_desk_path, target], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert str(target) in done.stdout
    assert target.read_bytes() == before
    assert not list(tmp_path.glob(".copy*"))


def test_too_little_room_is_said_before_anything_is_written(
    desk_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "free_beside", lambda path: 1000)
    with pytest.raises(Unavailable, match="1 MB are wanted, 0 MB are free"):
        backup(desk_path, tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()


def test_a_folder_that_cannot_be_written_is_named(desk_path: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(Unavailable, match="cannot be written: not a directory"):
        backup(desk_path, tmp_path / "file" / "copy.db")
    if os.geteuid() != 0:
        (tmp_path / "closed").mkdir(mode=0o500)
        with pytest.raises(Unavailable, match="cannot be written: permission denied"):
            backup(desk_path, tmp_path / "closed" / "copy.db")


def test_two_do_not_write_one_file(desk_path: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    with whole_file.written_beside(target, size=0), pytest.raises(StoreLocked, match="another process"):
        backup(desk_path, target)
    backup(desk_path, target)


def test_what_a_killed_one_left_is_written_anew(desk_path: Path, tmp_path: Path) -> None:
    (tmp_path / ".copy.db.part").write_bytes(b"half" * 100_000)
    (tmp_path / ".copy.db.part-journal").write_bytes(b"a journal of something else")
    backup(desk_path, tmp_path / "copy.db")
    assert check(tmp_path / "copy.db") == ()
    assert not list(tmp_path.glob(".copy*"))
