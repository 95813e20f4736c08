"""What a desk file may say, and surely does not mean: nothing is refused for it, and all of it is said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sdesk.desk.deskfile.forms import doubts_of_services
from sdesk.desk.deskfile.part import Part
from sdesk.desk.deskfile.together_playbooks import doubt_playbooks
from sdesk.desk.deskfile.values import DeskFile, ServiceSpec
from sdesk.domain.approval import UNIT_HEAD
from sdesk.domain.offered import Asker, selects
from sdesk.domain.outgoing import TEMPLATE_LANGUAGES
from sdesk.domain.requesters import head
from sdesk.domain.ticket import Role

_ADDS_UP = {"tags"}
"""What every rule that holds adds to."""


def doubts(whole: Part, desk: DeskFile) -> None:
    """Warn of whatever is in doubt in a file that was read without a mistake."""
    _language(whole, desk)
    for section, look in (
        ("slas", _slas),
        ("teams", _teams),
        ("agents", _agents),
        ("units", _units),
        ("services", doubts_of_services),
        ("services", _services),
        ("replies", _replies),
        ("playbooks", doubt_playbooks),
    ):
        if section in whole.values:
            look(whole.part(section, whole.values[section]), desk)
    _routing(whole, desk)


def _language(whole: Part, desk: DeskFile) -> None:
    if desk.language not in TEMPLATE_LANGUAGES and desk.language not in {each.language for each in desk.templates}:
        whole.part("desk", whole.values["desk"]).warn(
            "language", f"the program has no words in `{desk.language}` and the file no templates: mail goes out in en"
        )


def _slas(tables: Part, desk: DeskFile) -> None:
    used = {team.sla for team in desk.teams.values()} | {service.sla for service in desk.services.values()}
    for key, sla in desk.slas.items():
        part = tables.part(key, tables.values[key])
        if not any(
            (each.first_response, each.next_reply, each.resolution) != (None,) * 3 for each in sla.targets.values()
        ):
            part.warn("targets", "nothing is promised: no ticket of it has a deadline")
        if key not in used:
            part.warn("", "no team and no service has this SLA")
        for priority, targets in sla.targets.items():
            for name in ("first_response", "next_reply"):
                sooner = getattr(targets, name)
                if sooner is not None and targets.resolution is not None and sooner > targets.resolution:
                    at = part.part("targets", part.values["targets"])
                    at.part(priority.value, at.values[priority.value]).warn(
                        name, "longer than the resolution: whoever resolves in time has answered long before"
                    )


def _teams(tables: Part, desk: DeskFile) -> None:
    by_service = {service.team for service in desk.services.values() if service.sla is None}
    for key, team in desk.teams.items():
        part = tables.part(key, tables.values[key])
        members = {login for login, agent in desk.agents.items() if key in agent.teams}
        if not members:
            part.warn("", f"it has no members: no agent has `{key}` among his teams")
        if team.sla is None:
            which = (
                "a service of it has none either" if key in by_service else "what no service decides has no deadline"
            )
            part.warn("", f"it has no SLA, and {which}")
        if members and team.private and team.lead is not None and team.lead not in members:
            part.warn("lead", f"`{team.lead}` leads a private team and is no member: he does not see its tickets")
        for login in team.on_call:
            if members and login not in members:
                part.warn("on_call", f"`{login}` is on call for a team that he is no member of")


def _agents(tables: Part, desk: DeskFile) -> None:
    for login, agent in desk.agents.items():
        if not agent.teams and agent.role is not Role.AUDITOR:
            tables.part(login, tables.values[login]).warn("", "he is in no team: no ticket comes to him")


def _units(tables: Part, desk: DeskFile) -> None:
    for key, unit in desk.units.items():
        part = tables.part(key, tables.values[key])
        if unit.turnover_per_hour and unit.calendar is None:
            part.warn("turnover_per_hour", "it names no calendar: an outage would cost as much at night as by day")
        if unit.stops and not unit.turnover_per_hour:
            part.warn("stops", "it has no turnover_per_hour: nothing of it can stand")


_MOST_NAMED = 3
"""Units that a doubt names."""


def _services(tables: Part, desk: DeskFile) -> None:
    """A service that a unit's head must approve, offered where nobody is known as one."""
    for key, service in desk.services.items():
        if service.approve_by != UNIT_HEAD:
            continue
        headless = [unit for unit in desk.units if _is_offered(desk, service, unit) and not _has_head(desk, unit)]
        if headless:
            named = ", ".join(f"`{unit}`" for unit in headless[:_MOST_NAMED])
            more = f" and {len(headless) - _MOST_NAMED} more" if len(headless) > _MOST_NAMED else ""
            tables.part(key, tables.values[key]).warn(
                "approve_by", f"no mail address stands as `manager` of {named}{more}: nobody there can be asked"
            )


def _is_offered(desk: DeskFile, service: ServiceSpec, unit: str) -> bool:
    return selects(service.offered_to, Asker(tuple((each, desk.units[each].kind) for each in _upwards(desk, unit))))


def _has_head(desk: DeskFile, unit: str) -> bool:
    return any(head(desk.units[each].manager) is not None for each in _upwards(desk, unit))


def _upwards(desk: DeskFile, unit: str | None) -> list[str]:
    """A unit, and those that it is a part of."""
    found: list[str] = []
    while unit is not None and unit in desk.units and unit not in found:
        found.append(unit)
        unit = desk.units[unit].parent
    return found


def _replies(tables: Part, desk: DeskFile) -> None:
    for key, reply in desk.replies.items():
        team = desk.services[reply.service].team if reply.service is not None else None
        if reply.team is not None and team not in (None, reply.team):
            what = f"service `{reply.service}` is of team `{team}`: hardly a ticket of `{reply.team}` is for it"
            tables.part(key, tables.values[key]).warn("service", what)


def _routing(whole: Part, desk: DeskFile) -> None:
    """Rules that decide nothing, where that is certain: an earlier one holds whenever they do, and has decided."""
    for later, rule in enumerate(desk.routing):
        wanted = set(_conditions(rule.condition))
        decides = {key for key, value in rule.assignment.items() if key not in _ADDS_UP and value is not False}
        part = whole.part("routing", whole.values["routing"][later], later + 1)
        if not decides and not rule.assignment.get("tags") and not rule.person and "(?P<" not in str(rule.condition):
            part.warn("", "it decides nothing")
            continue
        if rule.assignment.get("event") and not {"sender", "domain", "header"} & rule.condition.keys():
            part.warn("", "anybody could write such a mail: name its sender")
        for earlier, other in enumerate(desk.routing[:later], 1):
            if not set(_conditions(other.condition)) <= wanted:
                continue
            if other.assignment.get("discard"):
                part.warn("", f"it is never reached: rule {earlier} holds whenever it does, and discards the mail")
                break
            adds = rule.assignment.get("tags") or (rule.person and not other.person)
            if decides <= other.assignment.keys() and not adds and "(?P<" not in str(rule.condition):
                part.warn("", f"it never decides anything: rule {earlier} holds whenever it does, and comes first")
                break


def _conditions(condition: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each of what must hold by itself, to be compared."""
    for key, value in condition.items():
        if isinstance(value, dict):
            yield from ((f"{key}.{name}".lower(), pattern) for name, pattern in value.items())
        else:
            yield key, repr(sorted([value] if isinstance(value, str) else value))
