"""Marks: ranges, all of a filter, through refresh, order and filter; and acting on them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from console_driver import Driver, driving
from textual import events

from sdesk.actions.perform import perform
from sdesk.desk.opening import open_desk
from sdesk.domain.actor import SYSTEM
from sdesk.domain.filters import Sort
from sdesk.store.reader import Reader
from sdesk.tui.actions import Context, footer_of
from sdesk.tui.screens.dialog import Confirm
from sdesk.tui.screens.gathering import Gathering
from sdesk.tui.settings import ConsoleSettings
from sdesk.tui.verbs.many import MANY
from sdesk.tui.widgets.pane import Pane


def assignees(driver: Driver, numbers: list[int]) -> set[str | None]:
    with Reader(driver.console.link.path) as reader:
        rows = reader.rows(reader.actor("anna"), numbers, now=driver.console.now())
    return {row.assignee for row in rows.values()}


async def test_a_range_is_shown_marked_and_left(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        window = driver.console.queue.rows.window
        order = [held.row.number for held in window.visible]
        await driver.press("j", "v", "j", "j", "j")
        assert "range: 4" in driver.text
        assert [row.number for row in driver.console.queue.chosen()] == order[1:5]
        # Esc, in its order: the range first, then the marks, then the filter.
        await driver.press("escape")
        assert "range:" not in driver.text
        assert not window.marked
        await driver.pilot.press("м")
        await driver.press("k", "v")
        assert "2 marked" in driver.text
        await driver.press("v", "k", "space")
        assert set(window.marks) == set(order[2:5])
        await driver.press("slash")
        await driver.type("printer")
        await driver.press("enter", "S")
        await driver.type("age")
        await driver.press("enter")
        await driver.rest()
        assert driver.console.queue.sort is Sort.AGE
        await driver.press("ctrl+r")
        assert set(window.marks) == set(order[2:5]), "by number, through filter, order and refresh"
        # An action is about them, whether or not the filter holds for them.
        await driver.press("colon")
        await driver.type("assign boris")
        await driver.press("enter")
        assert "Some are in the hands of boris." in driver.text
        await driver.press("y")
        await driver.settle()
        assert assignees(driver, order[2:5]) == {"boris"}
        assert assignees(driver, [order[1]]) != {"boris"}
        await driver.press("space", "escape")
        assert not window.marks
        assert driver.console.queue.filter_text == "printer"
        await driver.press("escape")
        assert driver.console.queue.filter_text == ""


async def test_all_of_the_filter_are_marked_and_done(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path, size=(80, 24)) as driver:
        queue, window = driver.console.queue, driver.console.queue.rows.window
        with Reader(busy_desk_path) as reader:
            every = reader.numbers(reader.actor("anna"), queue._wanted, now=driver.console.now())
            assert len(every) == reader.count(reader.actor("anna"), queue._wanted, now=driver.console.now())
        window.rows[20:], window.has_after = [], False  # as if no more were held, and none were read
        await driver.press("*")
        assert tuple(window.marks) == every
        assert f"{len(every)} marked" in driver.text
        await driver.press("*")
        assert not window.marks
        await driver.press("*", "space", "*")
        assert tuple(window.marks) == every, "all, where one was missing"
        assert len(window.unread) > 10
        # The rows that are not held are read when something is done; of keys typed meanwhile nothing comes.
        await driver.pilot.press("m")
        assert isinstance(driver.console.screen, Gathering | Confirm)
        await driver.settle()
        assert isinstance(driver.console.screen, Confirm), "others have some of them"
        await driver.press("y")
        await driver.rest()
        assert assignees(driver, list(every)) == {"anna"}
        assert not window.marks


async def test_numbers_stay_behind_the_walls(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path, login="vera") as driver:
        await driver.press("6", "*")
        await driver.rest()
        seen = set(driver.console.queue.rows.window.marks)
        with Reader(busy_desk_path) as reader:
            vera, now = reader.actor("vera"), driver.console.now()
            visible = reader.rows(vera, range(1, max(seen) + 10), now=now)
            assert seen == set(visible)
            assert len(seen) < len(reader.rows(SYSTEM, range(1, max(seen) + 10), now=now))


async def test_nothing_is_sorted_anew_under_a_range(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        before = driver.refs
        await driver.press("v", "j", "j")
        driver.console._last_key -= 60
        desk = open_desk(busy_desk_path)
        with Reader(busy_desk_path) as reader:
            boris = reader.actor("boris")
        number = int(before[6].removeprefix("SD-"))
        values = {"priority": "P1", "reason": "the boss calls"}
        perform(desk, boris, "priority", [number], values, now=driver.console.now())
        desk.close()
        window = driver.console.queue.rows.window
        for _ in range(100):
            await driver.pilot.pause(0.02)
            driver.console._last_key -= 60
            if window.rows[6].row.priority == "P1":
                break
        assert driver.refs == before
        assert "range: 3" in driver.text
        await driver.press("v")
        for _ in range(200):
            driver.console._last_key -= 60
            await driver.pilot.pause(0.02)
            if driver.refs.index(before[6]) < 6:
                break
        await driver.settle()
        assert driver.refs.index(before[6]) < 6
        assert [f"SD-{number}" for number in window.marks] == before[:3]


async def test_a_paste_marks_nothing_and_q_asks_only_for_unsent_words(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        driver.console.screen.post_message(events.Paste("v*m"))
        await driver.rest()
        assert not driver.console.queue.rows.window.marked
        await driver.press("c")
        await driver.type("half a resolution")
        await driver.press("escape", "space", "q")
        assert isinstance(driver.console.screen, Confirm)
        await driver.press("enter")
        assert driver.console.is_running
        driver.console.begun.clear()
        driver.console._began += timedelta(days=1)  # the words are of an earlier session
        await driver.pilot.press("q")
        await driver.pilot.pause()
    assert driver.console.return_code == 0, "marks alone are no reason to ask"


async def test_own_keys_are_shown(busy_desk_path: Path) -> None:
    own = {"take": "b, Ctrl+T", "reply": "V"}
    async with driving(busy_desk_path, settings=ConsoleSettings(keys=own)) as driver:
        assert "V Reply" in driver.text
        assert [command.key for command in footer_of(Context.LIST, own) if command.id == "take"] == ["b"]
        await driver.press("question_mark")
        lines = driver.console.screen.query_one("#lines", Pane).plain_text
        assert "b Ctrl+T" in lines
        assert lines.count("your own key") == 2


async def test_an_action_on_many_asks_once_and_the_default_is_no_harm(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path, size=(80, 24)) as driver:
        window = driver.console.queue.rows.window
        await driver.press("*")
        every = list(window.marked)
        assert len(every) > MANY
        before = assignees(driver, every)
        for keys in (("enter",), ("escape",), ("n",)):
            await driver.press("a")
            await driver.type("boris")
            await driver.press("enter")
            assert isinstance(driver.console.screen, Confirm)
            assert f"Assign: {len(every)} tickets?" in driver.text
            assert "boris" in driver.text
            await driver.press(*keys)
            assert assignees(driver, every) == before
            assert set(window.marked) == set(every)
        # What is asked already is asked once.
        await driver.press("exclamation_mark")
        assert isinstance(driver.console.screen, Confirm)
        await driver.press("escape")
        # A form stays, with its words, where the question is answered with no.
        await driver.press("w", "tab")
        await driver.type("tomorrow")
        await driver.press("ctrl+g")
        assert f"Wait: {len(every)} tickets?" in driver.text
        assert "tomorrow, when the hours begin" in driver.text
        await driver.press("n")
        assert "Nothing was done" in driver.text
        assert "tomorrow" in driver.text
        await driver.press("escape")
        # By the line too, unless it says so itself.
        await driver.press("colon")
        await driver.type("assign boris")
        await driver.press("enter")
        assert isinstance(driver.console.screen, Confirm)
        await driver.press("y")
        await driver.rest()
        assert assignees(driver, every) == {"boris"}
        await driver.press("u")
        await driver.rest()
        assert assignees(driver, every) == before
        await driver.press("*", "colon")
        await driver.type("assign boris --yes")
        await driver.press("enter")
        await driver.rest()
        assert assignees(driver, every) == {"boris"}
        # Twenty are few; that they are a colleague's is asked.
        await driver.press("g", *["space"] * MANY)
        few = list(window.marked)
        await driver.press("a")
        await driver.type("anna")
        await driver.press("enter")
        assert "Some are in the hands of boris." in driver.text, "few, and yet not for the taking"
        await driver.press("y")
        await driver.rest()
        assert (len(few), assignees(driver, few)) == (MANY, {"anna"})
