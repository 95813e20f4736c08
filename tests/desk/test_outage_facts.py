"""Outages by their own facts: times and shares told afterwards, several of a ticket, several tickets of a unit."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from desks import DESK_FILE, NOW
from sla_examples import STORE

from sdesk.actions.perform import create, perform
from sdesk.desk.opening import Desk
from sdesk.desk.setup import apply
from sdesk.domain.actor import SYSTEM, Actor
from sdesk.domain.errors import BadInput, NotFound, Refused, SdeskError
from sdesk.domain.slices import Stoppage, loss_within, share_out
from sdesk.store.reader import Reader
from sdesk.store.reader.rows import TicketRow

HOUR = timedelta(hours=1)
ALL, HALF, QUARTER = Decimal(1), Decimal("0.5"), Decimal("0.25")


def money(amount: int) -> Decimal:
    return Decimal(amount).quantize(Decimal("0.01"))


class Shop:
    """The flagship (180,000 an hour, open from 10:00 to 22:00), seen by anna. It is noon."""

    def __init__(self, desk: Desk, path: Path) -> None:
        self.desk, self.path = desk, path
        self.reader = Reader(path)
        self.anna: Actor = self.reader.actor("anna")
        self.now = NOW

    def opens(self, **values: Any) -> int:
        given = {"subject": "Till", "text": "down", "requester": "store-001@shop.example", "service": "till"} | values
        return create(self.desk, self.anna, given, now=self.now).number

    def tries(self, verb: str, number: int, **values: Any) -> SdeskError | None:
        (outcome,) = perform(self.desk, self.anna, verb, [number], values, now=self.now)
        self.said = outcome.sentence
        return outcome.error

    def does(self, verb: str, number: int, **values: Any) -> str:
        assert self.tries(verb, number, **values) is None
        return self.said

    def sees(self, number: int) -> TicketRow:
        return self.reader.rows(self.anna, [number], now=self.now)[number]

    def lost(self, number: int) -> Decimal | None:
        return self.sees(number).loss_so_far

    def events(self, number: int) -> list[tuple[str, dict[str, Any]]]:
        return [(row.event, row.data) for row in self.reader.history(self.anna, number)]


@pytest.fixture
def shop(desk: Desk, desk_path: Path) -> Shop:
    return Shop(desk, desk_path)


def at(hour: int, minute: int = 0) -> datetime:
    """A time in Moscow on the day of NOW."""
    return NOW.replace(hour=hour - 3, minute=minute)


def test_the_shop_had_been_down_before_anybody_wrote(shop: Shop) -> None:
    number = shop.opens()
    shop.does("confirm", number, down_from=at(10, 30))
    row = shop.sees(number)
    assert (row.loss_so_far, row.loss_counted, row.loss_per_hour) == (money(270_000), money(270_000), money(180_000))
    event, data = shop.events(number)[-1]
    assert event == "outage_confirmed"
    assert data == {
        "down_from": "2026-11-23T07:30:00Z",
        "share": "1.0",
        "loss_per_hour": "180000.00",
        "currency": "RUB",
    }


def test_it_worked_again_before_anybody_said_so(shop: Shop) -> None:
    number = shop.opens()
    shop.does("confirm", number)
    shop.now += 3 * HOUR
    assert shop.does("restored", number, at=at(12, 30)) == f"SD-{number} restored at 2026-11-23 12:30"
    assert shop.lost(number) == money(90_000)
    # Said twice, the second time with the hour.
    shop.does("restored", number, at=at(13))
    assert shop.lost(number) == money(180_000)
    assert [event for event, _ in shop.events(number)[-2:]] == ["restored", "outage_corrected"]


def test_a_share_of_its_own_costs_that_share_and_is_of_that_priority(shop: Shop) -> None:
    number = shop.opens()
    assert shop.sees(number).impact == "extensive"
    shop.now += HOUR
    shop.does("confirm", number, share=QUARTER)
    row = shop.sees(number)
    assert (row.loss_per_hour, row.loss_so_far) == (money(45_000), money(45_000))
    assert (row.impact, row.own_impact, row.priority) == ("significant", "significant", "P1")


def test_what_has_ended_is_set_right_and_confirmed_afterwards(shop: Shop) -> None:
    number = shop.opens()
    shop.now += 2 * HOUR
    shop.does("restored", number)
    assert shop.lost(number) is None, "nobody confirmed it"
    shop.does("confirm", number)
    assert shop.lost(number) == money(360_000)
    shop.does("confirm", number, down_from=at(11), down_to=at(13), share=HALF)
    row = shop.sees(number)
    assert (row.loss_so_far, row.loss_per_hour, row.loss_confirmed) == (money(180_000), None, True)
    assert shop.does("confirm", number) == f"the outage of SD-{number} is confirmed already"


def test_a_closed_ticket_is_set_right_too(shop: Shop) -> None:
    number = shop.opens()
    shop.does("confirm", number)
    shop.now += 2 * HOUR
    shop.does("close", number, silent=True)
    shop.does("confirm", number, down_to=at(13))
    assert shop.lost(number) == money(180_000)
    assert isinstance(shop.tries("confirm", number, again=True), Refused)


def test_several_outages_over_a_tickets_life_add_up(shop: Shop) -> None:
    number = shop.opens()
    shop.does("confirm", number)
    shop.now += HOUR
    shop.does("restored", number)
    shop.now += HOUR
    shop.does("confirm", number, again=True, share=HALF)
    shop.now += HOUR
    row = shop.sees(number)
    assert (row.loss_so_far, row.loss_per_hour) == (money(270_000), money(90_000))
    first = shop.reader.outages(shop.anna, number=number, now=shop.now)[0]
    shop.does("confirm", number, outage=first.id, down_to=at(12, 30))
    assert shop.lost(number) == money(180_000)


def test_what_nobody_suspected_is_confirmed_by_an_agents_word(shop: Shop) -> None:
    number = shop.opens(service="printer")
    assert isinstance(shop.tries("confirm", number), Refused)
    assert isinstance(shop.tries("confirm", number, down_from=at(11)), BadInput), "of what share?"
    shop.does("confirm", number, down_from=at(11), share=QUARTER)
    row = shop.sees(number)
    assert (row.loss_so_far, row.loss_per_hour) == (money(45_000), money(45_000))
    other = shop.opens(service="printer", requester="maria@shop.example")
    assert isinstance(shop.tries("confirm", other, share=QUARTER), Refused), "a department sells nothing"


def test_by_hand_a_great_loss_raises_the_priority_and_its_promises_follow(shop: Shop) -> None:
    number = shop.opens(service="other")
    before = shop.sees(number)
    assert before.priority == "P4"
    shop.does("confirm", number, share=ALL)
    after = shop.sees(number)
    assert (after.impact, after.own_impact, after.priority) == ("extensive", "minor", "P2")
    assert before.due_at is not None
    assert after.due_at is not None
    assert after.due_at < before.due_at


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"down_from": NOW + HOUR}, BadInput),
        ({"down_to": NOW + HOUR}, BadInput),
        ({"down_from": at(11), "down_to": at(10)}, BadInput),
        ({"outage": 99}, NotFound),
        ({"again": True}, Refused),
    ],
)
def test_what_cannot_have_been_is_refused_and_changes_nothing(shop: Shop, values: Any, error: type[SdeskError]) -> None:
    number = shop.opens()
    before = shop.sees(number)
    assert isinstance(shop.tries("confirm", number, **values), error)
    assert isinstance(shop.tries("restored", number, at=at(9)), BadInput), "before it was down"
    assert isinstance(shop.tries("restored", number, at=at(23)), BadInput), "still to come"
    assert shop.sees(number) == before


def test_two_outages_of_one_ticket_do_not_overlap(shop: Shop) -> None:
    number = shop.opens()
    shop.does("confirm", number, down_from=at(10), down_to=at(11))
    assert isinstance(shop.tries("confirm", number, again=True, down_from=at(10, 30)), Refused)
    shop.does("confirm", number, again=True, down_from=at(11))
    assert isinstance(shop.tries("confirm", number, down_from=at(10, 59)), Refused)
    assert shop.lost(number) == money(360_000)


def test_the_rate_changes_while_it_lasts_when_another_ends(shop: Shop) -> None:
    """The whole shop stands from noon; a second till of it costs nothing more until the first is over."""
    first = shop.opens()
    shop.does("confirm", first)
    shop.now += HOUR
    second = shop.opens()
    shop.does("confirm", second, share=HALF)
    shop.now += HOUR
    assert (shop.lost(first), shop.lost(second)) == (money(360_000), money(0))
    shop.does("restored", first)
    assert shop.sees(second).loss_per_hour == money(90_000)
    shop.now += 2 * HOUR
    assert (shop.lost(first), shop.lost(second)) == (money(360_000), money(180_000))
    shop.does("restored", second)
    assert shop.lost(second) == money(180_000)


def test_the_rate_changes_while_it_lasts_when_another_is_confirmed(shop: Shop) -> None:
    suspected = shop.opens()
    shop.now += HOUR
    certain = shop.opens()
    shop.does("confirm", certain, share=HALF)
    row = shop.sees(suspected)
    assert (row.loss_per_hour, row.loss_so_far, row.loss_counted) == (money(90_000), money(180_000), None)
    shop.now += HOUR
    assert shop.lost(suspected) == money(270_000)
    # Confirmed at last: it has stood for longer, and what there is to lose is lost by it from the beginning.
    shop.does("confirm", suspected)
    assert (shop.lost(suspected), shop.lost(certain)) == (money(360_000), money(0))


def test_a_suspicion_after_a_certainty_enters_no_total(shop: Shop) -> None:
    number = shop.opens()
    shop.does("confirm", number)
    shop.now += HOUR
    shop.does("close", number, silent=True)
    shop.now += HOUR
    shop.does("reopen", number)
    shop.now += HOUR
    row = shop.sees(number)
    assert (row.loss_so_far, row.loss_counted, row.loss_confirmed) == (money(360_000), money(180_000), False)


def test_what_never_stood_gives_back_what_it_had_taken_from_others(shop: Shop) -> None:
    """Ended with nothing of its own, since another had it all; that one is then found to have ended before."""
    first, second = shop.opens(), shop.opens()
    for number in (first, second):
        shop.does("confirm", number)
    shop.now += 2 * HOUR
    shop.does("restored", second)
    assert (shop.lost(first), shop.lost(second)) == (money(360_000), money(0))
    before = shop.sees(second).version
    shop.now += HOUR
    shop.does("restored", first)
    assert (shop.lost(first), shop.lost(second)) == (money(540_000), money(0))
    shop.does("restored", first, at=at(12, 15))
    assert (shop.lost(first), shop.lost(second)) == (money(45_000), money(315_000))
    event, data = shop.events(second)[-1]
    assert event == "outage_corrected"
    assert data == {
        "down_from": "2026-11-23T09:00:00Z",
        "down_to": "2026-11-23T11:00:00Z",
        "loss": "315000.00",
        "currency": "RUB",
    }
    assert shop.sees(second).version == before, "nobody changed the ticket"
    # What it took is taken: found to have stood longer all the same, the first one gets the half that is left.
    shop.does("confirm", second, share=HALF, down_to=at(13))
    shop.does("confirm", first, down_to=at(13))
    assert (shop.lost(first), shop.lost(second)) == (money(112_500), money(67_500))


@pytest.mark.parametrize(
    ("verb", "values", "lost"),
    [
        ("restored", {"at": at(12)}, (0, 360_000)),
        ("confirm", {"down_from": at(13)}, (360_000, 180_000)),
        ("confirm", {"share": HALF}, (270_000, 180_000)),
        ("set", {"unit": "store-017"}, (36_000, 360_000)),
    ],
)
def test_however_it_is_set_right_it_gives_back_what_it_had_taken(
    shop: Shop, verb: str, values: Any, lost: tuple[int, int]
) -> None:
    first, second = shop.opens(), shop.opens()
    for number in (first, second):
        shop.does("confirm", number)
    shop.now += 2 * HOUR
    shop.does("restored", second)
    shop.now += HOUR
    shop.does(verb, first, **values)
    assert (shop.lost(first), shop.lost(second)) == (money(lost[0]), money(lost[1]))


def test_what_is_given_back_goes_to_those_that_began_first_and_settled_parts_keep_their_rate(shop: Shop) -> None:
    taker, ended = shop.opens(), shop.opens()
    shop.does("confirm", taker, down_from=at(12), share=HALF)
    shop.does("confirm", ended, down_from=at(12), share=HALF)
    shop.now += HOUR
    third = shop.opens()
    shop.does("confirm", third, share=HALF)
    shop.does("confirm", taker, share=ALL)
    shop.now += HOUR
    shop.does("restored", ended)
    assert [shop.lost(number) for number in (taker, ended, third)] == [money(360_000), money(0), money(0)]
    apply(shop.desk, DESK_FILE.replace("180000", "90000"), "desk.toml", actor=SYSTEM, now=shop.now)
    shop.now += HOUR
    shop.does("restored", taker, at=at(13))
    # What had been settled of it at the old turnover is not touched; what is free by now counts at that of today.
    assert [shop.lost(number) for number in (taker, ended, third)] == [money(90_000), money(45_000), money(90_000)]


def test_another_turnover_holds_for_what_lasts_and_not_for_what_has_ended(shop: Shop) -> None:
    ended, lasts = shop.opens(), shop.opens(requester="store-017@shop.example")
    for number in (ended, lasts):
        shop.does("confirm", number)
    shop.now += HOUR
    shop.does("restored", ended)
    text = DESK_FILE.replace("180000", "90000").replace("12000", "24000")
    apply(shop.desk, text, "desk.toml", actor=SYSTEM, now=shop.now)
    shop.reader.refresh()
    assert shop.lost(ended) == money(180_000)
    row = shop.sees(lasts)
    assert (row.loss_per_hour, row.loss_so_far) == (money(24_000), money(24_000))


def test_what_the_views_hold_gives_the_same_figures(shop: Shop) -> None:
    first = shop.opens()
    shop.does("confirm", first)
    shop.now += HOUR
    second = shop.opens()
    shop.does("confirm", second, share=HALF)
    shop.now += HOUR
    shop.does("restored", first)
    shop.now += HOUR
    for outage in shop.reader.outages(shop.anna, now=shop.now):
        assert outage.loss_so_far == shop.lost(outage.number)
        assert sum((piece.loss for piece in outage.slices), Decimal(0)) == outage.loss_so_far
    assert [outage.number for outage in shop.reader.outages(shop.anna, now=shop.now, unit="flagship")] == [
        first,
        second,
    ]


@pytest.mark.parametrize("seed", range(12))
def test_any_life_of_three_tickets_comes_to_what_their_facts_come_to(shop: Shop, seed: int) -> None:
    """Begun, confirmed, ended and reopened in any order: all that is confirmed costs what the facts say at the end."""
    chance = Random(seed)
    numbers: list[int] = []
    for _ in range(14):
        shop.now += timedelta(minutes=chance.choice((5, 20, 90, 300)))
        verb = chance.choice(("opens", "confirm", "confirm", "restored", "again", "close", "reopen"))
        if verb == "opens" and len(numbers) < 3:
            numbers.append(shop.opens())
        elif not numbers or verb == "opens":
            continue
        elif verb == "again":
            shop.tries("confirm", chance.choice(numbers), again=True, share=chance.choice((ALL, HALF, QUARTER)))
        elif verb == "confirm":
            shop.tries("confirm", chance.choice(numbers))
        else:
            shop.tries(verb, chance.choice(numbers), **({"silent": True} if verb == "close" else {}))
        found = shop.reader.outages(shop.anna, now=shop.now)
        standing = [row.loss_per_hour or Decimal(0) for row in map(shop.sees, numbers)]
        assert sum(standing) <= money(180_000)
        facts = [Stoppage(each.id, each.down_from, each.down_to, each.share, True) for each in found if each.confirmed]
        expected = share_out(facts, Decimal(180_000), ALL, STORE)
        whole = sum(loss_within(cost.slices, STORE, NOW - HOUR, shop.now) for cost in expected.values())
        assert sum(each.loss_so_far for each in found if each.confirmed) == pytest.approx(whole, abs=Decimal("0.10"))
        assert sum(shop.sees(number).loss_counted or 0 for number in numbers) == sum(
            each.loss_so_far for each in found if each.confirmed
        )


def test_an_outage_that_a_clock_ahead_began_can_end(shop: Shop) -> None:
    shop.now += HOUR
    number = shop.opens()
    shop.does("confirm", number)
    shop.now -= HOUR
    shop.does("restored", number)
    assert (shop.lost(number), shop.sees(number).loss_per_hour) == (money(0), None)
