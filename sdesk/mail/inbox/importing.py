"""Importing an archive: its messages become tickets and threads of the past, in batches that are kept or lost whole."""

from __future__ import annotations

import hashlib
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from sdesk.config.wire import DeskMailbox
from sdesk.desk.intake import archive as history
from sdesk.desk.intake.archive import Archived
from sdesk.desk.intake.origin import Receipt
from sdesk.desk.intake.receive import quarantine
from sdesk.desk.opening import Desk, Work
from sdesk.domain.actor import SYSTEM
from sdesk.domain.errors import Unavailable
from sdesk.domain.inbound import InboundMail, Mailbox
from sdesk.domain.routing import Routing, route
from sdesk.domain.system_words import reason_of
from sdesk.mail.inbox.archive import Place, in_order, places, read_place
from sdesk.mail.inbox.report import FetchReport
from sdesk.mail.inbox.sources.base import Item
from sdesk.mail.inbox.take import KNOWN, origin_of, summary_of
from sdesk.mail.mime.message import read
from sdesk.mail.mime.recognise import why_no_mail

FOLDER = "import"
"""Under which folder an archive's messages stand in the ledger; the uid is the SHA-256 of the bytes."""
BATCH = 500
BATCH_BYTES = 16 * 1024 * 1024

Progress = Callable[[int, int], None]
"""Called with the messages that were dealt with, and those that there are in all (0: still counting the former)."""


def import_archive(
    desk: Desk,
    mailbox: DeskMailbox,
    sources: Sequence[Path],
    *,
    now: datetime,
    stay_open: bool = False,
    dry_run: bool = False,
    progress: Progress = lambda done, total: None,
) -> FetchReport:
    """Import archives as one; a thread may lie in several of them. What was imported before is known.

    `dry_run` rolls each batch back: a thread that goes on in a later batch is counted as another ticket there.
    BadInput where an archive is none, or the desk has not the team. Nothing is acknowledged, nobody is told.
    """
    started = time.perf_counter()
    with desk.work(SYSTEM, now) as work:
        team_id = history.team_of(work, mailbox.team, mailbox.service, f"mailbox {mailbox.name}")
    run = _Run(desk, mailbox, team_id, now, stay_open=stay_open, dry_run=dry_run)
    found: list[Place] = []
    for place in places(sources, now):
        found.append(place)
        progress(len(found), 0)
    for batch in run.batches(in_order(found)):
        run.take(batch)
        progress(run.dealt_with, len(found))
    run.report.seconds = round(time.perf_counter() - started, 3)
    return run.report


class _Run:
    """One import."""

    def __init__(
        self, desk: Desk, mailbox: DeskMailbox, team_id: int, now: datetime, *, stay_open: bool, dry_run: bool
    ) -> None:
        self._desk = desk
        self._mailbox = mailbox
        self._team_id = team_id
        self._now = now
        self._stay_open = stay_open
        self._dry_run = dry_run
        self.report = FetchReport(mailbox.name)

    @property
    def dealt_with(self) -> int:
        """Messages."""
        return self.report.examined + len(self.report.skipped)

    def batches(self, ordered: Iterator[Place]) -> Iterator[list[tuple[Place, bytes]]]:
        """Messages with their bytes, at most so many; what cannot be read is skipped, and said."""
        batch: list[tuple[Place, bytes]] = []
        size = 0
        for place in ordered:
            try:
                if place.size > self._mailbox.max_size:
                    self._skip(place, f"{place.size:,} bytes are more than {self._mailbox.max_size:,} (max_size)")
                    continue
                raw = read_place(place)
                why = why_no_mail(raw)
                if why is not None:
                    self._skip(place, why)
                    continue
            except OSError as error:
                self._skip(place, f"it cannot be read: {reason_of(error)}")
                continue
            batch.append((place, raw))
            size += len(raw)
            if len(batch) >= BATCH or size >= BATCH_BYTES:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch

    def take(self, batch: Sequence[tuple[Place, bytes]]) -> None:
        """One transaction, a savepoint a message. Read and routed before it: nobody waits for the store meanwhile."""
        self._desk.require_room()
        digests = [hashlib.sha256(raw).hexdigest() for _, raw in batch]
        with self._desk.work(SYSTEM, self._now) as work:
            known = history.known_digests(work, self._mailbox.name, FOLDER, digests)
            rules = work.rules
        fresh: list[tuple[Archived, Exception | None]] = []
        receipts: list[Receipt] = []
        for (place, raw), digest in zip(batch, digests, strict=True):
            if digest in known:
                receipts.append(KNOWN)
                continue
            # The same file may be there twice.
            known.add(digest)
            item = Item(FOLDER, 0, digest, len(raw), place.at)
            problem: Exception | None = None
            mail, routing = InboundMail(Mailbox(""), sha256=digest, size=len(raw)), Routing({}, {})
            try:
                mail = read(raw)
                routing = route(rules.routing, mail)
            except Exception as error:  # whatever reading stumbles over: the message is put aside whole below
                problem = error
            fresh.append((Archived(mail, raw, origin_of(self._mailbox, item, mail, self._now), routing), problem))
        receipts += [KNOWN] * (len(batch) - len(fresh) - len(receipts))
        if fresh:
            with self._desk.work(SYSTEM, self._now) as work:
                receipts += [self._one(work, each, problem) for each, problem in fresh]
                if not self._dry_run:
                    work.session.commit()
        for receipt in receipts:
            self.report.add(receipt)

    def _one(self, work: Work, each: Archived, problem: Exception | None) -> Receipt:
        if history.known_digests(work, self._mailbox.name, FOLDER, [each.origin.uid]):
            # Another import took it since this one asked.
            return KNOWN
        if problem is None:
            try:
                with work.apart():
                    return history.receive_archived(work, each, self._team_id, stay_open=self._stay_open)
            except Unavailable:
                raise
            except Exception as error:  # it must not stop the others, nor be lost
                problem = error
        trace = "".join(traceback.format_exception(problem))
        return quarantine(work, each.mail, each.raw, each.origin, summary_of(problem), trace)

    def _skip(self, place: Place, why: str) -> None:
        where = f"{place.path}, byte {place.start}" if place.end else str(place.path)
        self.report.skipped.append(f"{where}: {why}")
