"""The desk file's sections as rows: added, changed or retired until the store says what the file says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import delete, insert, select
from sqlmodel import Session

from sdesk.desk.deskfile import DeskFile
from sdesk.desk.deskfile.values import CalendarSpec
from sdesk.store.calendars import ALWAYS_KEY
from sdesk.store.models import (
    Agent,
    Calendar,
    OnCall,
    RoutingRule,
    Service,
    Sla,
    SlaTarget,
    Team,
    TeamMember,
    Template,
    Unit,
    UnitAddress,
)
from sdesk.store.models.base import Table

HOLIDAY_YEARS = 5
"""Public holidays are stored for so many years, from the one before this: what a library knows becomes data."""

Keyed = TypeVar("Keyed", Agent, Calendar, Service, Sla, Team, Unit)


@dataclass(slots=True)
class AppliedReport:
    """What a desk file changed: `team it`, `service till`, ..."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    retired: list[str] = field(default_factory=list)
    moved: list[int] = field(default_factory=list)
    """Open tickets whose deadlines moved."""

    @property
    def unchanged(self) -> bool:
        """Whether it said what held already."""
        return not (self.added or self.changed or self.retired or self.moved)


def write_rows(session: Session, file: DeskFile, report: AppliedReport, now: datetime) -> None:
    """Bring every table of the set-up to what the file says; the report tells what that changed."""
    calendars = _sync(session, Calendar, "calendar", _calendar_values(file, now), report, now)
    slas = _sync(
        session,
        Sla,
        "SLA",
        {
            key: {"calendar_id": calendars[sla.calendar], "warn_at": sla.warn_at, "stale_at": sla.stale_at}
            for key, sla in file.slas.items()
        },
        report,
        now,
    )
    _replace(
        session,
        SlaTarget,
        "targets",
        [
            {
                "sla_id": slas[key],
                "priority": priority,
                "first_response": targets.first_response,
                "next_reply": targets.next_reply,
                "resolution": targets.resolution,
            }
            for key, sla in file.slas.items()
            for priority, targets in sla.targets.items()
        ],
        report,
    )
    agents = _sync(
        session,
        Agent,
        "agent",
        {
            key: {"name": agent.name, "email": agent.email, "role": agent.role, "notify": agent.notify}
            for key, agent in file.agents.items()
        },
        report,
        now,
    )
    teams = _write_teams(session, file, agents, slas, report, now)
    _write_units(session, file, calendars, report, now)
    _sync(
        session,
        Service,
        "service",
        {
            key: {
                "name": service.name,
                "team_id": teams[service.team],
                "sla_id": slas[service.sla] if service.sla else None,
                "impact": service.impact,
                "urgency": service.urgency,
                "stops_share": service.stops_share,
                "offered_to": None if service.offered_to is None else list(service.offered_to),
                "incidents": service.incidents,
            }
            for key, service in file.services.items()
        },
        report,
        now,
    )
    _replace(
        session,
        RoutingRule,
        "routing",
        [
            {
                "position": position,
                "condition": dict(rule.condition),
                "assignment": dict(rule.assignment),
                "person": rule.person,
            }
            for position, rule in enumerate(file.routing, 1)
        ],
        report,
    )
    _replace(
        session,
        Template,
        "templates",
        [
            {"name": each.name, "language": each.language, "team_id": team, "subject": each.subject, "body": each.body}
            for team, words in (
                (None, file.templates),
                *((teams[key], spec.templates) for key, spec in file.teams.items()),
            )
            for each in words
        ],
        report,
    )


def _calendar_values(file: DeskFile, now: datetime) -> dict[str, dict[str, Any]]:
    always: dict[str, Any] = {
        "time_zone": "UTC",
        "country": None,
        "subdivision": None,
        "hours": {"mon-sun": ["00:00-24:00"]},
        "free": [],
        "working": {},
    }
    return {ALWAYS_KEY: always} | {
        key: {
            "time_zone": spec.time_zone,
            "country": spec.country,
            "subdivision": spec.subdivision,
            "hours": dict(spec.hours),
            "free": sorted({*spec.free, *_public_holidays(spec, now)}),
            "working": dict(spec.working),
        }
        for key, spec in file.calendars.items()
    }


def _public_holidays(spec: CalendarSpec, now: datetime) -> list[str]:
    """The public holidays of a country, with the days off that it moved, as ISO dates."""
    if spec.country is None:
        return []
    # Half a second of import: only who applies a desk file pays for it.
    from holidays import country_holidays

    years = range(now.year - 1, now.year - 1 + HOLIDAY_YEARS)
    return [day.isoformat() for day in country_holidays(spec.country, subdiv=spec.subdivision, years=years)]


def _write_teams(
    session: Session,
    file: DeskFile,
    agents: Mapping[str, int],
    slas: Mapping[str, int],
    report: AppliedReport,
    now: datetime,
) -> dict[str, int]:
    teams = _sync(
        session,
        Team,
        "team",
        {
            key: {
                "name": team.name,
                "address": team.address,
                "lead_id": agents[team.lead] if team.lead else None,
                "sla_id": slas[team.sla] if team.sla else None,
                "reopen_for": team.reopen_for,
                "wait_days": team.wait_days,
                "private": team.private,
                "signature": team.signature,
                "plus_addressing": team.plus_addressing,
            }
            for key, team in file.teams.items()
        },
        report,
        now,
    )
    _replace(
        session,
        TeamMember,
        "members of teams",
        [
            {"team_id": teams[team], "agent_id": agents[login]}
            for login, agent in file.agents.items()
            for team in dict.fromkeys(agent.teams)
        ],
        report,
    )
    _replace(
        session,
        OnCall,
        "on call",
        [
            {"team_id": teams[key], "position": position, "agent_id": agents[login]}
            for key, team in file.teams.items()
            for position, login in enumerate(team.on_call)
        ],
        report,
    )
    return teams


def _write_units(
    session: Session, file: DeskFile, calendars: Mapping[str, int], report: AppliedReport, now: datetime
) -> None:
    plain = {
        key: {
            "name": unit.name,
            "kind": unit.kind,
            "calendar_id": calendars[unit.calendar] if unit.calendar else None,
            "turnover_per_hour": unit.turnover_per_hour,
            "stops": {service: str(share) for service, share in unit.stops.items()},
            "phone": unit.phone,
            "address": unit.address,
            "manager": unit.manager,
        }
        for key, unit in file.units.items()
    }
    units = _sync(session, Unit, "unit", plain, report, now)
    # A parent may stand below its child in the file: it is named once all are there.
    parents = {
        key: values | {"parent_id": units[unit.parent] if (unit := file.units[key]).parent else None}
        for key, values in plain.items()
    }
    fresh = AppliedReport()
    _sync(session, Unit, "unit", parents, fresh, now)
    report.changed.extend(each for each in fresh.changed if each not in {*report.added, *report.changed})
    _replace(
        session,
        UnitAddress,
        "addresses of units",
        [
            {"pattern": pattern, "unit_id": units[key], "position": position}
            for position, (key, pattern) in enumerate(
                (key, pattern) for key, unit in file.units.items() for pattern in unit.mail
            )
        ],
        report,
    )


def _sync(
    session: Session,
    table: type[Keyed],
    noun: str,
    wanted: Mapping[str, Mapping[str, Any]],
    report: AppliedReport,
    now: datetime,
) -> dict[str, int]:
    """Bring a table with keys to what is wanted; gives the rows by key."""
    rows: dict[str, Keyed] = {row.key: row for row in session.scalars(select(table))}
    for key, values in wanted.items():
        row = rows.get(key)
        if row is None:
            rows[key] = table(key=key, **values)
            session.add(rows[key])
            report.added.append(f"{noun} {key}")
            continue
        if row.retired_at is not None:
            row.retired_at = None
            report.added.append(f"{noun} {key}")
        changed = [name for name, value in values.items() if getattr(row, name) != value]
        for name in changed:
            setattr(row, name, values[name])
        if changed and f"{noun} {key}" not in report.added:
            report.changed.append(f"{noun} {key}")
        session.add(row)
    for key, row in rows.items():
        if key not in wanted and row.retired_at is None:
            row.retired_at = now
            session.add(row)
            report.retired.append(f"{noun} {key}")
    session.flush()
    return {key: row.id for key, row in rows.items() if row.id is not None}


def _replace(
    session: Session, table: type[Table], what: str, wanted: Sequence[Mapping[str, Any]], report: AppliedReport
) -> None:
    """Bring a table without keys of its own to what is wanted."""
    columns = list(wanted[0]) if wanted else []
    present = [{name: getattr(row, name) for name in columns} for row in session.scalars(select(table))]
    if _same(present, wanted):
        return
    session.execute(delete(table))
    if wanted:
        session.execute(insert(table), [dict(row) for row in wanted])
    if "desk" not in report.added:
        report.changed.append(what)


def _same(present: Iterable[Mapping[str, Any]], wanted: Iterable[Mapping[str, Any]]) -> bool:
    def listed(rows: Iterable[Mapping[str, Any]]) -> list[str]:
        return sorted(repr(sorted(row.items())) for row in rows)

    return listed(present) == listed(wanted)
