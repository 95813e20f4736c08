"""A merge keeps the earlier promise: to the second, whatever the two tickets promised, and in whose hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from sla_examples import OFFICE, STORE, calendars, instants, moscow

from sdesk.domain.clock import (
    Clocks,
    Promise,
    Targets,
    agent_answered,
    consumed,
    due_at,
    hold,
    open_clocks,
    recalendar,
    requester_wrote,
    resume,
)
from sdesk.domain.merged_clocks import merge
from sdesk.domain.ticket import ClockKind
from sdesk.domain.worktime import Calendar, working_between

HOUR = 3600
P3 = Promise(OFFICE, Targets(4 * HOUR, 9 * HOUR, 27 * HOUR))
P2 = Promise(OFFICE, Targets(HOUR, 4 * HOUR, 9 * HOUR))
STORES = Promise(STORE, Targets(HOUR, 2 * HOUR, 6 * HOUR))
AT = moscow("2026-11-24 11:00")


def dues(clocks: Clocks, promise: Promise) -> dict[ClockKind, object]:
    """Every deadline that runs."""
    return {clock.kind: due_at(clock, promise.calendar) for clock in clocks.each() if clock.promised}


def test_the_clocks_of_a_merged_ticket_end_with_it() -> None:
    survivor, merged = open_clocks(P3, moscow("2026-11-23 12:00")), open_clocks(P3, moscow("2026-11-23 10:00"))
    _, ended = merge(survivor, P3, merged, P3, AT)
    assert [(clock.met_at, clock.voided) for clock in ended.each()] == [(AT, True)] * 3


def test_an_older_ticket_brings_its_earlier_deadlines() -> None:
    survivor, merged = open_clocks(P3, moscow("2026-11-23 12:00")), open_clocks(P3, moscow("2026-11-23 10:00"))
    kept, _ = merge(survivor, P3, merged, P3, AT)
    # The first answer was owed at 14:00 on Monday, and is late since then.
    assert due_at(kept.first_response, OFFICE) == moscow("2026-11-23 14:00")
    assert due_at(kept.resolution, OFFICE) == due_at(merged.resolution, OFFICE) == moscow("2026-11-26 10:00")
    assert kept.resolution.target == 27 * HOUR
    # By 11:00 on Tuesday the older one had consumed 8 + 2 = 10 h.
    assert consumed(kept.resolution, OFFICE, AT) == 10 * HOUR


def test_a_younger_ticket_changes_nothing() -> None:
    survivor, merged = open_clocks(P3, moscow("2026-11-23 10:00")), open_clocks(P3, moscow("2026-11-23 12:00"))
    assert merge(survivor, P3, merged, P3, AT)[0] == survivor


def test_a_stricter_promise_holds_to_the_second() -> None:
    survivor, merged = open_clocks(P3, moscow("2026-11-24 09:00")), open_clocks(STORES, moscow("2026-11-24 10:30"))
    kept, _ = merge(survivor, P3, merged, STORES, AT)
    assert due_at(kept.resolution, OFFICE) == due_at(merged.resolution, STORE) == moscow("2026-11-24 16:30")
    # A later change goes on from there, as from anything that was consumed: 27 - 5.5 h of 27 are 21.5 of 27.
    raised = recalendar(kept, P3, P2, AT)
    assert consumed(raised.resolution, OFFICE, AT) == 21.5 * HOUR


def test_a_breach_stays_at_its_instant_and_what_ran_since_counts() -> None:
    survivor, merged = open_clocks(P3, moscow("2026-11-23 10:00")), open_clocks(P2, moscow("2026-11-20 17:00"))
    kept, _ = merge(survivor, P3, merged, P2, AT)
    # 1 h of Friday, 8 of Monday: used up at 17:00 on Monday. 1 h of Monday and 2 of Tuesday ran since.
    assert due_at(kept.resolution, OFFICE) == moscow("2026-11-23 17:00")
    assert consumed(kept.resolution, OFFICE, AT) == (27 + 3) * HOUR
    moved = recalendar(kept, P3, STORES, AT)
    assert due_at(moved.resolution, STORE) == moscow("2026-11-23 17:00")


def test_who_waits_goes_on_waiting_with_the_greater_share() -> None:
    survivor = hold(open_clocks(P3, moscow("2026-11-24 09:00")), P3, moscow("2026-11-24 10:00"))
    merged = open_clocks(P2, moscow("2026-11-24 09:00"))
    kept, _ = merge(survivor, P3, merged, P2, AT)
    assert not kept.resolution.running
    assert kept.resolution.consumed == 6 * HOUR  # 2 of 9 h are 6 of 27
    waits = hold(open_clocks(P2, moscow("2026-11-24 09:00")), P2, moscow("2026-11-24 10:00"))
    runs, _ = merge(open_clocks(P3, moscow("2026-11-24 10:00")), P3, waits, P2, AT)
    assert runs.resolution.running
    assert consumed(runs.resolution, OFFICE, AT) == 3 * HOUR  # 1 of 9 h are 3 of 27, more than its own 1


def test_a_first_answer_that_is_owed_still_is_a_next_reply() -> None:
    survivor = agent_answered(open_clocks(P3, moscow("2026-11-23 10:00")), P3, moscow("2026-11-23 11:00"))
    merged = open_clocks(P3, moscow("2026-11-24 10:00"))
    kept, _ = merge(survivor, P3, merged, P3, AT)
    assert kept.first_response == survivor.first_response
    # 4 h to the first answer: 14:00, earlier than 9 h to a next one.
    assert due_at(kept.next_reply, OFFICE) == moscow("2026-11-24 14:00")
    assert kept.next_reply.target == 9 * HOUR


def test_the_earlier_next_reply_is_kept() -> None:
    def asked(at: str) -> Clocks:
        clocks = agent_answered(open_clocks(P3, moscow("2026-11-23 10:00")), P3, moscow("2026-11-23 11:00"))
        return requester_wrote(clocks, P3, moscow(at))

    kept, _ = merge(asked("2026-11-24 10:00"), P3, asked("2026-11-23 12:00"), P3, AT)
    assert due_at(kept.next_reply, OFFICE) == moscow("2026-11-24 12:00")
    kept, _ = merge(asked("2026-11-23 12:00"), P3, asked("2026-11-24 10:00"), P3, AT)
    assert due_at(kept.next_reply, OFFICE) == moscow("2026-11-24 12:00")


def test_what_was_kept_stays_kept() -> None:
    survivor = agent_answered(open_clocks(P3, moscow("2026-11-23 10:00")), P3, moscow("2026-11-23 11:00"))
    done = agent_answered(open_clocks(P3, moscow("2026-11-20 10:00")), P3, moscow("2026-11-20 11:00"))
    kept, _ = merge(survivor, P3, done, P3, AT)
    assert (kept.first_response, kept.next_reply) == (survivor.first_response, survivor.next_reply)


def test_a_promise_that_only_the_merged_one_has_is_kept_too() -> None:
    none = replace(P3, targets=Targets(None, None, None))
    survivor, merged = open_clocks(none, moscow("2026-11-24 10:00")), open_clocks(P2, moscow("2026-11-24 10:00"))
    kept, _ = merge(survivor, none, merged, P2, AT)
    assert dues(kept, none) == dues(merged, P2)
    late, _ = merge(survivor, none, open_clocks(P2, moscow("2026-11-20 09:00")), P2, AT)
    assert due_at(late.resolution, OFFICE) == moscow("2026-11-20 18:00")
    waits = hold(open_clocks(P2, moscow("2026-11-24 09:00")), P2, moscow("2026-11-24 10:00"))
    kept, _ = merge(survivor, none, waits, P2, AT)
    assert kept.resolution.target == 9 * HOUR  # its own hour, and the eight that are left


TARGETS = st.integers(1, 400_000)
PAUSES = st.lists(st.tuples(st.integers(0, 100_000), st.integers(0, 100_000)), max_size=3)


def lived(promise: Promise, opened: datetime, pauses: list[tuple[int, int]]) -> tuple[Clocks, datetime]:
    """Clocks with waits behind them."""
    at = opened
    clocks = open_clocks(promise, at)
    for run, wait in pauses:
        at += timedelta(seconds=run)
        clocks = hold(clocks, promise, at)
        at += timedelta(seconds=wait)
        clocks = resume(clocks, promise, at)
    return clocks, at


@given(
    calendars(step=1), calendars(step=1), instants(step=1), TARGETS, TARGETS, PAUSES, PAUSES, st.integers(0, 300_000)
)
def test_the_earlier_deadline_of_two_holds_whatever_they_lived_through(
    calendar: Calendar,
    other: Calendar,
    opened: datetime,
    target: int,
    theirs: int,
    pauses: list[tuple[int, int]],
    others: list[tuple[int, int]],
    after: int,
) -> None:
    ours_promise = Promise(calendar, Targets(None, None, target))
    theirs_promise = Promise(other, Targets(None, None, theirs))
    survivor, one = lived(ours_promise, opened, pauses)
    merged, two = lived(theirs_promise, opened, others)
    at = max(one, two) + timedelta(seconds=after)
    kept, ended = merge(survivor, ours_promise, merged, theirs_promise, at)
    ours, before = due_at(survivor.resolution, calendar), due_at(merged.resolution, other)
    assert ours is not None
    assert before is not None
    found = due_at(kept.resolution, calendar)
    assert found is not None
    # In the surviving ticket's hours an instant outside of them is the end of the last before it.
    if before > at:
        assert consumed(kept.resolution, calendar, at) >= consumed(survivor.resolution, calendar, at)
        if ours <= before:
            assert found == ours
        else:
            assert found <= before
            assert working_between(calendar, found, before) == 0
    else:
        assert found == min(ours, before)
    assert kept.resolution.consumed == sum(run.seconds for run in kept.resolution.runs)
    assert all(early.stopped_at <= late.started_at for early, late in pairwise(kept.resolution.runs))
    assert ended.resolution.voided
