"""The queue's screen: the reader's order, pages, views, the filter bar, marks, and what other processes change."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from console_driver import Driver, driving
from desks import NOW

from sdesk.actions.perform import create, perform
from sdesk.desk.opening import open_desk
from sdesk.domain.errors import NotFound, Unavailable
from sdesk.domain.filters import parse
from sdesk.store.reader import Reader
from sdesk.tui.app import run_console
from sdesk.tui.screens import queue_reading
from sdesk.tui.widgets.pane import Pane


def order_of(path: Path, text: str) -> list[str]:
    """The references that the reader gives for a filter, in its order."""
    with Reader(path) as reader:
        from zoneinfo import ZoneInfo

        wanted = parse(text, now=NOW, zone=ZoneInfo("Europe/Moscow"))
        return [row.ref for row in reader.walk(reader.actor("anna"), wanted, now=NOW)]


async def test_the_queue_is_the_readers_order(busy_desk_path: Path) -> None:
    order = order_of(busy_desk_path, "team:it")
    async with driving(busy_desk_path) as driver:
        assert driver.refs == order[: len(driver.refs)]
        assert "Till is down at the flagship" in driver.text
        assert "LOSS/H" in driver.text
        assert "~180 000" in driver.text
        walked = [driver.console.queue.rows.window.current]
        for _ in range(len(order) + 3):
            await driver.press("j")
            walked.append(driver.console.queue.rows.window.current)
        seen = list(dict.fromkeys(held.row.ref for held in walked if held is not None))
        assert seen == order


async def test_pages_are_read_by_key_and_let_go(busy_desk_path: Path) -> None:
    desk = open_desk(busy_desk_path)
    with Reader(busy_desk_path) as reader:
        anna = reader.actor("anna")
    for number in range(240):
        values = {"subject": f"One more {number}", "service": "printer", "requester": "maria@shop.example"}
        create(desk, anna, values, now=NOW - timedelta(minutes=number))
    desk.close()
    order = order_of(busy_desk_path, "team:it")
    async with driving(busy_desk_path, size=(80, 24)) as driver:
        window = driver.console.queue.rows.window
        assert len(window.rows) < len(order)
        for _ in range(30):
            await driver.press("pagedown")
        assert driver.refs[-1] == order[-1]
        assert len(window.rows) < len(order)
        held = [each.row.ref for each in window.rows]
        assert held == order[-len(held) :]
        await driver.press("g")
        assert driver.refs[0] == order[0]
        assert window.current is not None
        assert window.current.row.ref == order[0]
        await driver.press("G")
        assert window.current.row.ref == order[-1]
        await driver.press("k", "k")
        assert window.current.row.ref == order[-3]


async def test_views_and_their_counts(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        for key, words in (("1", "assignee:me"), ("2", "assignee:none team:it"), ("4", "status:waiting")):
            await driver.press(key)
            order = order_of(busy_desk_path, words)
            assert driver.refs == order[: len(driver.refs)]
            assert f"[{key} " in driver.text
            assert f" {len(order)}]" in driver.text
        await driver.press("right_square_bracket", "right_square_bracket")
        assert "[6 All" in driver.text
        await driver.press("left_square_bracket")
        assert "[5 Breached" in driver.text


async def test_a_wall_hides_the_tickets_of_a_private_team(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path, login="boris") as driver:
        await driver.press("6", "slash")
        await driver.type("leave")
        assert driver.refs == []
        assert "Nothing fits" in driver.text
    async with driving(busy_desk_path, login="olga") as driver:
        assert "Leave in December" in driver.text


async def test_the_filter_is_live_and_a_wrong_one_loses_nothing(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        await driver.press("slash")
        await driver.type("vpn")
        vpn = order_of(busy_desk_path, "team:it vpn")
        assert driver.refs == vpn[: len(driver.refs)]
        await driver.type(" status:opn")
        assert driver.refs == vpn[: len(driver.refs)]
        assert "did you mean `open`?" in driver.text
        await driver.press("backspace", "backspace", "backspace")
        await driver.type("open")
        await driver.press("enter")
        await driver.rest()
        assert driver.refs == order_of(busy_desk_path, "team:it vpn status:open")
        assert not driver.console.queue.is_typing
        # The filter belongs to the view, and is back when the view is.
        await driver.press("1")
        assert driver.console.queue.filter_text == ""
        await driver.press("3")
        assert driver.console.queue.filter_text == "vpn status:open"
        assert "vpn status:open" in driver.text
        await driver.press("escape")
        assert driver.console.queue.filter_text == ""


async def test_escape_goes_down_its_ladder_and_never_quits(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        await driver.press("slash")
        await driver.type("printer")
        await driver.press("enter", "space", "tab")
        assert driver.console.screen.focused is not driver.console.queue.rows
        await driver.press("escape")
        assert driver.console.screen.focused is driver.console.queue.rows
        assert driver.console.queue.rows.window.marks
        await driver.press("escape")
        assert not driver.console.queue.rows.window.marks
        assert driver.console.queue.filter_text == "printer"
        await driver.press("escape")
        assert driver.console.queue.filter_text == ""
        await driver.press("escape", "escape")
        assert driver.console.is_running


async def _until_changed(driver: Driver) -> None:
    """Wait for the poll of the store."""
    await asyncio.sleep(0.7)
    await driver.rest()


async def test_what_another_process_changes_is_seen_and_the_cursor_keeps_its_ticket(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        await driver.press("j", "j", "j")
        on = driver.cursor
        driver.console._last_key -= 60
        desk = open_desk(busy_desk_path)
        with Reader(busy_desk_path) as reader:
            boris = reader.actor("boris")
        values = {"subject": "Till is dead", "service": "till", "requester": "store-001@shop.example"}
        created = create(desk, boris, values, now=NOW)
        perform(desk, boris, "take", [int(on or 0)], {}, now=NOW)
        desk.close()
        await _until_changed(driver)
        assert created.ref in driver.refs[:3]
        assert driver.cursor == on
        assert driver.console.screen.focused is driver.console.queue.rows
        current = driver.console.queue.rows.window.current
        assert current is not None
        assert current.row.assignee == "boris"


async def test_rows_stay_where_they_are_while_somebody_moves(
    busy_desk_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_reading, "IDLE_SECONDS", 60.0)
    async with driving(busy_desk_path) as driver:
        await driver.press("j", "j")
        before = driver.refs
        desk = open_desk(busy_desk_path)
        with Reader(busy_desk_path) as reader:
            boris = reader.actor("boris")
        number = int(before[5].removeprefix("SD-"))
        perform(desk, boris, "priority", [number], {"priority": "P1", "reason": "the boss calls"}, now=NOW)
        desk.close()
        await _until_changed(driver)
        assert driver.refs == before
        assert driver.console.queue.rows.window.visible[5].row.priority == "P1"
        await driver.press("ctrl+r")
        assert driver.refs.index(before[5]) < 5
        assert "P1 arrived" in driver.notice, "what is more important stays"
        driver.console._last_notice -= 60
        driver.console.aside("2 tickets moved")
        assert driver.notice == "2 tickets moved"


async def test_opening_reads_and_marks_as_seen(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path, login="boris") as driver:
        number = driver.cursor
        assert number is not None
        await driver.press("enter")
        await driver.rest()
        assert "Nobody can pay." in driver.text
        with Reader(busy_desk_path) as reader:
            row = reader.rows(reader.actor("boris"), [number], now=NOW)[number]
        assert row.unread is False
        first = driver.refs[0]
        await driver.press("J")
        assert driver.console.queue.rows.window.cursor != number
        await driver.press("K", "K")
        assert "first ticket" in driver.notice
        await driver.press("q")
        assert driver.console.screen is driver.console.queue
        assert driver.refs[0] == first


async def test_jump_to_a_number(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        await driver.press("number_sign")
        await driver.type("abc\n")
        assert "nothing fits" in driver.text
        await driver.press(*["backspace"] * 3)
        await driver.type("SD-12\n")
        assert "SD-12" in driver.text.splitlines()[0]
        await driver.press("escape", "number_sign")
        await driver.type("9999\n")
        assert "nothing fits" in driver.text


async def test_the_preview_follows_unfolds_and_goes_away(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        pane = driver.console.queue.query_one("#preview .conversation", Pane)
        assert "Nobody can pay." in pane.plain_text
        await driver.press("j")
        await driver.rest()
        assert "It began at" in pane.plain_text
        await driver.press("p")
        assert not driver.console.queue.preview_visible
        await driver.press("p", "z")
        await driver.rest()
        assert pane.has_focus
        assert not driver.console.queue.rows.display
        await driver.press("z")
        assert driver.console.queue.rows.display


async def test_a_tick_counts_down(busy_desk_path: Path) -> None:
    clock = [NOW]
    async with driving(busy_desk_path, now=lambda: clock[0]) as driver:
        rows = driver.console.queue.rows
        first = rows.window.visible[0]
        due = first.due_in(NOW)
        assert due is not None
        clock[0] = NOW + timedelta(seconds=9)
        rows.tick(clock[0])
        assert first.due_in(clock[0]) == due - 9


async def test_a_narrow_and_a_tiny_terminal(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path, size=(80, 24)) as driver:
        assert not driver.console.queue.preview_visible
        assert "Nobody can pay." in driver.text
        assert all(len(line) <= 80 for line in driver.text.splitlines())
        await driver.pilot.resize_terminal(50, 12)
        await driver.rest()
        assert "needs at least 60 columns" in driver.text
        assert "SD-" not in driver.text
        await driver.pilot.resize_terminal(160, 45)
        await driver.rest()
        assert driver.console.queue.preview_visible


async def test_a_locked_store_is_a_notice(busy_desk_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sdesk.tui.store_link.WRITE_SECONDS", 0.2)
    async with driving(busy_desk_path) as driver:
        await driver.press("j")
        number = driver.cursor
        other = sqlite3.connect(busy_desk_path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        await driver.pilot.press("m")
        await driver.pilot.press("j")
        assert driver.cursor != number, "the cursor moves while the writer waits"
        await driver.settle()
        other.execute("ROLLBACK")
        other.close()
        assert "locked" in driver.notice
        assert driver.console.is_running
        await driver.press("k", "m")
        assert "anna" in driver.notice


def test_what_keeps_the_console_from_starting_is_raised(busy_desk_path: Path, tmp_path: Path) -> None:
    for store, login, error in ((busy_desk_path, "nobody", NotFound), (tmp_path / "none.db", "anna", Unavailable)):
        from sdesk.tui.app import Console
        from sdesk.tui.settings import ConsoleSettings

        console = Console(store=store, login=login, fetch=None, now=lambda: NOW, settings=ConsoleSettings())
        console.run(headless=True)
        assert isinstance(console.failure, error)
    assert callable(run_console)


def typing(driver: Driver) -> bool:
    """Whether the filter's field has the keys."""
    return driver.console.queue.is_typing


async def test_a_team_that_is_not_there_is_a_fault_of_the_filter(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        await driver.press("slash")
        await driver.type("vpn")
        before = driver.refs
        await driver.type(" team:nosuch")
        await driver.rest()
        assert "not applied: there is no team `nosuch`" in driver.text
        assert driver.refs == before
        assert driver.notice == ""
        assert not list(driver.console._notifications)
        await driver.press("enter")
        assert typing(driver)
        await driver.press(*["backspace"] * 6)
        await driver.type("it")
        await driver.press("enter")
        await driver.rest()
        assert not typing(driver)
        assert "not applied" not in driver.text
        assert driver.refs == order_of(busy_desk_path, "team:it vpn")[: len(driver.refs)]
        assert "team:it + vpn team:it" in driver.text


async def test_enter_on_a_fault_that_is_not_read_yet_keeps_the_field(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        await driver.press("slash")
        await driver.pilot.press(*"is:nonsense", "enter")
        await driver.rest()
        assert typing(driver)
        assert "not applied" in driver.text
        assert driver.refs
        await driver.press("escape")
        await driver.rest()
        assert not typing(driver)
        assert driver.console.queue.filter_text == ""
        assert "not applied" not in driver.text
