"""Telling agents: what waits for each goes as one, by every way that is set up, and by none of them twice.

What is to go is claimed first; nothing is rendered or called while the store is held. A crash between a way's "done"
and its mark is the one case in which it goes twice. A store that is locked meanwhile is waited for.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass, field

from sdesk.config import Config
from sdesk.desk.opening import Desk
from sdesk.desk.outbox import notifications
from sdesk.desk.outbox.batch import Batch
from sdesk.domain.errors import Refused, SdeskError
from sdesk.mail.outbox.book import Book, Now, Sleep
from sdesk.mail.outbox.line import Line
from sdesk.mail.outbox.notices import put_into_words, veiled
from sdesk.mail.outbox.ways import Mail, RefusedForGood, Way, ways_of


@dataclass(slots=True)
class NotifyReport:
    """What a run did."""

    agents: int = 0
    """Who were told."""
    told: int = 0
    """Events that they were told of."""
    given_up: int = 0
    """Events that somebody is not told of: refused for good by the last way, or not gone for a day."""
    failures: list[str] = field(default_factory=list)
    """What did not go now, each once; it is tried again."""
    errors: list[SdeskError] = field(default_factory=list)
    """The same without the bugs, as errors that name the way."""
    bugs: list[Exception] = field(default_factory=list)
    """Of the failures those that are mistakes of ours."""


def notify_due(
    desk: Desk, config: Config, *, now: Now, line: Line | None = None, sleep: Sleep = time.sleep
) -> NotifyReport:
    """Tell every agent for whom something is due, by mail over `line` where there is one already.

    What fails stands in the report and is tried again later.
    """
    own = Line(config.smtp) if config.smtp is not None and line is None else None
    run = _Run(Book(desk, now, sleep), ways_of(config, line or own))
    try:
        run.run()
    finally:
        if own is not None:
            own.hang_up()
    return run.report


class _Run:
    def __init__(self, book: Book, ways: list[Way]) -> None:
        self.book = book
        self.ways = ways
        self.report = NotifyReport()

    def run(self) -> None:
        with self.book.writing() as work:
            if not self.ways:
                self.report.given_up = notifications.give_up_unsendable(work)
                return
            agents = notifications.agents_due(work)
        for agent_id in agents:
            with self.book.writing() as work:
                batch = notifications.claim(work, agent_id)
            if batch is not None:
                self._tell(batch)

    def _tell(self, batch: Batch) -> None:
        ways = {row: [way.name for way in self.ways if way.applies(batch, row)] for row in batch.rows}
        failures: dict[str, str] = {}
        refused: set[str] = set()
        gone: set[int] = set()
        try:
            for way in self.ways:
                rows = [row for row in batch.rows if way.name in ways[row] and way.name not in batch.done[row]]
                if not rows:
                    continue
                try:
                    self._tell_by(way, batch, set(rows))
                except RefusedForGood as error:
                    refused.add(way.name)
                    failures[way.name] = self._failed(way, Refused(str(error)))
                except SdeskError as error:
                    failures[way.name] = self._failed(way, error)
                except Exception as error:  # a bug of one way keeps nobody from being told by the others
                    failures[way.name] = self._failed(way, error)
                    if isinstance(way, Mail):
                        way.line.hang_up()
                else:
                    gone.update(rows)
                    self._mark(way, batch, rows)
        except BaseException:
            # Interrupted, or the store is out of reach: what did not go is anybody's again, where that can be said.
            with self.book.writing() as work:
                self.report.given_up += notifications.finish(work, batch, ways, failures, refused)
            raise
        self.report.given_up += self.book.insist(
            lambda work: notifications.finish(work, batch, ways, failures, refused)
        )
        self.report.agents += bool(gone)
        self.report.told += len(gone)

    def _mark(self, way: Way, batch: Batch, rows: Collection[int]) -> None:
        self.book.insist(lambda work: notifications.note_done(work, batch, rows, way.name))

    def _failed(self, way: Way, error: Exception) -> str:
        """Put a failure into the report, once; gives the words for the row."""
        said = str(error) if isinstance(error, SdeskError) else f"a bug: {type(error).__name__}: {error}"
        if f"{way.name}: {said}" not in self.report.failures:
            self.report.failures.append(f"{way.name}: {said}")
            if isinstance(error, SdeskError):
                self.report.errors.append(type(error)(f"{way.name}: {error.what}", error.remedy))
            else:
                self.report.bugs.append(error)
        return said

    def _tell_by(self, way: Way, batch: Batch, rows: set[int]) -> None:
        listed = [each for each in batch.notices if rows.intersection(each.rows)]
        if listed:
            now = self.book.now()
            shown = [veiled(each) for each in listed] if way.public else listed
            way.tell(batch, shown, put_into_words(batch, shown, now), now)
