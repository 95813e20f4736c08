"""In the ticket: finding, going from message to message, unfolding one by one, and from ticket to ticket."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from console_driver import Driver, driving
from desks import NOW
from intake_desk import MailDesk

from sdesk.actions.perform import create, perform
from sdesk.desk.opening import open_desk
from sdesk.store.reader import Reader
from sdesk.tui.render.conversation import AT_ONCE, MOST_LETTERS, MOST_LINES
from sdesk.tui.screens.page import Page
from sdesk.tui.screens.ticket import TicketScreen

MAIL = """
From: maria@shop.example
To: support@desk.example
Subject: Re: Ledger [SD-1]
Message-ID: <m{number}@shop.example>
In-Reply-To: <ask-1@shop.example>

The ledger is locked, part {number}.
Who opens it?

On Mon, Nov 23, 2026 at 10:00 AM Desk <support@desk.example> wrote:
> the quoted ledger number {number}
> is old
"""


def conversation(path: Path) -> int:
    """A ticket with four messages, of which two quote."""
    mail = MailDesk(path)
    number = mail.ask(1)
    mail.do("boris", "note", number, text="\n".join(f"Note line {line}" for line in range(30)))
    for each in (2, 3):
        mail.take(MAIL.format(number=each).replace("SD-1", f"SD-{number}"), at=NOW)
    mail.desk.close()
    return number


def screen_of(driver: Driver) -> TicketScreen:
    screen = driver.console.screen
    assert isinstance(screen, TicketScreen)
    return screen


async def test_finding_goes_through_messages_quotes_facts_and_history(busy_desk_path: Path) -> None:
    number = conversation(busy_desk_path)
    async with driving(busy_desk_path) as driver:
        driver.console.open_ticket(number)
        await driver.rest()
        screen = screen_of(driver)
        # n and N go from message to message, and say where it ends.
        assert screen.preview.message is not None
        last = screen.preview.message.id
        await driver.press("n")
        assert "last message" in driver.notice
        await driver.press("N", "N")
        assert screen.preview.message.id == last - 2
        assert any(line.startswith(">") and "INTERNAL NOTE" in line for line in driver.text.splitlines())
        await driver.press("N", "N")
        assert "first message" in driver.notice
        # Live, across letter case; what is folded is unfolded where the words are in it.
        assert "the quoted ledger" not in screen.preview.conversation.plain_text
        await driver.press("slash")
        await driver.type("LEDGER")
        which, count = screen.preview.found
        assert count == 4
        assert f"{which} of {count}" in driver.text
        assert "the quoted ledger number 3" in screen.preview.conversation.plain_text
        await driver.press("enter", "n")
        assert screen.preview.found == (which % count + 1, count)
        await driver.press("N", "N")
        assert screen.preview.found == ((which - 2) % count + 1, count)
        # Facts and history are sought too, and the pane with the hit has the keys.
        await driver.press("slash")
        await driver.type("opened\n")
        assert screen.preview.found[1] >= 1
        assert screen.preview.facts.has_focus
        await driver.press("slash")
        await driver.type("nowhere at all")
        assert "nothing found" in driver.text
        # One Esc clears what is sought, the next leaves the ticket.
        await driver.press("escape")
        assert screen.preview.sought == ""
        assert "nothing found" not in driver.text
        await driver.press("escape")
        await driver.press("escape")
        assert driver.console.screen is driver.console.queue


async def test_quotes_are_unfolded_one_by_one_and_stories_are_told(busy_desk_path: Path) -> None:
    number = conversation(busy_desk_path)
    async with driving(busy_desk_path, size=(80, 24)) as driver:
        driver.console.open_ticket(number)
        await driver.rest()
        screen = screen_of(driver)
        pane = screen.preview.conversation
        # The first row of the menu is what stands at hand.
        await driver.press("o")
        assert "unfold 3 quoted lines" in driver.text
        assert "unfold all quoted text" in driver.text
        await driver.press("enter")
        assert "the quoted ledger number 3" in pane.plain_text
        assert "the quoted ledger number 2" not in pane.plain_text
        screen.action_unfold()
        assert "the quoted ledger number 2" in pane.plain_text
        screen.action_unfold()
        assert "the quoted ledger" not in pane.plain_text
        screen.action_explain()
        await driver.rest()
        assert "First response" in driver.text
        await driver.press("G")
        assert "The store says the same." in driver.text
        await driver.press("q")
        screen.action_why()
        await driver.rest()
        page = driver.console.screen
        assert isinstance(page, Page)
        assert f"SD-{number} is new, P4, with team it." in page.pane.plain_text
        await driver.press("escape")
        assert driver.console.screen is screen


async def test_the_walk_through_the_list_goes_on_beyond_what_was_loaded(busy_desk_path: Path) -> None:
    desk = open_desk(busy_desk_path)
    with Reader(busy_desk_path) as reader:
        anna = reader.actor("anna")
    values = {"subject": "One more", "service": "printer", "requester": "maria@shop.example"}
    for minutes in range(110):
        create(desk, anna, values, now=NOW - timedelta(minutes=minutes))
    desk.close()
    async with driving(busy_desk_path, size=(80, 24)) as driver:
        queue = driver.console.queue
        assert queue.totals is not None
        total = queue.totals.shown
        with Reader(busy_desk_path) as reader:
            rows = reader.page(reader.actor("anna"), queue.wanted, now=NOW, limit=total).rows
        order = [row.number for row in rows]
        loaded = len(queue.rows.window.rows)
        assert loaded < total
        await driver.press("enter")
        screen = screen_of(driver)
        met = [screen.number]
        for _step in range(total + 2):
            screen.action_next_ticket()
            if len(met) >= loaded - 2:
                await driver.settle()
            if screen.number != met[-1]:
                met.append(screen.number)
        assert met == order
        assert "last ticket" in driver.notice
        assert f"{total} of {total}" in driver.text
        await driver.press("K", "escape")
        await driver.rest()
        assert driver.cursor == order[-2]


async def test_thirty_megabytes_do_not_hold_the_cursor_up(busy_desk_path: Path) -> None:
    desk = open_desk(busy_desk_path)
    with Reader(busy_desk_path) as reader:
        anna = reader.actor("anna")
    values = {"subject": "A log", "text": "See the note.", "service": "till", "requester": "store-001@shop.example"}
    number = create(desk, anna, values, now=NOW - timedelta(days=2)).number
    log = "09:00:00 INFO nothing happened here at all\n" * (30_000_000 // 43)
    assert perform(desk, anna, "note", [number], {"text": log}, now=NOW)[0].error is None
    desk.close()
    async with driving(busy_desk_path) as driver:
        queue = driver.console.queue
        queue.put_cursor(number)
        await driver.rest()
        detail = queue.preview.detail
        assert detail is not None
        assert detail.ticket.number == number
        # Neither the thread nor the screen ever holds more than is shown, and each line is laid out once.
        assert len(detail.messages[-1].text) == MOST_LETTERS
        assert detail.messages[-1].left_out > 29_000_000
        assert len(queue.preview.conversation.lines) < MOST_LINES + 20
        assert "more: `sdesk show` has it" in queue.preview.conversation.plain_text
        made: list[int] = []
        talk = queue.preview._talk
        lines = talk.lines

        def counted(*given: object, **named: object) -> object:
            found = lines(*given, **named)  # type: ignore[arg-type]
            made.append(talk.laid_out)
            return found

        talk.lines = counted  # type: ignore[assignment,method-assign]
        await driver.press("enter")
        await driver.rest()
        screen = screen_of(driver)
        assert screen.preview._talk.laid_out <= AT_ONCE
        before = screen.preview.conversation.top
        await driver.press("g", "j", "j")
        assert screen.preview.conversation.top == 2 != before
        # The ticket is read again, and nothing is laid out again.
        screen.read_ticket()
        await driver.settle()
        screen.preview._lay_out_again()
        assert screen.preview._talk.laid_out == 0
        await driver.press("escape", "j")
        assert driver.cursor != number
        assert sum(made) == 0
