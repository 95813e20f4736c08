"""When several tickets look like one incident (ITIL: major incident), and which later ones belong to it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sdesk.domain.ticket import Impact


@dataclass(frozen=True, slots=True)
class IncidentRule:
    """`[incidents]` of the desk file."""

    least: int = 3
    """So many tickets of one service are proposed as one incident; 0: none ever is."""
    within: timedelta = timedelta(minutes=30)
    """From the first of them to the last."""
    joins_for: timedelta = timedelta(hours=4)
    """How long after the last of an incident's tickets a new one still belongs to it."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A ticket that may be part of an incident: open, of the service, of none yet."""

    number: int
    unit_id: int | None
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Tickets that look like one incident."""

    numbers: tuple[int, ...]
    """Oldest first."""
    first_at: datetime
    unit_id: int | None
    """The one unit that all come from; None where they come from several, or from nowhere known."""


def is_prone(incidents: bool | None, impact: Impact, *, stops_turnover: bool) -> bool:
    """Whether tickets of a service may be one incident: as the desk file says, else where much stands with it.

    Three broken printers in half an hour are three broken printers, and what nobody has sorted yet is anything.
    """
    if incidents is not None:
        return incidents
    return stops_turnover or impact in {Impact.EXTENSIVE, Impact.SIGNIFICANT}


def suspicion(rule: IncidentRule, suspects: Sequence[Suspect], at: datetime) -> Suspicion | None:
    """What the tickets of one service look like when one more was opened `at`; None where they are too few.

    Tickets further than `within` from it do not count, on either side: mails come late and out of order.
    """
    if not rule.least:
        return None
    near = sorted(
        (each for each in suspects if abs(each.opened_at - at) <= rule.within),
        key=lambda each: (each.opened_at, each.number),
    )
    if len(near) < rule.least:
        return None
    units = {each.unit_id for each in near}
    return Suspicion(tuple(each.number for each in near), near[0].opened_at, units.pop() if len(units) == 1 else None)


def belongs(
    rule: IncidentRule,
    units: Collection[int | None],
    last_at: datetime,
    *,
    unit_id: int | None,
    opened_at: datetime,
    over: bool,
) -> bool:
    """Whether a new ticket of the service joins an open incident by itself.

    `units` are those of the incident's tickets, `last_at` when the last of these was opened; `over`: what stood works
    again. An incident of one unit takes none of another: two shops are a proposal for a person to look at.
    """
    if over or opened_at > last_at + rule.joins_for:
        return False
    return len(set(units)) > 1 or unit_id in units
