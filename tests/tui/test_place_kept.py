"""A ticket that was dealt with keeps its line as long as the cursor is on it; then it goes where it belongs."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from console_driver import Driver, driving
from desks import NOW

from sdesk.actions.perform import create, perform
from sdesk.desk.opening import open_desk
from sdesk.domain.filters import parse
from sdesk.domain.ticket import Status
from sdesk.store.reader import Reader
from sdesk.tui.screens import queue_reading


def order_of(path: Path, text: str) -> list[str]:
    """The references that the reader gives for a filter, in its order."""
    with Reader(path) as reader:
        wanted = parse(text, now=NOW, zone=ZoneInfo("Europe/Moscow"))
        return [row.ref for row in reader.walk(reader.actor("anna"), wanted, now=NOW)]


async def _sorted(driver: Driver) -> None:
    """Wait until the list has taken the order that nobody's keys hold up."""
    driver.console._last_key -= 60
    await driver.until(lambda: not driver.console.queue._unsorted)
    await driver.rest()


async def _close(driver: Driver) -> None:
    await driver.press("c")
    await driver.type("Done.")
    await driver.press("ctrl+g")
    await driver.rest()


async def _wait(driver: Driver) -> None:
    await driver.press("w")
    await driver.type("tomorrow")
    await driver.press("ctrl+g")
    await driver.rest()


@pytest.mark.parametrize("view", ["3", "6"])
async def test_what_was_dealt_with_keeps_its_line_and_the_next_key_reaches_the_next_urgent_one(
    busy_desk_path: Path, view: str
) -> None:
    async with driving(busy_desk_path, size=(80, 24)) as driver:
        if view == "6":
            # Of all tickets: what is closed is not gone, it stands at the end.
            await driver.press("slash")
            await driver.type("status:new,open,waiting,resolved")
            await driver.press("enter")
            await driver.rest()
        await driver.press("j", "j")
        before, dealt = list(driver.refs), driver.cursor
        await _close(driver)
        assert driver.ticket(dealt or 0).ticket.status is Status.RESOLVED
        await _sorted(driver)
        assert driver.cursor == dealt
        assert driver.refs == before, "the cursor sinks with no ticket"
        # A new P1 is seen at once, above; the ticket under the cursor goes one line down for it, no further.
        desk = open_desk(busy_desk_path)
        with Reader(busy_desk_path) as reader:
            boris = reader.actor("boris")
        values = {"subject": "Till is dead", "service": "till", "requester": "store-001@shop.example"}
        created = create(desk, boris, values, now=NOW)
        desk.close()
        await driver.until(lambda: created.ref in driver.refs[:3])
        assert driver.cursor == dealt
        others = [ref for ref in driver.refs if ref != created.ref]
        assert others == before[: len(others)]
        # While he moves, nothing moves under him.
        await driver.press("j")
        assert driver.console.queue.rows.window.current is not None
        assert driver.console.queue.rows.window.current.row.ref == before[3]
        assert f"SD-{dealt}" in driver.refs
        await _sorted(driver)
        assert f"SD-{dealt}" not in driver.refs
        assert driver.console.queue.rows.window.current.row.ref == before[3]
        wanted = "status:new,open,waiting,resolved team:it" if view == "6" else "team:it"
        assert driver.refs == order_of(busy_desk_path, wanted)[: len(driver.refs)]


async def test_one_after_the_other_from_the_top(busy_desk_path: Path) -> None:
    order = order_of(busy_desk_path, "team:it")
    async with driving(busy_desk_path) as driver:
        for ref in order[:3]:
            current = driver.console.queue.rows.window.current
            assert current is not None
            assert current.row.ref == ref
            await _wait(driver)
            await _sorted(driver)
            await driver.press("j")
        await _sorted(driver)
        assert {driver.ticket(int(ref.removeprefix("SD-"))).ticket.status for ref in order[:3]} == {Status.WAITING}
        assert driver.refs == order_of(busy_desk_path, "team:it")[: len(driver.refs)]


async def test_what_others_change_under_the_cursor_stays_there_too(
    busy_desk_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_reading, "IDLE_SECONDS", 0.0)
    async with driving(busy_desk_path) as driver:
        await driver.press(*"jjjjj")
        before = list(driver.refs)
        desk = open_desk(busy_desk_path)
        with Reader(busy_desk_path) as reader:
            boris = reader.actor("boris")
        # The ticket under the cursor, and the one below it, become the most urgent by far.
        numbers = [int(ref.removeprefix("SD-")) for ref in before[5:7]]
        perform(desk, boris, "priority", numbers, {"priority": "P1", "reason": "the boss calls"}, now=NOW)
        desk.close()
        await driver.until(lambda: driver.refs.index(before[6]) < 5)
        await driver.rest()
        at = driver.refs.index(before[5])
        assert (driver.refs[at - 1], driver.refs[at + 1]) == (before[4], before[7])
        await driver.press("k")
        await driver.until(lambda: driver.refs.index(before[5]) < 5)
        assert driver.cursor == int(before[4].removeprefix("SD-"))
