"""Recurring tickets where processes make them together, and where one is killed at its worst moment: each once."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from desks import DESK_FILE, NOW
from intake_desk import MailDesk

from sdesk.desk import recurring
from sdesk.domain.instant import to_rfc3339

MAKERS = 3
RULES = "".join(
    f"""
[recurring.r{number}]
subject = "Round {number}"
rule = "FREQ=HOURLY"
starts = 2026-11-20T0{number}:00:00
team = "it"
catch_up = "{"all" if number % 2 else "one"}"
"""
    for number in range(6)
)
HOURS = 40
LATER = NOW + timedelta(hours=HOURS, minutes=30)

MAKER = """
import os, signal, sys, time
from datetime import datetime
from pathlib import Path
from sqlmodel import Session
from sdesk.desk import recurring
from sdesk.desk.opening import open_desk

at, dies = datetime.fromisoformat(sys.argv[2]), sys.argv[5]
store, flag, own = (Path(sys.argv[number]) for number in (1, 3, 4))
desk = open_desk(store, busy_seconds=60)
commit = Session.commit

def die(self):
    if dies == "after":
        commit(self)
    os.kill(os.getpid(), signal.SIGKILL)

if dies:
    Session.commit = die
own.touch()
while not flag.exists():
    time.sleep(0.001)
print(recurring.make_due(desk, now=at))
desk.close()
"""
"""A process that makes what is due as soon as the flag is there, or dies when it has made the first."""


@pytest.fixture
def desk(desk_path: Path) -> MailDesk:
    found = MailDesk(desk_path)
    found.apply(DESK_FILE + RULES, at=NOW)
    return found


def start(store: Path, folder: Path, name: str, dies: str = "") -> subprocess.Popen[str]:
    arguments = [
        sys.executable,
        "-c",
        MAKER,
        str(store),
        to_rfc3339(LATER),
        str(folder / "go"),
        str(folder / name),
        dies,
    ]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def each_is_there_once(desk: MailDesk) -> bool:
    """Forty hours of six rules: of half of them one ticket each, of the others forty."""
    hours = [to_rfc3339(NOW + timedelta(hours=number)) for number in range(1, HOURS + 1)]
    for number in range(6):
        sql = "SELECT o.occurs_at, o.ticket_id FROM occurrence AS o JOIN recurring_ticket AS r ON r.id = o.recurring_id"
        found = desk.rows(f"{sql} WHERE r.key = ? ORDER BY o.occurs_at", f"r{number}")
        assert [at for at, _ in found] == hours
        tickets = [ticket for _, ticket in found]
        assert len(set(tickets)) == (HOURS if number % 2 else 1)
        opened = {datetime.fromisoformat(desk.column(ticket, "created_at")) for ticket in tickets}
        assert max(opened) == NOW + timedelta(hours=HOURS)
    assert desk.count() == 3 + 3 * HOURS
    return True


@pytest.mark.slow
def test_several_processes_make_each_once(desk: MailDesk, tmp_path: Path) -> None:
    makers = [start(desk.path, tmp_path, f"ready{number}") for number in range(MAKERS)]
    try:
        while not all((tmp_path / f"ready{number}").exists() for number in range(MAKERS)):
            for each in makers:
                assert each.poll() is None, each.communicate()[1]
        (tmp_path / "go").touch()
        outcomes = [each.communicate(timeout=120) for each in makers]
    finally:
        for each in makers:
            if each.poll() is None:
                each.kill()
    assert [err for _, err in outcomes] == [""] * MAKERS
    assert sum(int(out) for out, _ in outcomes) == desk.count()
    assert each_is_there_once(desk)
    assert recurring.make_due(desk.desk, now=LATER) == 0


@pytest.mark.slow
def test_one_that_is_killed_leaves_nothing_half_made(desk: MailDesk, tmp_path: Path) -> None:
    """Before it has written down what it made, and after: the next one makes the rest."""
    (tmp_path / "go").touch()
    for dies, counts in (("before", [0]), ("after", [1, HOURS])):
        killed = start(desk.path, tmp_path, "ready", dies)
        assert killed.wait(timeout=60) == -signal.SIGKILL
        killed.communicate()
        assert desk.count() in counts
    recurring.make_due(desk.desk, now=LATER)
    assert each_is_there_once(desk)
