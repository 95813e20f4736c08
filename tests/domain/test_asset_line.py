"""A line of a table of equipment: its fields are read, checked, and written so that they are read the same again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sdesk.domain.asset_line import FIELDS, AssetLine, cell_of, read_line
from sdesk.domain.equipment import CheckName
from sdesk.domain.errors import BadInput

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Moscow")


def line(**raw: Any) -> AssetLine:
    return read_line(raw, now=NOW, zone=ZONE)


def test_all_that_a_line_can_say() -> None:
    found = line(
        inventory_number=" T-1 ",
        kind="Till",
        name="=1+1",
        model="-X",
        serial="@7",
        unit="flagship",
        service="till",
        bought_on="01.02.2025",
        warranty_until="2026-12-31",
        checks="zabbix b:*; nagios a",
        note="+49",
        retired_at="2026-11-01T00:00:00Z",
    )
    assert found.number == "T-1"
    assert found.key == "t-1"
    assert dict(found.said) == {
        "kind": "till",
        "name": "=1+1",
        "model": "-X",
        "serial": "@7",
        "unit": "flagship",
        "service": "till",
        "bought_on": "2025-02-01",
        "warranty_until": "2026-12-31",
        "checks": (CheckName("nagios", "a"), CheckName("zabbix", "b:*")),
        "note": "+49",
        "retired_at": datetime(2026, 11, 1, tzinfo=UTC),
    }
    assert set(found.said) | {"inventory_number"} == set(FIELDS)


def test_what_is_not_said_stays_and_what_is_empty_goes() -> None:
    assert dict(line(inventory_number="T-1").said) == {}
    said = line(inventory_number="T-1", name="", unit="", service=None, bought_on="none", checks=None, note=None).said
    assert said == {"name": "", "unit": None, "service": None, "bought_on": None, "checks": (), "note": ""}


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"kind": "till"}, "inventory number"),
        ({"inventory_number": "T-1", "modle": "x"}, "no field `modle`"),
        ({"inventory_number": "T-1", "kind": ""}, "no kind"),
        ({"inventory_number": "T-1", "kind": None}, "no kind"),
        ({"inventory_number": "T-1", "bought_on": "yesterday"}, "no day"),
        ({"inventory_number": "T-1", "checks": 7}, "no list"),
        ({"inventory_number": "T-1", "name": ["x"]}, "no text"),
        ({"inventory_number": "T-1", "retired_at": "2027-01-01"}, "still to come"),
    ],
)
def test_what_is_wrong_is_named(raw: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        line(**raw)
    if "modle" in raw:
        with pytest.raises(BadInput) as caught:
            line(**raw)
        assert caught.value.remedy == "did you mean `model`?"


def test_a_cell_is_read_again_as_it_was() -> None:
    assert cell_of("checks", ("nagios a", "zabbix b:*")) == "nagios a; zabbix b:*"
    assert cell_of("retired_at", datetime(2026, 11, 1, tzinfo=UTC)) == "2026-11-01T00:00:00Z"
    assert cell_of("note", None) == ""
