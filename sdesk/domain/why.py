"""Why a ticket is what it is: what decided its service, its team, its priority and its promise, by its history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sdesk.domain.story.values import Event
from sdesk.domain.ticket import Impact, Priority, Urgency

UNKNOWN = "an earlier release did not write down what decided it"
_SOFT = ("requester", "supplier", "system")
"""Actors who are nobody of the desk's own."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the decisions about a ticket are told from; all but the events is of today."""

    events: tuple[Event, ...]
    priority: Priority
    priority_reason: str | None
    impact: Impact
    urgency: Urgency
    service: str | None
    team: str
    unit: str | None
    sla: str | None
    cell: Priority
    """What the matrix gives for impact and urgency."""
    service_impact: Impact | None = None
    service_urgency: Urgency | None = None
    service_has_sla: bool = False
    """Whether the SLA is the service's own, not the team's."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing about a ticket, and what decided it."""

    value: str | None
    by: str
    """In words: `routing rule 2 (subject till)`, `mailbox support`, `service till`, `by hand`."""
    who: str = ""
    """The agent, where it was one."""
    at: datetime | None = None
    """When, where that was later than the opening."""


@dataclass(frozen=True, slots=True)
class Raised:
    """A loss that raised an impact."""

    own: Impact
    """What the service, or a hand, said."""
    loss_per_hour: Decimal | None
    threshold: Decimal | None
    """Of the desk file, from which the impact is at least this; None where nobody wrote it down."""


@dataclass(frozen=True, slots=True)
class Why:
    """All of it."""

    service: Cause
    team: Cause
    unit: Cause
    impact: Cause
    urgency: Cause
    raised: Raised | None
    priority: Cause
    reason: str | None
    """Of a priority by hand."""
    cell: Priority
    matrix_changed: bool
    """Whether the matrix of today would give another priority, and nobody overrode it."""
    sla: Cause


def why(facts: Facts) -> Why:
    """Who or what decided it."""
    opened = next((event for event in facts.events if event.event == "opened"), None)
    basis = _last(facts.events, ("opened", "service"), having="impact")
    raising = _raised(facts, basis)
    by_hand = facts.priority_reason is not None
    return Why(
        service=_service(facts, opened),
        team=_team(facts, opened),
        unit=Cause(facts.unit, _opened_by(opened, "unit")) if facts.unit else Cause(None, "nobody named one"),
        impact=_measure(facts, opened, "impact", facts.impact if raising is None else raising.own),
        urgency=_measure(facts, opened, "urgency", facts.urgency),
        raised=raising,
        priority=_priority(facts, opened),
        reason=facts.priority_reason,
        cell=facts.cell,
        matrix_changed=not by_hand and facts.cell is not facts.priority,
        sla=_sla(facts),
    )


def _service(facts: Facts, opened: Event | None) -> Cause:
    if facts.service is None:
        return Cause(None, "nobody chose one")
    changed = _last(facts.events, ("service",))
    if changed is not None:
        return Cause(facts.service, "by hand", _agent(changed), changed.at)
    by = _opened_by(opened, "service")
    return Cause(facts.service, by, _agent(opened) if by == "named when it was opened" else "")


def _team(facts: Facts, opened: Event | None) -> Cause:
    changed = _last(facts.events, ("team",))
    if changed is None:
        by = _opened_by(opened, "team")
        return Cause(facts.team, by, _agent(opened) if by == "named when it was opened" else "")
    service = next((each for each in facts.events if each.event == "service" and each.at == changed.at), None)
    by = "by hand" if service is None else f"service {service.data.get('new')}"
    return Cause(facts.team, by, _agent(changed), changed.at)


def _measure(facts: Facts, opened: Event | None, name: str, value: Impact | Urgency) -> Cause:
    """Impact or urgency, before a loss raises it."""
    named = _opened_by(opened, name)
    if named != UNKNOWN and _last(facts.events, ("service",)) is None:
        return Cause(value.value, named, _agent(opened))
    if facts.service is not None:
        return Cause(value.value, f"service {facts.service}")
    return Cause(value.value, "what holds where no service says more")


def _raised(facts: Facts, basis: Event | None) -> Raised | None:
    if basis is not None:
        said = basis.data.get("raised")
        if said is None:
            return None
        return Raised(Impact(said["impact"]), Decimal(said["loss_per_hour"]), Decimal(said["threshold"]))
    severity = list(Impact).index
    if facts.service_impact is not None and severity(facts.impact) < severity(facts.service_impact):
        return Raised(facts.service_impact, None, None)
    return None


def _priority(facts: Facts, opened: Event | None) -> Cause:
    if facts.priority_reason is None:
        return Cause(facts.priority.value, f"impact {facts.impact} and urgency {facts.urgency}")
    changed = next(
        (each for each in reversed(facts.events) if each.event == "priority" and each.data.get("reason")), None
    )
    if changed is not None:
        return Cause(facts.priority.value, "by hand", _agent(changed), changed.at)
    rule = _opened_by(opened, "priority")
    if facts.priority_reason.startswith("routing rule"):
        return Cause(facts.priority.value, facts.priority_reason if rule == UNKNOWN else rule)
    return Cause(facts.priority.value, "by hand", _agent(opened))


def _sla(facts: Facts) -> Cause:
    if facts.sla is None:
        return Cause(None, "neither its service nor its team has one")
    return Cause(facts.sla, f"service {facts.service}" if facts.service_has_sla else f"team {facts.team}")


def _opened_by(opened: Event | None, field: str) -> str:
    """What decided a field at the opening."""
    if opened is None:
        return UNKNOWN
    said = opened.data.get("why", {}).get(field)
    if said:
        return str(said)
    rule = opened.data.get("rules", {}).get(field)
    return f"routing rule {rule}" if rule else UNKNOWN


def _last(events: Sequence[Event], names: tuple[str, ...], *, having: str = "") -> Event | None:
    """The last event of one of these names; `having`: that has this in its data."""
    found: Iterator[Event] = (
        each for each in reversed(events) if each.event in names and (not having or having in each.data)
    )
    return next(found, None)


def _agent(event: Event | None) -> str:
    return "" if event is None or event.actor in _SOFT else event.actor
