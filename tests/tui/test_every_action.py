"""Every action of the registry from the console: from the list and from the ticket, on one and on many.

The table below is held complete against the registry: an action, or a command, without a row fails. The store is asked
each time what became of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from console_driver import Driver, driving
from desks import NOW

from sdesk.actions.perform import create, perform
from sdesk.actions.registry import ACTIONS
from sdesk.desk.opening import Desk, open_desk
from sdesk.domain.actor import Actor
from sdesk.domain.outgoing import Party
from sdesk.domain.ticket import Direction, Impact, Priority, Status
from sdesk.store.reader import Reader
from sdesk.store.reader.detail_rows import TicketDetail
from sdesk.tui.actions import COMMANDS

ELSEWHERE = {"editor", "take_back", "undo"}
"""`editor` is `reply` in a program of its own: see the tests of the compose screen. What is taken back is the agent's
last answer, wherever the cursor stands: see `test_undo_key`."""


class Store:
    """What a scene prepares, done as another process does it."""

    def __init__(self, desk: Desk, anna: Actor) -> None:
        self.desk, self.anna = desk, anna

    def new(self, **values: Any) -> int:
        """A ticket of the scene."""
        given = {"subject": "A matter", "text": "Please help.", "service": "other", "tags": ["scene"], **values}
        return create(self.desk, self.anna, given, now=NOW).number

    def do(self, verb: str, numbers: Sequence[int], **values: Any) -> None:
        """An action, which must succeed."""
        outcomes = perform(self.desk, self.anna, verb, numbers, values, now=NOW)
        assert [str(each.error) for each in outcomes if each.error is not None] == []


Prepare = Callable[[Store, Sequence[int], int], None]
"""Gets the tickets of the scene, and the one that others are linked with."""


def as_they_are(store: Store, numbers: Sequence[int], other: int) -> None:
    """Nothing to prepare."""


@dataclass(frozen=True, slots=True)
class Deed:
    """A command of the console: how it is done, and what must hold for each ticket afterwards."""

    verb: str
    steps: tuple[str, ...]
    """Keys; words after `~` are typed. `{other}` is the number of the other ticket."""
    holds: Callable[[TicketDetail, int], object]
    one: str | None = None
    """Why it is not for several tickets, as it is said; None where it is."""
    prepare: Prepare = as_they_are
    spoil: Prepare | None = None
    """Makes it impossible for the tickets."""
    why_not: str = ""
    """Why, as it is said then."""
    ticket: Mapping[str, Any] | None = None
    """What its tickets are opened with, besides what all are."""


def resolved(store: Store, numbers: Sequence[int], other: int) -> None:
    """Done already."""
    store.do("close", numbers, silent=True)


def spam(store: Store, numbers: Sequence[int], other: int) -> None:
    """None at all."""
    store.do("spam", numbers)


def taken(store: Store, numbers: Sequence[int], other: int) -> None:
    """Hers already."""
    store.do("take", numbers)


def linked(store: Store, numbers: Sequence[int], other: int) -> None:
    """Related to the other."""
    store.do("link", numbers, to=other)


def joined(store: Store, numbers: Sequence[int], other: int) -> None:
    """Part of the other."""
    store.do("join", numbers, incident=other)


def confirmed(store: Store, numbers: Sequence[int], other: int) -> None:
    """With an outage that is a fact."""
    store.do("confirm", numbers)


def watched(store: Store, numbers: Sequence[int], other: int) -> None:
    """She is told of them."""
    store.do("watch", numbers)


def asked(store: Store, numbers: Sequence[int], other: int) -> None:
    """Waiting for somebody's approval."""
    store.do("ask-approval", numbers, of="irina@shop.example")


def states_of(detail: TicketDetail) -> list[str]:
    """What became of each question for an approval."""
    return [row.state.value for row in detail.approvals]


def noted(store: Store, numbers: Sequence[int], other: int) -> None:
    """With a second message."""
    store.do("note", numbers, text="Seen.")


IRINA = {"requester": "Irina <store-001@shop.example>"}
TILL = {"requester": "Oleg <store-017@shop.example>", "service": "till"}
NOBODY = {"requester": None}


def related_to(detail: TicketDetail, other: int) -> bool:
    """Whether the two are linked."""
    return other in [link.number for link in detail.links]


DEEDS: Mapping[str, Deed] = {
    "take": Deed(
        "take", (), lambda it, other: it.ticket.assignee == "anna", spoil=taken, why_not="you have it already"
    ),
    "assign": Deed(
        "assign",
        ("~boris\n",),
        lambda it, other: it.ticket.assignee == "boris",
        spoil=resolved,
        why_not="resolved tickets cannot be assigned",
    ),
    "reply": Deed(
        "reply",
        ("~We look at it", "ctrl+g"),
        lambda it, other: (it.messages[-1].direction, it.messages[-1].text) == (Direction.OUT, "We look at it"),
        one="is written to one ticket",
        spoil=spam,
        why_not="spam tickets cannot be answered",
        ticket=IRINA,
    ),
    "note": Deed(
        "note",
        ("~Ask the shop", "ctrl+g"),
        lambda it, other: (it.messages[-1].direction, it.messages[-1].text) == (Direction.NOTE, "Ask the shop"),
        one="is written to one ticket",
    ),
    "forward": Deed(
        "forward",
        ("~help@vendor.example", "tab", "~Is it known?", "ctrl+g"),
        lambda it, other: (it.messages[-1].party, it.messages[-1].text) == (Party.SUPPLIER, "Is it known?"),
        one="one ticket at a time",
        spoil=spam,
        why_not="spam tickets cannot be forwarded",
    ),
    "wait": Deed(
        "wait",
        ("ctrl+g",),
        lambda it, other: it.ticket.status is Status.WAITING,
        spoil=resolved,
        why_not="resolved tickets cannot be made to wait",
    ),
    "close": Deed(
        "close",
        ("~Changed it", "ctrl+g"),
        lambda it, other: it.ticket.status is Status.RESOLVED and it.messages[-1].text == "Changed it",
        spoil=resolved,
        why_not="resolved tickets cannot be resolved",
        ticket=IRINA,
    ),
    "reopen": Deed(
        "reopen",
        ("~It came back", "ctrl+g"),
        lambda it, other: it.ticket.status is Status.NEW and it.messages[-1].text == "It came back",
        prepare=resolved,
        spoil=lambda store, numbers, other: store.do("reopen", numbers),
        why_not="new tickets are not to be reopened",
    ),
    "service": Deed(
        "service",
        ("~printer\n",),
        lambda it, other: it.ticket.service == "printer",
        spoil=resolved,
        why_not="resolved tickets cannot be given another service",
    ),
    "edit": Deed(
        "set",
        ("~, again", *["tab"] * 3, "up", "up", "ctrl+g"),
        lambda it, other: (it.ticket.subject, it.ticket.impact) == ("A matter, again", Impact.SIGNIFICANT),
        one="one ticket's",
    ),
    "tags": Deed(
        "tag", ("~pos -vip\n",), lambda it, other: it.ticket.tags == ("pos", "scene"), ticket={"tags": ["scene", "vip"]}
    ),
    "watch": Deed(
        "watch",
        (),
        lambda it, other: it.ticket.watchers == ("anna",),
        spoil=spam,
        why_not="nothing is told of spam tickets",
    ),
    "unwatch": Deed("unwatch", (), lambda it, other: it.ticket.watchers == (), prepare=watched),
    "priority": Deed(
        "priority",
        ("~P2\n", "~Board\n"),
        lambda it, other: (it.ticket.priority, it.ticket.priority_reason) == (Priority.P2, "Board"),
        spoil=resolved,
        why_not="resolved tickets cannot be given another priority",
    ),
    "priority_up": Deed(
        "priority",
        ("~Board\n",),
        lambda it, other: (it.ticket.priority, it.ticket.priority_reason) == (Priority.P3, "Board"),
        spoil=lambda store, numbers, other: store.do("priority", numbers, priority="P1", reason="Fire"),
        why_not="nothing is above P1",
    ),
    "priority_down": Deed(
        "priority",
        ("~Calm\n",),
        lambda it, other: (it.ticket.priority, it.ticket.priority_reason) == (Priority.P5, "Calm"),
        spoil=lambda store, numbers, other: store.do("priority", numbers, priority="P5", reason="Calm"),
        why_not="nothing is below P5",
    ),
    "spent": Deed("spent", ("~15m\n",), lambda it, other: it.seconds_spent == 900),
    "visit": Deed(
        "visit",
        ("~fri 10:00\n",),
        lambda it, other: it.visit is not None and it.visit.starts_at.isoformat() == "2026-11-27T07:00:00+00:00",
        prepare=taken,
        spoil=resolved,
        why_not="resolved tickets cannot be visited",
    ),
    "confirm": Deed(
        "confirm",
        ("~9:10", "ctrl+g"),
        lambda it, other: (
            it.outages[0].confirmed and it.outages[0].down_from.isoformat() == "2026-11-23T06:10:00+00:00"
        ),
        spoil=lambda store, numbers, other: store.do("set", numbers, unit="none"),
        why_not="it is of no unit, whose turnover could stand",
        ticket=TILL,
    ),
    "restored": Deed(
        "restored",
        ("enter",),
        lambda it, other: it.outages[0].down_to is not None,
        prepare=confirmed,
        spoil=lambda store, numbers, other: None,
        why_not="it has no outage",
        ticket=TILL,
    ),
    "link": Deed("link", ("~related to", "enter", "~SD-{other}\n"), related_to),
    "relate": Deed("link", ("~SD-{other}\n",), related_to),
    "unlink": Deed(
        "unlink", ("enter",), lambda it, other: not related_to(it, other), one="one ticket at a time", prepare=linked
    ),
    "join": Deed(
        "join",
        ("~SD-{other}\n",),
        lambda it, other: it.ticket.incident == other,
        spoil=joined,
        why_not="it is part of an incident already",
    ),
    "leave_incident": Deed(
        "leave",
        (),
        lambda it, other: it.ticket.incident is None,
        prepare=joined,
        spoil=lambda store, numbers, other: None,
        why_not="it is part of no incident",
    ),
    "approve": Deed(
        "approve",
        ("~by phone\n",),
        lambda it, other: it.ticket.status is Status.NEW and states_of(it) == ["approved"],
        prepare=asked,
        spoil=lambda store, numbers, other: None,
        why_not="it waits for no approval",
    ),
    "refuse": Deed(
        "refuse",
        ("~too dear\n",),
        lambda it, other: it.ticket.status is Status.RESOLVED and states_of(it) == ["refused"],
        prepare=asked,
        spoil=lambda store, numbers, other: None,
        why_not="it waits for no approval",
    ),
    "ask_approval": Deed(
        "ask-approval",
        ("~dora@shop.example\n",),
        lambda it, other: [row.approver for row in it.approvals] == ["dora@shop.example"],
        spoil=resolved,
        why_not="resolved tickets need no approval",
    ),
    "drop_approval": Deed(
        "drop-approval",
        ("y",),
        lambda it, other: it.ticket.status is Status.NEW and states_of(it) == ["cancelled"],
        prepare=asked,
        spoil=lambda store, numbers, other: None,
        why_not="it waits for no approval",
    ),
    "merge": Deed(
        "merge",
        ("~SD-{other}\n", "y"),
        lambda it, other: it.ticket.status is Status.MERGED and related_to(it, other),
        spoil=spam,
        why_not="spam tickets cannot be merged",
    ),
    "split": Deed(
        "split",
        ("space", "ctrl+g"),
        lambda it, other: [each.direction for each in it.messages] == [Direction.NOTE],
        one="one ticket at a time",
        prepare=noted,
        ticket=IRINA,
    ),
    "spam": Deed(
        "spam",
        ("y",),
        lambda it, other: it.ticket.status is Status.SPAM,
        spoil=resolved,
        why_not="resolved tickets cannot be called spam",
    ),
}


def test_every_action_and_every_command_that_does_one_is_tried() -> None:
    commands = {command.id: command.verb for command in COMMANDS if command.verb is not None}
    assert {name: deed.verb for name, deed in DEEDS.items()} == {
        name: verb for name, verb in commands.items() if name not in ELSEWHERE
    }
    assert {deed.verb for deed in DEEDS.values()} | ELSEWHERE >= set(ACTIONS), (
        "an action without a command, or without a test"
    )
    can_be_impossible = {name for name, deed in DEEDS.items() if ACTIONS[deed.verb].impossible is not None}
    assert {name for name, deed in DEEDS.items() if deed.spoil is not None} == can_be_impossible


async def begin(driver: Driver, command: str, deed: Deed, other: int) -> None:
    """Call a command by its key, or as the palette does where it has none, and go through its steps."""
    await call(driver, command)
    for step in deed.steps:
        step = step.format(other=other)
        if step.startswith("~"):
            await driver.type(step[1:])
        else:
            await driver.press(step)


async def call(driver: Driver, command: str) -> None:
    """Call a command."""
    keys = next(each.keys for each in COMMANDS if each.id == command)
    if keys:
        await driver.press(_NAMES.get(keys[0], keys[0]))
    else:
        await driver.console.screen.run_action(command)
        await driver.settle()


_NAMES = {"+": "plus", "-": "minus", "!": "exclamation_mark"}


async def put_cursor(driver: Driver, number: int) -> None:
    """On a ticket of the list."""
    driver.console.queue.put_cursor(number)
    await driver.settle()
    assert driver.cursor == number


@pytest.mark.parametrize("command", list(DEEDS))
async def test_a_command_from_list_and_ticket_on_one_and_on_many(desk_path: Path, command: str) -> None:
    deed = DEEDS[command]
    desk = open_desk(desk_path)
    with Reader(desk_path) as reader:
        store = Store(desk, reader.actor("anna"))
    others = [store.new(subject="The other") for _ in range(3)]
    first, second, third, fourth = (store.new(**(deed.ticket or {})) for _ in range(4))
    deed.prepare(store, [first, second], others[0])
    deed.prepare(store, [third, fourth], others[2])
    spoiled = store.new(**(deed.ticket or {}) if deed.why_not != "it has no outage" else {})
    if deed.spoil is not None:
        if deed.prepare is resolved:
            resolved(store, [spoiled], others[0])
        deed.spoil(store, [spoiled], others[0])
    desk.close()

    async with driving(desk_path, size=(100, 30)) as driver:
        await driver.press("6")
        await driver.rest()

        await put_cursor(driver, first)
        await begin(driver, command, deed, others[0])
        assert deed.holds(driver.ticket(first), others[0]), f"from the list: {driver.notice}\n{driver.text}"
        assert driver.console.notice_now[1] != "error"
        assert driver.console.screen is driver.console.queue

        await put_cursor(driver, second)
        await driver.press("enter")
        await driver.rest()
        await begin(driver, command, deed, others[0])
        assert deed.holds(driver.ticket(second), others[0]), f"from the ticket: {driver.notice}\n{driver.text}"
        await driver.press("q")
        assert driver.console.screen is driver.console.queue

        for number in (third, fourth):
            await put_cursor(driver, number)
            await driver.press("space")
        before = [driver.ticket(number).ticket.version for number in (third, fourth)]
        if deed.one is not None:
            await call(driver, command)
            assert deed.one in driver.notice
            assert driver.console.screen is driver.console.queue
            assert [driver.ticket(number).ticket.version for number in (third, fourth)] == before
            await driver.press("escape")
        else:
            await begin(driver, command, deed, others[2])
            held = [bool(deed.holds(driver.ticket(number), others[2])) for number in (third, fourth)]
            assert held == [True, True], f"on several: {driver.notice}\n{driver.text}"
            assert driver.console.notice_now[1] != "error"
            assert "2 tickets" in driver.notice
            assert not driver.console.queue.rows.window.marks

        if deed.spoil is not None:
            await put_cursor(driver, spoiled)
            version = driver.ticket(spoiled).ticket.version
            await call(driver, command)
            assert deed.why_not in driver.notice
            assert driver.console.notice_now[1] == "error"
            assert driver.ticket(spoiled).ticket.version == version
