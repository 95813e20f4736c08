"""Merging tickets that stand still: each outage once, settled money untouched, priority by what is lost."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from desks import DESK_FILE, NOW
from intake_desk import MailDesk

from sdesk.domain.actor import SYSTEM
from sdesk.domain.filters import Filter
from sdesk.domain.ticket import Priority
from sdesk.reports.past import past
from sdesk.reports.period import Span, this
from sdesk.store.reader import Reader

HOUR = timedelta(hours=1)
HALF, QUARTER = Decimal("0.5"), Decimal("0.25")


def money(amount: int) -> Decimal:
    return Decimal(amount).quantize(Decimal("0.01"))


class Tills:
    """The till of the flagship (180,000 an hour) and of another shop (12,000), each with its ticket."""

    def __init__(self, desk: MailDesk) -> None:
        self.desk = desk
        self.now = NOW

    def down(self, shop: str = "store-001", **values: Any) -> int:
        given = {"service": "till", "requester": f"{shop}@shop.example"} | values
        return self.desk.new(at=self.now, **given)

    def does(self, verb: str, number: int, **values: Any) -> str:
        outcome = self.desk.do("anna", verb, number, at=self.now, **values)
        return outcome.warning

    def lost(self, number: int) -> Decimal | None:
        return self.desk.ticket(number, at=self.now).loss_so_far

    def facts(self) -> list[tuple[Any, ...]]:
        """Ticket, hours since noon of its beginning and end, share, whether confirmed."""
        return [
            (number, begins, ends, Decimal(share), bool(confirmed))
            for number, begins, ends, share, confirmed in self.desk.rows(
                "SELECT ticket_id, round((julianday(down_from) - julianday(?1)) * 24, 2),"
                " round((julianday(down_to) - julianday(?1)) * 24, 2), share, confirmed"
                " FROM outage ORDER BY down_from, id",
                NOW.strftime("%Y-%m-%dT%H:%M:%SZ"),
            )
        ]

    def in_past(self) -> Decimal:
        """What a report of the week counts."""
        with Reader(self.desk.path) as reader:
            week = this(Span.WEEK, now=self.now, zone=ZoneInfo("Europe/Moscow"))
            return past(reader, SYSTEM, week, Filter(()), now=self.now).totals.loss


@pytest.fixture
def tills(desk_of_mail: MailDesk) -> Tills:
    return Tills(desk_of_mail)


def open_slices(desk: MailDesk) -> list[tuple[Any, ...]]:
    """Slices that go beyond their outage."""
    return desk.rows(
        "SELECT o.id FROM outage AS o JOIN outage_slice_view AS c ON c.outage_id = o.id"
        " WHERE o.down_to IS NOT NULL AND (c.ends_at IS NULL OR c.ends_at > o.down_to)"
    )


def test_an_outage_of_another_unit_ends_with_its_ticket_and_costs_nothing_more(tills: Tills) -> None:
    first, second = tills.down(), tills.down("store-017")
    for number in (first, second):
        tills.does("confirm", number)
    tills.now += HOUR
    warning = tills.does("merge", second, into=first)
    assert warning.startswith(f"SD-{first} has an outage that lasts, so that of `store-017` ends now")
    assert open_slices(tills.desk) == []
    assert tills.desk.event(first, "restored")["loss"] == "12000.00"
    tills.now += 4 * HOUR
    assert tills.lost(first) == money(5 * 180_000 + 12_000)
    assert tills.lost(second) is None
    assert tills.in_past() == money(5 * 180_000 + 12_000)


def test_a_certainty_goes_before_the_suspicion_of_another_unit(tills: Tills) -> None:
    first, second = tills.down("store-017"), tills.down()
    tills.does("confirm", second)
    tills.now += HOUR
    assert "ends now" not in tills.does("merge", second, into=first)
    assert tills.facts() == [(first, 0, None, 1, True)]
    assert tills.lost(first) == money(180_000)


def test_money_that_was_settled_stays_whatever_the_turnover_is_by_now(tills: Tills) -> None:
    first = tills.down()
    tills.does("confirm", first)
    tills.now += HOUR
    tills.does("restored", first)
    tills.desk.apply(DESK_FILE.replace("turnover_per_hour = 180000", "turnover_per_hour = 20000"), at=tills.now)
    second = tills.down(service="other")
    tills.does("confirm", second, again=True, share=HALF)
    tills.now += HOUR
    tills.does("restored", second)
    before = tills.desk.rows("SELECT id, loss, slices FROM outage ORDER BY id")
    tills.does("merge", second, into=first)
    assert tills.lost(first) == money(180_000 + 10_000)
    assert tills.desk.rows("SELECT id, loss, slices FROM outage ORDER BY id") == before


def test_a_ticket_that_stands_still_by_a_merge_has_the_priority_of_what_is_lost(tills: Tills) -> None:
    first, second = tills.down(service="other"), tills.down()
    tills.does("confirm", second)
    tills.now += HOUR
    before = tills.desk.ticket(first, at=tills.now)
    assert before.priority is Priority.P4
    tills.does("merge", second, into=first)
    after = tills.desk.ticket(first, at=tills.now)
    assert (after.priority, after.impact, after.own_impact) == ("P2", "extensive", "minor")
    assert after.due_at is not None
    assert before.due_at is not None
    assert after.due_at < before.due_at
    event = tills.desk.event(first, "priority")
    assert (event["old"], event["new"], event["raised"]["loss_per_hour"]) == ("P4", "P2", "180000.00")


def test_a_priority_by_hand_stays_after_a_merge(tills: Tills) -> None:
    first, second = tills.down(service="other"), tills.down()
    tills.does("priority", first, priority="P3", reason="The board asks")
    tills.does("merge", second, into=first)
    assert tills.desk.ticket(first).priority == "P3"


def test_a_suspicion_goes_over_where_the_other_ticket_has_none(tills: Tills) -> None:
    first, second = tills.down(service="other"), tills.down()
    tills.now += HOUR
    tills.does("merge", second, into=first)
    row = tills.desk.ticket(first, at=tills.now)
    assert (row.loss_per_hour, row.loss_confirmed, row.loss_so_far) == (money(180_000), False, money(180_000))
    assert row.priority == "P2"
    assert tills.lost(second) is None
    tills.does("confirm", first)


def test_a_merge_where_nothing_stands_judges_no_priority_anew(desk_of_mail: MailDesk) -> None:
    first, second = desk_of_mail.ask(1), desk_of_mail.ask(2)
    before = desk_of_mail.ticket(first).priority
    desk_of_mail.do("anna", "merge", second, into=first)
    assert desk_of_mail.ticket(first).priority == before
    assert "priority" not in desk_of_mail.events(first)


# Each: what the first ticket had and the second, in hours since noon; what there is after the merge; the money.
_FULL = Decimal(1)


@pytest.mark.parametrize(
    ("mine", "other", "after", "lost"),
    [
        ((0, None, QUARTER), (0, None, QUARTER), [(0, None, QUARTER)], 180_000),
        ((0, 1, QUARTER), (0, 1, QUARTER), [(0, 1, QUARTER)], 45_000),
        ((0, 2, QUARTER), (1, 3, HALF), [(0, 3, HALF)], 270_000),
        ((1, 2, QUARTER), (0, None, QUARTER), [(0, None, QUARTER)], 180_000),
        ((0, None, QUARTER), (1, 2, QUARTER), [(0, None, QUARTER)], 180_000),
        ((0, 1, QUARTER), (1, None, QUARTER), [(0, 1, QUARTER), (1, None, QUARTER)], 180_000),
        ((0, 1, QUARTER), (2, 3, QUARTER), [(0, 1, QUARTER), (2, 3, QUARTER)], 90_000),
        # The second had taken nothing, since the first had all of it: it is one outage all the same.
        ((1, 2, _FULL), (0, 2, _FULL), [(0, 2, _FULL)], 360_000),
    ],
)
def test_outages_of_one_unit_at_one_time_were_one(tills: Tills, mine: Any, other: Any, after: Any, lost: int) -> None:
    first, second = tills.down(service="other"), tills.down(service="other")
    tills.now += 4 * HOUR
    for number, (begins, ends, share) in ((first, mine), (second, other)):
        until = {} if ends is None else {"down_to": NOW + ends * HOUR}
        tills.does("confirm", number, down_from=NOW + begins * HOUR, share=share, **until)
    tills.does("merge", second, into=first)
    assert tills.facts() == [(first, *facts, True) for facts in after]
    assert tills.lost(first) == money(lost)
    assert tills.in_past() == money(lost)
    assert open_slices(tills.desk) == []


def test_one_that_fills_the_gap_between_two_makes_one_of_all(tills: Tills) -> None:
    first, second = tills.down(service="other"), tills.down(service="other")
    tills.now += 4 * HOUR
    for number, begins, ends in ((first, 0, 1), (first, 2, 3), (second, 0.5, 2.5)):
        times = {"down_from": NOW + begins * HOUR, "down_to": NOW + ends * HOUR}
        tills.does("confirm", number, share=QUARTER, again=True, **times)
    tills.does("merge", second, into=first)
    assert tills.facts() == [(first, 0, 3, QUARTER, True)]
    assert tills.lost(first) == money(135_000)


def test_a_suspicion_adds_nothing_to_a_fact_that_is_over(tills: Tills) -> None:
    first, second = tills.down(), tills.down()
    tills.does("confirm", first)
    tills.now += HOUR
    tills.does("restored", first)
    before = tills.desk.rows("SELECT loss, slices FROM outage WHERE confirmed")
    tills.now += HOUR
    tills.does("merge", second, into=first)
    # What still stands does so since somebody said that it did not.
    assert tills.facts() == [(first, 0, 1, 1, True), (first, 1, None, 1, False)]
    assert tills.desk.rows("SELECT loss, slices FROM outage WHERE confirmed") == before
    row = tills.desk.ticket(first, at=tills.now)
    assert (row.loss_counted, row.loss_so_far) == (money(180_000), money(360_000))


def test_an_ended_suspicion_is_no_part_of_a_fact(tills: Tills) -> None:
    first, second = tills.down(), tills.down()
    tills.does("confirm", second)
    tills.now += HOUR
    tills.does("restored", second)
    tills.now += HOUR
    tills.does("restored", first)
    tills.does("merge", second, into=first)
    assert tills.facts() == [(first, 0, 1, 1, True)]
    assert tills.lost(first) == money(180_000)
