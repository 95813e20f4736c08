"""A store of any older program comes up with what it holds, to the very tables of a new one; or it stays as it was."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from older_stores import older_schema

from sdesk.store import migrate, schema

AT = "2026-01-01T00:00:00Z"
WORDS = {
    "status": "new",
    "channel": "mail",
    "impact": "minor",
    "urgency": "medium",
    "priority": "P4",
    "direction": "in",
    "holder": "supplier",
    "state": "down",
}
"""For columns that take certain words alone."""


def add(connection: sqlite3.Connection, table: str, **given: Any) -> None:
    """A row, whatever columns the table has by then; those that must have something and are not given have nothing
    much."""
    row: dict[str, Any] = {}
    for _, name, kind, must, default, _ in connection.execute(f'PRAGMA table_info("{table}")'):
        if name in given:
            row[name] = given[name]
        elif must and default is None:
            row[name] = WORDS.get(name, 0 if kind in {"INTEGER", "BOOLEAN"} else AT if name.endswith("_at") else "")
    marks = ", ".join("?" * len(row))
    names = ", ".join(f'"{name}"' for name in row)
    connection.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', tuple(row.values()))


def older(path: Path, revision: str) -> None:
    """A store of an older program, with a ticket that waits and its words."""
    older_schema(path, revision)
    with closing(sqlite3.connect(path)) as connection:
        add(connection, "team", id=1, key="it", name="IT")
        add(connection, "agent", id=1, key="anna", name="Anna", email="a@x", role="admin")
        add(connection, "service", id=1, key="till", name="Till", team_id=1)
        add(connection, "ticket", id=3, subject="Old", is_open=1, team_id=1, service_id=1, token="3" * 32)
        add(
            connection,
            "ticket",
            id=7,
            subject="Waits",
            status="waiting",
            waiting_for="supplier",
            is_open=1,
            team_id=1,
            token="7" * 32,
        )
        add(connection, "message", id=1, ticket_id=7, author_name="", author_address="s@x", text="Soon", takes_part=1)
        add(connection, "history", id=1, ticket_id=7, at=AT, actor="system", event="opened", data="{}")
        if revision > "0001":
            add(connection, "token", hash="h", ticket_id=7, address="s@x")
        if revision > "0005":
            add(connection, "check_event", source="zabbix", key="a", ticket_id=3)
        connection.commit()
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def held(path: Path) -> list[tuple[Any, ...]]:
    """What the store holds of those."""
    with closing(sqlite3.connect(path)) as connection:
        return [
            *connection.execute("SELECT id, subject, status, waiting_for, token, service_id FROM ticket ORDER BY id"),
            *connection.execute("SELECT ticket_id, text FROM message"),
            *connection.execute("SELECT ticket_id, event, data FROM history"),
        ]


def shape(path: Path) -> dict[str, str]:
    with closing(sqlite3.connect(path)) as connection:
        return dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """How a new store is made up."""
    path = tmp_path_factory.mktemp("fresh") / "desk.db"
    migrate.init(path)
    return shape(path)


RELEASED = "0007"
"""Up to here somebody may have a store; what came after it came at once, and is looked at with what takes long."""


@pytest.mark.parametrize(
    "revision",
    [pytest.param(each, marks=[pytest.mark.endurance] if each > RELEASED else []) for each in schema.KNOWN[:-1]],
)
def test_a_store_of_each_version_comes_up_to_the_tables_of_a_new_one(
    revision: str, tmp_path: Path, fresh: dict[str, str]
) -> None:
    path = tmp_path / "desk.db"
    older(path, revision)
    before = held(path)
    assert migrate.migrate(path) == (revision, schema.HEAD)
    assert held(path) == before
    assert shape(path) == fresh
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        # What is made of the tables is read, and the words that came later may be written.
        assert connection.execute("SELECT count(*) FROM ticket_view").fetchone() == (2,)
        connection.execute("UPDATE ticket SET waiting_for = 'approval' WHERE id = 7")
        connection.execute("UPDATE message SET party = 'approver'")


def test_one_that_fails_at_its_end_leaves_the_store_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "desk.db"
    older(path, "0007")
    before, words = shape(path), held(path)
    with monkeypatch.context() as patch:
        patch.setattr(migrate, "view_statements", lambda: ["CREATE VIEW nonsense AS SELECT"])
        with pytest.raises(Exception, match="incomplete input"):
            migrate.migrate(path)
    assert (shape(path), held(path)) == (before, words)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
            connection.execute("UPDATE ticket SET waiting_for = 'approval'")
    assert migrate.migrate(path) == ("0007", schema.HEAD)
    assert held(path) == words


def test_who_reads_meanwhile_reads_on_what_was_and_then_what_is(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    older(path, "0008")
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        said = "SELECT subject, waiting_for FROM ticket ORDER BY id"
        words = "SELECT sql FROM sqlite_master WHERE name = 'ticket'"
        before = reader.execute(said).fetchall()
        assert "'approval'" not in reader.execute(words).fetchone()[0]
        migrate.migrate(path)
        # One state of the store, to its end.
        assert reader.execute(said).fetchall() == before
        assert "'approval'" not in reader.execute(words).fetchone()[0]
        reader.execute("COMMIT")
        assert reader.execute(said).fetchall() == before
        assert "'approval'" in reader.execute(words).fetchone()[0]
