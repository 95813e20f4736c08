"""`ticket watch` and `ticket unwatch`: several tickets, dry, back again; what `show`, `list`, an export say of it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from command_line import Sdesk


def watchers(path: Path) -> list[tuple[Any, ...]]:
    """Who watches what, and who said so."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT number, agent, by FROM watcher_view ORDER BY 1, 2").fetchall()


@pytest.fixture
def two(sdesk: Sdesk, at_desk: Path) -> Path:
    """A desk with two tickets."""
    for name in ("One", "Two"):
        sdesk("new", "--text", "x", "--subject", name, "--service", "other")
    return at_desk


def test_several_tickets_are_watched_dry_and_back_again(sdesk: Sdesk, two: Path) -> None:
    dry = sdesk("ticket", "watch", "1", "2", "-n")
    assert (dry.code, dry.out) == (0, "dry run: SD-1 is watched by anna\ndry run: SD-2 is watched by anna\n")
    assert watchers(two) == []
    ran = sdesk("ticket", "watch", "-", "--agent", "boris", "-o", "json", stdin="1\nSD-2\n9\n")
    assert ran.code == 6
    assert [row["changed"] for row in json.loads(ran.out)] == [True, True, False]
    assert watchers(two) == [(1, "boris", "anna"), (2, "boris", "anna")]
    again = sdesk("ticket", "watch", "1", "--agent", "boris")
    assert (again.code, again.out) == (0, "SD-1 is watched by boris already\n")
    assert sdesk("list", "watch:boris", "-o", "ids").out == "1\n2\n"
    assert sdesk("undo").out.count("undone: ") == 2
    assert watchers(two) == []
    assert sdesk("ticket", "unwatch", "1").out == "SD-1 is not watched by anna\n"


def test_watching_no_more(sdesk: Sdesk, two: Path) -> None:
    sdesk("ticket", "watch", "1", "2")
    sdesk("ticket", "watch", "1", "--agent", "boris")
    ran = sdesk("ticket", "unwatch", "-", stdin=sdesk("list", "watch:me", "-o", "ids").out)
    assert (ran.code, ran.out) == (0, "SD-1 is watched by anna no more\nSD-2 is watched by anna no more\n")
    assert watchers(two) == [(1, "boris", "anna")]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("watch", "9"), 3, "there is no ticket SD-9"),
        (("watch", "1", "--agent", "bors"), 2, "did you mean `boris`?"),
        (("watch", "x"), 2, "is no ticket number"),
        (("unwatch", "1", "--agent", "bors"), 2, "did you mean `boris`?"),
        (("watch",), 2, "missing argument"),
    ],
)
def test_what_is_wrong_is_said(sdesk: Sdesk, two: Path, words: tuple[str, ...], code: int, said: str) -> None:
    ran = sdesk("ticket", *words)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err
    assert watchers(two) == []


def test_a_private_teams_ticket_is_watched_by_its_members(sdesk: Sdesk, two: Path) -> None:
    sdesk("new", "--text", "x", "--subject", "Salary", "--service", "leave")
    ran = sdesk("ticket", "watch", "3", "--agent", "boris")
    assert ran.code == 1
    assert "`boris` is no member of team `hr`, whose tickets are private. name a member of the team" in ran.err
    assert sdesk("ticket", "watch", "3", "--agent", "olga").code == 0


def test_show_says_who_watches(sdesk: Sdesk, two: Path) -> None:
    assert json.loads(sdesk("show", "1", "-o", "json").out)["watchers"] == []
    sdesk("ticket", "watch", "1", "--agent", "boris")
    (found,) = json.loads(sdesk("show", "1", "-o", "json").out)["watchers"]
    assert (found["agent"], found["by"], found["since"][-1]) == ("boris", "anna", "Z")
    assert "boris" in sdesk("history", "1", "-o", "tsv").out


def test_they_go_along_to_another_desk(sdesk: Sdesk, two: Path) -> None:
    sdesk("ticket", "watch", "1", "--agent", "boris")
    sdesk("ticket", "watch", "1")
    out = sdesk("ticket", "export", "number:1").out
    assert json.loads(out)["watchers"] == ["anna", "boris"]
    line = {**json.loads(out), "external_id": "OLD-1"}
    assert sdesk("ticket", "import", stdin=json.dumps(line)).code == 0
    assert [each for each in watchers(two) if each[0] == 3] == [(3, "anna", "anna"), (3, "boris", "anna")]
    # The same again changes nothing; who watches here alone stays, who does there is added.
    assert "1 unchanged" in sdesk("ticket", "import", stdin=json.dumps(line)).out
    sdesk("ticket", "unwatch", "3")
    sdesk("ticket", "watch", "3", "--agent", "vera")
    assert "1 unchanged" in sdesk("ticket", "import", stdin=json.dumps(line)).out
    changed = json.dumps({**line, "watchers": "boris, olga"})
    assert "1 updated" in sdesk("ticket", "import", stdin=changed).out
    assert [each[1] for each in watchers(two) if each[0] == 3] == ["boris", "olga", "vera"]
    assert "1 unchanged" in sdesk("ticket", "import", stdin=changed).out
    bad = sdesk("ticket", "import", stdin=json.dumps({**line, "external_id": "OLD-2", "watchers": ["bors"]}))
    assert bad.code != 0
    assert "there is no agent `bors`" in bad.err


def test_csv_has_them_too(sdesk: Sdesk, two: Path) -> None:
    sdesk("ticket", "watch", "1", "--agent", "boris")
    out = sdesk("ticket", "export", "number:1", "--format", "csv").out
    assert sdesk("ticket", "import", "--format", "csv", stdin=out.replace("SD-1", "OLD-9")).code == 0
    assert (3, "boris", "anna") in watchers(two)
