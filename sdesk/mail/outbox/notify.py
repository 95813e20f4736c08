"""Telling agents: what waits for each goes as one, by every way that is set up, and by none of them twice.

What is to go is claimed first, and anew before each way; nothing is rendered or called while the store is held. A
crash between a way's "done" and its mark is the one case in which it goes twice. A store that is locked meanwhile is
waited for.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial

from sdesk.config import Config
from sdesk.desk.opening import Desk, Work
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


@dataclass(slots=True)
class _OnItsWay:
    """A batch, and what became of it so far."""

    batch: Batch
    """As it was claimed last."""
    gone: set[int] = field(default_factory=set)
    """Rows that somebody was told of now."""
    failures: dict[str, str] = field(default_factory=dict)
    """By way."""
    refused: set[str] = field(default_factory=set)
    """Ways that failed for good."""

    def finish(self, work: Work, ways: Mapping[int, Collection[str]]) -> int:
        """Write down the end of the try."""
        return notifications.finish(work, self.batch, ways, self.failures, self.refused)


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
        on_way = _OnItsWay(batch)
        try:
            for way in self.ways:
                rows = [row for row in batch.rows if way.name in ways[row] and way.name not in batch.done[row]]
                if not rows or not self._did(way, on_way, way.ready):
                    continue
                renewed = self.book.insist(partial(notifications.renew, batch=on_way.batch))
                if renewed is None:
                    # We were so slow that another sender took it for left by a crash: it is his.
                    break
                on_way.batch = renewed
                if self._did(way, on_way, partial(self._tell_by, way, renewed, set(rows))):
                    on_way.gone.update(rows)
                    on_way.batch = self.book.insist(
                        partial(notifications.note_done, batch=renewed, rows=rows, way=way.name)
                    )
        except BaseException:
            # Interrupted, or the store is out of reach: what did not go is anybody's again, where that can be said.
            with self.book.writing() as work:
                self.report.given_up += on_way.finish(work, ways)
            raise
        self.report.given_up += self.book.insist(partial(on_way.finish, ways=ways))
        self.report.agents += bool(on_way.gone)
        self.report.told += len(on_way.gone)

    def _did(self, way: Way, on_way: _OnItsWay, act: Callable[[], None]) -> bool:
        """Do one thing of a way; what fails is written down, and keeps nobody from being told by the others."""
        try:
            act()
        except RefusedForGood as error:
            on_way.refused.add(way.name)
            on_way.failures[way.name] = self._failed(way, Refused(str(error)))
        except SdeskError as error:
            on_way.failures[way.name] = self._failed(way, error)
        except Exception as error:
            on_way.failures[way.name] = self._failed(way, error)
            if isinstance(way, Mail):
                way.line.hang_up()
        else:
            return True
        return False

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
