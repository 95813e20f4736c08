"""A new ticket for somebody who calls, and the facts of one set right: who is looked up, what follows, what is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from console_driver import Driver, driving
from desks import NOW

from sdesk.actions.perform import perform
from sdesk.actions.registry import ACTIONS
from sdesk.desk.opening import open_desk
from sdesk.domain.errors import Refused
from sdesk.domain.ticket import Channel, Priority
from sdesk.store.reader import Reader
from sdesk.tui.screens.form_new import NewForm
from sdesk.tui.screens.queue import QueueScreen
from sdesk.tui.screens.ticket import TicketScreen
from sdesk.tui.verbs.assigning import MOVES

SMALL = (80, 24)


async def take_caller(driver: Driver, words: str) -> None:
    """Begin a new ticket with a caller."""
    await driver.press("C")
    await driver.type(words)
    await driver.press("enter")


async def test_a_caller_their_shop_and_what_is_open_there(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path, size=SMALL) as driver:
        await take_caller(driver, "495 000")
        assert "1 ticket is open there" in driver.text
        assert "SD-57" in driver.text
        assert "Manege Square" in driver.text
        await driver.press("enter")
        assert isinstance(driver.console.screen, TicketScreen)
        assert driver.console.screen.number == 57
        assert "kept" in driver.notice

        await driver.press("q", "C")
        assert "Irina" in driver.text, "who called outlives the look at the other ticket"
        await driver.press("tab", "tab", "tab")
        await driver.type("Scales broken")
        await driver.press("tab")
        await driver.type("till")
        assert "resolve in 2h" in driver.text
        await driver.press("tab")
        await driver.type("They show zero")
        assert "Cancel" in driver.text, "all of it fits"
        await driver.press("ctrl+g")
        assert isinstance(driver.console.screen, TicketScreen)
        detail = driver.ticket(driver.console.screen.number)
        row = detail.ticket
        assert (row.number, row.subject, row.service, row.unit) == (59, "Scales broken", "till", "flagship")
        assert (row.requester_email, row.channel, row.priority) == (
            "store-001@shop.example",
            Channel.PHONE,
            Priority.P1,
        )
        assert detail.messages[0].text == "They show zero"
        await driver.press("q", "C")
        assert driver.console.screen.query_one("#subject").text == "", "nothing of the last one is left"  # type: ignore[attr-defined]


async def test_letters_typed_over_the_open_tickets_are_the_subject(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path, size=SMALL) as driver:
        await take_caller(driver, "irina")
        await driver.type("No light\n")
        await driver.press("ctrl+g")
        assert driver.ticket(59).ticket.subject == "No light"


async def test_a_caller_whom_nobody_knows_and_a_faulty_field(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path, size=SMALL) as driver:
        await take_caller(driver, "zzz")
        assert "write an address" in driver.text
        await driver.press("ctrl+g")
        assert isinstance(driver.console.screen, NewForm)
        await driver.press(*["backspace"] * 3)
        await driver.type("Zoya <zoya@home.example>")
        await driver.press("enter", "ctrl+g")
        assert "A ticket needs a subject" in driver.text
        await driver.type("Hello")
        await driver.press("ctrl+g")
        row = driver.ticket(59).ticket
        assert (row.requester_name, row.requester_email, row.unit) == ("Zoya", "zoya@home.example", None)


async def test_a_ticket_for_a_private_team_is_opened_and_not_shown(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path, login="boris", size=SMALL) as driver:
        await driver.press("C", "tab", "tab")
        await driver.type("Holiday in May\n")
        await driver.type("leave\n")
        await driver.press("ctrl+g")
        assert driver.console.screen is driver.console.queue
        assert driver.notice.startswith("SD-59 opened")
        assert driver.ticket(59, "olga").ticket.team == "hr"


async def test_what_the_desk_refuses_stays_in_the_form(busy_desk_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with driving(busy_desk_path, size=SMALL) as driver:
        link = driver.console.link
        await driver.press("C", "tab", "tab")
        await driver.type("Ink\n")
        with monkeypatch.context() as patched:
            patched.setattr(
                link, "create", lambda form, values, then, failed, words: failed(Refused("not now", "wait"))
            )
            await driver.press("ctrl+g")
        assert isinstance(driver.console.screen, NewForm)
        assert "not now. wait" in driver.text
        await driver.press("ctrl+g")
        assert driver.ticket(59).ticket.subject == "Ink"


async def test_facts_are_set_right_and_only_what_differs_is_sent(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path, size=SMALL) as driver:
        await driver.press("e", "ctrl+g")
        assert "Nothing differs" in driver.text
        await driver.press("tab", *["backspace"] * 5)
        await driver.type("person 3")
        await driver.press("tab", *["backspace"] * 8)
        await driver.type("teply")
        await driver.press("tab", "tab", "tab")
        await driver.type("pos")
        assert "adds pos" in driver.text
        await driver.press("ctrl+g")
        detail = driver.ticket(57)
        row = detail.ticket
        assert (row.requester_email, row.unit, row.tags) == ("person3@acc.shop.example", "store-017", ("pos",))
        assert row.subject == "Till is down at the flagship"
        assert {event.event for event in detail.history[-4:]} >= {"requester", "unit", "tags"}

        await driver.press("e", "tab", "tab", *["backspace"] * 10, "ctrl+g")
        assert driver.ticket(57).ticket.unit is None, "an empty unit is none"


async def test_kept_words_do_not_bring_back_what_somebody_else_changed(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path, size=SMALL) as driver:
        await driver.press("e", "tab", "tab", "tab", "tab", "tab")
        await driver.type("pos")
        await driver.press("escape")
        assert "kept" in driver.notice
        desk = open_desk(busy_desk_path)
        with Reader(busy_desk_path) as reader:
            boris = reader.actor("boris")
        perform(desk, boris, "set", [57], {"subject": "Both tills"}, now=NOW)
        desk.close()
        driver.console._read_again()
        await driver.settle()
        await driver.press("e")
        assert "Both tills" in driver.text
        assert "pos" in driver.text
        await driver.press("ctrl+g")
        row = driver.ticket(57).ticket
        assert (row.subject, row.tags) == ("Both tills", ("pos",))


async def test_marks_that_cannot_be_acted_on_are_left_out_with_a_word(busy_desk_path: Path) -> None:
    desk = open_desk(busy_desk_path)
    with Reader(busy_desk_path) as reader:
        anna = reader.actor("anna")
    perform(desk, anna, "close", [52], {"silent": True}, now=NOW)
    desk.close()
    async with driving(busy_desk_path, size=SMALL) as driver:
        await driver.press("6", "G")  # the end is read, too: a cursor is put on what is held
        await driver.rest()
        for number in (57, 52, 49):
            driver.console.queue.put_cursor(number)
            await driver.press("space")
        await driver.press("a")
        assert "Assign 2 tickets (1 left out) to" in driver.text
        await driver.type("boris\n")
        left_out = "2 tickets: assigned to boris. Left out: SD-52 (resolved tickets cannot be assigned)"
        assert driver.notice.startswith(left_out)
        assert [driver.ticket(number).ticket.assignee for number in (57, 49)] == ["boris", "boris"]
        assert driver.ticket(52).ticket.assignee != "boris"

        for number in (57, 49, 46):
            driver.console.queue.put_cursor(number)
            await driver.press("space")
        await driver.press("plus")
        assert "choose one with P" in driver.notice, "of several priorities none is one up"


async def test_one_of_the_marked_may_be_what_the_others_are_merged_into(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path, size=SMALL) as driver:
        for number in (49, 52):
            driver.console.queue.put_cursor(number)
            await driver.press("space")
        await driver.press("M")
        await driver.type("SD-49\n")
        assert "Merge SD-52 into SD-49?" in driver.text
        subjects = [driver.ticket(number).ticket.subject for number in (49, 52)]
        assert all(subject in driver.text for subject in subjects), "one sees both"
        await driver.press("enter")
        assert driver.ticket(52).ticket.status.value == "new", "Enter changes nothing"
        await driver.press("M")
        await driver.type("SD-49\n")
        await driver.press("y")
        assert driver.ticket(52).ticket.status.value == "merged"
        assert len(driver.ticket(49).messages) == 2


async def test_the_mouse_takes_a_caller_and_chooses_messages(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path, size=SMALL) as driver:
        await driver.press("C")
        await driver.type("irina")
        await driver.pilot.click("#requester .finds", offset=(4, 1))
        await driver.settle()
        assert "= store-001@shop.example" in driver.text
        await driver.press("escape")
        await driver.console.screen.run_action("forward")
        await driver.settle()
        await driver.pilot.click("#messages", offset=(4, 0))
        await driver.settle()
        assert "[x] 11:53 Irina" in driver.text


async def test_a_form_that_is_higher_than_the_terminal_follows_the_keys(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path, size=(60, 15)) as driver:
        await driver.press("C", *["tab"] * 5)
        await driver.settle()
        assert driver.console.screen.focused is not None
        assert driver.console.screen.focused.id == "send"
        assert "Open the ticket" in driver.text


def test_every_move_of_the_status_menu_leads_somewhere() -> None:
    for command, verb, _words in MOVES:
        assert verb in ACTIONS
        assert command == "back_to_team" or hasattr(QueueScreen, f"action_{command}"), command
