"""Several processes at one store, beside a running fetch: nothing fails or is lost, each change is in the history."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest
from letters import corpus, expected
from real_fetch import Station, ended, report_of
from writers import LOGINS, WORKER

EACH = 200


@pytest.mark.slow
@pytest.mark.endurance
def test_four_processes_and_a_fetch_lose_nothing(desk_path: Path, tmp_path: Path) -> None:
    letters = corpus()
    for sub in ("new", "cur", "tmp"):
        (tmp_path / "spool" / sub).mkdir(parents=True)
    for number, each in enumerate(letters):
        (tmp_path / "spool" / "new" / f"{1_790_000_000 + number}.M{number}.test").write_bytes(each.raw)
    station = Station.maildir(desk_path, tmp_path / "spool")
    program = [sys.executable, "-m", "sdesk", "--db", str(desk_path), "--as", "anna"]
    subprocess.run([*program, "new", "--subject", "All write here", "--service", "printer", "--text", "x"], check=True)

    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, str(desk_path), login, str(number), str(EACH)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number, login in enumerate(LOGINS)
    ]
    fetching = station.start()
    for worker in workers:
        out, err = worker.communicate(timeout=150)
        assert (worker.returncode, out, err) == (0, "", "")
    assert report_of(ended(fetching)) == expected(letters)

    _all_is_there(station)
    _history_is_whole(station)
    checked = subprocess.run([*program, "db", "check"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked


def _all_is_there(station: Station) -> None:
    made = station.rows("SELECT subject, status, version FROM ticket WHERE subject LIKE 'Worker %'")
    # Opened, assigned, closed: each is one version.
    assert sorted(made) == sorted(
        (f"Worker {worker}, ticket {turn}", "resolved", 3) for worker in range(len(LOGINS)) for turn in range(EACH)
    )
    assert station.rows("SELECT version FROM ticket WHERE id = 1") == [(1 + len(LOGINS) * EACH,)]
    notes = Counter(
        text for (text,) in station.rows("SELECT text FROM message WHERE ticket_id = 1 AND direction = 'note'")
    )
    assert notes == Counter(f"worker {worker}, turn {turn}" for worker in range(len(LOGINS)) for turn in range(EACH))
    (resolutions,) = station.rows("SELECT count(*), count(DISTINCT message_id) FROM outbox WHERE kind = 'resolution'")
    assert resolutions == (len(LOGINS) * EACH, len(LOGINS) * EACH)


def _history_is_whole(station: Station) -> None:
    """Of each ticket: what was done, once, in order; and the instants never go back."""
    events: dict[int, list[tuple[str, str, dict[str, Any]]]] = defaultdict(list)
    for number, at, event, data in station.rows(
        "SELECT h.ticket_id, h.at, h.event, h.data FROM history AS h JOIN ticket AS t ON t.id = h.ticket_id"
        " WHERE t.subject LIKE 'Worker %' ORDER BY h.id"
    ):
        events[number].append((at, event, json.loads(data)))
    assert len(events) == len(LOGINS) * EACH
    for story in events.values():
        assert [event for _, event, _ in story] == ["opened", "assigned", "status", "answered", "status"]
        assert [at for at, _, _ in story] == sorted(at for at, _, _ in story)
        assert [data["new"] for _, event, data in story if event == "status"] == ["open", "resolved"]
