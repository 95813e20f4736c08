"""Sweeps of several processes at once, and one after a sleep: each state is recorded once, and told once to each."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest
from desks import DESK_FILE
from intake_desk import MailDesk
from sla_examples import moscow

from sdesk.domain.instant import to_rfc3339

MANY = 240
"""More than one transaction of a sweep holds (`BATCH`)."""
SWEEPERS = 3

SWEEPER = """
import json, os, sys, time
from datetime import datetime
from pathlib import Path
from sdesk.desk.opening import open_desk
from sdesk.desk.sweep import sweep

store, at, flag, own = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4])
desk = open_desk(store, busy_seconds=60)
own.touch()
while not flag.exists():
    time.sleep(0.001)
report = sweep(desk, now=at)
desk.close()
print(json.dumps([report.woken, report.alerts, report.stale, report.closed]))
"""
"""A process that sweeps as soon as all are ready: the flag is the barrier."""


def sweep_at_once(store: Path, at: datetime, folder: Path) -> list[list[int]]:
    """The reports of sweeps that begin together."""
    folder.mkdir()
    flag, ready = folder / "go", [folder / f"ready{number}" for number in range(SWEEPERS)]
    started = [
        subprocess.Popen(
            [sys.executable, "-c", SWEEPER, str(store), to_rfc3339(at), str(flag), str(own)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for own in ready
    ]
    try:
        while not all(own.exists() for own in ready):
            for each in started:
                assert each.poll() is None, each.communicate()[1]
        flag.touch()
        reports = []
        for each in started:
            out, err = each.communicate(timeout=120)
            assert (each.returncode, err) == (0, "")
            reports.append(json.loads(out))
    finally:
        for each in started:
            if each.poll() is None:
                each.kill()
    return reports


def told(desk: MailDesk) -> Counter[tuple[str, str, int]]:
    """How often each agent was told of what of which ticket."""
    rows = desk.rows(
        "SELECT a.key, json_extract(o.\"values\", '$.event'), o.ticket_id FROM outbox AS o"
        " JOIN agent AS a ON a.id = o.agent_id WHERE json_extract(o.\"values\", '$.event') NOT IN ('new', 'assigned')"
    )
    return Counter(rows)


def recorded(desk: MailDesk) -> Counter[tuple[int, str, str | None]]:
    """How often each state of each clock, each awakening and each closing was written down."""
    rows = desk.rows(
        "SELECT ticket_id, event, coalesce(json_extract(data, '$.clock'), json_extract(data, '$.new')) FROM history"
        " WHERE actor = 'system' AND ticket_id IS NOT NULL ORDER BY id"
    )
    return Counter(rows)


@pytest.mark.slow
@pytest.mark.endurance
def test_three_processes_through_a_week_do_and_tell_each_thing_once(desk_path: Path, tmp_path: Path) -> None:
    """Opened on Monday at 09:00; swept on Monday at 17:00, then after a night, a day's sleep, and a long one."""
    desk = MailDesk(desk_path)
    # The lead is no member of those who have it, so that the lead's own notice can be counted.
    desk.apply(DESK_FILE.replace('lead = "anna"', 'lead = "vera"'), at=moscow("2026-11-01 09:00"))
    opened = moscow("2026-11-23 09:00")
    for number in range(1, MANY + 1):
        # P3 of the office: first response 4 h, resolution 27 h, nine hours a day.
        assert desk.new(service="other", priority="P3", assignee="boris", at=opened) == number
        kind = number % 4
        if kind == 1:
            desk.do("boris", "reply", number, text="x", phone=True, at=opened)
        if kind == 2:
            until = moscow("2026-11-24 12:00")
            desk.do("boris", "wait", number, waiting_for="supplier", until=until, at=opened)
            desk.do("boris", "reply", number, text="x", phone=True, at=opened)
        if kind == 3:
            desk.do("boris", "close", number, silent=True, at=opened)
    quarter = MANY // 4
    alone = [number for number in range(1, MANY + 1) if number % 4 == 0]
    answered = [number for number in range(1, MANY + 1) if number % 4 == 1]
    waiting = [number for number in range(1, MANY + 1) if number % 4 == 2]
    done = [number for number in range(1, MANY + 1) if number % 4 == 3]
    expected: Counter[tuple[int, str, str | None]] = Counter()
    heard: Counter[tuple[str, str, int]] = Counter()

    def sums(at: str) -> list[int]:
        reports = sweep_at_once(desk_path, moscow(at), tmp_path / at)
        assert recorded(desk) == expected
        assert told(desk) == heard
        # None of them does it again.
        assert sweep_at_once(desk_path, moscow(at), tmp_path / f"{at} again") == [[0, 0, 0, 0]] * SWEEPERS
        assert recorded(desk) == expected
        assert told(desk) == heard
        return [sum(each) for each in zip(*reports, strict=True)]

    # 12:15: three quarters of four hours are over.
    expected.update((number, "at_risk", "first_response") for number in alone)
    heard.update(("boris", "at_risk", number) for number in alone)
    assert sums("2026-11-23 12:15") == [0, quarter, 0, 0]

    # Tuesday 17:30, after a day's sleep: the first answers are broken since 13:00 on Monday, the lead hears of it. The
    # waits ended at noon, and their clocks run since then. 17.5 h of 27 are consumed: no resolution is at risk yet.
    expected.update((number, "breached", "first_response") for number in alone)
    heard.update((login, "breached", number) for number in alone for login in ("boris", "vera"))
    expected.update((number, "woken", None) for number in waiting)
    expected.update((number, "status", "open") for number in waiting)
    assert sums("2026-11-24 17:30") == [quarter, quarter, 0, 0]
    assert desk.rows(
        "SELECT DISTINCT resolution_started_at FROM ticket WHERE id % 4 = 2"
    ) == [(to_rfc3339(moscow("2026-11-24 12:00")),)]  # fmt: skip

    # Thursday 09:30: 27.5 h. Two days' sleep went over being at risk: the breach alone is told. What waited has
    # consumed 6 + 9 + 0.5 = 15.5 h.
    expected.update((number, "breached", "resolution") for number in (*alone, *answered))
    heard.update((login, "breached", number) for number in (*alone, *answered) for login in ("boris", "vera"))
    assert sums("2026-11-26 09:30") == [0, 2 * quarter, 0, 0]

    # A fortnight later: all is broken twice over; what was resolved closed a week after.
    late = (*alone, *answered)
    expected.update((number, "stale", "resolution") for number in (*late, *waiting))
    expected.update((number, "breached", "resolution") for number in waiting)
    expected.update((number, "status", "closed") for number in done)
    heard.update((login, "stale", number) for number in (*late, *waiting) for login in ("boris", "vera"))
    assert sums("2026-12-10 09:30") == [0, 3 * quarter, 3 * quarter, quarter]
    desk.desk.close()
