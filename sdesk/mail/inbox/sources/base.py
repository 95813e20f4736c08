"""What every place that mail is fetched from can do: list, hand over the bytes, mark what was taken.

The ledger of the desk alone says what has been taken; what is marked at the source is for people and for tidiness. So
a flag that a
person sets or clears in a mail program loses no message and takes none twice, and so does a crash between taking and
marking.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from sdesk.domain.errors import MailServerUnavailable

BATCH_COUNT = 100
"""Messages that are fetched in one go at most."""
HEAD_BYTES = 256 * 1024
"""Bytes of a message that is too large to be taken: its header, and its first text, in nearly any mail."""
BATCH_BYTES = 8 * 1024 * 1024
"""Bytes that are fetched in one go, unless one message alone is larger."""


@dataclass(frozen=True, slots=True)
class Item:
    """One message at its source, not fetched yet."""

    folder: str
    uidvalidity: int
    """RFC 3501 2.3.1.1; 0 where the source has none. With another one, all uids are others."""
    uid: str
    """Names the message within folder and uidvalidity, for ever: an IMAP UID, a Maildir base name, the SHA-256 of an
    mbox message."""
    size: int
    """Bytes, as the source says."""
    arrived_at: datetime | None
    """When it came to the folder, UTC; None where the source does not know."""
    flagged: bool = False
    """A person flagged it (\\Flagged)."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A message that is there and that its source does not hand over; it keeps no other from being taken."""

    reason: str


Raw = bytes | Unreadable | None
"""What a source has of a message: its bytes, why they cannot be had, or None where it is gone."""


class MarkRefused(MailServerUnavailable):
    """The source can be reached, and will not be told what was taken (no such folder, no room, no right)."""


class Taken(Protocol):
    """What the desk's ledger knows of one mailbox: the sources ask, they never write."""

    def highest(self, folder: str, uidvalidity: int) -> int:
        r"""The highest UID below which no message is unknown to the ledger; 0 for none. Asked by IMAP alone.

        As long as a fetch takes messages in the order of `items` and each ends in the ledger (taken, ignored,
        quarantined),
        that is simply the highest UID there: UIDs only grow, and a fetch that was killed had finished all below its
        last. Not so
        after a fetch of flagged messages alone, or one that skipped some (`--since`): those must be in the ledger too,
        or not be counted.
        """
        ...

    def known(self, folder: str, uidvalidity: int, uids: Sequence[str]) -> Collection[str]:
        """Those of `uids` (some hundreds at a time) that are in the ledger. Asked by Maildir and mbox."""
        ...


class NothingTaken:
    """The ledger of a mailbox from which nothing was ever taken."""

    def highest(self, folder: str, uidvalidity: int) -> int:
        """Nothing is known."""
        return 0

    def known(self, folder: str, uidvalidity: int, uids: Sequence[str]) -> Collection[str]:
        """Nothing is known."""
        return ()


class Source(Protocol):
    """A place to fetch mail from. Used as a context manager: entering connects or locks, leaving lets go.

    Everything here raises `MailServerUnavailable`, with a sentence, when the source cannot be reached or used.
    """

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...

    def items(self, taken: Taken, *, flagged: bool = False) -> Iterator[Item]:
        """What is new, in the source's order, and what was taken but never marked; memory does not grow with the
        mailbox.

        The caller asks its ledger about each again, and only marks those that it knows. `flagged` gives only those
        that people
        flagged. It may be read bit by bit, with `fetch` and `mark` called in between.
        """
        ...

    def fetch(self, items: Sequence[Item]) -> Iterator[tuple[Item, Raw]]:
        """The raw bytes of each, in order; None for one that is gone. Marks nothing, at most one batch is in memory.

        An item may come back with another size: then it is larger than it was listed as, and these are its first
        bytes."""
        ...

    def heads(self, items: Sequence[Item]) -> Iterator[tuple[Item, Raw]]:
        """As `fetch`, the first `HEAD_BYTES` of each."""
        ...

    def mark(self, items: Sequence[Item], *, quarantined: bool = False) -> None:
        """Do what the settings say to messages that are taken. Those in quarantine stay where they are, unread, with a
        mark of
        their own. To mark again, or to mark what is gone, does nothing. MarkRefused where the source says no."""
        ...


def batches(items: Iterable[Item], count: int = BATCH_COUNT, size: int = BATCH_BYTES) -> Iterator[list[Item]]:
    """Items in their order, in lists of at most `count` messages and `size` bytes (but always one)."""
    batch: list[Item] = []
    total = 0
    for item in items:
        if batch and (len(batch) >= count or total + item.size > size):
            yield batch
            batch, total = [], 0
        batch.append(item)
        total += item.size
    if batch:
        yield batch


def chunks(names: Sequence[str], count: int = 500) -> Iterator[Sequence[str]]:
    """Slices of at most `count`, for questions to the ledger."""
    for start in range(0, len(names), count):
        yield names[start : start + count]
