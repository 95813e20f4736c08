"""Drives the console in a test: presses keys, waits until its threads have answered, reads what is on screen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from desks import NOW
from textual.pilot import Pilot

from sdesk.store.reader import Reader
from sdesk.store.reader.rows import TicketDetail
from sdesk.tui.app import Console
from sdesk.tui.mail_fetch import Fetch
from sdesk.tui.mailroom import Mailroom
from sdesk.tui.screens.queue_parts import DEBOUNCE
from sdesk.tui.settings import ConsoleSettings


class Driver:
    """A console under test."""

    def __init__(self, console: Console, pilot: Pilot[None]) -> None:
        self.console, self.pilot = console, pilot

    async def settle(self) -> None:
        """Wait until every question has been answered and painted."""
        for _ in range(2):
            await self.pilot.pause()
            while self.console.link.busy:
                await asyncio.sleep(0.005)
            await self.pilot.pause()

    async def rest(self) -> None:
        """Wait until what waits for the next key (preview, filter) has been shown too."""
        await self.settle()
        await asyncio.sleep(DEBOUNCE + 0.08)
        await self.settle()

    async def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            await self.pilot.press(key)
            await self.settle()

    async def type(self, text: str) -> None:
        """Type a text into whatever has the keys."""
        await self.pilot.press(*(_KEY_OF.get(character, character) for character in text))
        await self.rest()

    @property
    def text(self) -> str:
        """What is on screen."""
        return "\n".join(strip.text.rstrip() for strip in self.console.screen._compositor.render_strips())

    @property
    def refs(self) -> list[str]:
        """The tickets of the rows on screen."""
        return [held.row.ref for held in self.console.queue.rows.window.visible]

    @property
    def cursor(self) -> int | None:
        """The ticket under the cursor."""
        return self.console.queue.rows.window.cursor

    @property
    def notice(self) -> str:
        """What the console answered last."""
        return self.console.notice_now[0]

    def ticket(self, number: int, login: str = "anna") -> TicketDetail:
        """A ticket as the store has it."""
        with Reader(self.console.link.path) as reader:
            return reader.ticket(reader.actor(login), number, now=self.console.now())


_KEY_OF = {" ": "space", "\n": "enter"}


@asynccontextmanager
async def driving(
    path: Path,
    *,
    login: str = "anna",
    size: tuple[int, int] = (120, 36),
    now: Callable[[], datetime] = lambda: NOW,
    fetch: Fetch | None = None,
    settings: ConsoleSettings | None = None,
    mailroom: Mailroom | None = None,
) -> AsyncIterator[Driver]:
    """A console upon a store, opened and filled."""
    console = Console(
        store=path, login=login, fetch=fetch, now=now, settings=settings or ConsoleSettings(), mailroom=mailroom
    )
    async with console.run_test(size=size) as pilot:
        driver = Driver(console, pilot)
        await driver.rest()
        yield driver
