"""`--spent` and `--visit` on the command line, and what `show` and `history` say of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import Sdesk

pytestmark = pytest.mark.usefixtures("ticket")


@pytest.fixture
def ticket(sdesk: Sdesk, at_desk: Path) -> None:
    """SD-1, of the flagship."""
    words = ("--requester", "store-001@shop.example", "--service", "till", "--text", "x")
    assert sdesk("new", "--subject", "Till", *words).code == 0


def test_time_and_visit_in_every_form(sdesk: Sdesk) -> None:
    ran = sdesk("reply", "1", "--text", "I come.", "--visit", "tomorrow 10:00", "--spent", "15m")
    assert (ran.out, ran.err) == ("SD-1 answered, 15m spent, visit on 2026-11-24 10:00\n", "")
    assert sdesk("ticket", "set", "1", "--spent", "-5m").out == "SD-1: 5m less spent\n"
    found = json.loads(sdesk("show", "1", "-o", "json").out)
    assert found["time_spent"] == 600
    assert [(each["agent"], each["seconds"]) for each in found["time_entries"]] == [("anna", 900), ("anna", -300)]
    assert found["time_entries"][0]["message"] == found["messages"][-1]["id"]
    assert found["visit"] == {
        "agent": "anna",
        "starts_at": "2026-11-24T07:00:00Z",
        "agreed_at": "2026-11-23T09:00:00Z",
    }
    page = sdesk("show", "1", "-o", "table").out
    assert "  Visit      2026-11-24 10:00 by Anna Orlova\n" in page
    assert "  Time spent Anna Orlova 10m\n" in page
    history = sdesk("history", "1", "-o", "table").out
    assert "-5m" in history
    assert "2026-11-24T07:00:00Z" in history


def test_a_visit_is_called_off(sdesk: Sdesk) -> None:
    sdesk("ticket", "set", "1", "--visit", "tomorrow 10:00")
    assert sdesk("ticket", "set", "1", "--visit", "none").out == "SD-1: visit on 2026-11-24 10:00 called off\n"
    assert json.loads(sdesk("show", "1", "-o", "json").out)["visit"] is None


def test_a_closed_shop_is_a_warning_and_no_failure(sdesk: Sdesk) -> None:
    ran = sdesk("note", "1", "--text", "Late.", "--visit", "tomorrow 23:00")
    assert ran.code == 0
    assert ran.err == "sdesk: warning: SD-1: unit `flagship` is closed at 2026-11-24 23:00\n"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("ticket", "set", "1", "--spent", "soon"), 2, "no length of time"),
        (("ticket", "set", "1", "--spent", "0m"), 2, "no time is nothing"),
        (("ticket", "set", "1", "--spent", "-5m"), 1, "cannot be taken"),
        (("ticket", "set", "1", "--visit", "2026-11-20 10:00"), 2, "is past"),
        (("ticket", "set", "1", "--visit", "none"), 1, "no visit is agreed"),
        (("ticket", "set", "1"), 2, "nothing to set"),
    ],
)
def test_what_cannot_be_is_said(arguments: tuple[str, ...], code: int, words: str, sdesk: Sdesk) -> None:
    ran = sdesk(*arguments)
    assert (ran.code, ran.out) == (code, "")
    assert words in ran.err


def test_a_dry_run_writes_nothing_down(sdesk: Sdesk) -> None:
    assert sdesk("note", "1", "--text", "x", "--spent", "15m", "-n").code == 0
    assert json.loads(sdesk("show", "1", "-o", "json").out)["time_spent"] == 0
