"""The console's orders, and the flagship's money in it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from console_driver import driving
from desks import NOW
from flagship import BACK_AT, LONG_AFTER, Flagship

from sdesk.domain.filters import Sort, parse
from sdesk.store.reader import Reader


@pytest.mark.parametrize(("down", "sort"), [(1, Sort.LOSS), (2, Sort.PRIORITY), (3, Sort.AGE)])
async def test_s_changes_the_order_and_the_header_says_which(busy_desk_path: Path, down: int, sort: Sort) -> None:
    with Reader(busy_desk_path) as reader:
        wanted = parse("team:it", now=NOW, zone=ZoneInfo("UTC"))._replace(sort=sort)
        order = [row.ref for row in reader.walk(reader.actor("anna"), wanted, now=NOW)]
    async with driving(busy_desk_path) as driver:
        assert "sort: SLA" in driver.text
        await driver.press("S")
        await driver.press(*["down"] * down, "enter")
        await driver.rest()
        assert f"sort: {sort.value}" in driver.text
        assert driver.refs == order[: len(driver.refs)]
        await driver.press("G")
        await driver.rest()
        assert driver.refs[-1] == order[-1]
        await driver.press("g")
        await driver.rest()
        assert driver.refs[0] == order[0]


@pytest.mark.parametrize("end", ["restored", "solved"])
async def test_the_flagships_till_has_lost_180_000(flagship: Flagship, end: str) -> None:
    async with driving(flagship.path, now=lambda: BACK_AT) as driver:
        assert "180 000 ₽/h (all turnover)" in driver.text
        assert "180 000 ₽ so far" in driver.text
    if end == "restored":
        flagship.restore()
    else:
        flagship.solve()
    now = LONG_AFTER if end == "restored" else BACK_AT + timedelta(minutes=1)
    async with driving(flagship.path, now=lambda: now) as driver:
        await driver.press("6", "enter")
        await driver.rest()
        assert "180 000 ₽ so far" in driver.text
        assert "₽/h" not in driver.text.partition("History")[0]
