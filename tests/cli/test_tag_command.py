"""`ticket tag`, and the team by `ticket set`: on several tickets, dry, and back again."""

from __future__ import annotations

import json
from pathlib import Path

from command_line import Sdesk


def tags(sdesk: Sdesk, number: int) -> list[str]:
    found: list[str] = json.loads(sdesk("show", str(number), "-o", "json").out)["tags"]
    return found


def test_tags_come_and_go_on_several_tickets(sdesk: Sdesk, at_desk: Path) -> None:
    for name in ("One", "Two"):
        sdesk("new", "--text", "x", "--subject", name, "--service", "other", "--tag", "old")
    dry = sdesk("ticket", "tag", "1", "2", "--add", "POS", "--remove", "old", "--dry-run")
    assert (dry.code, dry.out.count("dry run: ")) == (0, 2)
    assert tags(sdesk, 1) == ["old"]
    ran = sdesk("ticket", "tag", "-", "--add", "POS", "--remove", "old", "-o", "json", stdin="1\nSD-2\n9\n")
    assert ran.code == 6
    assert [row["changed"] for row in json.loads(ran.out)] == [True, True, False]
    assert tags(sdesk, 1) == tags(sdesk, 2) == ["pos"]
    assert sdesk("ticket", "tag", "1", "--add", "pos").out == "SD-1 is so already\n"
    assert sdesk("undo").code == 0
    assert tags(sdesk, 1) == tags(sdesk, 2) == ["old"]


def test_a_tag_is_one_word(sdesk: Sdesk, at_desk: Path) -> None:
    sdesk("new", "--text", "x", "--subject", "One", "--service", "other")
    assert sdesk("ticket", "tag", "1").code == 2
    for words, option in (("tag", "--add"), ("tag", "--remove"), ("set", "--tag"), ("set", "--untag")):
        ran = sdesk("ticket", words, "1", option, "two words")
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.endswith(
            f"`two words` is no tag: it is one word. repeat {option} for several, as {option} pos {option} vip\n"
        )
    assert sdesk("ticket", "tag", "1", "--add", "a", "--remove", "A").code == 2


def test_the_team_is_set_after_the_service(sdesk: Sdesk, at_desk: Path) -> None:
    sdesk("new", "--text", "x", "--subject", "One", "--service", "other")
    assert sdesk("ticket", "set", "1", "--service", "till", "--team", "quality").code == 0
    found = json.loads(sdesk("show", "1", "-o", "json").out)
    assert (found["service"], found["team"]) == ("till", "quality")
    assert sdesk("undo").code == 0
    found = json.loads(sdesk("show", "1", "-o", "json").out)
    assert (found["service"], found["team"]) == ("other", "it")
