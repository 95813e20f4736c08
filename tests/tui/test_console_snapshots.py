"""How the screens look, as pictures: at 120x36 and at 80x24, in colour and with NO_COLOR, with a clock that stands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from console_driver import Driver
from desks import NOW
from textual.pilot import Pilot

from sdesk.tui.app import Console
from sdesk.tui.settings import ConsoleSettings

Compare = Callable[..., bool]
SIZES = pytest.mark.parametrize("size", [(120, 36), (80, 24)], ids=["120x36", "80x24"])


def console_on(path: Path, theme: str = "dark") -> Console:
    return Console(store=path, login="anna", fetch=None, now=lambda: NOW, settings=ConsoleSettings(theme=theme))


def after(*keys: str) -> Callable[[Pilot[Any]], Awaitable[None]]:
    """Wait for the queue, then press keys."""

    async def run(pilot: Pilot[Any]) -> None:
        console = pilot.app
        assert isinstance(console, Console)
        driver = Driver(console, pilot)
        await driver.rest()
        for key in keys:
            await driver.press(key)
        await driver.rest()

    return run


@pytest.fixture(autouse=True)
def _still_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    """No cursor blinks in a picture."""
    from textual.widgets import Input, TextArea

    for field in (Input, TextArea):
        monkeypatch.setattr(field.cursor_blink, "_default", False)


@SIZES
def test_queue(busy_desk_path: Path, snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(console_on(busy_desk_path), terminal_size=size, run_before=after("j", "j", "space"))


@SIZES
def test_ticket(busy_desk_path: Path, snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(console_on(busy_desk_path), terminal_size=size, run_before=after("j", "j", "enter"))


@SIZES
def test_queue_without_colour(
    busy_desk_path: Path, snap_compare: Compare, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(console_on(busy_desk_path), terminal_size=size, run_before=after("j", "j"))


def test_ticket_without_colour(busy_desk_path: Path, snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(console_on(busy_desk_path), terminal_size=(120, 36), run_before=after("enter"))


def test_queue_light(busy_desk_path: Path, snap_compare: Compare) -> None:
    assert snap_compare(console_on(busy_desk_path, "light"), terminal_size=(120, 36), run_before=after("j"))


def test_queue_in_the_terminals_own_colours(busy_desk_path: Path, snap_compare: Compare) -> None:
    assert snap_compare(console_on(busy_desk_path, "ansi"), terminal_size=(120, 36), run_before=after("j"))


def test_note(busy_desk_path: Path, snap_compare: Compare) -> None:
    assert snap_compare(console_on(busy_desk_path), terminal_size=(80, 24), run_before=after("i"))


def test_assign(busy_desk_path: Path, snap_compare: Compare) -> None:
    assert snap_compare(console_on(busy_desk_path), terminal_size=(120, 36), run_before=after("space", "space", "a"))
