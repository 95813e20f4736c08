"""Whether a mailbox and the ledger agree: nothing that a fetch should have taken is missing, all that it took is there.

Nothing is changed, at the source or in the store.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

from sdesk.config.wire import AnyMailbox
from sdesk.mail.inbox.sources.base import Item, NothingTaken, Source
from sdesk.mail.inbox.sources.open import open_source
from sdesk.store.reader.audit import Audit, Difference, FolderState

_CHUNK = 500


@dataclass(slots=True)
class Agreement:
    """How far a mailbox and the ledger agree."""

    mailbox: str
    at_source: int = 0
    """Messages that lie at the source, but for those marked to be deleted."""
    known: int = 0
    """Those of them that are in the ledger."""
    older: int = 0
    """Those that are older than the mailbox's beginning."""
    waiting: int = 0
    """Those that came since the last fetch."""
    outcomes: dict[str, int] = field(default_factory=dict)
    """Rows of the ledger by outcome, also of what lies at the source no more."""
    differences: list[Difference] = field(default_factory=list)


def check(audit: Audit, mailbox: AnyMailbox, source: Source | None = None) -> Agreement:
    """Compare one mailbox with the ledger. MailServerUnavailable where the source is out of reach."""
    found = Agreement(mailbox.name)
    with source or open_source(mailbox) as opened:
        for chunk in _chunks(opened.items(NothingTaken())):
            _compare(audit, chunk, found)
    _add_up(audit, found)
    return found


def check_rows(audit: Audit, mailbox: str) -> Agreement:
    """Only the ledger's own rows: of mail that was piped in or imported, and of mailboxes that are gone."""
    found = Agreement(mailbox)
    _add_up(audit, found)
    return found


def _add_up(audit: Audit, found: Agreement) -> None:
    found.outcomes = audit.outcomes(found.mailbox)
    found.differences += audit.differences(found.mailbox)


def _chunks(items: Iterator[Item]) -> Iterator[list[Item]]:
    """By folder and UIDVALIDITY, some hundreds at a time."""
    for _, group in groupby(items, key=lambda item: (item.folder, item.uidvalidity)):
        chunk: list[Item] = []
        for item in group:
            chunk.append(item)
            if len(chunk) == _CHUNK:
                yield chunk
                chunk = []
        if chunk:
            yield chunk


def _compare(audit: Audit, chunk: list[Item], found: Agreement) -> None:
    folder, uidvalidity = chunk[0].folder, chunk[0].uidvalidity
    state = audit.folder_state(found.mailbox, folder)
    marks = audit.marks(found.mailbox, folder, uidvalidity, [item.uid for item in chunk])
    counted: Counter[str] = Counter()
    for item in chunk:
        if item.uid in marks:
            counted["known"] += 1
            if not marks[item.uid]:
                counted["unmarked"] += 1
                what = "it was taken, and the mailbox was not told yet"
                found.differences.append(Difference(found.mailbox, folder, item.uid, what))
        elif state is None or _came_since(item, state):
            counted["waiting"] += 1
        elif state.since is not None and item.arrived_at is not None and item.arrived_at < state.since:
            counted["older"] += 1
        else:
            found.differences.append(Difference(found.mailbox, folder, item.uid, "it is not in the ledger"))
    found.at_source += len(chunk)
    found.known += counted["known"]
    found.older += counted["older"]
    found.waiting += counted["waiting"]


def _came_since(item: Item, state: FolderState) -> bool:
    """Whether a message came after the last fetch that went to the folder's end."""
    if state.fetched_at is None:
        return True
    if item.uidvalidity:
        return item.uidvalidity != state.uidvalidity or int(item.uid) > state.seen_uid
    return item.arrived_at is not None and item.arrived_at >= state.fetched_at
