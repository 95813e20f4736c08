"""`u` in the console: every action is undone, on one ticket and on those marked; what is refused is named."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from console_driver import driving
from desks import NOW
from intake_desk import MailDesk
from undo_desk import LATER, state

from sdesk.actions.perform import TicketOutcome, Undone, perform
from sdesk.desk.opening import open_desk
from sdesk.domain.errors import Refused
from sdesk.domain.ticket import Direction
from sdesk.store.reader import Reader
from sdesk.tui.settings import ConsoleSettings
from sdesk.tui.verbs.undoing import undone

AT = LATER + timedelta(minutes=5)


def stand(path: Path) -> Any:
    """All that the store says of tickets."""
    mails = MailDesk(path)
    try:
        return state(mails)
    finally:
        mails.desk.close()


VERBS: list[tuple[str, list[int], dict[str, Any]]] = [
    ("take", [1, 4, 11], {}),
    ("assign", [1, 7, 11], {"to": "boris"}),
    ("assign", [1], {"to": "team:quality"}),
    ("note", [1], {"text": "A note."}),
    ("reply", [1], {"text": "An answer."}),
    ("forward", [1], {"text": "A question.", "to": "help@tills.example"}),
    ("wait", [1, 2, 11], {"waiting_for": "requester", "text": "Does it?"}),
    ("close", [1, 2, 7], {"text": "Done."}),
    ("close", [1, 11], {"silent": True}),
    ("reopen", [5], {"text": "Again."}),
    ("service", [1, 4], {"service": "feedback"}),
    ("set", [4], {"subject": "Another", "tags": ["vip"], "unit": "flagship"}),
    ("set", [1, 2, 4], {"tags": ["vip"], "untags": ["old"]}),
    ("priority", [1, 4], {"priority": "P2", "reason": "so"}),
    ("spent", [1, 4], {"spent": 900}),
    ("visit", [1], {"visit": NOW + timedelta(days=3)}),
    ("confirm", [1], {"share": Decimal("0.5")}),
    ("restored", [1, 2], {}),
    ("link", [1, 4], {"to": 11}),
    ("unlink", [4], {"to": 3}),
    ("join", [1, 4], {"incident": 2}),
    ("leave", [8, 9], {}),
    ("watch", [1, 4], {}),
    ("unwatch", [3, 11], {"agent": "vera"}),
    ("merge", [3, 4, 10], {"into": 12}),
    ("spam", [1, 4], {}),
]


@pytest.mark.parametrize("inside", [False, True], ids=["list", "ticket"])
async def test_every_action_is_undone(tangled_desk_path: Path, inside: bool) -> None:
    async with driving(tangled_desk_path, now=lambda: AT) as driver:
        if inside:
            driver.console.open_ticket(12)
            await driver.rest()
        before = stand(tangled_desk_path)
        with Reader(tangled_desk_path) as reader:
            anna = reader.actor("anna")
            rows = reader.rows(anna, list(range(1, 13)), now=AT)
        # From within a ticket it is the same, and about any other ticket as well.
        for verb, numbers, values in VERBS[::6] if inside else VERBS:
            screen: Any = driver.console.screen
            chosen = tuple(rows[number] for number in numbers)
            driver.console._touched = {number: rows[number].version for number in numbers}
            screen._perform(verb, chosen, values)
            await driver.settle()
            said = driver.notice
            assert "u undo" in said, (verb, said)
            assert ("(10 s)" in said) is (
                verb in ("reply", "forward") or ("text" in values and verb in ("wait", "close"))
            )
            assert stand(tangled_desk_path) != before, verb
            await driver.press("u")
            assert driver.notice.startswith("Undone: "), (verb, driver.notice)
            assert (f"({len(numbers)} tickets)" in driver.notice) is (len(numbers) > 1), driver.notice
            assert stand(tangled_desk_path) == before, verb
        await driver.press("u")
        assert "there is nothing to undo" in driver.notice


async def test_keys_then_undo_on_marked_tickets_walks_back(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        await driver.press("space", "space")
        first, second = driver.console.queue.rows.window.marks
        had = [driver.ticket(number).ticket.assignee for number in (first, second)]
        await driver.press("a")
        await driver.type("bor")
        await driver.press("enter")
        await driver.press("m")
        assert "u undo" in driver.text
        taken = driver.cursor
        assert taken is not None
        await driver.press("space", "space")
        await driver.press("г")  # `u` of the other layout
        assert driver.notice == f"Undone: SD-{taken} assigned to anna"
        # Marks are for the next action.
        assert len(driver.console.queue.rows.window.marks) == 2
        await driver.press("u")
        assert driver.notice == f"Undone: SD-{first} assigned to boris (2 tickets)"
        assert driver.notice in driver.text
        assert [driver.ticket(number).ticket.assignee for number in (first, second)] == had


async def test_who_changed_a_ticket_since_is_named_and_the_others_are_put_back(tangled_desk_path: Path) -> None:
    async with driving(tangled_desk_path, now=lambda: AT) as driver:
        screen: Any = driver.console.screen
        with Reader(tangled_desk_path) as reader:
            rows = reader.rows(reader.actor("anna"), [1, 4, 11], now=AT)
        screen._perform("assign", tuple(rows.values()), {"to": "anna"})
        await driver.settle()
        await driver.press("y")  # one of them is boris's
        desk = open_desk(tangled_desk_path)
        with Reader(tangled_desk_path) as reader:
            perform(desk, reader.actor("boris"), "note", [4], {"text": "Mine."}, now=AT)
        desk.close()
        await driver.press("u")
        assert driver.notice.startswith("Undone: SD-1 assigned to anna (2 tickets). Not undone (SD-4): ")
        assert "SD-4 was changed since by boris" in driver.notice
        assert driver.ticket(4).ticket.assignee == "anna"


async def test_after_a_refusal_the_next_undo_is_named_first(tangled_desk_path: Path) -> None:
    now = [AT]
    async with driving(tangled_desk_path, now=lambda: now[0]) as driver:
        desk = open_desk(tangled_desk_path)
        with Reader(tangled_desk_path) as reader:
            anna, boris = reader.actor("anna"), reader.actor("boris")
        perform(desk, anna, "take", [1], {}, now=AT)

        def refused() -> None:
            perform(desk, anna, "assign", [4], {"to": "anna"}, now=AT)
            perform(desk, boris, "note", [4], {"text": "Mine."}, now=AT)
            perform(desk, boris, "assign", [4], {"to": "boris"}, now=AT)

        refused()
        # Two at once, as a finger does it: the older one stays.
        await driver.pilot.press("u", "u")
        await driver.settle()
        assert driver.notice.startswith("Not undone (SD-4): SD-4 was changed since by boris")
        assert driver.notice.endswith(". Once more undoes what you did before: SD-1 assigned to anna")
        assert driver.ticket(1).ticket.assignee == "anna"
        await driver.press("u")
        assert driver.notice == "Undone: SD-1 assigned to anna"
        assert driver.ticket(1).ticket.assignee is None
        # What was done after the refusal is what the key means; so it is when time went by.
        perform(desk, anna, "take", [1], {}, now=AT)
        refused()
        await driver.press("u")
        perform(desk, anna, "take", [11], {}, now=AT)
        await driver.press("u")
        assert driver.notice == "Undone: SD-11 assigned to anna"
        refused()
        await driver.press("u")
        now[0] = AT + timedelta(seconds=11)
        await driver.press("u")
        assert driver.notice == "Undone: SD-1 assigned to anna"
        desk.close()


async def test_an_answer_is_undone_until_it_goes(tangled_desk_path: Path) -> None:
    now = [AT]
    async with driving(tangled_desk_path, now=lambda: now[0], settings=ConsoleSettings(keys={"undo": "U"})) as driver:
        driver.console.open_ticket(1)
        await driver.rest()
        await driver.press("r")
        await driver.type("On our way.")
        await driver.press("ctrl+g")
        await driver.rest()
        assert driver.notice == "SD-1 answered. U undo (10 s)"
        await driver.press("U")
        await driver.rest()
        assert driver.notice == "Undone: SD-1 answered. The text is your draft"
        assert "taken back" in driver.text
        with Reader(tangled_desk_path) as reader:
            draft = reader.draft(reader.actor("anna"), 1, Direction.OUT)
            assert draft is not None
            assert draft.text == "On our way."
        await driver.press("r", "ctrl+g")
        await driver.rest()
        now[0] = AT + timedelta(seconds=30)
        await driver.press("U")
        assert driver.notice.startswith("Not undone (SD-1): the last answer of SD-1 is older than 10 s")
        with closing(sqlite3.connect(tangled_desk_path)) as connection:
            assert connection.execute("SELECT state FROM outbox ORDER BY id DESC LIMIT 1").fetchone() == ("queued",)


def test_words_of_what_came_of_it() -> None:
    good = TicketOutcome(1, "SD-1", "undone: SD-1 is spam")
    bad = TicketOutcome(2, "SD-2", "", Refused("SD-2 was changed since", "look"), changed=False)
    assert undone(Undone("spam", "SD-1 is spam", (good,))) == ("Undone: SD-1 is spam", "good")
    # Of one ticket several things may have been done: it is counted once.
    assert undone(Undone("set", "SD-1 is spam", (good, good))) == ("Undone: SD-1 is spam", "good")
    assert undone(Undone("spam", "SD-2 is spam", (bad,))) == (
        "Not undone (SD-2): SD-2 was changed since. look",
        "error",
    )
