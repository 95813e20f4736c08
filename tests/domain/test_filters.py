"""The filter language: what it reads, what it refuses and how it says so."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdesk.domain.errors import BadInput
from sdesk.domain.filters import (
    FIELDS,
    Filter,
    Match,
    Within,
    Words,
    parse,
    parse_arguments,
    text_of_arguments,
    to_text,
)
from sdesk.domain.ticket import Status

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Moscow")


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
        ("https://shop.example/a?b", (Words("https://shop.example/a?b"),)),
        ("10:30", (Words("10:30"),)),
    ],
)
def test_reads(text: str, terms: tuple[Words | Match | Within, ...]) -> None:
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
    ],
)
def test_refuses_and_names_the_place(text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        read(text)


def test_a_list_is_of_open_tickets_unless_it_says_which() -> None:
    for text in ("", "team:it", "касса", "not:status:waiting", "status:new,waiting", "is:breached", "is:mine"):
        assert read(text).open_only, text
    for text in ("is:open status:resolved", "is:open,breached number:12", "is:mine status:open"):
        assert read(text).open_only, text
    for text in ("status:closed", "status:open,resolved", "number:12", "is:mine status:resolved", "is:unread number:3"):
        assert not read(text).open_only, text


def test_a_shell_argument_with_a_blank_is_one_value() -> None:
    split = parse_arguments(["does not print", "team:it", "due:..tomorrow 10:00"], now=NOW, zone=ZONE)
    assert split.terms[:2] == (Words("does not print", phrase=True), Match("team", ("it",)))
    assert isinstance(split.terms[2], Within)


KEYS = st.from_regex(r"[a-z][a-z0-9_-]{0,8}", fullmatch=True)
INSTANTS = st.integers(1_600_000_000, 2_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
TERMS = st.one_of(
    st.builds(
        Words,
        st.from_regex(r"[a-zа-я0-9]{1,8}", fullmatch=True).filter(lambda word: word != "not"),
        st.booleans(),
        st.booleans(),
    ),
    st.builds(
        Match,
        st.sampled_from(["team", "assignee", "service", "unit", "tag"]),
        st.lists(KEYS, min_size=1, max_size=3).map(tuple),
        st.booleans(),
    ),
    st.builds(
        Match,
        st.just("status"),
        st.lists(st.sampled_from([status.value for status in Status]), min_size=1, max_size=3).map(tuple),
        st.booleans(),
    ),
    st.tuples(
        st.sampled_from(["due", "created", "updated"]), st.tuples(INSTANTS, INSTANTS).map(sorted), st.booleans()
    ).map(lambda parts: Within(parts[0], parts[1][0], parts[1][1], parts[2])),
)


@given(st.lists(TERMS, max_size=5).map(lambda terms: Filter(tuple(terms))))
def test_printing_and_reading_give_the_same_filter(wanted: Filter) -> None:
    assert read(to_text(wanted)) == wanted


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_filter_or_a_sentence(text: str) -> None:
    terms: tuple[Words | Match | Within, ...] = ()
    with contextlib.suppress(BadInput):
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
        [],
    ],
)
def test_arguments_become_one_text_that_means_the_same(arguments: list[str]) -> None:
    text = text_of_arguments(arguments)
    assert parse(text, now=NOW, zone=ZONE) == parse_arguments(arguments, now=NOW, zone=ZONE)
    assert "2026" not in text, "what is relative stays so"
