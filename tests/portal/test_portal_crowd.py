"""Many at once, while mail is fetched: pages come soon, and nothing that was taken is lost."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from intake_desk import MailDesk
from portal_crowd import crowd, keys_of, own_program, serving

PEOPLE = 60
SECONDS = 12.0


@pytest.mark.endurance
def test_what_many_send_at_once_is_all_there(desk_path: Path) -> None:
    keys = keys_of(desk_path, [f"person{number}@acc.shop.example" for number in range(PEOPLE)])
    done = threading.Event()
    taken = 0

    def fetch() -> None:
        nonlocal taken
        mails = MailDesk(desk_path)
        while not done.is_set():
            taken += 1
            mails.ask(taken, sender=f"writer{taken % 40}@shop.example", at=datetime.now(UTC).replace(microsecond=0))
            done.wait(0.02)
        mails.desk.close()

    program, env = own_program()
    with serving(program, desk_path, env) as port:
        fetching = threading.Thread(target=fetch)
        fetching.start()
        try:
            found = crowd(port, keys, seconds=SECONDS, pause=(0.2, 1.5))
        finally:
            done.set()
            fetching.join()
    assert found.failed == []
    assert len(found.asked) > PEOPLE
    assert len(found.written) > 10
    with closing(sqlite3.connect(desk_path)) as connection:
        asked = {row[0] for row in connection.execute("SELECT subject FROM ticket WHERE channel = 'portal'")}
        written = {row[0] for row in connection.execute("SELECT text FROM message WHERE text LIKE 'Words %'")}
        mailed = connection.execute("SELECT count(*) FROM ticket WHERE channel = 'mail'").fetchone()[0]
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert asked == found.asked
    assert written == found.written
    assert mailed == taken
    assert found.slowest(0.5) < 1000
