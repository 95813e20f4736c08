"""Making a store and bringing one up: exactly the tables that the models say, all or nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from importlib.resources import files
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from desks import DESK_FILE, NOW
from older_stores import older_schema
from sqlalchemy import create_engine

from sdesk.desk.opening import open_desk
from sdesk.desk.setup import apply
from sdesk.domain.actor import SYSTEM
from sdesk.domain.errors import Refused, Unavailable
from sdesk.store import migrate, models, schema
from sdesk.store.models import Ticket


def schema_of(path: Path) -> dict[str, str]:
    """Every table, index, view and trigger, as it was written down."""
    with closing(sqlite3.connect(path)) as connection:
        return dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A store that was just made, in a folder of its own."""
    path = tmp_path / "made" / "here" / "desk.db"
    migrate.init(path)
    return path


def test_a_new_store_is_its_owners_alone(fresh: Path) -> None:
    assert fresh.stat().st_mode & 0o777 == 0o600
    assert fresh.parent.stat().st_mode & 0o777 == 0o700
    assert [each.name for each in fresh.parent.iterdir()] == ["desk.db"]
    with closing(sqlite3.connect(fresh)) as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (schema.APPLICATION_ID,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_the_migrations_make_what_the_models_say(fresh: Path) -> None:
    assert all(getattr(models, name).metadata is Ticket.metadata for name in models.__all__)  # the late ones too
    engine = create_engine(f"sqlite:///{fresh}")
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(
                connection,
                opts={
                    "compare_type": True,
                    # The full-text index is SQL alone, with tables of its own beside it.
                    "include_name": lambda name, kind, parents: (
                        kind != "table" or not (name or "").startswith("ticket_fts")
                    ),
                },
            )
            assert compare_metadata(context, Ticket.metadata) == []
    finally:
        engine.dispose()


def test_the_program_knows_the_migrations_that_it_ships() -> None:
    config = Config()
    config.set_main_option("script_location", str(files("sdesk.store").joinpath("migrations")))
    shipped = [each.revision for each in ScriptDirectory.from_config(config).walk_revisions()]
    assert list(schema.KNOWN) == shipped[::-1]
    assert shipped[0] == schema.HEAD


def test_migrating_twice_changes_nothing(fresh: Path) -> None:
    before = schema_of(fresh)
    assert migrate.migrate(fresh) == (schema.HEAD, schema.HEAD)
    assert schema_of(fresh) == before


def test_views_are_made_anew_since_they_hold_no_data(fresh: Path) -> None:
    before = schema_of(fresh)
    with closing(sqlite3.connect(fresh)) as connection:
        connection.executescript("DROP VIEW history_view; CREATE VIEW history_view AS SELECT 1 AS old")
    migrate.migrate(fresh)
    assert schema_of(fresh) == before


def test_data_stays_where_a_store_is_brought_up(fresh: Path) -> None:
    desk = open_desk(fresh)
    apply(desk, DESK_FILE, "desk.toml", actor=SYSTEM, now=NOW)
    desk.close()
    with closing(sqlite3.connect(fresh)) as connection:
        before = list(connection.iterdump())
    migrate.migrate(fresh)
    with closing(sqlite3.connect(fresh)) as connection:
        assert list(connection.iterdump()) == before


def first_release(path: Path) -> None:
    """A store as the first schema made it, with a team, an agent and seven tickets, most of them from long ago."""
    older_schema(path, "0001")
    ticket = (
        "INSERT INTO ticket (id, version, subject, status, is_open, team_id, channel, token, impact, urgency, priority,"
        " created_at, updated_at, reopenings, first_response_consumed, first_response_voided, next_reply_consumed,"
        " next_reply_voided, resolution_consumed, resolution_voided, resolution_target, resolution_started_at,"
        " resolution_at_risk_at, resolution_due_at, loss_confirmed, rank, key1, key2) VALUES (?, 1, 'Old', ?, ?, 1,"
        " 'mail', ?, 'minor', 'medium', 'P4', ?, ?, 0, 0, 0, 0, 0, 0, 0, 600, ?, ?, ?, 0, 1, 1, 1)"
    )
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "INSERT INTO team (id, key, name, reopen_for, wait_days, private) VALUES (1,'it','IT',1,5,0)"
        )
        connection.execute("INSERT INTO agent (id, key, name, email, role) VALUES (1, 'anna', 'Anna', 'a@x', 'admin')")
        far, past = "2999-01-01T00:00:00Z", "2001-01-01T00:00:00Z"
        for number, status, is_open, at_risk, due in (
            (1, "new", 1, far, "2999-01-02T00:00:00Z"),
            (2, "new", 1, past, far),
            (3, "new", 1, past, past),
            (4, "closed", 0, past, past),
            (5, "new", 1, past, past),
            (6, "new", 1, past, past),
            (7, "new", 1, past, past),
        ):
            connection.execute(ticket, (number, status, is_open, f"{number:032x}", past, past, past, at_risk, due))
        # One that is stale, one of P2, which never is, and one that will be.
        connection.execute("UPDATE ticket SET stale_at = ?, rank = 2 WHERE id = 5", (past,))
        connection.execute("UPDATE ticket SET stale_at = ?, priority = 'P2' WHERE id = 6", (past,))
        connection.execute("UPDATE ticket SET stale_at = ? WHERE id = 7", (far,))
        # It came closed out of an archive.
        connection.execute("UPDATE ticket SET closed_at = created_at, resolved_at = created_at WHERE id = 4")
        connection.execute(
            "INSERT INTO message (id, ticket_id, direction, author_name, author_address, takes_part, sent_at, taken_at,"
            " subject, text, quoted, message_id) VALUES (1, 1, 'in', '', 'm@x', 1, ?, ?, 'Old', 'Help', '', '<1@x>')",
            (past, past),
        )
        connection.execute(
            'INSERT INTO outbox (id, kind, language, recipients, to_address, message_id, "values", ticket_id,'
            " created_at, send_after, state, attempts) VALUES (1, 'acknowledgement', 'en', '{}', 'm@x', '<2@x>', '{}',"
            " 1, ?, ?, 'queued', 0)",
            (past, past),
        )
        connection.commit()


def test_a_store_of_the_first_release_is_brought_up_with_its_data(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    first_release(path)
    with pytest.raises(Unavailable, match="older version"):
        open_desk(path)
    assert migrate.migrate(path) == ("0001", schema.HEAD)
    fresh = tmp_path / "fresh.db"
    migrate.init(fresh)
    for statement in ("SELECT name FROM pragma_table_list WHERE type IN ('table', 'view') ORDER BY name",):
        with closing(sqlite3.connect(path)) as old, closing(sqlite3.connect(fresh)) as new:
            assert old.execute(statement).fetchall() == new.execute(statement).fetchall()
    with closing(sqlite3.connect(path)) as connection:
        # What had come before is told to nobody; what is still to come is.
        assert connection.execute("SELECT id, alerts, alert_at FROM ticket ORDER BY id").fetchall() == [
            (1, None, "2999-01-01T00:00:00Z"),
            (2, '{"resolution":"at_risk"}', "2999-01-01T00:00:00Z"),
            (3, '{"resolution":"breached"}', None),
            (4, None, None),
            (5, '{"resolution":"stale"}', None),
            (6, '{"resolution":"breached"}', None),
            (7, '{"resolution":"breached"}', "2999-01-01T00:00:00Z"),
        ]
        stale = connection.execute("SELECT id, stale_at FROM ticket WHERE stale_at IS NOT NULL ORDER BY id")
        assert stale.fetchall() == [(5, "2001-01-01T00:00:00Z"), (7, "2999-01-01T00:00:00Z")]
        risks = connection.execute("SELECT risk_at FROM ticket ORDER BY id").fetchall()
        past = "2001-01-01T00:00:00Z"
        assert [each for (each,) in risks] == ["2999-01-01T00:00:00Z", past, past, None, past, past, past]
        assert connection.execute("SELECT text, party, taken_back_at FROM message").fetchall() == [
            ("Help", "requester", None)
        ]
        assert connection.execute("SELECT kind, state, claimed_at, done FROM outbox").fetchall() == [
            ("acknowledgement", "queued", None, None)
        ]
        assert connection.execute("SELECT ticket_id, at, actor, event, data FROM history").fetchall() == [
            (4, past, "system", "status", '{"old":"new","new":"closed"}')
        ]
        with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
            connection.execute("UPDATE message SET party = 'nobody'")
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_a_store_without_watchers_is_brought_up_to_them(tmp_path: Path) -> None:
    path, fresh = tmp_path / "desk.db", tmp_path / "fresh.db"
    first_release(path)
    assert migrate.migrate(path)[1] == schema.HEAD
    older_schema(tmp_path / "events.db", "0006")
    with closing(sqlite3.connect(tmp_path / "events.db")) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'watcher'").fetchone() == (0,)
    assert migrate.migrate(tmp_path / "events.db") == ("0006", schema.HEAD)
    migrate.init(fresh)
    assert schema_of(tmp_path / "events.db") == schema_of(fresh)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        # Nobody watches what was there before; each agent can watch a ticket once.
        assert connection.execute("SELECT DISTINCT watchers FROM ticket_view").fetchall() == [("[]",)]
        connection.execute("INSERT INTO watcher (ticket_id, agent_id, since) VALUES (1, 1, '2001-01-01T00:00:00Z')")
        assert connection.execute("SELECT number, agent, by FROM watcher_view").fetchall() == [(1, "anna", None)]
        assert connection.execute("SELECT watchers FROM ticket_view WHERE number = 1").fetchone() == ('["anna"]',)
        for again in ("(1, 1, 'x')", "(1, 99, 'x')", "(99, 1, 'x')"):
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute(f"INSERT INTO watcher (ticket_id, agent_id, since) VALUES {again}")


def test_a_store_without_agents_keys_is_brought_up_to_them(tmp_path: Path) -> None:
    path, fresh = tmp_path / "desk.db", tmp_path / "fresh.db"
    first_release(path)
    older_schema(tmp_path / "watchers.db", "0007")
    with closing(sqlite3.connect(tmp_path / "watchers.db")) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'agent_key'").fetchone() == (0,)
    migrate.migrate(path)
    assert migrate.migrate(tmp_path / "watchers.db") == ("0007", schema.HEAD)
    migrate.init(fresh)
    assert schema_of(tmp_path / "watchers.db") == schema_of(path) == schema_of(fresh)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        # Nobody logs in by what was there before; no key is two agents'.
        assert connection.execute("SELECT count(*) FROM agent_key").fetchone() == (0,)
        insert = "INSERT INTO agent_key (agent_id, position, key, comment) VALUES"
        connection.execute(f"{insert} (1, 1, 'ssh-ed25519 A', '')")
        for again in ("(1, 1, 'b', '')", "(1, 2, 'ssh-ed25519 A', '')", "(99, 1, 'c', '')"):
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute(f"{insert} {again}")


def test_a_store_without_ratings_is_brought_up_to_them(tmp_path: Path) -> None:
    path, fresh = tmp_path / "desk.db", tmp_path / "fresh.db"
    older_schema(path, "0007")
    assert migrate.migrate(path) == ("0007", schema.HEAD)
    migrate.init(fresh)
    assert schema_of(path) == schema_of(fresh)
    first_release(tmp_path / "old.db")
    migrate.migrate(tmp_path / "old.db")
    with closing(sqlite3.connect(tmp_path / "old.db")) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        assert connection.execute("SELECT count(*) FROM rating_view").fetchone() == (0,)
        connection.execute("INSERT INTO person (id, name, created_at) VALUES (1, 'Maria', '2001-01-01T00:00:00Z')")
        asked = (
            "INSERT INTO rating (ticket_id, person_id, team_id, asked_at, token_hash, comment, score)"
            " VALUES (?, ?, 1, '2001-01-01T00:00:00Z', ?, '', ?)"
        )
        connection.execute(asked, (1, 1, "a", 5))
        for wrong in ((1, 1, "a", 5), (99, 1, "b", 5), (1, 99, "c", 5), (1, 1, "d", 6)):
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute(asked, wrong)


def test_services_of_an_older_store_have_no_form_and_stay_as_they_are(tmp_path: Path) -> None:
    path, fresh = tmp_path / "desk.db", tmp_path / "fresh.db"
    older_schema(path, "0007")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "INSERT INTO team (id, key, name, reopen_for, wait_days, private) VALUES (1,'it','IT',1,5,0)"
        )
        connection.execute(
            "INSERT INTO service (key, name, team_id, impact, urgency) VALUES ('till', 'Till', 1, 'minor', 'low')"
        )
        connection.commit()
    assert migrate.migrate(path) == ("0007", schema.HEAD)
    migrate.init(fresh)
    assert schema_of(path) == schema_of(fresh)
    with closing(sqlite3.connect(path)) as connection:
        row = connection.execute("SELECT key, category, description, help, fields FROM service").fetchone()
        assert row == ("till", None, "{}", "{}", "[]")
        assert connection.execute("SELECT count(*) FROM form_view").fetchone() == (0,)


def test_a_store_without_equipment_is_brought_up_to_it(tmp_path: Path, fresh: Path) -> None:
    path = tmp_path / "watched.db"
    first_release(path)
    older = tmp_path / "older.db"
    older_schema(older, "0007")
    with closing(sqlite3.connect(older)) as connection:
        connection.execute("ATTACH ? AS first", (str(path),))
        for table in ("team", "ticket"):
            names = ", ".join(row[1] for row in connection.execute(f"PRAGMA first.table_info({table})"))
            connection.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM first.{table}")
        connection.execute(
            "INSERT INTO check_event (source, key, ticket_id, state, first_at, last_at, downs, ups, returns, likeness,"
            " repeats, notes) VALUES ('zabbix', 'till-3:ping', 1, 'down', '2001-01-01T00:00:00Z',"
            " '2001-01-01T00:00:00Z', 3, 0, 0, '', 0, 1)"
        )
        connection.commit()
    assert migrate.migrate(older) == ("0007", schema.HEAD)
    assert schema_of(older) == schema_of(fresh)
    with closing(sqlite3.connect(older)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        # What was told stands, of no equipment yet; what is written down has one number, whatever its letters' case.
        assert connection.execute("SELECT downs, asset_id, stands FROM check_event").fetchall() == [(3, None, 1)]
        assert connection.execute("SELECT DISTINCT assets FROM ticket_view").fetchall() == [("[]",)]
        added = (
            "INSERT INTO asset (inventory_number, number_key, name, kind, model, serial, note, created_at, updated_at)"
            " VALUES (?, 't-1', '', 'till', '', '', '', 'x', 'x')"
        )
        connection.execute(added, ("T-1",))
        with pytest.raises(sqlite3.IntegrityError, match="number_key"):
            connection.execute(added, ("t-1",))
        connection.execute("INSERT INTO ticket_asset VALUES (1, 1)")
        for again in ("(1, 1)", "(1, 9)", "(99, 1)"):
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute(f"INSERT INTO ticket_asset VALUES {again}")
        assert connection.execute("SELECT assets FROM ticket_view WHERE number = 1").fetchone() == ('["T-1"]',)


def test_init_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "view_statements", lambda: ["CREATE VIEW nonsense AS SELECT"])
    with pytest.raises(Exception, match="incomplete input"):
        migrate.init(tmp_path / "made" / "here" / "desk.db")
    assert list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    migrate.init(tmp_path / "made" / "here" / "desk.db")
    open_desk(tmp_path / "made" / "here" / "desk.db").close()


def test_init_keeps_folders_that_were_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "there").mkdir()
    monkeypatch.setattr(migrate, "view_statements", lambda: ["CREATE VIEW nonsense AS SELECT"])
    with pytest.raises(Exception, match="incomplete input"):
        migrate.init(tmp_path / "there" / "desk.db")
    assert list((tmp_path / "there").iterdir()) == []


def test_migrate_that_fails_changes_nothing(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = schema_of(fresh)
    monkeypatch.setattr(
        migrate, "view_statements", lambda: ["DROP VIEW history_view", "CREATE VIEW nonsense AS SELECT"]
    )
    with pytest.raises(Exception, match="incomplete input"):
        migrate.migrate(fresh)
    assert schema_of(fresh) == before


def test_init_never_writes_over_what_is_there(tmp_path: Path) -> None:
    there = tmp_path / "desk.db"
    there.write_text("something dear")
    with pytest.raises(Refused, match="exists already"):
        migrate.init(there)
    assert there.read_text() == "something dear"


def test_words_that_no_enumeration_has_are_refused_by_the_store(desk_path: Path) -> None:
    with closing(sqlite3.connect(desk_path)) as connection:
        for table, column in (
            ("routing_rule", ""),
            ("agent", "role"),
            ("service", "impact"),
            ("sla_target", "priority"),
        ):
            if column:
                with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
                    connection.execute(f"UPDATE {table} SET {column} = 'nonsense'")
