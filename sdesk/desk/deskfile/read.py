"""Reading a desk file: TOML to checked values, section by section in the file's own order."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial
from typing import Any

from sdesk.desk.deskfile.part import Lines, Part
from sdesk.desk.deskfile.routing import read_routing
from sdesk.desk.deskfile.templates import read_templates
from sdesk.desk.deskfile.values import (
    AgentSpec,
    CalendarSpec,
    DeskFile,
    ServiceSpec,
    SlaSpec,
    TeamSpec,
    UnitSpec,
)
from sdesk.domain.clock import Targets
from sdesk.domain.errors import BadInput
from sdesk.domain.outgoing import AgentEvent
from sdesk.domain.priority import parse_matrix, parse_priorities
from sdesk.domain.ticket import Impact, Priority, Role, Urgency
from sdesk.domain.worktime import find_zone, parse_intervals, parse_week
from sdesk.store.calendars import ALWAYS_KEY, build

SECTIONS = (
    "desk",
    "calendars",
    "slas",
    "priority",
    "incidents",
    "teams",
    "agents",
    "units",
    "services",
    "routing",
    "templates",
)


def read(text: str, file: str) -> DeskFile:
    """The values of a desk file; `file` is its name, for errors. BadInput names file, line, key and what is right."""
    try:
        source = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadInput(f"{file} is no TOML: {error}", "mend that line") from error
    return check(source, file, Lines(text))


def check(source: Mapping[str, Any], file: str, lines: Lines) -> DeskFile:
    """The same for what TOML has been read to, of whatever types its values are."""
    with Part(file, lines, "", source) as whole:
        # First of all: a section whose name is wrong would be missed by all that refer to it.
        whole.require_only(SECTIONS)
        head = whole.part("desk")
        calendars = _calendars(whole.part("calendars"))
        slas = _slas(whole.part("slas"), calendars)
        rules = _priority(whole.part("priority")) | _incidents(whole.part("incidents"))
        # Teams name their leads and agents name their teams: the names come first.
        team_part, agent_part = whole.part("teams"), whole.part("agents")
        teams = _teams(team_part, slas, agent_part.values)
        agents = _agents(agent_part, teams)
        service_part = whole.part("services")
        units = _units(whole.part("units"), calendars, service_part.values)
        services = _services(service_part, teams, slas)
        routing = read_routing(whole, teams, services, units)
        templates = read_templates(whole.part("templates"))
        with head:
            desk = DeskFile(
                name=head.required("name"),
                ref_prefix=head.text("ref_prefix") or "SD",
                language=head.text("language") or "en",
                time_zone=_zone(head, "time_zone", head.text("time_zone") or "UTC"),
                currency=head.text("currency") or "EUR",
                rules=rules,
                calendars=calendars,
                slas=slas,
                teams=teams,
                agents=agents,
                units=units,
                services=services,
                routing=routing,
                templates=templates,
                source=_plain(source),
            )
        if not desk.ref_prefix.isascii() or not desk.ref_prefix.isalnum():
            head.fail("ref_prefix", "must be letters and digits", 'as in ref_prefix = "SD"')
        if not teams:
            whole.fail("teams", "a desk needs a team", 'add [teams.it] with name = "..."')
        if not any(agent.role is Role.ADMIN for agent in agents.values()):
            whole.fail("agents", "a desk needs an admin", 'give one agent role = "admin"')
    return desk


def _zone(part: Part, key: str, name: str) -> str:
    part.checked(key, lambda: find_zone(name))
    return name


def _calendars(tables: Part) -> dict[str, CalendarSpec]:
    found = {}
    for key, part in tables.named("calendar"):
        with part:
            if key == ALWAYS_KEY:
                part.fail("", f"`{ALWAYS_KEY}` always exists", "choose another key")
            by_day = part.part("hours")
            hours = {day: list(by_day.texts(day)) for day in by_day.values}
            extra = part.part("working")
            working = {extra.day(day, day): list(extra.texts(day)) for day in extra.values}
            zone = _zone(part, "time_zone", part.required("time_zone"))
            free = part.days("free")
            # Each alone first, for the line; then all of it, which nobody could work by if it had no hours.
            part.checked("hours", partial(parse_week, hours))
            for intervals in working.values():
                part.checked("working", partial(parse_intervals, intervals))
            part.checked("hours", partial(build, key, zone, hours, free, working))
            country = part.text("country")
            subdivision = part.text("subdivision")
            if country:
                _require_country(part, country, subdivision)
            found[key] = CalendarSpec(
                time_zone=zone,
                country=country,
                subdivision=subdivision,
                hours=hours,
                free=free,
                working=working,
            )
    return found


def _require_country(part: Part, country: str, subdivision: str | None) -> None:
    from holidays import list_supported_countries

    known = list_supported_countries(include_aliases=True)
    if country not in known:
        part.fail("country", f"holidays of `{country}` are not known", "write an ISO 3166 code, as RU or DE")
    if subdivision and subdivision not in known[country]:
        part.fail(
            "subdivision",
            f"`{country}` has no subdivision `{subdivision}`",
            f"known: {', '.join(known[country]) or 'none'}",
        )


def _slas(tables: Part, calendars: Mapping[str, CalendarSpec]) -> dict[str, SlaSpec]:
    found = {}
    for key, part in tables.named("SLA"):
        with part:
            targets = {}
            with part.part("targets") as by_priority:
                for priority in Priority:
                    if priority.value in by_priority.values:
                        with by_priority.part(priority.value) as target:
                            targets[priority] = Targets(
                                *(
                                    target.duration(name, "", days=False, some=True) if name in target.values else None
                                    for name in ("first_response", "next_reply", "resolution")
                                )
                            )
                            for name in ("first_response", "next_reply", "resolution"):
                                target.raw(name)
                    by_priority.raw(priority.value)
            calendar = part.required("calendar")
            part.require_known("calendar", calendar, "calendar", {*calendars, ALWAYS_KEY})
            found[key] = SlaSpec(
                calendar=calendar,
                warn_at=part.number("warn_at", 75, 1, 100),
                stale_at=part.number("stale_at", 200, 101, 10_000),
                targets=targets,
            )
    return found


def _priority(part: Part) -> dict[str, Any]:
    rules: dict[str, Any] = {}
    with part:
        with part.part("head_start") as starts:
            for priority in Priority:
                starts.duration(priority.value, "0m", days=True)
        if "head_start" in part.values:
            rules["head_start"] = dict(part.values["head_start"])
        if "matrix" in part.values:
            rows = part.part("matrix")
            matrix = {
                impact: {urgency: row.required(urgency) for urgency in row.values} for impact, row in rows.parts()
            }
            part.checked("matrix", lambda: parse_matrix(matrix))
            rules["matrix"] = matrix
        thresholds = part.raw("loss", [])
        if not isinstance(thresholds, list) or not all(isinstance(each, dict) for each in thresholds):
            part.wrong("loss", 'a list, as [ { per_hour = 5000, impact = "moderate" } ]', thresholds)
        for each in thresholds:
            with Part(part.file, part.lines, part.table, each) as threshold:
                if threshold.amount("per_hour") is None:
                    part.fail("loss", "a threshold needs per_hour", "as in { per_hour = 5000, ... }")
                threshold.choice("impact", Impact, Impact.MINOR)
        rules["loss"] = thresholds
        if (margin := part.raw("margin")) is not None:
            rules["margin"] = str(part.share("margin", margin))
    return rules


def _incidents(part: Part) -> dict[str, Any]:
    """When several tickets of a service are proposed as one incident; in the words of the file, as `[priority]`."""
    with part:
        part.number("from", 3, 0, 1000)
        part.duration("within", "30m", days=False, some=True)
        part.duration("joins_for", "4h", days=True)
        if part.values.get("from") in (1, 2):
            part.fail("from", "one ticket, or two, are no incident yet", "write 3 or more, or 0 for never")
    return {"incidents": dict(part.values)} if part.values else {}


def _teams(tables: Part, slas: Mapping[str, SlaSpec], agents: Mapping[str, Any]) -> dict[str, TeamSpec]:
    found = {}
    for key, part in tables.named("team", ("none", "mine")):
        with part:
            on_call = part.texts("on_call")
            for login in on_call:
                part.require_known("on_call", login, "agent", agents)
            found[key] = TeamSpec(
                name=part.required("name"),
                address=part.text("address") or None,
                lead=part.refers("lead", "agent", agents),
                sla=part.refers("sla", "SLA", slas),
                reopen_for=part.duration("reopen_for", "7d", days=True),
                wait_days=part.number("wait_days", 5, 1, 365),
                private=part.flag("private"),
                on_call=on_call,
                signature=part.text("signature") or None,
                plus_addressing=part.flag("plus_addressing"),
                templates=read_templates(part.part("templates")),
            )
    _require_own(tables, "address", {key: (team.address,) for key, team in found.items() if team.address})
    return found


def _agents(tables: Part, teams: Mapping[str, TeamSpec]) -> dict[str, AgentSpec]:
    found = {}
    for key, part in tables.named("login", ("me", "none", "system")):
        with part:
            members = part.texts("teams")
            for team in members:
                part.require_known("teams", team, "team", teams)
            found[key] = AgentSpec(
                name=part.required("name"),
                email=part.required("email"),
                teams=members,
                role=part.choice("role", Role, Role.AGENT),
                notify=_notify(part.part("notify")) if "notify" in part.values else None,
            )
    _require_own(tables, "email", {key: (agent.email,) for key, agent in found.items()})
    return found


def _notify(part: Part) -> dict[str, Any]:
    """Of what an agent is told: which events, of which priorities."""
    with part:
        found: dict[str, Any] = {}
        if "events" in part.values:
            events = part.texts("events")
            for event in events:
                if event not in [*AgentEvent]:
                    part.wrong("events", f"some of {', '.join(AgentEvent)}", event)
            found["events"] = list(events)
        if (priorities := part.text("priorities")) is not None:
            part.checked("priorities", lambda: parse_priorities(priorities))
            found["priorities"] = priorities
    return found


def _require_own(tables: Part, key: str, mail: Mapping[str, Iterable[str]]) -> None:
    """Refuse an address that two tables have: mail could not say which of them is meant."""
    owners: dict[str, str] = {}
    for owner, addresses in mail.items():
        for address in addresses:
            other = owners.setdefault(address.lower(), owner)
            if other != owner:
                line = tables.part(other).line(key)
                where = f" (line {line})" if line else ""
                tables.part(owner).fail(key, f"`{address}` is of `{other}` already{where}", "let one of them have it")


def _units(tables: Part, calendars: Mapping[str, CalendarSpec], services: Mapping[str, Any]) -> dict[str, UnitSpec]:
    found = {}
    for key, part in tables.named("unit", ("none",)):
        with part:
            stops = {}
            for service, share in part.part("stops").values.items():
                part.require_known("stops", service, "service", services)
                stops[service] = part.share("stops", share)
            found[key] = UnitSpec(
                name=part.required("name"),
                kind=part.required("kind"),
                parent=part.refers("parent", "unit", tables.values),
                calendar=part.refers("calendar", "calendar", {*calendars, ALWAYS_KEY}),
                turnover_per_hour=part.amount("turnover_per_hour"),
                stops=stops,
                phone=part.text("phone"),
                address=part.text("address"),
                manager=part.text("manager"),
                mail=tuple(each.lower() for each in part.texts("mail")),
            )
    _require_own(tables, "mail", {key: unit.mail for key, unit in found.items()})
    for key in found:
        above, parent = [key], found[key].parent
        while parent is not None and parent not in above:
            above.append(parent)
            parent = found[parent].parent
        if parent == key:
            tables.part(key).fail("parent", f"`{key}` would stand above itself", "let the topmost have no parent")
    return found


def _services(tables: Part, teams: Mapping[str, TeamSpec], slas: Mapping[str, SlaSpec]) -> dict[str, ServiceSpec]:
    found = {}
    for key, part in tables.named("service", ("none",)):
        with part:
            team = part.required("team")
            part.require_known("team", team, "team", teams)
            share = part.raw("stops_share")
            found[key] = ServiceSpec(
                name=part.required("name"),
                team=team,
                sla=part.refers("sla", "SLA", slas),
                impact=part.choice("impact", Impact, Impact.MINOR),
                urgency=part.choice("urgency", Urgency, Urgency.MEDIUM),
                stops_share=None if share is None else part.share("stops_share", share),
                offered_to=part.texts("offered_to") if "offered_to" in part.values else None,
                incidents=part.flag("incidents") if "incidents" in part.values else None,
            )
    return found


def _plain(value: Any) -> Any:
    """The file's values as JSON can hold them."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value
