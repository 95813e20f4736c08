"""Whom an event concerns, whose week on call it is, and that a P1 rings somewhere."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdesk.domain.concerned import URGENT, Candidate, Crew, Matter, concerned, on_call, stand_in_of, window_after
from sdesk.domain.outgoing import AgentEvent
from sdesk.domain.ticket import Priority

ANNA, BORIS, VERA, LEAD, GONE = range(1, 6)
AGENTS = {each: Candidate(each) for each in (ANNA, BORIS, VERA, LEAD)} | {GONE: Candidate(GONE, works=False)}
CREW = Crew(frozenset({ANNA, BORIS, GONE}), LEAD, on_call=(VERA, ANNA))
MONDAY = date(2026, 11, 23)


def test_it_concerns_the_assignee_else_the_team() -> None:
    assert concerned(Matter(AgentEvent.REPLY, Priority.P3, BORIS), CREW, AGENTS) == (BORIS,)
    assert concerned(Matter(AgentEvent.NEW, Priority.P3), CREW, AGENTS) == (ANNA, BORIS)
    # Who has left has no ticket any more.
    assert concerned(Matter(AgentEvent.REPLY, Priority.P3, GONE), CREW, AGENTS) == (ANNA, BORIS)


def test_who_did_it_knows() -> None:
    assert concerned(Matter(AgentEvent.NEW, Priority.P3, by=ANNA), CREW, AGENTS) == (BORIS,)
    assert concerned(Matter(AgentEvent.ASSIGNED, Priority.P1, ANNA, by=ANNA), CREW, AGENTS) == ()
    assert concerned(Matter(AgentEvent.ASSIGNED, Priority.P1, ANNA, by=BORIS), CREW, AGENTS) == (ANNA,)
    assert concerned(Matter(AgentEvent.REPLY, Priority.P1, ANNA, by=ANNA), CREW, AGENTS) == ()


def test_the_lead_hears_of_what_is_broken_and_not_of_what_is_at_risk() -> None:
    assert concerned(Matter(AgentEvent.AT_RISK, Priority.P3, BORIS), CREW, AGENTS) == (BORIS,)
    assert concerned(Matter(AgentEvent.BREACHED, Priority.P3, BORIS), CREW, AGENTS) == (BORIS, LEAD)
    assert concerned(Matter(AgentEvent.BREACHED, Priority.P3), CREW, AGENTS) == (ANNA, BORIS, LEAD)


@pytest.mark.parametrize("priority", Priority)
def test_out_of_hours_what_is_urgent_rings_with_who_is_on_call(priority: Priority) -> None:
    at_night = Matter(AgentEvent.NEW, priority, working=False, today=MONDAY)
    (ringing, *_) = on_call(CREW.on_call, MONDAY)
    assert concerned(at_night, CREW, AGENTS) == ((ringing,) if priority in URGENT else (ANNA, BORIS))
    assigned = Matter(AgentEvent.REPLY, priority, BORIS, working=False, today=MONDAY)
    assert concerned(assigned, CREW, AGENTS) == ((BORIS, ringing) if priority in URGENT else (BORIS,))


def test_without_a_rota_the_team_is_told_at_night_too() -> None:
    crew = Crew(frozenset({ANNA, BORIS}))
    assert concerned(Matter(AgentEvent.NEW, Priority.P1, working=False), crew, AGENTS) == (ANNA, BORIS)


def test_who_has_left_hands_his_week_on() -> None:
    crew = Crew(frozenset({ANNA}), on_call=(GONE, BORIS, VERA))
    weeks = [MONDAY + timedelta(weeks=number) for number in range(6)]
    ringing = [
        concerned(Matter(AgentEvent.NEW, Priority.P1, working=False, today=week), crew, AGENTS) for week in weeks
    ]
    assert sorted(ringing) == [(BORIS,)] * 4 + [(VERA,)] * 2


def test_each_has_a_filter_of_his_own() -> None:
    agents = AGENTS | {ANNA: Candidate(ANNA, priorities=URGENT), BORIS: Candidate(BORIS, events=frozenset())}
    assert concerned(Matter(AgentEvent.NEW, Priority.P3), CREW, agents) == ()
    assert concerned(Matter(AgentEvent.NEW, Priority.P2), CREW, agents) == (ANNA,)


def test_a_p1_that_filters_would_silence_goes_to_the_lead() -> None:
    deaf = {each: Candidate(each, events=frozenset()) for each in (ANNA, BORIS, LEAD)}
    assert concerned(Matter(AgentEvent.NEW, Priority.P1), CREW, deaf) == (LEAD,)
    assert concerned(Matter(AgentEvent.NEW, Priority.P2), CREW, deaf) == ()
    # Where nobody leads, the filters give way.
    assert concerned(Matter(AgentEvent.NEW, Priority.P1), Crew(CREW.members), deaf) == (ANNA, BORIS)
    # A team without people.
    assert concerned(Matter(AgentEvent.NEW, Priority.P1), Crew(frozenset(), LEAD), deaf) == (LEAD,)


def test_nobody_but_members_learns_of_a_private_team() -> None:
    crew = Crew(frozenset({ANNA, BORIS}), LEAD, private=True, on_call=(VERA,))
    for event in AgentEvent:
        for working in (True, False):
            matter = Matter(event, Priority.P1, VERA, working=working)
            assert set(concerned(matter, crew, AGENTS)) <= {ANNA, BORIS}


def test_turns_change_on_monday_and_never_jump() -> None:
    rota = (ANNA, BORIS, VERA)
    days = [date(2025, 12, 22) + timedelta(days=number) for number in range(800)]
    turns = [on_call(rota, day)[0] for day in days]
    for week in range(0, len(days) - 7, 7):
        assert len(set(turns[week : week + 7])) == 1
        assert rota.index(turns[week + 7]) == (rota.index(turns[week]) + 1) % 3
    assert on_call((), MONDAY) == ()


def test_what_is_urgent_waits_less_for_company() -> None:
    assert window_after([Priority.P3, Priority.P2]) < window_after([Priority.P3, Priority.P5])


listeners = st.builds(
    Candidate,
    st.just(0),
    st.frozensets(st.sampled_from(AgentEvent)),
    st.frozensets(st.sampled_from(Priority)),
    st.booleans(),
)
some_agents = st.lists(listeners, min_size=5, max_size=5).map(
    lambda all_of: {each: Candidate(each, one.events, one.priorities, one.works) for each, one in enumerate(all_of)}
)
crews = st.builds(
    Crew,
    st.frozensets(st.integers(0, 4)),
    st.none() | st.integers(0, 4),
    st.booleans(),
    st.lists(st.integers(0, 4), max_size=4),
)
matters = st.builds(
    Matter,
    st.sampled_from(AgentEvent),
    st.sampled_from(Priority),
    st.none() | st.integers(0, 4),
    st.none() | st.integers(0, 4),
    st.booleans(),
    st.dates(date(2020, 1, 1), date(2040, 1, 1)),
)


@given(matters, crews, some_agents)
def test_what_holds_of_everybody_who_is_told(matter: Matter, crew: Crew, agents: dict[int, Candidate]) -> None:
    told = concerned(matter, crew, agents)
    assert len(set(told)) == len(told)
    assert matter.by not in told
    possible = {*crew.members, *crew.on_call, crew.lead, matter.assignee}
    assert set(told) <= possible
    for each in told:
        assert agents[each].works
        assert not crew.private or each in crew.members


@given(matters, crews, some_agents)
def test_a_p1_is_heard_by_somebody_who_can(matter: Matter, crew: Crew, agents: dict[int, Candidate]) -> None:
    if matter.priority is not Priority.P1 or matter.event is AgentEvent.ASSIGNED:
        return
    could = {each for each in (*crew.members, crew.lead) if each is not None and agents[each].works}
    if crew.private:
        could &= crew.members
    if could and matter.by is None:
        assert concerned(matter, crew, agents)


AWAY = st.dictionaries(st.sampled_from((ANNA, BORIS, VERA, LEAD)), st.sampled_from((None, ANNA, BORIS, VERA, LEAD)))


@given(
    st.sampled_from(AgentEvent),
    st.sampled_from(Priority),
    st.sampled_from((None, ANNA, BORIS, VERA)),
    st.booleans(),
    st.booleans(),
    AWAY,
)
def test_who_is_away_is_told_only_where_nobody_of_the_team_is_there(
    event: AgentEvent,
    priority: Priority,
    assignee: int | None,
    working: bool,
    private: bool,
    away: dict[int, int | None],
) -> None:
    crew = Crew(frozenset({ANNA, BORIS}), LEAD, private, on_call=(VERA, ANNA))
    matter = Matter(event, priority, assignee, working=working, today=MONDAY, away=away)
    told = concerned(matter, crew, AGENTS)
    if private:
        assert set(told) <= crew.members
    if not crew.members <= away.keys():
        assert not set(told) & away.keys()
    # Whoever would be told but for absences: somebody is told in their place.
    present = Matter(event, priority, assignee, working=working, today=MONDAY)
    assert bool(told) >= bool(concerned(present, crew, AGENTS))


def test_what_is_his_goes_to_the_stand_in_else_to_the_team() -> None:
    def told(event: AgentEvent, away: dict[int, int | None], crew: Crew = CREW) -> tuple[int, ...]:
        return concerned(Matter(event, Priority.P3, BORIS, away=away), crew, AGENTS)

    for event in (AgentEvent.REPLY, AgentEvent.ASSIGNED, AgentEvent.AT_RISK):
        assert told(event, {BORIS: VERA}) == (VERA,)
        assert told(event, {BORIS: None}) == (ANNA,)
        assert told(event, {BORIS: GONE}) == (ANNA,)
        # Behind a wall the stand-in is nobody.
        assert told(event, {BORIS: VERA}, Crew(frozenset({ANNA, BORIS}), private=True)) == (ANNA,)
    assert told(AgentEvent.BREACHED, {LEAD: VERA}) == (BORIS, VERA)
    assert told(AgentEvent.BREACHED, {LEAD: None}) == (BORIS,)


def test_a_chain_of_stand_ins_ends_where_somebody_is_there() -> None:
    def stands_in(away: dict[int, int | None]) -> int | None:
        return stand_in_of(BORIS, away, lambda other: other != GONE)

    assert stands_in({BORIS: ANNA}) == ANNA
    assert stands_in({BORIS: ANNA, ANNA: VERA}) == VERA
    assert stands_in({BORIS: ANNA, ANNA: None}) is None
    assert stands_in({BORIS: ANNA, ANNA: BORIS}) is None
    assert stands_in({BORIS: ANNA, ANNA: VERA, VERA: ANNA}) is None
    assert stands_in({BORIS: GONE}) is None


def test_a_p1_rings_somewhere_though_all_are_away() -> None:
    away = dict.fromkeys((ANNA, BORIS, VERA, LEAD))
    deaf = {each: Candidate(each, events=frozenset()) for each in (ANNA, BORIS, LEAD)}
    assert concerned(Matter(AgentEvent.NEW, Priority.P1, working=False, away=away), CREW, AGENTS) == (ANNA, BORIS)
    assert concerned(Matter(AgentEvent.NEW, Priority.P1, away=away), CREW, deaf) == (LEAD,)
