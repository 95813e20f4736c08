"""`[[routing]]` of the desk file: what a rule may ask and decide, and of which type each of it is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sdesk.config.section import shown
from sdesk.desk.deskfile.part import Part
from sdesk.desk.deskfile.trial import first_slow
from sdesk.desk.deskfile.values import RoutingSpec
from sdesk.domain.errors import BadInput
from sdesk.domain.routing import ASSIGNMENTS, CONDITIONS, parse_rule
from sdesk.domain.ticket import Priority


def read_routing(
    whole: Part, teams: Collection[str], services: Collection[str], units: Collection[str]
) -> tuple[RoutingSpec, ...]:
    """The rules in their order."""
    rules = whole.raw("routing", [])
    if not isinstance(rules, list) or not all(isinstance(each, dict) for each in rules):
        whole.wrong("routing", "a list of [[routing]]", rules)
    parts = [Part(whole.file, whole.lines, "routing", values, number) for number, values in enumerate(rules, 1)]
    read = tuple(_rule(part, teams, services, units) for part in parts)
    _require_quick(parts, read)
    return read


def _rule(part: Part, teams: Collection[str], services: Collection[str], units: Collection[str]) -> RoutingSpec:
    with part:
        when, decided = part.part("when"), part.part("set")
        condition = _condition(when)
        assignment = _assignment(decided, teams, services, units)
        person = part.flag("person")
        try:
            parse_rule(condition, assignment, person=person)
        except BadInput as error:
            part.fail("when", error.what, error.remedy)
        if assignment.get("discard") and not condition:
            decided.fail("discard", "the rule has no condition: it would discard every new mail", "add a `when`")
    return RoutingSpec(condition, assignment, person)


def _require_quick(parts: Sequence[Part], rules: Sequence[RoutingSpec]) -> None:
    """Refuse a pattern whose search may take for ever: some mail would keep the desk busy with it."""
    places: list[tuple[Part, str]] = []
    patterns: list[str] = []
    for part, rule in zip(parts, rules, strict=True):
        for key in ("subject", "body"):
            if key in rule.condition:
                places.append((part, key))
                patterns.append(rule.condition[key])
        for name, text in rule.condition.get("header", {}).items():
            places.append((part, name))
            patterns.append(text)
    slow = first_slow(patterns)
    if slow is not None:
        part, key = places[slow]
        part.fail(
            "when",
            f"the pattern of {key}, {shown(patterns[slow])}, takes for ever in some texts",
            "let no repetition stand within another or beside its like: (a+)+ is a+, and .*.* is .*",
        )


def _condition(part: Part) -> dict[str, Any]:
    part.require_only(CONDITIONS)
    for key in ("recipient", "sender", "domain"):
        part.text_or_texts(key)
    for key in ("subject", "body"):
        if key in part.values:
            _pattern(part, key)
    if "header" in part.values:
        headers = part.part("header")
        if not headers.values:
            part.wrong("header", 'a table of patterns, as { X-Spam-Flag = "YES" }', headers.values)
        for name in headers.values:
            _pattern(headers, name)
    return dict(part.values)


def _pattern(part: Part, key: str) -> None:
    if not part.text(key):
        part.wrong(key, 'a pattern, as "till (is )?down"', part.values[key])


def _assignment(
    part: Part, teams: Collection[str], services: Collection[str], units: Collection[str]
) -> dict[str, Any]:
    part.require_only(ASSIGNMENTS)
    part.refers("team", "team", teams)
    part.refers("service", "service", services)
    part.refers("unit", "unit", units)
    part.text("requester")
    part.flag("discard")
    for tag in part.texts("tags"):
        if not tag or "," in tag or any(letter.isspace() for letter in tag):
            part.wrong("tags", 'single words, as ["vip", "pos"]', tag)
    if part.text("status") not in (None, "spam"):
        part.fail("status", "a new mail can be spam, and nothing else", 'write status = "spam"')
    if part.text("priority") not in (None, *Priority):
        part.fail("priority", "must be P1 to P5", 'as in priority = "P2"')
    return dict(part.values)
