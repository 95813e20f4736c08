"""The form of a service within the form of a new ticket: asked at once, checked at the field, never lost."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from catalogue_desk import with_catalogue
from console_driver import Driver, driving
from desks import DESK_FILE, NOW
from equipped import EquippedDesk

from sdesk.desk.opening import open_desk
from sdesk.desk.setup import apply
from sdesk.domain.actor import SYSTEM
from sdesk.domain.catalogue import FieldKind, FormField
from sdesk.domain.errors import BadInput
from sdesk.tui.render.choices import Choice
from sdesk.tui.screens import form
from sdesk.tui.screens.form_answers import Answers
from sdesk.tui.screens.ticket import TicketScreen
from sdesk.tui.widgets.field import Field
from sdesk.tui.widgets.lookup import Lookup
from sdesk.tui.widgets.picks import Picks

SMALL = (80, 24)
PIECE = FormField("piece", FieldKind.EQUIPMENT, {"en": "Which"}, {})
OTHER_PART = FormField("part", FieldKind.CHOICE, {"en": "Part"}, {}, choices=("Cable", "Light"))


@pytest.fixture
def shop(desk_path: Path) -> Path:
    with_catalogue(desk_path)
    return desk_path


async def choose(driver: Driver, service: str) -> None:
    """Choose a service in the form of a new ticket."""
    field = driver.console.screen.query_one("#service", Field).input
    field.value = ""
    field.focus()
    await driver.settle()
    await driver.type(f"{service}\n")


def answers(driver: Driver) -> Answers:
    return driver.console.screen.query_one(Answers)


def fault_of(driver: Driver, key: str) -> str:
    return answers(driver).query_one(f"#field-{key}", Field).fault


async def write(driver: Driver, key: str, text: str) -> None:
    answers(driver).query_one(f"#field-{key}", Field).input.focus()
    await driver.settle()
    await driver.type(text)


async def test_a_service_asks_for_what_must_be_known(shop: Path, tmp_path: Path) -> None:
    photo = tmp_path / "till.jpg"
    photo.write_bytes(b"jpg")
    async with driving(shop, size=SMALL) as driver:
        await driver.press("C", "tab", "tab")
        await driver.type("Dead\n")
        await choose(driver, "till")
        assert "Switch it off," in driver.text
        assert "Model *" in driver.text
        await driver.press("ctrl+g")
        assert "Model is missing" in driver.text
        assert (fault_of(driver, "model"), fault_of(driver, "since")) != ("", "")
        assert answers(driver).query_one("#field-model", Field).input.has_focus

        await driver.type("55")
        assert "It stands on the back" in fault_of(driver, "model")
        await driver.press("backspace", "backspace")
        await driver.type("at-55\n1.11.2026")
        assert "2026-11-01" in driver.text, "what was understood"
        picks = answers(driver).query_one("#field-part", Picks)
        picks.focus()
        await driver.press("right", "right")
        await write(driver, "shop", "Teply\n")
        await write(driver, "boss", "irina@shop.example\n")
        await write(driver, "photo", str(photo))
        await driver.press("ctrl+g")
        assert isinstance(driver.console.screen, TicketScreen)
        detail = driver.ticket(driver.console.screen.number)
        assert {each.key: each.value for each in detail.form} == {
            "model": "at-55",
            "since": "2026-11-01",
            "part": "Scanner",
            "shop": "store-017",
            "boss": "irina@shop.example",
            "photo": "till.jpg",
        }
        assert [file.name for file in detail.messages[0].attachments] == ["till.jpg"]
    async with driving(shop, size=(140, 40)) as driver:
        await driver.press("enter")
        assert "Broken since" in driver.text
        assert "store-017" in driver.text


async def test_who_asks_is_told_of_an_approval(desk_path: Path) -> None:
    desk = open_desk(desk_path)
    changed = DESK_FILE.replace('name = "Printer"', 'name = "Printer"\napprove_by = "unit-head"')
    apply(desk, changed, "desk.toml", actor=SYSTEM, now=NOW)
    desk.close()
    async with driving(desk_path, size=SMALL) as driver:
        await driver.press("C")
        await choose(driver, "printer")
        assert "It needs an approval first" in driver.text
        await choose(driver, "till")
        assert "approval" not in driver.text


async def test_another_service_loses_nothing(shop: Path) -> None:
    async with driving(shop, size=SMALL) as driver:
        await driver.press("C", "tab", "tab")
        await driver.type("Dead\n")
        await choose(driver, "till")
        await write(driver, "model", "AT-55")
        answers(driver).query_one("#field-part", Picks).chosen = 1
        await choose(driver, "printer")
        model = answers(driver).query_one("#field-model", Field)
        assert model.text == "AT-55", "what is called the same is not asked again"
        assert not answers(driver).query("#field-part")
        await choose(driver, "other")
        assert not answers(driver).display
        await choose(driver, "till")
        assert answers(driver).query_one("#field-part", Picks).chosen == 1
        await answers(driver).show((OTHER_PART,), {}, "en")
        assert answers(driver).query_one("#field-part", Picks).chosen == 0, "there is no such choice here"
        assert answers(driver).words()["field-part"] == "Screen"
        answers(driver).query_one("#field-part", Picks).chosen = 1
        assert answers(driver).words()["field-part"] == "Cable"


async def test_equipment_is_sought_in_the_unit_and_then_anywhere(shop: Path) -> None:
    async with driving(shop, size=SMALL) as driver:
        await driver.press("C")
        await answers(driver).show((PIECE,), {}, "en")
        await write(driver, "piece", "label 7\n")
        assert answers(driver).given() == {"piece": "label 7"}, "nothing is written down: it is as typed"
    desk = EquippedDesk(shop)
    for number, unit in (("T-1", "flagship"), ("T-17", "store-017")):
        desk.add(number, unit=unit)
    desk.desk.close()
    async with driving(shop, size=SMALL) as driver:
        await driver.press("C")
        driver.console.screen.query_one("#unit", Lookup).hold(Choice("store-017", ("Store 17",)))
        await answers(driver).show((PIECE,), {}, "en")
        await write(driver, "piece", "t-1\n")
        assert answers(driver).given() == {"piece": "T-17"}
        answers(driver).query_one("#field-piece", Lookup).input.value = ""
        await write(driver, "piece", "T-9\n")
        with pytest.raises(BadInput, match="Take one of those found"):
            answers(driver).given()


async def test_a_draft_keeps_the_answers(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(form, "SAVE_SECONDS", 0.1)
    async with driving(shop, size=SMALL) as driver:
        await driver.press("C")
        await choose(driver, "till")
        await write(driver, "model", "AT-55")
        answers(driver).query_one("#field-part", Picks).chosen = 2
        await driver.settle()
        await driver.press("escape")
        words = {"service": "Till\ttill", "field-model": "AT-55", "field-part": "Scanner"}
        await driver.until(lambda: kept(shop) == words)
        await driver.press("C")
        await driver.settle()
        assert answers(driver).query_one("#field-model", Field).text == "AT-55"
        assert answers(driver).query_one("#field-part", Picks).chosen == 2


def kept(path: Path) -> dict[str, str]:
    with closing(sqlite3.connect(path)) as connection:
        row = connection.execute("SELECT words FROM form_draft").fetchone()
    return json.loads(row[0]) if row is not None else {}
