"""`next --take` where many ask at once: each ticket is taken by one, in the order of the queue."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from at_once import run_at_once
from desks import NOW
from intake_desk import MailDesk

from sdesk.domain.filters import Filter
from sdesk.store.reader import Reader

TAKER = """
from sdesk.actions.perform import take_next
from sdesk.desk.opening import open_desk
from sdesk.store.reader import Reader

desk, at = open_desk(STORE, busy_seconds=120), datetime.fromisoformat(MINE[1])
with Reader(STORE) as reader:
    actor = reader.actor(MINE[0])
begin()
while (outcome := take_next(desk, actor, now=at)) is not None:
    print(json.dumps(outcome.number))
desk.close()
"""


@pytest.fixture
def desk(desk_path: Path) -> MailDesk:
    return MailDesk(desk_path)


def some_tickets(desk: MailDesk, count: int) -> None:
    services = ("till", "printer", "other")
    for at in range(count):
        when = NOW - timedelta(minutes=3 * (at * 37 % 97))
        desk.new(subject=f"Request {at}", service=services[at % 3], at=when)


def queue(path: Path) -> list[int]:
    with Reader(path) as reader:
        return list(reader.numbers(reader.actor("anna"), Filter(), now=NOW))


@pytest.mark.endurance
def test_eight_processes_take_four_hundred_tickets_each_once(desk: MailDesk, tmp_path: Path) -> None:
    some_tickets(desk, 400)
    order = queue(desk.path)
    given = [["anna" if at % 2 else "boris", NOW.isoformat()] for at in range(8)]
    taken = run_at_once(TAKER, desk.path, tmp_path, given)
    every = [number for one in taken for number in one]
    assert len(every) == 400
    assert set(every) == set(order)
    place = {number: at for at, number in enumerate(order)}
    for one in taken:
        # Whoever asks again gets what stands behind what he had, as the queue stood.
        assert [place[number] for number in one] == sorted(place[number] for number in one)
    events = desk.rows("SELECT ticket_id, count(*) FROM history WHERE event = 'assigned' GROUP BY ticket_id")
    assert events == [(number, 1) for number in sorted(order)]
    assert desk.rows("SELECT count(*) FROM ticket WHERE status = 'open' AND assignee_id IS NOT NULL") == [(400,)]


@pytest.mark.slow
def test_commands_at_once_get_a_ticket_each_and_the_last_ones_none(desk: MailDesk) -> None:
    some_tickets(desk, 3)
    command = [sys.executable, "-m", "sdesk", "--db", str(desk.path), "next", "--take", "-o", "ids"]
    logins = ("anna", "boris", "anna", "boris")
    started = [
        subprocess.Popen([*command, "--as", login], stdout=subprocess.PIPE, text=True, env={**os.environ})
        for login in logins
    ]
    said = [each.communicate(timeout=120)[0].strip() for each in started]
    assert [each.returncode for each in started] == [0] * 4
    assert sorted(said) == ["", "1", "2", "3"]


@pytest.mark.slow
def test_of_commands_that_take_one_ticket_at_once_each_knows_what_it_did(desk: MailDesk) -> None:
    some_tickets(desk, 1)
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "sdesk", "--db", str(desk.path), "take", "1", "--as", login],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for login in ("anna", "boris", "vera", "anna", "boris", "vera", "anna", "boris")
    ]
    said = [each.communicate(timeout=120) for each in started]
    for process, (out, err) in zip(started, said, strict=True):
        assert (process.returncode, bool(out), bool(err)) in {(0, True, False), (7, False, True)}, (out, err)
    # One got it from nobody; whoever had it after him said from whom.
    assert sum(out.endswith((" to anna\n", " to boris\n", " to vera\n")) for out, _ in said) == 1
    moved = desk.rows("SELECT count(*) FROM history WHERE event = 'assigned'")[0][0]
    assert sum("; it was " in out for out, _ in said) == moved - 1
