"""What the desk consists of, whole: units with their outages, services, calendars, teams, agents, people."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from command_line import Sdesk
from flagship import LONG_AFTER, Flagship


@pytest.fixture
def at_flagship(flagship: Flagship, monkeypatch: pytest.MonkeyPatch, doubles: Any) -> Flagship:
    """The flagship six days after its till works again; Anna acts."""
    flagship.restore()
    doubles.now = LONG_AFTER
    monkeypatch.setenv("SDESK_DB", str(flagship.path))
    monkeypatch.setenv("SDESK_AGENT", "anna")
    return flagship


def test_a_unit_with_its_outages(sdesk: Sdesk, at_flagship: Flagship) -> None:
    ran = sdesk("unit", "show", "flagship", "-o", "table")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "Unit         flagship: Flagship",
        "Kind         store",
        "Open         mon-sun 10:00-22:00 (store)",
        "Turnover     180 000 RUB an hour",
        "Stops        till 100 %",
        "Phone        +7 495 000-00-01",
        "Address      Manege Square, 1",
        "Manager      irina@shop.example",
        "Mail         store-001@shop.example",
        "Tickets      SD-1 P1 open: The till is dead",
        "Outages      2026-11-23 21:30 to 2026-11-24 10:30, 100 %: 180 000 RUB (SD-1, till)",
        "Lost         180 000 RUB in the last 30 days",
    ]
    found = json.loads(sdesk("unit", "show", "flagship", "-o", "json").out)
    assert found["loss"] == found["outages"][0]["loss_so_far"] == "180000.00"
    assert found["outages"][0]["number"] == 1
    assert found["open_tickets"] == [1]
    assert found["stops"] == {"till": "1.0"}


def test_what_began_before_counts_from_where_one_looks_back_to(sdesk: Sdesk, at_flagship: Flagship) -> None:
    assert sdesk("confirm", "1", "--from", "2026-10-20 10:00", "--to", "2026-11-01 10:30").code == 0
    found = json.loads(sdesk("unit", "show", "flagship", "-o", "json").out)
    # From 31 October, 10:30, thirty days before now: 11.5 hours of that day, and half an hour.
    assert found["loss"] == "2160000.00"
    assert found["outages"][0]["loss_so_far"] == "26010000.00"


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        (
            ("service", "show", "till"),
            ["Priority     P1 (significant impact, critical urgency)", "Tickets      1 open"],
        ),
        (("service", "show", "till"), ["Stops        100 % of a unit's turnover", "SLA          stores, in store"]),
        (("calendar", "show", "store"), ["Hours        mon-sun 10:00-22:00", "Time zone    Europe/Moscow"]),
        (("team", "show", "it"), ["Members      anna, boris", "Tickets      1 open, 0 of them unassigned"]),
        (("agent", "show", "anna"), ["Leads        it", "Tickets      1 open"]),
        (("person", "show", "Store-001@shop.example"), ["Name         Irina", "Unit         flagship: Flagship"]),
    ],
)
def test_parts_of_the_desk(sdesk: Sdesk, at_flagship: Flagship, arguments: tuple[str, ...], lines: list[str]) -> None:
    ran = sdesk(*arguments, "-o", "table")
    assert (ran.code, ran.err) == (0, "")
    assert set(lines) <= set(ran.out.splitlines())
    as_json = sdesk(*arguments, "-o", "json")
    assert isinstance(json.loads(as_json.out), dict)
    header, row = sdesk(*arguments).out.splitlines()
    assert header.split("\t") == list(json.loads(as_json.out))
    assert len(row.split("\t")) == len(header.split("\t"))


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("unit", "show", "flagshop"), "there is no unit `flagshop`. did you mean `flagship`?"),
        (("service", "show", "tils"), "did you mean `till`?"),
        (("calendar", "show", "stor"), "did you mean `store`?"),
        (("team", "show", "zz"), "there is no team `zz`. see `sdesk team list`"),
        (("agent", "show", "ana"), "did you mean `anna`?"),
        (("person", "show", "nobody@x.example"), "nobody is known by the address `nobody@x.example`"),
    ],
)
def test_what_is_not_there(sdesk: Sdesk, at_flagship: Flagship, arguments: tuple[str, ...], error: str) -> None:
    ran = sdesk(*arguments)
    assert (ran.code, ran.out) == (3, "")
    assert error in ran.err


def test_lists(sdesk: Sdesk, at_flagship: Flagship) -> None:
    rows = json.loads(sdesk("calendar", "list", "-o", "json").out)
    assert [row["key"] for row in rows] == ["24x7", "berlin", "office", "store"]
    assert "2027-01-01" in next(row for row in rows if row["key"] == "office")["free"]
    assert [row["name"] for row in json.loads(sdesk("person", "list", "-o", "json").out)] == ["Irina"]
    assert json.loads(sdesk("person", "list", "irina", "@shop", "-o", "json").out)[0]["open_tickets"] == 1
    assert json.loads(sdesk("person", "list", "nobody", "-o", "json").out) == []


def test_walls_stand_before_people(sdesk: Sdesk, busy_desk_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Maria has one ticket, of the private team."""
    monkeypatch.setenv("SDESK_DB", str(busy_desk_path))
    assert sdesk("person", "show", "maria@shop.example", "--as", "boris").code == 3
    assert "maria" not in sdesk("person", "list", "--limit", "0", "--as", "boris").out
    assert (
        json.loads(sdesk("person", "show", "maria@shop.example", "--as", "olga", "-o", "json").out)["all_tickets"] == 1
    )
    assert "0 open" in sdesk("team", "show", "hr", "--as", "boris", "-o", "table").out
    assert "1 open" in sdesk("team", "show", "hr", "--as", "olga", "-o", "table").out
