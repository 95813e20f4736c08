"""The first frame: the rows are in it, laid out for its size, where the store answers in time; else it says so."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from console_driver import Driver, driving, key_event
from desks import NOW
from textual.message_pump import MessagePump

from sdesk.store.reader import Reader
from sdesk.tui.app import Console
from sdesk.tui.paging import Opening, read_opening
from sdesk.tui.settings import ConsoleSettings
from sdesk.tui.store_link import StoreLink


def frames_of(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the console paints, frame by frame."""
    frames: list[str] = []
    display = Console._display

    def note(self: Console, screen: Any, update: Any) -> None:
        if update is not None and not self._batch_count:
            frames.append("\n".join(strip.text.rstrip() for strip in screen._compositor.render_strips()))
        display(self, screen, update)

    monkeypatch.setattr(Console, "_display", note)
    return frames


def console(path: Path) -> Console:
    return Console(store=path, login="anna", fetch=None, now=lambda: NOW, settings=ConsoleSettings())


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (170, 45)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_first_frame_is_the_queue(
    size: tuple[int, int], busy_desk_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = StoreLink.read

    def at_once(self: StoreLink, asker: MessagePump, question: Callable[..., Any], then: Any, *rest: Any) -> None:
        monkeypatch.setattr(StoreLink, "read", read)  # the first question alone
        with Reader(self.path) as reader:
            asker.call_later(then, question(reader, reader.actor(self.login)))

    monkeypatch.setattr(StoreLink, "read", at_once)
    frames = frames_of(monkeypatch)
    async with console(busy_desk_path).run_test(size=size) as pilot:
        driver = Driver(pilot.app, pilot)  # type: ignore[arg-type]
        await driver.rest()
        width, count = driver.console.queue.rows.size.width, len(driver.refs)
        first, last = frames[0].splitlines(), driver.text.splitlines()
        titles = next(at for at, line in enumerate(last) if "SUBJECT" in line)
        of_list = slice(titles, titles + 1 + count)
        assert count > 10
        assert [line[:width].rstrip() for line in first[of_list]] == [line[:width].rstrip() for line in last[of_list]]
        assert first[0].startswith(" sdesk  Team")
        assert first[-1] == last[-1], "the keys"
    assert not any("Opening the desk" in frame for frame in frames)


async def test_a_store_that_is_slow_to_answer_is_waited_for_in_sight(
    busy_desk_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with driving(busy_desk_path) as driver:
        team = driver.refs
        await driver.press("2")
        unassigned = driver.refs
        assert unassigned != team
    answers = threading.Event()

    def slow(*asked: Any) -> Opening:
        assert answers.wait(10)
        return read_opening(*asked)

    monkeypatch.setattr("sdesk.tui.app.read_opening", slow)
    frames = frames_of(monkeypatch)
    for key, expected in ((None, team), ("2", unassigned)):
        answers.clear()
        frames.clear()
        async with console(busy_desk_path).run_test(size=(120, 36)) as pilot:
            driver = Driver(pilot.app, pilot)  # type: ignore[arg-type]
            await driver.until(lambda: bool(frames))
            assert "Opening the desk" in frames[0]
            if key is not None:
                driver.console.post_message(key_event(key))
                await asyncio.sleep(0)
                await driver.until(partial(getattr, driver.console, "keys_are_done"))
            answers.set()
            await driver.rest()
            assert driver.refs == expected


async def test_a_filter_may_be_the_first_thing_that_is_typed(busy_desk_path: Path) -> None:
    """Its field is not there in the first frame."""
    async with console(busy_desk_path).run_test(size=(120, 36)) as pilot:
        driver = Driver(pilot.app, pilot)  # type: ignore[arg-type]
        for key in ("/", "p", "1"):
            driver.console.post_message(key_event(key))
        await asyncio.sleep(0)
        await driver.until(lambda: driver.console.keys_are_done)
        await driver.rest()
        assert driver.console.queue.field.value == "p1"
        assert driver.console.queue.is_typing


async def test_a_terminal_that_is_too_small_from_the_start(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path, size=(50, 12)) as driver:
        assert "needs at least 60 columns" in driver.text
        assert "SD-" not in driver.text
        await driver.pilot.resize_terminal(120, 36)
        await driver.rest()
        assert driver.console.queue.preview_visible
        assert driver.refs
