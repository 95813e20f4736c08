"""Triage: each decision is in the store, the next ticket is there at once, and what is refused comes back."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from console_driver import Driver, driving
from desks import NOW

from sdesk.actions.perform import create, perform
from sdesk.desk.opening import open_desk
from sdesk.domain.errors import NotFound, StoreLocked
from sdesk.domain.ticket import Direction, Status
from sdesk.store.reader import Reader
from sdesk.tui.screens.triage import TriageScreen


@pytest.fixture
def new_path(desk_path: Path) -> Path:
    """Twelve new tickets of nobody, the first six without anything that tells their service."""
    desk = open_desk(desk_path)
    with Reader(desk_path) as reader:
        anna = reader.actor("anna")
    for index in range(12):
        values: dict[str, object] = {
            "subject": f"Subject number {index}" if index % 4 else "Label printer jams in the back office",
            "text": f"Text number {index}.",
            "requester": f"Person {index} <p{index}@acc.shop.example>",
            "service": "other" if index >= 6 else "printer",
        }
        create(desk, anna, values, now=NOW - timedelta(hours=12 - index))
    desk.close()
    return desk_path


def triage_of(driver: Driver) -> TriageScreen:
    screen = driver.console.screen
    assert isinstance(screen, TriageScreen)
    return screen


def current(driver: Driver) -> int:
    one = triage_of(driver).one
    assert one is not None
    return one.detail.ticket.number


async def test_a_round_of_triage(new_path: Path) -> None:
    async with driving(new_path) as driver:
        await driver.press("T")
        await driver.rest()
        screen = triage_of(driver)
        assert "1 of 12" in driver.text
        assert "The desk says" in driver.text
        usual = screen._found.usual
        assert usual[:2] == ("other", "printer")

        # A digit picks, and nothing is done yet; Enter sets it and goes on.
        first = current(driver)
        feedback, printer = str(usual.index("feedback") + 1), str(usual.index("printer") + 1)
        await driver.press(printer)
        assert "You say" in driver.text
        assert driver.ticket(first).ticket.service == "other"
        await driver.press("enter")
        await driver.rest()
        row = driver.ticket(first).ticket
        assert (row.service, row.assignee, row.status) == ("printer", None, Status.NEW)
        assert "2 of 12" in driver.text
        assert f"SD-{first} is about printer" in driver.notice

        # A digit and m: both, with two keys.
        second = current(driver)
        assert second != first
        await driver.press(printer, "m")
        await driver.rest()
        row = driver.ticket(second).ticket
        assert (row.service, row.assignee) == ("printer", "anna")
        assert [event.event for event in driver.ticket(second).history].count("service") == 1
        assert "3 of 12" in driver.text

        # Enter alone: as the desk guessed.
        third = current(driver)
        before = driver.ticket(third).ticket
        await driver.press("enter")
        await driver.rest()
        assert driver.ticket(third).ticket.version == before.version
        assert "4 of 12" in driver.text

        # J skips, K goes back.
        fourth = current(driver)
        await driver.press("J")
        assert current(driver) != fourth
        assert "5 of 12" in driver.text
        await driver.press("K")
        assert current(driver) == fourth
        await driver.press("J")

        # Esc takes the pick back before it leaves.
        await driver.press(feedback, "escape")
        assert "You say" not in driver.text
        fifth = current(driver)
        await driver.press("!", "y")
        await driver.rest()
        assert driver.ticket(fifth).ticket.status is Status.SPAM
        assert current(driver) != fifth

        # A note is no decision: it stays.
        sixth = current(driver)
        await driver.press("i")
        await driver.type("Looks odd.")
        await driver.press("ctrl+g")
        await driver.rest()
        assert driver.ticket(sixth).messages[-1].direction is Direction.NOTE
        assert current(driver) == sixth
        await driver.press("a")
        await driver.type("boris")
        await driver.press("enter")
        await driver.rest()
        assert driver.ticket(sixth).ticket.assignee == "boris"
        assert current(driver) != sixth
        assert "7 of 12" in driver.text

        # An answer is one: on to the next.
        seventh = current(driver)
        await driver.press("r")
        await driver.type("On our way.")
        await driver.press("ctrl+g")
        await driver.rest()
        assert driver.ticket(seventh).ticket.status is not Status.NEW
        assert f"SD-{seventh} answered" in driver.notice
        assert current(driver) != seventh
        await driver.press("q")
        assert driver.console.screen is driver.console.queue


async def test_u_puts_the_last_decision_back_and_shows_its_ticket(new_path: Path) -> None:
    async with driving(new_path) as driver:
        await driver.press("space")  # what is marked in the queue stays marked
        await driver.press("T")
        await driver.rest()
        first = current(driver)
        await driver.press("2" if triage_of(driver).one.held.row.service == "other" else "1", "m")  # type: ignore[union-attr]
        await driver.rest()
        second = current(driver)
        before = driver.ticket(second).ticket
        await driver.press("enter")
        third = current(driver)
        assert len({first, second, third}) == 3

        # The second was left as it was: nothing is put back, and the first stays decided.
        await driver.press("u")
        await driver.rest()
        assert current(driver) == second
        assert driver.ticket(second).ticket.version == before.version
        assert driver.ticket(first).ticket.assignee == "anna"

        # The first was given a service and taken: one decision, one undo.
        await driver.press("u")
        await driver.rest()
        assert current(driver) == first
        row = driver.ticket(first).ticket
        assert (row.assignee, row.status, row.service) == (None, Status.NEW, "other")
        assert "Undone" in driver.notice
        await driver.press("m")
        await driver.rest()
        assert driver.ticket(first).ticket.assignee == "anna"
        assert current(driver) == second
        assert len(driver.console.queue.rows.window.marks) == 1


async def test_u_after_what_changed_nothing_puts_nothing_else_back(new_path: Path) -> None:
    async with driving(new_path) as driver:
        await driver.press("space", "m")  # done before the round
        await driver.rest()
        before = [number for number in range(1, 13) if driver.ticket(number).ticket.assignee == "anna"]
        assert before
        await driver.press("T")
        await driver.rest()
        screen = triage_of(driver)
        first = current(driver)
        await driver.press("m")
        await driver.rest()
        assert "u undo" in driver.notice
        second = current(driver)
        rows = screen.chosen()
        with closing(sqlite3.connect(new_path)) as connection:
            connection.execute("UPDATE ticket SET priority_reason = 'So it is.' WHERE id = ?", (second,))
            connection.commit()
        screen._perform("priority", rows, {"priority": rows[0].priority.value, "reason": "So it is."})
        await driver.rest()
        assert f"SD-{second}" in driver.notice
        assert "u undo" not in driver.notice

        # A note is done last: it is what u takes back.
        third = current(driver)
        await driver.press("i")
        await driver.type("Looks odd.")
        await driver.press("ctrl+g")
        await driver.rest()
        await driver.press("u")
        await driver.rest()
        assert "Undone" in driver.notice
        assert current(driver) == third

        # The second was left as it is: it is there again, and the first stays taken.
        await driver.press("u")
        await driver.rest()
        assert current(driver) == second
        assert driver.ticket(first).ticket.assignee == "anna"
        await driver.press("u")
        await driver.rest()
        assert current(driver) == first
        assert driver.ticket(first).ticket.assignee is None

        # What was done before the round is not of it.
        await driver.press("u")
        await driver.rest()
        assert "nothing to undo in this round" in driver.notice
        assert {driver.ticket(number).ticket.assignee for number in before} == {"anna"}


async def test_merging_into_what_may_be_the_same_takes_two_keys(new_path: Path) -> None:
    async with driving(new_path) as driver:
        await driver.press("T")
        await driver.rest()
        screen = triage_of(driver)
        for _place in range(12):
            if screen.one is not None and screen.one.alike:
                break
            await driver.press("J")
        assert "may be the same" in driver.text
        assert screen.one is not None
        number, into = current(driver), screen.one.others[0].number
        await driver.press("M", "enter")
        await driver.rest()
        assert driver.ticket(number).ticket.status is Status.MERGED
        assert any(link.number == into for link in driver.ticket(number).links)
        assert current(driver) != number


async def test_what_somebody_else_takes_stays_under_the_fingers_and_is_marked(new_path: Path) -> None:
    async with driving(new_path) as driver:
        await driver.press("T")
        await driver.rest()
        screen, number = triage_of(driver), current(driver)
        desk = open_desk(new_path)
        with Reader(new_path) as reader:
            perform(desk, reader.actor("boris"), "take", [number], {}, now=NOW)
        desk.close()
        for _attempt in range(200):
            await driver.pilot.pause(0.02)
            if screen.lost:
                break
        assert current(driver) == number
        assert driver.notice == f"SD-{number}: it is open, boris has it. J goes on"
        assert "boris has it" in driver.text.splitlines()[1]

        # A key that was meant for what nobody had is told so; the same once more is meant, and asked.
        await driver.press("m")
        assert driver.console.screen is screen
        assert f"SD-{number} was not changed: it is open, boris has it" in driver.notice
        await driver.press("m", "y")
        await driver.rest()
        assert driver.ticket(number).ticket.assignee == "anna"
        assert current(driver) != number
        assert screen.round is not None
        assert list(screen.round.decided) == [number]
        others = set(range(1, 13)) - {number}
        assert {driver.ticket(other).ticket.assignee for other in others} == {None}


async def test_what_is_gone_or_cannot_be_read_stays_until_a_key(new_path: Path) -> None:
    async with driving(new_path) as driver:
        await driver.press("T")
        await driver.rest()
        screen, number = triage_of(driver), current(driver)
        assert screen.round is not None
        screen._gone(number, StoreLocked("the store is locked", "try again"))
        assert (current(driver), screen.lost, screen.round.passed) == (number, False, set())
        screen._gone(number, NotFound("there is no such ticket", "see the list"))
        assert (current(driver), screen.lost, screen.round.passed) == (number, True, {number})
        await driver.press("enter")
        assert current(driver) == number
        assert f"SD-{number} was not changed: it is gone" in driver.notice
        screen._gone(number, NotFound("there is no such ticket", "see the list"))
        assert not screen.lost
        await driver.press("J")
        assert current(driver) != number


async def test_two_who_sort_at_once_do_not_sort_the_same(new_path: Path) -> None:
    async with driving(new_path, login="boris") as other:
        await other.press("T")
        await other.rest()
        number = current(other)
        async with driving(new_path) as driver:
            for _attempt in range(300):
                await other.pilot.pause(0.01)
                if driver.console.company.at(number):
                    break
            await driver.press("T")
            await driver.rest()
            assert current(driver) != number
            assert f"SD-{number} is passed over: boris is reading" in driver.notice


async def test_what_is_refused_comes_again(new_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The desk does not hear of what another process does until it is asked to write.
    monkeypatch.setattr("sdesk.tui.store_link.StoreLink._poll", lambda self, reader: None)
    async with driving(new_path) as driver:
        await driver.press("T")
        await driver.rest()
        number = current(driver)
        desk = open_desk(new_path)
        with Reader(new_path) as reader:
            perform(desk, reader.actor("boris"), "note", [number], {"text": "I look at it."}, now=NOW)
        desk.close()
        await driver.press("m")
        await driver.rest()
        assert f"SD-{number} comes again" in driver.notice
        # What is shown stays; what was refused is the next one.
        shown = current(driver)
        assert shown != number
        assert driver.ticket(number).ticket.assignee is None
        await driver.press("enter")
        await driver.rest()
        assert current(driver) == number
        assert driver.ticket(shown).ticket.assignee is None
        await driver.press("m")
        await driver.rest()
        assert driver.ticket(number).ticket.assignee == "anna"
        assert current(driver) != number


@pytest.mark.parametrize("size", [(80, 24), (60, 16)], ids=["80x24", "60x16"])
async def test_twelve_tickets_with_two_keys_each_and_what_is_next(new_path: Path, size: tuple[int, int]) -> None:
    keys = 0
    async with driving(new_path, size=size) as driver:
        await driver.press("T")
        await driver.rest()
        screen = triage_of(driver)
        assert "Text number" in driver.text
        assert "Printer" in driver.text
        assert "1 of 12" in driver.text.splitlines()[0]
        numbers = []
        while screen.one is not None:
            numbers.append(current(driver))
            await driver.press("2", "m")
            keys += 2
            await driver.settle()
            assert len(numbers) <= 12
        await driver.rest()
        assert keys == 24
        assert "12 tickets are sorted" in driver.text
        # Not the one that was just decided, however long that is on its way.
        assert "Every open ticket of your teams is taken" in driver.text
        assert {driver.ticket(number).ticket.assignee for number in numbers} == {"anna"}
        # What a digit means stays as it is, though every decision makes its service commoner.
        assert {driver.ticket(number).ticket.service for number in numbers} == {"printer"}


async def test_keys_typed_faster_than_the_store_answers_hit_the_tickets_that_were_shown(new_path: Path) -> None:
    async with driving(new_path) as driver:
        await driver.press("T")
        await driver.rest()
        with Reader(new_path) as reader:
            before = {row.number for row in reader.rows(reader.actor("anna"), range(1, 13), now=NOW).values()}
        await driver.pilot.press("m", "J", "m", "J", "m")
        await driver.rest()
        taken = [number for number in sorted(before) if driver.ticket(number).ticket.assignee == "anna"]
        screen = triage_of(driver)
        assert screen.round is not None
        assert sorted(screen.round.decided) == taken
        assert len(taken) + len(screen.round.passed) <= 5


async def test_keys_before_the_next_ticket_is_there_act_on_nothing(
    new_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with driving(new_path) as driver:
        await driver.press("T")
        await driver.rest()
        screen, link = triage_of(driver), driver.console.link
        first, read = current(driver), link.read
        screen._ahead = None
        held: list[Callable[[], None]] = []

        def later(*question: Any, **topic: Any) -> None:
            held.append(lambda: read(*question, **topic))

        monkeypatch.setattr(link, "read", later)
        await driver.press("m")
        assert screen.chosen() == ()
        await driver.press("1", "m", "!", "p", "enter", "J")
        assert driver.console.screen is screen
        assert "The next ticket is not there yet" in driver.notice
        monkeypatch.setattr(link, "read", read)
        for question in held:
            question()
        await driver.rest()
        assert screen.round is not None
        assert list(screen.round.decided) == [first]
        assert screen.round.passed == set()
        assert screen.picked is None
        assert [event.event for event in driver.ticket(first).history].count("assigned") == 1
        assert driver.ticket(current(driver)).ticket.assignee is None


async def test_there_may_be_nothing_to_sort(desk_path: Path) -> None:
    async with driving(desk_path) as driver:
        await driver.press("T")
        await driver.rest()
        assert "Everything new has been sorted." in driver.text
        await driver.press("enter", "m", "1", "J", "K", "u", "escape")
        assert driver.console.screen is driver.console.queue
