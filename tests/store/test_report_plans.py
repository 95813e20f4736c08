"""The ways that SQLite takes for the four questions: what is counted is counted in an index, whoever asks."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from desks import NOW

from sdesk.domain.actor import Actor
from sdesk.domain.filters import parse
from sdesk.store.reader import Reader
from sdesk.store.reader.reports import ahead, now, who
from sdesk.store.reader.reports.now import Need

TEAMS = "(1, 2, 3)"
INSTANT = {"now": "2026-11-23T09:00:00Z", "horizon": "2026-12-23T09:00:00Z"}


def plan(connection: sqlite3.Connection, sql: str, values: Mapping[str, object] = INSTANT) -> list[str]:
    """The steps of SQLite's plan."""
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]


@pytest.fixture
def busy(busy_desk_path: Path) -> Iterator[Reader]:
    """A reader of the busy desk."""
    with Reader(busy_desk_path) as reader:
        yield reader


@pytest.fixture(params=["anna", "boris"])
def actor(busy: Reader, request: pytest.FixtureRequest) -> Actor:
    """One who sees over walls, and one who does not."""
    return busy.actor(request.param)


@pytest.mark.parametrize(
    ("words", "index"),
    [
        ("", "SEARCH t USING COVERING INDEX ix_ticket_count (is_open=?)"),
        # Of a team no more is read than its own.
        ("team:it", "SEARCH t USING COVERING INDEX ix_ticket_count (is_open=? AND team_id=?)"),
        ("assignee:me", "SEARCH t USING COVERING INDEX ix_ticket_count (is_open=?)"),
    ],
)
def test_what_must_be_done_is_counted_in_one_index(busy: Reader, actor: Actor, words: str, index: str) -> None:
    wanted = parse(words, now=NOW, zone=ZoneInfo("UTC"))
    base = now._base(busy._connection, actor, wanted, NOW)
    steps = plan(busy._connection, now.counts_query(base), base.values)
    counted, *others = [step for step in steps if " t " in step]
    assert counted == index
    # Incidents are looked up: their parts by their rank, they themselves by their number.
    assert len(others) == 2, others
    assert "rank=?)" in others[0]
    assert "ix_ticket_queue" in others[0]
    assert others[1] == "SEARCH t USING INTEGER PRIMARY KEY (rowid=?)"


@pytest.mark.parametrize("need", [need for need in Need if need not in (Need.STALE, Need.BURNING)])
def test_the_first_of_a_need_are_found_there_too(busy: Reader, actor: Actor, need: Need) -> None:
    base = now._base(busy._connection, actor, parse("", now=NOW, zone=ZoneInfo("UTC")), NOW)
    steps = plan(busy._connection, now.numbers_query(base, need), {**base.values, "limit": 5})
    assert any("USING COVERING INDEX ix_ticket_count" in step for step in steps), steps


def test_outages_have_an_index_of_their_own(busy: Reader, actor: Actor) -> None:
    base = now._base(busy._connection, actor, parse("", now=NOW, zone=ZoneInfo("UTC")), NOW)
    steps = plan(busy._connection, now.numbers_query(base, Need.BURNING), {**base.values, "limit": 5})
    assert any("ix_ticket_loss" in step for step in steps), steps


def test_stuck_mail_is_counted_by_its_index(busy: Reader) -> None:
    sql = "SELECT state, count(*) FROM outbox WHERE state IN ('failed', 'held') GROUP BY state"
    assert any("ix_outbox_stuck" in step for step in plan(busy._connection, sql))


@pytest.mark.parametrize(
    ("sql", "index"),
    [
        (who.tickets_query(TEAMS), "COVERING INDEX ix_ticket_count"),
        (who.promised_query(TEAMS), "COVERING INDEX ix_ticket_count"),
        (who.resolved_query(TEAMS).replace("?", ":now"), "COVERING INDEX ix_ticket_solved"),
        (who.handled_query(TEAMS).replace("?", ":now"), "COVERING INDEX ix_ticket_solved"),
        (who.spent_query(TEAMS).replace("?", ":now"), "ix_time_spent_spent_at"),
        (ahead.deadlines_query(TEAMS), "COVERING INDEX ix_ticket_count"),
        (ahead.wake_ups_query(TEAMS), "ix_ticket_wake"),
    ],
)
def test_people_and_days_are_read_from_indexes(busy: Reader, sql: str, index: str) -> None:
    values = {name: value for name, value in INSTANT.items() if f":{name}" in sql}
    steps = plan(busy._connection, sql, values)
    assert any(index in step for step in steps), steps
    # Every other table is looked up by its key: none is read through for each ticket.
    assert not [step for step in steps if step.startswith("SCAN") and "INDEX" not in step and step != "SCAN n"], steps
