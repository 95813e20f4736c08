"""A backup put in the place of a store by hand: it gets its write-ahead log, and a killed writer locks nobody out."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from sdesk.domain.errors import Unavailable
from sdesk.store import readable
from sdesk.store.backup import backup
from sdesk.store.check import check
from sdesk.store.engine import Store
from sdesk.store.reader import Reader

KILLED = """
import os, signal, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_size = 1")
connection.execute("BEGIN IMMEDIATE")
connection.execute("UPDATE ticket SET subject = 'half'")
connection.execute("UPDATE message SET text = text || hex(randomblob(2000))")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def copied(busy_desk_path: Path) -> Path:
    """A backup in the place of a store."""
    path = busy_desk_path.with_name("copied.db")
    backup(busy_desk_path, path)
    assert mode(path) == "delete"
    return path


@pytest.fixture
def half(copied: Path) -> Path:
    """The same after a writer was killed in the middle of a change."""
    subprocess.run([sys.executable, "-c", KILLED, str(copied)], check=False, timeout=60)
    assert copied.with_name("copied.db-journal").stat().st_size > 0
    return copied


def mode(path: Path) -> str:
    connection = sqlite3.connect(path)
    found = str(connection.execute("PRAGMA journal_mode").fetchone()[0])
    connection.close()
    return found


def test_the_first_who_writes_gives_it_its_log(copied: Path) -> None:
    store = Store(copied)
    with store.look():
        pass
    assert mode(copied) == "delete", "who only looks changes nothing of a backup"
    with store.begin() as session:
        session.rollback()
    store.close()
    assert mode(copied) == "wal"


def test_who_writes_is_not_refused_while_somebody_reads_it(copied: Path) -> None:
    with Reader(copied) as reader:
        reader.agents()
        busy = sqlite3.connect(copied, isolation_level=None)
        busy.execute("BEGIN")
        busy.execute("SELECT count(*) FROM ticket").fetchone()
        store = Store(copied, busy_seconds=0.1)
        with store.begin() as session:
            session.rollback()
        busy.close()
        assert mode(copied) == "delete"
    with store.begin() as session:
        session.rollback()
    store.close()
    assert mode(copied) == "wal"


def test_what_a_killed_writer_left_is_taken_back_by_who_reads(half: Path) -> None:
    assert check(half) == ()
    with readable.opened(half, 1.0) as connection:
        assert connection.execute("SELECT count(*) FROM ticket WHERE subject = 'half'").fetchone() == (0,)
    assert not half.with_name("copied.db-journal").exists()


def test_it_can_be_backed_up(half: Path, tmp_path: Path) -> None:
    backup(half, tmp_path / "again.db")
    assert check(tmp_path / "again.db") == ()


def test_who_may_only_read_it_is_told_why_and_what_to_do(half: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = sqlite3.connect
    # Root may write everything: what the one who may not is told is seen by never opening it to write.
    monkeypatch.setattr(
        sqlite3, "connect", lambda path, **wishes: real(f"file:{half}?mode=ro", **{**wishes, "uri": True})
    )
    with pytest.raises(Unavailable, match="a process that was killed left half a change") as caught:
        readable.opened(half, 1.0)
    assert "as the owner of the store" in str(caught.value.remedy)
