"""`db check` finds nothing in a sound store, and names what contradicts itself."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from desks import NOW

from sdesk.domain.errors import Refused
from sdesk.store.check import check, words
from sdesk.store.check.repair import repair


def test_a_busy_desk_is_sound(busy_desk_path: Path) -> None:
    assert check(busy_desk_path) == ()


@pytest.mark.parametrize(
    ("harm", "named"),
    [
        ("UPDATE ticket SET is_open = 0 WHERE id = (SELECT min(id) FROM ticket WHERE is_open)", "mark for open"),
        ("DELETE FROM ticket_fts WHERE rowid = 3", "ticket 3 has no words"),
        ("DELETE FROM history WHERE ticket_id = 5", "ticket 5 has no history"),
        ("UPDATE clock_run SET seconds = seconds + 1 WHERE id = 1", "the runs of its first_response clock"),
        ("INSERT INTO blob (sha256, size, data) VALUES ('ab', 1, x'00')", "content ab belongs to no attachment"),
        ("PRAGMA foreign_keys = OFF; UPDATE ticket SET team_id = 77 WHERE id = 1", "a team that is not there"),
    ],
)
def test_a_contradiction_is_named(busy_desk_path: Path, harm: str, named: str) -> None:
    connection = sqlite3.connect(busy_desk_path)
    connection.executescript(harm)
    connection.commit()
    connection.close()
    problems = check(busy_desk_path)
    assert any(named in problem.what for problem in problems), problems


def test_damage_is_named(busy_desk_path: Path) -> None:
    size = busy_desk_path.stat().st_size
    with busy_desk_path.open("r+b") as file:
        file.seek(size // 2)
        file.write(b"\xff" * 8192)
    problems = check(busy_desk_path)
    assert any(problem.what.startswith("damage: ") for problem in problems), problems


def spoil(path: Path, script: str) -> None:
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.commit()
    connection.close()


LEDGER = (
    "INSERT INTO ledger (mailbox, folder, uidvalidity, uid, sha256, message_id, identity, sender, subject, taken_at,"
    " outcome, reason) VALUES ('m', 'f', 1, '1', 's', 'i', 'd', 'a', 'b', '2026-11-23T00:00:00Z',"
)
MENDABLE = (
    ("UPDATE ticket SET is_open = 0 WHERE id = 1", "ticket 1 is "),
    ("UPDATE ticket SET is_open = 1 WHERE status = 'resolved'", "its mark for open"),
    ("DELETE FROM ticket_fts WHERE rowid = 3", "ticket 3 has no words"),
    ("INSERT INTO ticket_fts (rowid, subject, body, people) VALUES (999, 'x', 'y', 'z')", "row 999 of the full-text"),
    ("UPDATE ticket SET subject = 'Another' WHERE id = 4", "ticket 4 is not found by its subject"),
    (
        "UPDATE ticket_fts_data SET block = zeroblob(length(block)) WHERE id > 10",
        "full-text index does not hold together",
    ),
    ("UPDATE ticket SET first_response_consumed = 5 WHERE id = 3", "ticket 3: the runs of its first_response"),
    (
        "UPDATE ticket SET resolution_due_at = '2020-01-01T00:00:00Z' WHERE is_open AND id = 57",
        "ticket 57: its resolution",
    ),
    ("UPDATE ticket SET due_at = NULL, due_kind = NULL WHERE id = 57", "ticket 57: its due_at is none"),
    ("UPDATE ticket SET rank = 0, key1 = 1 WHERE id = 2", "ticket 2 has the place 0/1/"),
    ("UPDATE ticket SET loss_key = 0 WHERE id = 57", "ticket 57 has the place"),
    ("INSERT INTO blob (sha256, size, data) VALUES ('ab', 1, x'00')", "content ab belongs to no attachment"),
    ("INSERT INTO raw_mail (sha256, size, data) VALUES ('cd', 1, x'00')", "content cd belongs to no message"),
)


@pytest.mark.parametrize(("harm", "named"), MENDABLE)
def test_what_can_be_derived_is_mended(busy_desk_path: Path, harm: str, named: str) -> None:
    before = busy_rows(busy_desk_path)
    spoil(busy_desk_path, harm)
    problems = check(busy_desk_path, NOW)
    assert any(named in problem.what for problem in problems), problems
    assert all(problem.mends for problem in problems), problems
    done = repair(busy_desk_path, NOW)
    assert done.left == ()
    assert any(named in each.what for each in done.mended), done
    assert check(busy_desk_path, NOW) == ()
    if "subject" not in harm:
        assert busy_rows(busy_desk_path) == before
    assert done.kept is not None
    assert any(named in problem.what for problem in check(done.kept, NOW))
    assert repair(busy_desk_path, NOW) == ((), (), None)


def busy_rows(path: Path) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT * FROM ticket ORDER BY id").fetchall()
    rows += connection.execute("SELECT rowid, subject, people FROM ticket_fts ORDER BY rowid").fetchall()
    connection.close()
    return rows


def test_an_index_that_lost_a_row_is_made_anew(busy_desk_path: Path) -> None:
    connection = sqlite3.connect(busy_desk_path, isolation_level=None)
    index = connection.execute(
        "SELECT type, name, tbl_name, rootpage, sql FROM sqlite_master WHERE name = 'ix_tag_tag'"
    )
    row = index.fetchone()
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute("DELETE FROM sqlite_master WHERE name = 'ix_tag_tag'")
    connection.close()
    # While the schema does not know of the index, a row comes.
    spoil(busy_desk_path, "INSERT INTO tag VALUES (1, 'unseen')")
    connection = sqlite3.connect(busy_desk_path, isolation_level=None)
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute("INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql) VALUES (?, ?, ?, ?, ?)", row)
    connection.close()
    problems = check(busy_desk_path, NOW)
    assert problems
    assert all(problem.mends and "ix_tag_tag" in problem.what for problem in problems), problems
    assert repair(busy_desk_path, NOW).left == ()
    assert check(busy_desk_path, NOW) == ()


def test_where_a_table_lost_rows_nothing_is_derived_from_it(busy_desk_path: Path) -> None:
    """An index that says more than its table is no damage of the index, and files without a name are still files."""
    spoil(
        busy_desk_path,
        "INSERT INTO blob (id, sha256, size, data) VALUES (900, 'ab', 1, x'00');"
        "INSERT INTO attachment (message_id, blob_id, name, media_type, content_id, inline)"
        " VALUES (1, 900, 'till.png', 'image/png', '', 0);",
    )
    connection = sqlite3.connect(busy_desk_path)
    (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'attachment'").fetchone()
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    with busy_desk_path.open("r+b") as file:
        file.seek((root - 1) * size)
        assert file.read(1) == b"\x0d", "its rows are not in one page any more"
        file.seek((root - 1) * size + 3)
        file.write(b"\x00\x00")
    before = busy_desk_path.read_bytes()
    problems = check(busy_desk_path, NOW)
    assert any("wrong # of entries in index" in each.what for each in problems), problems
    assert not any(each.mends for each in problems if "wrong #" in each.what), problems
    done = repair(busy_desk_path, NOW)
    assert done.mended == ()
    assert done.kept is None
    assert done.left
    assert busy_desk_path.read_bytes() == before


@pytest.mark.parametrize(
    ("harm", "named"),
    [
        ("DELETE FROM history WHERE ticket_id = 5", "ticket 5 has no history"),
        ("UPDATE ticket SET status = 'closed', is_open = 0 WHERE id = 1", "ticket 1 is closed, and its"),
        ("UPDATE clock_run SET seconds = 99999999 WHERE id = 1", "do not fit between its ends"),
        (
            f"{LEDGER} 'created', '')",
            "ledger row 1 says created, and names no ticket",
        ),
        (
            f"PRAGMA ignore_check_constraints = ON;{LEDGER} 'eaten', '')",
            "mailbox m: 1 were examined, and what became of them is known of 0",
        ),
        (
            "INSERT INTO blob (id, sha256, size, data) VALUES (1, 'ab', 1, x'00');"
            "INSERT INTO attachment (message_id, blob_id, name, media_type, content_id, inline)"
            " VALUES (1, 1, 'till.png', 'image/png', '', 0)",
            "ticket 1: the attachment till.png is not what was attached",
        ),
    ],
)
def test_what_nobody_can_derive_is_left_and_said(busy_desk_path: Path, harm: str, named: str) -> None:
    spoil(busy_desk_path, harm)
    problems = check(busy_desk_path, NOW)
    assert any(named in problem.what and not problem.mends for problem in problems), problems
    left = repair(busy_desk_path, NOW).left
    assert any(named in problem.what or "CHECK" in problem.what for problem in left), left
    assert not any(problem.mends for problem in left), left


def test_a_repair_that_fails_half_way_changes_nothing(busy_desk_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(busy_desk_path, "UPDATE ticket SET rank = 0 WHERE id = 2; DELETE FROM ticket_fts WHERE rowid = 3")
    before = busy_rows(busy_desk_path)

    def fails(connection: sqlite3.Connection, number: int) -> None:
        raise RuntimeError("stop")

    monkeypatch.setattr(words, "write_words", fails)
    with pytest.raises(RuntimeError):
        repair(busy_desk_path, NOW)
    assert busy_rows(busy_desk_path) == before


def test_a_dry_run_says_the_same_and_changes_nothing(busy_desk_path: Path) -> None:
    spoil(busy_desk_path, "UPDATE ticket SET rank = 0 WHERE id = 2")
    before = busy_rows(busy_desk_path)
    told = repair(busy_desk_path, NOW, dry_run=True)
    assert [each.ticket for each in told.mended] == [2]
    assert told.kept is None
    assert busy_rows(busy_desk_path) == before
    assert list(busy_desk_path.parent.glob("*before*")) == []


def test_damage_is_not_mended(busy_desk_path: Path) -> None:
    with busy_desk_path.open("r+b") as file:
        file.seek(busy_desk_path.stat().st_size // 2)
        file.write(b"\xff" * 8192)
    before = busy_desk_path.read_bytes()
    with pytest.raises(Refused, match="is damaged"):
        repair(busy_desk_path, NOW)
    assert busy_desk_path.read_bytes() == before
