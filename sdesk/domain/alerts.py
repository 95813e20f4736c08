"""Of which states of its promises agents are told: once each, when a running clock comes to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sdesk.domain.clock import Clocks, Promise, deadlines
from sdesk.domain.ticket import SlaState


def entered(running: tuple[datetime | None, datetime | None], now: datetime) -> SlaState | None:
    """The state that one running clock with (at_risk_at, due_at) has come to; None while it is on track."""
    at_risk, due = running
    if due is not None and now >= due:
        return SlaState.BREACHED
    return SlaState.AT_RISK if at_risk is not None and now >= at_risk else None


def alerts(
    clocks: Clocks, promise: Promise, told: Mapping[str, str], now: datetime
) -> tuple[dict[str, str], datetime | None]:
    """Of which states agents have been told, by clock, and the next instant at which there is something new to tell.

    `told` is what was so before. A promise that was kept, or moved to where it is on track again, is told anew when it
    comes to that; one that stands still stays told. The instant may have passed: then it is to be told now.
    """
    kept: dict[str, str] = {}
    instants: list[datetime] = []
    for clock in clocks.each():
        name = clock.kind.value
        known = told.get(name)
        if clock.met_at is not None:
            continue
        if clock.started_at is not None:
            follows = deadlines(clock, promise)
            state = entered((follows.at_risk_at, follows.due_at), now)
            if known == SlaState.BREACHED and state is not SlaState.BREACHED:
                known = state.value if state is not None else None
            elif state is None:
                known = None
            coming = follows.at_risk_at if known is None else follows.due_at if known == SlaState.AT_RISK else None
            if coming is not None:
                instants.append(coming)
        if known is not None:
            kept[name] = known
    return kept, min(instants, default=None)
