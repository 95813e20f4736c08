"""Reading a desk file: TOML to checked values, section by section in the file's own order."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Any

from sdesk.desk.deskfile.part import Lines, Part
from sdesk.desk.deskfile.values import (
    AgentSpec,
    CalendarSpec,
    DeskFile,
    RoutingSpec,
    ServiceSpec,
    SlaSpec,
    TeamSpec,
    TemplateSpec,
    UnitSpec,
)
from sdesk.domain.clock import Targets
from sdesk.domain.errors import BadInput
from sdesk.domain.priority import parse_matrix
from sdesk.domain.routing import parse_rule
from sdesk.domain.ticket import Impact, Priority, Role, Urgency
from sdesk.domain.worktime import find_zone, parse_intervals, parse_week
from sdesk.store.calendars import ALWAYS_KEY

SECTIONS = ("desk", "calendars", "slas", "priority", "teams", "agents", "units", "services", "routing", "templates")


def read(text: str, file: str) -> DeskFile:
    """The values of a desk file; `file` is its name, for errors. BadInput names file, line, key and what is right."""
    try:
        source = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{file} is no TOML: {error}", "mend that line") from error
    with Part(file, Lines(text), "", source) as whole:
        # First of all: a section whose name is wrong would be missed by all that refer to it.
        whole.require_only(SECTIONS)
        head = whole.part("desk")
        calendars = _calendars(whole.part("calendars"))
        slas = _slas(whole.part("slas"), calendars)
        rules = _priority(whole.part("priority"))
        # Teams name their leads and agents name their teams: the names come first.
        team_part, agent_part = whole.part("teams"), whole.part("agents")
        teams = _teams(team_part, slas, agent_part.values)
        agents = _agents(agent_part, teams)
        service_part = whole.part("services")
        units = _units(whole.part("units"), calendars, service_part.values)
        services = _services(service_part, teams, slas)
        routing = _routing(whole, teams, services, units)
        templates = _templates(whole.part("templates"))
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
    for key, part in tables.parts():
        with part:
            if key == ALWAYS_KEY:
                part.fail("", f"`{ALWAYS_KEY}` always exists", "choose another name")
            hours = part.raw("hours", {})
            if not isinstance(hours, dict):
                part.wrong("hours", 'a table, as { mon-fri = ["09:00-18:00"] }', hours)
            part.checked("hours", lambda hours=hours: parse_week(hours))  # type: ignore[misc]
            working: dict[str, list[str]] = {}
            for day, intervals in part.part("working").values.items():
                working[part.day("working", day)] = intervals
                part.checked("working", lambda intervals=intervals: parse_intervals(intervals))  # type: ignore[misc]
            country = part.text("country")
            subdivision = part.text("subdivision")
            if country:
                _require_country(part, country, subdivision)
            found[key] = CalendarSpec(
                time_zone=_zone(part, "time_zone", part.required("time_zone")),
                country=country,
                subdivision=subdivision,
                hours=hours,
                free=part.days("free"),
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
    for key, part in tables.parts():
        with part:
            targets = {}
            with part.part("targets") as by_priority:
                for priority in Priority:
                    if priority.value in by_priority.values:
                        with by_priority.part(priority.value) as target:
                            targets[priority] = Targets(
                                *(
                                    target.duration(name, "", days=False) if name in target.values else None
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
                if starts.raw(priority.value) is not None:
                    starts.duration(priority.value, "0m", days=True)
        if "head_start" in part.values:
            rules["head_start"] = dict(part.values["head_start"])
        if (matrix := part.raw("matrix")) is not None:
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


def _teams(tables: Part, slas: Mapping[str, SlaSpec], agents: Mapping[str, Any]) -> dict[str, TeamSpec]:
    found = {}
    for key, part in tables.parts():
        with part:
            on_call = part.texts("on_call")
            for login in on_call:
                part.require_known("on_call", login, "agent", agents)
            found[key] = TeamSpec(
                name=part.required("name"),
                address=part.text("address"),
                lead=part.refers("lead", "agent", agents),
                sla=part.refers("sla", "SLA", slas),
                reopen_for=part.duration("reopen_for", "7d", days=True),
                wait_days=part.number("wait_days", 5, 1, 365),
                private=part.flag("private"),
                on_call=on_call,
            )
    return found


def _agents(tables: Part, teams: Mapping[str, TeamSpec]) -> dict[str, AgentSpec]:
    found = {}
    for key, part in tables.parts():
        with part:
            if key in {"me", "none", "system"} or ":" in key:
                part.fail("", f"`{key}` means something else as an agent", "choose another login")
            members = part.texts("teams")
            for team in members:
                part.require_known("teams", team, "team", teams)
            found[key] = AgentSpec(
                name=part.required("name"),
                email=part.required("email"),
                teams=members,
                role=part.choice("role", Role, Role.AGENT),
            )
    return found


def _units(tables: Part, calendars: Mapping[str, CalendarSpec], services: Mapping[str, Any]) -> dict[str, UnitSpec]:
    found = {}
    for key, part in tables.parts():
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
    owners: dict[str, str] = {}
    for key, unit in found.items():
        for pattern in unit.mail:
            if pattern in owners:
                tables.part(key).fail("mail", f"`{pattern}` is the mail of `{owners[pattern]}` already")
            owners[pattern] = key
    return found


def _services(tables: Part, teams: Mapping[str, TeamSpec], slas: Mapping[str, SlaSpec]) -> dict[str, ServiceSpec]:
    found = {}
    for key, part in tables.parts():
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
            )
    return found


def _routing(
    whole: Part,
    teams: Mapping[str, TeamSpec],
    services: Mapping[str, ServiceSpec],
    units: Mapping[str, UnitSpec],
) -> tuple[RoutingSpec, ...]:
    rules = whole.raw("routing", [])
    if not isinstance(rules, list):
        whole.wrong("routing", "a list of [[routing]]", rules)
    found = []
    for number, values in enumerate(rules, 1):
        with Part(whole.file, whole.lines, "routing", values) as part:
            condition, assignment = dict(part.part("when").values), dict(part.part("set").values)
            person = part.flag("person")
            try:
                parse_rule(condition, assignment, person=person)
            except BadInput as error:
                part.fail(f"rule {number}", error.what, error.remedy)
            for name, noun, known in (
                ("team", "team", teams),
                ("service", "service", services),
                ("unit", "unit", units),
            ):
                if name in assignment:
                    part.require_known(f"rule {number}: {name}", assignment[name], noun, known)
            if assignment.get("status", "spam") != "spam":
                part.fail(f"rule {number}: status", "a new mail can be spam, and nothing else", 'status = "spam"')
            if "priority" in assignment and assignment["priority"] not in list(Priority):
                part.fail(f"rule {number}: priority", "must be P1 to P5")
            found.append(RoutingSpec(condition, assignment, person))
    return tuple(found)


def _templates(tables: Part) -> tuple[TemplateSpec, ...]:
    found = []
    for name, languages in tables.parts():
        for language, part in languages.parts():
            with part:
                found.append(TemplateSpec(name, language, part.required("subject"), part.required("body")))
    return tuple(found)


def _plain(value: Any) -> Any:
    """The file's values as JSON can hold them."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value
