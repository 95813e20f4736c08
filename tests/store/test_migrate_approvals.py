"""A store of before approvals is brought up with its data: its tickets may wait for one, and all else is as it was."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from older_stores import older_schema
from sqlalchemy import create_engine

from sdesk.store import migrate, schema
from sdesk.store.widening import allow_word

PAST = "2026-01-01T00:00:00Z"


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """Two tickets, one of them waiting for a supplier, with a message and a key; the next one has the number 8."""
    path = tmp_path / "desk.db"
    older_schema(path, "0007")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(
            "INSERT INTO team (id, key, name, reopen_for, wait_days, private, plus_addressing)"
            " VALUES (1, 'it', 'IT', 1, 5, 0, 0)"
        )
        ticket = (
            "INSERT INTO ticket (id, version, subject, status, is_open, waiting_for, team_id, channel, token, impact,"
            " urgency, priority, created_at, updated_at, reopenings, first_response_consumed, first_response_voided,"
            " next_reply_consumed, next_reply_voided, resolution_consumed, resolution_voided, loss_confirmed, rank,"
            " key1, key2) VALUES (?, 1, 'Old', ?, 1, ?, 1, 'mail', ?, 'minor', 'medium', 'P4', ?, ?, 0, 0, 0, 0, 0, 0,"
            " 0, 0, 1, 1, 1)"
        )
        connection.execute(ticket, (3, "new", None, "3" * 32, PAST, PAST))
        connection.execute(ticket, (7, "waiting", "supplier", "7" * 32, PAST, PAST))
        connection.execute("UPDATE ticket SET incident_id = 3 WHERE id = 7")
        connection.execute(
            "INSERT INTO message (id, ticket_id, direction, author_name, author_address, takes_part, sent_at, taken_at,"
            " subject, text, quoted, party) VALUES (1, 7, 'in', '', 's@x', 1, ?, ?, 'Old', 'Soon', '', 'supplier')",
            (PAST, PAST),
        )
        connection.execute(
            "INSERT INTO token (hash, ticket_id, holder, address, created_at) VALUES ('h', 7, 'supplier', 's@x', ?)",
            (PAST,),
        )
        connection.commit()
    return path


def shape(connection: sqlite3.Connection) -> dict[str, str]:
    """Tables and indexes, as they are written down."""
    return dict(
        connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND type IN ('table', 'index')")
    )


def test_tickets_may_wait_for_an_approval_and_all_else_stays(older: Path) -> None:
    with closing(sqlite3.connect(older)) as connection:
        before, rows = shape(connection), connection.execute("SELECT * FROM ticket").fetchall()
    assert migrate.migrate(older) == ("0007", schema.HEAD)
    with closing(sqlite3.connect(older)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert [row[: len(rows[0])] for row in connection.execute("SELECT * FROM ticket")] == rows
        after = shape(connection)
        assert {name for name in before if after[name] != before[name]} >= {"ticket", "message", "token"}
        assert all(after[name] == before[name] for name in before if name.startswith("ix_ticket"))
        connection.execute("UPDATE ticket SET status = 'waiting', waiting_for = 'approval' WHERE id = 3")
        connection.execute("UPDATE message SET party = 'approver'")
        connection.execute("UPDATE token SET holder = 'approver'")
        for wrong in (
            "UPDATE ticket SET waiting_for = 'godot'",
            "UPDATE message SET party = 'godot'",
            "UPDATE token SET holder = 'godot'",
        ):
            with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
                connection.execute(wrong)
        # References and numbers hold as they did.
        with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
            connection.execute("DELETE FROM ticket WHERE id = 3")
        names = [row[1] for row in connection.execute("PRAGMA table_info(ticket)") if row[1] != "id"]
        listed = ", ".join(names)
        copy = listed.replace("token", f"'{'8' * 32}'", 1)
        number = connection.execute(f"INSERT INTO ticket ({listed}) SELECT {copy} FROM ticket WHERE id = 3").lastrowid
        assert number == 8
        assert connection.execute("SELECT count(*) FROM ticket_view WHERE waiting_for = 'approval'").fetchone() == (2,)


def test_who_has_the_store_open_meanwhile_knows_it(older: Path) -> None:
    with closing(sqlite3.connect(older)) as other:
        assert other.execute("SELECT count(*) FROM ticket").fetchone() == (2,)
        migrate.migrate(older)
        other.execute("UPDATE ticket SET waiting_for = 'approval' WHERE id = 7")
        other.commit()
        assert other.execute("SELECT waiting_for FROM ticket WHERE id = 7").fetchone() == ("approval",)


def test_it_is_part_of_its_transaction(older: Path) -> None:
    with closing(sqlite3.connect(older)) as connection:
        before = shape(connection)
    engine = create_engine(f"sqlite:///{older}")
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            allow_word(connection, "ticket", "waiting_for", "approval")
            connection.exec_driver_sql("UPDATE ticket SET waiting_for = 'approval' WHERE id = 7")
            connection.rollback()
    finally:
        engine.dispose()
    with closing(sqlite3.connect(older)) as found:
        assert shape(found) == before
        assert found.execute("SELECT waiting_for FROM ticket WHERE id = 7").fetchone() == ("supplier",)
        with pytest.raises(sqlite3.IntegrityError):
            found.execute("UPDATE ticket SET waiting_for = 'approval'")


def test_a_column_without_listed_words_is_refused(older: Path) -> None:
    engine = create_engine(f"sqlite:///{older}")
    try:
        with engine.connect() as connection, pytest.raises(RuntimeError, match="no constraint of the table ticket"):
            allow_word(connection, "ticket", "subject", "approval")
    finally:
        engine.dispose()
