"""Telling agents: what waits for each goes as one, by every way that is set up, and by none of them twice.

What is to go is claimed first; nothing is rendered or called while the store is held. A crash between a way's "done"
and its mark is the one case in which it goes twice.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sdesk.config import Config
from sdesk.desk.opening import Desk, Work
from sdesk.desk.outbox import notifications
from sdesk.desk.outbox.notifications import Batch
from sdesk.domain.actor import SYSTEM
from sdesk.domain.errors import SdeskError
from sdesk.mail.outbox.notices import put_into_words, veiled
from sdesk.mail.outbox.ways import Mail, RefusedForGood, Way, ways_of

Now = Callable[[], datetime]


@dataclass(slots=True)
class NotifyReport:
    """What a run did."""

    agents: int = 0
    """Who were told."""
    told: int = 0
    """Events that they were told of."""
    given_up: int = 0
    """Events that nobody could be told of for a day."""
    failures: list[str] = field(default_factory=list)
    """What did not go now, each once; it is tried again."""
    bugs: list[str] = field(default_factory=list)
    """Tracebacks of the failures that are bugs."""


def notify_due(desk: Desk, config: Config, *, now: Now) -> NotifyReport:
    """Tell every agent for whom something is due. What fails stands in the report and is tried again later."""
    run = _Run(desk, ways_of(config), now)
    try:
        run.run()
    finally:
        run.close()
    return run.report


class _Run:
    def __init__(self, desk: Desk, ways: list[Way], now: Now) -> None:
        self.desk = desk
        self.ways = ways
        self.now = now
        self.report = NotifyReport()

    def run(self) -> None:
        with self._writing() as work:
            self.report.given_up = notifications.give_up_old(work)
            agents = notifications.agents_due(work) if self.ways else []
        for agent_id in agents:
            with self._writing() as work:
                batch = notifications.claim(work, agent_id)
            if batch is not None:
                self._tell(batch)

    def close(self) -> None:
        """Hang up."""
        for way in self.ways:
            if isinstance(way, Mail):
                way.close()

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
                    failures[way.name] = str(error)
                    refused.add(way.name)
                except SdeskError as error:
                    failures[way.name] = str(error)
                except Exception as error:  # a bug of one way keeps nobody from being told by the others
                    failures[way.name] = f"a bug: {type(error).__name__}: {error}"
                    self.report.bugs.append("".join(traceback.format_exception(error)))
                    if isinstance(way, Mail):
                        way.close()
                else:
                    gone.update(rows)
                    with self._writing() as work:
                        notifications.note_done(work, batch, rows, way.name)
        finally:
            # Also when we are interrupted: what did not go is anybody's again.
            with self._writing() as work:
                notifications.finish(work, batch, ways, failures, refused)
        self.report.agents += bool(gone)
        self.report.told += len(gone)
        self.report.failures += [
            sentence for name, why in failures.items() if (sentence := f"{name}: {why}") not in self.report.failures
        ]

    def _tell_by(self, way: Way, batch: Batch, rows: set[int]) -> None:
        listed = [each for each in batch.notices if rows.intersection(each.rows)]
        if listed:
            now = self.now()
            shown = [veiled(each) for each in listed] if way.public else listed
            way.tell(batch, shown, put_into_words(batch, shown, now), now)

    @contextmanager
    def _writing(self) -> Iterator[Work]:
        """A transaction, committed at its end."""
        with self.desk.work(SYSTEM, self.now()) as work:
            yield work
            work.session.commit()
