"""How the command line opens the console and the demo, which stand in by doubles here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_line import Sdesk

from sdesk.cli import terminal


@pytest.fixture
def on_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard input and output are a terminal."""
    monkeypatch.setattr(terminal, "is_one", lambda: True)


Open = Callable[..., None]


def test_elsewhere_the_console_is_refused(sdesk: Sdesk, at_desk: Path, doubles: Any) -> None:
    ran = sdesk("tui")
    assert ran.code == 2
    assert "terminal" in ran.err
    assert doubles.consoles == []


@pytest.mark.usefixtures("on_terminal")
@pytest.mark.parametrize("arguments", [[], ["tui"]], ids=["alone", "tui"])
def test_on_a_terminal_the_console_opens(arguments: list[str], sdesk: Sdesk, at_desk: Path, doubles: Any) -> None:
    assert sdesk(*arguments).code == 0
    (opened,) = doubles.consoles
    assert (opened["store"], opened["agent"], opened["config"].file) == (at_desk, "anna", None)
    assert not opened["board"]


@pytest.mark.usefixtures("on_terminal")
def test_the_board_opens_for_an_agent(sdesk: Sdesk, at_desk: Path, doubles: Any) -> None:
    assert sdesk("--as", "boris", "tui", "--board").code == 0
    (opened,) = doubles.consoles
    assert (opened["store"], opened["agent"], opened["board"]) == (at_desk, "boris", True)


@pytest.mark.usefixtures("on_terminal")
def test_the_console_is_opened_as_somebody_and_upon_something(
    sdesk: Sdesk, at_desk: Path, doubles: Any, tmp_path: Path
) -> None:
    assert sdesk("--as", "nobody").code == 2
    assert sdesk("--db", str(tmp_path / "none.db"), "tui").code == 4
    wrong = tmp_path / "config.toml"
    wrong.write_text("[mailbox.support]\n")
    ran = sdesk("--config", str(wrong))
    assert ran.code == 2
    assert "mailboxes" in ran.err
    assert doubles.consoles == []
    assert sdesk("--as", "boris").code == 0
    assert doubles.consoles[0]["agent"] == "boris"


@pytest.mark.usefixtures("on_terminal")
def test_ascii_is_a_wish_for_this_once(sdesk: Sdesk, at_desk: Path, doubles: Any) -> None:
    assert sdesk("tui", "--ascii").code == 0
    assert sdesk("tui").code == 0
    assert [opened["config"].console.ascii for opened in doubles.consoles] == [True, False]


@pytest.mark.usefixtures("on_terminal")
@pytest.mark.parametrize("terminal", ["dumb", ""])
def test_a_terminal_that_only_writes_on_is_refused_with_a_sentence(
    terminal: str, sdesk: Sdesk, at_desk: Path, doubles: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", terminal)
    ran = sdesk("tui")
    assert ran.code == 2
    assert f"TERM={terminal}" in ran.err
    assert "sdesk list" in ran.err
    assert doubles.consoles == []
