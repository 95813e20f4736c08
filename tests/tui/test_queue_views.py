"""The views in the console: saved, shown on their digits, changed by the command line, deleted; numbers to click."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from zoneinfo import ZoneInfo

from console_driver import driving
from desks import NOW

from sdesk.desk.opening import open_desk
from sdesk.desk.views import delete_view, save_view
from sdesk.domain.filters import Sort, parse
from sdesk.domain.views import NamedView
from sdesk.store.reader import Reader


def saved(path: Path, login: str = "anna") -> tuple[NamedView, ...]:
    """What the store has."""
    with Reader(path) as reader:
        return reader.views(reader.actor(login))


def order_of(path: Path, words: str, sort: Sort = Sort.SLA) -> list[str]:
    """The reader's order of a filter."""
    with Reader(path) as reader:
        wanted = parse(words, now=NOW, zone=ZoneInfo(reader.desk.time_zone))._replace(sort=sort)
        return [row.ref for row in reader.walk(reader.actor("anna"), wanted, now=NOW)]


async def test_a_view_is_saved_shown_replaced_and_deleted(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        queue = driver.console.queue
        await driver.press("7")
        assert "No view is on 7" in driver.notice
        await driver.press("slash")
        await driver.type("vpn\n")
        queue.action_save_view()
        await driver.settle()
        assert "team:it vpn" in driver.text, "what is saved stands in the box"
        await driver.type("mine")
        await driver.press("enter")
        assert "every desk has a view `mine`" in driver.text
        await driver.press(*["backspace"] * 4)
        await driver.type("vpn")
        await driver.press("tab", "0", "enter")
        assert "1 to 9" in driver.text
        await driver.press("backspace", "8")
        await driver.rest()
        await driver.press("enter")
        await driver.rest()
        assert saved(busy_desk_path) == (NamedView("vpn", "team:it vpn", Sort.SLA, 8, "anna"),)
        assert "[8 vpn " in driver.text
        assert driver.notice == "view vpn is saved on 8: press 8"
        assert queue.filter_text == ""
        assert driver.refs == order_of(busy_desk_path, "team:it vpn")
        await driver.press("3")
        assert queue.filter_text == "", "what was saved narrows the view no more that it was typed in"
        # A digit of every desk is taken for the owner alone, and the view that had it is still there.
        await driver.press("8")
        queue.action_save_view()
        await driver.settle()
        await driver.press("tab", "backspace", "1")
        assert "Mine loses it" in driver.text
        await driver.press("enter")
        await driver.rest()
        assert saved(busy_desk_path)[0].digit == 1
        await driver.press("3", "1")
        assert queue.view.name == "vpn"
        queue.show_view_named("MINE")
        await driver.settle()
        assert driver.refs == order_of(busy_desk_path, "assignee:me")
        queue.action_delete_view()
        assert "comes with every desk" in driver.notice
        await driver.press("1")
        queue.action_delete_view()
        await driver.press("enter")
        assert len(saved(busy_desk_path)) == 1, "the default of a question is no harm"
        queue.action_delete_view()
        await driver.press("y")
        await driver.rest()
        assert saved(busy_desk_path) == ()
        assert queue.view.name == "Team"
        assert "[3 Team" in driver.text
        assert " 1 Mine" in driver.text


async def test_what_the_command_line_saves_is_on_screen_within_a_second(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path, size=(160, 45)) as driver:
        queue = driver.console.queue
        desk = open_desk(busy_desk_path)
        with Reader(busy_desk_path) as reader:
            anna, vera = reader.actor("anna"), reader.actor("vera")
        with desk.work(vera, NOW) as work:
            save_view(work, "printers", "service:printer", everybody=True)
            save_view(work, "hers", "is:mine")
            work.session.commit()
        for _ in range(20):
            await driver.pilot.pause(0.1)
            if "printers" in driver.text:
                break
        await driver.settle()
        shown = order_of(busy_desk_path, "service:printer")
        assert f"7 printers {len(shown)}" in driver.text
        assert "hers" not in driver.text
        await driver.press("7")
        assert driver.refs == shown[: len(driver.refs)]
        # The view that is shown becomes another: its rows too.
        with desk.work(vera, NOW) as work:
            save_view(work, "printers", "service:printer assignee:boris", everybody=True)
            work.session.commit()
        wanted = order_of(busy_desk_path, "service:printer assignee:boris")
        for _ in range(20):
            await driver.pilot.pause(0.1)
            if driver.refs == wanted[: len(driver.refs)]:
                break
        assert driver.refs == wanted[: len(driver.refs)]
        with desk.work(anna, NOW) as work:
            delete_view(work, "printers", everybody=True)
            work.session.commit()
        for _ in range(20):
            await driver.pilot.pause(0.1)
            if queue.view.name == "Team":
                break
        assert queue.view.name == "Team"
        assert "is no more" in driver.notice
        desk.close()


async def test_a_saved_view_that_is_wrong_by_now_hides_nothing_else(busy_desk_path: Path) -> None:
    desk = open_desk(busy_desk_path)
    with Reader(busy_desk_path) as reader:
        anna = reader.actor("anna")
    with desk.work(anna, NOW) as work:
        save_view(work, "tills", "service:till", sort=Sort.AGE)
        work.session.commit()
    desk.close()
    with sqlite3.connect(busy_desk_path) as connection:
        connection.execute("UPDATE saved_view SET filter = 'service:gone'")
    connection.close()
    async with driving(busy_desk_path) as driver:
        assert "7 tills ?" in driver.text
        count = len(order_of(busy_desk_path, "team:it"))
        assert f"[3 Team {count}]" in driver.text
        await driver.press("7")
        await driver.rest()
        assert "there is no service `gone`" in driver.text
        assert driver.refs == []
        await driver.press("escape", "3")
        assert driver.refs


async def test_a_number_of_the_header_shows_what_it_counts(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path, size=(160, 45)) as driver:
        queue = driver.console.queue
        assert queue.totals is not None
        counts = queue.totals.counts
        assert counts.suspected == 1
        assert counts.breached > 0
        for words, count in (
            *((f"{counts.breached} breached", counts.breached), (f"{counts.open} open", counts.open)),
            (f"{counts.due_within_hour} due <1h", counts.due_within_hour),
            ("suspected", counts.suspected),
        ):
            head = driver.text.splitlines()[0]
            await driver.pilot.click("#header", offset=(head.index(words) + 1, 0))
            await driver.rest()
            assert queue.view.name == "All"
            assert queue.totals.shown == count, words
            assert queue.filter_text in driver.text
        await driver.press("escape")
        assert queue.filter_text == ""


async def test_the_key_of_a_saved_view_is_said_where_nobody_chose_it(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        queue = driver.console.queue
        for name, said in (("aa", ": press 7"), ("bb", ": press 8"), ("cc", ": press 9"), ("dd", ": no digit")):
            queue.show_view_named("team")
            await driver.press("slash")
            await driver.type(f"{name}\n")
            queue.action_save_view()
            await driver.settle()
            await driver.type(name)
            await driver.press("enter")
            await driver.rest()
            assert f"view {name} is saved{said}" in driver.notice
        queue.show_view_named("team")
        await driver.press("8")
        assert queue.view.name == "bb"
