"""The `:` line: what is read, what is suggested, and what it does from the list and from a ticket."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from console_driver import Driver, driving
from desks import NOW
from textual.screen import Screen
from textual.widgets import Input

from sdesk.actions.grammar import Reading
from sdesk.actions.registry import Kind
from sdesk.actions.written import Order
from sdesk.domain.errors import BadInput
from sdesk.domain.filters import Sort
from sdesk.domain.ticket import Priority, Status
from sdesk.tui.line import Jump, Known, Name, Next, Run, Tell, offers, read_line, words_of
from sdesk.tui.line_history import LineHistory
from sdesk.tui.screens.command_line import CommandLine
from sdesk.tui.screens.dialog import Confirm
from sdesk.tui.screens.queue import QueueScreen
from sdesk.tui.screens.ticket import TicketScreen

READING = Reading(NOW, ZoneInfo("Europe/Moscow"), "SD")
KNOWN = Known(
    commands={
        "leave": "Quit",
        "mark_all": "Mark all",
        "explain": "Explain",
        "keys": "Keys",
        "open": "Open",
        "next": "Next",
    },
    views=(Name("Mine"), Name("Night shift")),
    themes=("dark", "light"),
    values={
        Kind.AGENT_OR_TEAM: (Name("me"), Name("anna", "Anna Orlova"), Name("boris", "Boris"), Name("team:it", "IT")),
        Kind.TICKET: (Name("SD-1", "Till"), Name("SD-12", "Printer")),
        Kind.TAGS: (Name("pos"), Name("two words")),
    },
)


def test_words_keep_what_quotes_hold_together() -> None:
    def texts(line: str) -> list[str]:
        return [word.text for word in words_of(line)]

    assert texts('note  12 --text "on my way"') == ["note", "12", "--text", "on my way"]
    assert texts('note --text="it doesn\'t" \'a "b"\'') == ["note", "--text=it doesn't", 'a "b"']
    assert texts("it doesn't") == ["it", "doesn't"]
    assert texts(r'"say \"hi\""') == ['say "hi"']
    assert words_of('note --text "on my')[-1].open == '"'


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        (":12", Jump(12)),
        ("SD-12", Jump(12)),
        ("show 12", Jump(12)),
        ("q", Run("leave")),
        ("mark-all", Run("mark_all")),
        ("explain 7 8", Run("explain", (7, 8))),
        ("view night shift", Tell("view", "Night shift")),
        ("sort loss", Tell("sort", "loss")),
        ("theme light", Tell("theme", "light")),
        ("next", Next()),
        ("sdesk next --take -n", Next(take=True, dry_run=True)),
        ('list team:it subject:"a b" "till broken"', Tell("list", 'team:it subject:"a b" "till broken"')),
    ],
)
def test_what_only_the_console_knows(line: str, asked: object) -> None:
    assert read_line(line, KNOWN, READING) == asked


def test_a_line_of_the_shell_may_be_pasted() -> None:
    asked = read_line("sdesk ticket set 12 --tag pos", KNOWN, READING)
    assert isinstance(asked, Order)
    assert (asked.numbers, asked.deeds[0].values) == ((12,), {"tags": ("pos",)})
    assert read_line("  ", KNOWN, READING) is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("asign dana", "did you mean `assign`?"),
        ("them light", "did you mean `theme`?"),
        ("theme lihgt", "did you mean `light`?"),
        ("view nigt shift", "did you mean `Night shift`?"),
        ("sort", "it takes sla"),
        ('note --text "on my way', "a quote is not closed"),
        ("explain dana", "is no ticket number"),
        ("next --tak", "did you mean `--take`?"),
        ("next 12", "it takes --take"),
        ("note 12 --text @~nosuchuser/x", "there is no home of ~nosuchuser"),
        ("note 12 --text hi --attach ~nosuchuser/x", "there is no home of ~nosuchuser"),
    ],
)
def test_what_is_wrong_is_said(line: str, said: str) -> None:
    with pytest.raises(BadInput) as error:
        read_line(line, KNOWN, READING)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("line", "first"),
    [
        ("as", "assign"),
        ("mark", "mark-all"),
        ("assign an", "anna"),
        ("assign orlo", "anna"),
        ("assign 12 --to bo", "boris"),
        ("assign --to=te", "team:it"),
        ("wait --f", "--for"),
        ("wait --for su", "supplier"),
        ("wait --until ", "2h"),
        ("close --text x --si", "--silent"),
        ("take SD-12", None),
        ("merge --into ", "SD-1"),
        ("set --tag po", "pos"),
        ("priority ", "P1"),
        ("view ni", "Night shift"),
        ("sort l", "loss"),
        ("theme ", "dark"),
        ("next ", "--take"),
        ("explain ", "SD-1"),
    ],
)
def test_what_a_word_may_become(line: str, first: str | None) -> None:
    names = offers(line, len(line), KNOWN).names
    assert (names[0].key if names else None) == first


def test_a_suggestion_is_put_where_the_cursor_is() -> None:
    offer = offers("assign bo 12", len("assign bo"), KNOWN)
    assert offer.into("assign bo 12", len("assign bo"), offer.names[0]) == ("assign boris 12", len("assign boris "))
    offer = offers("set --tag two", 13, KNOWN)
    assert offer.into("set --tag two", 13, offer.names[0])[0] == 'set --tag "two words" '


def test_the_history_goes_back_to_lines_that_begin_so() -> None:
    history = LineHistory()
    for line in ("take 1", "assign 2 --to me", "take 3", "take 1"):
        history.keep(line)
    assert history.lines == ["assign 2 --to me", "take 3", "take 1"]
    last = history.before(3, "take")
    assert history.lines[last] == "take 1"
    assert history.lines[history.before(last, "take")] == "take 3"
    assert history.before(0, "take") == 0
    assert history.after(2, "") == 3


def on(driver: Driver, kind: type[Screen[Any]]) -> bool:
    """Whether such a screen is on top."""
    return isinstance(driver.console.screen, kind)


async def test_lines_from_the_list(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        queue, console = driver.console.queue, driver.console
        first, second = (held.row.number for held in queue.rows.window.visible[:2])
        # About the ticket under the cursor.
        await driver.press("colon")
        assert on(driver, CommandLine)
        await driver.type("assign bor")
        await driver.press("tab")
        assert console.screen.query_one("#command", Input).value == "assign boris "
        assert driver.console.queue.rows.window.current is not None
        await driver.press("enter")
        assert driver.ticket(first).ticket.assignee == "boris"
        assert driver.ticket(second).ticket.assignee != "boris"
        # About those that are named, wherever the cursor is; in the Russian layout the key is another.
        await driver.pilot.press("Ж")
        await driver.type(f"wait {second} --until 2h --text 'Wait a bit'")
        assert "Let the ticket wait" in driver.text
        await driver.press("enter")
        waiting = driver.ticket(second)
        assert (waiting.ticket.status, waiting.ticket.wake_at) == (Status.WAITING, NOW + timedelta(hours=2))
        # What is wrong stays, with the right word; Esc keeps it for the next time.
        await driver.press("colon")
        await driver.type("asign boris")
        await driver.press("enter")
        assert on(driver, CommandLine)
        assert "did you mean `assign`?" in driver.text
        await driver.press("escape")
        assert on(driver, QueueScreen)
        await driver.press("colon", "up")
        assert console.screen.query_one("#command", Input).value == "asign boris"
        await driver.press("up", "up", "down", "escape")
        # Nothing happens to a ticket that there is not, nor in a dry run.
        await driver.press("colon")
        await driver.type("take 99999")
        await driver.press("enter")
        assert "SD-99999" in driver.notice
        await driver.press("colon")
        await driver.type(f"priority {first} P4 --reason x -n")
        await driver.press("enter")
        assert driver.notice.startswith("dry run")
        assert driver.ticket(first).ticket.priority is not Priority.P4
        # Several deeds in one line, each upon what the one before has made.
        await driver.press("colon")
        await driver.type(f"set {first} --tag quick --priority P4 --reason x --spent 5m")
        await driver.press("enter")
        done = driver.ticket(first)
        assert (done.ticket.tags, done.ticket.priority) == (("quick",), Priority.P4)
        assert sum(spent.seconds for spent in done.spent) == 300
        # What only the console knows.
        for line in ("sort age", "view waiting", "list status:waiting"):
            await driver.press("colon")
            await driver.type(line)
            await driver.press("enter")
        await driver.rest()
        assert (queue.view.name, queue.filter_text) == ("Waiting", "status:waiting")
        await driver.press("colon")
        await driver.type("theme light")
        await driver.press("enter")
        assert console.theme == "light"
        await driver.press("colon")
        await driver.type(str(first))
        await driver.press("enter")
        assert on(driver, TicketScreen)
        assert f"SD-{first} " in driver.text


async def test_lines_ask_for_what_is_missing_and_before_they_tell_many(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        queue, console = driver.console.queue, driver.console
        first, second, third = (held.row.number for held in queue.rows.window.visible[:3])
        await driver.press("colon")
        await driver.type(f"close {third}")
        await driver.press("enter")
        assert f"SD-{third}" in driver.text
        assert console.screen is not queue
        await driver.press("escape")
        await driver.press("space", "space", "colon")
        await driver.type('close --text "The till was replaced"')
        assert "2 tickets" in driver.text
        await driver.press("enter")
        assert on(driver, Confirm)
        await driver.press("y")
        await driver.settle()
        assert [driver.ticket(number).ticket.status for number in (first, second)] == [Status.RESOLVED] * 2
        assert driver.ticket(third).ticket.status is not Status.RESOLVED


async def test_lines_from_a_ticket(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        number = driver.cursor
        assert number is not None
        await driver.press("enter", "colon")
        await driver.type("take")
        await driver.press("enter")
        assert driver.ticket(number).ticket.assignee in {"anna", "boris"}
        await driver.press("colon")
        await driver.type("sort loss")
        await driver.press("enter")
        await driver.rest()
        assert on(driver, QueueScreen)
        assert driver.console.queue.sort is Sort.LOSS
        await driver.press("colon")
        await driver.type("q")
        await driver.pilot.press("enter")
        await driver.pilot.pause()
    assert driver.console.return_code == 0


async def test_the_editor_sends_by_its_line_from_within_the_text(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        number = driver.cursor
        assert number is not None
        before = len(driver.ticket(number).messages)
        await driver.press("r")
        await driver.type("On my way: see you")
        await driver.press("ctrl+p")
        assert on(driver, CommandLine)
        await driver.type("snd")
        await driver.press("enter")
        assert "did you mean `send`?" in driver.text
        await driver.press("escape", "ctrl+p")
        await driver.type("send")
        assert "Send it" in driver.text
        await driver.press("enter")
        await driver.settle()
        messages = driver.ticket(number).messages
        assert len(messages) == before + 1
        assert messages[-1].text.startswith("On my way: see you")
