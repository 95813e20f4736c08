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
from sdesk.tui.faulty_filter import Place, fault_lines, place_of, without
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
        await driver.type("assi")
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


@pytest.mark.parametrize(
    ("text", "good"),
    [("printer proirity:P1", "printer"), ("proirity:P1 printer", "printer"), ("printer unit:flagshp", "printer")],
)
async def test_a_faulty_word_costs_neither_the_list_nor_its_count(busy_desk_path: Path, text: str, good: str) -> None:
    async with driving(busy_desk_path, size=(80, 24)) as driver:
        expected = order_of(busy_desk_path, f"team:it {good}")
        await driver.press("slash")
        await driver.type(text)
        queue, lines = driver.console.queue, driver.text.splitlines()
        assert queue.filter_error
        assert [held.row.ref for held in queue.rows.window.rows] == expected
        whole = len(order_of(busy_desk_path, "team:it"))
        assert f"{len(expected)} of {whole} shown" in driver.text
        # What is wrong stands there whole, below a sign that points at it.
        assert "did you mean" in " ".join(driver.text.split())
        at = next(place for place, line in enumerate(lines) if "^" in line)
        sign = lines[at].index("^")
        word = next(word for word in text.split() if ":" in word)
        assert lines[at - 1][sign:].startswith(word)
        assert lines[at].count("^") == len(word)
        # Mended, it holds; given up, the one before it does.
        await driver.press("escape")
        assert not queue.filter_error
        assert [held.row.ref for held in queue.rows.window.rows][:5] == order_of(busy_desk_path, "team:it")[:5]


def test_the_place_of_a_fault() -> None:
    assert place_of("there is no unit `x` (in `unit:x`)", "printer unit:x") == (8, 14)
    assert place_of("there is no unit `y` (in `unit:y`)", "unit:x,y printer") == (0, 8)
    assert place_of('a filter has no `"` (in `a"b`)', "a b") is None
    assert without("printer unit:x  till", Place(8, 14)) == "printer till"
    assert without("anything", None) == ""
    narrow = fault_lines("there is no unit `x` (in `unit:x`)", "unit:x " + "long " * 10, typed=True, width=80)
    assert "^" not in narrow, "the field may have scrolled"


async def test_a_word_more_is_typed_behind_a_blank_and_the_list_beside_it_hides_no_numbers(
    busy_desk_path: Path,
) -> None:
    async with driving(busy_desk_path, size=(80, 24)) as driver:
        await driver.press("slash")
        await driver.type("printer\n")
        await driver.press("slash")
        await driver.type("sta")
        assert driver.console.queue.filter_text == "printer sta"
        offered = driver.console.queue.suggestions
        assert offered.display
        first = driver.refs[0]
        line = next(line for line in driver.text.splitlines() if "status:" in line and "/" not in line[:4])
        assert line[:20].strip(), "the row's marks and number are in sight"
        assert first in driver.text
        await driver.type("x")
        for _ in range(4):
            await driver.press("backspace")
        await driver.press("enter")
        assert driver.console.queue.filter_text == "printer"
