"""What the console loads before the first paint, its colours' contrast, the mouse, a paste, the alarm of a P1."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from console_driver import driving
from desks import NOW
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.color import Color

from sdesk.actions.perform import create
from sdesk.desk.opening import open_desk
from sdesk.store.reader import Reader
from sdesk.tui.palette import palette_of
from sdesk.tui.verbs.doing import in_local_time


def test_the_first_paint_waits_for_no_orm() -> None:
    code = "import sys, sdesk.tui.app; print(sorted({'sqlmodel', 'sqlalchemy', 'alembic'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


async def test_the_mouse_reaches_rows_views_and_footer(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        second = driver.refs[1]
        await driver.pilot.click("#list", offset=(20, 2))
        await driver.settle()
        assert f"SD-{driver.cursor}" == second
        await driver.pilot.click("#views", offset=(3, 0))
        await driver.rest()
        assert driver.console.queue.view.name == "Mine"
        footer = driver.text.splitlines()[-1]
        await driver.pilot.click("#footer", offset=(footer.index("Note"), 0))
        await driver.settle()
        assert "INTERNAL NOTE" in driver.text


async def test_the_wheel_moves_the_view_and_takes_the_cursor_along(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path, size=(80, 24)) as driver:
        rows = driver.console.queue.rows
        first = driver.refs
        for _ in range(3):
            rows.scroll_rows(3)
        await driver.settle()
        assert driver.refs[0] == first[9]
        assert f"SD-{driver.cursor}" in driver.refs


async def test_a_paste_into_the_list_does_nothing(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        number = driver.cursor or 0
        before = driver.ticket(number)
        driver.console.post_message(events.Paste("m c ! q"))
        await driver.rest()
        assert driver.ticket(number) == before
        assert driver.console.screen is driver.console.queue
        assert driver.console.is_running


async def test_ctrl_c_says_how_to_quit(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        await driver.press("ctrl+c")
        assert driver.notice == "Press q to quit"
        assert driver.console.is_running


async def test_a_p1_that_arrives_rings_once(busy_desk_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with driving(busy_desk_path) as driver:
        rung: list[str] = []
        monkeypatch.setattr(driver.console, "bell", lambda: rung.append("bell"))
        desk = open_desk(busy_desk_path)
        with Reader(busy_desk_path) as reader:
            boris = reader.actor("boris")
        values = {"subject": "Till is dead", "service": "till", "requester": "store-001@shop.example"}
        created = create(desk, boris, values, now=NOW - timedelta(seconds=1))
        desk.close()
        await asyncio.sleep(0.7)
        await driver.rest()
        await driver.press("ctrl+r")
        assert rung == ["bell"]
        assert f"P1 arrived: {created.ref}" in driver.notice


async def test_clearing_a_filter_keeps_the_ticket_under_the_cursor(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path, size=(80, 24)) as driver:
        await driver.press("slash")
        await driver.type("mailbox")
        await driver.press("enter", "G")
        number = driver.cursor
        await driver.press("escape")
        await driver.rest()
        assert driver.console.queue.filter_text == ""
        assert driver.cursor == number


async def test_an_empty_view_says_what_is_next(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path, login="vera") as driver:
        assert "Your teams have no open ticket." in driver.text


def test_instants_of_a_sentence_are_the_desks() -> None:
    zone = ZoneInfo("Europe/Moscow")
    assert in_local_time("SD-1 waits until 2026-11-24T07:00:00Z", NOW, zone) == "SD-1 waits until tomorrow 10:00"


@pytest.mark.parametrize("value", ["1", ""], ids=["set", "empty"])
async def test_no_color_paints_no_background(busy_desk_path: Path, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("NO_COLOR", value)
    async with driving(busy_desk_path) as driver:
        console = driver.console
        line = [Segment("text", Style.parse("bold red on blue")), Segment("here", Style.parse("reverse"))]
        for each in console._filters:
            line = each.apply(line, Color(0, 0, 0))
        styles = [segment.style for segment in line if segment.style is not None]
        painted = [colour for colour in (styles[0].bgcolor, styles[0].color) if colour and not colour.is_default]
        assert (painted == []) is bool(value)
        assert styles[0].bold
        assert styles[1].reverse
        cursor = palette_of(console).style("cursor")
        assert bool(cursor.reverse) is bool(value)
