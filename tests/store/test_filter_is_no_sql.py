"""Nothing of a filter reaches SQL but as a parameter: hostile words are sought, and stand in no statement."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sdesk.domain.actor import SYSTEM, Actor
from sdesk.domain.errors import BadFilter
from sdesk.domain.filter_fields import FILTER_FIELDS, Kind
from sdesk.domain.filters import Filter, Match, Sort, Term, Words, parse
from sdesk.store.reader import Reader
from sdesk.store.reader.queue import condition, count_query, counts_query, numbers_query, page_query
from sdesk.store.search import fold

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Moscow")
MARK = "zq9x"
"""Stands in no table, column or word of the program."""
HOSTILE = (
    f"{MARK}'; DROP TABLE ticket; --",
    f"{MARK}' OR '1'='1",
    f"' UNION SELECT login FROM agent -- {MARK}",
    f'{MARK}") OR 1=1 --',
    f"{MARK}%_\\",
    f"{MARK} NEAR(a b) OR NOT col:b *",
    f"?1 :{MARK} @{MARK} ${MARK}",
    f"{MARK}\x00\u2028\ufeff",
)
FREE = [
    field.name for field in FILTER_FIELDS if field.words is None and field.kind in {Kind.KEY, Kind.TEXT, Kind.NUMBER}
]


class Listening(sqlite3.Connection):
    """A connection that writes down the statements as they are prepared: without their parameters."""

    said: list[str]

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        self.said.append(sql)
        return super().execute(sql, parameters)


@pytest.fixture
def listening(busy_desk_path: Path) -> Iterator[Listening]:
    """The busy desk, read through a connection that listens."""
    connection = sqlite3.connect(f"file:{busy_desk_path}?mode=ro", uri=True, factory=Listening)
    connection.said = []
    connection.row_factory = sqlite3.Row
    connection.create_function("fold", 1, lambda text: text and fold(text))
    yield connection
    connection.close()


def ask(connection: Listening, actor: Actor, term: Term) -> None:
    """Every statement that the reader makes of a filter."""
    wanted = Filter((term,), Sort.LOSS)
    where = condition(connection, actor, wanted, NOW)
    for query in (
        page_query(where, limit=5, after=None, before=None),
        count_query(where),
        numbers_query(where, wanted),
        counts_query(connection, actor, [wanted, Filter()], NOW),
    ):
        connection.execute(query.sql, query.values).fetchall()


@pytest.mark.parametrize("negated", [False, True])
def test_hostile_words_stand_in_no_statement(listening: Listening, busy_desk_path: Path, negated: bool) -> None:
    with Reader(busy_desk_path) as reader:
        boris = reader.actor("boris")
    refused = 0
    for text in HOSTILE:
        terms: list[Term] = [Words(text, phrase, negated) for phrase in (False, True)]
        terms += [Match(field, (text, "none"), negated) for field in FREE]
        for term in terms:
            try:
                ask(listening, boris, term)
            except BadFilter:
                refused += 1
    assert refused == len(HOSTILE) * 9  # keys, numbers, equipment and playbooks that there are not
    assert len(listening.said) > 250
    assert [sql for sql in listening.said if MARK in sql] == []
    assert {sql.split()[0] for sql in listening.said} == {"SELECT"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(
    st.one_of(
        st.text(max_size=30).map(lambda text: text + MARK),
        st.tuples(st.sampled_from(FREE), st.text(max_size=20)).map(lambda drawn: f'{drawn[0]}:"{drawn[1]}{MARK}"'),
    )
)
def test_whatever_is_typed_is_sought_or_refused(listening: Listening, text: str) -> None:
    before = len(listening.said)
    try:
        terms = parse(text, now=NOW, zone=ZONE).terms
        for term in terms:
            ask(listening, SYSTEM, term)
    except BadFilter:
        pass
    assert [sql for sql in listening.said[before:] if MARK in sql.lower()] == []


def test_every_field_is_asked_as_it_is_documented(busy_desk_path: Path) -> None:
    """No example of the table is refused by the reader but for a name that this desk does not have."""
    with Reader(busy_desk_path) as reader:
        anna = reader.actor("anna")
        all_there_is = reader.count(anna, parse("", now=NOW, zone=ZONE), now=NOW)
        for field in FILTER_FIELDS:
            for text in (field.example, *(f"{field.name}:{value}" for value in field.special)):
                counts = [
                    reader.count(anna, parse(each, now=NOW, zone=ZONE), now=NOW) for each in (text, f"not:{text}")
                ]
                assert sum(counts) == all_there_is, text
