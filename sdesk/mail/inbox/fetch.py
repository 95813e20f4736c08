"""A fetch: mail from a source into the desk, each message once, whatever happens on the way.

A message is committed (ticket, message, ledger: one transaction) before its source is told. A crash between the two is
harmless: the ledger knows the message at the next run, which tells the source and goes on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain, groupby
from zoneinfo import ZoneInfo

from sdesk.config.wire import AnyMailbox, ImapMailbox, MaildirMailbox
from sdesk.desk.intake import Receipt
from sdesk.desk.intake import ledger as ledgers
from sdesk.desk.opening import Desk, Work
from sdesk.domain.actor import SYSTEM
from sdesk.domain.errors import MailServerUnavailable, Refused
from sdesk.domain.ledger import Outcome
from sdesk.mail.inbox.reach import Reach
from sdesk.mail.inbox.report import FetchOptions, FetchReport
from sdesk.mail.inbox.sources.base import Item, MarkRefused, Raw, Source, Unreadable, batches
from sdesk.mail.inbox.sources.open import open_source
from sdesk.mail.inbox.take import KNOWN, Taking, Untakeable

__all__ = ["FetchOptions", "FetchReport", "Now", "Progress", "fetch"]

Now = Callable[[], datetime]
Progress = Callable[[int], None]
"""Called with the number of messages that have been dealt with."""


def fetch(
    desk: Desk,
    mailbox: AnyMailbox,
    *,
    now: Now,
    options: FetchOptions | None = None,
    progress: Progress | None = None,
    source: Source | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> FetchReport:
    """Fetch one mailbox into the desk.

    MailServerUnavailable where the source is out of reach (what was taken before stays taken), or where all was taken
    and the source would not be told of some of it; Refused where a first
    fetch finds more than `options.max_new`, before it takes any; Unavailable where the store cannot be written.
    `source` stands in for the mailbox's own, for tests and for a connection that is open already. `stopping` is asked
    between two messages: what was taken until then is marked, and the rest is left to the next fetch.
    """
    desk.require_room()
    run = _Run(desk, mailbox, now, options or FetchOptions(), progress, stopping)
    started = time.perf_counter()
    run.begin()
    try:
        with source or open_source(mailbox) as opened:
            run.take_all(opened)
    except MailServerUnavailable as error:
        run.note_failed(error)
        raise
    run.finish()
    if run.refusal is not None:
        run.note_failed(run.refusal)
        taken = run.report
        raise MarkRefused(
            f"{run.refusal.what}. all the same {taken.examined} messages were dealt with, {taken.created} of them new",
            run.refusal.remedy,
        ) from run.refusal
    run.report.seconds = round(time.perf_counter() - started, 3)
    return run.report


class _Run:
    """One fetch of one mailbox."""

    def __init__(
        self,
        desk: Desk,
        mailbox: AnyMailbox,
        now: Now,
        options: FetchOptions,
        progress: Progress | None,
        stopping: Callable[[], bool],
    ) -> None:
        self.desk = desk
        self.mailbox = mailbox
        self.now = now
        self.options = options
        self.progress = progress
        self._stopping = stopping
        self.report = FetchReport(mailbox.name)
        self._reaches: dict[str, Reach] = {}
        self._left: dict[tuple[str, int], int] = {}
        """The highest UID of each folder that was left as too old."""
        self._stuck: dict[tuple[str, int], int] = {}
        """The lowest UID of each folder that was skipped: the next fetch begins with it."""
        self.refusal: MailServerUnavailable | None = None
        """What the source said first when it would not be told what was taken."""
        self._taking = Taking(desk, mailbox, now())
        self._zone = ZoneInfo(self._taking.rules.time_zone)

    def begin(self) -> None:
        """Set the folders up, even while they are empty or out of reach: their failures count from the first."""
        for folder in (isinstance(self.mailbox, (ImapMailbox, MaildirMailbox)) and self.mailbox.folders) or ("INBOX",):
            self._reach(folder)

    def take_all(self, source: Source) -> None:
        """Take what is new, batch by batch; memory does not grow with the mailbox."""
        wanted = (item for item in source.items(self, flagged=self.options.flagged) if self._takes(item))
        for batch in batches(self._guarded(wanted)):
            if self._stopping():
                return
            self._take_batch(source, batch)

    def finish(self) -> None:
        """Write down that the whole mailbox was dealt with; what people flagged is not the whole."""
        if self.options.flagged or self._stopping():
            return
        with self.desk.work(SYSTEM, self.now()) as work:
            for place, uid in self._left.items():
                self._advance(work, place, uid)
            for folder, reach in self._reaches.items():
                if reach.asked:
                    ledgers.begin_at(work, self.mailbox.name, folder, reach.since)
            ledgers.note_fetched(work, self.mailbox.name, well=self.refusal is None)
            work.session.commit()

    def note_failed(self, error: MailServerUnavailable) -> None:
        """Write down that the fetch failed, and why."""
        with self.desk.work(SYSTEM, self.now()) as work:
            ledgers.note_failed(work, self.mailbox.name, str(error))
            work.session.commit()

    # ---- what the source asks ---------------------------------------------------------------------

    def highest(self, folder: str, uidvalidity: int) -> int:
        """The UID up to which everything was dealt with; 0 where older mail is asked for than ever before."""
        reach = self._reach(folder)
        if self.options.flagged or reach.asked:
            return 0
        return reach.seen_uid if reach.uidvalidity == uidvalidity else 0

    def known(self, folder: str, uidvalidity: int, uids: Sequence[str]) -> Collection[str]:
        """Those of `uids` that the ledger has."""
        with self.desk.work(SYSTEM, self.now()) as work:
            return ledgers.known_uids(work, self.mailbox.name, folder, uidvalidity, uids)

    # ---- what is taken ----------------------------------------------------------------------------

    def _reach(self, folder: str) -> Reach:
        """How far back this fetch looks into a folder: to the day of its first fetch, or as far as it was told to."""
        if folder not in self._reaches:
            with self.desk.work(SYSTEM, self.now()) as work:
                state = ledgers.state_of(work, self.mailbox.name, folder)
                if state is None:
                    ledgers.begin_folder(work, self.mailbox.name, folder, self._set_up_day(work.now))
                    work.session.commit()
                    state = ledgers.state_of(work, self.mailbox.name, folder)
                if state is None:
                    raise LookupError(f"folder {folder} of {self.mailbox.name} was not begun")
                complete = state.fetched_at is not None
                asked = self._asks(state.since, complete=complete)
                self._reaches[folder] = Reach(
                    since=self.options.since if asked else state.since,
                    asked=asked,
                    uidvalidity=state.uidvalidity,
                    seen_uid=state.seen_uid,
                    complete=complete,
                )
        return self._reaches[folder]

    def _asks(self, since: datetime | None, *, complete: bool) -> bool:
        """Whether the options ask for another beginning than `since`: any before the first fetch went well, older mail
        after that."""
        told = self.options.since
        if not complete:
            return self.options.everything or told is not None
        return since is not None and (self.options.everything or (told is not None and told < since))

    def _set_up_day(self, now: datetime) -> datetime:
        midnight = now.astimezone(self._zone).replace(hour=0, minute=0, second=0)
        return midnight.astimezone(UTC)

    def _takes(self, item: Item) -> bool:
        if self._reach(item.folder).takes(item):
            return True
        if item.uidvalidity:
            place = (item.folder, item.uidvalidity)
            self._left[place] = max(self._left.get(place, 0), int(item.uid))
        return False

    def _guarded(self, items: Iterator[Item]) -> Iterator[Item]:
        """The items; a first fetch that finds too many stops before it takes any."""
        if not self.options.max_new or not self._is_first():
            return items
        head: list[Item] = []
        for item in items:
            head.append(item)
            if len(head) > self.options.max_new:
                raise Refused(
                    f"the first fetch of mailbox {self.mailbox.name} finds more than {self.options.max_new} messages",
                    "nothing was taken; allow more with --max-new N (0: no limit), or take less with --since DATE",
                )
        return chain(head, items)

    def _is_first(self) -> bool:
        with self.desk.work(SYSTEM, self.now()) as work:
            return not ledgers.was_fetched(work, self.mailbox.name)

    def _take_batch(self, source: Source, batch: list[Item]) -> None:
        # Before a write could fail: what lies on the server is safe there.
        self.desk.require_room()
        taken: list[Item] = []
        aside: list[Item] = []
        fresh: list[Item] = []
        known = self._known_of(batch)
        for item in batch:
            if item not in known:
                fresh.append(item)
            elif known[item]:
                self._count(KNOWN)
                taken.append(item)
            else:
                aside.append(item)
        left = {(item.folder, item.uidvalidity, item.uid): item for item in fresh}
        for item, raw in self._bytes_of(source, fresh):
            if self._stopping():
                break
            receipt = None if raw is None else self._take(item, raw)
            if raw is None or receipt is not None:
                del left[item.folder, item.uidvalidity, item.uid]
            if receipt is None:
                # It vanished between listing and fetching, or stays as it is: there is nothing to mark.
                continue
            # What the desk does not hold whole is never moved, deleted, or marked as read.
            whole = receipt.outcome is not Outcome.QUARANTINED and not self._is_oversize(item)
            (taken if whole else aside).append(item)
            self._count(receipt)
        self._stick(left.values())
        marked = self._mark(source, taken, quarantined=False) + self._mark(source, aside, quarantined=True)
        self._note_batch(batch, marked)

    def _take(self, item: Item, raw: bytes | Unreadable) -> Receipt | None:
        """None where it stays as it is, and why is written down."""
        if isinstance(raw, Unreadable):
            self.report.skipped.append(f"{item.folder}, {item.uid}: {raw.reason}")
            return None
        try:
            return self._taking.take(item, raw, self.now())
        except Untakeable as error:
            self.report.skipped.append(f"{item.folder}, {item.uid}: {error}")
            return None

    def _stick(self, items: Iterable[Item]) -> None:
        """The next fetch begins with what was not dealt with."""
        for item in items:
            if item.uidvalidity:
                place = (item.folder, item.uidvalidity)
                self._stuck[place] = min(self._stuck.get(place, int(item.uid)), int(item.uid))

    def _bytes_of(self, source: Source, items: Sequence[Item]) -> Iterator[tuple[Item, Raw]]:
        """What is read of each message, in their order; memory holds one of them, or a batch of small ones."""
        for oversize, group in groupby(items, key=self._is_oversize):
            yield from (source.heads if oversize else source.fetch)(list(group))

    def _is_oversize(self, item: Item) -> bool:
        return item.size > self.mailbox.max_size

    def _mark(self, source: Source, items: list[Item], *, quarantined: bool) -> list[Item]:
        """Those of which the source was told. One that says no is heard at the end: what comes after is taken first.

        A line that is gone ends the run, as anywhere."""
        if not items:
            return []
        try:
            source.mark(items, quarantined=quarantined)
        except MarkRefused as error:
            self.refusal = self.refusal or error
            return []
        return items

    def _known_of(self, batch: Sequence[Item]) -> dict[Item, bool]:
        """Those that the ledger has; False for one that the desk does not hold whole: in quarantine, or taken when
        it was larger than the mailbox allowed, whatever it allows now."""
        found: dict[Item, bool] = {}
        with self.desk.work(SYSTEM, self.now()) as work:
            for (folder, uidvalidity), items in _by_folder(batch).items():
                there = ledgers.held(work, self.mailbox.name, folder, uidvalidity, [item.uid for item in items])
                for item in items:
                    if (held := there.get(item.uid)) is not None:
                        # Servers are not exact about sizes; a header is far from all of a large message.
                        part = held.bytes_kept is not None and held.bytes_kept * 10 < item.size * 9
                        found[item] = held.outcome is not Outcome.QUARANTINED and not part
        return found

    def _note_batch(self, batch: Sequence[Item], marked: Sequence[Item]) -> None:
        with self.desk.work(SYSTEM, self.now()) as work:
            for (folder, uidvalidity), items in _by_folder(marked).items():
                ledgers.note_marked(work, self.mailbox.name, folder, uidvalidity, [item.uid for item in items])
            if not self.options.flagged:
                for (folder, uidvalidity), items in _by_folder(batch).items():
                    numbers = [int(item.uid) for item in items if item.uid.isdigit()]
                    if uidvalidity and numbers:
                        self._advance(work, (folder, uidvalidity), max(numbers))
            work.session.commit()

    def _advance(self, work: Work, place: tuple[str, int], uid: int) -> None:
        """All up to `uid` was dealt with, but for what was skipped."""
        uid = min(uid, self._stuck.get(place, uid + 1) - 1)
        if uid:
            ledgers.advance(work, self.mailbox.name, *place, uid)

    def _count(self, receipt: Receipt) -> None:
        self.report.add(receipt)
        if self.progress is not None:
            self.progress(self.report.examined)


def _by_folder(items: Sequence[Item]) -> dict[tuple[str, int], list[Item]]:
    found: dict[tuple[str, int], list[Item]] = {}
    for item in items:
        found.setdefault((item.folder, item.uidvalidity), []).append(item)
    return found
