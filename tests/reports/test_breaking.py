"""`past`: what keeps breaking and what it cost, by piece and by model, of what the asking agent may see."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from desks import NOW
from equipped import EquippedDesk

from sdesk.domain.filters import Filter
from sdesk.reports import past_page, past_rows
from sdesk.reports.past import Past, past
from sdesk.reports.period import between
from sdesk.store.reader import Reader

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def desk(desk_path: Path) -> Iterator[EquippedDesk]:
    """Tills of two models; one of them broke twice this week and once the week before, two in one ticket."""
    equipped = EquippedDesk(desk_path)
    then = NOW - 20 * DAY
    equipped.add("T-1", model="Epson", unit="flagship", service="till", at=then)
    equipped.add("T-2", model="Epson", unit="flagship", service="till", at=then)
    equipped.add("T-3", model="Other", unit="store-017", service="till", at=then)
    equipped.add("K-1", "kiosk", unit="accounting", at=then)
    for at, assets, hours in (
        (NOW - 9 * DAY, ["T-1"], 0),
        (NOW - 2 * HOUR, ["T-1"], 1),
        (NOW - HOUR, ["T-1", "T-2"], 1),
    ):
        number = equipped.new(at=at, subject="Till", assets=assets)
        if hours:
            equipped.do("anna", "confirm", number, at=at)
            equipped.do("anna", "restored", number, at=at + hours * HOUR)
        equipped.do("anna", "close", number, silent=True, at=at + max(hours, 1) * HOUR)
    yield equipped
    equipped.desk.close()


def asked(desk: EquippedDesk, login: str = "anna") -> Past:
    zone = ZoneInfo("Europe/Moscow")
    compared = between((NOW - 6 * DAY).date(), NOW.date(), zone)
    with Reader(desk.path) as reader:
        return past(reader, reader.actor(login), compared, Filter(), now=NOW)


def test_the_piece_that_breaks_most_often_stands_first(desk: EquippedDesk) -> None:
    found = asked(desk)
    assert [(each.number, each.opened, each.earlier, each.open_seconds) for each in found.equipment] == [
        ("T-1", 2, 1, 7200),
        ("T-2", 1, 0, 3600),
    ]
    first, second = found.equipment
    # An hour of the flagship alone, and half of the other hour.
    assert (first.loss, second.loss) == (Decimal("270000.00"), Decimal("90000.00"))
    assert first.loss + second.loss == found.totals.loss
    assert first.numbers == (2, 3)
    (model,) = found.models
    assert (model.model, model.pieces, model.broken, model.opened, model.earlier) == ("Epson", 2, 2, 2, 1)
    assert (model.open_seconds, model.loss) == (10800, Decimal("360000.00"))


def test_programs_and_eyes_get_it(desk: EquippedDesk) -> None:
    found = asked(desk)
    document = past_rows.document(found, "")
    assert document["equipment"][0]["inventory_number"] == "T-1"  # type: ignore[index,call-overload]
    assert document["models"][0]["opened"] == {"value": 2, "earlier": 1}  # type: ignore[index,call-overload]
    flat = {(row.section, row.key, row.figure): row.value for row in past_rows.rows(found)}
    assert flat["equipment", "T-1", "loss"] == "270000.00"
    assert flat["models", "till/Epson", "opened"] == 2
    titles = [section.title for section in past_page.page(found, "").sections]
    assert titles[-2:] == ["Equipment that breaks", "Models that break"]


def test_of_a_private_team_nothing_is_told(desk: EquippedDesk) -> None:
    desk.new("olga", at=NOW - HOUR, subject="Leave", service="leave", assets=["K-1"])
    assert "K-1" in [each.number for each in asked(desk, "olga").equipment]
    assert "K-1" not in [each.number for each in asked(desk, "boris").equipment]
    assert asked(desk, "boris").equipment == asked(desk, "boris").equipment[:2]


def test_without_equipment_there_is_no_word_of_it(desk_path: Path) -> None:
    with Reader(desk_path) as reader:
        compared = between((NOW - 6 * DAY).date(), NOW.date(), ZoneInfo("UTC"))
        found = past(reader, reader.actor("anna"), compared, Filter(), now=NOW)
    assert (found.equipment, found.models) == ((), ())
    assert "Equipment that breaks" not in [section.title for section in past_page.page(found, "").sections]
