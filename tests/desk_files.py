"""Desk files that are right: one by hand in which every key stands, and any number drawn from the keys' description."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from desks import DESK_FILE
from hypothesis import strategies as st

from sdesk.desk.deskfile.kinds import (
    Amount,
    Day,
    Flag,
    Key,
    Kind,
    Length,
    Moment,
    Pattern,
    Reference,
    Several,
    Share,
    Text,
    Whole,
    Word,
)
from sdesk.desk.deskfile.sections import FILE, NOUNS
from sdesk.desk.deskfile.tables import Checked, Map, Table, Tables

EVERYTHING = """
[slas.whole]
calendar = "24x7"
warn_at = 80
stale_at = 300
targets.P1 = { first_response = "15m" }
[calendars.odd]
time_zone = "Europe/Berlin"
country = "DE"
subdivision = "BY"
hours = { mon = ["09:00-12:00", "13:00-18:00"] }
free = [2027-03-05, "2027-03-06"]
working = { "2026-11-28" = ["10:00-16:00"] }
[teams.night]
name = "Night"
on_call = ["anna", "boris"]
wait_days = 3
[units.kiosk]
name = "Kiosk"
kind = "store"
parent = "flagship"
stops = { till = 0.5 }
[services.kiosk]
name = "Kiosk"
team = "night"
offered_to = ["kind:store", "*@hq.example.org"]
incidents = true
category = "Tills"
description = { en = "Where one pays without a cashier", de = "Selbstkasse" }
help.en = '''
Switch it off,
and on again.'''
[[services.kiosk.fields]]
key = "model"
label = { en = "Model", de = "Modell" }
required = true
pattern = "[A-Z]+ ?[0-9]{2}F"
help = { en = "It stands on the back." }
[[services.kiosk.fields]]
key = "kind"
label.en = "What is broken"
kind = "choice"
choices = ["Screen", "Scanner"]
[[services.kiosk.fields]]
key = "story"
label.en = "What happened"
multiline = true
[incidents]
from = 4
within = "20m"
joins_for = "3h"
[events]
storm_from = 7
storm_within = "5m"
flaps_from = 6
flaps_within = "1h"
[portal]
url = "https://desk.shop.example"
heads = ["kind:store"]
[recurring.backup]
subject = "Check the backup"
text = "Restore one file."
rule = "FREQ=WEEKLY;BYDAY=MO"
starts = 2026-12-07T09:00:00
time_zone = "Europe/Berlin"
service = "other"
team = "it"
unit = "kiosk"
assignee = "boris"
requester = "maria@shop.example"
priority = "P4"
tags = ["backup"]
catch_up = "all"
[[routing]]
when = { recipient = ["a@x.example"], domain = "x.example" }
set = { team = "it", unit = "kiosk", requester = "a@x.example", priority = "P2", tags = ["vip"] }
[[routing]]
when = { sender = "spam@x.example" }
set = { discard = true }
[[routing]]
when = { sender = "zabbix@x.example", subject = "(?P<host>[a-z]+) is down" }
set = { event = "down", source = "zabbix" }
[templates.acknowledgement.de]
subject = "Hallo"
body = "Danke"
[replies.restart]
title = "Restart the till"
team = "it"
service = "till"
text.en = '''
Hello {{ requester.name }},
please restart it.'''
text.de = "Bitte neu starten."
[priority.matrix]
extensive = { critical = "P1", high = "P1", medium = "P2", low = "P3" }
significant = { critical = "P1", high = "P2", medium = "P3", low = "P4" }
moderate = { critical = "P2", high = "P3", medium = "P3", low = "P4" }
minor = { critical = "P3", high = "P4", medium = "P4", low = "P5" }
"""
WHOLE = DESK_FILE.replace("[teams.it]", "margin = 0.1\n[teams.it]", 1) + EVERYTHING
"""A valid desk file in which every key stands that one may have."""

SOURCE = tomllib.loads(WHOLE)


def paths(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every key and every place of a list, at any depth."""
    found: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in found:
        yield (*before, key)
        yield from paths(each, (*before, key))


def replaced(source: Any, path: Sequence[Any], value: Any) -> Any:
    """A file with another value at a place; what does not lead there is shared with the first."""
    if not path:
        return value
    other = copy.copy(source)
    other[path[0]] = replaced(source[path[0]], path[1:], value)
    return other


TURNS = 3


def by_turns(places: Iterable[tuple[Any, ...]], turn: int | None) -> list[tuple[Any, ...]]:
    """One of `TURNS` parts of the places, which change with the turn; None: all of them."""
    return [place for number, place in enumerate(places) if turn is None or number % TURNS == turn % TURNS]


KEYS = {
    "calendar": ["office", "24-hours", "store"],
    "SLA": ["office", "stores.gold"],
    "team": ["it", "hr"],
    "agent": ["anna", "b.kim"],
    "unit": ["flagship", "store-017", "acc"],
    "service": ["till", "other"],
}
"""What the drawn files name; each of it is there."""
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=30).filter(str.strip)
WORDS = st.sampled_from(["x", "support@desk.example", 'a "quoted" \\ word', "two\nlines\n", "\nfirst empty", "a\r\nb"])
WHOLE_MATRIX = {
    impact: dict.fromkeys(("critical", "high", "medium", "low"), "P3")
    for impact in ("extensive", "significant", "moderate", "minor")
}


def example_of(key: Key) -> Any:
    """The value that the description shows."""
    return tomllib.loads(f"x = {key.example}")["x"]


def keys(table: Table) -> st.SearchStrategy[dict[str, Any]]:
    """A table with all that it must have, and some of what it may."""
    return st.fixed_dictionaries(
        {key.name: value(key) for key in table.keys if key.required},
        optional={key.name: value(key) for key in table.keys if not key.required},
    )


def value(key: Key) -> st.SearchStrategy[Any]:
    """A right value for a key."""
    if key.name == "templates":
        body = st.sampled_from(["Thank you", "Line one\nline two {{ ticket.ref }}\n", "\n\nfar below"])
        words = st.fixed_dictionaries({"subject": st.just("Re: {{ ticket.subject }}"), "body": body})
        return st.dictionaries(st.just("acknowledgement"), st.dictionaries(st.sampled_from(["en", "de"]), words))
    if key.name == "replies":
        texts = st.dictionaries(
            st.sampled_from(["en", "de"]), st.sampled_from(["Hello {{ requester.name }}", "\nTwo\nlines\n"]), min_size=1
        )
        reply = st.fixed_dictionaries({"title": WORDS, "text": texts}, optional={"service": st.just("till")})
        return st.dictionaries(st.sampled_from(["restart", "look"]), reply)
    if key.name == "fields":
        kinds: list[dict[str, Any]] = [
            {"key": "model", "label": {"en": "Model"}, "pattern": "[0-9]{2}F", "required": True},
            {"key": "kind", "label": {"de": "Art"}, "kind": "choice", "choices": ["a", "B"]},
            {
                "key": "since",
                "label": {"en": "Since", "de": "Seit"},
                "kind": "date",
                "help": {"en": "\nWhen\nwas it?\n"},
            },
            {"key": "story", "label": {"en": "Story"}, "multiline": True},
        ]
        return st.lists(st.sampled_from(kinds), unique_by=lambda field: str(field["key"]))
    if key.name == "matrix":
        return st.just(WHOLE_MATRIX)
    if key.name in ("country", "subdivision"):
        return st.just("") if key.name == "subdivision" else st.sampled_from(["", "DE", "RU"])
    return of(key.kind, key)


def of(kind: Kind, key: Key) -> st.SearchStrategy[Any]:
    """A right value of a kind; what only a check knows is drawn from the key's example."""
    simple: dict[type, st.SearchStrategy[Any]] = {
        Flag: st.booleans(),
        Amount: st.integers(0, 10**6) | st.sampled_from([0.5, 12.25, 180000.1]),
        Share: st.sampled_from([0, 1, 0.25, 1.0]),
        Day: st.dates().map(str),
        Moment: st.sampled_from(["2026-12-07T09:00", "2026-12-07 09:00:30", "2027-03-28"]),
        Pattern: st.sampled_from(["till (is )?down", "^E-mail: (?P<requester>\\S+)", 'a"b']),
        Length: st.sampled_from(["15m", "1h30m", "90m", "2h"]),
    }
    if type(kind) in simple:
        return simple[type(kind)]
    if isinstance(kind, Text):
        return TEXTS | WORDS if kind.check is None and not kind.more else st.just(text_of(key))
    if isinstance(kind, Whole):
        return st.integers(kind.low, kind.high)
    if isinstance(kind, Word):
        return st.sampled_from([word.value for word in kind.choices])
    if isinstance(kind, Reference):
        return st.sampled_from(KEYS[kind.noun])
    if isinstance(kind, Several):
        return st.lists(of(kind.kind, key), min_size=int(kind.alone or kind.some), max_size=3)
    if isinstance(kind, Table):
        return keys(kind)
    if isinstance(kind, Tables):
        return st.lists(keys(Table(kind.keys)), min_size=1, max_size=3)
    if isinstance(kind, Map):
        if key.name in ("hours", "working", "header"):
            return st.just(example_of(key))
        return st.dictionaries(names(kind), of(kind.kind, key), min_size=int(bool(kind.some)), max_size=3)
    assert isinstance(kind, Checked), kind
    return of(kind.kind, key)


def text_of(key: Key) -> str:
    """A text that the check of a key takes."""
    found = example_of(key)
    return str(found[0] if isinstance(found, list) else found)


def names(kind: Map) -> st.SearchStrategy[str]:
    """Right keys of a map."""
    said = dict(kind.names)
    if "enum" in said:
        return st.sampled_from(said["enum"])
    return st.sampled_from(KEYS["service"])


@st.composite
def desk_files(draw: st.DrawFn) -> dict[str, Any]:
    """A whole file, as TOML reads it."""
    file: dict[str, Any] = {}
    for key in FILE.keys:
        if isinstance(key.kind, Map) and key.name in NOUNS:
            table = key.kind.kind
            assert isinstance(table, Table)
            file[key.name] = {name: draw(keys(table)) for name in draw(st.permutations(KEYS[NOUNS[key.name]]))}
        elif key.required or draw(st.booleans()):
            file[key.name] = draw(value(key))
    for number, (login, agent) in enumerate(sorted(file["agents"].items())):
        agent["email"] = f"{login}@desk.example"
        agent["role"] = "agent" if number else "admin"
    for name, team in file["teams"].items():
        team.update({"address": f"{name}@desk.example"} if "address" in team else {})
    for calendar in file["calendars"].values():
        calendar["hours"] = {"mon-fri": ["09:00-18:00"]}
        calendar.pop("subdivision", None)
    for number, (name, unit) in enumerate(file["units"].items()):
        unit.pop("parent", None)
        if number and draw(st.booleans()):
            unit["parent"] = next(iter(file["units"]))
        unit["mail"] = [f"{name}@shop.example", f"*@{name}.example"][: draw(st.integers(0, 2))]
    for recurring in file.get("recurring", {}).values():
        recurring["team"] = "it"
        # A private team is one whose members alone may have its tickets.
        recurring.pop("assignee", None)
    for rule in file.get("routing", []):
        if not rule.get("when"):
            rule.get("set", {}).pop("discard", None)
        # Nor says a pattern that is drawn of which check an event is.
        rule.get("set", {}).pop("event", None)
    return file
