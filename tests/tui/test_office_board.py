"""The board on the office's screen: it shows nobody's name, needs no key, outlives the store, and grows by nothing."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from desks import NOW
from textual.pilot import Pilot

from sdesk.domain.errors import BadInput
from sdesk.domain.filters import Filter
from sdesk.store.reader import Reader
from sdesk.tui.office import OfficeBoard, run_board
from sdesk.tui.settings import ConsoleSettings


class Office:
    """The board under test, and its clock."""

    def __init__(self, path: Path) -> None:
        self.at = NOW
        self.app = OfficeBoard(store=path, login="anna", now=self.now, settings=ConsoleSettings())
        self.pilot: Pilot[None]

    def now(self) -> datetime:
        return self.at

    async def read(self) -> None:
        """Have it read, and wait until that is shown."""
        self.app.look(anew=True)
        await self.settle()

    async def settle(self) -> None:
        await self.pilot.pause()
        while self.app.busy:
            await asyncio.sleep(0.005)
        await self.pilot.pause()
        await self.pilot.pause()

    @property
    def text(self) -> str:
        return "\n".join(strip.text.rstrip() for strip in self.app.screen._compositor.render_strips())


@asynccontextmanager
async def showing(path: Path, size: tuple[int, int] = (120, 36)) -> AsyncIterator[Office]:
    office = Office(path)
    async with office.app.run_test(size=size) as pilot:
        office.pilot = pilot
        await office.settle()
        await office.read()
        yield office


@pytest.mark.parametrize("size", [(120, 36), (80, 24)], ids=["120x36", "80x24"])
async def test_it_shows_what_is_late_and_nobodys_name(busy_desk_path: Path, size: tuple[int, int]) -> None:
    async with showing(busy_desk_path, size) as office:
        shown = office.text
        assert "Loss and" in shown
        assert "as of 12:00" in shown
        assert "SD-" in shown
        with Reader(busy_desk_path) as reader:
            anna = reader.actor("anna")
            for row in reader.walk(anna, Filter(), now=NOW):
                assert row.subject[:12] not in shown
                assert (row.requester_name or "?") not in shown
        assert office.app.focused is None
        before = office.text
        await office.pilot.press("j", "enter", "tab", "0", "ctrl+p", "escape")
        await office.settle()
        assert office.text == before
        assert office.app.is_running
        await office.pilot.press("й")
        assert office.app._exit


async def test_it_outlives_the_store_and_comes_back(busy_desk_path: Path) -> None:
    aside = busy_desk_path.with_name("aside.db")
    async with showing(busy_desk_path) as office:
        busy_desk_path.rename(aside)
        office.at = NOW + timedelta(minutes=2)
        await office.read()
        assert "The store cannot be read since 12:02" in office.text
        office.at = NOW + timedelta(minutes=9)
        await office.read()
        assert "since 12:02" in office.text
        assert "boris" in office.text  # the last figures stay
        aside.rename(busy_desk_path)
        await office.read()
        assert "cannot be read" not in office.text
        assert "as of 12:09" in office.text


async def test_no_error_ends_it(busy_desk_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with showing(busy_desk_path) as office:
        with monkeypatch.context() as broken:
            broken.setattr("sdesk.tui.office.read_board", lambda *args: 1 / 0)
            await office.read()
            assert "division by zero" in office.text
        with monkeypatch.context() as broken:
            broken.setattr("sdesk.tui.widgets.panels.render.load_rows", lambda *args: 1 / 0)
            await office.read()
            assert "division by zero" in office.text
        await office.read()
        assert "as of 12:00" in office.text


async def test_it_grows_by_nothing_however_often_it_is_read(busy_desk_path: Path) -> None:
    """Weeks on a wall are twenty thousand reads: what stays of each would fill the memory."""
    async with showing(busy_desk_path) as office:

        async def reads(count: int) -> Counter[str]:
            for _time in range(count):
                office.at += timedelta(seconds=60)
                await office.read()
            gc.collect()
            # Weak references to what is gone are swept by caches from time to time: their number is bounded.
            return Counter(
                type(each).__name__
                for each in gc.get_objects()
                if not isinstance(each, weakref.ReferenceType) or each() is not None
            )

        before = await reads(12)
        after = await reads(25)
        # The test's own waits have time-outs: asyncio keeps the cancelled ones, until they are half of all it holds.
        waits = {"TimerHandle", "Context"}
        grown = {name: count - before[name] for name, count in after.items() if count - before[name] >= 25}
        assert grown.keys() <= waits, grown


def test_an_unknown_theme_is_refused(busy_desk_path: Path) -> None:
    with pytest.raises(BadInput, match="no theme"):
        run_board(store=busy_desk_path, login="anna", now=lambda: NOW, settings=ConsoleSettings(theme="plaid"))
