"""`now`: each ticket once, under its most urgent need, with what to type; counts that its lists confirm."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest
from command_line import NOW, Sdesk
from flagship import BACK_AT, DOWN_AT, Flagship

from sdesk.domain.instant import to_rfc3339


class Clock(Protocol):
    """The clock of the command line, which a test moves."""

    now: datetime


def opened(sdesk: Sdesk, doubles: Clock, at: datetime, *words: str) -> int:
    """A ticket that was opened at an instant; gives its number. The clock stands there afterwards."""
    doubles.now = at
    found = json.loads(sdesk("new", "--subject", "x", "--text", "y", *words, "-o", "json").out)
    return int(found["number"])


def asked(sdesk: Sdesk, *words: str) -> Any:
    """The answer in JSON."""
    ran = sdesk("now", *words, "-o", "json")
    assert (ran.code, ran.err) == (0, "")
    return json.loads(ran.out)


OTHER = ("--service", "other", "--requester", "maria@shop.example")
"""P4 of `office`: an answer within 9 working hours, a solution within 45."""


@pytest.fixture
def six(sdesk: Sdesk, at_desk: Path, doubles: Clock) -> list[int]:
    """One ticket of each need, in the order of urgency; it is Monday, noon."""
    shop = ("--service", "till", "--requester", "store-001@shop.example")
    stale = opened(sdesk, doubles, NOW - timedelta(days=28), *OTHER)
    breached = opened(sdesk, doubles, NOW - timedelta(days=7) + timedelta(hours=3), *OTHER, "--assignee", "boris")
    # Friday, 13:00: five hours of Friday and three of Monday are 8 of 9.
    at_risk = opened(sdesk, doubles, datetime.fromisoformat("2026-11-20T10:00:00Z"), *OTHER)
    handed_back = opened(sdesk, doubles, NOW - timedelta(hours=2), *OTHER)
    sdesk("reply", str(handed_back), "--text", "We look at it.")
    sdesk("assign", str(handed_back), "--to", "none")
    burning = opened(sdesk, doubles, NOW - timedelta(minutes=30), *shop, "--assignee", "anna")
    unanswered = opened(sdesk, doubles, NOW - timedelta(minutes=10), *OTHER, "--assignee", "boris")
    doubles.now = NOW
    return [burning, stale, breached, at_risk, unanswered, handed_back]


def test_each_ticket_once_with_its_command(sdesk: Sdesk, six: list[int]) -> None:
    burning, _, breached, at_risk, unanswered, handed_back = six
    found = asked(sdesk)
    assert [(each["need"], each["number"], each["command"]) for each in found["tickets"]] == [
        ("burning", burning, f"sdesk confirm {burning}"),
        ("breached", breached, f"sdesk reply {breached}"),
        ("at_risk", at_risk, f"sdesk take {at_risk}"),
        ("unanswered", unanswered, f"sdesk reply {unanswered}"),
        ("unassigned", handed_back, f"sdesk take {handed_back}"),
    ]
    assert (found["open"], found["loss_per_hour"], found["suspected_per_hour"]) == (6, "0.00", "180000.00")
    # The till's own answer was due within 15 minutes: it is burning first of all.
    counts = {each["need"]: (each["total"], each["here"]) for each in found["needs"]}
    assert counts == {
        "burning": (1, 1),
        "stale": (1, 1),
        "breached": (2, 1),
        "at_risk": (1, 1),
        "unanswered": (5, 1),
        "unassigned": (3, 1),
    }


def test_every_command_is_one_and_every_list_has_what_was_counted(sdesk: Sdesk, six: list[int]) -> None:
    found = asked(sdesk)
    for need in found["needs"]:
        listed = sdesk(*need["command"].split()[1:], "-o", "ids", "--limit", "0").out.split()
        assert len(listed) == need["total"], need
    for each in found["tickets"]:
        words = each["command"].split()[1:]
        more = ["--text", "Done."] if words[0] in ("reply", "close") else []
        assert sdesk(*words, *more, "-n").code == 0, words


def test_what_is_done_moves_on(sdesk: Sdesk, six: list[int]) -> None:
    burning, *_ = six
    sdesk("confirm", str(burning))
    first = asked(sdesk)["tickets"][0]
    assert first["command"] == f"sdesk restored {burning}"
    assert (first["loss_confirmed"], first["loss_so_far"]) == (True, "90000.00")
    sdesk("restored", str(burning))
    assert asked(sdesk)["needs"][0]["total"] == 0


def test_it_is_narrowed_by_words_team_and_mine(sdesk: Sdesk, six: list[int]) -> None:
    burning, _, breached, _, unanswered, _ = six
    assert {each["number"] for each in asked(sdesk, "unit:flagship")["tickets"]} == {burning}
    assert {each["number"] for each in asked(sdesk, "--mine", "--as", "boris")["tickets"]} == {breached, unanswered}
    found = asked(sdesk, "--team", "quality")
    assert (found["open"], found["tickets"], found["mail"], found["filter"]) == (0, [], None, "team:quality")
    assert found["needs"][2]["command"] == "sdesk list is:breached team:quality"


def test_a_limit_leaves_the_rest_counted(sdesk: Sdesk, six: list[int], doubles: Clock) -> None:
    opened(sdesk, doubles, NOW - timedelta(minutes=1), *OTHER, "--assignee", "boris")
    doubles.now = NOW
    found = asked(sdesk, "--limit", "1")
    assert [each["here"] for each in found["needs"] if each["need"] == "unanswered"] == [2]
    assert [each["need"] for each in found["tickets"]].count("unanswered") == 1
    page = sdesk("now", "--limit", "1", "-o", "table").out
    assert "1 more: sdesk list is:unanswered\n" in page


def test_what_stands_behind_a_wall_is_in_no_count(sdesk: Sdesk, six: list[int], doubles: Clock) -> None:
    before = asked(sdesk, "--as", "boris")
    opened(sdesk, doubles, NOW - timedelta(days=28), "--service", "leave", "--requester", "maria@shop.example")
    doubles.now = NOW
    after = asked(sdesk, "--as", "boris")
    assert before == after
    assert asked(sdesk, "--as", "olga")["open"] == 7
    assert asked(sdesk, "--as", "olga", "team:hr")["needs"][1]["here"] == 1


def test_a_promise_of_the_highest_priority_is_never_stale(sdesk: Sdesk, at_desk: Path, doubles: Clock) -> None:
    number = opened(sdesk, doubles, NOW - timedelta(days=28), *OTHER, "--assignee", "anna")
    sdesk("ticket", "set", str(number), "--priority", "P1", "--reason", "The board")
    doubles.now = NOW
    assert [(each["need"], each["number"]) for each in asked(sdesk)["tickets"]] == [("breached", number)]


def test_mail_that_stands_still_is_told_to_who_sees_over_all_walls(
    sdesk: Sdesk, six: list[int], desk_path: Path, doubles: Clock
) -> None:
    with closing(sqlite3.connect(desk_path)) as store:
        store.execute("UPDATE outbox SET state = 'failed' WHERE id = (SELECT min(id) FROM outbox)")
        waiting = store.execute(
            "SELECT count(*), min(send_after) FROM outbox WHERE state = 'queued' AND send_after <= ?",
            (to_rfc3339(NOW - timedelta(minutes=10)),),
        ).fetchone()
        store.commit()
    mail = asked(sdesk)["mail"]
    assert (mail["failed"], mail["waiting"], mail["waiting_since"]) == (1, *waiting)
    assert "1 mail not delivered: sdesk mail outbox list --state failed" in sdesk("now", "-o", "table").out
    assert asked(sdesk, "--as", "boris")["mail"] is None


def test_a_proposal_counts_only_what_one_may_see(sdesk: Sdesk, six: list[int], desk_path: Path) -> None:
    with closing(sqlite3.connect(desk_path)) as store:
        store.execute(
            "INSERT INTO incident_proposal (service_id, first_at, tickets, proposed_at)"
            " SELECT id, ?, ?, ? FROM service WHERE key = 'other'",
            (to_rfc3339(NOW), json.dumps([six[1], six[2], six[3], 999]), to_rfc3339(NOW)),
        )
        store.commit()
    (proposal,) = asked(sdesk)["proposals"]
    assert (proposal["service"], proposal["tickets"]) == ("other", sorted(six[1:4]))
    assert proposal["command"] == "sdesk incident accept 1"
    page = sdesk("now", "-o", "table").out
    assert "May be one incident: 1" in page
    assert "sdesk incident accept 1" in page
    assert asked(sdesk, "team:it")["proposals"] == []


def test_a_calm_page_fits_a_small_terminal(sdesk: Sdesk, at_desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    page = sdesk("now", "-o", "table").out
    assert "Nothing is urgent" in page
    assert len(page.splitlines()) < 24


def test_a_page_of_one_of_each_fits_a_small_terminal(
    sdesk: Sdesk, six: list[int], monkeypatch: pytest.MonkeyPatch, desk_path: Path
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with closing(sqlite3.connect(desk_path)) as store:
        store.execute("UPDATE outbox SET state = 'sent'")
        store.commit()
    lines = sdesk("now", "-o", "table", "--limit", "1").out.splitlines()
    assert max(map(len, lines)) <= 80
    assert len(lines) <= 30
    assert "~180 000" in "\n".join(lines)


def test_other_formats(sdesk: Sdesk, six: list[int]) -> None:
    head, *rows = sdesk("now", "-o", "csv").out.splitlines()
    assert head.startswith("need,number,ref,subject,")
    assert [row.split(",")[0] for row in rows] == ["burning", "breached", "at_risk", "unanswered", "unassigned"]
    assert len(sdesk("now", "-o", "ids").out.split()) == 5
    assert json.loads(sdesk("now", "-o", "jsonl").out.splitlines()[0])["need"] == "burning"
    assert set(asked(sdesk, "--fields", "open,mail")) == {"open", "mail"}
    assert sdesk("now", "-o", "json", "--fields", "nonsense").code == 2


def test_the_flagships_till(sdesk: Sdesk, at_desk: Path, flagship: Flagship, doubles: Clock) -> None:
    doubles.now = DOWN_AT + timedelta(minutes=30)
    (ticket,) = asked(sdesk, "is:burning")["tickets"]
    assert (ticket["loss_per_hour"], ticket["loss_so_far"]) == ("180000.00", "90000.00")
    doubles.now = BACK_AT
    found = asked(sdesk)
    assert found["loss_per_hour"] == "180000.00"
    (ticket,) = [each for each in found["tickets"] if each["need"] == "burning"]
    assert ticket["loss_so_far"] == "180000.00"
    flagship.restore()
    doubles.now = flagship.now
    found = asked(sdesk)
    assert found["loss_per_hour"] == "0.00"
    (ticket,) = [each for each in found["tickets"] if each["number"] == flagship.number]
    assert (ticket["need"], ticket["loss_so_far"]) == ("breached", "180000.00")
