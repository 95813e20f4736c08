"""Watching tickets in the console, and going to the one that should be done next; the store is asked afterwards."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from console_driver import Driver, driving
from desks import NOW
from textual.screen import Screen

from sdesk.actions.perform import perform
from sdesk.desk.opening import open_desk
from sdesk.domain.ticket import Status
from sdesk.store.reader import Reader
from sdesk.tui.screens.queue import QueueScreen
from sdesk.tui.screens.ticket import TicketScreen


async def line(driver: Driver, text: str) -> None:
    """Type a line and do it."""
    await driver.press("colon")
    await driver.type(text)
    await driver.press("enter")
    await driver.rest()


def on(driver: Driver, kind: type[Screen[Any]]) -> bool:
    """Whether such a screen is on top."""
    return isinstance(driver.console.screen, kind)


def next_of(path: Path, login: str = "anna") -> int | None:
    """What `sdesk next` gives."""
    with Reader(path) as reader:
        row = reader.next_ticket(reader.actor(login), now=NOW)
    return None if row is None else row.number


# ---- watching ----------------------------------------------------------------------------------


async def test_a_key_watches_and_watches_no_more_in_both_layouts(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        number = driver.cursor
        assert number is not None
        await driver.press("W")
        assert driver.ticket(number).ticket.watchers == ("anna",)
        assert f"SD-{number} is watched by anna" in driver.notice
        assert "u undo" in driver.notice
        await driver.press("u")
        assert driver.ticket(number).ticket.watchers == ()
        await driver.pilot.press("Ц")
        await driver.rest()
        assert driver.ticket(number).ticket.watchers == ("anna",)
        await driver.press("W")
        assert driver.ticket(number).ticket.watchers == ()
        assert "no more" in driver.notice


async def test_of_several_those_are_watched_that_are_not_yet(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        first, second = (held.row.number for held in driver.console.queue.rows.window.visible[:2])
        await driver.press("W", "space", "space", "W")
        assert [driver.ticket(each).ticket.watchers for each in (first, second)] == [("anna",), ("anna",)]
        await driver.press("g", "space", "space", "W")
        assert [driver.ticket(each).ticket.watchers for each in (first, second)] == [(), ()]
        # One undo for both.
        await driver.press("u")
        assert [driver.ticket(each).ticket.watchers for each in (first, second)] == [("anna",), ("anna",)]


async def test_the_facts_and_the_history_say_who_watches(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path, size=(160, 60)) as driver:
        number = driver.cursor
        await line(driver, f"watch {number} --agent boris")
        await line(driver, f"watch {number} vera")
        await driver.press("enter")
        await driver.rest()
        assert on(driver, TicketScreen)
        assert "Watchers" in driver.text
        assert "boris, vera" in driver.text
        assert "watched by boris" in driver.text
        await line(driver, "unwatch vera")
        assert number is not None
        assert driver.ticket(number).ticket.watchers == ("boris",)
        assert "watched by vera no more" in driver.text
        await line(driver, "unwatch")
        assert f"SD-{number} is not watched by anna" in driver.notice


async def test_the_line_offers_agents_and_the_list_is_narrowed_by_who_watches(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        number = driver.cursor
        await driver.press("colon")
        await driver.type("watch bor")
        await driver.press("tab")
        await driver.press("enter")
        await driver.rest()
        assert number is not None
        assert driver.ticket(number).ticket.watchers == ("boris",)
        await line(driver, "list watch:boris")
        assert driver.refs == [f"SD-{number}"]


async def test_an_action_of_others_meanwhile_stands_in_nobodys_way(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        number = driver.cursor
        assert number is not None
        desk = open_desk(busy_desk_path)
        with Reader(busy_desk_path) as reader:
            (outcome,) = perform(desk, reader.actor("boris"), "watch", [number], {}, now=NOW)
        desk.close()
        assert outcome.error is None
        # What is on screen is still the version that the ticket has.
        await driver.press("m")
        found = driver.ticket(number).ticket
        assert (found.assignee, found.watchers) == ("anna", ("boris",))


# ---- the next ticket ---------------------------------------------------------------------------


async def test_next_goes_there_and_changes_nothing(busy_desk_path: Path) -> None:
    wanted = next_of(busy_desk_path)
    assert wanted is not None
    async with driving(busy_desk_path) as driver:
        await line(driver, "next")
        assert on(driver, TicketScreen)
        assert f"SD-{wanted}" in driver.text
        assert driver.ticket(wanted).ticket.assignee is None
        # From within a ticket, and from other screens.
        for key in ("0", "T"):
            await driver.press("q", key)
            await driver.rest()
            await driver.console.screen.run_action("do('next')")
            await driver.rest()
            assert on(driver, TicketScreen)
            await driver.press("q", "q")
            await driver.rest()
            assert on(driver, QueueScreen)
            await line(driver, "next")
        assert next_of(busy_desk_path) == wanted


async def test_next_take_takes_it_and_undo_gives_it_back(busy_desk_path: Path) -> None:
    wanted = next_of(busy_desk_path)
    assert wanted is not None
    async with driving(busy_desk_path) as driver:
        await driver.press("colon")
        await driver.type("next --take -n")
        assert "takes the next ticket" in driver.text
        await driver.press("enter")
        assert driver.notice.startswith("dry run: ")
        assert driver.ticket(wanted).ticket.assignee is None
        await line(driver, "next --take")
        found = driver.ticket(wanted).ticket
        assert (found.assignee, found.status) == ("anna", Status.OPEN)
        assert on(driver, TicketScreen)
        assert f"SD-{wanted} assigned to anna" in driver.notice
        assert "u undo" in driver.notice
        after = next_of(busy_desk_path)
        assert after not in (None, wanted)
        await driver.press("u")
        assert driver.ticket(wanted).ticket.assignee is None
        assert next_of(busy_desk_path) == wanted
        # The palette's command is the same.
        await driver.console.screen.run_action("do('take_next')")
        await driver.rest()
        assert driver.ticket(wanted).ticket.assignee == "anna"


async def test_what_somebody_else_took_meanwhile_is_not_taken_again(busy_desk_path: Path) -> None:
    wanted = next_of(busy_desk_path)
    assert wanted is not None
    async with driving(busy_desk_path) as driver:
        desk = open_desk(busy_desk_path)
        with Reader(busy_desk_path) as reader:
            perform(desk, reader.actor("boris"), "take", [wanted], {}, now=NOW)
        desk.close()
        await line(driver, "next --take")
        assert driver.ticket(wanted).ticket.assignee == "boris"
        with closing(sqlite3.connect(busy_desk_path)) as connection:
            taken = connection.execute(
                "SELECT ticket_id, data FROM history WHERE event = 'assigned' ORDER BY id DESC LIMIT 1"
            ).fetchone()
        assert taken[0] != wanted
        assert driver.ticket(taken[0]).ticket.assignee == "anna"


@pytest.mark.parametrize("words", ["next", "next --take"])
async def test_where_nothing_waits_it_says_so(busy_desk_path: Path, words: str) -> None:
    with closing(sqlite3.connect(busy_desk_path)) as connection:
        connection.execute("UPDATE ticket SET assignee_id = 1 WHERE is_open")
        connection.commit()
    async with driving(busy_desk_path) as driver:
        await line(driver, words)
        assert "Nothing waits for you" in driver.notice
        assert on(driver, QueueScreen)


async def test_an_option_that_it_has_not_is_named(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        await line(driver, "next --tak")
        assert "did you mean `--take`?" in driver.text
        await driver.press("escape")
        await driver.press("colon")
        await driver.press("backspace", *["backspace"] * 10)
        await driver.type("next --t")
        await driver.press("tab")
        assert "--take" in driver.text
