"""Equipment imported line by line: the same again changes nothing, and what is wrong with one line stops no other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from desks import DESK_FILE, NOW
from equipped import ZONE, EquippedDesk

from sdesk.desk.imports.assets import Tried, import_assets
from sdesk.desk.steps.asset_rows import Became
from sdesk.domain.asset_line import AssetLine, read_line
from sdesk.domain.errors import Refused


@pytest.fixture
def desk(desk_path: Path) -> Iterator[EquippedDesk]:
    equipped = EquippedDesk(desk_path)
    yield equipped
    equipped.desk.close()


def line(number: str, **said: object) -> AssetLine:
    return read_line({"inventory_number": number, "kind": "till", **said}, now=NOW, zone=ZONE)


def take(desk: EquippedDesk, *lines: AssetLine, tried: Tried | None = None) -> list[str]:
    outcomes = import_assets(desk.desk, desk.actor("anna"), lines, now=NOW, tried=tried)
    return [each.came.value if each.came is not None else str(each.error and each.error.what) for each in outcomes]


def test_the_same_again_changes_nothing(desk: EquippedDesk) -> None:
    lines = [line("T-1", unit="flagship", checks="zabbix a:*"), line("T-2", note="x"), line("t-1", unit="flagship")]
    assert take(desk, *lines) == ["added", "added", "same"]
    assert take(desk, *lines) == ["same"] * 3
    assert take(desk, line("T-1", unit="")) == ["changed"]
    assert desk.rows("SELECT count(*) FROM asset_change") == [(3,)]


def test_what_is_wrong_with_a_line_stops_no_other(desk: EquippedDesk) -> None:
    found = take(
        desk, line("T-1", unit="nowhere"), line("T-2", checks="zabbix a"), line("T-3", checks="zabbix a"), line("T-4")
    )
    assert found == ["there is no unit `nowhere`", "added", "`zabbix a` watches T-2", "added"]
    assert [row[0] for row in desk.rows("SELECT inventory_number FROM asset ORDER BY id")] == ["T-2", "T-4"]
    (outcome,) = import_assets(desk.desk, desk.actor("anna"), [AssetLine("T-9", {"name": "no kind"})], now=NOW)
    assert outcome.error is not None
    assert "what it is" in outcome.error.what


def test_a_line_that_fails_halfway_leaves_nothing_of_itself(desk: EquippedDesk) -> None:
    take(desk, line("T-1", checks="zabbix a"), line("T-2", checks="zabbix b"), line("T-3"))
    desk.retire("T-1")
    # It would take the first check from what is out of use, and is refused the second.
    found = take(desk, line("T-3", checks="zabbix a; zabbix b"), line("T-1", checks="zabbix a", retired_at=None))
    assert found == ["`zabbix b` watches T-2", "changed"]
    assert desk.rows(
        "SELECT c.key, a.inventory_number FROM asset_check AS c JOIN asset AS a ON a.id = c.asset_id ORDER BY c.key"
    ) == [("a", "T-1"), ("b", "T-2")]


def test_a_dry_run_over_several_batches_says_what_would_happen(desk: EquippedDesk) -> None:
    tried = Tried()
    assert take(desk, line("T-1", checks="zabbix a"), tried=tried) == ["added"]
    assert take(desk, line("t-1", checks="zabbix a"), line("T-2", checks="zabbix a"), tried=tried) == [
        "same",
        "`zabbix a` watches T-1",
    ]
    assert desk.rows("SELECT count(*) FROM asset") == [(0,)]


def test_an_auditor_imports_nothing(desk: EquippedDesk) -> None:
    desk.apply(DESK_FILE.replace('teams = ["quality"]', 'teams = ["quality"]\nrole = "auditor"'))
    with pytest.raises(Refused):
        import_assets(desk.desk, desk.actor("vera"), [line("T-1")], now=NOW)
    assert Became.SAME.value == "same"
