"""Incidents, merges and links from the command line: what is printed, for eyes and for programs, and the exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import Sdesk
from desks import DESK_FILE

_SHOPS = "".join(
    f'[units.shop-{number}]\nname = "Shop {number}"\nkind = "store"\ncalendar = "store"\n'
    f'turnover_per_hour = {number}000\nmail = ["shop-{number}@shop.example"]\n'
    for number in (1, 2, 3)
)


@pytest.fixture
def three(sdesk: Sdesk, desk_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three shops whose tills are down: tickets 1 to 3. Anna acts."""
    monkeypatch.setenv("SDESK_DB", str(desk_path))
    monkeypatch.setenv("SDESK_AGENT", "anna")
    file = tmp_path / "desk.toml"
    file.write_text(DESK_FILE + _SHOPS, encoding="utf-8")
    assert sdesk("desk", "apply", str(file)).code == 0
    for number in (1, 2, 3):
        who = f"shop-{number}@shop.example"
        assert sdesk("new", "--subject", "Till", "--service", "till", "--requester", who, "--text", "Down").code == 0


@pytest.mark.usefixtures("three")
def test_a_proposal_is_listed_with_the_command_that_accepts_it(sdesk: Sdesk) -> None:
    (row,) = json.loads(sdesk("incident", "list", "-o", "json").out)
    assert (row["kind"], row["proposal"], row["number"]) == ("proposal", 1, None)
    assert (row["tickets"], row["units"], row["loss_per_hour"]) == ([1, 2, 3], 3, "6000.00")
    assert row["command"] == "sdesk incident accept 1"
    ran = sdesk(*row["command"].split()[1:])
    assert (ran.code, ran.out) == (0, "SD-2 is part of SD-1 now\nSD-3 is part of SD-1 now\n")
    (row,) = json.loads(sdesk("incident", "list", "-o", "json").out)
    assert (row["kind"], row["ref"], row["tickets"], row["command"]) == ("incident", "SD-1", [1, 2, 3], "")
    assert sdesk("incident", "accept", "1").code == 3, "it waits no more"


@pytest.mark.usefixtures("three")
def test_parts_are_found_shown_and_taken_out_again(sdesk: Sdesk) -> None:
    ran = sdesk("ticket", "link", "1", "2", "3", "--incident", "1")
    assert ran.out == "SD-2 is part of SD-1 now\nSD-3 is part of SD-1 now\n"
    assert sdesk("list", "incident:1", "-o", "ids").out == "2\n3\n"
    assert sdesk("list", "is:incident", "-o", "ids").out == "1\n"
    assert sdesk("list", "not:is:part", "-o", "ids").out == "1\n"
    assert "  Incident   2 tickets are part of it, 2 open: sdesk list incident:1\n" in sdesk("show", "1").out
    assert "  Linked     SD-1 part of: Till (new)\n" in sdesk("show", "2").out
    found = json.loads(sdesk("show", "2", "-o", "json").out)
    assert (found["incident"], found["is_incident"]) == (1, False)
    assert sdesk("ticket", "unlink", "2").out == "SD-2 is not part of SD-1 any more\n"
    assert sdesk("list", "incident:1", "-o", "ids").out == "3\n"


@pytest.mark.usefixtures("three")
def test_a_declined_proposal_is_listed_no_more(sdesk: Sdesk) -> None:
    assert sdesk("incident", "decline", "1", "-n").out.startswith("dry run: proposal 1 declined")
    ran = sdesk("incident", "decline", "1")
    assert (ran.code, ran.out) == (0, "proposal 1 declined: its 3 tickets stand for themselves\n")
    assert json.loads(sdesk("incident", "list", "-o", "json").out) == []
    assert sdesk("incident", "decline", "1").code == 3


@pytest.mark.usefixtures("three")
def test_tickets_that_belong_together_are_linked_both_ways(sdesk: Sdesk) -> None:
    assert sdesk("ticket", "link", "2", "3", "--to", "1").out == "SD-2 and SD-1 are linked\nSD-3 and SD-1 are linked\n"
    assert sdesk("ticket", "link", "1", "--to", "2").out == "SD-1 and SD-2 are linked already\n"
    links = json.loads(sdesk("show", "1", "-o", "json").out)["links"]
    assert sorted((each["number"], each["kind"]) for each in links) == [(2, "related"), (3, "related")]
    assert sdesk("ticket", "unlink", "1", "--from", "2").out == "SD-1 and SD-2 are linked no more\n"
    ran = sdesk("ticket", "link", "2")
    assert ran.code == 2
    assert "--to or --incident" in ran.err
    assert sdesk("ticket", "link", "2", "--to", "99").code == 3


@pytest.mark.usefixtures("three")
def test_tickets_are_merged_and_messages_split_off(sdesk: Sdesk) -> None:
    ran = sdesk("ticket", "merge", "2", "3", "--into", "1", "-n")
    assert ran.out == "dry run: SD-2 merged into SD-1\ndry run: SD-3 merged into SD-1\n"
    ran = sdesk("ticket", "merge", "2", "1", "--into", "1")
    assert ran.code == 6, "SD-1 cannot go into itself"
    assert ran.out == "SD-2 merged into SD-1\n"
    assert "shop-2@shop.example is not the requester of SD-1" in ran.err
    assert sdesk("list", "status:merged", "-o", "ids").out == "2\n"
    assert sdesk("note", "1", "--text", "Two of them").code == 0
    assert sdesk("ticket", "split", "1", "--message", "99").code == 3, "there is no such message"
    tried = sdesk("ticket", "split", "1", "--message", "2", "-n", "-o", "ids")
    assert (tried.code, tried.out) == (0, ""), "no ticket has the number that it would get"
