"""The flagship's till: the outage by whose figure everything that shows money is measured.

It stops all of 180,000 an hour at 21:30 of a day that closes at 22:00, and stands until 10:30 of the next, which opens
at 10:00. Half an hour of each day was lost: 180,000, in every place, for ever.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from desks import NOW

from sdesk.actions.perform import TicketOutcome, create, perform
from sdesk.desk.opening import Desk
from sdesk.domain.actor import Actor
from sdesk.store.reader import Reader
from sdesk.store.reader.rows import TicketRow

DOWN_AT = NOW.replace(hour=18, minute=30)
"""Monday, 21:30 in Moscow; the store closes at 22:00."""
BACK_AT = (NOW + timedelta(days=1)).replace(hour=7, minute=30)
"""Tuesday, 10:30 in Moscow; the store opened at 10:00."""
LONG_AFTER = BACK_AT + timedelta(days=6)
"""When the cause is found at last."""
PER_HOUR = Decimal("180000.00")
LOSS = Decimal("180000.00")


class Flagship:
    """The small desk with the flagship's dead till, whose outage anna has confirmed; nothing has ended it yet."""

    def __init__(self, desk: Desk, path: Path) -> None:
        self.desk, self.path = desk, path
        with Reader(path) as reader:
            self.anna: Actor = reader.actor("anna")
        self.now = DOWN_AT
        values = {
            "subject": "The till is dead",
            "text": "Nobody can pay.",
            "requester": "Irina <store-001@shop.example>",
            "service": "till",
            "channel": "phone",
        }
        self.number = create(desk, self.anna, values, now=self.now).number
        self.does("confirm")
        self.does("take")

    def does(self, verb: str, **values: Any) -> TicketOutcome:
        """An action on the ticket at `now`, which must succeed."""
        (outcome,) = perform(self.desk, self.anna, verb, [self.number], values, now=self.now)
        assert outcome.error is None, outcome.error
        return outcome

    def restore(self) -> None:
        """At 10:30 the till works again; the ticket stays open for its cause. It is then six days later."""
        self.now = BACK_AT
        self.does("restored")
        self.now = LONG_AFTER

    def solve(self) -> None:
        """At 10:30 the ticket is solved, and with it the outage ends."""
        self.now = BACK_AT
        self.does("close", text="A fuse.")

    def row(self) -> TicketRow:
        """The ticket as a list shows it at `now`."""
        with Reader(self.path) as reader:
            return reader.rows(self.anna, [self.number], now=self.now)[self.number]


@pytest.fixture
def flagship(desk: Desk, desk_path: Path) -> Flagship:
    """The dead till, confirmed, at 21:30."""
    return Flagship(desk, desk_path)
