"""Of which states of its promises agents are told: once each, when a running clock comes to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sdesk.domain.clock import Clock, Clocks, Promise, deadlines, stale_at, stale_by
from sdesk.domain.ticket import SlaState

States = tuple[tuple[SlaState, datetime | None], ...]
"""Each state that a running clock comes to, with the instant at which it does, from the least to the worst."""

_LEVELS = (SlaState.AT_RISK, SlaState.BREACHED, SlaState.STALE)


def states_of(clock: Clock, clocks: Clocks, promise: Promise) -> States:
    """When one running clock of these is at risk, broken, and stale where it is the one that says so."""
    follows = deadlines(clock, promise)
    stale = stale_at(clocks, promise) if stale_by(clocks).kind is clock.kind else None
    return (SlaState.AT_RISK, follows.at_risk_at), (SlaState.BREACHED, follows.due_at), (SlaState.STALE, stale)


def entered(states: States, now: datetime) -> SlaState | None:
    """The worst state that a clock has come to; None while it is on track."""
    return max((state for state, at in states if at is not None and now >= at), key=level, default=None)


def level(state: str | None) -> int:
    """How bad a state is: more is worse, 0 is none."""
    return 0 if state is None else 1 + _LEVELS.index(SlaState(state))


def alerts(
    clocks: Clocks, promise: Promise, told: Mapping[str, str], now: datetime
) -> tuple[dict[str, str], datetime | None]:
    """Of which states agents have been told, by clock, and the next instant at which there is something new to tell.

    `told` is what was so before. A promise that was kept, or moved to where it is better than what was told, is told
    anew when it comes to that; one that stands still stays told. The instant may have passed: then it is to be told
    now.
    """
    kept: dict[str, str] = {}
    instants: list[datetime] = []
    for clock in clocks.each():
        name = clock.kind.value
        known = told.get(name)
        if clock.met_at is not None:
            continue
        if clock.started_at is not None:
            states = states_of(clock, clocks, promise)
            state = entered(states, now)
            if level(known) > level(state):
                known = None if state is None else state.value
            coming = next((at for each, at in states if level(each) > level(known) and at is not None), None)
            if coming is not None:
                instants.append(coming)
        if known is not None:
            kept[name] = known
    return kept, min(instants, default=None)
