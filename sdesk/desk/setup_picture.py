"""The set-up as the store has it, in the words of the desk file: what a review of a change compares.

It is made of the rows themselves, before and after they are written: it cannot say anything else than what holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy.engine import Connection

from sdesk.domain.duration import write_duration
from sdesk.store.calendars import ALWAYS_KEY
from sdesk.store.models import table_named

Values = dict[str, Any]
"""By key of the desk file, a table within another by its path: `targets.P1.resolution`. What is absent is not there."""
Picture = dict[tuple[str, str], Values]
"""By noun and key: `("calendar", "office")`. A rule's key is its position, a template's its name and language."""

ROUTING_RULE = "routing rule"
_OWN_SECTIONS = ("incidents", "events")
"""What of the desk's rules stands in a section of its own, and holds with what is usual where there is none."""
_WISHED = ("portal", "satisfaction")
"""What there is only where the file has the section."""
_PLAYBOOKS = "playbooks"
"""What of them has keys."""
_ELSEWHERE = (*_OWN_SECTIONS, *_WISHED, _PLAYBOOKS)


def picture(connection: Connection) -> Picture:
    """All that holds now; what is retired does not. Empty before the first desk file."""
    desk = connection.execute(table_named("desk").select()).mappings().first()
    if desk is None:
        return {}
    found: Picture = {
        ("desk", ""): _some({name: desk[name] for name in ("name", "ref_prefix", "language", "time_zone", "currency")}),
        ("priority", ""): _flat({name: value for name, value in desk["rules"].items() if name not in _ELSEWHERE}),
        **{(name, ""): _flat(desk["rules"].get(name, {})) for name in _OWN_SECTIONS},
        **{(name, ""): _flat(desk["rules"][name]) for name in _WISHED if name in desk["rules"]},
        **{("playbook", key): _playbook(each) for key, each in desk["rules"].get(_PLAYBOOKS, {}).items()},
    }
    return found | _with_keys(connection) | _without_keys(connection)


def _playbook(table: Mapping[str, Any]) -> Values:
    """With each step below its key, and their order, which people read."""
    steps = {each["key"]: {name: value for name, value in each.items() if name != "key"} for each in table["steps"]}
    return _flat({**table, "steps": steps, "order": list(steps)})


def _with_keys(connection: Connection) -> Picture:
    found: Picture = {}
    keys = {table: {row.id: row.key for row in _rows(connection, table)} for table in _REFERRED}
    for table, (noun, columns) in _KEYED.items():
        for row in _rows(connection, table):
            if row.retired_at is None and row.key != ALWAYS_KEY:
                values = {name: getattr(row, name) for name in columns}
                if values.get("fields"):
                    values |= _form(values["fields"])
                for name in [name for name in values if name.endswith("_id")]:
                    referred = values.pop(name)
                    key = name.removesuffix("_id")
                    values[key] = keys[_TABLE_OF.get(key, key)].get(referred)
                found[noun, row.key] = _flat(values)
    _add_targets(connection, keys["sla"], found)
    for row in _rows(connection, "team_member"):
        _append(found, ("agent", keys["agent"][row.agent_id]), "teams", keys["team"][row.team_id])
    for row in sorted(_rows(connection, "agent_key"), key=lambda row: (row.agent_id, row.position)):
        _append(found, ("agent", keys["agent"][row.agent_id]), "keys", f"{row.key} {row.comment}".rstrip())
    for row in sorted(_rows(connection, "on_call"), key=lambda row: row.position):
        _append(found, ("team", keys["team"][row.team_id]), "on_call", keys["agent"][row.agent_id])
    for row in sorted(_rows(connection, "unit_address"), key=lambda row: row.position):
        _append(found, ("unit", keys["unit"][row.unit_id]), "mail", row.pattern)
    return found


_KEYED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "calendar": ("calendar", ("time_zone", "country", "subdivision", "hours", "free", "working")),
    "sla": ("SLA", ("calendar_id", "warn_at", "stale_at")),
    "team": (
        "team",
        (
            *("name", "address", "lead_id", "sla_id", "reopen_for", "wait_days"),
            *("private", "signature", "plus_addressing"),
        ),
    ),
    "agent": ("agent", ("name", "email", "role", "notify")),
    "unit": (
        "unit",
        (
            *("name", "kind", "parent_id", "calendar_id", "turnover_per_hour", "stops"),
            *("phone", "address", "manager"),
        ),
    ),
    "service": (
        "service",
        (
            *("name", "team_id", "sla_id", "impact", "urgency", "stops_share", "incidents"),
            *("category", "description", "help", "offered_to", "fields", "approve_by"),
        ),
    ),
    "recurring_ticket": (
        "recurring ticket",
        (
            *("subject", "text", "rule", "starts", "time_zone", "service_id", "team_id", "unit_id", "assignee_id"),
            *("requester", "priority", "tags", "catch_up"),
        ),
    ),
}
"""The tables whose rows have a key of the desk file, how a row is called, and its columns in the file's order."""
_REFERRED = tuple(_KEYED)
_TABLE_OF = {"lead": "agent", "parent": "unit", "assignee": "agent"}
"""What a column refers to, where that is not its own name."""


def _add_targets(connection: Connection, slas: Mapping[int, str], found: Picture) -> None:
    for row in sorted(_rows(connection, "sla_target"), key=lambda row: str(row.priority)):
        sla = found.get(("SLA", slas[row.sla_id]))
        for name in ("first_response", "next_reply", "resolution"):
            seconds = getattr(row, name)
            if sla is not None and seconds is not None:
                sla[f"targets.{row.priority}.{name}"] = write_duration(seconds, days=False)


def _without_keys(connection: Connection) -> Picture:
    found: Picture = {}
    for row in sorted(_rows(connection, "routing_rule"), key=lambda row: row.position):
        values = {"when": row.condition, "set": row.assignment, "person": row.person or None}
        found[ROUTING_RULE, str(row.position)] = _flat(values)
    teams = {row.id: row.key for row in _rows(connection, "team")}
    for row in sorted(_rows(connection, "template"), key=lambda row: row.id):
        team = f"{teams[row.team_id]}." if row.team_id is not None else ""
        found["template", f"{team}{row.name}.{row.language}"] = {"subject": row.subject, "body": row.body}
    services = {row.id: row.key for row in _rows(connection, "service")}
    for row in sorted(_rows(connection, "ready_reply"), key=lambda row: row.position):
        values = {"title": row.title, "text": row.text}
        values |= {"team": teams.get(row.team_id), "service": services.get(row.service_id)}
        found["ready reply", row.key] = _flat(values)
    return found


def _form(fields: Sequence[Mapping[str, Any]]) -> Values:
    """The keys of a form's fields in their order, and each field by its key: one that moves changes nothing else."""
    by_key = {f"fields.{field['key']}": {name: field[name] for name in field if name != "key"} for field in fields}
    return {"fields": [field["key"] for field in fields], **by_key}


def _append(found: Picture, of: tuple[str, str], key: str, value: str) -> None:
    values = found.get(of)
    if values is not None:
        values[key] = [*values.get(key, ()), value]


def _rows(connection: Connection, table: str) -> list[Any]:
    return list(connection.execute(table_named(table).select()).all())


def _flat(values: Mapping[str, Any], before: str = "") -> Values:
    """Tables within become paths; what is absent, or an empty list or table, is left out."""
    found: Values = {}
    for name, value in values.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{before}{name}.")
        else:
            found[before + name] = write_duration(value) if name == "reopen_for" else _plain(value)
    return _some(found)


def _some(values: Values) -> Values:
    # An empty list says something of `offered_to` alone: to nobody.
    return {
        name: value for name, value in values.items() if value is not None and (value != [] or name == "offered_to")
    }


def _plain(value: Any) -> Any:
    """As JSON and the file have it."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return str(value) if isinstance(value, str) else value
