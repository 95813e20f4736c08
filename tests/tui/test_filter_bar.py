"""The filter bar and the facets: suggestions taken, earlier filters found again, values chosen with their counts."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from console_driver import Driver, driving
from desks import NOW
from textual.widgets import Input, OptionList

from sdesk.domain.filters import parse
from sdesk.store.reader import Reader
from sdesk.tui.screens.facets import Facets


def order_of(path: Path, words: str) -> list[str]:
    """The reader's order of a filter."""
    with Reader(path) as reader:
        wanted = parse(words, now=NOW, zone=ZoneInfo(reader.desk.time_zone))
        return [row.ref for row in reader.walk(reader.actor("anna"), wanted, now=NOW)]


def offered(driver: Driver) -> list[str]:
    """What the list below the field offers."""
    shown = driver.console.queue.suggestions
    return [line.text for line in shown.lines] if shown.display else []


def typing(driver: Driver) -> bool:
    """Whether the filter's field has the keys."""
    return driver.console.queue.is_typing


async def test_a_filter_is_completed_and_the_list_follows(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        queue = driver.console.queue
        field = queue.field
        await driver.press("slash")
        assert offered(driver) == []
        await driver.type("ass")
        assert offered(driver) == ["assignee:"]
        assert "who has it" in driver.text
        await driver.press("tab")
        assert field.value == "assignee:"
        assert offered(driver) == ["me", "none", "anna", "boris", "olga", "vera"]
        await driver.press("down", "down", "down", "down", "up", "down")
        assert "> boris" in driver.text
        await driver.press("enter")
        await driver.rest()
        assert typing(driver), "Enter took the suggestion, and keeps the filter the next time"
        assert field.value == "assignee:boris"
        assert driver.refs == order_of(busy_desk_path, "team:it assignee:boris")
        # Esc gives up what is chosen first, then the field.
        await driver.type(" st")
        await driver.press("down", "escape")
        assert typing(driver)
        assert offered(driver) == []
        await driver.press("backspace", "backspace", "backspace", "enter")
        await driver.rest()
        assert not typing(driver)
        assert queue.filter_text == "assignee:boris"
        # A click takes one too; by what a thing is called as well as by its key.
        await driver.press("slash")
        await driver.type(" unit:tep")
        assert offered(driver) == ["store-017"]
        await driver.pilot.click("#suggestions", offset=(3, 0))
        await driver.rest()
        assert field.value == "assignee:boris unit:store-017"
        await driver.press("escape")
        await driver.rest()
        assert queue.filter_text == "assignee:boris", "Esc restores"
        await driver.press("slash", "end", "space", "tab")
        assert offered(driver)[0] == "status:", "Tab on nothing asks for what there is"


async def test_earlier_filters_are_found_again(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        field = driver.console.queue.field
        for words in ("vpn", "printer"):
            await driver.press("slash", "home", "ctrl+k")
            await driver.type(f"{words}\n")
        await driver.press("slash", "home", "ctrl+k")
        await driver.type("mail")
        await driver.press("up")
        assert field.value == "printer"
        await driver.press("up", "up")
        assert field.value == "vpn"
        await driver.press("down", "down")
        assert field.value == "mail", "what was being typed comes back"
        await driver.press("up", "enter")
        await driver.rest()
        assert driver.console.queue.filter_text == "printer"
        assert driver.refs == order_of(busy_desk_path, "team:it printer")[: len(driver.refs)]


async def test_a_filter_is_sought_in_every_layout_and_never_waits_for_the_counts(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        await driver.pilot.press("full_stop")
        await driver.settle()
        assert driver.console.queue.is_typing
        await driver.type("касса")
        assert driver.refs == order_of(busy_desk_path, "team:it касса")
        assert "Nothing fits “касса” in Team." in driver.text
        assert "Esc clears the filter" in driver.text
        await driver.press("home", "ctrl+k")
        await driver.type("pritner")
        assert driver.refs == []
        assert "Did you mean “printer”?" in driver.text
        await driver.press("tab")
        await driver.rest()
        assert driver.console.queue.filter_text == "printer"
        assert driver.refs == order_of(busy_desk_path, "team:it printer")[: len(driver.refs)]


async def test_facets_narrow_the_list_and_count_it(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path, size=(80, 24)) as driver:
        queue = driver.console.queue
        await driver.press("f")
        screen = driver.console.screen
        assert isinstance(screen, Facets)
        everything = order_of(busy_desk_path, "team:it")
        assert f"[ ] it                            {len(everything)}  IT support" in driver.text
        await driver.type("bor")
        assert "boris" in driver.text
        assert "anna" not in driver.text.split("Enter Add")[0].split("Narrow")[1]
        await driver.press("enter")
        await driver.rest()
        assert queue.filter_text == "assignee:boris"
        assert "[x] boris" in driver.text
        await driver.press(*["backspace"] * 3)
        await driver.rest()
        # The others of the field are counted as if it were not narrowed by it: they are alternatives.
        of_anna = len(order_of(busy_desk_path, "team:it assignee:anna"))
        assert f"[ ] anna                          {of_anna}  Anna Orlova" in driver.text
        await driver.press(*"anna", "enter")
        await driver.rest()
        assert queue.filter_text == "assignee:boris,anna"
        assert queue.totals is not None
        assert queue.totals.shown == len(order_of(busy_desk_path, "team:it assignee:boris,anna"))
        await driver.press("enter")
        await driver.rest()
        assert queue.filter_text == "assignee:boris"
        await driver.press(*["backspace"] * 4, "down", "pagedown")
        assert screen.query_one("#rows", OptionList).highlighted != 1
        screen.query_one("#words", Input).value = "zzz"
        await driver.rest()
        assert "nothing fits" in driver.text
        await driver.press("enter", "escape")
        await driver.rest()
        assert driver.console.screen is queue
        assert driver.refs == order_of(busy_desk_path, "team:it assignee:boris")[: len(driver.refs)]
        await driver.press("escape")
        assert queue.filter_text == ""


async def test_facets_of_a_filter_that_is_wrong_are_none(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        await driver.press("slash")
        await driver.type("team:nosuch")
        driver.console.queue.action_facets()
        assert "mend it first" in driver.notice
        driver.console.queue.action_save_view()
        assert "mend it first" in driver.notice
        assert driver.console.screen is driver.console.queue


@pytest.mark.parametrize("width", [80, 120])
async def test_an_empty_desk_says_how_the_first_ticket_comes(desk_path: Path, width: int) -> None:
    async with driving(desk_path, size=(width, 24)) as driver:
        assert "no ticket has come yet" in driver.text
        assert "C opens a ticket by hand" in driver.text
        await driver.press("1", "5")
        assert "no ticket has come yet" in driver.text
