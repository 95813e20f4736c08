"""The desk file's sections as rows: added, changed or retired until the store says what the file says.

A row that says so already is left alone. What changed in it says `setup_picture`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import delete, insert, select
from sqlmodel import Session

from sdesk.desk.deskfile import DeskFile
from sdesk.desk.deskfile.values import CalendarSpec
from sdesk.desk.setup_recurring import write_recurring
from sdesk.store.calendars import ALWAYS_KEY
from sdesk.store.models import (
    Agent,
    Calendar,
    OnCall,
    ReadyReply,
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


def write_rows(session: Session, file: DeskFile, now: datetime) -> None:
    """Bring every table of the set-up to what the file says."""
    calendars = _sync(session, Calendar, _calendar_values(file, now), now)
    slas = _sync(
        session,
        Sla,
        {
            key: {"calendar_id": calendars[sla.calendar], "warn_at": sla.warn_at, "stale_at": sla.stale_at}
            for key, sla in file.slas.items()
        },
        now,
    )
    _replace(
        session,
        SlaTarget,
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
    )
    agents = _sync(
        session,
        Agent,
        {
            key: {"name": agent.name, "email": agent.email, "role": agent.role, "notify": agent.notify}
            for key, agent in file.agents.items()
        },
        now,
    )
    teams = _write_teams(session, file, agents, slas, now)
    _write_units(session, file, calendars, now)
    services = _sync(
        session,
        Service,
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
                "category": service.category,
                "description": dict(service.description),
                "help": dict(service.help),
                "fields": [dict(field) for field in service.fields],
            }
            for key, service in file.services.items()
        },
        now,
    )
    write_recurring(session, file, now)
    _replace(
        session,
        RoutingRule,
        [
            {
                "position": position,
                "condition": dict(rule.condition),
                "assignment": dict(rule.assignment),
                "person": rule.person,
            }
            for position, rule in enumerate(file.routing, 1)
        ],
    )
    _replace(
        session,
        Template,
        [
            {"name": each.name, "language": each.language, "team_id": team, "subject": each.subject, "body": each.body}
            for team, words in (
                (None, file.templates),
                *((teams[key], spec.templates) for key, spec in file.teams.items()),
            )
            for each in words
        ],
    )
    _replace(
        session,
        ReadyReply,
        [
            {
                "key": key,
                "position": position,
                "title": each.title,
                "text": dict(each.text),
                "team_id": teams[each.team] if each.team else None,
                "service_id": services[each.service] if each.service else None,
            }
            for position, (key, each) in enumerate(file.replies.items(), 1)
        ],
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
    now: datetime,
) -> dict[str, int]:
    teams = _sync(
        session,
        Team,
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
        now,
    )
    _replace(
        session,
        TeamMember,
        [
            {"team_id": teams[team], "agent_id": agents[login]}
            for login, agent in file.agents.items()
            for team in dict.fromkeys(agent.teams)
        ],
    )
    _replace(
        session,
        OnCall,
        [
            {"team_id": teams[key], "position": position, "agent_id": agents[login]}
            for key, team in file.teams.items()
            for position, login in enumerate(team.on_call)
        ],
    )
    return teams


def _write_units(session: Session, file: DeskFile, calendars: Mapping[str, int], now: datetime) -> None:
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
    units = _sync(session, Unit, plain, now)
    # A parent may stand below its child in the file: it is named once all are there.
    parents = {
        key: values | {"parent_id": units[unit.parent] if (unit := file.units[key]).parent else None}
        for key, values in plain.items()
    }
    _sync(session, Unit, parents, now)
    _replace(
        session,
        UnitAddress,
        [
            {"pattern": pattern, "unit_id": units[key], "position": position}
            for position, (key, pattern) in enumerate(
                (key, pattern) for key, unit in file.units.items() for pattern in unit.mail
            )
        ],
    )


def _sync(
    session: Session,
    table: type[Keyed],
    wanted: Mapping[str, Mapping[str, Any]],
    now: datetime,
) -> dict[str, int]:
    """Bring a table with keys to what is wanted; gives the rows by key."""
    rows: dict[str, Keyed] = {row.key: row for row in session.scalars(select(table))}
    for key, values in wanted.items():
        row = rows.get(key)
        if row is None:
            rows[key] = table(key=key, **values)
            session.add(rows[key])
            continue
        if row.retired_at is not None:
            row.retired_at = None
        for name, value in values.items():
            if getattr(row, name) != value:
                setattr(row, name, value)
        session.add(row)
    for key, row in rows.items():
        if key not in wanted and row.retired_at is None:
            row.retired_at = now
            session.add(row)
    session.flush()
    return {key: row.id for key, row in rows.items() if row.id is not None}


def _replace(session: Session, table: type[Table], wanted: Sequence[Mapping[str, Any]]) -> None:
    """Bring a table without keys of its own to what is wanted."""
    columns = list(wanted[0]) if wanted else []
    present = [{name: getattr(row, name) for name in columns} for row in session.scalars(select(table))]
    if _same(present, wanted):
        return
    session.execute(delete(table))
    if wanted:
        session.execute(insert(table), [dict(row) for row in wanted])


def _same(present: Iterable[Mapping[str, Any]], wanted: Iterable[Mapping[str, Any]]) -> bool:
    def listed(rows: Iterable[Mapping[str, Any]]) -> list[str]:
        return sorted(repr(sorted(row.items())) for row in rows)

    return listed(present) == listed(wanted)
