"""`db check` says where a step and its ticket, or a playbook and its steps, contradict each other."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from desks import DESK_FILE, NOW
from intake_desk import MailDesk

from sdesk.desk import playbooks
from sdesk.store import check

SMALL = """
[playbooks.small]
name = "Small"
subject = "Small"
team = "it"
[[playbooks.small.steps]]
key = "one"
subject = "One"
[[playbooks.small.steps]]
key = "two"
subject = "Two"
after = ["one"]
"""


@pytest.fixture
def desk(desk_path: Path) -> Iterator[MailDesk]:
    found = MailDesk(desk_path)
    found.apply(DESK_FILE + SMALL, at=NOW)
    with found.desk.work(found.actor("anna"), NOW) as work:
        playbooks.start(work, "small", day="2026-11-23")
        work.session.commit()
    yield found
    found.desk.close()


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (
            "UPDATE playbook_step SET state = 'done' WHERE key = 'one'",
            "step one of ticket 1 is done, and its ticket 2 is open",
        ),
        (
            "UPDATE playbook_step SET state = 'open' WHERE key = 'two'",
            "step two of ticket 1 is open, and has no ticket",
        ),
        (
            "UPDATE playbook_step SET state = 'planned' WHERE key = 'one'",
            "step one of ticket 1 is planned, and has the ticket 2",
        ),
        (
            "UPDATE playbook_run SET state = 'done'",
            "the playbook of ticket 1 is done, and 2 of its steps are not done",
        ),
        (
            "UPDATE playbook_step SET state = 'skipped', ticket_id = NULL",
            "the playbook of ticket 1 is running, and every step is done",
        ),
    ],
)
def test_what_contradicts_is_said(desk: MailDesk, damage: str, said: str) -> None:
    assert check.check(desk.path, NOW) == ()
    with closing(sqlite3.connect(desk.path)) as connection:
        connection.execute(damage)
        connection.commit()
    (found,) = check.check(desk.path, NOW)
    assert (found.part, found.what, found.ticket) == ("playbooks", said, 1)
