"""A backup beside a running fetch and writing processes: it holds every commit made before it began, and goes back."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from letters import corpus, expected
from real_fetch import Station, ended, report_of
from servers import Dovecot
from writers import LOGINS, WORKER

from sdesk.store import schema
from sdesk.store.check import check

EACH = 200


def state(path: Path) -> dict[str, set[tuple[Any, ...]]]:
    """What was committed and never changes: events, messages, what the ledger says of each mail."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as connection:
        connection.execute("BEGIN")
        return {
            sql: set(connection.execute(sql))
            for sql in (
                "SELECT id, ticket_id, at, event, data FROM history WHERE ticket_id IS NOT NULL",
                "SELECT id, ticket_id, text FROM message",
                "SELECT id, uid, sha256, outcome, ticket_id FROM ledger",
            )
        }


def within(less: dict[str, set[tuple[Any, ...]]], more: dict[str, set[tuple[Any, ...]]]) -> bool:
    return all(less[sql] <= more[sql] for sql in less)


@pytest.mark.server
@pytest.mark.slow
@pytest.mark.endurance
def test_a_backup_in_use_holds_what_was_committed_and_a_fetch_goes_on_from_it(
    desk_path: Path, tmp_path: Path, dovecot: Dovecot
) -> None:
    letters = corpus()
    station = Station.imap(desk_path, dovecot, dovecot.new_user(each.raw for each in letters))
    assert station.run("--as", "anna", "new", "--subject", "All", "--service", "printer", "--text", "x").code == 0
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, str(desk_path), login, str(number), str(EACH)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number, login in enumerate(LOGINS)
    ]
    fetching = station.start()
    befores, copies = [], []
    for number in range(1, 5):
        station.wait_until_taken(len(letters) * number // 6, fetching)
        befores.append(state(desk_path))
        copies.append(tmp_path / f"copy{number}.db")
        done = station.run("db", "backup", str(copies[-1]), "-o", "json")
        assert done.code == 0, done
        assert json.loads(done.out)["revision"] == schema.HEAD
        if number == 1:
            assert fetching.poll() is None or any(each.poll() is None for each in workers), "nobody wrote beside it"
    # While somebody has it open, nothing is put back, however fast the others were.
    with closing(sqlite3.connect(desk_path)) as reading:
        reading.execute("SELECT count(*) FROM ticket").fetchone()
        refused = station.run("db", "restore", str(copies[0]), "--yes")
    assert refused.code == 4, refused
    assert "in use by another process" in refused.err
    for worker in workers:
        out, err = worker.communicate(timeout=150)
        assert (worker.returncode, out, err) == (0, "", "")
    assert report_of(ended(fetching)) == expected(letters)

    after = state(desk_path)
    for before, copy in zip(befores, copies, strict=True):
        assert check(copy) == ()
        assert within(before, state(copy))
        assert within(state(copy), after)

    # Back to the middle of the fetch: what came since comes again, what is there is known.
    whole = station.rows("SELECT sha256, outcome FROM ledger ORDER BY 1, 2")
    restored = station.run("db", "restore", str(copies[1]), "--yes", "-o", "json")
    assert restored.code == 0, restored
    told = json.loads(restored.out)
    assert state(Path(told["kept"])) == after
    assert within(befores[1], state(desk_path))
    assert station.rows("SELECT count(*) FROM outbox WHERE state = 'queued'") == [(0,)]
    assert station.rows("SELECT count(*) FROM outbox WHERE state = 'held'") == [(told["held"],)]
    had = station.taken()
    report = station.fetch_report()
    # The first fetch had not ended then, so all are offered again; what the backup has is known.
    assert report["examined"] == len(letters)
    assert had <= report["duplicates"] <= had + expected(letters)["duplicates"]
    assert station.rows("SELECT sha256, outcome FROM ledger ORDER BY 1, 2") == whole
    assert station.fetch_report()["examined"] == 0
    assert station.run("db", "check").code == 0


@pytest.mark.slow
@pytest.mark.endurance
def test_a_kill_of_either_leaves_a_whole_store(busy_desk_path: Path, tmp_path: Path) -> None:
    """At instants spread over the whole run, each by kill -9."""
    with closing(sqlite3.connect(busy_desk_path)) as connection:
        data = random.Random(6).randbytes(20_000_000)
        values = (hashlib.sha256(data).hexdigest(), len(data), data)
        connection.execute("INSERT INTO blob (id, sha256, size, data) VALUES (7, ?, ?, ?)", values)
        connection.execute("INSERT INTO attachment SELECT 7, min(id), 7, 'a', 'b', '', 0 FROM message")
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    program = [sys.executable, "-m", "sdesk", "--db", str(busy_desk_path), "db"]
    other = tmp_path / "other.db"
    shutil.copy(busy_desk_path, other)
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("UPDATE ticket SET priority_reason = 'of the backup'")
        connection.commit()
    for words, target, old, new in (
        (["backup", str(tmp_path / "copy.db"), "--force"], tmp_path / "copy.db", None, 58),
        (["restore", str(other), "--yes"], busy_desk_path, 0, 58),
    ):
        begun = time.monotonic()
        assert subprocess.run([*program, *words], stdout=subprocess.DEVNULL, check=False).returncode == 0
        takes = time.monotonic() - begun
        if target == busy_desk_path:
            (kept,) = tmp_path.glob("desk.db.before*")
            kept.replace(busy_desk_path)
        dice, killed = random.Random(6), 0
        for turn in range(60):
            if turn >= 15 and killed >= 6:
                break
            if old is None:
                target.unlink(missing_ok=True)
            else:
                with closing(sqlite3.connect(target)) as connection:
                    connection.execute("UPDATE ticket SET priority_reason = 'of the store'")
                    connection.commit()
            process = subprocess.Popen([*program, *words], stdout=subprocess.DEVNULL)
            time.sleep(takes * dice.uniform(0.3, 1.05))  # any instant must do
            process.send_signal(signal.SIGKILL)
            if process.wait() == -signal.SIGKILL:
                killed += 1
            else:
                takes *= 0.8  # the machine has less to do now than when it was measured
            if target.exists():
                assert check(target) == ()
                with closing(sqlite3.connect(target)) as connection:
                    sql = "SELECT count(*) FROM ticket WHERE priority_reason = 'of the backup'"
                    found = connection.execute(sql).fetchone()[0]
                    assert found in ({old, new} if old is not None else {0})
            else:
                assert old is None
        assert killed >= 6
        assert subprocess.run([*program, *words], stdout=subprocess.DEVNULL, check=False).returncode == 0
        assert check(target) == ()
        assert not list(tmp_path.glob(".*.part*"))
