"""What becomes of mail is written down, each step in a transaction of its own; what has gone already, with patience.

A mail that the server has and the store knows nothing of would go again when its claim is old.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar

from sdesk.desk.opening import Desk, Work
from sdesk.domain.actor import SYSTEM
from sdesk.domain.errors import StoreLocked

Now = Callable[[], datetime]
Sleep = Callable[[float], None]
T = TypeVar("T")

PAUSES = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 30.0, 60.0, 60.0, 60.0, 60.0)
"""Seconds between two tries at a store that is locked. With the five that each try waits by itself they are six and a
half minutes: with the nine that a mail may take (`deliver.LONGEST`) they end before another sender could take it for
left by a crash (`queue.CLAIM_LASTS`)."""


class Book:
    """The desk's store, for one run over the outbox."""

    def __init__(self, desk: Desk, now: Now, sleep: Sleep = time.sleep) -> None:
        self.desk = desk
        self.now = now
        self._sleep = sleep

    @contextmanager
    def writing(self) -> Iterator[Work]:
        """A transaction, committed at its end."""
        with self.desk.work(SYSTEM, self.now()) as work:
            yield work
            work.session.commit()

    def insist(self, write: Callable[[Work], T]) -> T:
        """Write down what has happened already. A store that is locked is asked again, after longer and longer pauses.

        StoreLocked where it is locked to the end of them; what is no lock is raised at once.
        """
        for pause in PAUSES:
            try:
                with self.writing() as work:
                    return write(work)
            except StoreLocked:
                self._sleep(pause)
        with self.writing() as work:
            return write(work)
