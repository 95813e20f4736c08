"""`mail import` as a person calls it: its row, its exit codes, and a kill in the middle."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from command_line import Sdesk
from letters import corpus, expected, letter


def mbox(path: Path, *mails: bytes) -> Path:
    path.write_bytes(b"".join(b"From x@shop.example Mon Nov  2 07:00:00 2026\n" + each + b"\n" for each in mails))
    return path


def count(store: Path, table: str) -> int:
    with closing(sqlite3.connect(store, timeout=20)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_an_archive_is_a_row_as_of_a_fetch(sdesk: Sdesk, at_desk: Path, tmp_path: Path) -> None:
    archive = mbox(tmp_path / "old", letter("Till", message_id="<1@shop.example>"))
    for created, duplicates in ((1, 0), (0, 1)):
        ran = sdesk("mail", "import", str(archive), "--team", "it", "-o", "json")
        assert (ran.code, ran.err) == (0, "")
        (report,) = json.loads(ran.out)
        assert (report["mailbox"], report["created"], report["duplicates"]) == ("import", created, duplicates)
    # An archive floods no queue.
    assert sdesk("list", "-o", "ids").out == ""
    (ticket,) = json.loads(sdesk("list", "status:closed", "-o", "json").out)
    assert ticket["subject"] == "Till"
    assert sdesk("mail", "ledger", "--check").code == 0


@pytest.mark.parametrize(
    "words", [["nowhere", "--team", "it"], ["old"], ["old", "--team", "itt"], ["old", "-o", "xml"]]
)
def test_wrong_words(
    words: list[str], sdesk: Sdesk, at_desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    mbox(tmp_path / "old", letter("Till", message_id="<1@shop.example>"))
    assert sdesk("mail", "import", *words).code == 2
    assert count(at_desk, "ledger") == 0


@pytest.mark.slow
def test_killed_in_the_middle_it_is_begun_again(sdesk: Sdesk, at_desk: Path, tmp_path: Path) -> None:
    letters = corpus(1_600)
    archive = mbox(tmp_path / "old", *(each.raw for each in letters))
    words = ["mail", "import", str(archive), "--team", "it", "-o", "json"]
    process = subprocess.Popen(
        [sys.executable, "-m", "sdesk", *words], stdout=subprocess.DEVNULL, env=os.environ.copy()
    )
    deadline = time.monotonic() + 60
    while count(at_desk, "ledger") == 0 and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.kill()
    process.wait(10)
    kept = count(at_desk, "ledger")
    (report,) = json.loads(sdesk(*words).out)
    wanted = expected(letters)
    with closing(sqlite3.connect(at_desk)) as connection:
        outcomes = dict(connection.execute("SELECT outcome, count(*) FROM ledger GROUP BY outcome"))
    # The same bytes twice are one message of an archive: each is in the ledger once.
    assert {name: outcomes[name] for name in ("created", "followed_up", "noted", "ignored")} == {
        name: wanted[name] for name in ("created", "followed_up", "noted", "ignored")
    }
    assert report["examined"] == len(letters)
    assert report["duplicates"] >= kept


def test_a_dry_run_counts_and_leaves_nothing(sdesk: Sdesk, at_desk: Path, tmp_path: Path) -> None:
    archive = mbox(tmp_path / "old", letter("Till", message_id="<1@shop.example>"))
    for _ in range(2):
        (report,) = json.loads(sdesk("mail", "import", str(archive), "--team", "it", "-n", "-o", "json").out)
        assert report["created"] == 1
    assert [count(at_desk, table) for table in ("ticket", "ledger", "raw_mail", "person")] == [0, 0, 0, 0]
