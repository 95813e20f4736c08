"""What the reader gives of what is one agent's own, of who is where, and of up to where a store stands.

Named tuples, as all that the reader gives (see `rows`).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sdesk.domain.ticket import Direction, Doing


class DraftRow(NamedTuple):
    """What an agent has begun to write and not sent."""

    number: int
    direction: Direction
    text: str
    beside: Mapping[str, Any]
    """What is chosen beside the words, as the editor that wrote it put it."""
    stamp: str
    updated_at: datetime


class DraftMark(NamedTuple):
    """That there is one."""

    number: int
    direction: Direction | None
    """None: they are the words of a form."""
    updated_at: datetime
    form: str = ""
    """Which form, and all tickets that it is for."""

    @property
    def key(self) -> Hashable:
        """What knows the words again, whenever they were kept last."""
        return self.form or (self.number, self.direction)


class FormDraftRow(NamedTuple):
    """What an agent has typed into a form and not sent."""

    session: str
    words: Mapping[str, str]
    """By the name of the field."""
    updated_at: datetime
    is_open: bool = False
    """Whether the form is open just now, at another terminal."""


class PresenceRow(NamedTuple):
    """Somebody is at a ticket just now."""

    number: int
    agent: str
    """Login."""
    doing: Doing


class LastChange(NamedTuple):
    """Up to where a store stands: to be compared, not to be read."""

    event: int | None = None
    """The newest of the history: there is no change of a ticket or of the set-up without one."""
    quarantine: int = 0
    """What waits there."""
    mailboxes: str | None = None
    """When each was fetched to its end, and what stands in the way."""
    views: int = 0
    """A digest of what is saved."""
