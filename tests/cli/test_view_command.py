"""`view`: named filters are saved, listed, used by `list --view`, shared and deleted; a wrong one is not kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import Sdesk

from sdesk.store.reader import Reader


@pytest.fixture(autouse=True)
def _surroundings(busy_desk_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDESK_DB", str(busy_desk_path))
    monkeypatch.setenv("SDESK_AGENT", "anna")


def saved(path: Path, login: str = "anna") -> list[tuple[object, ...]]:
    """What the store has for an agent."""
    with Reader(path) as reader:
        return [tuple(view) for view in reader.views(reader.actor(login))]


def test_a_view_is_saved_as_written_listed_shown_used_and_deleted(sdesk: Sdesk, busy_desk_path: Path) -> None:
    ran = sdesk("view", "save", "Old printers", "service:printer", "created:-7d..", "monitor is", "--digit", "8")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "view Old printers is saved on 8\n"
    words = 'service:printer created:-7d.. "monitor is"'
    assert saved(busy_desk_path) == [("Old printers", words, "sla", 8, "anna")]
    assert saved(busy_desk_path, "boris") == []
    again = sdesk("view", "save", "Old printers", "service:printer", "created:-7d..", "monitor is", "--digit", "8")
    assert again.out == "view Old printers is so already\n"
    changed = sdesk("view", "save", "old printers", "service:printer", "--sort", "age", "-o", "json")
    outcome = json.loads(changed.out)
    assert [outcome[name] for name in ("name", "filter", "sort", "digit", "of", "changed")] == [
        *("old printers", "service:printer", "age", None, "anna", True),
    ]
    rows = {row["name"]: row for row in json.loads(sdesk("view", "list", "-o", "json").out)}
    assert list(rows) == ["Mine", "Unassigned", "Team", "Waiting", "Breached", "All", "old printers"]
    listed = sdesk("list", "--view", "OLD printers", "--limit", "0", "-o", "ids").out.split()
    assert listed == sdesk("list", "service:printer", "--sort", "age", "--limit", "0", "-o", "ids").out.split()
    assert rows["old printers"]["tickets"] == len(listed) > 5
    assert rows["old printers"]["digit"] == 7, "what is free of 7, 8 and 9"
    shown = json.loads(sdesk("view", "show", "old Printers", "-o", "json").out)
    assert shown == rows["old printers"]
    narrowed = sdesk("list", "--view", "old printers", "assignee:boris", "--sort", "sla", "-o", "ids").out.split()
    assert narrowed == sdesk("list", "service:printer", "assignee:boris", "-o", "ids").out.split()
    assert sdesk("view", "delete", "old printers").out == "view old printers is deleted\n"
    assert saved(busy_desk_path) == []


def test_a_dry_run_saves_and_deletes_nothing(sdesk: Sdesk, busy_desk_path: Path) -> None:
    assert sdesk("view", "save", "tills", "service:till", "-n").out == "dry run: view tills is saved\n"
    assert saved(busy_desk_path) == []
    sdesk("view", "save", "tills", "service:till")
    assert sdesk("view", "delete", "tills", "-n").out == "dry run: view tills is deleted\n"
    assert len(saved(busy_desk_path)) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("save", "late", "is:late"), 2, "`is:` knows no `late`"),
        (("save", "late", "team:its"), 2, "did you mean `it`?"),
        (("save", "late", "colour:red"), 2, "no field `colour`"),
        (("save", "late", "--digit", "0"), 2, "1 to 9"),
        (("save", "late", "--sort", "size"), 2, "sla, loss, priority, age"),
        (("save", "Mine", "is:mine"), 2, "every desk has a view `Mine`"),
        (("show", "breachd"), 3, "did you mean `Breached`?"),
        (("delete", "tillz"), 3, "did you mean `tills`?"),
        (("delete", "late for all"), 3, "--everybody deletes it for all"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_kept(
    sdesk: Sdesk, busy_desk_path: Path, arguments: tuple[str, ...], code: int, message: str
) -> None:
    sdesk("view", "save", "tills", "service:till")
    sdesk("view", "save", "late for all", "is:breached", "--everybody")
    before = saved(busy_desk_path)
    ran = sdesk("view", *arguments)
    assert ran.code == code
    assert message in ran.err
    assert saved(busy_desk_path) == before


def test_a_view_that_is_not_there_cannot_be_listed(sdesk: Sdesk) -> None:
    ran = sdesk("list", "--view", "tils")
    assert (ran.code, ran.out) == (2, "")
    assert "there is no view `tils`" in ran.err


def test_only_leads_and_admins_save_for_everybody(
    sdesk: Sdesk, busy_desk_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SDESK_AGENT", "boris")
    ran = sdesk("view", "save", "late", "is:breached", "--everybody")
    assert ran.code == 1
    assert "only leads and admins" in ran.err
    monkeypatch.setenv("SDESK_AGENT", "vera")  # she leads a team, though her role is agent
    assert sdesk("view", "save", "late", "is:breached", "--everybody", "--digit", "9").code == 0
    assert saved(busy_desk_path, "boris") == [("late", "is:breached", "sla", 9, "")]
    assert sdesk("view", "save", "late", "is:breached", "--everybody", "--digit", "3").code == 2
    monkeypatch.setenv("SDESK_AGENT", "boris")
    assert sdesk("view", "save", "late", "is:mine", "is:breached").code == 0
    assert json.loads(sdesk("view", "show", "late", "-o", "json").out)["of"] == "boris", "his own comes first"
    assert sdesk("view", "delete", "late", "--everybody").code == 1
    assert sdesk("view", "delete", "late").code == 0
    assert json.loads(sdesk("view", "show", "late", "-o", "json").out)["of"] == "everybody"


def test_a_view_gives_its_digit_up_to_the_next_one(sdesk: Sdesk, busy_desk_path: Path) -> None:
    sdesk("view", "save", "a", "vpn", "--digit", "3")
    assert sdesk("view", "save", "b", "vpn", "--digit", "3").out == "view b is saved on 3, which a had\n"
    assert [(row[0], row[3]) for row in saved(busy_desk_path)] == [("a", None), ("b", 3)]
    assert sdesk("list", "--view", "team", "-o", "ids").code == 0, "a view without a digit is still there"
