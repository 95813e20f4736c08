"""What the list paints: what differs, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from console_driver import driving
from desks import NOW
from textual.geometry import Region

from sdesk.tui.countdown import AHEAD
from sdesk.tui.render.signals import due_text


async def test_a_tick_repaints_the_cells_that_count_down_and_no_others(
    busy_desk_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = [NOW]
    async with driving(busy_desk_path, now=lambda: at[0], painted=True) as driver:
        rows = driver.console.queue.rows
        painted: list[Region] = []
        monkeypatch.setattr(rows, "refresh", lambda *regions, **more: painted.extend(regions))
        due = next(column for column in rows._columns if column.name == "due")
        left = sum(column.width + column.gap for column in rows._columns[: rows._columns.index(due)])
        rows.tick(at[0])
        assert painted == [], "no second has passed"
        at[0] = NOW + timedelta(seconds=AHEAD)
        changed = [
            line
            for line, held in enumerate(rows.window.visible, start=1)
            if due_text(held.due_in(NOW), held.state(NOW)) != due_text(held.due_in(at[0]), held.state(at[0]))
        ]
        rows.tick(at[0])
        of_due = [region for region in painted if region.x == left]
        assert [region.y for region in of_due] == changed
        assert {(region.width, region.height) for region in of_due} <= {(due.width + due.gap, 1)}
        # UPD counts too: by the minute.
        assert len(painted) <= 2 * len(rows.window.visible)
        assert all(region.height == 1 and region.width < 20 for region in painted)


async def test_a_cursor_key_repaints_two_rows_and_no_bar(busy_desk_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with driving(busy_desk_path, painted=True) as driver:
        queue = driver.console.queue
        await driver.press("j", "j")
        painted: list[Region] = []
        shown: list[str] = []
        monkeypatch.setattr(queue.rows, "refresh", lambda *regions, **more: painted.extend(regions))
        for name, bar in queue.bars.by_name.items():
            monkeypatch.setattr(bar, "show", lambda *parts, name=name: shown.append(name))
        queue.action_down()
        assert sorted(region.y for region in painted) == [3, 4]
        await driver.pilot.pause()
        assert set(shown) <= {"header", "peek"}, "the clock may tick meanwhile"
