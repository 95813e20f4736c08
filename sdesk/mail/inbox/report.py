"""What a fetch is asked, and what it says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sdesk.desk.intake import Receipt
from sdesk.domain.ledger import Outcome


@dataclass(frozen=True, slots=True)
class FetchOptions:
    """How to fetch."""

    since: datetime | None = None
    """Take what arrived from here on; None: since the day on which the mailbox was set up. After the first fetch it
    only ever asks for more: what arrived since that one's beginning is never left out."""
    everything: bool = False
    """Take mail however old it is (`--since all`)."""
    max_new: int = 500
    """A mailbox's first fetch that finds more takes none; 0 for no limit."""
    flagged: bool = False
    """Only what people had flagged."""


@dataclass(slots=True)
class FetchReport:
    """What a fetch of one mailbox did; `examined` is the sum of the six counts that follow it."""

    mailbox: str
    examined: int = 0
    created: int = 0
    followed_up: int = 0
    noted: int = 0
    ignored: int = 0
    duplicates: int = 0
    quarantined: int = 0
    seconds: float = 0.0
    skipped: list[str] = field(default_factory=list)
    """What hindered each message that could not even be put aside; it stays as it was, and is tried again."""
    numbers: list[int] = field(default_factory=list)
    """Tickets that were opened, the first hundred."""

    def add(self, receipt: Receipt) -> None:
        """Count one message."""
        self.examined += 1
        name = _COUNTED[receipt.outcome]
        setattr(self, name, getattr(self, name) + 1)
        if receipt.outcome is Outcome.CREATED and receipt.number is not None and len(self.numbers) < 100:
            self.numbers.append(receipt.number)


_COUNTED = {
    Outcome.CREATED: "created",
    Outcome.FOLLOWED_UP: "followed_up",
    Outcome.NOTED: "noted",
    Outcome.IGNORED: "ignored",
    Outcome.DUPLICATE: "duplicates",
    Outcome.QUARANTINED: "quarantined",
}
