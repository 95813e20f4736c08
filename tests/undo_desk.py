"""A desk on which everything hangs together, for undo: outages of one unit, an incident, walls, waits, what is done."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from desks import NOW
from intake_desk import MailDesk

from sdesk.domain.actor import SYSTEM
from sdesk.domain.story.tell import tell
from sdesk.store.reader import Reader

LATER = NOW + timedelta(minutes=30)
"""The desk's present."""


@pytest.fixture(scope="session")
def _tangled_template(_desk_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built once a test process."""
    path = tmp_path_factory.mktemp("tangled") / "desk.db"
    shutil.copy(_desk_template, path)
    mails = MailDesk(path)
    busy(mails)
    mails.desk.close()
    return path


@pytest.fixture
def tangled_desk_path(_tangled_template: Path, tmp_path: Path) -> Path:
    """A fresh copy of the desk on which everything hangs together: its present is `LATER`."""
    path = tmp_path / "tangled.db"
    shutil.copy(_tangled_template, path)
    return path


_NOT_PUT_BACK = {"version", "updated_at"}


def busy(mails: MailDesk) -> None:
    """Twelve tickets of team it: 1 and 2 burn in one unit, 3 waits and has a visit, 4 is boris's, 5 is resolved, 6 is
    spam, 7 is an incident with 8 and 9, 10 is an answered mail, 11 another's, 12 has a priority by hand. Vera watches 3
    and 11."""
    till: dict[str, Any] = {"requester": "store-001@shop.example", "service": "till"}
    first = mails.new(subject="Till down", text="Nobody can pay.", **till)
    second = mails.new(subject="Second till down", text="Neither here.", **till)
    mails.do("boris", "confirm", second, at=NOW + timedelta(minutes=1))
    assert (first, second) == (1, 2)
    ask: dict[str, Any] = {"requester": "maria@shop.example", "service": "printer"}
    mails.new(subject="Waits", text="For ink.", **ask)
    mails.new(subject="His", text="It smokes.", tags=["old"], **ask)
    mails.new(subject="Done", text="It prints.", **till)
    mails.new(subject="Spam", text="Buy.", **ask)
    mails.new(subject="Incident", text="Till 3.", unit="store-017", **till)
    mails.new(subject="Part", text="Till 4.", unit="store-017", **till)
    mails.new(subject="Other part", text="Till 5.", unit="store-017", **till)
    mails.ask(10)
    mails.ask(11, sender="boss@acc.shop.example")
    mails.new(subject="By hand", text="Urgent.", **ask)
    at = NOW + timedelta(minutes=2)
    mails.do("boris", "wait", 3, at=at, waiting_for="supplier")
    mails.do("boris", "visit", 3, at=at, visit=LATER + timedelta(days=2))
    mails.do("boris", "assign", 4, at=at, to="boris")
    mails.do("boris", "link", 4, at=at, to=3)
    mails.do("vera", "watch", 3, at=at)
    mails.do("boris", "watch", 11, at=at, agent="vera")
    mails.do("boris", "restored", 5, at=at)
    mails.do("boris", "close", 5, at=at, silent=True)
    mails.do("boris", "spam", 6, at=at)
    mails.do("boris", "join", 8, at=at, incident=7)
    mails.do("boris", "join", 9, at=at, incident=7)
    mails.do("boris", "reply", 10, at=at, text="We look.")
    mails.do("boris", "spent", 10, at=at, spent=300)
    mails.do("boris", "priority", 12, at=at, priority="P1", reason="The board meets")
    with closing(sqlite3.connect(mails.path)) as store, store:
        # That they were opened is nobody's last deed.
        store.execute("DELETE FROM undo WHERE verb = 'new'")


def state(mails: MailDesk) -> dict[str, list[tuple[Any, ...]]]:
    """All that a store says of tickets, but for what counts changes; the queue in its order."""
    columns = [
        name for (name,) in mails.rows("SELECT name FROM pragma_table_info('ticket')") if name not in _NOT_PUT_BACK
    ]
    found = {
        "ticket": mails.rows(f"SELECT {', '.join(columns)} FROM ticket ORDER BY id"),
        "clock_run": mails.rows(
            "SELECT ticket_id, kind, started_at, stopped_at, seconds, past FROM clock_run ORDER BY ticket_id, kind, id"
        ),
        "message": mails.rows("SELECT id, ticket_id FROM message WHERE taken_back_at IS NULL ORDER BY id"),
        "text": [
            tuple(" ".join(str(each).split()) for each in row)
            for row in mails.rows("SELECT rowid, subject, body, people FROM ticket_fts ORDER BY rowid")
        ],
        "queue": mails.rows("SELECT id FROM ticket WHERE is_open ORDER BY rank, key1, key2, id"),
        "tag": mails.rows("SELECT * FROM tag ORDER BY ticket_id, tag"),
        "mail": mails.rows("SELECT id, kind, to_address FROM outbox WHERE state <> 'taken_back' ORDER BY id"),
    }
    found["watcher"] = mails.rows("SELECT * FROM watcher ORDER BY ticket_id, agent_id")
    for table in ("outage", "visit", "link", "time_spent", "incident_proposal", "blocked_sender"):
        found[table] = mails.rows(f"SELECT * FROM {table} ORDER BY 1")
    return found


def told_truly(mails: MailDesk, at: Any) -> None:
    """The story of every ticket's promises adds up to what its columns say."""
    with Reader(mails.path) as reader:
        for (number,) in mails.rows("SELECT id FROM ticket ORDER BY id"):
            _, facts = reader.promises(SYSTEM, number, now=at)
            for each in tell(facts):
                assert each.disagreements == (), (number, each)
                assert each.consumed == each.stored
