"""The equipment's panel: a table where there is room, names where there is none; on the board and on the office's."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest
from console_driver import driving
from desks import NOW
from equipped import EquippedDesk
from rich.cells import cell_len

from sdesk.domain.equipment import Condition
from sdesk.reports.equipment_board import EquipmentBoard, made
from sdesk.store.reader.equipment_board import BoardFacts, BurningRow, PlaceRow, TroubleRow
from sdesk.tui.office import OfficeBoard
from sdesk.tui.render.equipment import equipment_rows, equipment_words
from sdesk.tui.screens.board import BoardScreen
from sdesk.tui.settings import ConsoleSettings


def board_of(*troubles: TroubleRow, burning: tuple[BurningRow, ...] = ()) -> EquipmentBoard:
    places = tuple(
        PlaceRow(unit, unit.title(), kind, pieces)
        for unit in ("flagship", "store-017", "accounting")
        for kind, pieces in (("till", 3), ("принтер", 1))
    )
    return made(
        BoardFacts(places, troubles, burning),
        now=NOW,
        units=frozenset(),
        currency="RUB",
        prefix="SD",
        margin_known=True,
    )


BAD = (
    TroubleRow("flagship", "till", "T-1", Condition.DOWN, 7),
    TroubleRow("flagship", "till", "T-2", Condition.IN_QUESTION, 9),
    TroubleRow("store-017", "принтер", "P-1", Condition.IN_QUESTION, 8),
)
BURNING = (
    BurningRow("flagship", "Flagship", Decimal(180000), Decimal(0)),
    BurningRow(None, None, Decimal(0), Decimal(5)),
)


def text_of(board: EquipmentBoard, width: int) -> list[str]:
    return ["".join(span[0] for span in row.line.spans).rstrip() for row in equipment_rows(board, width)]


def test_units_stand_by_kinds_where_there_is_room() -> None:
    lines = text_of(board_of(*BAD, burning=BURNING), 80)
    assert sorted(lines[0].split()) == ["till", "принтер"]
    assert lines[1].split()[:2] == ["180k", "Flagship"]
    assert "1/3 down 1 ?" in lines[1]
    assert any("1/1 ?" in line for line in lines)
    assert any("of no unit" in line and "~5" in line for line in lines)
    assert lines[-1].strip() == "all is well in 1 unit"
    rows = equipment_rows(board_of(*BAD, burning=BURNING), 80)
    assert [row.number for row in rows if row.number is not None] == [7, 8]
    ends = {sum(cell_len(span[0]) for span in row.line.spans) for row in rows[:4]}
    assert len(ends) == 1  # the columns are flush


def test_where_there_is_no_room_what_is_not_well_is_named() -> None:
    lines = text_of(board_of(*BAD, burning=BURNING), 30)
    assert "till 1/3 down 1 ?" in " ".join(lines[0].split())
    assert "принтер 1/1 ?" in " ".join(lines)


@pytest.mark.parametrize("width", [10, 24, 60, 75, 200])
def test_the_totals_stand_above(width: int) -> None:
    words = "".join(span[0] for span in equipment_words(board_of(*BAD, burning=BURNING), width).spans)
    assert "1 piece down" in words
    assert "2 in question (?)" in words
    assert ("loss 180k" in words) is (width == 60)
    assert ("loss 180" in words) is (width >= 60)
    assert ("~5 ₽ suspected" in words) is (width >= 75)
    assert width < 60 or cell_len(words) <= width


def shows_equipment(screen: BoardScreen) -> bool:
    return screen.panels.equipment.display


def text_on(app: OfficeBoard) -> str:
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


async def test_a_desk_with_equipment_has_the_panel_and_one_without_has_not(desk_path: Path) -> None:
    desk = EquippedDesk(desk_path)
    async with driving(desk_path) as driver:
        await driver.press("0")
        await driver.rest()
        screen = driver.console.screen
        assert isinstance(screen, BoardScreen)
        assert not shows_equipment(screen)
        desk.add("T-1", unit="flagship", service="till", checks="zabbix t1:*")
        number = desk.down("t1:ping").number
        screen.read_board()
        await driver.rest()
        assert shows_equipment(screen)
        assert "Flagship" in driver.text
        assert "1/1 down" in driver.text
        for _ in range(6):
            await driver.press("tab")
        assert screen.panels.equipment.rows.has_focus
        assert screen.panels.equipment.rows.cursor == number
        await driver.press("z")
        assert "Who has what" not in driver.text
        assert "1 piece down" in driver.text
        await driver.press("escape", "tab")
        assert screen.panels.burning.rows.has_focus
    desk.desk.close()


@pytest.mark.parametrize("size", [(60, 15), (170, 50)])
async def test_the_office_sees_it_too(desk_path: Path, size: tuple[int, int]) -> None:
    desk = EquippedDesk(desk_path)
    desk.add("T-1", unit="flagship", service="till", checks="zabbix t1:*")
    desk.down("t1:ping")
    desk.desk.close()
    app = OfficeBoard(store=desk_path, login="anna", now=lambda: NOW, settings=ConsoleSettings())
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        app.look(anew=True)
        for _ in range(200):
            await pilot.pause()
            if not app.busy and app.board is not None and "1 piece down" in text_on(app):
                break
            await asyncio.sleep(0.01)
        assert "1/1 down" in text_on(app)
        assert "1 piece down" in text_on(app)


async def test_a_ticket_shows_its_equipment(desk_path: Path) -> None:
    desk = EquippedDesk(desk_path)
    desk.add("T-0031", name="Till 3", model="Epson", unit="flagship", service="till", warranty_until="2026-12-20")
    number = desk.new(subject="It does not print", assets=["T-0031"])
    desk.desk.close()
    async with driving(desk_path, size=(140, 45)) as driver:
        driver.console.open_ticket(number)
        await driver.rest()
        assert "T-0031 till Till 3 Epson" in driver.text
        assert "warranty until 2026-12-20" in driver.text
        assert "about equipment T-0031" in driver.text
