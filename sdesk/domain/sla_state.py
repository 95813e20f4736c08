"""How a ticket stands to its promises, from stored instants alone: whoever reads rows needs none of the clocks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sdesk.domain.ticket import SlaState


def sla_state(
    running: Sequence[tuple[datetime | None, datetime | None]],
    stale_at: datetime | None,
    now: datetime,
    has_promise: bool,
) -> SlaState:
    """The worst state of the running clocks, from stored instants alone.

    `running`: (at_risk_at, due_at) of each clock that runs towards a target. `has_promise`: a target is still to be met
    (`Clocks.promising`); if so and nothing runs, the ticket waits.
    """
    if not running:
        return SlaState.WAITING if has_promise else SlaState.NONE
    if stale_at is not None and now >= stale_at:
        return SlaState.STALE
    if any(due is not None and now >= due for _, due in running):
        return SlaState.BREACHED
    if any(risk is not None and now >= risk for risk, _ in running):
        return SlaState.AT_RISK
    return SlaState.ON_TRACK
