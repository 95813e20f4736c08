"""`[[routing]]` of the desk file: what a rule may ask and decide, and of which type each of it is."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sdesk.desk.deskfile.part import Part
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
    return tuple(
        _rule(Part(whole.file, whole.lines, "routing", values, number), teams, services, units)
        for number, values in enumerate(rules, 1)
    )


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
