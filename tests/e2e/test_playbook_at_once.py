"""Steps of playbooks where ticks open them together, and where one is killed at its worst moment: each once."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from desks import DESK_FILE, NOW
from intake_desk import MailDesk

from sdesk.desk import playbooks
from sdesk.domain.instant import to_rfc3339
from sdesk.store import check

OPENERS = 3
RUNS = 12
STEPS = 20
LATER = NOW + timedelta(days=2)
WIDE = """
[playbooks.wide]
name = "Wide"
subject = "Wide for {day}"
team = "it"
""" + "".join(
    f"""
[[playbooks.wide.steps]]
key = "s{number}"
subject = "Step {number}"
team = "{"quality" if number % 2 else "hr"}"
at = "+{number % 3}h"
"""
    for number in range(STEPS)
)
"""Steps that all come on one day; each of the runs is for another."""

OPENER = """
import os, signal, sys, time
from datetime import datetime
from pathlib import Path
from sqlmodel import Session
from sdesk.desk import playbooks
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
print(sum(playbooks.open_due(desk, run, now=at) for run in playbooks.due(desk, now=at)))
desk.close()
"""
"""A process that opens what is due as soon as the flag is there, or dies when it has opened the first."""


@pytest.fixture
def desk(desk_path: Path) -> MailDesk:
    found = MailDesk(desk_path)
    found.apply(DESK_FILE + WIDE, at=NOW)
    for number in range(RUNS):
        with found.desk.work(found.actor("anna"), NOW) as work:
            playbooks.start(work, "wide", day=f"2026-11-24T{number:02}:00")
            work.session.commit()
    assert found.count() == RUNS
    return found


def start(store: Path, folder: Path, name: str, dies: str = "") -> subprocess.Popen[str]:
    arguments = [str(store), to_rfc3339(LATER), str(folder / "go"), str(folder / name), dies]
    return subprocess.Popen(
        [sys.executable, "-c", OPENER, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def each_is_open_once(desk: MailDesk) -> bool:
    assert desk.count() == RUNS + RUNS * STEPS
    sql = "SELECT count(*), count(DISTINCT ticket_id), sum(state = 'open') FROM playbook_step"
    assert desk.rows(sql) == [(RUNS * STEPS,) * 3]
    assert desk.rows("SELECT count(*) FROM link WHERE kind = 'part_of'") == [(RUNS * STEPS,)]
    assert playbooks.due(desk.desk, now=LATER) == ()
    assert check.check(desk.path, LATER) == ()
    return True


@pytest.mark.endurance
def test_several_ticks_open_each_step_once(desk: MailDesk, tmp_path: Path) -> None:
    openers = [start(desk.path, tmp_path, f"ready{number}") for number in range(OPENERS)]
    try:
        while not all((tmp_path / f"ready{number}").exists() for number in range(OPENERS)):
            for each in openers:
                assert each.poll() is None, each.communicate()[1]
        (tmp_path / "go").touch()
        outcomes = [each.communicate(timeout=120) for each in openers]
    finally:
        for each in openers:
            if each.poll() is None:
                each.kill()
    assert [err for _, err in outcomes] == [""] * OPENERS
    assert sum(int(out) for out, _ in outcomes) == RUNS * STEPS
    assert each_is_open_once(desk)


@pytest.mark.endurance
def test_one_that_is_killed_leaves_nothing_half_opened(desk: MailDesk, tmp_path: Path) -> None:
    """Before it has written down what it opened, and after: the next one opens the rest."""
    (tmp_path / "go").touch()
    for dies, opened in (("before", 0), ("after", STEPS)):
        killed = start(desk.path, tmp_path, "ready", dies)
        assert killed.wait(timeout=60) == -signal.SIGKILL
        killed.communicate()
        assert desk.count() == RUNS + opened
    assert sum(playbooks.open_due(desk.desk, run, now=LATER) for run in playbooks.due(desk.desk, now=LATER))
    assert each_is_open_once(desk)
