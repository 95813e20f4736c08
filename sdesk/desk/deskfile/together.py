"""What the keys of a desk file must say together: no address twice, no circle, a desk that somebody can run.

Each check looks only at what was read without a mistake, so that no mistake is told twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sdesk.config.section import shown
from sdesk.desk.deskfile.forms import check_forms
from sdesk.desk.deskfile.part import Part
from sdesk.desk.deskfile.trial import first_slow
from sdesk.desk.outbox.template_language import Fault, check_words
from sdesk.desk.outbox.template_language import check as check_template
from sdesk.domain.nearest import did_you_mean, nearest
from sdesk.domain.outgoing import READY_REPLY_VARIABLES, MailKind
from sdesk.domain.ticket import Role
from sdesk.domain.worktime import find_zone
from sdesk.store.calendars import build
from sdesk.store.recurrence import require_bearable

Values = Mapping[str, Any]

_NAMING = ("host", "check", "key")
"""Groups of a pattern that say which check an event is of."""
_SOME_DAY = "2024-01-01T00:00"
"""Where a rule does not say when it starts, it is judged as if it started then: a Monday."""


def check(whole: Part, values: Values) -> None:
    """Note the mistakes of a file whose sections have been read to `values`."""
    for section, look in (
        ("calendars", _calendars),
        ("teams", _teams),
        ("agents", _agents),
        ("units", _units),
        ("services", check_forms),
        ("templates", _templates),
        ("replies", _replies),
    ):
        if section in values and section in whole.values:
            with whole.reading.noting():
                look(whole.part(section, whole.values[section]), values[section])
    if "recurring" in values and "recurring" in whole.values:
        zone = values.get("desk", {}).get("time_zone") or "UTC"
        _recurring_rules(whole.part("recurring", whole.values["recurring"]), values["recurring"], zone)
    if {"recurring", "teams", "services", "agents"} <= values.keys() and "recurring" in whole.values:
        _recurring_places(whole.part("recurring", whole.values["recurring"]), values)
    if "routing" in values:
        _routing(whole, values["routing"])


def _calendars(tables: Part, values: Values) -> None:
    for key, each in values.items():
        part = tables.part(key, tables.values[key])
        with tables.reading.noting():
            if {"time_zone", "hours", "free", "working"} <= each.keys():
                hours = {day: list(times) for day, times in each["hours"].items()}
                working = {day: list(times) for day, times in each["working"].items()}
                if len(hours) == len(part.values.get("hours", {})):
                    part.checked("hours", lambda: build(key, each["time_zone"], hours, each["free"], working))  # noqa: B023 - called at once
        with tables.reading.noting():
            if each.get("country"):
                _require_country(part, each["country"], each.get("subdivision"))
            elif each.get("subdivision"):
                part.fail("subdivision", "a subdivision of no country", 'add country = "DE", say')


def _require_country(part: Part, country: str, subdivision: str | None) -> None:
    # A tenth of a second: only who has a country pays for it.
    from holidays import list_supported_countries
    from holidays.registry import COUNTRIES

    known = list_supported_countries(include_aliases=True)
    if country not in known:
        code = _code_of(country.strip().lower(), COUNTRIES)
        part.fail(
            "country",
            f"holidays of `{country}` are not known",
            f"did you mean `{code}`?" if code else "write an ISO 3166 code, as RU or DE",
        )
    if subdivision and subdivision not in known[country]:
        part.fail(
            "subdivision",
            f"`{country}` has no subdivision `{subdivision}`",
            # Nobody means one code of two letters who writes another.
            did_you_mean(
                subdivision,
                list(known[country]) if len(subdivision) > 3 else [],
                f"known: {', '.join(known[country]) or 'none'}",
            ),
        )


def _code_of(written: str, countries: Mapping[str, tuple[str, ...]]) -> str:
    """The code of a country that was written otherwise: by its name, by three letters, in small ones. Or nothing."""
    codes = {key.replace("_", " "): names[1] for key, names in countries.items()}
    codes |= {code.lower(): names[1] for names in countries.values() for code in names[1:]}
    if written in codes:
        return codes[written]
    near = nearest(written, codes) if len(written) > 3 else None
    return "" if near is None else codes[near]


def _teams(tables: Part, values: Values) -> None:
    if not tables.values:
        tables.fail("", "a desk needs a team", 'add [teams.it] with name = "..."')
    _require_own(tables, "address", {key: (each["address"],) for key, each in values.items() if each.get("address")})
    for key, each in values.items():
        team = tables.part(key, tables.values[key])
        if each.get("templates"):
            _templates(team.part("templates", team.values["templates"]), each["templates"])


def _agents(tables: Part, values: Values) -> None:
    # One that was not read could be the admin.
    if all("role" in each for each in values.values()) and len(values) == len(tables.values):
        with tables.reading.noting():
            if not any(each["role"] is Role.ADMIN for each in values.values()):
                tables.fail("", "a desk needs an admin", 'give one agent role = "admin"')
    _require_own(tables, "email", {key: (each["email"],) for key, each in values.items() if each.get("email")})


def _units(tables: Part, values: Values) -> None:
    _require_own(tables, "mail", {key: each.get("mail", ()) for key, each in values.items()})
    told: set[str] = set()
    for key in values:
        above, parent = [key], values[key].get("parent")
        while parent in values and parent not in above:
            above.append(parent)
            parent = values[parent].get("parent")
        if parent == key and key not in told:
            # A circle is one mistake, whoever of it is looked at first.
            told.update(above)
            with tables.reading.noting():
                part = tables.part(key, tables.values[key])
                part.fail("parent", f"`{key}` would stand above itself", "let the topmost have no parent")


def _require_own(tables: Part, key: str, mail: Mapping[str, Iterable[str]]) -> None:
    """Note an address that two tables have: mail could not say which of them is meant."""
    owners: dict[str, str] = {}
    for owner, addresses in mail.items():
        for address in addresses:
            other = owners.setdefault(address.lower(), owner)
            if other != owner:
                line = tables.part(other, tables.values[other]).line(key)
                where = f" (line {line})" if line else ""
                with tables.reading.noting():
                    part = tables.part(owner, tables.values[owner])
                    part.fail(key, f"`{address}` is of `{other}` already{where}", "let one of them have it")


def _recurring_rules(tables: Part, values: Values, zone_of_desk: str) -> None:
    for key, each in values.items():
        if not {"rule", "starts", "time_zone"} <= each.keys():
            continue
        zone = find_zone(each["time_zone"] or zone_of_desk)
        part = tables.part(key, tables.values[key])
        with tables.reading.noting():
            part.checked("rule", lambda: require_bearable(each["rule"], each["starts"] or _SOME_DAY, zone))  # noqa: B023 - called at once


def _recurring_places(tables: Part, file: Values) -> None:
    """Whose ticket it is, and that he who has it may see it."""
    for key, each in file["recurring"].items():
        part = tables.part(key, tables.values[key])
        service = file["services"].get(each.get("service"), {})
        team = each.get("team") or service.get("team")
        if team is None and {"team", "service"} <= each.keys() and each["service"] is None:
            if len(file["teams"]) == 1:
                team = next(iter(file["teams"]))
            else:
                with tables.reading.noting():
                    part.fail("", "nobody knows which team this is for", "say `service` or `team`")
        who = each.get("assignee")
        teams = file["agents"].get(who, {}).get("teams")
        if teams is not None and file["teams"].get(team, {}).get("private") and team not in teams:
            with tables.reading.noting():
                what = f"`{who}` is no member of team `{team}`, whose tickets are private"
                part.fail("assignee", what, "name a member of the team")


def _templates(tables: Part, values: Values) -> None:
    for name, languages in values.items():
        for language, each in languages.items():
            at = tables.part(name, tables.values[name])
            part = at.part(language, at.values[language])
            for key in ("subject", "body"):
                if key in each:
                    _note_fault(part, key, each[key], check_template(MailKind(name), each[key]))


def _replies(tables: Part, values: Values) -> None:
    for key, each in values.items():
        at = tables.part(key, tables.values[key])
        if "text" in each:
            part = at.part("text", at.values["text"])
            for language, text in each["text"].items():
                _note_fault(part, language, text, check_words(READY_REPLY_VARIABLES, text))


def _note_fault(part: Part, key: str, text: str, fault: Fault | None) -> None:
    if fault is not None:
        where = f"line {fault.line} of it: " if "\n" in text.strip() else ""
        with part.reading.noting():
            part.fail(key, f"{where}{fault.what}", fault.remedy)


def _routing(whole: Part, rules: Iterable[Values]) -> None:
    rules = list(rules)
    _require_quick(whole, rules)
    for number, rule in enumerate(rules, 1):
        part = whole.part("routing", whole.values["routing"][number - 1], number)
        if rule.get("set", {}).get("discard") and not part.values.get("when"):
            with whole.reading.noting():
                part.part("set", part.values["set"]).fail(
                    "discard", "the rule has no condition: it would discard every new mail", "add a `when`"
                )
        if rule.get("set", {}).get("event") and not any(f"(?P<{name}>" in str(rule.get("when")) for name in _NAMING):
            with whole.reading.noting():
                part.part("set", part.values["set"]).fail(
                    "event",
                    "the rule does not say of which check",
                    "name it in a pattern: (?P<host>\\S+), (?P<check>.+)",
                )


def _require_quick(whole: Part, rules: Sequence[Values]) -> None:
    """Refuse a pattern whose search may take for ever: some mail would keep the desk busy with it."""
    found: list[tuple[int, str, str]] = []
    for number, rule in enumerate(rules, 1):
        when = rule.get("when", {})
        found += [(number, key, when[key]) for key in ("subject", "body") if when.get(key)]
        found += [(number, name, pattern) for name, pattern in (when.get("header") or {}).items()]
    slow = first_slow([pattern for _, _, pattern in found])
    if slow is None:
        return
    number, key, pattern = found[slow]
    with whole.reading.noting():
        whole.part("routing", whole.values["routing"][number - 1], number).fail(
            "when",
            f"the pattern of {key}, {shown(pattern)}, takes for ever in some texts",
            "let no repetition stand within another or beside its like: (a+)+ is a+, and .*.* is .*",
        )
