"""The board in the console: what it shows, how one moves in it, and that it is read anew without anybody waiting."""

from __future__ import annotations

from pathlib import Path

import pytest
from console_driver import Driver, driving
from desks import NOW

from sdesk.actions.perform import perform
from sdesk.desk.opening import open_desk
from sdesk.store.reader import Reader
from sdesk.tui.screens.board import BoardScreen
from sdesk.tui.screens.ticket import TicketScreen
from sdesk.tui.widgets.chart import Chart


def board_of(driver: Driver) -> BoardScreen:
    screen = driver.console.screen
    assert isinstance(screen, BoardScreen)
    return screen


async def test_the_board_opens_moves_opens_tickets_and_closes(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        await driver.press("0")
        await driver.rest()
        screen = board_of(driver)
        for words in ("Loss and breached", "Who has what", "Open, day by day", "Kept in time", "Due next", "Coming"):
            assert words in driver.text
        assert "boris" in driver.text
        assert "⠤" in driver.text  # the chart's line
        first = screen.panels.burning.rows.cursor
        assert first is not None
        await driver.press("j")
        second = screen.panels.burning.rows.cursor
        assert second not in (None, first)
        await driver.press("k", "z")
        assert "Who has what" not in driver.text
        assert "Loss and breached" in driver.text
        await driver.press("escape")
        assert "Who has what" in driver.text
        await driver.press("enter")
        await driver.rest()
        assert isinstance(driver.console.screen, TicketScreen)
        assert driver.console.screen.number == first
        await driver.press("0")
        assert driver.console.screen_stack[-1] is screen  # the same board, and no second one above the ticket
        await driver.press("tab", "tab", "tab", "tab", "tab")
        assert screen.panels.coming.rows.has_focus
        await driver.press("tab", "tab")
        assert screen.panels.load.rows.has_focus
        await driver.press("enter")
        assert "There is no ticket here" in driver.notice
        await driver.press("?")
        assert "The next panel" in driver.text
        await driver.press("escape", "q")
        assert driver.console.queue.is_current


async def test_what_another_process_does_is_shown_and_the_cursor_stays_on_its_ticket(
    busy_desk_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sdesk.tui.screens.board.REST", 0.0)
    async with driving(busy_desk_path) as driver:
        await driver.press("0")
        await driver.rest()
        screen = board_of(driver)
        await driver.press("j", "down")
        rows = screen.panels.burning.rows
        cursor, before = rows.cursor, driver.text
        first = driver.console.queue.rows.window.rows[0].row.number
        assert cursor == rows._numbers[2] != first
        desk = open_desk(busy_desk_path)
        with Reader(busy_desk_path) as reader:
            outcome = perform(desk, reader.actor("anna"), "close", [first], {"text": "Done."}, now=NOW)[0]
        desk.close()
        assert outcome.error is None
        for _attempt in range(200):
            await driver.pilot.pause(0.02)
            if driver.text != before and f"SD-{first} " not in driver.text:
                break
        assert f"SD-{first} " not in driver.text
        assert rows.cursor == cursor


@pytest.mark.parametrize("size", [(80, 24), (170, 45), (60, 16)], ids=["80x24", "170x45", "60x16"])
async def test_the_board_fits(busy_desk_path: Path, size: tuple[int, int]) -> None:
    async with driving(busy_desk_path, size=size) as driver:
        await driver.press("0")
        await driver.rest()
        lines = driver.text.splitlines()
        assert len(lines) <= size[1]
        assert "Keys" in lines[-1]
        for words in ("Loss and", "Who has what", "Open, day", "Kept in time", "Due next", "Coming"):
            assert words in driver.text
        charts = driver.console.screen.query(Chart)
        assert all(bool(chart.size.height) == (size[0] >= 100) for chart in charts)


@pytest.mark.parametrize("theme", ["light", "ansi"])
async def test_charts_are_drawn_in_every_theme(busy_desk_path: Path, theme: str) -> None:
    async with driving(busy_desk_path) as driver:
        driver.console.theme = theme
        await driver.press("0")
        await driver.rest()
        assert "⠤" in driver.text
        driver.console.theme = "dark"
        await driver.rest()
        assert "⠤" in driver.text


async def test_without_colour_late_is_still_told_apart(busy_desk_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with driving(busy_desk_path) as driver:
        await driver.press("0")
        await driver.rest()
        assert "! late" in driver.text
        assert "⠤" in driver.text


async def test_the_queue_answers_while_a_report_is_made(busy_desk_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The slow question is in a thread of its own: what is asked after it comes before it."""
    from threading import Event

    from sdesk.tui import board_reading
    from sdesk.tui.screens import board

    go_on, real = Event(), board_reading.read_board
    monkeypatch.setattr(board, "read_board", lambda *args: (go_on.wait(10), real(*args))[1])
    async with driving(busy_desk_path) as driver:
        await driver.pilot.press("0", "q")
        answered: list[int] = []
        driver.console.link.read(
            driver.console, lambda reader, actor: len(reader.agents()), answered.append, driver.console.notice_error
        )
        for _attempt in range(200):
            await driver.pilot.pause(0.01)
            if answered:
                break
        assert answered == [4]
        assert not go_on.is_set()
        go_on.set()
        await driver.settle()
