"""Reading a desk file: TOML to checked values. First each key by itself (`sections`), then what several say together
(`together`); where nothing was wrong, the values.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Any

from sdesk.desk.deskfile import together
from sdesk.desk.deskfile.doubts import doubts
from sdesk.desk.deskfile.lines import Lines
from sdesk.desk.deskfile.part import Mistake, Part, Reading
from sdesk.desk.deskfile.sections import FILE, NOUNS
from sdesk.desk.deskfile.values import (
    AgentSpec,
    CalendarSpec,
    DeskFile,
    ReadyReplySpec,
    RecurringSpec,
    RoutingSpec,
    ServiceSpec,
    SlaSpec,
    TeamSpec,
    TemplateSpec,
    UnitSpec,
)
from sdesk.domain.clock import Targets
from sdesk.domain.nearest import nearest
from sdesk.domain.ticket import Priority
from sdesk.store.calendars import ALWAYS_KEY

Values = Mapping[str, Any]


def read(text: str, file: str) -> DeskFile:
    """The values of a desk file; `file` is its name, for errors.

    BadInput names file, line, key and what is right, for every mistake (the first twenty); what follows from another
    mistake is none of its own. What is no TOML has one.
    """
    try:
        source = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        place = re.search(r" \(at line (\d+), column (\d+)\)$", str(error))
        where, said = (f"{file}:{place[1]}", str(error)[: place.start()]) if place else (file, str(error))
        raise Mistake(None, f"{where}: no TOML: {said[:1].lower()}{said[1:]}", "mend that line") from error
    return check(source, file, Lines(text))


def check(source: Values, file: str, lines: Lines) -> DeskFile:
    """The same for what TOML has been read to, of whatever types its values are."""
    reading = Reading(file, lines, _names(source))
    whole = Part(reading, "", source)
    values = whole.read(FILE.keys)
    together.check(whole, values)
    reading.refuse()
    desk = _build(values, source)
    doubts(whole, desk)
    return desk.warned(tuple(reading.warnings))


def _names(source: Values) -> dict[str, frozenset[str]]:
    """What keys may refer to; a section whose name is mistyped is the one that was meant."""
    found = {}
    for section, noun in NOUNS.items():
        meant = [name for name in source if name == section or (name not in NOUNS and nearest(name, [section]))]
        tables = [source[name] for name in meant if isinstance(source[name], dict)]
        found[noun] = frozenset(key for table in tables for key in table)
    found["calendar"] |= {ALWAYS_KEY}
    return found


def _build(values: Values, source: Values) -> DeskFile:
    """The file's values, of which each has been checked."""
    return DeskFile(
        **values["desk"],
        rules=_rules(values["priority"], source),
        calendars={key: _calendar(each) for key, each in values["calendars"].items()},
        slas={key: _sla(each) for key, each in values["slas"].items()},
        teams={key: _team(each) for key, each in values["teams"].items()},
        agents={key: _agent(each) for key, each in values["agents"].items()},
        units={key: _unit(each) for key, each in values["units"].items()},
        services={key: _service(each) for key, each in values["services"].items()},
        recurring={key: RecurringSpec(**each) for key, each in values["recurring"].items()},
        routing=tuple(
            # As they stand: the store keeps a rule as the file has it.
            RoutingSpec(dict(each.get("when", {})), dict(each.get("set", {})), each.get("person", False))
            for each in source.get("routing", [])
        ),
        templates=_templates(values["templates"]),
        replies={key: ReadyReplySpec(**each) for key, each in values["replies"].items()},
        warnings=(),
        source=plain({name: each for name, each in source.items() if each != []}),
    )


def _rules(priority: Values, source: Values) -> dict[str, Any]:
    """`[priority]`, `[incidents]`, `[events]` and `[portal]` as they stand, as JSON can hold them."""
    written = source.get("priority", {})
    rules: dict[str, Any] = {name: plain(written[name]) for name in ("head_start", "matrix") if name in written}
    rules["loss"] = plain(written.get("loss", []))
    if priority["margin"] is not None:
        rules["margin"] = str(priority["margin"])
    for name in ("incidents", "events", "portal"):
        if source.get(name):
            rules[name] = plain(source[name])
    return rules


def _calendar(values: Values) -> CalendarSpec:
    return CalendarSpec(
        time_zone=values["time_zone"],
        country=values["country"] or None,
        subdivision=values["subdivision"] or None,
        hours={day: list(hours) for day, hours in values["hours"].items()},
        free=values["free"],
        working={date.fromisoformat(day).isoformat(): list(hours) for day, hours in values["working"].items()},
    )


def _sla(values: Values) -> SlaSpec:
    targets = {Priority(key): Targets(**each) for key, each in values["targets"].items()}
    return SlaSpec(values["calendar"], values["warn_at"], values["stale_at"], targets)


def _team(values: Values) -> TeamSpec:
    return TeamSpec(
        **{
            **values,
            "address": values["address"] or None,
            "signature": values["signature"] or None,
            "templates": _templates(values["templates"]),
        }
    )


def _agent(values: Values) -> AgentSpec:
    notify = values["notify"]
    if notify is not None:
        notify = {name: _listed(value) for name, value in notify.items() if value is not None}
    return AgentSpec(**{**values, "notify": notify})


def _listed(value: Any) -> Any:
    return [str(each) for each in value] if isinstance(value, tuple) else value


def _unit(values: Values) -> UnitSpec:
    return UnitSpec(**{**values, "mail": tuple(each.lower() for each in values["mail"])})


def _service(values: Values) -> ServiceSpec:
    fields = tuple(
        {name: _listed(value) for name, value in each.items() if value not in (None, False)}
        for each in values["fields"]
    )
    texts = {name: values[name] or {} for name in ("description", "help")}
    return ServiceSpec(**{**values, **texts, "fields": fields})


def _templates(values: Values) -> tuple[TemplateSpec, ...]:
    return tuple(
        TemplateSpec(name, language, each["subject"], each["body"])
        for name, languages in values.items()
        for language, each in languages.items()
    )


def plain(value: Any) -> Any:
    """The file's values as JSON can hold them."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value
