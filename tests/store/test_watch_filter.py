"""`watch:` in a filter: whose it is, walls, and that the few tickets of an agent are looked up by an index."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from desks import NOW

from sdesk.actions.perform import perform
from sdesk.desk.opening import open_desk
from sdesk.domain.actor import SYSTEM
from sdesk.domain.errors import BadFilter
from sdesk.domain.filters import Filter, Sort, parse
from sdesk.store.reader import Reader, queue
from sdesk.store.reader.exported import exported


def of(text: str) -> Filter:
    """A filter as it is typed."""
    return parse(text, now=NOW, zone=ZoneInfo("UTC"))


@pytest.fixture
def watched(busy_desk_path: Path) -> Iterator[Reader]:
    """The busy desk: anna watches three tickets, boris two of them and one that is closed."""
    desk = open_desk(busy_desk_path)
    with Reader(busy_desk_path) as reader:
        anna, boris = reader.actor("anna"), reader.actor("boris")
        numbers = [row.number for row in reader.walk(boris, of(""), now=NOW, limit=5)]
        closed = [row.number for row in reader.walk(boris, of("status:closed,resolved"), now=NOW, limit=1)]
        for actor, theirs in ((anna, numbers[:3]), (boris, numbers[1:3] + closed)):
            outcomes = perform(desk, actor, "watch", theirs, {}, now=NOW)
            assert all(each.error is None for each in outcomes)
        desk.close()
        yield reader


def numbers(reader: Reader, login: str, text: str) -> list[int]:
    """The tickets of a filter, in the queue's order."""
    return [row.number for row in reader.walk(reader.actor(login), of(text), now=NOW)]


def test_who_watches_what(watched: Reader) -> None:
    anna = numbers(watched, "anna", "watch:me")
    assert len(anna) == 3
    assert anna == numbers(watched, "boris", "watch:anna")
    boris = numbers(watched, "boris", "watch:me")
    assert set(boris) < set(anna)
    # What is done is asked for, as always.
    assert len(numbers(watched, "boris", "watch:me status:new,open,waiting,resolved,closed")) == 3
    assert numbers(watched, "anna", "watch:anna,boris") == anna
    assert set(numbers(watched, "anna", "watch:me not:watch:boris")) == set(anna) - set(boris)
    nobody, everything = numbers(watched, "anna", "watch:none"), numbers(watched, "anna", "")
    assert [number for number in everything if number not in anna] == nobody
    assert numbers(watched, "anna", "watch:none,boris") == [
        number for number in everything if number in {*nobody, *boris}
    ]
    assert numbers(watched, "anna", "not:watch:none") == anna
    # The desk itself watches nothing.
    assert list(watched.walk(SYSTEM, of("watch:me"), now=NOW)) == []
    for text in ("watch:me", "watch:none", "not:watch:me", "watch:anna,boris"):
        assert watched.count(watched.actor("anna"), of(text), now=NOW) == len(numbers(watched, "anna", text))


def test_a_login_that_nobody_has_is_named(watched: Reader) -> None:
    with pytest.raises(BadFilter, match=r"there is no agent `ana` \(in `watch:ana`\)"):
        numbers(watched, "anna", "watch:ana")


def test_a_wall_stands_before_what_one_watches(watched: Reader) -> None:
    (first, *_rest) = numbers(watched, "boris", "watch:me")
    with closing(sqlite3.connect(watched.path)) as connection:
        connection.execute("UPDATE ticket SET team_id = (SELECT id FROM team WHERE private) WHERE id = ?", (first,))
        connection.commit()
    watched.refresh()
    assert first not in numbers(watched, "boris", "watch:me")


def test_what_a_row_and_a_whole_ticket_say(watched: Reader) -> None:
    both = numbers(watched, "boris", "watch:me")[0]
    detail = watched.ticket(watched.actor("anna"), both, now=NOW)
    assert detail.ticket.watchers == ("anna", "boris")
    assert [(each.agent, each.agent_name, each.since, each.by) for each in detail.watchers] == [
        ("anna", "Anna Orlova", NOW, "anna"),
        ("boris", "Boris Kim", NOW, "boris"),
    ]
    (line,) = exported(watched._connection, watched.actor("anna"), of(f"number:{both}"), now=NOW, messages=False)
    assert line.watchers == ("anna", "boris")


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("login", ["anna", "boris"])
def test_what_one_watches_is_looked_up(watched: Reader, login: str, sort: Sort) -> None:
    connection = watched._connection
    actor = watched.actor(login)
    where = queue.condition(connection, actor, of("watch:me"), NOW)
    query = queue.page_query(where, limit=50, after=None, before=None, sort=sort)
    steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query.sql}", query.values)]
    assert "SEARCH w USING COVERING INDEX ix_watcher_agent_id (agent_id=?)" in steps, steps
    # Not along the queue, past all that is another's.
    assert any(step.startswith("SEARCH t USING INTEGER PRIMARY KEY (rowid=?)") for step in steps), steps
    count = queue.count_query(where)
    steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {count.sql}", count.values)]
    assert "SEARCH w USING COVERING INDEX ix_watcher_agent_id (agent_id=?)" in steps, steps
