"""`db check` finds nothing in a sound store, and names what contradicts itself."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from sdesk.store.check import check


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
    assert any(named in problem for problem in problems), problems


def test_damage_is_named(busy_desk_path: Path) -> None:
    size = busy_desk_path.stat().st_size
    with busy_desk_path.open("r+b") as file:
        file.seek(size // 2)
        file.write(b"\xff" * 8192)
    problems = check(busy_desk_path)
    assert any(problem.startswith("damage: ") for problem in problems), problems
