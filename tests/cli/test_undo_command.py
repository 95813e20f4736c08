"""`undo` on the command line: what it says, what it lists, how it ends; and what reports count afterwards."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest
from command_line import NOW, Sdesk


class Doubles(Protocol):
    """The clock of the command line, as `conftest` hands it out."""

    now: datetime


@pytest.fixture(autouse=True)
def two_tickets(at_desk: Path, sdesk: Sdesk) -> None:
    """SD-1 and SD-2, of nobody; vera opened them."""
    for subject in ("Till", "Printer"):
        more = ("--requester", "Maria <maria@shop.example>", "--service", "printer")
        assert sdesk("--as", "vera", "new", "--subject", subject, "--text", "Help", *more).code == 0


def test_the_last_action_is_undone_on_all_its_tickets_and_then_the_one_before(sdesk: Sdesk) -> None:
    sdesk("take", "1")
    sdesk("assign", "1", "2", "--to", "boris")
    listed = json.loads(sdesk("undo", "--list", "-o", "json").out)
    at = {"at": "2026-11-23T09:00:00Z"}
    assert listed == [
        at | {"verb": "assign", "sentence": "SD-1 assigned to boris", "numbers": [1, 2], "why_not": None},
        at | {"verb": "take", "sentence": "SD-1 assigned to anna", "numbers": [1], "why_not": None},
    ]
    tried = sdesk("undo", "-n")
    assert (tried.code, tried.out, tried.err) == (
        0,
        "dry run: undone: SD-1 assigned to boris\ndry run: undone: SD-2 assigned to boris\n",
        "",
    )
    assert sdesk("undo").out == "undone: SD-1 assigned to boris\nundone: SD-2 assigned to boris\n"
    assert sdesk("list", "-o", "tsv", "--fields", "number,assignee").out.splitlines()[1:] == ["1\tanna", "2\t"]
    (row,) = json.loads(sdesk("undo", "-o", "json").out)
    assert row == {
        "number": 1,
        "ref": "SD-1",
        "changed": True,
        "sentence": "undone: SD-1 assigned to anna",
        "error": None,
        "warning": None,
        "dry_run": False,
    }
    assert sdesk("list", "assignee:none", "-o", "ids").out == "1\n2\n"
    assert sdesk("undo", "--list", "-o", "json").out == "[]\n"


def test_nothing_to_undo_is_said_and_is_no_failure(sdesk: Sdesk) -> None:
    sentence = "sdesk: there is nothing to undo. what you did within a day can be, the last first\n"
    for more in ((), ("-n",)):
        ran = sdesk("undo", *more)
        assert (ran.code, ran.out, ran.err) == (0, "", sentence)
    ran = sdesk("undo", "-o", "json")
    assert (ran.code, ran.out, ran.err) == (0, "[]\n", sentence)


def test_what_somebody_changed_since_is_named_and_the_rest_is_done(sdesk: Sdesk) -> None:
    sdesk("take", "1", "2")
    sdesk("--as", "boris", "note", "2", "--text", "Mine?")
    (listed,) = json.loads(sdesk("undo", "--list", "-o", "json").out)
    assert listed["why_not"] == "SD-2 was changed since by boris"
    ran = sdesk("undo")
    assert (ran.code, ran.out) == (6, "undone: SD-1 assigned to anna\n")
    assert ran.err == "sdesk: error: SD-2 was changed since by boris. put it right by hand\n"
    sdesk("take", "1")
    sdesk("--as", "boris", "note", "1", "--text", "Mine?")
    assert sdesk("undo").code == 1


def test_all_that_one_set_says_is_undone_at_once(sdesk: Sdesk) -> None:
    before = json.loads(sdesk("show", "1", "-o", "json").out)
    sdesk(
        "ticket",
        "set",
        "1",
        "--service",
        "other",
        "--tag",
        "vip",
        "--priority",
        "P1",
        "--reason",
        "so",
        "--spent",
        "5m",
    )
    ran = sdesk("undo")
    assert (ran.code, ran.out.startswith("undone: SD-1 is about other")) == (0, True)
    assert ran.out.count("\n") == 1
    after = json.loads(sdesk("show", "1", "-o", "json").out)
    told = {"history", "updated_at", "version"}
    assert {key: value for key, value in after.items() if key not in told} == {
        key: value for key, value in before.items() if key not in told
    }


def test_an_answer_is_a_draft_again(sdesk: Sdesk, doubles: Doubles) -> None:
    sdesk("close", "1", "--text", "Done.")
    assert sdesk("undo").out == "undone: SD-1 resolved; its text is your draft\n"
    sdesk("close", "1", "--text", "Done.")
    doubles.now = NOW + timedelta(minutes=1)
    ran = sdesk("undo")
    assert (ran.code, ran.out) == (1, "")
    assert "the last answer of SD-1 is older than 10 s" in ran.err


def test_history_says_what_was_undone(sdesk: Sdesk) -> None:
    sdesk("close", "1", "--silent")
    sdesk("undo")
    events = json.loads(sdesk("history", "1", "-o", "json").out)
    assert [(each["event"], each["undone"]) for each in events] == [
        ("opened", False),
        ("status", True),
        ("undone", False),
    ]
    page = sdesk("show", "1", "--history").out
    assert "anna status new -> resolved, undone since" in page
    assert "anna undone verb: close" in page


def test_reports_count_nothing_that_was_undone(sdesk: Sdesk, doubles: Doubles) -> None:
    def figures() -> tuple[int, int, int]:
        doubles.now = NOW + timedelta(hours=1)
        totals = json.loads(sdesk("past", "--this", "week", "-o", "json").out)["totals"]
        doubles.now = NOW
        return totals["solved"]["value"], totals["reopened"]["value"], totals["backlog_end"]["value"]

    assert figures() == (0, 0, 2)
    sdesk("close", "1", "2", "--silent")
    assert figures() == (2, 0, 0)
    sdesk("undo")
    assert figures() == (0, 0, 2)
    sdesk("close", "1", "--text", "Done.")
    assert figures() == (1, 0, 1)
    sdesk("take-back", "1")
    assert figures() == (0, 0, 2)
    sdesk("close", "2", "--silent")
    sdesk("reopen", "2")
    assert figures() == (1, 1, 2)
    sdesk("undo")
    assert figures() == (1, 0, 1)


def test_another_agent_has_nothing_of_it(sdesk: Sdesk) -> None:
    sdesk("take", "1")
    ran = sdesk("--as", "boris", "undo")
    assert (ran.code, ran.out) == (0, "")
    assert json.loads(sdesk("show", "1", "-o", "json").out)["assignee"] == "anna"
    assert sdesk("--as", "boris", "undo", "--list", "-o", "json").out == "[]\n"
    assert sdesk("--as", "nobody", "undo").code == 2


def test_what_was_done_last_and_stands_is_refused_once_and_what_was_done_before_is_next(sdesk: Sdesk) -> None:
    sdesk("close", "1", "--silent")
    sdesk("new", "--subject", "By mistake", "--text", "x", "--service", "printer")
    listed = json.loads(sdesk("undo", "--list", "-o", "json").out)
    assert [(each["verb"], each["numbers"], each["why_not"]) for each in listed] == [
        ("new", [3], "SD-3 opened: that is not undone"),
        ("close", [1], None),
    ]
    assert "SD-3 opened: that is not undone" in sdesk("undo", "--list", "-o", "table").out
    refused = (
        "sdesk: error: SD-3 opened: that is not undone. close it: `sdesk close 3 --silent`,"
        " or put it into another: `sdesk ticket merge 3 --into OTHER`\n"
    )
    for _ in range(2):
        ran = sdesk("undo", "-n")
        assert (ran.code, ran.out, ran.err) == (1, "", refused)
    ran = sdesk("undo")
    again = "sdesk: `sdesk undo` once more is about what you did before: SD-1 resolved, silently\n"
    assert (ran.code, ran.out, ran.err) == (1, "", refused + again)
    assert json.loads(sdesk("show", "1", "-o", "json").out)["status"] == "resolved"
    assert sdesk("undo").out == "undone: SD-1 resolved, silently\n"
    assert json.loads(sdesk("undo", "--list", "-o", "json").out) == []
    for remedy in (("close", "3", "--silent"), ("ticket", "merge", "3", "--into", "1")):
        assert sdesk(*remedy, "-n").code == 0


def test_what_was_only_tried_is_nothing_to_undo(sdesk: Sdesk) -> None:
    sdesk("new", "--subject", "x", "--text", "x", "--service", "printer", "-n")
    assert sdesk("undo", "--list", "-o", "json").out == "[]\n"


def test_who_opened_a_ticket_behind_a_wall_undoes_nothing_else_in_its_place(sdesk: Sdesk) -> None:
    sdesk("--as", "boris", "take", "1")
    sdesk("--as", "boris", "new", "--subject", "Wages", "--text", "x", "--service", "leave")
    listed = json.loads(sdesk("--as", "boris", "undo", "--list", "-o", "json").out)
    assert [each["numbers"] for each in listed] == [[3], [1]]
    ran = sdesk("--as", "boris", "undo")
    assert (ran.code, ran.err.splitlines()[0]) == (
        1,
        "sdesk: error: SD-3 opened: that is not undone. ask somebody who sees that ticket",
    )
    assert sdesk("--as", "boris", "undo").out == "undone: SD-1 assigned to boris\n"
