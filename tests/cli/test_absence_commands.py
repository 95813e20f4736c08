"""`agent away`, `agent back` and `team on-call`, and where else absences are shown."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest
from command_line import NOW, Golden, Sdesk
from desks import DESK_FILE

from sdesk.desk.opening import open_desk
from sdesk.desk.setup import apply
from sdesk.domain.actor import SYSTEM


class Doubles(Protocol):
    """The clock of the command line, as `conftest` hands it out."""

    now: datetime


FILE = (
    DESK_FILE.replace('lead = "anna"', 'lead = "anna"\non_call = ["boris", "anna"]')
    + """
[recurring.backup]
subject = "Check the backup"
rule = "FREQ=WEEKLY;BYDAY=TU"
starts = 2026-11-17T09:00:00
team = "it"
assignee = "boris"
"""
)


@pytest.fixture(autouse=True)
def _with_a_rota(at_desk: Path) -> None:
    desk = open_desk(at_desk)
    apply(desk, FILE, "desk.toml", actor=SYSTEM, now=NOW)
    desk.close()


def test_away_and_back(sdesk: Sdesk, golden: Golden) -> None:
    commands = (
        "agent away boris --until fri --to vera",
        "agent list -o table",
        "agent show boris -o table",
        "agent away me --from 2026-12-07 --until 2026-12-14 --dry-run",
        "agent away me --from wed --until thu --to boris",
        "team on-call it --weeks 3 -o table",
        "who -o table",
        "ahead --days 5 -o table",
        "agent back boris",
        "agent back boris",
        "team on-call --weeks 1",
    )
    said = []
    for command in commands:
        done = sdesk(*command.split())
        assert done.code == 0, done.err
        said.append(f"$ sdesk {command}\n{done.out}{done.err}")
    golden("absences.txt", "\n".join(said))


def test_for_programs(sdesk: Sdesk) -> None:
    done = sdesk("agent", "away", "boris", "--until", "2026-11-30", "--to", "vera", "-o", "json")
    assert json.loads(done.out) == {
        "agent": "boris",
        "changed": True,
        "away_from": "2026-11-23T09:00:00Z",
        "away_until": "2026-11-29T21:00:00Z",
        "stand_in": "vera",
        "reassigned": [],
        "sentence": "boris is away until Mon 2026-11-30 00:00; vera stands in",
        "warnings": [],
        "dry_run": False,
    }
    (boris,) = [each for each in json.loads(sdesk("agent", "list", "-o", "json").out) if each["login"] == "boris"]
    assert (boris["away_until"], boris["stand_in"]) == ("2026-11-29T21:00:00Z", "vera")
    shown = json.loads(sdesk("agent", "show", "boris", "-o", "json").out)
    assert shown["away_from"] == "2026-11-23T09:00:00Z"
    duties = json.loads(sdesk("team", "on-call", "it", "--weeks", "2", "-o", "json").out)
    assert duties[0]["agent"] == "anna"
    assert {each["team"] for each in duties} == {"it"}


def test_who_gives_a_ticket_is_warned_on_standard_error(sdesk: Sdesk) -> None:
    sdesk("agent", "away", "boris", "--until", "fri")
    done = sdesk("new", "--subject", "x", "--service", "other", "--assignee", "boris", "--text", "y")
    assert done.code == 0
    assert "warning: SD-1: `boris` is away until 2026-11-27 00:00: team `it` is told" in done.err
    done = sdesk("assign", "1", "--to", "anna")
    done = sdesk("assign", "1", "--to", "boris")
    assert "`boris` is away" in done.err


@pytest.mark.parametrize(
    ("arguments", "code", "what"),
    [
        (("agent", "away", "boris"), 2, "--until"),
        (("agent", "away", "boris", "--until", "yesterday"), 2, "over before it begins"),
        (("agent", "away", "bors", "--until", "fri"), 3, "did you mean `boris`?"),
        (("--as", "boris", "agent", "away", "anna", "--until", "fri"), 1, "does not lead"),
        (("team", "on-call", "its"), 3, "there is no team"),
        (("team", "on-call", "it", "-o", "ids"), 2, ""),
    ],
)
def test_what_is_refused(sdesk: Sdesk, arguments: tuple[str, ...], code: int, what: str) -> None:
    done = sdesk(*arguments)
    assert (done.code, what in done.err) == (code, True), done.err
    assert done.out == ""


def test_a_tick_opens_what_is_due_and_says_how_much(
    sdesk: Sdesk, doubles: Doubles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config.toml"
    config.write_text("")
    monkeypatch.setenv("SDESK_CONFIG", str(config))
    assert "recurring" not in sdesk("tick").out
    doubles.now = NOW + timedelta(days=1)
    assert "recurring: 1 opened\n" in sdesk("tick").out
    assert "recurring" not in sdesk("tick").out
    (ticket,) = json.loads(sdesk("list", "channel:event", "-o", "json").out)
    assert (ticket["subject"], ticket["assignee"], ticket["created_at"]) == (
        "Check the backup",
        "boris",
        "2026-11-24T06:00:00Z",
    )
