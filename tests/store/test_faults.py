"""Stores that cannot be used: each is one sentence for a person, and nothing is half done."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from desks import DESK_FILE, NOW
from sqlalchemy import event

from sdesk.actions.perform import create, perform
from sdesk.desk.opening import Desk, open_desk
from sdesk.desk.setup import apply
from sdesk.desk.sweep import sweep
from sdesk.domain.actor import SYSTEM, Actor
from sdesk.domain.errors import Unavailable
from sdesk.store import migrate, schema
from sdesk.store.engine import Store
from sdesk.store.reader import Reader


def read(path: Path) -> None:
    Reader(path).close()


def write(path: Path) -> None:
    Store(path).close()


def bring_up(path: Path) -> None:
    migrate.migrate(path)


WAYS = pytest.mark.parametrize("use", [read, write, bring_up])


def contents(path: Path) -> list[str]:
    """All of a store, as text."""
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def anna(path: Path) -> Actor:
    with Reader(path) as reader:
        return reader.actor("anna")


@WAYS
@pytest.mark.parametrize(
    "content",
    [b"", b"no database at all " * 400, b"SQLite format 3\0" + b"\xff" * 5_000],
    ids=["empty", "text", "a false header"],
)
def test_a_file_that_is_no_store(content: bytes, use: Callable[[Path], None], tmp_path: Path) -> None:
    path = tmp_path / "some.db"
    path.write_bytes(content)
    with pytest.raises(Unavailable) as raised:
        use(path)
    assert "\n" not in str(raised.value)
    assert raised.value.remedy
    assert path.read_bytes() == content
    assert [each.name for each in tmp_path.iterdir()] == ["some.db"]


@WAYS
def test_a_database_of_another_program(use: Callable[[Path], None], tmp_path: Path) -> None:
    path = tmp_path / "places.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("CREATE TABLE bookmark (url); INSERT INTO bookmark VALUES ('x')")
    before = path.read_bytes()
    with pytest.raises(Unavailable, match="no sdesk store"):
        use(path)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["places.db"]


@WAYS
def test_a_database_of_another_program_that_counts_revisions_too(use: Callable[[Path], None], tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "CREATE TABLE alembic_version (version_num); INSERT INTO alembic_version VALUES ('0001')"
        )
    before = path.read_bytes()
    with pytest.raises(Unavailable, match="no sdesk store"):
        use(path)
    assert path.read_bytes() == before


@WAYS
def test_a_missing_store_is_not_made(use: Callable[[Path], None], tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="there is no store") as raised:
        use(tmp_path / "missing.db")
    assert "sdesk init" in raised.value.remedy
    assert list(tmp_path.iterdir()) == []


@WAYS
def test_a_folder_is_no_store(use: Callable[[Path], None], tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="no sdesk store"):
        use(tmp_path)


@WAYS
def test_a_newer_schema_is_left_alone(use: Callable[[Path], None], desk_path: Path) -> None:
    with closing(sqlite3.connect(desk_path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = contents(desk_path)
    with pytest.raises(Unavailable, match="newer version") as raised:
        use(desk_path)
    assert "install the newer sdesk" in raised.value.remedy
    assert contents(desk_path) == before


@pytest.mark.parametrize("use", [read, write])
def test_an_older_schema_says_how_to_bring_it_up(
    use: Callable[[Path], None], desk_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "KNOWN", (*schema.KNOWN, "9999"))
    monkeypatch.setattr(schema, "HEAD", "9999")
    with pytest.raises(Unavailable, match="older version") as raised:
        use(desk_path)
    assert "sdesk db migrate" in raised.value.remedy


def test_a_store_cut_short(busy_desk_path: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.db"
    short.write_bytes(busy_desk_path.read_bytes()[:20_000])
    for use in (read, write, bring_up):
        with pytest.raises(Unavailable):
            use(short)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Another process in the middle of a write."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield


def test_a_store_that_is_locked_past_its_time_out(desk_path: Path) -> None:
    acting = anna(desk_path)
    desk = open_desk(desk_path, busy_seconds=0.1)
    number = create(desk, acting, {"subject": "Till", "service": "till"}, now=NOW).number
    before = contents(desk_path)
    with held(desk_path):
        (outcome,) = perform(desk, acting, "take", [number], {}, now=NOW)
        assert isinstance(outcome.error, Unavailable)
        assert "locked by another process" in outcome.error.what
        for attempt in (
            lambda: create(desk, acting, {"subject": "Another", "service": "till"}, now=NOW),
            lambda: apply(desk, DESK_FILE.replace("IT support", "IT"), "desk.toml", actor=SYSTEM, now=NOW),
            lambda: sweep(desk, now=NOW),
        ):
            with pytest.raises(Unavailable, match="locked by another process"):
                attempt()
        # Reading goes on beside a writer.
        with Reader(desk_path) as reader:
            assert reader.ticket(acting, number, now=NOW).ticket.assignee is None
    assert contents(desk_path) == before
    assert perform(desk, acting, "take", [number], {}, now=NOW)[0].error is None


@pytest.fixture
def full_desk(desk_path: Path) -> Iterator[Desk]:
    """A desk with a ticket on a disk that has no room left: the store may not grow by one page."""
    desk = open_desk(desk_path)
    create(desk, anna(desk_path), {"subject": "Till", "service": "till", "requester": "a@shop.example"}, now=NOW)
    desk.close()
    desk = open_desk(desk_path)

    @event.listens_for(desk.store.engine, "connect")
    def _no_room(connection: sqlite3.Connection, entry: object) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")

    desk.store.engine.dispose()
    yield desk
    desk.close()


def test_a_full_disk(full_desk: Desk) -> None:
    path = full_desk.store.path
    acting, before = anna(path), contents(path)
    many = "word " * 20_000
    with pytest.raises(Unavailable, match="the disk is full"):
        create(full_desk, acting, {"subject": "Another", "service": "till", "text": many}, now=NOW)
    for verb in ("reply", "note", "close"):
        (outcome,) = perform(full_desk, acting, verb, [1], {"text": many}, now=NOW)
        assert isinstance(outcome.error, Unavailable), verb
        assert "the disk is full" in outcome.error.what
    assert contents(path) == before
    assert len(list(path.parent.glob("*"))) <= 3  # the store and its write-ahead log


@pytest.mark.slow
def test_a_store_that_is_locked_while_it_is_to_be_brought_up(desk_path: Path) -> None:
    before = contents(desk_path)
    with held(desk_path), pytest.raises(Unavailable, match="locked by another process"):
        migrate.migrate(desk_path)
    assert contents(desk_path) == before


def test_a_mistake_of_ours_is_no_fault_of_the_store(desk: Desk) -> None:
    with pytest.raises(Exception, match="no such table"), desk.work(SYSTEM, NOW) as work:
        work.connection.exec_driver_sql("SELECT * FROM nowhere")
