"""What the console answers: how long it stands, what it offers to undo, and what it never lies over."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from console_driver import driving

from sdesk.domain.errors import Refused
from sdesk.tui.way_back import WayBack


def test_an_answer_can_be_undone_for_ten_seconds_which_are_counted() -> None:
    answered = WayBack("u", 10)
    assert [answered.words(age) for age in (0.2, 3.9, 9.9, 10.0, 960.0)] == [
        ". u undo (10 s)",
        ". u undo (7 s)",
        ". u undo (1 s)",
        "",
        "",
    ]
    assert WayBack("u").words(960.0) == ". u undo"


async def test_an_answer_counts_down_and_goes(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path, size=(80, 24)) as driver:
        console = driver.console
        await driver.press("r")
        await driver.type("We are on it.")
        await driver.press("ctrl+g")
        await driver.rest()
        found = re.fullmatch(r"(.+)\. u undo \((\d+) s\)", driver.notice)
        assert found is not None
        said = found[1]
        assert int(found[2]) <= 10
        console._last_notice -= 4
        console.notice_ages()
        await driver.settle()
        assert driver.notice.startswith(said)
        assert re.search(r"\. u undo \([1-6] s\)", driver.text)
        console._last_notice -= 7
        console.notice_ages()
        await driver.settle()
        assert driver.notice == said
        assert "u undo" not in driver.text.splitlines()[-2]
        console._last_notice -= 30
        console.notice_ages()
        assert driver.notice == ""


async def test_what_was_said_a_while_ago_does_not_follow_to_other_screens(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        console = driver.console
        await driver.press("m")
        said = driver.notice
        assert said.endswith(". u undo")
        await driver.press("enter")
        await driver.rest()
        assert driver.notice == said, "hardly read"
        console._last_notice -= 15
        await driver.press("escape")
        await driver.rest()
        assert driver.notice == ""
        console.notice("P1 arrived", "alarm")
        console._last_notice -= 15
        await driver.press("0")
        await driver.rest()
        assert driver.notice == "P1 arrived"
        console._last_notice -= 60
        await driver.press("escape")
        await driver.rest()
        assert driver.notice == ""


async def test_a_split_offers_no_undo(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        console, number = driver.console, driver.cursor
        await driver.press("r")
        await driver.type("We are on it.")
        await driver.press("ctrl+g")
        await driver.rest()
        (message, *_rest) = driver.ticket(number or 0).messages
        row = console.queue.rows.window.current
        assert row is not None
        console.queue._perform("split", (row.row,), {"messages": (message.id,)})
        await driver.rest()
        assert "split off" in driver.notice
        assert "undo" not in driver.notice
        await driver.press("u")
        await driver.rest()
        new = max(int(ref.split(" ")[0]) for ref in driver.notice.split("SD-")[1:] if ref.split(" ")[0].isdigit())
        assert f"sdesk ticket merge {new} --into {number}" in driver.notice


async def test_an_error_never_lies_over_what_is_written(busy_desk_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with driving(busy_desk_path, size=(80, 24)) as driver:
        console, toasts = driver.console, list[str]()
        monkeypatch.setattr(console, "notify", lambda text, **_how: toasts.append(text))
        monkeypatch.setattr(console, "clear_notifications", toasts.clear)
        console.notice_error(Refused("the desk sneezed"))
        await driver.rest()
        assert toasts == ["the desk sneezed"]
        await driver.press("j")
        assert not toasts
        assert "the desk sneezed" in driver.text
        for key in ("r", "c"):
            await driver.press(key)
            await driver.type("We are")
            console.notice_error(Refused(f"the desk sneezed at {key}"))
            await driver.rest()
            assert not toasts
            assert f"the desk sneezed at {key}" in driver.text
            assert "We are" in driver.text
            await driver.press("escape")
        await driver.press("slash")
        console.notice_error(Refused("the desk sneezed again"))
        await driver.rest()
        assert not toasts
        assert "the desk sneezed again" in driver.text
