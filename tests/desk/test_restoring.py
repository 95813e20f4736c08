"""A backup is put back whole and made safe, or nothing is changed; what stood there is kept."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from desks import NOW
from older_stores import older_schema

from sdesk.actions.perform import create, perform
from sdesk.desk.opening import open_desk
from sdesk.desk.outbox.by_hand import release
from sdesk.desk.restoring import Restored, restore
from sdesk.domain.actor import SYSTEM
from sdesk.domain.errors import BadInput, Declined, SdeskError, StoreLocked, Unavailable
from sdesk.store import alone, migrate, schema
from sdesk.store import restore as files
from sdesk.store.backup import Contents, backup
from sdesk.store.check import check
from sdesk.store.reader import Reader
from sdesk.store.whole_file import written_beside

KEPT = "desk.db.before-20261123-090000"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alone, "WAIT_SECONDS", 0.1)


@pytest.fixture
def copy(busy_desk_path: Path, tmp_path: Path) -> Path:
    """A backup of the busy desk."""
    target = tmp_path / "backups" / "copy.db"
    target.parent.mkdir()
    backup(busy_desk_path, target)
    return target


def put_back(store: Path, file: Path, now: datetime = NOW) -> Restored:
    done = restore(store, file, now=now, ask=lambda contents: None)
    assert done is not None
    return done


def ask(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def new_ticket(path: Path) -> int:
    with Reader(path) as reader:
        anna = reader.actor("anna")
    desk = open_desk(path)
    number = create(desk, anna, {"subject": "x", "text": "y", "requester": "a@acc.shop.example"}, now=NOW).number
    desk.close()
    return number


def test_the_backup_stands_and_the_other_is_kept(busy_desk_path: Path, copy: Path) -> None:
    number = new_ticket(busy_desk_path)
    busy_desk_path.chmod(0o640)
    done = put_back(busy_desk_path, copy)
    assert done.kept == busy_desk_path.with_name(KEPT)
    assert check(busy_desk_path) == ()
    assert ask(busy_desk_path, f"SELECT count(*) FROM ticket WHERE id = {number}") == [(0,)]
    assert ask(busy_desk_path, "PRAGMA journal_mode") == [("wal",)]
    assert stat.S_IMODE(busy_desk_path.stat().st_mode) == 0o640
    assert ask(done.kept, f"SELECT subject FROM ticket WHERE id = {number}") == [("x",)]
    assert check(done.kept) == ()
    left = {path.name for path in busy_desk_path.parent.iterdir()} - {"backups", "desk.db-wal", "desk.db-shm"}
    assert left == {"desk.db", KEPT}


def test_a_second_one_in_the_same_second_keeps_both(busy_desk_path: Path, copy: Path) -> None:
    kept = {put_back(busy_desk_path, copy).kept for _ in range(3)}
    assert {path.name for path in kept if path} == {KEPT, f"{KEPT}-2", f"{KEPT}-3"}


def test_no_number_is_given_twice(busy_desk_path: Path, copy: Path) -> None:
    given = [new_ticket(busy_desk_path) for _ in range(3)]
    put_back(busy_desk_path, copy)
    assert new_ticket(busy_desk_path) == given[-1] + 1


def test_unsent_mail_is_held_until_it_is_released(busy_desk_path: Path, copy: Path) -> None:
    waits = ask(copy, "SELECT count(*) FROM outbox WHERE state = 'queued'")[0][0]
    assert waits
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("UPDATE outbox SET claimed_at = created_at WHERE id = 1")
        connection.commit()
    done = put_back(busy_desk_path, copy)
    assert done.held == waits
    assert ask(busy_desk_path, "SELECT count(*) FROM outbox WHERE state = 'queued' OR claimed_at IS NOT NULL") == [(0,)]
    event = "SELECT actor, json_extract(data, '$.held') FROM history WHERE event = 'store_restored'"
    assert ask(busy_desk_path, event) == [("system", waits)]
    (mail,) = ask(busy_desk_path, "SELECT min(id) FROM outbox WHERE state = 'held'")[0]
    desk = open_desk(busy_desk_path)
    with desk.work(SYSTEM, NOW) as work:
        release(work, int(str(mail)))
        work.session.commit()
    desk.close()
    assert ask(busy_desk_path, f"SELECT state FROM outbox WHERE id = {mail}") == [("queued",)]


def test_who_was_at_a_ticket_is_there_no_more(busy_desk_path: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(busy_desk_path)) as connection:
        connection.execute("INSERT INTO presence VALUES (1, 1, 'reading', '2099-01-01T00:00:00Z')")
        connection.commit()
    backup(busy_desk_path, tmp_path / "copy.db")
    put_back(busy_desk_path, tmp_path / "copy.db")
    assert ask(busy_desk_path, "SELECT count(*) FROM presence") == [(0,)]


@pytest.mark.parametrize("revision", schema.KNOWN[:-1])
def test_an_older_one_is_brought_up_before_it_stands(busy_desk_path: Path, tmp_path: Path, revision: str) -> None:
    older_schema(tmp_path / "old.db", revision)
    before = (tmp_path / "old.db").read_bytes()
    done = put_back(busy_desk_path, tmp_path / "old.db")
    assert (done.contents.revision, done.revision) == (revision, schema.HEAD)
    assert check(busy_desk_path) == ()
    assert (tmp_path / "old.db").read_bytes() == before


def test_it_comes_to_a_machine_that_has_none(copy: Path, tmp_path: Path) -> None:
    store = tmp_path / "new" / "folder" / "desk.db"
    done = put_back(store, copy)
    assert done.kept is None
    assert check(store) == ()
    assert stat.S_IMODE(store.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.parent.stat().st_mode) == 0o700


def test_a_log_without_its_store_is_not_played_into_the_new_one(copy: Path, tmp_path: Path) -> None:
    store = tmp_path / "desk2.db"
    migrate.init(store)
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("INSERT INTO blob (sha256, size, data) VALUES ('a', 1, x'00')")
        connection.commit()
        log = store.with_name("desk2.db-wal").read_bytes()
    assert log
    store.unlink()
    store.with_name("desk2.db-wal").write_bytes(log)
    put_back(store, copy)
    assert check(store) == ()
    assert store.with_name("desk2.db.before-20261123-090000-wal").read_bytes() == log


@pytest.mark.parametrize("where", [0, 20_000])
def test_a_damaged_store_is_replaced_and_kept(busy_desk_path: Path, copy: Path, where: int) -> None:
    with busy_desk_path.open("r+b") as file:
        file.seek(where)
        file.write(b"\xff" * 8192)
    harmed = busy_desk_path.read_bytes()
    done = put_back(busy_desk_path, copy)
    assert check(busy_desk_path) == ()
    assert done.kept is not None
    assert done.kept.read_bytes()[8192:] == harmed[8192:]


def harm(copy: Path) -> None:
    with copy.open("r+b") as file:
        file.seek(copy.stat().st_size // 2)
        file.write(b"\xff" * 8192)


def make_newer(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()


def make_another(copy: Path) -> None:
    copy.unlink()
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("CREATE TABLE songs (title)")


def make_text(copy: Path) -> None:
    copy.write_text("Dear desk, " * 500)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (harm, "is damaged"),
        (make_newer, "newer version than this program"),
        (make_another, "is no sdesk store"),
        (make_text, "is no sdesk store"),
        (Path.unlink, "there is no file"),
    ],
)
def test_what_cannot_be_restored_changes_nothing(busy_desk_path: Path, copy: Path, spoil: object, said: str) -> None:
    spoil(copy)  # type: ignore[operator]
    before = busy_desk_path.read_bytes()
    with pytest.raises(SdeskError, match=said):
        put_back(busy_desk_path, copy)
    assert busy_desk_path.read_bytes() == before
    assert not list(busy_desk_path.parent.glob("*before*")) + list(busy_desk_path.parent.glob(".desk.db*"))


def test_the_store_itself_is_no_backup(busy_desk_path: Path) -> None:
    with pytest.raises(BadInput, match="is the store itself"):
        put_back(busy_desk_path, busy_desk_path)


def test_somebody_elses_database_is_not_replaced(copy: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "songs.db")) as connection:
        connection.execute("CREATE TABLE songs (title)")
    with pytest.raises(Unavailable, match="is no sdesk store"):
        put_back(tmp_path / "songs.db", copy)


@pytest.mark.parametrize("sql", ["SELECT count(*) FROM ticket", "BEGIN IMMEDIATE"])
def test_a_store_that_somebody_has_open_is_left_alone(busy_desk_path: Path, copy: Path, sql: str) -> None:
    with closing(sqlite3.connect(busy_desk_path, isolation_level=None)) as other:
        other.execute(sql)
        with pytest.raises(StoreLocked, match="in use by another process"):
            put_back(busy_desk_path, copy)
        assert not list(busy_desk_path.parent.glob("*before*"))
    put_back(busy_desk_path, copy)


def test_who_opened_the_old_one_and_has_not_read_it_cannot_write_into_it(busy_desk_path: Path, copy: Path) -> None:
    with closing(sqlite3.connect(busy_desk_path, isolation_level=None)) as late:
        put_back(busy_desk_path, copy)
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            late.execute("INSERT INTO blob (sha256, size, data) VALUES ('a', 1, x'00')")
    assert check(busy_desk_path) == ()


def no(contents: Contents) -> None:
    raise Declined("nothing was done")


def test_a_no_and_a_dry_run_change_nothing(busy_desk_path: Path, copy: Path) -> None:
    before = busy_desk_path.read_bytes()
    with pytest.raises(Declined):
        restore(busy_desk_path, copy, now=NOW, ask=no)
    told = restore(busy_desk_path, copy, now=NOW, ask=lambda contents: pytest.fail("asked"), dry_run=True)
    assert told is not None
    assert told.held
    assert told.kept is None
    assert busy_desk_path.read_bytes() == before
    assert ask(busy_desk_path, "PRAGMA journal_mode") == [("wal",)]
    assert not list(busy_desk_path.parent.glob("*before*"))


def test_a_rename_that_fails_leaves_the_store_as_it_was(
    busy_desk_path: Path, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(part: Path, target: Path, *, over: bool) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "take_name", fails)
    with pytest.raises(SdeskError, match="no space left on device"):
        put_back(busy_desk_path, copy)
    assert ask(busy_desk_path, "PRAGMA journal_mode") == [("wal",)]
    assert check(busy_desk_path) == ()
    assert not list(busy_desk_path.parent.glob("*before*"))


FULL = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from sdesk.desk.restoring import restore
from sdesk.domain.errors import Unavailable
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    restore(Path(sys.argv[1]), Path(sys.argv[2]), now=datetime.now(UTC), ask=lambda contents: None)
except Unavailable as error:
    print(error)
"""


def test_a_disk_that_fills_up_leaves_the_store_as_it_was(busy_desk_path: Path, copy: Path) -> None:
    before = busy_desk_path.read_bytes()
    done = subprocess.run(
        [sys.executable, "-c", FULL, busy_desk_path, copy], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert str(busy_desk_path) in done.stdout
    assert busy_desk_path.read_bytes() == before
    assert not list(busy_desk_path.parent.glob("*before*")) + list(busy_desk_path.parent.glob(".desk.db*"))


def test_of_two_at_once_one_goes_first(busy_desk_path: Path, copy: Path) -> None:
    with written_beside(busy_desk_path, size=0), pytest.raises(StoreLocked, match="another process"):
        put_back(busy_desk_path, copy)
    put_back(busy_desk_path, copy)


def test_a_way_back_leads_back(busy_desk_path: Path, copy: Path) -> None:
    number = new_ticket(busy_desk_path)
    kept = put_back(busy_desk_path, copy).kept
    assert kept is not None
    put_back(busy_desk_path, kept, NOW + timedelta(minutes=1))
    assert ask(busy_desk_path, f"SELECT count(*) FROM ticket WHERE id = {number}") == [(1,)]
    with Reader(busy_desk_path) as reader:
        anna = reader.actor("anna")
    desk = open_desk(busy_desk_path)
    (outcome,) = perform(desk, anna, "take", [number], {}, now=NOW)
    desk.close()
    assert outcome.error is None
