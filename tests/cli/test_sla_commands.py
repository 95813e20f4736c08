"""Promises by the command line: the worked examples, the SLAs, the sweep by hand, and what `sla explain` says."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest
from command_line import NOW, Sdesk
from desks import DESK_FILE
from intake_desk import MailDesk
from sla_examples import berlin, moscow, utc

from sdesk.domain.instant import to_rfc3339

NIGHT = '[calendars.night]\ntime_zone = "Europe/Berlin"\nhours = { sat = ["22:00-06:00"] }\n'
HOUR = timedelta(hours=1)


class Clock(Protocol):
    """What the command line takes for now."""

    now: datetime


@pytest.fixture
def desk(at_desk: Path) -> Iterator[MailDesk]:
    """The desk that the command line finds, with the holidays of these years and a night shift."""
    opened = MailDesk(at_desk)
    opened.apply(DESK_FILE.replace("[slas.stores]", f"{NIGHT}[slas.stores]"), at=NOW - timedelta(days=1))
    yield opened
    opened.desk.close()


# ---- when a target falls due --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("calendar", "start", "target", "due"),
    [
        ("office", "2026-11-20 17:30", "60m", moscow("2026-11-23 09:30")),
        ("office", "2026-11-21 12:00", "30m", moscow("2026-11-23 09:30")),
        ("office", "2026-11-23 09:00", "540m", moscow("2026-11-23 18:00")),
        ("office", "2026-11-23 18:00", "15m", moscow("2026-11-24 09:15")),
        ("office", "2026-12-30 17:00", "180m", moscow("2027-01-11 11:00")),
        ("office", "2026-06-11 16:00", "240m", moscow("2026-06-15 11:00")),
        ("berlin", "2026-10-23 16:00", "120m", berlin("2026-10-26 10:00")),
        ("berlin", "2026-03-27 16:30", "60m", berlin("2026-03-30 09:30")),
        ("store", "2026-11-23 21:45", "30m", moscow("2026-11-24 10:15")),
        ("24x7", "2026-03-29 00:30", "120m", utc("2026-03-29 02:30")),
        # Working time between two instants: 750 minutes of the office from Friday 16:00 end on Tuesday at 10:30.
        ("office", "2026-11-20 16:00", "750m", moscow("2026-11-24 10:30")),
        ("office", "2026-11-20 16:00", "749m59s", moscow("2026-11-24 10:29:59")),
        # The night shift has 540 minutes in the night in which summer time ends, and 420 in that in which it begins.
        ("night", "2026-10-24 22:00", "540m", berlin("2026-10-25 06:00")),
        ("night", "2026-10-24 22:00", "540m1s", berlin("2026-10-31 22:00:01")),
        ("night", "2026-03-28 22:00", "420m", berlin("2026-03-29 06:00")),
        ("night", "2026-03-28 22:00", "420m1s", berlin("2026-04-04 22:00:01")),
        ("night", "2026-10-24 22:00", "300m", datetime.fromisoformat("2026-10-25T02:00:00+01:00")),
        ("night", "2026-03-28 22:00", "300m", datetime.fromisoformat("2026-03-29T04:00:00+02:00")),
        # The pause: opened 2026-11-23 10:00, 480 min; at 11:00 on Tuesday 360 are left. Raised at 12:00: 60 of 240.
        ("office", "2026-11-24 11:00", "360m", moscow("2026-11-24 17:00")),
        ("office", "2026-11-24 12:00", "60m", moscow("2026-11-24 13:00")),
    ],
)
def test_every_worked_example(
    calendar: str, start: str, target: str, due: datetime, sdesk: Sdesk, desk: MailDesk
) -> None:
    ran = sdesk("sla", "due", "--calendar", calendar, "--start", start, "--target", target, "-o", "json")
    assert (ran.code, ran.err) == (0, "")
    assert json.loads(ran.out) == {"due_at": to_rfc3339(due)}


PAUSE = """
[slas.pause]
calendar = "office"
targets.P4 = { resolution = "480m" }
targets.P3 = { resolution = "240m" }
targets.P2 = { resolution = "120m" }
"""


@pytest.mark.parametrize(
    ("priority", "due"), [("P3", "2026-11-24 13:00"), ("P2", "2026-11-23 12:00"), ("P4", "2026-11-24 17:00")]
)
def test_the_worked_example_of_a_pause(priority: str, due: str, sdesk: Sdesk, desk: MailDesk, doubles: Clock) -> None:
    text = DESK_FILE.replace("[priority]", f"{PAUSE}[priority]").replace('team = "it"\nimpact = "minor"\nurgency = "medium"', 'team = "it"\nsla = "pause"\nimpact = "minor"\nurgency = "medium"')  # fmt: skip  # noqa: E501 - one line of TOML for another
    desk.apply(text, at=NOW - HOUR)

    def do(at: str, *words: str) -> None:
        doubles.now = moscow(at)
        assert sdesk(*words).code == 0

    def deadline() -> str | None:
        (clock,) = json.loads(sdesk("show", "1", "-o", "json").out)["clocks"]
        found: str | None = clock["due_at"]
        return found

    do("2026-11-23 10:00", "new", "--subject", "x", "--text", "y", "--service", "other", "--priority", "P4")
    do("2026-11-23 12:00", "wait", "1", "--for", "supplier")
    do("2026-11-24 11:00", "reopen", "1")
    assert deadline() == to_rfc3339(moscow("2026-11-24 17:00"))
    if priority != "P4":
        do("2026-11-24 12:00", "ticket", "set", "1", "--priority", priority, "--reason", "so")
    assert deadline() == to_rfc3339(moscow(due))
    story = explained(sdesk)["clocks"][-1]
    assert (story["due_at"], story["verdict"]) == (
        to_rfc3339(moscow(due)),
        "broken" if priority == "P2" else "running",
    )


# ---- the SLAs, and the sweep --------------------------------------------------------------------


def test_the_slas(sdesk: Sdesk, desk: MailDesk) -> None:
    office, stores = json.loads(sdesk("sla", "list", "-o", "json").out)
    assert (office["key"], office["calendar"], office["warn_at"], office["stale_at"]) == ("office", "office", 75, 200)
    assert office["targets"]["P1"] == {"first_response": 1800, "next_reply": 3600, "resolution": 14_400}
    assert office["targets"]["P5"] == {"first_response": 64_800, "next_reply": None, "resolution": None}
    assert (office["teams"], office["services"], stores["services"]) == (["hr", "it", "quality"], [], ["till"])
    assert "30m / 1h / 4h" in sdesk("sla", "list", "-o", "table").out
    assert sdesk("sla", "list", "--fields", "key,calendar", "-o", "tsv").out == (
        "key\tcalendar\noffice\toffice\nstores\tstore\n"
    )


def test_one_sla(sdesk: Sdesk, desk: MailDesk) -> None:
    assert sdesk("sla", "show", "stores", "-o", "table").out == (
        "stores: working time of calendar store, mon-sun 10:00-22:00 (Europe/Moscow)\n"
        "At risk from 75 % of a target; P3 to P5 are stale from 200 %.\n"
        "\n"
        "    FIRST RESPONSE      NEXT REPLY      RESOLUTION\n"
        "P1             15m             30m              2h\n"
        "P2             30m              2h              6h\n"
        "P3              2h              8h             24h\n"
        "P4              4h               -             48h\n"
        "P5               -               -               -\n"
        "\n"
        "Teams that name it: none\n"
        "Services that name it: till\n"
    )
    found = json.loads(sdesk("sla", "show", "office", "-o", "json").out)
    assert (found["time_zone"], found["hours"]) == ("Europe/Moscow", "mon-fri 09:00-18:00 (Europe/Moscow)")
    missing = sdesk("sla", "show", "offic")
    assert (missing.code, missing.err) == (
        3, "sdesk: error: there is no SLA `offic`. the desk has: office, stores\n"
    )  # fmt: skip


def test_the_sweep_by_hand_does_what_a_tick_does_and_once(
    sdesk: Sdesk, desk: MailDesk, doubles: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = desk.new(service="other", priority="P3", at=NOW - timedelta(days=90))
    waits = desk.new(service="other", priority="P3")
    desk.do("anna", "wait", waits, waiting_for="supplier", until=NOW + HOUR)
    doubles.now = NOW + HOUR
    swept = {"woken": 0, "alerts": 0, "stale": 0, "closed": 0, "reminded": 0, "dry_run": False}
    assert json.loads(sdesk("sla", "sweep", "-o", "json").out) == {**swept, "woken": 1, "alerts": 1, "stale": 1}
    assert json.loads(sdesk("sla", "sweep", "-o", "json").out) == swept
    assert desk.event(waits, "woken")["by"] == "system"
    assert desk.event(late, "stale")["by"] == "system"
    monkeypatch.setenv("SDESK_AGENT", "nobody")
    for command in (["sla", "sweep"], ["sla", "list"], ["sla", "show", "office"], ["sla", "explain", "1"]):
        assert sdesk(*command).code == 2


# ---- explain ------------------------------------------------------------------------------------


def explained(sdesk: Sdesk, number: int = 1) -> dict[str, Any]:
    """What it says in JSON, which must add up."""
    ran = sdesk("sla", "explain", str(number), "-o", "json")
    assert (ran.code, ran.err) == (0, "")
    found: dict[str, Any] = json.loads(ran.out)
    assert found["agrees"]
    return found


def wrote(desk: MailDesk, at: datetime, fetched: datetime | None = None) -> None:
    """The requester's mail into SD-1."""
    head = "From: maria@shop.example\nSubject: [SD-1]\n"
    desk.take(f"{head}Message-ID: <m{at:%d%H%M}@shop.example>\n\nAnd now?\n", at=at, fetched=fetched)


def test_each_next_reply_is_a_promise_of_its_own(sdesk: Sdesk, desk: MailDesk, doubles: Clock) -> None:
    # P4 of the office promises no next reply: P3 does, 9 h.
    desk.ask(at=moscow("2026-11-23 09:00"))
    desk.do("boris", "priority", 1, priority="P3", reason="so", at=moscow("2026-11-23 09:30"))
    desk.do("boris", "reply", 1, text="Which one?", at=moscow("2026-11-23 10:00"))
    wrote(desk, moscow("2026-11-23 11:00"))
    desk.do("boris", "reply", 1, text="Soon.", at=moscow("2026-11-23 15:00"))
    # Written on Tuesday at 9:00, fetched after an hour without power; answered on Wednesday at 11:00.
    wrote(desk, moscow("2026-11-24 09:00"), moscow("2026-11-24 10:00"))
    desk.do("boris", "reply", 1, text="Done?", phone=True, at=moscow("2026-11-25 11:00"))
    wrote(desk, moscow("2026-11-25 12:00"))
    doubles.now = moscow("2026-11-25 13:00")
    replies = [each for each in explained(sdesk)["clocks"] if each["kind"] == "next_reply"]
    assert [(each["round"], each["verdict"], each["consumed"]) for each in replies] == [
        (1, "kept", 4 * 3600),
        (2, "late", 11 * 3600),
        (3, "running", 3600),
    ]
    second = replies[1]
    assert (second["over"], second["breached_at"]) == (2 * 3600, to_rfc3339(moscow("2026-11-24 18:00")))
    assert second["steps"][0]["written_at"] == to_rfc3339(moscow("2026-11-24 10:00"))
    assert second["steps"][-1]["why"] == "it was answered by phone or in person"
    assert replies[2]["due_at"] == to_rfc3339(moscow("2026-11-26 12:00"))


def test_hours_that_a_desk_file_changed_are_told_and_still_add_up(sdesk: Sdesk, desk: MailDesk, doubles: Clock) -> None:
    desk.new(service="other", priority="P3", at=moscow("2026-11-23 09:00"))
    desk.do("boris", "wait", 1, waiting_for="supplier", at=moscow("2026-11-23 18:00"))
    desk.do("boris", "reopen", 1, at=moscow("2026-11-24 09:00"))
    desk.apply(DESK_FILE.replace("09:00-18:00", "10:00-18:00"), at=moscow("2026-11-25 12:00"))
    doubles.now = moscow("2026-11-25 13:00")
    story = explained(sdesk)["clocks"][-1]
    # 9 + 9 + 3 h by the old hours, and one more since.
    assert (story["consumed"], story["disagreements"]) == (22 * 3600, [])
    assert any(each["what"] == "hours_changed" for each in story["steps"])
    assert any("as it was written down" in note for note in story["notes"])


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("UPDATE ticket SET resolution_consumed = 60", "the finished runs have 10800 s, and the ticket says 60 s"),
        ("UPDATE ticket SET resolution_due_at = '2026-11-24T00:00:00Z'", "it is stored as due 2026-11-24T00:00:00Z"),
        ("UPDATE clock_run SET seconds = 1", "is stored as 1 s, and the calendar's hours say 10800 s"),
        ("DELETE FROM clock_run", "the finished runs have 0 s"),
        ("UPDATE history SET data = json_set(data, '$.clocks.resolution.consumed', 7) WHERE event = 'promise'", "7 s"),
    ],
)
def test_a_store_that_was_changed_by_hand_is_told_loudly(
    damage: str, words: str, sdesk: Sdesk, desk: MailDesk, doubles: Clock
) -> None:
    desk.new(service="other", priority="P3", at=moscow("2026-11-23 09:00"))
    desk.do("boris", "wait", 1, waiting_for="supplier", at=moscow("2026-11-23 12:00"))
    desk.do("boris", "reopen", 1, at=moscow("2026-11-23 13:00"))
    desk.do("boris", "priority", 1, priority="P2", reason="so", at=moscow("2026-11-23 13:30"))
    doubles.now = moscow("2026-11-23 14:00")
    explained(sdesk)
    with closing(sqlite3.connect(desk.path)) as connection, connection:
        connection.execute(damage)
    ran = sdesk("sla", "explain", "1", "-o", "table")
    assert ran.code == 1
    assert "!! IT DOES NOT ADD UP: " in ran.out
    # Whatever the width at which its line is broken.
    assert words in " ".join(ran.out.split())
    assert "SD-1: its clocks do not add up" in ran.err
    assert not json.loads(sdesk("sla", "explain", "1", "-o", "json").out)["agrees"]


def test_of_a_ticket_of_an_earlier_release_it_says_what_is_not_known(
    sdesk: Sdesk, desk: MailDesk, doubles: Clock
) -> None:
    """Its history has no targets, no changes of promises, and no instant but that of writing."""
    desk.new(service="other", priority="P3", at=moscow("2026-11-23 09:00"))
    desk.do("boris", "wait", 1, waiting_for="date", until=moscow("2026-11-23 11:00"), at=moscow("2026-11-23 10:00"))
    desk.sweep(moscow("2026-11-23 12:00"))
    desk.do("boris", "service", 1, service="till", at=moscow("2026-11-23 13:00"))
    with closing(sqlite3.connect(desk.path)) as connection, connection:
        connection.execute("DELETE FROM history WHERE event = 'promise'")
        connection.execute(
            "UPDATE history SET data = json_remove(data, '$.targets', '$.calendar', '$.sla') WHERE event = 'opened'"
        )
        connection.execute("UPDATE history SET data = json_remove(data, '$.since') WHERE event = 'woken'")
    doubles.now = moscow("2026-11-23 14:00")
    story = explained(sdesk)["clocks"][-1]
    assert story["consumed"] == story["stored"]
    assert "an earlier release opened it, and did not write down what was promised then" in story["notes"]
    unknown = f"did not write down what a change meant for this promise: {to_rfc3339(moscow('2026-11-23 13:00'))}"
    assert any(unknown in note for note in story["notes"])
    woken = next(each for each in story["steps"] if each["why"] == "the wait is over")
    assert (woken["at"], woken["written_at"]) == (
        to_rfc3339(moscow("2026-11-23 11:00")),
        to_rfc3339(moscow("2026-11-23 12:00")),
    )


def test_what_was_taken_back_never_was(sdesk: Sdesk, desk: MailDesk, doubles: Clock) -> None:
    number = desk.ask(at=moscow("2026-11-23 10:00"))
    at = moscow("2026-11-23 11:00")
    desk.do("boris", "reply", number, text="Wait.", waiting_for="supplier", at=at)
    desk.do("boris", "take_back", number, at=at + timedelta(seconds=5))
    doubles.now = moscow("2026-11-23 12:00")
    first, resolution = explained(sdesk)["clocks"]
    assert [len(each["steps"]) for each in (first, resolution)] == [1, 1]


def test_spam_is_void_and_a_ticket_without_promises_has_clocks_all_the_same(
    sdesk: Sdesk, desk: MailDesk, doubles: Clock
) -> None:
    desk.new(service="other", priority="P3", at=moscow("2026-11-23 10:00"))
    desk.do("boris", "spam", 1, at=moscow("2026-11-23 11:00"))
    assert [each["verdict"] for each in explained(sdesk)["clocks"]] == ["void", "void"]
    text = sdesk("sla", "explain", "1", "-o", "table").out
    assert "1h of 27h consumed: ended without counting at 2026-11-23 11:00" in text
    # P5 of the office promises a first response alone.
    desk.new(service="other", priority="P5", at=moscow("2026-11-23 10:00"))
    doubles.now = moscow("2026-11-23 12:00")
    assert [each["verdict"] for each in explained(sdesk, 2)["clocks"]] == ["running", "not_promised"]


def test_the_formats_of_explain(sdesk: Sdesk, desk: MailDesk) -> None:
    desk.ask()
    desk.ask(2)
    rows = sdesk("sla", "explain", "1", "-o", "tsv", "--fields", "number,clock,what,consumed,target").out
    assert rows == (
        "number\tclock\twhat\tconsumed\ttarget\n"
        "1\tfirst_response\tstarted\t0\t32400\n1\tresolution\tstarted\t0\t162000\n"
    )
    assert [each["number"] for each in json.loads(sdesk("sla", "explain", "1", "2", "-o", "json").out)] == [1, 2]
    assert sdesk("sla", "explain", "1", "99").code == 6
    assert sdesk("sla", "explain", "99").code == 3
    assert sdesk("sla", "explain", "1", "2", "-o", "table").out.count("Resolution\n") == 2


def test_a_dry_sweep_counts_and_leaves_all_as_it_was(sdesk: Sdesk, at_desk: Path, doubles: Clock) -> None:
    sdesk("new", "--subject", "Till", "--text", "Dead", "--service", "till")
    sdesk("close", "1", "--silent")
    doubles.now += timedelta(days=8)
    for counted in (1, 1):
        assert json.loads(sdesk("sla", "sweep", "-n", "-o", "json").out)["closed"] == counted
    assert json.loads(sdesk("show", "1", "-o", "json").out)["status"] == "resolved"
    assert json.loads(sdesk("sla", "sweep", "-o", "json").out)["closed"] == 1
    assert json.loads(sdesk("sla", "sweep", "-n", "-o", "json").out)["closed"] == 0
