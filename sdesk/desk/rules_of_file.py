"""Rules that no table holds: read of the desk file as it was last applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sdesk.domain.duration import parse_duration
from sdesk.domain.events import EventRule
from sdesk.domain.incident import IncidentRule
from sdesk.domain.satisfaction import SatisfactionRule


@dataclass(frozen=True, slots=True)
class PortalRule:
    """The web pages for people without a terminal."""

    url: str | None
    """Where they are reached, without a slash at the end; None where nothing may link to them."""
    heads: tuple[str, ...]
    """Of which units the head sees all tickets (see `domain/offered`)."""


def incidents_rule(table: Mapping[str, Any]) -> IncidentRule:
    """When tickets are one incident."""
    usual = IncidentRule()
    return IncidentRule(
        table.get("from", usual.least),
        timedelta(seconds=parse_duration(table["within"])) if "within" in table else usual.within,
        timedelta(seconds=parse_duration(table["joins_for"])) if "joins_for" in table else usual.joins_for,
    )


def portal_rule(table: Mapping[str, Any]) -> PortalRule:
    """Where the portal is, and who sees a unit's tickets there."""
    url = table.get("url")
    return PortalRule(url.rstrip("/") if url else None, tuple(table.get("heads", ())))


def satisfaction_rule(table: Mapping[str, Any] | None) -> SatisfactionRule | None:
    """Whom the desk asks how it was; None where it asks nobody."""
    if table is None:
        return None
    usual = SatisfactionRule()

    def listed(name: str) -> tuple[str, ...] | None:
        return tuple(table[name]) if name in table else None

    return SatisfactionRule(
        _length(table, "ask_after", usual.ask_after),
        _length(table, "every", usual.every),
        listed("teams"),
        listed("services"),
        listed("but") or (),
        table.get("follow_up_team"),
    )


def events_rule(table: Mapping[str, Any]) -> EventRule:
    """What machines tell, and how often."""
    usual = EventRule()
    return EventRule(
        table.get("storm_from", usual.storm_from),
        _length(table, "storm_within", usual.storm_within),
        table.get("flaps_from", usual.flaps_from),
        _length(table, "flaps_within", usual.flaps_within),
    )


def _length(table: Mapping[str, Any], name: str, otherwise: timedelta) -> timedelta:
    return timedelta(seconds=parse_duration(table[name])) if name in table else otherwise
