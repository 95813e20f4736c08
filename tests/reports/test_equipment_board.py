"""The equipment board: what is down, in question and up; in which order; and nothing of what stands behind a wall."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from desks import NOW
from equipped import MINUTE, EquippedDesk

from sdesk.domain.errors import NotFound
from sdesk.reports.equipment_board_page import page
from sdesk.reports.equipment_board_rows import document, rows
from sdesk.store.reader import Reader
from sdesk.store.reader.equipment_board import PLACES, burning_query, troubles_query
from sdesk.store.reader.where import Condition


@pytest.fixture
def desk(desk_path: Path) -> Iterator[EquippedDesk]:
    """Two tills and a printer of the flagship, a till of the other shop, a kiosk of accounting that carries leave."""
    equipped = EquippedDesk(desk_path)
    for number, checks in (("T-1", "zabbix t1:*"), ("T-2", "zabbix t2:*")):
        equipped.add(number, unit="flagship", service="till", checks=checks)
    equipped.add("P-1", "printer", unit="flagship", service="printer")
    equipped.add("T-9", unit="store-017", service="till", checks="zabbix t9:*")
    equipped.add("K-1", "kiosk", unit="accounting", service="leave", checks="zabbix k1:*")
    equipped.add("X-1", "kiosk", unit="accounting")
    equipped.add("S-1", "till")
    equipped.retire("X-1")
    yield equipped
    equipped.desk.close()


def test_where_all_is_well_a_line_says_so(desk: EquippedDesk) -> None:
    board = desk.board()
    assert board.lines == ()
    assert [(line.unit, line.pieces) for line in board.well] == [("accounting", 1), ("flagship", 3), ("store-017", 1)]
    assert board.kinds == ("kiosk", "printer", "till")
    drawn = page(board, desk="Test desk", zone=ZoneInfo("UTC"))
    assert drawn.sections[0].words == ("All is well in 3 units: 5 pieces of equipment.",)


def test_a_check_that_is_down_is_down_until_it_is_up(desk: EquippedDesk) -> None:
    desk.down("t1:ping")
    assert desk.stands() == {"T-1": "down"}
    desk.up("t1:ping", at=NOW + MINUTE)
    assert desk.stands() == {}
    desk.down("t2:ping", severity="warning")
    assert desk.stands() == {"T-2": "?"}
    desk.down("t2:ping", severity="critical", at=NOW + MINUTE)
    assert desk.stands() == {"T-2": "down"}


def test_what_an_agent_resolved_while_monitoring_says_down_is_in_question(desk: EquippedDesk) -> None:
    taken = desk.down("t1:ping")
    desk.do("anna", "close", taken.number or 0, silent=True)
    assert desk.stands() == {"T-1": "?"}
    assert desk.board().lines[0].tickets == (taken.number,)


def test_where_a_ticket_was_merged_its_check_is_down_as_long_as_the_other_is_open(desk: EquippedDesk) -> None:
    one = desk.down("t1:ping").number or 0
    two, three = (desk.new(subject=subject, team="it") for subject in ("Other", "Third"))
    desk.do("anna", "merge", one, into=two)
    desk.do("anna", "merge", two, into=three)
    assert desk.stands() == {"T-1": "down"}
    assert desk.board().lines[0].tickets == (three,)
    desk.do("anna", "spam", three)
    assert desk.stands() == {}


def test_a_ticket_about_equipment_puts_it_in_question_and_a_confirmed_outage_down(desk: EquippedDesk) -> None:
    number = desk.new(subject="It does not print", assets=["T-1"])
    assert desk.stands() == {"T-1": "?"}
    assert desk.board().suspected_per_hour == 180000
    desk.do("anna", "confirm", number)
    board = desk.board()
    assert desk.stands() == {"T-1": "down"}
    assert (board.loss_per_hour, board.suspected_per_hour) == (Decimal(180000), Decimal(0))
    desk.do("anna", "restored", number, at=NOW + MINUTE)
    assert desk.stands() == {"T-1": "?"}
    desk.do("anna", "close", number, silent=True, at=NOW + MINUTE)
    assert desk.stands() == {}


def test_a_ticket_of_a_service_puts_in_question_what_carries_it_there(desk: EquippedDesk) -> None:
    number = desk.new(subject="Till", service="till", unit="flagship")
    assert desk.stands() == {"T-1": "?", "T-2": "?"}
    # Which of the two it is, nobody has said; where there is but one, it is that one.
    desk.do("anna", "confirm", number)
    assert desk.stands() == {"T-1": "?", "T-2": "?"}
    desk.do("anna", "set", number, assets=("T-2",))
    assert desk.stands() == {"T-2": "down"}
    other = desk.new(subject="Till", service="till", unit="store-017")
    assert desk.stands() == {"T-2": "down", "T-9": "?"}
    desk.do("anna", "confirm", other)
    assert desk.stands() == {"T-2": "down", "T-9": "down"}


def test_what_burns_stands_first_then_what_is_down_then_what_is_in_question(desk: EquippedDesk) -> None:
    desk.new(subject="Kiosk", assets=["K-1"], service="other")
    assert [line.unit for line in desk.board().lines] == ["accounting"]
    desk.down("t9:ping", service="other")
    assert [line.unit for line in desk.board().lines] == ["store-017", "accounting"]
    number = desk.new(subject="Till", service="till", unit="flagship")
    desk.do("anna", "confirm", number)
    board = desk.board()
    assert [line.unit for line in board.lines] == ["flagship", "store-017", "accounting"]
    assert board.well == ()
    assert (board.down, board.in_question, board.pieces) == (1, 3, 5)
    assert [line.unit for line in desk.board(units=("store-017",)).lines] == ["store-017"]
    with pytest.raises(NotFound):
        desk.board(units=("store-018",))


def test_a_unit_that_burns_and_has_no_equipment_is_there(desk: EquippedDesk) -> None:
    for number in ("T-1", "T-2", "P-1"):
        desk.retire(number)
    desk.new(subject="Till", service="till", unit="flagship")
    (line,) = desk.board().lines
    assert (line.unit, line.pieces, line.suspected_per_hour) == ("flagship", 0, Decimal(180000))
    assert next(row.kind for row in rows(desk.board())) is None


def test_nothing_of_a_private_team_is_on_it_for_others(desk: EquippedDesk) -> None:
    before = document(desk.board("boris"))
    number = desk.new("olga", subject="Leave", service="leave", unit="accounting")
    taken = desk.down("k1:http", service="leave", team=None)
    assert desk.stands("olga") == {"K-1": "down"}
    assert document(desk.board("boris")) == before
    desk.do("olga", "set", number, assets=("T-1",))
    assert desk.stands("olga") == {"K-1": "down", "T-1": "?"}
    assert document(desk.board("boris")) == before
    # Nor where an open ticket goes behind the wall by a merge.
    open_one = desk.down("t1:ping")
    assert desk.stands("boris") == {"T-1": "down"}
    desk.do("anna", "assign", open_one.number or 0, to="team:hr")
    assert document(desk.board("boris")) == before
    for login, tickets, checks in (("boris", 0, 0), ("olga", 1, 1)):
        found = desk.whole("K-1", login=login)
        assert (found.all_tickets, len(found.tickets), len(found.checks)) == (tickets, tickets, checks)
    assert taken.number not in desk.whole("K-1", login="boris").tickets
    # What goes on before the wall tells nothing of the check behind it, but that it is about the equipment.
    goes_on = desk.new("olga", subject="Both", service="leave")
    desk.do("olga", "merge", taken.number or 0, into=goes_on)
    desk.do("anna", "assign", goes_on, to="team:it")
    assert desk.stands("anna")["K-1"] == "down"
    assert desk.stands("boris") == {"K-1": "?"}


def test_programs_and_eyes_get_the_same(desk: EquippedDesk) -> None:
    desk.down("t1:ping")
    board = desk.board()
    found = json.loads(json.dumps(document(board)))
    assert found["units"][0]["equipment"][1] == {
        "kind": "till",
        "condition": "down",
        "pieces": 2,
        "down": ["T-1"],
        "in_question": [],
    }
    assert [each["is_well"] for each in found["units"]] == [False, True, True]
    assert sum(1 for _ in rows(board)) == 4
    drawn = page(board, desk="Test desk", zone=ZoneInfo("UTC"))
    table = drawn.sections[0].table
    assert table is not None
    assert [cell.text for cell in table.rows[0] if hasattr(cell, "text")] == [
        "180 000",
        "Flagship",
        "",
        "1",
        "1/2 down",
        "SD-1",
    ]
    assert drawn.subtitle.endswith("1 of 5 down, 0 in question, loss 180 000 RUB an hour")


@pytest.mark.parametrize("hidden", [None, Condition("+t.team_id IN (?, ?)", (1, 3))], ids=["all", "behind a wall"])
def test_it_is_read_by_indexes_alone(desk: EquippedDesk, hidden: Condition | None) -> None:
    """No row of a ticket is looked for but among the open ones; the equipment is counted out of its index."""
    queries = [Condition(PLACES), troubles_query(hidden), burning_query(hidden)]
    with closing(sqlite3.connect(desk.path)) as connection:
        steps = [
            [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query.sql}", query.values)] for query in queries
        ]
    for each in (step for of_query in steps for step in of_query):
        assert "SCAN" not in each or "INDEX" in each or each in {"SCAN p", "SCAN c", "SCAN s", "SCAN b"}, steps
        assert "AUTOMATIC" not in each, steps
    assert any("COVERING INDEX ix_asset_place" in step for step in steps[0]), steps
    assert any("ix_check_event_asset" in step for step in steps[1]), steps
    assert any("ix_asset_service_id" in step for step in steps[1]), steps
    assert any("ix_ticket_loss" in step for step in steps[2]), steps


def test_it_is_of_one_state_of_the_store(desk: EquippedDesk) -> None:
    with Reader(desk.path) as reader:
        reader.equipment_board(reader.actor("anna"))
        assert not reader._connection.in_transaction


def test_a_kind_with_both_says_both(desk: EquippedDesk) -> None:
    desk.down("t1:ping")
    desk.down("t2:ping", severity="warning")
    drawn = page(desk.board(), desk="Test desk", zone=ZoneInfo("UTC"))
    table = drawn.sections[0].table
    assert table is not None
    assert "1/2 down 1 ?" in {cell.text for cell in table.rows[0] if hasattr(cell, "text")}
    # A kind of which there is nothing to say is spare; the name of another is broken into lines first.
    assert {each.text: (each.spare, each.folds) for each in table.headings if each.folds} == {
        "KIOSK": (True, 7),
        "PRINTER": (True, 7),
        "TILL": (False, 12),
    }
