"""How far back a fetch looks into a folder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sdesk.mail.inbox.sources.base import Item


@dataclass(frozen=True, slots=True)
class Reach:
    """How far back a fetch looks into one folder."""

    since: datetime | None
    """Nothing that arrived earlier is taken; None takes everything."""
    asked: bool
    """Another beginning is asked for than the one that holds; it holds from now on where the fetch goes well."""
    uidvalidity: int
    seen_uid: int
    complete: bool
    """An earlier fetch went to the folder's end: up to `seen_uid` everything was taken, or left as too old."""

    def takes(self, item: Item) -> bool:
        """Whether a message is young enough, or new to the folder."""
        return self.since is None or item.arrived_at is None or item.arrived_at >= self.since or self._is_new(item)

    def _is_new(self, item: Item) -> bool:
        """Whether it came to the folder after an earlier fetch: a message that somebody moves there keeps the instant
        at which it first arrived anywhere (RFC 3501 6.4.7)."""
        return (
            self.complete
            and item.uidvalidity != 0
            and self.uidvalidity in (0, item.uidvalidity)
            and int(item.uid) > self.seen_uid
        )
