"""The urgency order: its table, rank by rank, and the scene that it was made for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sla_examples import moscow

from sdesk.domain.ticket import Priority, Status
from sdesk.domain.urgency import DEFAULT_HEAD_START, Place, place

NOW = moscow("2026-11-23 12:00")
HOUR = timedelta(hours=1)


def ticket(
    priority: Priority = Priority.P3,
    due_at: datetime | None = NOW + HOUR,
    *,
    status: Status = Status.OPEN,
    created_at: datetime = NOW - HOUR,
    stale: bool = False,
    wake_at: datetime | None = None,
    loss: str = "0",
) -> Place:
    """The place of an ordinary ticket but for what is said."""
    return place(
        status=status,
        priority=priority,
        created_at=created_at,
        due_at=due_at,
        stale=stale,
        wake_at=wake_at,
        loss_per_hour=Decimal(loss),
        head_start=DEFAULT_HEAD_START,
    )


P1, P2, P3, P4, P5 = Priority


def test_the_ranks() -> None:
    assert ticket(P1).rank == 0
    assert ticket(P1, None).rank == 0  # no SLA covers it
    assert ticket(P1, None, status=Status.NEW).rank == 0
    assert ticket(P2).rank == 1
    assert ticket(P4, stale=True).rank == 2
    assert ticket(P4, None, status=Status.WAITING).rank == 3
    assert ticket(P1, None, status=Status.WAITING).rank == 3
    assert ticket(P4, None).rank == 4


def test_a_waiting_ticket_whose_requester_wrote_stands_where_its_deadline_says() -> None:
    assert ticket(P3, NOW + HOUR, status=Status.WAITING) == ticket(P3, NOW + HOUR)
    assert ticket(P1, NOW + HOUR, status=Status.WAITING).rank == 0


@pytest.mark.parametrize("priority", [P1, P2])
def test_a_p1_and_a_p2_are_never_stale(priority: Priority) -> None:
    assert ticket(priority, NOW - HOUR, stale=True) == ticket(priority, NOW - HOUR)


@pytest.mark.parametrize("priority", [P3, P4, P5])
def test_the_others_may_be(priority: Priority) -> None:
    assert ticket(priority, NOW - HOUR, stale=True).rank == 2


@pytest.mark.parametrize("status", [Status.RESOLVED, Status.CLOSED, Status.MERGED, Status.SPAM])
def test_a_p1_that_is_done_burns_no_longer(status: Status) -> None:
    done = ticket(P1, None, status=status, loss="180000")
    assert done > ticket(P5, None, status=Status.OPEN)
    assert done == ticket(P5, NOW - HOUR, status=status, stale=True)


def test_what_is_done_comes_last_the_newest_first() -> None:
    def done(at: datetime) -> Place:
        return place(
            status=Status.CLOSED,
            priority=P3,
            created_at=NOW - 100 * HOUR,
            due_at=None,
            stale=False,
            wake_at=None,
            loss_per_hour=Decimal(0),
            head_start=DEFAULT_HEAD_START,
            done_at=at,
        )

    assert done(NOW) < done(NOW - HOUR)


def test_among_p1_the_larger_loss_then_the_earlier_deadline() -> None:
    till = ticket(P1, NOW + 2 * HOUR, loss="180000")
    small = ticket(P1, NOW - HOUR, loss="12000.50")
    smaller = ticket(P1, NOW - HOUR, loss="12000.49")
    early, late, never = ticket(P1, NOW), ticket(P1, NOW + HOUR), ticket(P1, None)
    assert sorted([never, late, early, smaller, small, till]) == [till, small, smaller, early, late, never]


def test_a_head_start_brings_p2_and_p3_forward() -> None:
    p2, p3, p4 = (ticket(priority, NOW + 8 * HOUR) for priority in (P2, P3, P4))
    assert p2 < p3 < p4
    assert ticket(P4, NOW + 4 * HOUR - timedelta(seconds=1)) < p2 < ticket(P4, NOW + 4 * HOUR + timedelta(seconds=1))
    assert ticket(P4, NOW + 4 * HOUR) == p2 == ticket(P3, NOW + 5 * HOUR)
    assert ticket(P4, NOW + 8 * HOUR) == ticket(P5, NOW + 8 * HOUR)


def test_head_starts_can_be_set() -> None:
    same = place(
        status=Status.OPEN,
        priority=P2,
        created_at=NOW,
        due_at=NOW,
        stale=False,
        wake_at=None,
        loss_per_hour=Decimal(0),
        head_start={},
    )
    assert same == ticket(P4, NOW)


def test_at_the_same_time_the_larger_loss_first() -> None:
    assert ticket(P4, NOW, loss="10") < ticket(P4, NOW, loss="9.99") < ticket(P4, NOW)


def test_stale_ones_by_loss_priority_and_age() -> None:
    costly = ticket(P5, NOW, stale=True, loss="1")
    old = ticket(P4, NOW, stale=True, created_at=NOW - 9 * HOUR)
    young = ticket(P4, NOW - 5 * HOUR, stale=True, created_at=NOW - 8 * HOUR)
    weighty = ticket(P3, NOW, stale=True, created_at=NOW)
    light = ticket(P5, NOW, stale=True, created_at=NOW - 99 * HOUR)
    assert sorted([light, young, old, weighty, costly]) == [costly, weighty, old, young, light]


def test_waiting_ones_by_wake_up_time() -> None:
    soon = ticket(P5, None, status=Status.WAITING, wake_at=NOW)
    later = ticket(P1, None, status=Status.WAITING, wake_at=NOW + HOUR)
    unsaid = ticket(P1, None, status=Status.WAITING)
    assert sorted([unsaid, later, soon]) == [soon, later, unsaid]


def test_those_without_a_promise_by_age() -> None:
    old, young = ticket(P5, None, created_at=NOW - HOUR), ticket(P2, None, created_at=NOW, loss="5")
    assert old < young


def test_the_flagships_till_stands_above_the_printer_and_forty_old_breaches() -> None:
    till = ticket(P1, NOW + 2 * HOUR, loss="180000")
    printer = ticket(P5, NOW + HOUR)
    old = [ticket(P4, NOW - (100 + number) * HOUR, stale=True) for number in range(40)]
    fresh = [ticket(P4, NOW - number * HOUR) for number in range(40)]
    order = sorted([*old, *fresh, printer, till])
    assert order[0] == till
    assert order.index(printer) == 41
    assert order[-40:] == sorted(old)  # a question for the lead, below all work that can still be saved


@given(
    st.sampled_from(Status),
    st.sampled_from(Priority),
    st.none() | st.datetimes(datetime(1990, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds
    st.booleans(),
    st.decimals(0, 10**12, places=2),
)
def test_every_key_fits_an_index(
    status: Status, priority: Priority, due_at: datetime | None, stale: bool, loss: Decimal
) -> None:
    found = ticket(priority, due_at, status=status, stale=stale, loss=str(loss))
    assert found.rank in range(7)
    assert all(-(2**63) < key < 2**63 for key in (found.key1, found.key2))
    assert all(type(key) is int for key in (found.rank, found.key1, found.key2))
