"""How watched mailboxes do: what is said when one begins to fail and is well again, and the pauses in between."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable

from sdesk.domain.errors import SdeskError


class Pauses:
    """How long to wait before the next try: 1 s, 2 s, 4 s ... to five minutes, each by a quarter more or less, so that
    many who lost one server do not come back all at once."""

    def __init__(self, first: float = 1.0, longest: float = 300.0) -> None:
        self._first, self._longest = first, longest
        self._next = first

    def next(self) -> float:
        """Seconds."""
        pause, self._next = self._next, min(self._next * 2, self._longest)
        return pause * random.uniform(0.75, 1.25)

    def reset(self) -> None:
        """All is well."""
        self._next = self._first


class Health:
    """Which mailboxes fail, said when it begins and when it ends, whoever of a mailbox's parties finds it first."""

    def __init__(self, failing: Callable[[str, SdeskError], None], well: Callable[[str], None]) -> None:
        self._say_failing, self._say_well = failing, well
        self._failing: dict[str, set[str]] = {}
        self._lock = threading.Lock()

    def failed(self, mailbox: str, party: str, error: SdeskError) -> None:
        """A party cannot do its work."""
        with self._lock:
            parties = self._failing.setdefault(mailbox, set())
            if not parties:
                self._say_failing(mailbox, error)
            parties.add(party)

    def well(self, mailbox: str, party: str) -> None:
        """A party does its work."""
        with self._lock:
            parties = self._failing.get(mailbox, set())
            if party in parties:
                parties.remove(party)
                if not parties:
                    self._say_well(mailbox)
