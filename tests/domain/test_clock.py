"""The clocks of a ticket: lives worked out by hand, and properties over random lives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sla_examples import OFFICE, STORE, calendars, instants, moscow, slow_minutes

from sdesk.domain.clock import (
    NO_PROMISE,
    Clock,
    Clocks,
    Deadlines,
    Promise,
    Run,
    Targets,
    agent_answered,
    at_risk_at,
    consumed,
    deadlines,
    due_at,
    earliest_due,
    end,
    hold,
    open_clocks,
    reached_at,
    recalendar,
    reopen,
    requester_wrote,
    resolve,
    resume,
    retarget,
    stale_at,
)
from sdesk.domain.sla_state import sla_state
from sdesk.domain.ticket import ClockKind, SlaState
from sdesk.domain.worktime import ALWAYS, Calendar, make_calendar, parse_week, same_hours, working_between

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def promise(
    resolution: int | None = 480,
    first_response: int | None = 60,
    next_reply: int | None = 120,
    calendar: Calendar = OFFICE,
) -> Promise:
    """Targets in minutes."""
    first, reply, solution = (
        None if minutes is None else minutes * 60 for minutes in (first_response, next_reply, resolution)
    )
    return Promise(calendar, Targets(first, reply, solution))


EIGHT_HOURS = promise()
OPENED = moscow("2026-11-23 10:00")  # a Monday


# ---- the worked example: pause and change of target ---------------------------------------------


def waited() -> Clocks:
    """Opened 2026-11-23 10:00, waiting from 12:00 to 11:00 the next day."""
    clocks = open_clocks(EIGHT_HOURS, OPENED)
    clocks = hold(clocks, EIGHT_HOURS, moscow("2026-11-23 12:00"))
    return resume(clocks, EIGHT_HOURS, moscow("2026-11-24 11:00"))


def test_a_wait_moves_the_deadline() -> None:
    assert due_at(open_clocks(EIGHT_HOURS, OPENED).resolution, OFFICE) == moscow("2026-11-23 18:00")
    assert due_at(waited().resolution, OFFICE) == moscow("2026-11-24 17:00")


def test_a_raised_priority_keeps_what_was_consumed() -> None:
    noon = moscow("2026-11-24 12:00")
    assert consumed(waited().resolution, OFFICE, noon) == 180 * 60
    raised = promise(resolution=240)
    assert due_at(retarget(waited(), raised, noon).resolution, OFFICE) == moscow("2026-11-24 13:00")


def test_a_target_already_consumed_was_due_when_it_was_reached() -> None:
    raised = promise(resolution=120)
    clocks = retarget(waited(), raised, moscow("2026-11-24 12:00"))
    assert due_at(clocks.resolution, OFFICE) == moscow("2026-11-23 12:00")
    assert due_at(retarget(waited(), promise(resolution=90), OPENED).resolution, OFFICE) == moscow("2026-11-23 11:30")
    assert due_at(retarget(waited(), promise(resolution=150), OPENED).resolution, OFFICE) == moscow("2026-11-24 11:30")


def test_a_clock_that_stands_still_has_no_deadline() -> None:
    held = hold(open_clocks(EIGHT_HOURS, OPENED), EIGHT_HOURS, moscow("2026-11-23 12:00"))
    assert due_at(held.resolution, OFFICE) is None
    assert at_risk_at(held.resolution, EIGHT_HOURS) is None
    assert stale_at(held, EIGHT_HOURS) is None
    assert consumed(held.resolution, OFFICE, moscow("2026-11-24 12:00")) == 120 * 60


# ---- opening, answering -------------------------------------------------------------------------


def test_opening_starts_first_response_and_resolution() -> None:
    clocks = open_clocks(EIGHT_HOURS, OPENED)
    assert [clock.running for clock in clocks.each()] == [True, False, True]
    assert [clock.kind for clock in clocks.each()] == list(ClockKind)
    assert earliest_due(clocks, OFFICE) == (moscow("2026-11-23 11:00"), ClockKind.FIRST_RESPONSE)
    assert deadlines(clocks.first_response, EIGHT_HOURS) == Deadlines(
        moscow("2026-11-23 10:45"), moscow("2026-11-23 11:00")
    )


def test_a_public_message_meets_the_first_response() -> None:
    answered_at = moscow("2026-11-23 10:40")
    clocks = agent_answered(open_clocks(EIGHT_HOURS, OPENED), EIGHT_HOURS, answered_at)
    first = clocks.first_response
    assert (first.met_at, first.voided, first.running, first.consumed) == (answered_at, False, False, 40 * 60)
    assert first.runs == (Run(OPENED, answered_at, 40 * 60),)
    assert clocks.resolution.running
    assert earliest_due(clocks, OFFICE) == (moscow("2026-11-23 18:00"), ClockKind.RESOLUTION)
    later = agent_answered(clocks, EIGHT_HOURS, moscow("2026-11-23 12:00"))
    assert later == clocks  # it is met once


def test_next_reply_starts_only_after_the_first_response() -> None:
    clocks = open_clocks(EIGHT_HOURS, OPENED)
    assert requester_wrote(clocks, EIGHT_HOURS, moscow("2026-11-23 10:20")) == clocks
    clocks = agent_answered(clocks, EIGHT_HOURS, moscow("2026-11-23 10:40"))
    assert not clocks.next_reply.running
    clocks = requester_wrote(clocks, EIGHT_HOURS, moscow("2026-11-23 11:00"))
    assert due_at(clocks.next_reply, OFFICE) == moscow("2026-11-23 13:00")


def test_next_reply_runs_from_the_oldest_unanswered_message_and_starts_afresh_after_an_answer() -> None:
    clocks = agent_answered(open_clocks(EIGHT_HOURS, OPENED), EIGHT_HOURS, moscow("2026-11-23 10:40"))
    clocks = requester_wrote(clocks, EIGHT_HOURS, moscow("2026-11-23 11:00"))
    assert requester_wrote(clocks, EIGHT_HOURS, moscow("2026-11-23 12:30")) == clocks
    clocks = agent_answered(clocks, EIGHT_HOURS, moscow("2026-11-23 12:45"))
    assert (clocks.next_reply.met_at, clocks.next_reply.consumed) == (moscow("2026-11-23 12:45"), 105 * 60)
    clocks = requester_wrote(clocks, EIGHT_HOURS, moscow("2026-11-23 14:00"))
    assert clocks.next_reply == Clock(ClockKind.NEXT_REPLY, 120 * 60, started_at=moscow("2026-11-23 14:00"))


def test_answers_do_not_stand_still_while_the_ticket_waits() -> None:
    clocks = agent_answered(open_clocks(EIGHT_HOURS, OPENED), EIGHT_HOURS, moscow("2026-11-23 10:40"))
    clocks = requester_wrote(clocks, EIGHT_HOURS, moscow("2026-11-23 11:00"))
    clocks = hold(clocks, EIGHT_HOURS, moscow("2026-11-23 11:30"))
    assert earliest_due(clocks, OFFICE) == (moscow("2026-11-23 13:00"), ClockKind.NEXT_REPLY)
    assert not clocks.resolution.running


# ---- waiting, resolving, reopening, ending ------------------------------------------------------


def test_a_second_hold_and_a_second_resume_change_nothing() -> None:
    held = hold(open_clocks(EIGHT_HOURS, OPENED), EIGHT_HOURS, moscow("2026-11-23 12:00"))
    assert hold(held, EIGHT_HOURS, moscow("2026-11-23 13:00")) == held
    resumed = resume(held, EIGHT_HOURS, moscow("2026-11-23 14:00"))
    assert resume(resumed, EIGHT_HOURS, moscow("2026-11-23 15:00")) == resumed


def test_a_hold_at_or_before_the_start_leaves_no_run() -> None:
    for at in (OPENED - MINUTE, OPENED):
        held = hold(open_clocks(EIGHT_HOURS, OPENED), EIGHT_HOURS, at)
        assert (held.resolution.consumed, held.resolution.runs, held.resolution.running) == (0, (), False)


def test_a_resolution_told_is_an_answer() -> None:
    solved_at = moscow("2026-11-23 10:30")
    clocks = resolve(open_clocks(EIGHT_HOURS, OPENED), EIGHT_HOURS, solved_at, told=True)
    assert [(clock.met_at, clock.voided) for clock in clocks.each()] == [
        (solved_at, False),
        (None, False),  # nobody waited for a reply
        (solved_at, False),
    ]
    assert earliest_due(clocks, OFFICE) is None


def test_a_silent_resolution_voids_the_answers_that_were_owed() -> None:
    solved_at = moscow("2026-11-23 10:30")
    clocks = resolve(open_clocks(EIGHT_HOURS, OPENED), EIGHT_HOURS, solved_at, told=False)
    assert (clocks.first_response.met_at, clocks.first_response.voided) == (solved_at, True)
    assert (clocks.resolution.met_at, clocks.resolution.voided) == (solved_at, False)


@pytest.mark.parametrize("told", [True, False])
def test_a_resolution_ends_the_reply_that_was_waited_for_and_keeps_what_was_met(told: bool) -> None:
    answered_at = moscow("2026-11-23 10:40")
    clocks = agent_answered(open_clocks(EIGHT_HOURS, OPENED), EIGHT_HOURS, answered_at)
    clocks = requester_wrote(clocks, EIGHT_HOURS, moscow("2026-11-23 11:00"))
    clocks = resolve(clocks, EIGHT_HOURS, moscow("2026-11-23 11:30"), told)
    assert (clocks.first_response.met_at, clocks.first_response.voided) == (answered_at, False)
    assert (clocks.next_reply.met_at, clocks.next_reply.voided) == (moscow("2026-11-23 11:30"), not told)
    assert clocks.next_reply.consumed == 30 * 60


def test_reopening_goes_on_from_what_was_consumed() -> None:
    clocks = resolve(open_clocks(EIGHT_HOURS, OPENED), EIGHT_HOURS, moscow("2026-11-23 12:00"), told=True)
    assert resume(clocks, EIGHT_HOURS, moscow("2026-11-23 13:00")) == clocks  # a wake-up does not undo it
    clocks = reopen(clocks, EIGHT_HOURS, moscow("2026-11-25 09:00"))
    assert clocks.resolution.met_at is None
    assert due_at(clocks.resolution, OFFICE) == moscow("2026-11-25 15:00")
    assert clocks.first_response.met_at == moscow("2026-11-23 12:00")
    assert reopen(clocks, EIGHT_HOURS, moscow("2026-11-25 10:00")) == clocks


def test_reopening_after_a_breach_is_due_when_the_target_was_reached() -> None:
    clocks = resolve(open_clocks(EIGHT_HOURS, OPENED), EIGHT_HOURS, moscow("2026-11-24 12:00"), told=True)
    clocks = reopen(clocks, EIGHT_HOURS, moscow("2026-11-30 09:00"))
    assert due_at(clocks.resolution, OFFICE) == moscow("2026-11-23 18:00")


def test_reopening_takes_todays_target() -> None:
    clocks = resolve(open_clocks(EIGHT_HOURS, OPENED), EIGHT_HOURS, moscow("2026-11-23 12:00"), told=True)
    clocks = reopen(clocks, promise(resolution=180), moscow("2026-11-25 09:00"))
    assert due_at(clocks.resolution, OFFICE) == moscow("2026-11-25 10:00")


def test_after_a_silent_resolution_a_message_of_the_requester_wants_a_reply() -> None:
    clocks = resolve(open_clocks(EIGHT_HOURS, OPENED), EIGHT_HOURS, moscow("2026-11-23 12:00"), told=False)
    back_at = moscow("2026-11-24 09:30")
    clocks = requester_wrote(reopen(clocks, EIGHT_HOURS, back_at), EIGHT_HOURS, back_at)
    assert clocks.first_response.voided
    assert not clocks.first_response.running
    assert earliest_due(clocks, OFFICE) == (moscow("2026-11-24 11:30"), ClockKind.NEXT_REPLY)


def test_a_merged_ticket_ends_without_counting_but_keeps_what_was_met() -> None:
    answered_at, merged_at = moscow("2026-11-23 10:40"), moscow("2026-11-23 15:00")
    clocks = agent_answered(open_clocks(EIGHT_HOURS, OPENED), EIGHT_HOURS, answered_at)
    clocks = end(clocks, EIGHT_HOURS, merged_at)
    assert [(clock.met_at, clock.voided, clock.running) for clock in clocks.each()] == [
        (answered_at, False, False),
        (merged_at, True, False),
        (merged_at, True, False),
    ]
    assert not clocks.promising


def test_no_spam_after_all_runs_on() -> None:
    clocks = end(open_clocks(EIGHT_HOURS, OPENED), EIGHT_HOURS, moscow("2026-11-23 12:00"))
    clocks = reopen(clocks, EIGHT_HOURS, moscow("2026-11-23 14:00"))
    assert due_at(clocks.resolution, OFFICE) == moscow("2026-11-24 11:00")
    assert not clocks.resolution.voided
    assert clocks.first_response.voided


# ---- targets that come and go -------------------------------------------------------------------


def test_a_target_that_appears_is_counted_from_the_opening() -> None:
    none = promise(resolution=None, first_response=None)
    clocks = open_clocks(none, OPENED)
    assert earliest_due(clocks, OFFICE) is None
    assert not clocks.promising
    clocks = retarget(clocks, EIGHT_HOURS, moscow("2026-11-23 15:00"))
    assert due_at(clocks.resolution, OFFICE) == moscow("2026-11-23 18:00")
    assert due_at(clocks.first_response, OFFICE) == moscow("2026-11-23 11:00")


def test_a_target_that_disappears_promises_nothing_and_may_come_back() -> None:
    clocks = retarget(waited(), promise(resolution=None), moscow("2026-11-24 12:00"))
    assert due_at(clocks.resolution, OFFICE) is None
    assert due_at(retarget(clocks, EIGHT_HOURS, moscow("2026-11-24 13:00")).resolution, OFFICE) == moscow(
        "2026-11-24 17:00"
    )


def test_what_was_met_keeps_the_target_that_it_was_judged_by() -> None:
    clocks = agent_answered(open_clocks(EIGHT_HOURS, OPENED), EIGHT_HOURS, moscow("2026-11-23 10:40"))
    clocks = retarget(clocks, promise(resolution=60, first_response=15, next_reply=30), moscow("2026-11-23 10:50"))
    assert [clock.target for clock in clocks.each()] == [60 * 60, 30 * 60, 60 * 60]


# ---- another calendar ---------------------------------------------------------------------------


def test_another_calendar_carries_the_share() -> None:
    old, new = promise(resolution=480), promise(resolution=240, calendar=STORE)
    clocks = recalendar(open_clocks(old, OPENED), old, new, moscow("2026-11-23 14:00"))
    # 240 of 480 min consumed: half. Half of 240 min is left from 14:00, in the store's hours.
    assert clocks.resolution.consumed == 120 * 60
    assert due_at(clocks.resolution, STORE) == moscow("2026-11-23 16:00")
    late = recalendar(open_clocks(old, OPENED), old, new, moscow("2026-11-23 17:00"))
    assert due_at(late.resolution, STORE) == moscow("2026-11-23 17:30")  # 30 of 240 min are left


def test_new_hours_count_from_now_on() -> None:
    old = promise(resolution=480)
    shorter = make_calendar("office", "Europe/Moscow", parse_week({"mon-fri": ["09:00-15:00"]}))
    new = replace(old, calendar=shorter)
    clocks = recalendar(open_clocks(old, OPENED), old, new, moscow("2026-11-23 14:00"))
    # 240 of 480 min consumed; 60 until 15:00, the rest from 09:00 on Tuesday.
    assert clocks.resolution.consumed == 240 * 60
    assert due_at(clocks.resolution, shorter) == moscow("2026-11-24 12:00")


def test_a_standing_clock_carries_its_share_and_stands_still() -> None:
    old, new = promise(resolution=480), promise(resolution=240, calendar=STORE)
    held = hold(open_clocks(old, OPENED), old, moscow("2026-11-23 12:00"))
    moved = recalendar(held, old, new, moscow("2026-11-24 12:00"))
    assert (moved.resolution.consumed, moved.resolution.running) == (60 * 60, False)
    assert due_at(resume(moved, new, moscow("2026-11-24 21:00")).resolution, STORE) == moscow("2026-11-25 12:00")


@pytest.mark.parametrize("target", [60, 120, 240, 480, 1000])
def test_a_breach_keeps_its_instant_in_another_calendar(target: int) -> None:
    old = promise(resolution=120, calendar=ALWAYS)
    clocks = hold(open_clocks(old, moscow("2026-11-23 04:00")), old, moscow("2026-11-23 04:30"))
    clocks = resume(clocks, old, moscow("2026-11-23 16:30"))
    assert due_at(clocks.resolution, ALWAYS) == moscow("2026-11-23 18:00")
    new = promise(resolution=target, calendar=OFFICE)
    moved = recalendar(clocks, old, new, moscow("2026-11-24 01:00"))
    assert due_at(moved.resolution, OFFICE) == moscow("2026-11-23 18:00")
    back = recalendar(moved, new, promise(resolution=77, calendar=STORE), moscow("2026-11-24 12:00"))
    assert due_at(back.resolution, STORE) == moscow("2026-11-23 18:00")


@pytest.mark.parametrize("target", [1, 60, 480, 1000])
def test_a_breach_at_the_end_of_a_day_is_not_moved_by_hours_that_were_free_then(target: int) -> None:
    old, new = promise(resolution=480), promise(resolution=target, calendar=ALWAYS)
    held = hold(open_clocks(old, OPENED), old, moscow("2026-11-23 22:00"))
    assert held.resolution.consumed == 480 * 60  # to the second, at 18:00
    moved = resume(recalendar(held, old, new, moscow("2026-11-24 08:00")), new, moscow("2026-11-24 09:00"))
    assert moved.resolution.consumed == target * 60
    assert due_at(moved.resolution, ALWAYS) == moscow("2026-11-23 18:00")


def test_a_breach_between_two_runs_and_one_in_the_first_second() -> None:
    old, new = promise(resolution=120), promise(resolution=30, calendar=ALWAYS)
    moved = recalendar(waited(), old, new, moscow("2026-11-24 13:00"))  # its targets are those of 480 min still
    assert moved.resolution.consumed == 15 * 60
    breached = recalendar(retarget(waited(), old, OPENED), old, new, moscow("2026-11-24 13:00"))
    assert breached.resolution.consumed == 60 * 60  # twice the target before, and so after
    assert due_at(breached.resolution, ALWAYS) == moscow("2026-11-23 12:00")
    at_once = Promise(OFFICE, Targets(None, None, 1))
    early = open_clocks(at_once, moscow("2026-11-23 07:00"))  # before the office opens
    first = recalendar(early, at_once, new, moscow("2026-11-23 11:00"))
    assert due_at(first.resolution, ALWAYS) == moscow("2026-11-23 09:00:01")


def test_without_a_share_the_runs_are_counted_in_the_new_calendar() -> None:
    clocks = hold(open_clocks(NO_PROMISE, OPENED), NO_PROMISE, moscow("2026-11-23 12:00"))
    clocks = resume(clocks, NO_PROMISE, moscow("2026-11-23 17:00"))
    clocks = recalendar(clocks, NO_PROMISE, EIGHT_HOURS, moscow("2026-11-24 10:00"))
    # 120 min on Monday morning, 60 in its last hour, 60 on Tuesday until 10:00.
    assert consumed(clocks.resolution, OFFICE, moscow("2026-11-24 10:00")) == 240 * 60
    assert due_at(clocks.resolution, OFFICE) == moscow("2026-11-24 14:00")


def test_an_equal_calendar_only_changes_the_targets() -> None:
    twin = make_calendar("twin", OFFICE.zone, OFFICE.week, OFFICE.free, OFFICE.working)
    new = promise(resolution=240, calendar=twin)
    at = moscow("2026-11-24 12:00")
    assert recalendar(waited(), EIGHT_HOURS, new, at) == retarget(waited(), new, at)


def test_what_ended_is_left_as_it_was_by_another_calendar() -> None:
    clocks = agent_answered(open_clocks(EIGHT_HOURS, OPENED), EIGHT_HOURS, moscow("2026-11-23 10:40"))
    moved = recalendar(clocks, EIGHT_HOURS, promise(calendar=STORE), moscow("2026-11-23 12:00"))
    assert moved.first_response == clocks.first_response


def test_a_run_counted_in_a_calendar_that_is_gone_is_spread_evenly() -> None:
    old, new = promise(resolution=480), promise(resolution=960, calendar=STORE)
    clocks = recalendar(open_clocks(old, OPENED), old, new, moscow("2026-11-23 14:00"))
    raised = retarget(clocks, promise(resolution=240, calendar=STORE), moscow("2026-11-23 15:00"))
    # 480 min of the new target were consumed from 10:00 to 14:00, so 240 of them by 12:00.
    assert due_at(raised.resolution, STORE) == moscow("2026-11-23 12:00")


# ---- instants of the states ---------------------------------------------------------------------


def test_at_risk_and_stale_by_share_of_the_target() -> None:
    clocks = open_clocks(EIGHT_HOURS, OPENED)
    assert at_risk_at(clocks.resolution, EIGHT_HOURS) == moscow("2026-11-23 16:00")
    assert stale_at(clocks, EIGHT_HOURS) == moscow("2026-11-24 17:00")
    own = replace(EIGHT_HOURS, warn_at=50, stale_at=150)
    assert at_risk_at(clocks.resolution, own) == moscow("2026-11-23 14:00")
    assert stale_at(clocks, own) == moscow("2026-11-24 13:00")


def test_stale_is_judged_by_resolution_else_by_the_last_target_that_runs() -> None:
    answers = promise(resolution=None)
    clocks = open_clocks(answers, OPENED)
    assert stale_at(clocks, answers) == moscow("2026-11-23 12:00")
    clocks = agent_answered(clocks, answers, moscow("2026-11-23 10:30"))
    assert stale_at(clocks, answers) is None
    clocks = requester_wrote(clocks, answers, moscow("2026-11-23 11:00"))
    assert stale_at(clocks, answers) == moscow("2026-11-23 15:00")
    waiting = hold(requester_wrote(waited(), EIGHT_HOURS, OPENED), EIGHT_HOURS, moscow("2026-11-24 12:00"))
    assert stale_at(waiting, EIGHT_HOURS) is None  # resolution stands still, whatever the answers do


def test_a_share_in_runs_that_were_left_out() -> None:
    clock = Clock(ClockKind.RESOLUTION, 480 * 60, 400 * 60, started_at=moscow("2026-11-24 11:00"))
    assert due_at(clock, OFFICE) == moscow("2026-11-24 12:20")
    assert at_risk_at(clock, EIGHT_HOURS) == moscow("2026-11-24 11:00")
    just = replace(clock, consumed=360 * 60)
    assert at_risk_at(just, EIGHT_HOURS) == moscow("2026-11-24 11:00")
    with pytest.raises(ValueError, match="are missing"):
        due_at(replace(clock, target=300 * 60), OFFICE)


def test_a_target_of_nothing_is_due_at_once() -> None:
    clocks = open_clocks(promise(resolution=0), OPENED)
    assert due_at(clocks.resolution, OFFICE) == OPENED
    assert due_at(retarget(waited(), promise(resolution=0), OPENED).resolution, OFFICE) == OPENED


@pytest.mark.parametrize(
    ("minutes", "state"),
    [
        (0, SlaState.ON_TRACK),
        (359, SlaState.ON_TRACK),
        (360, SlaState.AT_RISK),
        (479, SlaState.AT_RISK),
        (480, SlaState.BREACHED),
        (959, SlaState.BREACHED),
        (960, SlaState.STALE),
    ],
)
def test_states_from_stored_instants(minutes: int, state: SlaState) -> None:
    always = promise(calendar=ALWAYS)
    clocks = agent_answered(open_clocks(always, OPENED), always, OPENED)
    stored = [(at_risk_at(clock, always), due_at(clock, always.calendar)) for clock in clocks.each() if clock.promised]
    assert sla_state(stored, stale_at(clocks, always), OPENED + minutes * MINUTE, clocks.promising) is state


def test_the_state_is_the_worst_of_the_running_clocks() -> None:
    noon = moscow("2026-11-23 12:00")
    calm, risky, late = (noon + MINUTE, noon + 2 * MINUTE), (noon - MINUTE, noon + MINUTE), (noon - MINUTE, noon)
    assert sla_state([calm, risky], None, noon, True) is SlaState.AT_RISK
    assert sla_state([late, calm], None, noon, True) is SlaState.BREACHED
    assert sla_state([calm], noon + MINUTE, noon, True) is SlaState.ON_TRACK
    assert sla_state([calm], noon, noon, True) is SlaState.STALE


def test_a_ticket_waits_when_a_target_is_left_and_nothing_runs() -> None:
    held = hold(open_clocks(EIGHT_HOURS, OPENED), EIGHT_HOURS, OPENED)
    held = agent_answered(held, EIGHT_HOURS, OPENED)
    assert held.promising
    assert sla_state([], None, OPENED, held.promising) is SlaState.WAITING
    done = resolve(held, EIGHT_HOURS, OPENED, told=True)
    assert not done.promising
    assert sla_state([], None, OPENED, done.promising) is SlaState.NONE


# ---- a whole life, worked out by hand -----------------------------------------------------------


def test_the_life_of_a_ticket_with_three_waits_two_priorities_another_team_and_a_reopening() -> None:
    p3, p2 = promise(resolution=1080, first_response=240), promise(resolution=600, first_response=60)
    clocks = open_clocks(p3, moscow("2026-11-23 10:00"))  # Monday; 480 min a day are left of it, then 540 a day
    assert due_at(clocks.resolution, OFFICE) == moscow("2026-11-25 10:00")
    assert due_at(clocks.first_response, OFFICE) == moscow("2026-11-23 14:00")

    clocks = agent_answered(clocks, p3, moscow("2026-11-23 11:00"))
    clocks = hold(clocks, p3, moscow("2026-11-23 11:00"))  # 60 consumed
    clocks = resume(clocks, p3, moscow("2026-11-23 16:00"))
    assert due_at(clocks.resolution, OFFICE) == moscow("2026-11-25 15:00")  # 1020 left: 120, 540, 360

    clocks = hold(clocks, p3, moscow("2026-11-24 10:00"))  # 60 + 120 + 60 = 240
    clocks = resume(clocks, p3, moscow("2026-11-25 09:00"))
    assert due_at(clocks.resolution, OFFICE) == moscow("2026-11-26 14:00")  # 840 left: 540, 300

    clocks = retarget(clocks, p2, moscow("2026-11-25 10:00"))
    assert due_at(clocks.resolution, OFFICE) == moscow("2026-11-25 15:00")  # 600 - 240 = 360 from 09:00

    clocks = hold(clocks, p2, moscow("2026-11-25 12:00"))  # 240 + 180 = 420
    clocks = retarget(clocks, p3, moscow("2026-11-25 13:00"))
    assert due_at(clocks.resolution, OFFICE) is None
    clocks = resume(clocks, p3, moscow("2026-11-26 09:00"))
    assert due_at(clocks.resolution, OFFICE) == moscow("2026-11-27 11:00")  # 660 left: 540, 120

    # The store's team, by its own SLA: 540 of 1080 min at 11:00 are half, and half of 720 min is left in its hours.
    stores = promise(resolution=720, first_response=30, next_reply=60, calendar=STORE)
    clocks = recalendar(clocks, p3, stores, moscow("2026-11-26 11:00"))
    assert clocks.resolution.consumed == 360 * 60
    assert due_at(clocks.resolution, STORE) == moscow("2026-11-26 17:00")

    clocks = requester_wrote(clocks, stores, moscow("2026-11-26 11:30"))
    assert earliest_due(clocks, STORE) == (moscow("2026-11-26 12:30"), ClockKind.NEXT_REPLY)
    clocks = resolve(clocks, stores, moscow("2026-11-26 12:00"), told=True)  # 420 consumed
    assert clocks.next_reply.met_at == moscow("2026-11-26 12:00")
    assert earliest_due(clocks, STORE) is None

    clocks = reopen(clocks, stores, moscow("2026-11-28 20:00"))
    assert due_at(clocks.resolution, STORE) == moscow("2026-11-29 13:00")  # 300 left: 120, 180
    clocks = resolve(clocks, stores, moscow("2026-11-29 13:00"), told=True)
    assert clocks.resolution.consumed == 720 * 60
    assert clocks.resolution.met_at == moscow("2026-11-29 13:00")


# ---- properties over random lives ---------------------------------------------------------------

Event = Callable[[Clocks, Promise, datetime], Clocks]

EVENTS: dict[str, Event] = {
    "hold": hold,
    "resume": resume,
    "told": lambda clocks, promise, at: resolve(clocks, promise, at, told=True),
    "silent": lambda clocks, promise, at: resolve(clocks, promise, at, told=False),
    "reopen": reopen,
    "wrote": requester_wrote,
    "answered": agent_answered,
}


def lives() -> st.SearchStrategy[list[tuple[int, str]]]:
    """Minutes since the event before, and what happened."""
    return st.lists(st.tuples(st.integers(0, 600), st.sampled_from(sorted(EVENTS))), max_size=10)


@given(calendars(), instants(), lives())
def test_resolution_consumes_each_working_minute_in_which_it_was_not_held(
    calendar: Calendar, opened: datetime, life: list[tuple[int, str]]
) -> None:
    sla = promise(calendar=calendar)
    clocks, at, runs, minutes = open_clocks(sla, opened), opened, True, 0
    solved = False
    for gap, name in life:
        later = at + gap * MINUTE
        minutes += len(slow_minutes(calendar, at, later)) if runs else 0
        clocks, at = EVENTS[name](clocks, sla, later), later
        if name in ("hold", "told", "silent"):
            runs, solved = False, solved or name != "hold"
        elif name == "reopen" or (name == "resume" and not solved):
            runs, solved = True, False
        assert clocks.resolution.running == runs
        assert (clocks.resolution.met_at is not None) == solved
        assert consumed(clocks.resolution, calendar, at) == minutes * 60
        assert clocks.resolution.consumed == sum(run.seconds for run in clocks.resolution.runs)


@given(calendars(step=1), instants(step=1), st.lists(st.integers(0, 200_000), min_size=2, max_size=12))
def test_stopping_and_starting_at_one_instant_loses_no_second(
    calendar: Calendar, opened: datetime, gaps: list[int]
) -> None:
    sla = promise(calendar=calendar)
    clocks, at = open_clocks(sla, opened), opened
    for gap in gaps:
        at += timedelta(seconds=gap)
        clocks = resume(hold(clocks, sla, at), sla, at)
    assert consumed(clocks.resolution, calendar, at) == working_between(calendar, opened, at)
    assert due_at(clocks.resolution, calendar) == due_at(open_clocks(sla, opened).resolution, calendar)


@given(
    calendars(step=1),
    instants(step=1),
    st.lists(st.tuples(st.integers(0, 100_000), st.integers(0, 100_000)), max_size=6),
    st.integers(1, 400_000),
)
def test_at_the_deadline_the_target_is_consumed_and_not_a_second_before(
    calendar: Calendar, opened: datetime, waits: list[tuple[int, int]], target: int
) -> None:
    sla = Promise(calendar, Targets(None, None, target))
    clocks, at = open_clocks(sla, opened), opened
    held: list[tuple[datetime, datetime]] = []
    for run, wait in waits:
        at += timedelta(seconds=run)
        clocks = hold(clocks, sla, at)
        held.append((at, at + timedelta(seconds=wait)))
        at = held[-1][1]
        clocks = resume(clocks, sla, at)
    due = due_at(clocks.resolution, calendar)
    assert due is not None

    def consumed_by(instant: datetime) -> int:
        """All working time but that of the waits."""
        idle = sum(working_between(calendar, start, min(stop, instant)) for start, stop in held)
        return working_between(calendar, opened, instant) - idle

    assert consumed_by(due) == target
    assert consumed_by(due - SECOND) == target - 1


@given(calendars(), instants(), st.integers(1, 2000), st.integers(1, 2000), st.integers(0, 4000), calendars())
def test_a_share_survives_any_change_of_calendar(
    calendar: Calendar, opened: datetime, target: int, other: int, after: int, replacement: Calendar
) -> None:
    assume(not same_hours(calendar, replacement))  # else it is only another target
    old = Promise(calendar, Targets(None, None, target))
    new = Promise(replacement, Targets(None, None, other))
    at = opened + after * MINUTE
    clocks = open_clocks(old, opened)
    before = consumed(clocks.resolution, calendar, at)
    moved = recalendar(clocks, old, new, at).resolution
    after_move = consumed(moved, replacement, at)
    assert after_move == before * other // target
    assert (after_move >= other) == (before >= target)
    assert moved.consumed == sum(run.seconds for run in moved.runs)
    ends = [opened, *(run.stopped_at for run in moved.runs)]
    assert [run.started_at for run in moved.runs] == ends[:-1]  # one after the other, and all of it
    assert ends[-1] == moved.started_at == at
    assert sorted(set(ends)) == ends
    if before >= target:
        assert due_at(moved, replacement) == due_at(clocks.resolution, calendar)


@given(calendars(step=1), instants(step=1), st.integers(0, 10**6), st.integers(0, 10**6))
def test_what_was_reached_is_found_in_the_runs_as_it_was_while_they_ran(
    calendar: Calendar, opened: datetime, length: int, wanted: int
) -> None:
    sla = Promise(calendar, Targets(None, None, 1))
    running = open_clocks(sla, opened)
    held = hold(running, sla, opened + timedelta(seconds=length)).resolution
    if 0 < wanted <= held.consumed:
        assert reached_at(held, calendar, wanted) == reached_at(running.resolution, calendar, wanted)
    elif wanted > held.consumed:
        assert reached_at(held, calendar, wanted) is None
