"""`mail pipe` as a mail server calls it: exit code 0 when the message is in the store, 75 for everything else."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from command_line import Ran, Sdesk
from letters import letter

from sdesk.desk.opening import open_desk

LETTER = letter("Till", message_id="<1@shop.example>")
TRY_LATER = 75


@pytest.fixture
def config(tmp_path: Path, at_desk: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration with one mailbox, whose Maildir is nowhere: a pipe does not look there."""
    file = tmp_path / "config.toml"
    file.write_text(
        '[mailboxes.support]\nkind = "maildir"\npath = "/nowhere"\nteam = "it"\naddresses = ["support@desk.example"]\n'
    )
    monkeypatch.setenv("SDESK_CONFIG", str(file))
    return file


def count(store: Path, table: str = "ledger") -> int:
    with closing(sqlite3.connect(store)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_a_message_is_taken_in_silence(sdesk: Sdesk, config: Path, at_desk: Path) -> None:
    for _ in range(2):
        assert sdesk("mail", "pipe", "--mailbox", "support", stdin=LETTER) == Ran(0, "", "")
    assert count(at_desk, "ticket") == 1


def test_no_agent_is_needed(sdesk: Sdesk, config: Path, at_desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDESK_AGENT", "nobody-known")
    assert sdesk("mail", "pipe", "--mailbox", "support", stdin=LETTER).code == 0


@pytest.mark.parametrize(
    "words",
    [
        ["mail", "pipe", "--mailbox", "suport"],
        ["mail", "pipe", "--mailbx", "support"],
        ["mail", "pipe", "--mailbox", "support", "more"],
        ["--config", "/nowhere.toml", "mail", "pipe", "--mailbox", "support"],
        ["--db", "/nowhere/desk.db", "mail", "pipe", "--mailbox", "support"],
        ["mail", "pipe"],
    ],
)
def test_a_slip_in_the_alias_loses_nothing(words: list[str], sdesk: Sdesk, config: Path, at_desk: Path) -> None:
    ran = sdesk(*words, stdin=LETTER)
    assert (ran.code, ran.out) == (TRY_LATER, "")
    assert ran.err.startswith("sdesk: error: ")
    assert count(at_desk) == 0


def test_a_broken_configuration(sdesk: Sdesk, config: Path) -> None:
    config.write_text("[mailboxes.support\n")
    assert sdesk("mail", "pipe", "--mailbox", "support", stdin=LETTER).code == TRY_LATER


def test_a_store_of_a_newer_program(sdesk: Sdesk, config: Path, at_desk: Path) -> None:
    with closing(sqlite3.connect(at_desk)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    assert sdesk("mail", "pipe", "--mailbox", "support", stdin=LETTER).code == TRY_LATER


def test_a_store_that_somebody_locks(
    sdesk: Sdesk, config: Path, at_desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    defaults = {**(open_desk.__kwdefaults__ or {}), "busy_seconds": 0.05}
    monkeypatch.setattr("sdesk.desk.opening.open_desk.__kwdefaults__", defaults)
    with closing(sqlite3.connect(at_desk, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        ran = sdesk("mail", "pipe", "--mailbox", "support", stdin=LETTER)
        other.execute("ROLLBACK")
    assert ran.code == TRY_LATER
    assert "locked" in ran.err
    assert sdesk("mail", "pipe", "--mailbox", "support", stdin=LETTER).code == 0


def test_a_disk_that_is_full(sdesk: Sdesk, config: Path, at_desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite says so itself when the store may not grow."""
    from sdesk.store import engine

    prepare = engine.prepare

    def small(connection: sqlite3.Connection, *, durable: bool = True) -> None:
        prepare(connection, durable=durable)
        connection.execute("PRAGMA max_page_count = 1")

    monkeypatch.setattr(engine, "prepare", small)
    ran = sdesk("mail", "pipe", "--mailbox", "support", stdin=letter("Till", message_id="<1@x>", size=3_000_000))
    assert (ran.code, "the disk is full" in ran.err) == (TRY_LATER, True)


def test_a_bug_of_ours_is_no_reason_to_lose_mail(sdesk: Sdesk, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sdesk.mail.inbox.pipe._read", lambda *_: 1 // 0)
    ran = sdesk("mail", "pipe", "--mailbox", "support", "--debug", stdin=LETTER)
    assert ran.code == TRY_LATER
    assert "ZeroDivisionError" in ran.err
    assert "Traceback" in ran.err


def test_what_cannot_be_handled_is_taken_all_the_same(
    sdesk: Sdesk, config: Path, at_desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sdesk.mail.inbox.take.receive", lambda *_: 1 // 0)
    assert sdesk("mail", "pipe", "--mailbox", "support", stdin=LETTER).code == 0
    assert count(at_desk, "quarantine") == 1


@pytest.mark.slow
def test_many_at_once(config: Path, at_desk: Path) -> None:
    """Eight calls as of one alias, four of the same message."""
    command = [sys.executable, "-m", "sdesk", "mail", "pipe", "--mailbox", "support"]
    same = [LETTER] * 4
    others = [letter(f"Till {number}", message_id=f"<{number}@shop.example>") for number in range(2, 6)]
    running = []
    for raw in same + others:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, env=os.environ.copy())
        assert process.stdin is not None
        process.stdin.write(raw)
        process.stdin.close()
        running.append(process)
    assert [process.wait(60) for process in running] == [0] * 8
    assert (count(at_desk), count(at_desk, "ticket")) == (5, 5)
