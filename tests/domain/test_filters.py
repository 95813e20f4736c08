"""The filter language: what it reads, what it refuses and how it says so."""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdesk.domain.errors import BadFilter, BadInput
from sdesk.domain.filter_fields import FIELDS, FILTER_FIELDS, FilterField, Kind
from sdesk.domain.filters import (
    Filter,
    Lasting,
    Match,
    Term,
    Within,
    Words,
    parse,
    place_of,
    text_of_arguments,
    to_text,
)

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Moscow")


def from_arguments(arguments: Iterable[str]) -> Filter:
    """A filter that a shell has split, as the commands read it."""
    return parse(text_of_arguments(arguments), now=NOW, zone=ZONE)


def read(text: str) -> Filter:
    return parse(text, now=NOW, zone=ZONE)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", ()),
        ("касса", (Words("касса"),)),
        ('"does not print"', (Words("does not print", phrase=True),)),
        ("team:it", (Match("team", ("it",)),)),
        ("status:open,waiting", (Match("status", ("open", "waiting")),)),
        ("priority:P1..P3", (Match("priority", ("P1", "P2", "P3")),)),
        ("priority:p2..", (Match("priority", ("P2", "P3", "P4", "P5")),)),
        ("priority:..P2", (Match("priority", ("P1", "P2")),)),
        ("not:tag:vip", (Match("tag", ("vip",), negated=True),)),
        ("-tag:vip", (Match("tag", ("vip",), negated=True),)),
        ("not:printer", (Words("printer", negated=True),)),
        ("is:at-risk", (Match("is", ("at_risk",)),)),
        ("assignee:none,anna", (Match("assignee", ("none", "anna")),)),
        ("due:..4h", (Within("due", None, NOW + timedelta(hours=4)),)),
        ("due:4h", (Within("due", None, NOW + timedelta(hours=4)),)),
        ("created:-7d..", (Within("created", NOW - timedelta(days=7), None),)),
        (
            "created:2026-11-20",
            (
                Within(
                    "created",
                    datetime(2026, 11, 19, 21, 0, tzinfo=UTC),
                    datetime(2026, 11, 20, 20, 59, 59, tzinfo=UTC),
                ),
            ),
        ),
        (
            "created:2026-11-01..2026-11-20",
            (
                Within(
                    "created",
                    datetime(2026, 10, 31, 21, 0, tzinfo=UTC),
                    datetime(2026, 11, 20, 20, 59, 59, tzinfo=UTC),
                ),
            ),
        ),
        ("impact:..moderate", (Match("impact", ("extensive", "significant", "moderate")),)),
        ("priority:P1..P2,P4", (Match("priority", ("P1", "P2", "P4")),)),
        ("left:..4h", (Lasting("left", None, 4 * 3600),)),
        ("left:90m", (Lasting("left", None, 5400),)),
        ("not:left:-2h..0m", (Lasting("left", -7200, 0, negated=True),)),
        ("due:none", (Match("due", ("none",)),)),
        ("tag:none,pos", (Match("tag", ("none", "pos")),)),
        ('tag:"two words , b"', (Match("tag", ("two words", "b")),)),
        ('not:"two  words"', (Words("two words", phrase=True, negated=True),)),
        ('24"', (Words("24", phrase=True),)),
        ("https://shop.example/a?b", (Words("https://shop.example/a?b"),)),
        ("10:30", (Words("10:30"),)),
    ],
)
def test_reads(text: str, terms: tuple[Term, ...]) -> None:
    assert read(text).terms == terms


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("staus:open", "no field `staus`.*did you mean `status`"),
        ("status:opne", "`status:` knows no `opne`.*did you mean `open`"),
        ("priority:P9", "`priority:` knows no `P9`"),
        ("priority:P4..P1", "runs backwards"),
        ("is:brached", "did you mean `breached`"),
        ("team:", "nothing stands after `team:`"),
        ("not:", "nothing stands after `not:`"),
        ("status:,", "nothing stands after `status:`"),
        ("created:2h", "write a range"),
        ("created:tomorrow..yesterday", "runs backwards"),
        ("due:soonish", "soonish"),
        ("created:<-7d", "has no `<`.*write a range: created:-7d.."),
        ("tag:pos,>5", "has no `>`"),
        ("left:2d", "`2d`.*no days"),
        ("left:2h..1h", "runs backwards"),
        ("impact:minor..extensive", "runs backwards.*write extensive..minor"),
        ("created:none", "`none` is no point in time"),
        ("created:now", "names one instant"),
        ("created:0001-01-01..", "no point in time"),
    ],
)
def test_refuses_and_names_the_place(text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        read(text)


@pytest.mark.parametrize(
    ("text", "word", "start"),
    [
        ("staus:open", "staus:open", 0),
        ("team:it  staus:open касса", "staus:open", 9),
        ('"two words" not:priority:P9', "not:priority:P9", 12),
        ("till -due:soonish", "-due:soonish", 5),
    ],
)
def test_a_fault_has_its_place(text: str, word: str, start: int) -> None:
    with pytest.raises(BadFilter) as refused:
        read(text)
    assert (refused.value.word, refused.value.start) == (word, start)
    assert place_of(refused.value, text) == start


def test_what_the_reader_refuses_is_found_in_the_text() -> None:
    fault = BadFilter("there is no team", word="team:itt")
    assert place_of(fault, "касса team:it,itt,hr") == 6
    assert place_of(fault, 'tag:itt not:team:"itt"') == 8
    assert place_of(fault, "tag:itt") is None


def test_the_last_day_of_all_has_an_end() -> None:
    (term,) = read("created:..9999-12-31").terms
    assert isinstance(term, Within)
    assert term.high == datetime.max.replace(microsecond=0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("due:..fri", None, "2026-11-27 23:59:59"),
        ("due:fri", "2026-11-27 00:00:00", "2026-11-27 23:59:59"),
        ("due:..пт", None, "2026-11-27 23:59:59"),
        ('due:.."fri 12:00"', None, "2026-11-27 12:00:00"),
        ("created:thu..sat", "2026-11-19 00:00:00", "2026-11-21 23:59:59"),
        ("created:fri", "2026-11-20 00:00:00", "2026-11-20 23:59:59"),
        ("created:сегодня", "2026-11-23 00:00:00", "2026-11-23 23:59:59"),
        ("created:Today", "2026-11-23 00:00:00", "2026-11-23 23:59:59"),
        ("created:..Today", None, "2026-11-23 23:59:59"),
        ("created:вчера..сегодня", "2026-11-22 00:00:00", "2026-11-23 23:59:59"),
        ("created:..now", None, "2026-11-23 12:00:00"),
    ],
)
def test_a_day_alone_is_the_whole_day(text: str, low: str | None, high: str) -> None:
    (term,) = read(text).terms
    assert isinstance(term, Within)
    local = [None if end is None else f"{end.astimezone(ZONE):%Y-%m-%d %H:%M:%S}" for end in (term.low, term.high)]
    assert local == [low, high]


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("Asia/Beirut", "2026-03-29"),
        ("Africa/Cairo", "2026-04-24"),
        ("America/Santiago", "2026-09-06"),
        ("Europe/Berlin", "2026-03-29"),
        ("America/Havana", "2026-11-01"),
    ],
)
def test_a_day_ends_where_the_next_begins_however_long_it_is(name: str, day: str) -> None:
    zone = ZoneInfo(name)
    (term,) = parse(f"created:{day}", now=NOW, zone=zone).terms
    assert isinstance(term, Within)
    assert term.low is not None
    assert term.high is not None
    assert f"{term.high.astimezone(zone):%Y-%m-%d %H:%M:%S}" == f"{day} 23:59:59"
    assert f"{(term.high + timedelta(seconds=1)).astimezone(zone):%H:%M:%S}" == "00:00:00"
    assert f"{(term.low - timedelta(seconds=1)).astimezone(zone):%H:%M:%S}" == "23:59:59"


def test_a_list_is_of_open_tickets_unless_it_says_which() -> None:
    for text in ("", "team:it", "касса", "not:status:waiting", "status:new,waiting", "is:breached", "is:mine"):
        assert read(text).open_only, text
    for text in ("is:open status:resolved", "is:open,breached number:12", "is:mine status:open"):
        assert read(text).open_only, text
    for text in ("status:closed", "status:open,resolved", "number:12", "is:mine status:resolved", "is:unread number:3"):
        assert not read(text).open_only, text


def test_a_shell_argument_with_a_blank_is_one_value() -> None:
    split = from_arguments(["does not print", "team:it", "due:..tomorrow 10:00"])
    assert split.terms[:2] == (Words("does not print", phrase=True), Match("team", ("it",)))
    assert isinstance(split.terms[2], Within)


LETTERS = st.characters(exclude_categories=["Z", "Cs", "Cc"], exclude_characters='",')
VALUES = st.text(LETTERS, min_size=1, max_size=8).filter(lambda word: word[0] not in "<>=")
INSTANTS = st.integers(-62_135_000_000, 253_402_300_799).map(
    lambda seconds: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
"""From the year 1 to the last second of 9999."""


def is_plain(word: str) -> bool:
    """Whether a word stands for itself: it is no negation, no field and no address that only looks so."""
    return not word.startswith("-") and re.match(r"[^\W\d]+:", word) is None


def several(values: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(values, min_size=1, max_size=3).map(tuple)


def ends(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """Two ends in their order, either of which may be open."""
    both = st.tuples(values, values).map(sorted)
    return st.tuples(both, st.booleans(), st.booleans()).map(
        lambda drawn: [None if drawn[1] else drawn[0][0], None if drawn[2] else drawn[0][1]]
    )


def of_field(field: FilterField) -> st.SearchStrategy[Term]:
    """Whatever may be asked of a field."""
    name, negated = st.just(field.name), st.booleans()
    if field.words is not None:
        return st.builds(Match, name, several(st.sampled_from([word.value for word in field.words])), negated)
    if field.kind in {Kind.INSTANT, Kind.LENGTH}:
        drawn: st.SearchStrategy[Any] = INSTANTS if field.kind is Kind.INSTANT else st.integers(-(10**8), 10**8)
        kind: Callable[..., Term] = Within if field.kind is Kind.INSTANT else Lasting
        ranges = st.tuples(ends(drawn), negated).map(lambda drawn: kind(field.name, *drawn[0], drawn[1]))
        none = st.builds(Match, name, st.just(("none",)), negated)
        return st.one_of(ranges, none) if "none" in field.special else ranges
    value = st.one_of(VALUES, st.tuples(VALUES, VALUES).map(" ".join), st.sampled_from(["none", "me", "a..b", "P1"]))
    return st.builds(Match, name, several(value), negated)


TERMS: st.SearchStrategy[Term] = st.one_of(
    st.builds(Words, VALUES.filter(is_plain), st.just(False), st.booleans()),
    st.builds(Words, st.lists(VALUES, max_size=3).map(" ".join), st.just(True), st.booleans()),
    *map(of_field, FILTER_FIELDS),
)


@given(st.lists(TERMS, max_size=5).map(lambda terms: Filter(tuple(terms))))
def test_printing_and_reading_give_the_same_filter(wanted: Filter) -> None:
    assert read(to_text(wanted)) == wanted


PIECES = st.one_of(
    st.sampled_from([*(f"{name}:" for name in FIELDS), *(field.example for field in FILTER_FIELDS)]),
    st.sampled_from(
        ["not:", "-", '"', ",", "..", " ", ":", "none", "me", "4h", "-7d", "today", "P1", "http:", "касса"]
    ),
    st.text(max_size=3),
)


@given(st.lists(PIECES, max_size=8).map("".join))
def test_what_can_be_read_is_printed_and_read_again_the_same(text: str) -> None:
    with contextlib.suppress(BadFilter):
        wanted = read(text)
        printed = to_text(wanted)
        # At another hour and in another zone too: what is printed is relative to nothing.
        again = parse(printed, now=NOW + timedelta(days=40), zone=ZoneInfo("Asia/Kolkata"))
        assert again == wanted
        assert to_text(again) == printed


@given(st.lists(st.one_of(st.text(max_size=12), PIECES), max_size=4))
def test_arguments_of_a_shell_are_read_as_their_text(arguments: list[str]) -> None:
    text = text_of_arguments(arguments)
    with contextlib.suppress(BadFilter):
        assert from_arguments(arguments) == read(text)


UNQUOTED = re.compile(r"[\w:.,@+/-]+")
"""What bash, zsh and fish hand over as it is."""


@pytest.mark.parametrize("field", FILTER_FIELDS, ids=lambda field: field.name)
def test_a_field_needs_no_quotes_in_a_shell(field: FilterField) -> None:
    assert UNQUOTED.fullmatch(field.example)
    (term,) = read(field.example).terms
    printed = to_text(Filter((term, term._replace(negated=True))))
    assert all(UNQUOTED.fullmatch(word) for word in printed.split())
    assert not isinstance(term, Words)
    assert term.field == field.name


@pytest.mark.parametrize("shell", ["sh", "bash", "zsh", "fish"])
def test_a_real_shell_changes_nothing_of_them(shell: str, tmp_path: Path) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"there is no {shell} on this machine")
    (tmp_path / "left:..4h").touch()  # a file that a pattern could match
    examples = [word for field in FILTER_FIELDS for word in (field.example, f"not:{field.example}")]
    line = "printf '%s\\n' " + " ".join(examples)
    done = subprocess.run([program, "-c", line], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout.split("\n")[:-1] == examples


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_filter_or_a_sentence(text: str) -> None:
    terms: tuple[Term, ...] = ()
    with contextlib.suppress(BadFilter):
        terms = read(text).terms
    assert all(isinstance(term, Words) or term.field in FIELDS for term in terms)


@pytest.mark.parametrize(
    "arguments",
    [
        ["team:it", "assignee:none"],
        ["till is down"],
        ["tag:two words", "not:tag:other words", "vpn"],
        ['"till is"', 'tag:"a b"'],
        ["-is:stale", "created:-7d..", "due:today"],
        ["unit:a,b c", "https://x.example/a"],
        ["not:two words", "till"],
        ["касса", "", " "],
        [],
    ],
)
def test_arguments_become_one_text_that_means_the_same(arguments: list[str]) -> None:
    text = text_of_arguments(arguments)
    assert parse(text, now=NOW, zone=ZONE) == from_arguments(arguments)
    assert "2026" not in text, "what is relative stays so"
