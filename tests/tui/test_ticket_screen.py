"""The ticket's screen: its header and facts keep to the truth, and what was written last is in sight."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from console_driver import driving
from desks import NOW

from sdesk.actions.perform import create, perform
from sdesk.desk.opening import open_desk
from sdesk.domain.duration import format_working
from sdesk.domain.ticket import SlaState
from sdesk.store.reader import Reader
from sdesk.tui.countdown import hold
from sdesk.tui.render.facts import Facts
from sdesk.tui.render.signals import due_text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (42, "42s"),
        (18 * 60, "18m"),
        (13_200, "3h40m"),
        (7200, "2h"),
        (36 * 3600 + 900, "36h"),
        (-70 * 3600, "-70h"),
        (-47 * 60, "-47m"),
    ],
)
def test_working_time_has_no_days(seconds: int, text: str) -> None:
    assert format_working(seconds) == text


def test_a_broken_promise_is_never_zero_seconds_away() -> None:
    assert due_text(0, SlaState.BREACHED) == "-<1m"
    assert due_text(0, SlaState.ON_TRACK) == "0s"


def make(path: Path, hours: int, text: str = "It is broken.") -> int:
    """A ticket of the desk's office hours, so many hours old."""
    desk = open_desk(path)
    with Reader(path) as reader:
        anna = reader.actor("anna")
    values = {"subject": "Broken", "text": text, "requester": "maria@shop.example", "service": "other"}
    number = create(desk, anna, values, now=NOW - timedelta(hours=hours)).number
    desk.close()
    return number


def act(path: Path, verb: str, number: int, login: str = "anna", **values: object) -> None:
    """Another process does something."""
    desk = open_desk(path)
    with Reader(path) as reader:
        actor = reader.actor(login)
    outcomes = perform(desk, actor, verb, [number], values, now=NOW)
    assert outcomes[0].error is None
    desk.close()


def test_a_promise_that_was_met_late_says_so(desk_path: Path) -> None:
    late, early = make(desk_path, 24 * 7), make(desk_path, 1)
    words = {}
    with Reader(desk_path) as reader:
        for number in (late, early):
            act(desk_path, "reply", number, text="We look at it.")
        reader.refresh()
        for number in (late, early):
            detail = reader.ticket(reader.actor("anna"), number, now=NOW)
            held = hold(reader, [detail.ticket], NOW)[0]
            lines = Facts().lines(detail, held, width=60, now=NOW, zone=ZoneInfo("Europe/Moscow"))
            words[number] = next(line.text for line in lines if "First reply" in line.text)
    assert words[late].rstrip().endswith("met 12:00 (late)")
    assert words[early].rstrip().endswith("met 12:00")


async def test_the_header_of_a_resolved_ticket_promises_nothing_and_says_so(busy_desk_path: Path) -> None:
    number = make(busy_desk_path, 2)
    act(busy_desk_path, "close", number, text="Done.")
    async with driving(busy_desk_path) as driver:
        driver.console.open_ticket(number)
        await driver.rest()
        header = driver.text.splitlines()[0]
        assert "resolved" in header
        assert "nothing promised" not in header


async def test_the_header_says_until_when_it_waits(busy_desk_path: Path) -> None:
    number = make(busy_desk_path, 2)
    act(busy_desk_path, "wait", number, waiting_for="supplier", until=NOW + timedelta(days=1))
    async with driving(busy_desk_path) as driver:
        driver.console.open_ticket(number)
        await driver.rest()
        assert "waiting until tomorrow 12:00" in driver.text.splitlines()[0]


@pytest.mark.parametrize("size", [(120, 36), (80, 24)], ids=["120x36", "80x24"])
async def test_the_last_message_is_in_sight_also_after_answering(busy_desk_path: Path, size: tuple[int, int]) -> None:
    number = make(busy_desk_path, 2, text="\n".join(f"first {line}" for line in range(60)))
    act(busy_desk_path, "note", number, login="boris", text="\n".join(f"second {line}" for line in range(60)))
    async with driving(busy_desk_path, size=size) as driver:
        driver.console.open_ticket(number)
        await driver.rest()
        assert "2 of 2" in driver.text
        assert "second 1 " in f"{driver.text} ".replace("\n", " ")
        assert "first 59" not in driver.text
        await driver.press("g", "r")
        await driver.type("On our way.")
        await driver.press("ctrl+g")
        await driver.rest()
        assert "3 of 3" in driver.text
        assert "On our way." in driver.text
        assert "not sent yet" in driver.text
        assert driver.notice == f"SD-{number} answered. u undo (10 s)"


async def test_an_answer_is_taken_back_and_its_words_are_there_again(busy_desk_path: Path) -> None:
    number = make(busy_desk_path, 1)
    async with driving(busy_desk_path, size=(80, 24)) as driver:
        driver.console.open_ticket(number)
        await driver.rest()
        await driver.press("r")
        await driver.type("On our way.")
        await driver.press("ctrl+g")
        await driver.rest()
        await driver.press("u")
        await driver.rest()
        assert driver.notice == f"Undone: SD-{number} answered. The text is your draft"
        assert "taken back" in driver.text
        assert "not sent yet" not in driver.text
        await driver.press("r")
        await driver.rest()
        assert "On our way." in driver.text


async def test_the_place_in_the_list_counts_all_of_it(busy_desk_path: Path) -> None:
    desk = open_desk(busy_desk_path)
    with Reader(busy_desk_path) as reader:
        anna = reader.actor("anna")
    values = {"subject": "One more", "service": "printer", "requester": "maria@shop.example"}
    for minutes in range(60):
        create(desk, anna, values, now=NOW - timedelta(minutes=minutes))
    desk.close()
    async with driving(busy_desk_path, size=(80, 24)) as driver:
        totals = driver.console.queue.totals
        assert totals is not None
        assert totals.shown > len(driver.console.queue.rows.window.rows)
        await driver.press("j", "enter")
        await driver.rest()
        assert f"2 of {totals.shown}" in driver.text.splitlines()[1]


def test_the_facts_say_whose_approval_it_waits_for_and_what_was_said(desk_path: Path) -> None:
    number = make(desk_path, 1)
    act(desk_path, "ask-approval", number, of="Irina <irina@shop.example>")

    def shown() -> str:
        with Reader(desk_path) as reader:
            detail = reader.ticket(reader.actor("anna"), number, now=NOW)
            held = hold(reader, [detail.ticket], NOW)[0]
            lines = Facts().lines(detail, held, width=70, now=NOW, zone=ZoneInfo("Europe/Moscow"))
        return "\n".join(line.text.rstrip() for line in lines)

    words = shown()
    assert "Status      waiting for an approval" in words
    assert "Approval    asked of Irina 12:00" in words
    assert "approval asked for: irina@shop.example" in words
    act(desk_path, "approve", number, text="by phone")
    words = shown()
    assert "Approval    approved 12:00 as an agent wrote down: Irina" in words
    assert "approved: irina@shop.example, as an agent wrote down, “by phone”" in " ".join(words.split())


async def test_the_header_of_a_ticket_that_waits_for_an_approval(busy_desk_path: Path) -> None:
    number = make(busy_desk_path, 2)
    act(busy_desk_path, "ask-approval", number, of="irina@shop.example")
    async with driving(busy_desk_path) as driver:
        driver.console.open_ticket(number)
        await driver.rest()
        assert "waiting" in driver.text.splitlines()[0]
