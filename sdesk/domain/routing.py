"""Routing rules: which new mail goes where. In order; each field is decided by the first rule that sets it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from sdesk.domain.errors import BadInput
from sdesk.domain.events import CheckState
from sdesk.domain.inbound import InboundMail

CONDITIONS = ("recipient", "sender", "domain", "subject", "body", "header")
"""What a rule's `when` may ask."""
ASSIGNMENTS = ("team", "service", "unit", "requester", "priority", "tags", "status", "discard", "event", "source")
"""What a rule's `set` may decide."""
GROUPS = ("requester", "name", "phone", "unit", "service")
"""Named groups of a pattern that decide a field; `name` and `phone` are the requester's, a unit is named by its key or
its name. Any other is a tag, `order:4711`."""
EVENT_GROUPS = ("host", "check", "key", "severity")
"""The same of a rule that finds a machine's event: `host:check`, or `key` alone, says of which check."""
_MAIL_SOURCE = "mail"

_LONGEST_SEARCHED = 20_000
"""Letters of a body that a pattern looks at: enough for any form, and a bound on a slow pattern."""
_LONGEST_LINE = 1_000
"""The same of a subject, and of one header."""
_LONGEST_TAG = 80
_LONGEST_TOLD = 60
"""Letters of a condition that are told."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: it holds when all of its conditions do."""

    recipient: tuple[str, ...] = ()
    """Addresses with wildcards, any of them."""
    sender: tuple[str, ...] = ()
    """Addresses with wildcards, any of them."""
    domain: tuple[str, ...] = ()
    """Of the sender, itself or a domain above it."""
    subject: re.Pattern[str] | None = None
    body: re.Pattern[str] | None = None
    header: tuple[tuple[str, re.Pattern[str]], ...] = ()
    person: bool = False
    """A web form: a person wrote it, whatever its headers say."""
    assignment: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MailEvent:
    """What a rule found a mail to say of a check."""

    state: CheckState
    source: str
    key: str
    host: str
    severity: str
    """As the mail calls it; empty where it says none."""


@dataclass(frozen=True, slots=True)
class Routing:
    """What the rules decided, and which of them (by position, from 1)."""

    values: Mapping[str, Any]
    decided_by: Mapping[str, int]
    person: bool = False
    event: MailEvent | None = None
    """Of a mail of monitoring, by the first rule that says so."""


def parse_rule(condition: Mapping[str, Any], assignment: Mapping[str, Any], *, person: bool = False) -> Rule:
    """A rule of the desk file. BadInput for an unknown key or a pattern that is none."""
    for keys, known, where in ((condition, CONDITIONS, "when"), (assignment, ASSIGNMENTS, "set")):
        for key in keys:
            if key not in known:
                raise BadInput(f"a routing rule's `{where}` knows no `{key}`", f"it knows {', '.join(known)}")
    if assignment.get("event", CheckState.UP) not in list(CheckState):
        raise BadInput(f"there is no event `{assignment['event']}`", f"it is one of {', '.join(CheckState)}")
    headers = condition.get("header", {})
    return Rule(
        recipient=_listed(condition.get("recipient", ())),
        sender=_listed(condition.get("sender", ())),
        domain=_listed(condition.get("domain", ())),
        subject=_pattern(condition.get("subject")),
        body=_pattern(condition.get("body")),
        header=tuple((name.lower(), compile_pattern(pattern)) for name, pattern in headers.items()),
        person=person,
        assignment=assignment,
    )


def route(rules: Sequence[Rule], mail: InboundMail) -> Routing:
    """What the rules say of a mail: every field by the first rule that sets it."""
    values: dict[str, Any] = {}
    decided_by: dict[str, int] = {}
    person = False
    event = None
    for position, rule in enumerate(rules, 1):
        groups = _matches(rule, mail)
        if groups is None:
            continue
        person = person or rule.person
        if "event" in rule.assignment:
            found = {key: groups.pop(key) for key in EVENT_GROUPS if key in groups}
            if "event" not in values:
                event = _event(rule.assignment, found)
        decided = {key: value for key, value in groups.items() if key in GROUPS}
        told = [
            f"{key}:{word}"[:_LONGEST_TAG]
            for key, value in groups.items()
            if key not in GROUPS
            for word in (_word(value),)
            if word
        ]
        for key, value in (*decided.items(), *([("tags", told)] if told else ()), *rule.assignment.items()):
            if key == "tags":
                values["tags"] = tuple(dict.fromkeys((*values.get("tags", ()), *value)))
                decided_by.setdefault("tags", position)
            elif key not in values:
                values[key] = value
                decided_by[key] = position
    return Routing(values, decided_by, person, event)


def _event(assignment: Mapping[str, Any], found: Mapping[str, str]) -> MailEvent | None:
    """The event that a rule found; None where it found no check."""
    host = found.get("host", "")
    key = found.get("key") or ":".join(filter(None, (host, found.get("check", ""))))
    if not key:
        return None
    source = assignment.get("source", _MAIL_SOURCE)
    return MailEvent(CheckState(assignment["event"]), source, key, host, found.get("severity", ""))


def condition_words(rule: Rule) -> str:
    """What a rule asks of a mail, in one line: `sender store-*@shop.example, subject till`."""
    asked = [
        *((name, ", ".join(values)) for name, values in _lists(rule) if values),
        *((name, pattern.pattern) for name, pattern in (("subject", rule.subject), ("body", rule.body)) if pattern),
        *((f"header {name}", pattern.pattern) for name, pattern in rule.header),
    ]
    return ", ".join(f"{name} {_shortened(value)}" for name, value in asked) or "every mail"


def _lists(rule: Rule) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return ("recipient", rule.recipient), ("sender", rule.sender), ("domain", rule.domain)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_TOLD else text[: _LONGEST_TOLD - 1] + "…"


def _matches(rule: Rule, mail: InboundMail) -> dict[str, str] | None:
    """The named groups of a rule that holds (none is an empty dict), or None where it does not hold."""
    sender = mail.sender.address.lower()
    if rule.sender and not any(fnmatchcase(sender, pattern) for pattern in rule.sender):
        return None
    if rule.domain and not _below(sender.rpartition("@")[2], rule.domain):
        return None
    if rule.recipient:
        recipients = {box.address.lower() for box in (*mail.to, *mail.cc)} | {
            each.lower() for each in mail.delivered_to
        }
        if not any(fnmatchcase(address, pattern) for address in recipients for pattern in rule.recipient):
            return None
    groups: dict[str, str] = {}
    sought: list[tuple[re.Pattern[str], Iterable[str]]] = [
        (pattern, [value[:_LONGEST_LINE] for value in mail.headers.get(name, ())]) for name, pattern in rule.header
    ]
    if rule.subject is not None:
        sought.append((rule.subject, (mail.subject[:_LONGEST_LINE],)))
    if rule.body is not None:
        sought.append((rule.body, (mail.body_text[:_LONGEST_SEARCHED],)))
    for pattern, texts in sought:
        match = next((found for text in texts if (found := pattern.search(text))), None)
        if match is None:
            return None
        groups |= {key: value.strip() for key, value in match.groupdict().items() if value}
    return groups


def _word(value: str) -> str:
    """What a form's field says as one word: a tag has no blank and no comma."""
    return "-".join(value.replace(",", " ").split()).lower()


def _below(domain: str, wanted: Iterable[str]) -> bool:
    return any(domain == each or domain.endswith("." + each) for each in wanted)


def _listed(value: str | Iterable[str]) -> tuple[str, ...]:
    return (value.lower(),) if isinstance(value, str) else tuple(each.lower() for each in value)


def _pattern(text: str | None) -> re.Pattern[str] | None:
    return None if text is None else compile_pattern(text)


def compile_pattern(text: str) -> re.Pattern[str]:
    """A pattern of a rule: letter case is no difference, `^` and `$` are those of a line. BadInput for what is none."""
    try:
        return re.compile(text, re.IGNORECASE | re.MULTILINE)
    except (re.error, OverflowError, RecursionError) as error:  # the last two: a{99999999999}, and brackets in brackets
        raise BadInput(f"the pattern `{text}` is no regular expression: {error}", "see `re` of Python") from error
