"""`db backup`, `db restore`, `db check --repair`, `db size`, `db purge` and `person forget`, as people type them."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from command_line import Process, Sdesk, Terminal

from sdesk.store import alone
from sdesk.store.check import check


@pytest.fixture
def at_busy_desk(busy_desk_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The busy desk, which the command line finds by SDESK_DB; Anna, an admin, acts."""
    monkeypatch.setenv("SDESK_DB", str(busy_desk_path))
    monkeypatch.setenv("SDESK_AGENT", "anna")
    monkeypatch.setattr(alone, "WAIT_SECONDS", 0.1)
    return busy_desk_path


def run(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(sql).fetchall()
        connection.commit()
    return rows


def test_a_backup_and_the_way_back(sdesk: Sdesk, at_busy_desk: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    made = sdesk("db", "backup", str(copy))
    assert (made.code, made.err) == (0, "")
    assert made.out.startswith(f"{copy}: 58 tickets, ")
    assert made.out.endswith("looked over, no damage\n")
    refused = sdesk("db", "backup", str(copy))
    assert refused.code == 1
    assert "--force" in refused.err
    told = json.loads(sdesk("db", "backup", str(copy), "--force", "-o", "json").out)
    assert (told["tickets"], told["file"], told["bytes"]) == (58, str(copy), copy.stat().st_size)
    run(at_busy_desk, "UPDATE ticket SET priority_reason = 'later'")
    dry = sdesk("db", "restore", str(copy), "--dry-run")
    assert dry.code == 0
    assert all(line.startswith("dry run: ") for line in dry.out.splitlines())
    back = sdesk("db", "restore", str(copy), "--yes")
    assert (back.code, back.err) == (0, "")
    lines = back.out.splitlines()
    assert lines[0].startswith(f"{at_busy_desk} is {copy} now: 58 tickets")
    assert lines[1].startswith(f"what stood there is kept as {at_busy_desk}.before-20261123-090000")
    assert "sdesk mail outbox release --all" in lines[2]
    assert run(at_busy_desk, "SELECT count(*) FROM ticket WHERE priority_reason = 'later'") == [(0,)]
    held = int(lines[2].split()[0])
    released = sdesk("mail", "outbox", "release", "--all", "-o", "json")
    assert released.code == 0
    assert len(json.loads(released.out)) == held


def test_a_restore_in_json(sdesk: Sdesk, at_busy_desk: Path, tmp_path: Path) -> None:
    sdesk("db", "backup", str(tmp_path / "copy.db"))
    told = json.loads(sdesk("db", "restore", str(tmp_path / "copy.db"), "--yes", "-o", "json").out)
    assert told["kept"] == f"{at_busy_desk}.before-20261123-090000"
    assert told["tickets"] == 58
    assert told["held"] > 0


@pytest.mark.parametrize(("typed", "done"), [("\n", False), ("n\n", False), ("y\n", True)])
def test_a_person_is_asked(terminal: Terminal, at_busy_desk: Path, tmp_path: Path, typed: str, done: bool) -> None:
    with closing(sqlite3.connect(at_busy_desk)) as connection, closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        connection.backup(copy)
    ran = terminal("db", "restore", str(tmp_path / "copy.db"), typed=typed)
    assert ran.code == (0 if done else 1)
    assert "in the place of" in ran.out
    assert ("nothing was done" in ran.out) is not done
    assert bool(list(tmp_path.glob("desk.db.before*"))) is done


def test_what_is_no_backup_is_refused(sdesk: Sdesk, at_busy_desk: Path, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("words\n" * 500)
    ran = sdesk("db", "restore", str(tmp_path / "text"), "--yes")
    assert (ran.code, ran.out) == (4, "")
    assert ran.err == f"sdesk: error: {tmp_path}/text is no sdesk store. name another file\n"
    missing = sdesk("db", "restore", str(tmp_path / "none"), "--yes")
    assert missing.code == 2
    itself = sdesk("db", "restore", str(at_busy_desk), "--yes")
    assert itself.code == 2


def test_a_store_in_use_is_named(sdesk: Sdesk, at_busy_desk: Path, tmp_path: Path) -> None:
    sdesk("db", "backup", str(tmp_path / "copy.db"))
    with closing(sqlite3.connect(at_busy_desk)) as other:
        other.execute("SELECT count(*) FROM ticket").fetchone()
        ran = sdesk("db", "restore", str(tmp_path / "copy.db"), "--yes")
    assert ran.code == 4
    assert "is in use by another process" in ran.err


def test_a_check_lists_and_a_repair_mends(sdesk: Sdesk, at_busy_desk: Path) -> None:
    assert sdesk("db", "check").out == f"{at_busy_desk}: no problem found\n"
    run(at_busy_desk, "UPDATE ticket SET rank = 0 WHERE id = 2")
    run(at_busy_desk, "DELETE FROM history WHERE ticket_id = 5")
    found = sdesk("db", "check")
    assert found.code == 1
    assert "2 problems in the store" in found.err
    assert "sdesk db check --repair" in found.err
    rows = json.loads(sdesk("db", "check", "-o", "json").out)
    assert [(row["part"], row["ticket"], row["mendable"]) for row in rows] == [
        ("history", 5, False),
        ("queue", 2, True),
    ]
    dry = sdesk("db", "check", "--repair", "--dry-run")
    assert dry.out.startswith("dry run: mended: ticket 2 has the place")
    mended = sdesk("db", "check", "--repair", "--yes")
    assert mended.code == 1
    assert "mended: ticket 2" in mended.out
    assert "ticket 5 has no history" in mended.out
    assert "is kept as" in mended.err
    assert [each.ticket for each in check(at_busy_desk)] == [5]
    assert sdesk("db", "check", "--dry-run").code == 2


def test_a_long_list_is_cut_for_people(sdesk: Sdesk, at_busy_desk: Path) -> None:
    run(at_busy_desk, "DELETE FROM ticket_fts")
    shown = sdesk("db", "check").out.splitlines()
    assert len(shown) == 21
    assert shown[-1] == "38 more of the part search: -o json lists all"
    assert len(json.loads(sdesk("db", "check", "-o", "json").out)) == 58


def test_sizes_by_table(sdesk: Sdesk, at_busy_desk: Path) -> None:
    rows = {row["name"]: row for row in json.loads(sdesk("db", "size", "-o", "json").out)}
    assert rows["ticket"]["rows"] == rows["ticket_fts"]["rows"] == 58
    assert rows["blob"]["content_bytes"] == 0
    assert "ticket_fts_data" not in rows
    assert rows["(file)"]["bytes"] == at_busy_desk.stat().st_size
    if rows["ticket"]["bytes"] is not None:
        tables = sum(row["bytes"] for name, row in rows.items() if not name.startswith("("))
        # What SQLite keeps of the schema itself stands in no table of ours.
        assert 0.8 * rows["(file)"]["bytes"] < tables + rows["(free)"]["bytes"] <= rows["(file)"]["bytes"]


def test_a_purge_says_what_it_would_take(sdesk: Sdesk, at_busy_desk: Path) -> None:
    run(
        at_busy_desk, "UPDATE ticket SET status = 'spam', is_open = 0, updated_at = '2020-01-01T00:00:00Z' WHERE id = 3"
    )
    dry = sdesk("db", "purge", "--spam", "--older", "2y", "--dry-run")
    assert dry.out == "dry run: taken out: 1 spam ticket, 2 messages; 0 bytes are free for more\n"
    assert (
        json.loads(sdesk("db", "purge", "--spam", "--raw", "--older", "2y", "--yes", "-o", "json").out)["tickets"] == 1
    )
    assert sdesk("db", "purge", "--spam", "--older", "2y", "--yes").out == "nothing to do: nothing is that old\n"
    assert run(at_busy_desk, "SELECT count(*) FROM ticket WHERE id = 3") == [(0,)]
    for wrong in (
        ["--older", "2y"],
        ["--spam", "--older", "soon"],
        ["--spam", "--older", "1h"],
        ["--spam", "--older", "0y"],
        ["--spam"],
    ):
        assert sdesk("db", "purge", *wrong).code == 2, wrong


def test_a_person_is_forgotten(sdesk: Sdesk, at_busy_desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = "person1@acc.shop.example"
    dry = sdesk("person", "forget", address, "-n")
    assert dry.out.startswith(f"dry run: {address} is forgotten person")
    assert sdesk("person", "show", address).code == 0
    told = json.loads(sdesk("person", "forget", address, "--yes", "-o", "json").out)
    assert told["changed"]
    assert told["counts"]["messages"] > 1
    assert sdesk("person", "show", address).code == 3
    assert sdesk("person", "forget", address, "--yes").out == f"nothing to do: the store does not name {address}\n"
    assert sdesk("--as", "boris", "person", "forget", "person2@acc.shop.example", "--yes").code == 1
    assert sdesk("person", "forget", "anna@desk.example", "--yes").code == 1
    for stranger in ("root", "daemon"):
        monkeypatch.delenv("SDESK_AGENT", raising=False)
        monkeypatch.setattr("sdesk.cli.invocation.system_login", lambda login=stranger: login)
        ran = sdesk("person", "forget", "person2@acc.shop.example", "--yes")
        assert (ran.code, ran.out) == (2, "")
        assert f"`{stranger}` is no agent of this desk" in ran.err
    assert run(at_busy_desk, "SELECT count(*) FROM person_address WHERE address = 'person2@acc.shop.example'") == [(1,)]
    assert check(at_busy_desk) == ()


def test_a_folder_that_may_not_be_written_leaves_nothing(at_busy_desk: Path, tmp_path: Path) -> None:
    program = [sys.executable, "-m", "sdesk", "db"]
    if os.geteuid() == 0:
        # Root, but for the capability by which no right stops it.
        if not (setpriv := shutil.which("setpriv")):
            pytest.skip("root is stopped by no right")
        program = [setpriv, "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all", *program]
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    made = subprocess.run([*program, "backup", str(closed / "copy.db")], capture_output=True, text=True, check=False)
    assert made.returncode == 4, made
    assert "copy.db cannot be written: permission denied" in made.stderr
    assert list(closed.iterdir()) == []
    # Nor is anything put in the place of a store that stands in such a folder.
    copy, store = tmp_path / "copy.db", closed / "desk.db"
    assert subprocess.run([*program, "backup", str(copy)], stdout=subprocess.DEVNULL, check=False).returncode == 0
    closed.chmod(0o755)
    store.write_bytes(copy.read_bytes())
    closed.chmod(0o555)
    put = subprocess.run(
        [*program[:-1], "--db", str(store), "db", "restore", str(copy), "--yes"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert put.returncode == 4, put
    assert store.read_bytes() == copy.read_bytes()
    assert [path.name for path in closed.iterdir()] == ["desk.db"]
    closed.chmod(0o755)


@pytest.mark.parametrize(
    "words",
    [
        ["db", "restore", "copy.db"],
        ["db", "purge", "--spam", "--older", "2y"],
        ["person", "forget", "person2@acc.shop.example"],
        ["db", "check", "--repair"],
    ],
    ids=" ".join,
)
def test_without_a_terminal_nothing_is_taken_away_unless_it_was_said_to(
    sdesk: Sdesk, at_busy_desk: Path, words: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert sdesk("db", "backup", "copy.db").code == 0
    run(
        at_busy_desk, "UPDATE ticket SET status = 'spam', is_open = 0, updated_at = '2020-01-01T00:00:00Z' WHERE id = 3"
    )
    before = run(at_busy_desk, "SELECT * FROM ticket"), run(at_busy_desk, "SELECT * FROM person ORDER BY id")
    ran = sdesk(*words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "sdesk: error: this cannot be taken back, and without a terminal nobody can be asked. add --yes\n"
    assert before == (run(at_busy_desk, "SELECT * FROM ticket"), run(at_busy_desk, "SELECT * FROM person ORDER BY id"))
    assert sorted(each.name for each in tmp_path.iterdir() if each.name.startswith(at_busy_desk.name + ".")) == []
    for said in ("--dry-run", "--yes"):
        assert "--yes" not in sdesk(*words, said).err


def test_help_leads_with_examples(process: Process) -> None:
    for words in (
        ["db", "backup"],
        ["db", "restore"],
        ["db", "check"],
        ["db", "size"],
        ["db", "purge"],
        ["person", "forget"],
    ):
        ran = process(*words, "--help")
        assert ran.code == 0
        assert "sdesk " + " ".join(words) in ran.out
