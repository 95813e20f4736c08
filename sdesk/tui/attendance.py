"""Telling the others where the agent is: which ticket is on screen, and whether something is written to it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sdesk.domain.errors import NotFound, SdeskError
from sdesk.domain.ticket import Doing
from sdesk.tui.language import told_error
from sdesk.tui.screens.following import Following

if TYPE_CHECKING:
    from sdesk.tui.app import Console

RENEW_SECONDS = 10.0
"""A third of the time that a presence holds in the store."""

OUTSIDE_SECONDS = 4 * 3600.0
"""How long it holds while a program outside has the terminal, and nothing can be renewed."""


class Attendance:
    """What the store was told last, and when."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._told: tuple[int, Doing] | None = None
        self._told_at = 0.0

    @contextmanager
    def holding(self) -> Iterator[None]:
        """While a program outside has the terminal, the agent stays where he is; then for the usual time again."""
        here = self._told = self._here()
        if here is not None:
            self._console.link.be_at(self._console, *here, self._not_told, seconds=OUTSIDE_SECONDS)
        try:
            yield
        finally:
            self._told = None
            self.look()

    def look(self) -> None:
        """Tell what is on screen, where it is something else than what was told, or that was long ago."""
        here = self._here()
        if here == self._told and (here is None or time.monotonic() - self._told_at < RENEW_SECONDS):
            return
        self._told, self._told_at = here, time.monotonic()
        number, doing = here or (None, Doing.READING)
        self._console.link.be_at(self._console, number, doing, self._not_told)

    def leave(self) -> None:
        """The console ends."""
        if self._told is not None:
            self._told = None
            self._console.link.be_at(self._console, None, Doing.READING, self._not_told)

    def _here(self) -> tuple[int, Doing] | None:
        for screen in reversed(self._console.screen_stack):
            if isinstance(screen, Following) and (here := screen.attended) is not None:
                return here
        return None

    def _not_told(self, error: SdeskError) -> None:
        """A courtesy, told again soon; that a wall came before the ticket is said by the screen that shows it."""
        if not isinstance(error, NotFound):
            self._console.aside(told_error(error))
