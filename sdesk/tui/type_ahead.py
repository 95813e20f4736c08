"""Keys in the order in which they were typed, each to whom it is for, however fast they come.

Textual hands a key to the widget that has the focus when the key arrives, and goes on; what the key does (a dialog
opens, a field gets the focus) happens some messages later. Of `/till`, arriving in one packet over a slow line, the `t`
would be a command to the list. Here a key waits until the one before it has been done, and until the screen that this
one opened is there.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

from textual import events
from textual.app import App
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.timer import Timer

PATIENCE = 0.25
"""Seconds after which a key waits no longer for one whose widget went away before it could say that it is done."""


class TypeAhead(App[None]):
    """An application that does one key after the other."""

    def __init__(self, **of_textual: Any) -> None:
        super().__init__(**of_textual)
        self._ahead: deque[events.Key | events.Paste] = deque()
        self._serial = 0
        """Counts the keys that were given out."""
        self._done = 0
        """The last of them that is done."""
        self._late: Timer | None = None
        """Until when the screen that the last one opened is waited for."""

    @property
    def keys_are_done(self) -> bool:
        """Whether every key that has arrived has done what it does."""
        return not self._ahead and self._serial == self._done

    async def on_event(self, event: events.Event) -> None:
        """Textual's own, but for a key or a paste that comes while another is being done."""
        if not isinstance(event, (events.Key, events.Paste)) or event.is_forwarded:
            await super().on_event(event)
        elif not self.keys_are_done:
            if not self._ahead:
                self.set_timer(PATIENCE, partial(self._finished, self._serial))
            self._ahead.append(event)
        else:
            await self._give(event)

    async def _give(self, event: events.Key | events.Paste) -> None:
        self._serial += 1
        serial, before = self._serial, self.screen
        target: MessagePump = self.focused or before
        await super().on_event(event)
        # What follows the key through the same queues arrives when the key has been through them; what follows it once
        # more, when the message has been, too, that its action sent (as a field says that it was submitted).
        self._follow(target, lambda: self._follow(target, lambda: self._acted(serial, before)))

    def _follow(self, node: MessagePump, then: Callable[[], object]) -> None:
        """Behind the key, from the widget up to the application, where bindings are looked up; then go on."""
        while node is not self:
            parent = node._parent or self
            # A node that is going away takes no more messages: the key went past it.
            if node.call_later(self._follow, parent, then):
                return
            node = parent
        self.call_later(then)

    def _acted(self, serial: int, before: Screen[object]) -> None:
        """All that the key set off has run; where it opened a screen, that one has to come up first."""
        opened = self.screen
        if opened is before or not opened.call_after_refresh(self.call_later, self._finished, serial):
            # Once more round: giving somebody the focus is a message to the application, too.
            self.call_later(self._finished, serial)
        else:
            # Another screen may come up over it before it was ever painted: then it never says so.
            self._late = self.set_timer(PATIENCE, partial(self._finished, serial))

    def _finished(self, serial: int) -> None:
        if serial <= self._done:
            return
        self._done = serial
        if self._late is not None:
            self._late.stop()
            self._late = None
        if self._ahead:
            self.call_later(self._next)

    async def _next(self) -> None:
        if self._ahead and self._serial == self._done:
            await self._give(self._ahead.popleft())
