"""Drives the console in a test: presses keys, waits until its threads have answered, reads what is on screen."""

from __future__ import annotations

import asyncio
import time
import unicodedata
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from desks import NOW
from rich.console import RenderableType
from textual import events
from textual._compositor import Compositor
from textual._context import visible_screen_stack
from textual._queue import Queue
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.css.types import CSSLocation
from textual.keys import REPLACED_KEYS, _character_to_key, _get_unicode_name_from_key
from textual.message import Message
from textual.message_pump import MessagePump
from textual.pilot import Pilot
from textual.screen import Screen

from sdesk.store.reader import Reader
from sdesk.store.reader.detail_rows import TicketDetail
from sdesk.tui.app import Console
from sdesk.tui.mail_fetch import Fetch
from sdesk.tui.mailroom import Mailroom
from sdesk.tui.settings import ConsoleSettings

LONGEST = 0.5
"""Seconds of the longest pause that is waited for: what comes later, as the end of a toast, changes nothing asked."""


TURNS = 3
"""So many turns of the loop it has to be quiet: a task of Textual's own that is about to go on has sent nothing yet."""
PATIENCE = 30.0
"""Seconds after which a console that never comes to rest is a failure."""


def _waits(node: MessagePump) -> bool:
    """Whether it has done all that it was told: its loop waits for the next message, or has ended."""
    queue: Queue[Message | None] = node._message_queue
    return queue.empty() and (node._closed or bool(queue.ready_event._waiters))


def key_event(key: str) -> events.Key:
    """A key as Textual's driver reads it from a terminal: its name, and the character that it types."""
    if len(key) == 1 and not key.isalnum():
        key = _character_to_key(key)
    character: str | None
    try:
        character = unicodedata.lookup(_get_unicode_name_from_key(REPLACED_KEYS.get(key, key)))
    except KeyError:
        character = key if len(key) == 1 else None
    return events.Key(key, character)


class Driver:
    """A console under test."""

    def __init__(self, console: Console, pilot: Pilot[None]) -> None:
        self.console, self.pilot = console, pilot

    async def settle(self) -> None:
        """Wait until every question has been answered and painted."""
        await self._quiet()
        while self.console.is_running:
            with self.console._context():  # whoever waits may be no task of this console
                self.console.screen._on_timer_update()
            # Painting may have sent messages (what waits for a refresh), and what they did may be to be painted.
            if self._is_quiet():
                break
            await self._quiet()

    async def _quiet(self) -> None:
        """Wait until nobody has anything to do: no question is on its way, every widget waits for its next message.

        `Pilot.pause` does the same by a message to each widget, which were most of a test's messages, and sleeps for a
        fiftieth of a second besides."""
        latest = time.monotonic() + PATIENCE
        turns = 0
        while self.console.is_running and turns < TURNS:
            turns = turns + 1 if self._is_quiet() else 0
            # A thread gets on only while this one sleeps.
            await asyncio.sleep(0.002 if self.console.link.busy else 0)
            assert time.monotonic() < latest, [node for node in self._nodes() if not _waits(node)]

    def _is_quiet(self) -> bool:
        return not self.console.link.busy and all(map(_waits, self._nodes()))

    def _nodes(self) -> list[MessagePump]:
        return [self.console, *self.console.screen_stack, *self.console.screen.walk_children()]

    async def rest(self) -> None:
        """Wait until what waits for the next key (preview, filter) has been shown too."""
        await self.settle()
        while self._pausing():
            await asyncio.sleep(0.005)
            await self.settle()

    def _pausing(self) -> bool:
        """Whether anything is to be done once a moment without keys has passed."""
        timers = [timer for node in self._nodes() for timer in node._timers]
        return any(
            timer._repeat == 0 and timer._interval <= LONGEST and timer._task is not None and not timer._task.done()
            for timer in timers
        )

    async def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.console.post_message(key_event(key))
            await asyncio.sleep(0)
            while self.console.is_running and not self.console.keys_are_done:
                await asyncio.sleep(0)
            await self.settle()

    async def type(self, text: str) -> None:
        """Type a text into whatever has the keys."""
        await self.press(*(_KEY_OF.get(character, character) for character in text))
        await self.rest()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something is so, for ten seconds at most."""
        for _ in range(200):
            if holds():
                return
            await asyncio.sleep(0.05)
        raise AssertionError(self.text)

    @property
    def text(self) -> str:
        """What is on screen; behind a dialog stands what is below it."""
        visible_screen_stack.set(self.console._background_screens)
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


def _left_undrawn(
    self: Compositor, full: bool = False, screen_stack: list[Screen[Any]] | None = None, simplify: bool = False
) -> RenderableType | None:
    """Draw what somebody looks at, and nothing else: a third of a test's time went into frames that no terminal got."""
    if full:
        return _drawn(self, full, screen_stack, simplify)
    self._dirty_regions.clear()
    return None


def _parsed_once(
    self: Stylesheet,
    css: str,
    read_from: CSSLocation,
    is_default_rules: bool = False,
    tie_breaker: int = 0,
    scope: str = "",
) -> list[RuleSet]:
    """The rules of a sheet are the same in every console that has the same colours."""
    key = (frozenset(self._variables.items()), css, read_from, is_default_rules, tie_breaker, scope)
    if key not in _PARSED:
        _PARSED[key] = _parsed(self, css, read_from, is_default_rules, tie_breaker, scope)
    return _PARSED[key]


_PARSED: dict[object, list[RuleSet]] = {}
_parsed = Stylesheet._parse_rules
_drawn = Compositor.render_update
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
    painted: bool = False,
) -> AsyncIterator[Driver]:
    """A console upon a store, opened and filled. `painted`: it draws each frame, as for a terminal."""
    console = Console(
        store=path, login=login, fetch=fetch, now=now, settings=settings or ConsoleSettings(), mailroom=mailroom
    )
    with pytest.MonkeyPatch.context() as patch:
        if not painted:
            patch.setattr(Compositor, "render_update", _left_undrawn)
        patch.setattr(Stylesheet, "_parse_rules", _parsed_once)
        async with console.run_test(size=size) as pilot:
            driver = Driver(console, pilot)
            await driver.rest()
            yield driver
            if console.is_running:
                assert driver.text
