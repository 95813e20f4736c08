"""Counts by value, and the names that a filter is completed with: as the lists have them, behind each agent's wall."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from desks import NOW

from sdesk.domain.actor import Actor
from sdesk.domain.errors import BadInput
from sdesk.domain.filters import Filter, parse
from sdesk.domain.ticket import Status
from sdesk.store.reader import Reader, facets
from sdesk.store.reader.rows import TicketRow

EVERY_STATUS = "status:" + ",".join(status.value for status in Status)


OF_OPEN = ("ix_ticket_queue", "ix_ticket_count", "ix_ticket_by_priority")
"""Indexes that hold open tickets alone."""


def of(text: str) -> Filter:
    """A filter as it is typed."""
    return parse(text, now=NOW, zone=ZoneInfo("UTC"))


@pytest.fixture
def busy(busy_desk_path: Path) -> Iterator[Reader]:
    """A reader of the busy desk."""
    with Reader(busy_desk_path) as reader:
        yield reader


@pytest.fixture(params=["anna", "boris", "olga"])
def actor(busy: Reader, request: pytest.FixtureRequest) -> Actor:
    """One who sees over walls, one before a wall, one behind it."""
    return busy.actor(request.param)


def values(row: TicketRow, field: str) -> list[str]:
    """What a ticket has for a field, as a filter says it."""
    if field == "tag":
        return list(row.tags)
    value = getattr(row, field)
    return ["none" if value is None else str(value)]


@pytest.mark.parametrize("text", ["", "team:it", "printer", "status:closed", EVERY_STATUS, "is:breached", "tag:vip"])
def test_counts_are_those_of_the_list(busy: Reader, actor: Actor, text: str) -> None:
    rows = list(busy.walk(actor, of(text), now=NOW))
    for field in facets.FIELDS:
        found = {row.key: row.tickets for row in busy.facet(actor, of(text), field, now=NOW)}
        if field == "is":
            for flag, count in found.items():
                assert count == busy.count(actor, of(f"{text} is:{flag}"), now=NOW), flag
        else:
            assert found == Counter(value for row in rows for value in values(row, field)), field


def test_the_most_comes_first_and_names_stand_beside_keys(busy: Reader) -> None:
    anna = busy.actor("anna")
    rows = busy.facet(anna, of(""), "assignee", now=NOW)
    assert [row.tickets for row in rows] == sorted((row.tickets for row in rows), reverse=True)
    assert {row.key: row.name for row in rows} == {"none": "", "anna": "Anna Orlova", "boris": "Boris Kim"}
    with pytest.raises(BadInput, match="nothing is counted by `due`"):
        busy.facet(anna, of(""), "due", now=NOW)


def test_names_come_from_what_the_agent_may_see(busy: Reader) -> None:
    known = {login: busy.filter_names(busy.actor(login)) for login in ("anna", "boris")}
    for names in known.values():
        assert {name.key for name in names["team"]} == {"it", "hr", "quality"}
        assert ("boris", "Boris Kim") in names["assignee"]
        assert ("person0@acc.shop.example", "Person 0") in names["requester"]
        assert [name.key for name in names["tag"]] == ["vip"]
    # Maria asked the private team alone.
    assert "maria@shop.example" in {name.key for name in known["anna"]["requester"]}
    assert "maria@shop.example" not in {name.key for name in known["boris"]["requester"]}


def plan(connection: sqlite3.Connection, sql: str, values: tuple[object, ...]) -> list[str]:
    """The steps of SQLite's plan."""
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]


@pytest.mark.parametrize("field", facets.FIELDS)
@pytest.mark.parametrize("text", ["", "team:it"])
def test_what_is_open_is_counted_without_a_look_at_the_rest(busy: Reader, actor: Actor, field: str, text: str) -> None:
    query = facets.counts_query(busy._connection, actor, of(text), field, NOW)
    steps = plan(busy._connection, query.sql, query.values)
    tickets = [step for step in steps if " t " in f"{step} "]
    assert len(tickets) == 1, steps
    assert any(index in tickets[0] for index in OF_OPEN), steps
    whole = facets.counts_query(busy._connection, actor, of(EVERY_STATUS), field, NOW)
    assert whole.sql.count("ticket AS t") == 1


def test_names_are_read_along_the_open_tickets(busy: Reader, actor: Actor) -> None:
    statements: list[str] = []
    busy._connection.set_trace_callback(statements.append)
    busy.filter_names(actor)
    busy._connection.set_trace_callback(None)
    of_tickets = [each for each in statements if "FROM ticket AS t" in each]
    assert len(of_tickets) == 3
    for statement in of_tickets:
        steps = plan(busy._connection, statement, ())
        assert any(index in step for index in OF_OPEN for step in steps), steps
