"""The desk's set-up as the domain's values: what use cases decide by. Loaded once, kept until it changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from sdesk.desk.rules_of_file import PortalRule, events_rule, incidents_rule, portal_rule, satisfaction_rule
from sdesk.domain.actor import Actor
from sdesk.domain.catalogue import FormField, fields_of
from sdesk.domain.clock import NO_PROMISE, Promise, Targets
from sdesk.domain.duration import parse_duration
from sdesk.domain.errors import Refused
from sdesk.domain.events import EventRule
from sdesk.domain.incident import IncidentRule
from sdesk.domain.offered import Asker, selects
from sdesk.domain.outgoing import AgentEvent
from sdesk.domain.playbook import Playbook, parse_playbook
from sdesk.domain.priority import MATRIX, Matrix, Threshold, parse_matrix, parse_priorities
from sdesk.domain.routing import Rule, parse_rule
from sdesk.domain.satisfaction import SatisfactionRule
from sdesk.domain.ticket import Impact, Priority, Role, Urgency
from sdesk.domain.urgency import DEFAULT_HEAD_START, STALE_PRIORITIES
from sdesk.domain.worktime import ALWAYS, Calendar
from sdesk.store import calendars
from sdesk.store.models import table_named
from sdesk.store.prepared import Prepared

_REVISION = Prepared(select(table_named("desk").c.revision))


@dataclass(frozen=True, slots=True)
class TeamRule:
    """A team."""

    id: int
    key: str
    name: str
    address: str | None
    lead_id: int | None
    sla_id: int | None
    reopen_for: int
    """Seconds."""
    wait_days: int
    private: bool
    members: frozenset[int]
    on_call: tuple[int, ...]
    """By turns, a week each, from Monday."""
    signature: str | None
    plus_addressing: bool


@dataclass(frozen=True, slots=True)
class AgentRule:
    """An agent."""

    id: int
    key: str
    name: str
    email: str
    role: Role
    events: frozenset[AgentEvent]
    """Of what the agent is told."""
    priorities: frozenset[Priority]
    """Of tickets of which priorities."""
    retired: bool


@dataclass(frozen=True, slots=True)
class ServiceRule:
    """An entry of the catalogue."""

    id: int
    key: str
    team_id: int
    sla_id: int | None
    impact: Impact
    urgency: Urgency
    stops_share: Decimal | None
    incidents: bool | None
    """Whether several tickets of it may be one incident, where the desk file says so."""
    name: str = ""
    offered_to: tuple[str, ...] | None = None
    """Selectors (see `domain/offered`); None: to everybody."""
    fields: tuple[FormField, ...] = ()
    """Its form."""
    help: Mapping[str, str] = field(default_factory=dict)
    """What to try first, by language."""
    approve_by: str | None = None
    """Who must say yes before it is given: `unit-head`, or a mail address."""


@dataclass(frozen=True, slots=True)
class UnitRule:
    """A part of the organisation."""

    id: int
    key: str
    calendar_id: int | None
    turnover_per_hour: Decimal | None
    stops: Mapping[str, Decimal]
    name: str = ""
    kind: str = ""
    parent_id: int | None = None


@dataclass(frozen=True, slots=True)
class SlaRule:
    """An SLA: its promise for each priority that it knows."""

    id: int
    key: str
    promises: Mapping[Priority, Promise]


@dataclass(frozen=True, slots=True)
class Rules:
    """All of it."""

    revision: int
    ref_prefix: str
    language: str
    time_zone: str
    currency: str
    loop_token: str
    matrix: Matrix
    thresholds: tuple[Threshold, ...]
    head_start: Mapping[Priority, int]
    margin: Decimal
    margin_known: bool
    """Whether the desk file says what part of turnover is lost; else a loss is all the turnover that stands."""
    incidents: IncidentRule
    events: EventRule
    portal: PortalRule
    playbooks: Mapping[str, Playbook]
    satisfaction: SatisfactionRule | None
    """Whom the desk asks how it was; None where it asks nobody."""
    calendars: Mapping[int, Calendar]
    slas: Mapping[int, SlaRule]
    teams: Mapping[int, TeamRule]
    agents: Mapping[int, AgentRule]
    services: Mapping[int, ServiceRule]
    units: Mapping[int, UnitRule]
    unit_addresses: Mapping[str, int]
    unit_patterns: tuple[tuple[str, int], ...]
    routing: tuple[Rule, ...]
    team_keys: Mapping[str, int]
    agent_keys: Mapping[str, int]
    service_keys: Mapping[str, int]
    unit_keys: Mapping[str, int]
    team_addresses: Mapping[str, int]
    agent_addresses: Mapping[str, int]

    def ref(self, number: int) -> str:
        """A ticket's number as people write it."""
        return f"{self.ref_prefix}-{number}"

    def actor(self, agent_id: int) -> Actor:
        """An agent as the one who acts."""
        agent = self.agents[agent_id]
        teams = frozenset(team.id for team in self.teams.values() if agent_id in team.members)
        return Actor(agent.key, agent_id, agent.name, agent.role, teams)

    def sla_for(self, team_id: int, service_id: int | None) -> int | None:
        """Which SLA holds: the service's, else the team's."""
        service = self.services[service_id] if service_id is not None else None
        if service is not None and service.sla_id is not None:
            return service.sla_id
        return self.teams[team_id].sla_id

    def is_offered(self, service_id: int, asker: Asker) -> bool:
        """Whether a service is offered to somebody."""
        return selects(self.services[service_id].offered_to, asker)

    def promise(self, sla_id: int | None, priority: Priority) -> Promise:
        """What an SLA promises for a priority; nothing where there is none."""
        if sla_id is None:
            return NO_PROMISE
        sla = self.slas[sla_id]
        return sla.promises[priority]

    def unit_named(self, text: str) -> str | None:
        """The key of the unit that is meant by its key or its name; None for none, and for a name that two have."""
        if text in self.unit_keys:
            return text
        found = [key for key, number in self.unit_keys.items() if self.units[number].name.casefold() == text.casefold()]
        return found[0] if len(found) == 1 else None

    def opening_hours(self, unit_id: int) -> Calendar:
        """When a unit is open; always, where the desk file does not say."""
        calendar_id = self.units[unit_id].calendar_id
        return ALWAYS if calendar_id is None else self.calendars[calendar_id]

    def asker(self, unit_id: int | None, addresses: Iterable[str] = ()) -> Asker:
        """Somebody of a unit, or the unit itself, as what is offered is asked for."""
        above: dict[int, UnitRule] = {}
        while unit_id is not None and unit_id not in above:
            above[unit_id] = self.units[unit_id]
            unit_id = above[unit_id].parent_id
        return Asker(tuple((unit.key, unit.kind) for unit in above.values()), frozenset(map(str.lower, addresses)))

    def unit_of(self, address: str) -> int | None:
        """The unit whose mail an address is: named, else by the first pattern that fits."""
        known = self.unit_addresses.get(address)
        if known is not None:
            return known
        for pattern, unit_id in self.unit_patterns:
            if fnmatchcase(address, pattern):
                return unit_id
        return None


def load(connection: Connection) -> Rules:
    """Read the set-up; Refused where no desk file was ever applied."""
    desk = connection.execute(table_named("desk").select()).mappings().first()
    if desk is None:
        raise Refused("this desk has no set-up yet", "write a desk file and run `sdesk desk apply FILE`")

    def rows(table: str) -> list[Any]:
        return list(connection.execute(table_named(table).select()).all())

    all_calendars = {
        row.id: calendars.build(row.key, row.time_zone, row.hours, row.free, row.working) for row in rows("calendar")
    }
    targets: dict[tuple[int, Priority], Targets] = {
        (row.sla_id, row.priority): Targets(row.first_response, row.next_reply, row.resolution)
        for row in rows("sla_target")
    }
    nothing = Targets(None, None, None)
    slas = {
        row.id: SlaRule(
            row.id,
            row.key,
            {
                priority: Promise(
                    all_calendars[row.calendar_id],
                    targets.get((row.id, priority), nothing),
                    row.warn_at,
                    row.stale_at if priority in STALE_PRIORITIES else None,
                )
                for priority in Priority
            },
        )
        for row in rows("sla")
    }
    members: dict[int, set[int]] = {}
    for row in rows("team_member"):
        members.setdefault(row.team_id, set()).add(row.agent_id)
    on_call: dict[int, list[int]] = {}
    for row in sorted(rows("on_call"), key=lambda row: row.position):
        on_call.setdefault(row.team_id, []).append(row.agent_id)
    teams = {
        row.id: TeamRule(
            row.id,
            row.key,
            row.name,
            row.address,
            row.lead_id,
            row.sla_id,
            row.reopen_for,
            row.wait_days,
            row.private,
            frozenset(members.get(row.id, ())),
            tuple(on_call.get(row.id, ())),
            row.signature,
            row.plus_addressing,
        )
        for row in rows("team")
    }
    retired_teams = {row.id for row in rows("team") if row.retired_at is not None}
    agents, agent_keys, agent_addresses = {}, {}, {}
    for row in rows("agent"):
        told = row.notify or {}
        agents[row.id] = AgentRule(
            row.id,
            row.key,
            row.name,
            row.email,
            row.role,
            frozenset(map(AgentEvent, told.get("events", AgentEvent))),
            parse_priorities(told["priorities"]) if "priorities" in told else frozenset(Priority),
            row.retired_at is not None,
        )
        if row.retired_at is None:
            agent_keys[row.key] = row.id
            agent_addresses[row.email.lower()] = row.id
    services, service_keys = {}, {}
    for row in rows("service"):
        services[row.id] = ServiceRule(
            *(row.id, row.key, row.team_id, row.sla_id, row.impact, row.urgency, row.stops_share, row.incidents),
            name=row.name,
            offered_to=None if row.offered_to is None else tuple(row.offered_to),
            fields=fields_of(row.fields),
            help=row.help,
            approve_by=row.approve_by,
        )
        if row.retired_at is None:
            service_keys[row.key] = row.id
    units, unit_keys = {}, {}
    for row in rows("unit"):
        stops = {key: Decimal(str(share)) for key, share in row.stops.items()}
        units[row.id] = UnitRule(
            *(row.id, row.key, row.calendar_id, row.turnover_per_hour, stops),
            name=row.name,
            kind=row.kind,
            parent_id=row.parent_id,
        )
        if row.retired_at is None:
            unit_keys[row.key] = row.id
    addresses = sorted(rows("unit_address"), key=lambda row: row.position)
    file = desk["rules"]
    return Rules(
        revision=desk["revision"],
        ref_prefix=desk["ref_prefix"],
        language=desk["language"],
        time_zone=desk["time_zone"],
        currency=desk["currency"],
        loop_token=desk["loop_token"],
        matrix=parse_matrix(file["matrix"]) if file.get("matrix") else MATRIX,
        thresholds=tuple(
            Threshold(Decimal(str(each["per_hour"])), Impact(each["impact"])) for each in file.get("loss", ())
        ),
        head_start=(
            {Priority(key): parse_duration(value) for key, value in file["head_start"].items()}
            if "head_start" in file
            else DEFAULT_HEAD_START
        ),
        margin=Decimal(str(file.get("margin", 1))),
        margin_known="margin" in file,
        incidents=incidents_rule(file.get("incidents") or {}),
        events=events_rule(file.get("events") or {}),
        portal=portal_rule(file.get("portal") or {}),
        playbooks={key: parse_playbook(key, each) for key, each in (file.get("playbooks") or {}).items()},
        satisfaction=satisfaction_rule(file.get("satisfaction")),
        calendars=all_calendars,
        slas=slas,
        teams=teams,
        agents=agents,
        services=services,
        units=units,
        unit_addresses={row.pattern: row.unit_id for row in addresses if "*" not in row.pattern},
        unit_patterns=tuple((row.pattern, row.unit_id) for row in addresses if "*" in row.pattern),
        routing=tuple(
            parse_rule(row.condition, row.assignment, person=row.person)
            for row in sorted(rows("routing_rule"), key=lambda row: row.position)
        ),
        team_keys={team.key: team.id for team in teams.values() if team.id not in retired_teams},
        agent_keys=agent_keys,
        service_keys=service_keys,
        unit_keys=unit_keys,
        team_addresses={
            team.address.lower(): team.id for team in teams.values() if team.address and team.id not in retired_teams
        },
        agent_addresses=agent_addresses,
    )


def revision(connection: Connection) -> int:
    """The revision of the set-up that the store has now; 0 before the first."""
    found: int | None = _REVISION.run(connection).scalar()
    return found or 0
