"""Outages at the command line: the flagship's till, times told afterwards, and the orders of a list."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from command_line import Ran, Sdesk
from flagship import BACK_AT, DOWN_AT, LONG_AFTER, Flagship


@pytest.fixture
def at_flagship(flagship: Flagship, monkeypatch: pytest.MonkeyPatch) -> Flagship:
    """The dead till, which the command line finds by SDESK_DB; Anna acts."""
    monkeypatch.setenv("SDESK_DB", str(flagship.path))
    monkeypatch.setenv("SDESK_AGENT", "anna")
    return flagship


def money_of(ran: Ran) -> tuple[object, ...]:
    assert ran.code == 0, ran.err
    found = json.loads(ran.out)
    row = found[0] if isinstance(found, list) else found
    return row["loss_so_far"], row["loss_counted"], row["loss_per_hour"], row["loss_confirmed"]


@pytest.mark.parametrize("end", ["solved", "restored"])
def test_the_flagships_till_has_lost_180_000(sdesk: Sdesk, doubles: Any, at_flagship: Flagship, end: str) -> None:
    doubles.now = BACK_AT
    running = ("180000.00", "180000.00", "180000.00", True)
    assert money_of(sdesk("list", "-o", "json")) == money_of(sdesk("show", "1", "-o", "json")) == running
    assert "180 000 RUB an hour, 180 000 RUB so far (all turnover)\n" in sdesk("show", "1").out
    if end == "solved":
        assert sdesk("close", "1", "--text", "A fuse.").code == 0
    else:
        assert sdesk("restored", "1").code == 0
        doubles.now = LONG_AFTER
    ended = ("180000.00", "180000.00", None, True)
    assert money_of(sdesk("list", "number:1", "-o", "json")) == money_of(sdesk("show", "1", "-o", "json")) == ended
    shown = sdesk("show", "1").out
    assert "  Loss       180 000 RUB so far (all turnover)\n" in shown
    assert "outage 1: 2026-11-23 21:30 to 2026-11-24 10:30, 100 %, 180 000 RUB\n" in shown
    (outage,) = json.loads(sdesk("show", "1", "-o", "json").out)["outages"]
    assert outage == {
        "id": 1,
        "unit": "flagship",
        "down_from": "2026-11-23T18:30:00Z",
        "down_to": "2026-11-24T07:30:00Z",
        "share": "1.0",
        "confirmed": True,
        "loss_per_hour": None,
        "loss_so_far": "180000.00",
    }


@pytest.mark.parametrize("end", ["solved", "restored"])
def test_past_and_now_say_the_same_of_the_flagships_till(
    sdesk: Sdesk, doubles: Any, at_flagship: Flagship, end: str
) -> None:
    doubles.now = BACK_AT
    burning = json.loads(sdesk("now", "-o", "json").out)
    (line,) = [each for each in burning["tickets"] if each["number"] == 1]
    assert (burning["loss_per_hour"], line["loss_so_far"]) == ("180000.00", "180000.00")
    assert sdesk(*(["close", "1", "--text", "A fuse."] if end == "solved" else ["restored", "1"])).code == 0
    doubles.now = LONG_AFTER
    days = ("past", "--from", "2026-11-23", "--to", "2026-11-24", "-o", "json")
    found = json.loads(sdesk(*days).out)
    assert found["totals"]["loss"]["value"] == "180000.00"
    assert [(each["ref"], each["loss"]) for each in found["outages"]] == [("SD-1", "180000.00")]
    # Half an hour of each of the two days.
    (monday,) = (json.loads(sdesk(*days[:2], "2026-11-23", "--to", "2026-11-23", "-o", "json").out),)
    assert monday["totals"]["loss"]["value"] == "90000.00"
    assert json.loads(sdesk("now", "-o", "json").out)["loss_per_hour"] == "0.00"


def test_times_and_shares_are_told_afterwards(sdesk: Sdesk, doubles: Any, at_flagship: Flagship) -> None:
    doubles.now = DOWN_AT
    ran = sdesk("confirm", "1", "--from", "20:30", "--share", "25%")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "outage of SD-1 corrected: down from 2026-11-23 20:30, 25 % of the turnover\n"
    assert money_of(sdesk("list", "-o", "json"))[0] == "45000.00"
    doubles.now = BACK_AT
    assert sdesk("restored", "1", "--at", "10:15").out == "SD-1 restored at 2026-11-24 10:15\n"
    assert money_of(sdesk("list", "-o", "json"))[0] == "78750.00"
    ran = sdesk("confirm", "1", "--to", "2026-11-23 21:30", "--share", "0,5")
    assert ran.code == 0
    assert money_of(sdesk("list", "-o", "json"))[0] == "90000.00"
    assert sdesk("confirm", "1", "--again", "--from", "10:10").code == 0
    assert money_of(sdesk("list", "-o", "json"))[:1] == ("150000.00",)


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (("confirm", "1", "--share", "0"), 2, "a share of `0` is not above 0"),
        (("confirm", "1", "--share", "many"), 2, "`many` is no share"),
        (("confirm", "1", "--from", "tomorrow 10:00"), 2, "is still to come"),
        (("confirm", "1", "--outage", "7"), 3, "SD-1 has no outage 7. it has: 1"),
        (("confirm", "1", "--again"), 1, "SD-1 has another outage from 2026-11-23 21:30 to now"),
        (("restored", "1", "--at", "2026-11-23 10:00"), 2, "SD-1 was not down yet"),
        (("list", "--sort", "money"), 2, "--sort knows no `money`. it takes sla, loss, priority, age"),
    ],
)
def test_what_cannot_be_is_refused(
    sdesk: Sdesk, doubles: Any, at_flagship: Flagship, arguments: tuple[str, ...], code: int, error: str
) -> None:
    doubles.now = DOWN_AT
    ran = sdesk(*arguments)
    assert (ran.code, ran.out) == (code, "")
    assert error in ran.err


def test_a_dry_run_changes_nothing(sdesk: Sdesk, doubles: Any, at_flagship: Flagship) -> None:
    doubles.now = BACK_AT
    before = sdesk("show", "1", "-o", "json").out
    assert sdesk("confirm", "1", "--share", "0.5", "-n").out.startswith("dry run: outage of SD-1 corrected")
    assert sdesk("show", "1", "-o", "json").out == before


def numbers(sdesk: Sdesk, *arguments: str) -> list[int]:
    return [int(line) for line in sdesk("list", *arguments, "-o", "ids", "--limit", "0").out.split()]


def test_a_list_has_four_orders(sdesk: Sdesk, busy_desk_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDESK_DB", str(busy_desk_path))
    monkeypatch.setenv("SDESK_AGENT", "anna")
    assert sdesk("new", "--subject", "Till", "--service", "till", "--unit", "store-017", "--text", "Down").code == 0
    assert numbers(sdesk) == numbers(sdesk, "--sort", "sla")
    rows = json.loads(sdesk("list", "--sort", "loss", "-o", "json", "--limit", "0").out)
    assert [row["loss_per_hour"] for row in rows[:3]] == ["180000.00", "12000.00", None]
    burning = {row["number"] for row in rows[:2]}
    assert [row["number"] for row in rows[2:]] == [each for each in numbers(sdesk) if each not in burning]
    levels = [row["priority"] for row in json.loads(sdesk("list", "--sort", "priority", "-o", "json").out)]
    assert levels == sorted(levels)
    opened = [row["created_at"] for row in json.loads(sdesk("list", "--sort", "age", "-o", "json").out)]
    assert opened == sorted(opened)
    assert numbers(sdesk, "--sort", "age", "-r") == numbers(sdesk, "--sort", "age")[::-1]
