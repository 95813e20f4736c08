"""What outages cost: shares that never exceed the turnover, certainties before suspicions, and what stays of it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from desks import DESK_FILE, NOW
from sqlalchemy import event

from sdesk.actions.perform import create, perform
from sdesk.desk.opening import Desk
from sdesk.desk.setup import apply
from sdesk.domain.actor import SYSTEM, Actor
from sdesk.store.reader import Reader
from sdesk.store.reader.rows import TicketRow

FLAGSHIP = "store-001@shop.example"


class Shop:
    """The flagship and its tickets, seen by anna."""

    def __init__(self, desk: Desk, path: Path) -> None:
        self.desk = desk
        self.reader = Reader(path)
        self.anna: Actor = self.reader.actor("anna")
        self.now = NOW

    def opens(self, **values: Any) -> int:
        """A ticket of the flagship about its till."""
        given = {"subject": "Till", "text": "down", "requester": FLAGSHIP, "service": "till"} | values
        return create(self.desk, self.anna, given, now=self.now).number

    def does(self, verb: str, number: int, **values: Any) -> None:
        """An action that must succeed."""
        (outcome,) = perform(self.desk, self.anna, verb, [number], values, now=self.now)
        assert outcome.error is None, outcome.error

    def sees(self, number: int) -> TicketRow:
        """The ticket now."""
        return self.reader.rows(self.anna, [number], now=self.now)[number]


@pytest.fixture
def shop(desk: Desk, desk_path: Path) -> Shop:
    return Shop(desk, desk_path)


def test_two_outages_of_a_unit_never_exceed_its_turnover(shop: Shop) -> None:
    first, second = shop.opens(), shop.opens()
    assert shop.sees(first).loss_per_hour == Decimal("180000.00")
    assert shop.sees(second).loss_per_hour == Decimal("0.00")
    assert shop.sees(second).priority == "P1", "by itself it stops the shop all the same"


def test_a_confirmed_outage_takes_its_share_before_a_suspected_one(shop: Shop) -> None:
    first, second = shop.opens(), shop.opens()
    shop.does("confirm", second)
    assert shop.sees(second).loss_per_hour == Decimal("180000.00")
    assert shop.sees(first).loss_per_hour == Decimal("0.00")
    assert shop.reader.counts(shop.anna, now=NOW).burning_per_hour == Decimal("180000.00")
    assert shop.reader.next_ticket(shop.anna, now=NOW) == shop.sees(second)


@pytest.mark.parametrize("end", ["spam", "restored", "close"])
def test_what_ends_gives_its_share_back(shop: Shop, end: str) -> None:
    first, second = shop.opens(), shop.opens()
    shop.does(end, first, **({"silent": True} if end == "close" else {}))
    assert shop.sees(second).loss_per_hour == Decimal("180000.00")
    assert shop.sees(first).loss_per_hour is None


def test_a_suspicion_leaves_nothing_and_a_confirmed_loss_stays(shop: Shop) -> None:
    suspected, confirmed = shop.opens(), shop.opens(requester="store-017@shop.example")
    shop.does("confirm", confirmed)
    shop.now = NOW + timedelta(hours=1)
    for number in (suspected, confirmed):
        shop.does("restored", number)
    assert shop.sees(suspected).loss_so_far is None
    assert shop.sees(confirmed).loss_so_far == Decimal("12000.00")
    assert shop.sees(confirmed).loss_confirmed
    shop.now = NOW + timedelta(days=6)
    assert shop.sees(confirmed).loss_so_far == Decimal("12000.00"), "the ticket stays open for the cause"


def test_an_outage_after_a_restored_one_is_suspected_anew(shop: Shop) -> None:
    number = shop.opens()
    shop.does("confirm", number)
    shop.does("restored", number)
    shop.does("service", number, service="printer")
    shop.does("service", number, service="till")
    assert shop.sees(number).loss_per_hour == Decimal("180000.00")
    assert not shop.sees(number).loss_confirmed
    shop.does("confirm", number)


def test_still_broken_after_closing_is_an_outage_again(shop: Shop) -> None:
    number = shop.opens()
    shop.does("confirm", number)
    shop.now = NOW + timedelta(hours=1)
    shop.does("close", number, text="Should work now")
    assert shop.sees(number).loss_per_hour is None
    shop.now = NOW + timedelta(hours=2)
    shop.does("reopen", number)
    row = shop.sees(number)
    assert row.loss_per_hour == Decimal("180000.00")
    assert row.loss_so_far == Decimal("180000.00"), "the first hour, and none yet of the new one"
    assert row.place.rank == 0


def test_the_flagships_night(shop: Shop) -> None:
    """Down at 21:30 of a day that closes at 22:00, restored at 10:30 of the next, which opens at 10:00."""
    shop.now = NOW.replace(hour=18, minute=30)
    number = shop.opens()
    shop.does("confirm", number)
    shop.now = (NOW + timedelta(days=1)).replace(hour=7, minute=30)
    assert shop.sees(number).loss_so_far == Decimal("180000.00")
    shop.does("restored", number)
    shop.now = NOW + timedelta(days=7)
    assert shop.sees(number).loss_so_far == Decimal("180000.00")


def test_other_head_starts_move_open_tickets(shop: Shop) -> None:
    number = shop.opens(service="other", requester="maria@shop.example", impact="moderate", urgency="high")
    before = shop.sees(number)
    assert before.priority == "P3"
    text = DESK_FILE.replace('P3 = "1h"', 'P3 = "2h"')
    apply(shop.desk, text, "desk.toml", actor=SYSTEM, now=NOW)
    after = shop.sees(number)
    assert after.place.key1 == before.place.key1 - 3600
    assert after.version == before.version, "nobody changed the ticket"


def test_in_a_storm_another_ticket_of_a_unit_touches_none_of_those_before_it(shop: Shop) -> None:
    def statements() -> list[str]:
        found: list[str] = []
        with shop.desk.work(SYSTEM, shop.now) as work:
            engine = work.connection.engine

        def note(connection: Any, cursor: Any, statement: str, *more: Any) -> None:
            found.append(statement.split(" WHERE ")[0])

        event.listen(engine, "before_cursor_execute", note)
        try:
            shop.opens()
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return found

    for _ in range(6):
        shop.opens()
    few = statements()
    for _ in range(20):
        shop.opens()
    many = statements()
    assert many == few
    assert sum(each.startswith("UPDATE outage") for each in many) == 1
