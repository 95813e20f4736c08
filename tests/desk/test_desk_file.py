"""Reading a desk file: whatever stands in it, a fault is said with its place, and what is accepted can be worked by."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from desk_files import SOURCE, WHOLE, by_turns, paths, replaced
from desks import DESK_FILE
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sdesk.desk.deskfile import DeskFile, read
from sdesk.desk.deskfile.lines import Lines
from sdesk.desk.deskfile.read import check
from sdesk.domain.errors import BadInput
from sdesk.domain.routing import parse_rule
from sdesk.store import calendars

pytestmark = pytest.mark.usefixtures("looked_over_once")


def work_by(desk: DeskFile) -> None:
    """What applying the file and the first mail do with its values."""
    json.dumps(desk.source, allow_nan=False)
    json.dumps(desk.rules, allow_nan=False)
    for key, each in desk.calendars.items():
        calendars.build(key, each.time_zone, each.hours, each.free, each.working)
    for rule in desk.routing:
        json.dumps([rule.condition, rule.assignment])
        parse_rule(rule.condition, rule.assignment, person=rule.person)


def is_read(source: dict[str, Any]) -> bool:
    """Whether a file is accepted, and can then be worked by; what is refused must be refused with its place."""
    said = ["desk.toml"]
    try:
        desk = check(source, "desk.toml", Lines(WHOLE))
    except BadInput as error:
        said = [each.what for each in (error, *error.others)]
    else:
        work_by(desk)
    assert all(each.startswith("desk.toml") for each in said)
    return said == ["desk.toml"]


LEAVES = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        ["none", "P1", "it", "09:00-18:00", "0m", "2h", "-1h", "2027-03-05", "a@b.example", "(", "*", "24x7"]
    ),
    st.integers(-(10**6), 10**30),
    st.floats(),
    st.booleans(),
    st.sampled_from([date(2027, 3, 5), time(9, 0), datetime(2027, 3, 5, 9, 0, tzinfo=UTC)]),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=4,
)


def test_the_whole_file_is_read() -> None:
    desk = read(WHOLE, "desk.toml")
    work_by(desk)
    assert desk.calendars["odd"].free == ("2027-03-05", "2027-03-06")
    assert desk.rules["matrix"]["minor"]["low"] == "P5"


@settings(max_examples=2 * settings().max_examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(path=st.sampled_from(list(paths(SOURCE))), value=VALUES)
def test_any_value_at_any_key_is_read_or_refused(path: tuple[Any, ...], value: Any) -> None:
    assert is_read(replaced(SOURCE, path, value)) in {True, False}


TYPES: tuple[Any, ...] = ("x", 5, -1.5, True, [1], {"x": 5}, time(9, 0))


@pytest.mark.parametrize(("turn", "value"), enumerate(TYPES), ids=map(repr, TYPES))
def test_a_value_of_any_type_at_a_key_is_read_or_refused(turn: int, value: Any) -> None:
    """Every key has its turn with two types or more."""
    assert [is_read(replaced(SOURCE, path, value)) for path in by_turns(paths(SOURCE), turn)].count(False) > 20


@pytest.mark.endurance
@pytest.mark.parametrize("value", TYPES, ids=repr)
def test_a_value_of_any_type_at_every_key_is_read_or_refused(value: Any) -> None:
    assert [is_read(replaced(SOURCE, path, value)) for path in by_turns(paths(SOURCE), None)].count(False) > 60


@pytest.mark.parametrize(
    ("right", "wrong", "line_of", "said"),
    [
        ('tags = ["pos"]', 'tags = "vip"', "set = {", "tags: must be a list of texts"),
        ('tags = ["pos"]', 'tags = ["very important"]', "set = {", "tags: must be single words"),
        ('tags = ["pos"]', 'discard = "no"', "set = {", "discard: must be true or false"),
        ('service = "till", tags', "service = 5, tags", "set = {", "service: must be a text"),
        ('subject = "till (is )?(down|dead)|касса не", ', "subject = 5, ", "when = {", "subject: must be a text"),
        ('sender = "store-*@shop.example"', "sender = [1]", "when = {", "sender: must be a text, or a list"),
        ('header = { X-Spam-Flag = "YES" }', 'header = "x"', 'header = "x"', "header: must be a table"),
        ('hours = { mon-sun = ["10:00-22:00"] }', "hours = { mon = 5 }", "hours = { mon = 5", "mon: must be a list"),
        (
            'hours = { mon-sun = ["10:00-22:00"] }',
            'hours = { mon = "09:00-18:00" }',
            "hours = { mon =",
            "must be a list",
        ),
        ('hours = { mon-sun = ["10:00-22:00"] }', "hours = {}", "hours = {}", "no working hours"),
        ('head_start = { P2 = "4h", P3 = "1h" }', "matrix = 5", "matrix = 5", "matrix: must be a table"),
        (
            'first_response = "18h"',
            'first_response = "0m"',
            "targets.P5",
            "first_response: must be longer than nothing",
        ),
        (
            'first_response = "18h"',
            'first_response = "-1h"',
            "targets.P5",
            "first_response: `-1h` is no length of time",
        ),
        (
            'address = "hr@desk.example"',
            'address = "Support@desk.example"',
            'address = "Support',
            "`it` already (line ",
        ),
        ('email = "boris@desk.example"', 'email = "Anna@desk.example"', 'email = "Anna', "`anna` already (line "),
        ("[units.accounting]", '[units."ac counting"]', '[units."ac counting"]', "cannot be the key of a unit"),
        ("[units.accounting]", "[units.none]", "[units.none]", "`none` means something else as a unit"),
        ("[services.leave]", "[services.none]", "[services.none]", "`none` means something else as a service"),
        ("[teams.quality]", "[teams.mine]", "[teams.mine]", "`mine` means something else as a team"),
        ("[teams.quality]", "[teams.none]", "[teams.none]", "`none` means something else as a team"),
        ("[agents.boris]", "[agents.me]", "[agents.me]", "`me` means something else as a login"),
        ('kind = "department"', 'kind = "x"\nparent = "accounting"', 'parent = "acc', "`accounting` would stand above"),
        ('X-Spam-Flag = "YES" } }', 'X-Spam-Flag = "" } }', "when = { header", "X-Spam-Flag: must be a pattern"),
    ],
)
def test_a_fault_is_said_with_its_line(right: str, wrong: str, line_of: str, said: str) -> None:
    text = DESK_FILE.replace(right, wrong, 1)
    assert text != DESK_FILE
    with pytest.raises(BadInput) as caught:
        read(text, "desk.toml")
    assert said in caught.value.what
    where, _, _ = caught.value.what.removeprefix("desk.toml:").partition(":")
    assert line_of in text.splitlines()[int(where) - 1]
    assert caught.value.remedy or "must be" in caught.value.what


def test_units_in_a_circle_are_refused() -> None:
    circle = DESK_FILE.replace('name = "Teply Stan"', 'name = "Teply Stan"\nparent = "accounting"')
    with pytest.raises(BadInput, match="would stand above itself"):
        read(circle.replace('kind = "department"', 'kind = "department"\nparent = "store-017"'), "desk.toml")
    assert read(circle, "desk.toml").units["store-017"].parent == "accounting"


@pytest.mark.parametrize("when", ["", "when = {}\n", "when = { sender = [] }\n", 'when = { subject = "" }\n'])
def test_no_rule_discards_every_mail(when: str) -> None:
    with pytest.raises(BadInput, match=r"desk\.toml:\d+: rule 4, \[routing\.(set|when)\] \w+: "):
        read(f"{DESK_FILE}\n[[routing]]\n{when}set = {{ discard = true }}\n", "desk.toml")
    only_off = read(f"{DESK_FILE}\n[[routing]]\nset = {{ discard = false, team = 'it' }}\n", "desk.toml")
    assert only_off.routing[-1].assignment["team"] == "it"


def test_the_rule_that_is_wrong_is_the_one_that_is_named() -> None:
    text = f'{DESK_FILE}\n[[routing]]\nwhen = {{ subject = "(" }}\nset = {{ team = "it" }}\n'
    with pytest.raises(BadInput, match="rule 4, ") as caught:
        read(text, "desk.toml")
    assert caught.value.what.startswith(f"desk.toml:{len(text.splitlines()) - 1}: ")


def test_nobody_can_be_filtered_by_an_empty_address() -> None:
    """An empty address is none: two teams may leave it out so."""
    text = DESK_FILE.replace('address = "hr@desk.example"', 'address = ""')
    text = text.replace('address = "feedback@desk.example"', 'address = ""')
    assert [team.address for team in read(text, "desk.toml").teams.values()] == ["support@desk.example", None, None]
