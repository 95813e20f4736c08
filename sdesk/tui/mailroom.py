"""What the console can do with mail in quarantine: `main` hands it in, since it needs the configuration's mailboxes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

from sdesk.domain.actor import Actor
from sdesk.domain.errors import SdeskError

if TYPE_CHECKING:
    from sdesk.desk.intake import Receipt
    from sdesk.desk.opening import Desk


class Dealt(Protocol):
    """What became of one message."""

    @property
    def id(self) -> int: ...
    @property
    def receipt(self) -> Receipt | None: ...
    @property
    def error(self) -> SdeskError | None: ...


Deal = Callable[["Desk", Actor, Sequence[int], datetime], Sequence[Dealt]]
"""Deals with messages (ids of the quarantine), a transaction each."""


class Mailroom(NamedTuple):
    """The same as `sdesk mail quarantine retry` and `discard` call."""

    retry: Deal
    discard: Deal
