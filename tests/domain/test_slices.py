"""Outages of one unit by slices: never above the turnover, additive, no suspicion before a certainty."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from sla_examples import STORE, moscow

from sdesk.domain.outage import loss_so_far
from sdesk.domain.slices import (
    Cost,
    Slice,
    Stoppage,
    freed,
    loss_within,
    read_slices,
    reopened,
    settled_loss,
    share_out,
    write_slices,
)

TURNOVER = Decimal(180_000)
ONE = Decimal(1)
NIGHT = moscow("2026-11-23 21:30")
MORNING = moscow("2026-11-24 10:30")
START = moscow("2026-11-23 08:00")
END = START + timedelta(days=3)
CENT = Decimal("0.01")

MOMENTS = st.integers(0, 3 * 24 * 12).map(lambda fives: START + timedelta(minutes=5 * fives))
SHARES = st.decimals(Decimal("0.01"), 1, places=2)


@st.composite
def stoppages(draw: st.DrawFn) -> list[Stoppage]:
    """Up to six outages of one unit, some of them without an end."""
    found = []
    for number in range(1, draw(st.integers(1, 6)) + 1):
        begins, ends = sorted((draw(MOMENTS), draw(MOMENTS)))
        lasts = draw(st.booleans())
        found.append(Stoppage(number, begins, None if lasts else ends, draw(SHARES), draw(st.booleans())))
    return found


def at(hour: int, minute: int = 0) -> datetime:
    return moscow(f"2026-11-23 {hour:02}:{minute:02}")


def active(slices: tuple[Slice, ...], moment: datetime) -> list[Slice]:
    return [each for each in slices if each.start <= moment and (each.end is None or moment < each.end)]


def test_the_flagships_night() -> None:
    (cost,) = share_out([Stoppage(1, NIGHT, MORNING, ONE, True)], TURNOVER, ONE, STORE).values()
    assert cost.loss == Decimal("180000.00")
    assert cost.slices == (Slice(NIGHT, MORNING, ONE, Decimal("180000.00")),)


def test_the_rate_changes_while_it_lasts() -> None:
    """From noon half of it, from 13:00 to 14:00 all of it stands: worked out by hand."""
    half = Decimal("0.5")
    costs = share_out(
        [Stoppage(1, at(12), None, half, True), Stoppage(2, at(13), at(14), ONE, True)], TURNOVER, ONE, STORE
    )
    # Nothing changed for it when the other began and ended.
    assert costs[1].slices == (Slice(at(12), None, half, Decimal("90000.00")),)
    assert costs[2].slices == (Slice(at(13), at(14), half, Decimal("90000.00")),)
    assert costs[2].loss == Decimal("90000.00")


def test_what_is_settled_is_taken() -> None:
    settled = (Slice(at(12), at(13), Decimal("0.75"), Decimal("135000.00")),)
    costs = share_out(
        [Stoppage(1, at(12), at(13), ONE, True, settled), Stoppage(2, at(11), None, ONE, True)], TURNOVER, ONE, STORE
    )
    assert list(costs) == [2]
    assert [each.share for each in costs[2].slices] == [ONE, Decimal("0.25"), ONE]


def test_a_rate_is_rounded_down_so_that_the_parts_are_never_more_than_the_whole() -> None:
    third = [Stoppage(number, at(12), None, Decimal("0.5"), True) for number in (1, 2)]
    costs = share_out(third, Decimal("0.01"), ONE, STORE)
    assert [cost.slices[0].per_hour for cost in costs.values()] == [Decimal("0.00"), Decimal("0.00")]


@given(stoppages(), MOMENTS)
def test_the_rates_are_never_above_the_turnover(found: list[Stoppage], moment: datetime) -> None:
    costs = share_out(found, TURNOVER, ONE, STORE)
    edges = {each.start for cost in costs.values() for each in cost.slices}
    for instant in (moment, END, *edges):
        standing = [piece for cost in costs.values() for piece in active(cost.slices, instant)]
        assert sum(piece.per_hour for piece in standing) <= TURNOVER
        wanted = sum(
            each.share
            for each in found
            if each.down_from <= instant and (each.down_to is None or instant < each.down_to)
        )
        assert sum(piece.share for piece in standing) == min(wanted, 1)


@given(stoppages(), MOMENTS)
def test_losses_are_additive(found: list[Stoppage], moment: datetime) -> None:
    """Before a moment and after it is all of it; and all outages together cost what the unit as a whole lost."""
    costs = share_out(found, TURNOVER, ONE, STORE)
    for cost in costs.values():
        whole = loss_within(cost.slices, STORE, START, END)
        parts = loss_within(cost.slices, STORE, START, moment) + loss_within(cost.slices, STORE, moment, END)
        assert abs(whole - parts) <= CENT
        assert cost.loss == settled_loss(cost.slices, STORE) <= whole
    cuts = sorted({START, END, *(each.down_from for each in found), *(each.down_to for each in found if each.down_to)})
    expected = Decimal(0)
    for low, high in pairwise(cuts):
        share = sum(
            each.share for each in found if each.down_from <= low and (each.down_to is None or each.down_to > low)
        )
        expected += loss_so_far(TURNOVER * min(share, ONE), STORE, low, high, high)
    total = sum(loss_within(cost.slices, STORE, START, END) for cost in costs.values())
    assert abs(total - expected) <= CENT * len(cuts) * len(found)


@given(stoppages())
def test_a_suspicion_takes_nothing_from_a_certainty(found: list[Stoppage]) -> None:
    certain = [each for each in found if each.confirmed]
    alone, among = share_out(certain, TURNOVER, ONE, STORE), share_out(found, TURNOVER, ONE, STORE)
    for each in certain:
        assert loss_within(alone[each.id].slices, STORE, START, END) == loss_within(
            among[each.id].slices, STORE, START, END
        )


@given(stoppages(), st.randoms(use_true_random=False))
def test_it_does_not_matter_in_which_order_the_facts_are_told(found: list[Stoppage], random: object) -> None:
    mixed = list(found)
    random.shuffle(mixed)  # type: ignore[attr-defined]  # Hypothesis hands in a random.Random
    assert share_out(found, TURNOVER, ONE, STORE) == share_out(mixed, TURNOVER, ONE, STORE)


@given(stoppages())
def test_an_outage_that_began_first_loses_nothing_to_a_later_one(found: list[Stoppage]) -> None:
    certain = sorted((each for each in found if each.confirmed), key=lambda each: (each.down_from, each.id))
    costs = share_out(certain, TURNOVER, ONE, STORE)
    fewer = share_out(certain[:-1], TURNOVER, ONE, STORE)
    for each in certain[:-1]:
        assert loss_within(costs[each.id].slices, STORE, START, END) == loss_within(
            fewer[each.id].slices, STORE, START, END
        )


@given(stoppages())
def test_slices_are_kept_as_they_are(found: list[Stoppage]) -> None:
    for cost in share_out(found, TURNOVER, Decimal("0.35"), STORE).values():
        assert read_slices(write_slices(cost.slices)) == cost.slices


@given(stoppages(), st.integers(0, 5), MOMENTS, MOMENTS, SHARES)
def test_what_is_given_back_never_makes_more_than_the_whole(
    found: list[Stoppage], which: int, begins: datetime, ends: datetime, share: Decimal
) -> None:
    """One that has ended is set right: what is settled of the others is theirs, and none gets more than its share."""
    settled = share_out(found, TURNOVER, ONE, STORE)
    old = found[which % len(found)]
    right = replace(old, down_from=min(begins, ends), down_to=max(begins, ends), share=share)
    stretches = freed(settled[old.id].slices, right)
    others = [
        reopened(replace(each, settled=settled[each.id].slices), stretches) if each.down_to is not None else each
        for each in found
        if each.id != old.id
    ]
    costs = {each.id: Cost(each.settled or (), Decimal(0)) for each in others} | share_out(
        [right, *others], TURNOVER, ONE, STORE
    )
    for moment in {START, END, *(each.start for cost in costs.values() for each in cost.slices)}:
        assert sum(piece.share for cost in costs.values() for piece in active(cost.slices, moment)) <= ONE
    for each in others:
        assert all(piece.share <= each.share for piece in costs[each.id].slices)
        assert all(one.end == other.start for one, other in pairwise(costs[each.id].slices))
        if each.down_to is not None and each.confirmed:
            assert costs[each.id].loss >= 0
            before, after = (settled_loss(cost[each.id].slices, STORE) for cost in (settled, costs))
            assert after >= before - CENT * len(costs[each.id].slices), "nobody loses by it"


def test_what_had_its_whole_share_is_not_reckoned_again() -> None:
    piece = Slice(at(12), at(14), Decimal("0.5"), Decimal("1.00"))
    outage = Stoppage(1, at(12), at(14), Decimal("0.5"), True, (piece,))
    assert reopened(outage, [(at(12), None)]) == outage


def test_the_freed_part_alone_is_reckoned_again() -> None:
    piece = Slice(at(12), at(14), Decimal("0.25"), Decimal("1.00"))
    outage = reopened(Stoppage(1, at(12), at(14), ONE, True, (piece,)), [(at(13), at(13, 30))])
    assert outage.again == ((at(13), at(13, 30)),)
    costs = share_out([outage], TURNOVER, ONE, STORE)
    assert costs[1].slices == (
        Slice(at(12), at(13), Decimal("0.25"), Decimal("1.00")),
        Slice(at(13), at(13, 30), ONE, Decimal("180000.00")),
        Slice(at(13, 30), at(14), Decimal("0.25"), Decimal("1.00")),
    )
