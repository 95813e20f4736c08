"""Every verb from the list and from the ticket, on one ticket and on many; the store is asked afterwards."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from console_driver import Driver, driving
from desks import NOW

from sdesk.actions.perform import TicketOutcome, perform
from sdesk.desk.opening import open_desk
from sdesk.domain.ticket import Direction, Priority, Status, WaitingFor
from sdesk.store.reader import Reader
from sdesk.tui.verbs.doing import report

BOTH_SCREENS = pytest.mark.parametrize("inside", [False, True], ids=["list", "ticket"])


async def begin(driver: Driver, inside: bool) -> int:
    """Go to the second ticket of the list, or into it; gives its number."""
    await driver.press("j")
    if inside:
        await driver.press("enter")
        await driver.rest()
    assert driver.cursor is not None
    return driver.cursor


@BOTH_SCREENS
async def test_take(busy_desk_path: Path, inside: bool) -> None:
    async with driving(busy_desk_path) as driver:
        number = await begin(driver, inside)
        await driver.press("m")
        ticket = driver.ticket(number).ticket
        assert (ticket.assignee, ticket.status) == ("anna", Status.OPEN)
        assert "assigned to anna" in driver.notice
        assert driver.notice in driver.text
        await driver.press("m")
        assert "you have it already" in driver.notice


@BOTH_SCREENS
async def test_assign_to_an_agent_and_to_a_team(busy_desk_path: Path, inside: bool) -> None:
    async with driving(busy_desk_path) as driver:
        number = await begin(driver, inside)
        await driver.press("a")
        assert f"Assign SD-{number} to" in driver.text
        await driver.type("bor")
        await driver.press("enter")
        assert driver.ticket(number).ticket.assignee == "boris"
        await driver.press("a")
        await driver.type("quality")
        await driver.press("down", "up", "enter")
        assert f"SD-{number} of boris?" in driver.text
        await driver.press("y")
        row = driver.ticket(number).ticket
        assert (row.team, row.assignee) in {("quality", None), ("quality", "vera"), ("it", "vera")}
        assert row.assignee != "boris"


@BOTH_SCREENS
async def test_service_shows_what_would_follow(busy_desk_path: Path, inside: bool) -> None:
    async with driving(busy_desk_path) as driver:
        number = await begin(driver, inside)
        await driver.press("t")
        await driver.type("till")
        assert "P1" in driver.text
        assert "resolve in 2h" in driver.text
        await driver.press("enter")
        assert driver.ticket(number).ticket.service == "till"


@BOTH_SCREENS
async def test_wait_until_a_time_as_people_write_it(busy_desk_path: Path, inside: bool) -> None:
    async with driving(busy_desk_path) as driver:
        number = await begin(driver, inside)
        await driver.press("w", "down", "tab")
        await driver.type("tomorrow 10:00")
        assert "= tomorrow 10:00" in driver.text
        await driver.press("ctrl+g")
        row = driver.ticket(number).ticket
        assert (row.status, row.waiting_for) == (Status.WAITING, WaitingFor.SUPPLIER)
        assert row.wake_at == datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


async def test_wait_for_a_date_wants_a_date_and_can_tell_the_requester(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        number = await begin(driver, inside=False)
        await driver.press("w", "up", "ctrl+g")
        assert "Say until when" in driver.text
        await driver.type("nonsense")
        await driver.press("ctrl+g")
        assert "is no point in time" in driver.text
        await driver.press(*["backspace"] * 8)
        await driver.type("2d")
        await driver.press("tab", "tab")
        await driver.type("The part is ordered.")
        await driver.press("ctrl+g")
        detail = driver.ticket(number)
        assert detail.ticket.waiting_for is WaitingFor.DATE
        assert detail.messages[-1].text == "The part is ordered."
        assert detail.messages[-1].direction is Direction.OUT


async def test_a_refused_form_goes_to_the_field_that_is_wrong(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path, size=(80, 24)) as driver:

        def focused() -> str | None:
            found = driver.console.focused
            return None if found is None else next((node.id for node in found.ancestors_with_self if node.id), None)

        await begin(driver, inside=False)
        # What is missing, from anywhere in the form.
        await driver.press("w", "up", "tab", "tab", "tab", "ctrl+g")
        assert ("Say until when" in driver.text, focused()) == (True, "until")
        # What only the desk can know to be wrong.
        await driver.type("2026-01-01")
        await driver.press("tab", "tab", "ctrl+g")
        assert ("is past" in driver.text, focused()) == (True, "until")
        await driver.press("escape")
        # In the editor too.
        await driver.press("r")
        await driver.type("Soon.")
        await driver.press("ctrl+t", "ctrl+t", "ctrl+t", "ctrl+g")
        assert ("a wait for a date needs the date" in driver.text, focused()) == (True, "until")
        await driver.press("ctrl+t", "shift+tab", "shift+tab")
        while focused() != "spent":
            await driver.press("shift+tab")
        await driver.type("99 bottles")
        while focused() != "text":
            await driver.press("tab")
        await driver.press("ctrl+g")
        assert focused() == "spent"


@BOTH_SCREENS
async def test_close_tells_unless_silence_is_chosen(busy_desk_path: Path, inside: bool) -> None:
    async with driving(busy_desk_path) as driver:
        number = await begin(driver, inside)
        before = len(driver.ticket(number).messages)
        await driver.press("c", "ctrl+g")
        assert "choose Close silently" in driver.text
        await driver.type("Changed the cable.")
        await driver.press("ctrl+g")
        detail = driver.ticket(number)
        assert detail.ticket.status is Status.RESOLVED
        assert detail.messages[-1].text == "Changed the cable."
        await driver.press("c")
        assert "cannot be resolved" in driver.notice
        assert len(driver.ticket(number).messages) == before + 1


async def test_close_silently_and_reopen(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        number = await begin(driver, inside=False)
        before = len(driver.ticket(number).messages)
        await driver.press("c")
        await driver.type("words")
        await driver.press("tab", "tab", "tab", "enter")
        assert "There is a text" in driver.text
        await driver.press(*["shift+tab"] * 3, *["backspace"] * 5, "tab", "tab", "tab", "enter")
        detail = driver.ticket(number)
        assert detail.ticket.status is Status.RESOLVED
        assert len(detail.messages) == before
        # The row stays under the cursor, so that the next key cannot hit its neighbour.
        assert driver.cursor == number
        assert "resolved" in driver.text
        await driver.press("s")
        await driver.type("open again")
        await driver.press("enter", "ctrl+g")
        assert driver.ticket(number).ticket.status in {Status.NEW, Status.OPEN}


async def test_the_status_menu_says_what_is_not_possible(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        number = await begin(driver, inside=True)
        await driver.press("s")
        assert "it has no outage" in driver.text
        await driver.type("spam")
        await driver.press("enter")
        assert "spam?" in driver.text
        await driver.press("enter")
        assert driver.ticket(number).ticket.status is not Status.SPAM, "Enter changes nothing"
        await driver.press("exclamation_mark", "y")
        assert driver.ticket(number).ticket.status is Status.SPAM


async def test_an_outage_is_confirmed_from_the_status_menu(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        number = driver.cursor
        assert number is not None
        await driver.press("s")
        await driver.type("confirmed")
        await driver.press("enter", "ctrl+g")
        assert driver.ticket(number).ticket.loss_confirmed
        assert "burning 1 · 180 000 ₽/h" in driver.text


@BOTH_SCREENS
async def test_priority_wants_a_reason(busy_desk_path: Path, inside: bool) -> None:
    async with driving(busy_desk_path) as driver:
        number = await begin(driver, inside)
        old = driver.ticket(number).ticket.priority
        await driver.press("P")
        await driver.type("P2\n")
        await driver.type("\n")
        assert driver.ticket(number).ticket.priority is old
        assert "with a reason" in driver.text
        await driver.type("the auditor is here\n")
        row = driver.ticket(number).ticket
        assert (row.priority, row.priority_reason) == (Priority.P2, "the auditor is here")


async def test_an_action_on_marks_names_how_many_and_who_refused(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        await driver.press("j", "space", "space", "space")
        window = driver.console.queue.rows.window
        numbers = list(window.marks)
        assert len(numbers) == 3
        assert "3 marked" in driver.text
        desk = open_desk(busy_desk_path)
        with Reader(busy_desk_path) as reader:
            boris = reader.actor("boris")
        perform(desk, boris, "close", [numbers[1]], {"silent": True}, now=NOW)
        desk.close()
        await driver.press("a")
        assert "Assign 3 tickets to" in driver.text
        await driver.type("vera\n")
        assert "Some are in the hands of boris" in driver.text
        await driver.press("y")
        assert [driver.ticket(number).ticket.assignee for number in (numbers[0], numbers[2])] == ["vera", "vera"]
        assert driver.ticket(numbers[1]).ticket.assignee != "vera"
        assert f"2 done, 1 refused (SD-{numbers[1]})" in driver.notice
        assert not window.marks


async def test_what_somebody_else_changed_meanwhile_is_not_overwritten(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        number = await begin(driver, inside=False)
        await driver.press("a")
        desk = open_desk(busy_desk_path)
        with Reader(busy_desk_path) as reader:
            boris = reader.actor("boris")
        perform(desk, boris, "take", [number], {}, now=NOW)
        desk.close()
        await driver.type("vera\n")
        assert driver.ticket(number).ticket.assignee == "boris"
        assert driver.console.notice_now[1] == "error"


async def test_two_actions_in_a_row_are_no_conflict(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        number = await begin(driver, inside=False)
        for key in ("m", "exclamation_mark", "y"):
            await driver.pilot.press(key)
        await driver.settle()
        row = driver.ticket(number).ticket
        assert row.status is Status.SPAM


async def test_quitting_asks_where_words_are_unsent_and_not_for_marks(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        number = await begin(driver, inside=False)
        await driver.press("r")
        await driver.type("Half a")
        await driver.press("escape", "q")
        assert f"Quit with 1 draft unsent (SD-{number})?" in driver.text
        await driver.press("enter")
        assert driver.console.is_running
    async with driving(busy_desk_path) as driver:
        await driver.press("asterisk")
        assert driver.console.queue.rows.window.marks
        await driver.press("asterisk")
        assert not driver.console.queue.rows.window.marks
        await driver.press("asterisk", "q")
        assert not driver.console.is_running


async def test_copy_goes_through_the_terminal(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        number = await begin(driver, inside=False)
        await driver.press("y", "enter")
        assert driver.console.clipboard == f"SD-{number}"


async def test_taking_from_somebody_else_asks(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        await driver.press("slash")
        await driver.type("assignee:boris\n")
        number = driver.cursor or 0
        await driver.press("m")
        assert f"Take SD-{number} from boris?" in driver.text
        await driver.press("enter")
        assert driver.ticket(number).ticket.assignee == "boris"
        await driver.press("m", "y")
        assert driver.ticket(number).ticket.assignee == "anna"


@pytest.mark.parametrize("key", ["c", "w"], ids=["close", "wait"])
async def test_words_of_a_form_outlive_escape(busy_desk_path: Path, key: str) -> None:
    async with driving(busy_desk_path) as driver:
        number = await begin(driver, inside=False)
        to_text = ("tab", "tab", "tab") if key == "w" else ()
        await driver.press(key, *to_text)
        await driver.type("The cable")
        await driver.press("escape")
        assert "kept" in driver.notice
        await driver.press(key, *to_text)
        assert "The cable" in driver.text
        await driver.press("ctrl+g")
        assert driver.ticket(number).messages[-1].text == "The cable"
        assert not driver.console.begun


def test_what_was_done_to_many_is_said_once() -> None:
    done = [TicketOutcome(number, f"SD-{number}", f"SD-{number} assigned to dana") for number in (44, 45, 46)]
    assert report(done, {}) == ("3 tickets: assigned to dana", "good")


async def test_the_wait_form_fits_a_small_terminal_and_says_its_fault_once(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path, size=(60, 15)) as driver:
        assert "? Keys" in driver.text
        await driver.press("w", "tab")
        await driver.type("nonsense")
        assert driver.text.count("is no point in time") == 1
        assert "Cancel" in driver.text
        assert "Ctrl+G Wait" in driver.text


async def test_an_empty_choice_says_so(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        await driver.press("a")
        await driver.type("qqqqq")
        assert "nothing fits" in driver.text
        await driver.press("enter")
        assert "nothing fits" in driver.text


@pytest.mark.parametrize("keys", ["c", "w", "a"])
async def test_what_takes_a_ticket_out_of_a_colleagues_hands_asks_once(busy_desk_path: Path, keys: str) -> None:
    async with driving(busy_desk_path, size=(80, 24)) as driver:
        await driver.press("slash")
        await driver.type("assignee:boris\n")
        number = driver.cursor or 0
        before = driver.ticket(number)

        async def deed() -> None:
            await driver.press(keys)
            if keys == "a":
                await driver.type("vera\n")
            else:
                await driver.press(*(["ctrl+g"] if keys == "w" else []))
                if keys == "c":
                    await driver.type("Done.")
                    await driver.press("ctrl+g")
            await driver.rest()

        await deed()
        assert f"SD-{number} of boris?" in driver.text
        await driver.press("enter")
        assert driver.ticket(number) == before, "Enter leaves everything as it is"
        await driver.press("escape")
        if keys == "c":
            await driver.press("c", "ctrl+g")
        else:
            await deed()
        await driver.press("y")
        await driver.rest()
        now = driver.ticket(number).ticket
        assert (now.status, now.assignee) != (before.ticket.status, before.ticket.assignee)


async def test_a_merge_names_who_asked_where_they_differ(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        await driver.press("j", "space", "space", "M")
        await driver.rest()
        await driver.press("enter")
        await driver.rest()
        assert "Different people asked: Person" in driver.text
