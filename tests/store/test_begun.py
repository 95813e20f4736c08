"""Tickets and people that are half typed: by an index, behind the wall, with all that they have in common."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from desks import NOW

from sdesk.store.reader import Reader, begun
from sdesk.store.reader.where import Condition


@pytest.mark.parametrize("digits", ["", "4"])
@pytest.mark.parametrize("hidden", [None, Condition("+team_id IN (?)", (1,))])
def test_open_tickets_are_read_in_the_queues_order_by_its_index(
    busy_desk_path: Path, digits: str, hidden: Condition | None
) -> None:
    query = begun.tickets_query(hidden, digits)
    with closing(sqlite3.connect(busy_desk_path)) as connection:
        steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query.sql}", query.values)]
    assert len(steps) == 1, steps
    assert "ix_ticket_queue" in steps[0]


def test_what_all_have_in_common_the_chosen_have_too(busy_desk_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(begun, "MOST", 3)
    with Reader(busy_desk_path) as reader:
        anna = reader.actor("anna")
        everything = [str(each.number) for each in reader.begun_tickets(anna, "")]
        assert len(everything) <= 5
        assert {"1", "9"} <= set(everything)
        assert {str(each.number)[0] for each in reader.begun_tickets(anna, "5")} == {"5"}
        assert len(reader.begun_people(anna, "person")) <= 4
        assert [address for address, _ in reader.begun_people(anna, "person8")] == ["person8@acc.shop.example"]


@pytest.mark.parametrize("digits", ["", "4"])
@pytest.mark.parametrize("hidden", [None, Condition("+team_id IN (?)", (1,))])
def test_what_was_done_lately_is_read_by_its_instant(
    busy_desk_path: Path, digits: str, hidden: Condition | None
) -> None:
    query = begun.done_query(hidden, digits, NOW)
    with closing(sqlite3.connect(busy_desk_path)) as connection:
        steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query.sql}", query.values)]
    assert len(steps) == 1, steps
    assert "ix_ticket_solved (resolved_at>?)" in steps[0]


def test_walls_stand(busy_desk_path: Path) -> None:
    with Reader(busy_desk_path) as reader:
        boris, olga = reader.actor("boris"), reader.actor("olga")
        theirs = {each.number for each in reader.begun_tickets(olga, "")}
        hidden = theirs - {each.number for each in reader.begun_tickets(boris, "")}
        assert len(hidden) == 1
        assert reader.begun_people(boris, "maria@") == ()
        assert [address for address, _ in reader.begun_people(olga, "maria@")] == ["maria@shop.example"]
