"""Sending what is due: one mail after the other over one connection, each claimed before and marked after.

Nothing is rendered or sent while the store is held. A crash between the server's 250 and the mark is the one case in
which a mail goes twice: one mail, with the Message-ID of the first. A store that is locked meanwhile is waited for.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sdesk.config import Config
from sdesk.desk.opening import Desk
from sdesk.desk.outbox import queue
from sdesk.desk.outbox.queue import Arrival, Claimed, PutOff
from sdesk.domain.errors import BadInput, SdeskError
from sdesk.domain.outgoing import OutboxState
from sdesk.mail.outbox.book import Book, Now, Sleep
from sdesk.mail.outbox.deliver import Delivery, LineLost
from sdesk.mail.outbox.line import Line
from sdesk.mail.outbox.render import render

Progress = Callable[[int], None]
"""Called with the number of mails that have been dealt with."""

NOTHING_SAID = Delivery(sent=False)
"""The server did not come to say anything of a mail."""


@dataclass(frozen=True, slots=True)
class SendOptions:
    """How much is sent."""

    most: int = 0
    """Mails at most; 0: no limit."""


@dataclass(slots=True)
class SendReport:
    """What a run did."""

    sent: int = 0
    failed: int = 0
    """Refused for good, or given up; also what none but those in Cc have."""
    partly: int = 0
    """Of those that were sent: not everybody has them."""
    retried: int = 0
    """Put off, to be tried again."""
    held: int = 0
    """Stand still until somebody releases them."""
    left: int = 0
    """Due, and not dealt with by this run."""
    seconds: float = 0.0
    bugs: list[Exception] = field(default_factory=list)
    """What stopped single mails and is a mistake of ours: they are put off, and their rows say it in a word."""

    @property
    def done(self) -> int:
        """Mails dealt with."""
        return self.sent + self.failed + self.retried


def send_due(
    desk: Desk,
    config: Config,
    *,
    now: Now,
    options: SendOptions | None = None,
    report: SendReport | None = None,
    progress: Progress | None = None,
    line: Line | None = None,
    sleep: Sleep = time.sleep,
) -> SendReport:
    """Send every mail that is due, over `line` where there is one already. Gives `report`, filled.

    BadInput where the configuration names no server; MailServerUnavailable where it is out of reach: then the mails
    stay as they are, and `report` tells what went before.
    """
    if config.smtp is None:
        raise BadInput("no mail is sent: the configuration has no [smtp]", "add [smtp] with host and user to it")
    report = report if report is not None else SendReport()
    book = Book(desk, now, sleep)
    run = _Run(book, line or Line(config.smtp), options or SendOptions(), report, progress)
    started = time.perf_counter()
    try:
        run.send_all()
    finally:
        if line is None:
            run.line.hang_up()
        with book.writing() as work:
            report.left = queue.count_due(work)
            report.held = queue.count_state(work, OutboxState.HELD)
        report.seconds = round(time.perf_counter() - started, 3)
    return report


class _Run:
    """One run over the outbox."""

    def __init__(
        self, book: Book, line: Line, options: SendOptions, report: SendReport, progress: Progress | None
    ) -> None:
        self.book = book
        self.line = line
        self.options = options
        self.report = report
        self.progress = progress

    def send_all(self) -> None:
        """One mail after the other, until none is due."""
        with self.book.writing() as work:
            if not queue.count_due(work):
                return
        while not self.options.most or self.report.done < self.options.most:
            # Before a mail is claimed: a server out of reach touches none.
            self.line.open()
            with self.book.writing() as work:
                mail = queue.claim(work)
            if mail is None:
                return
            self._send(mail)
            if self.progress is not None:
                self.progress(self.report.done)

    def _send(self, mail: Claimed) -> None:
        try:
            delivery = self.line.deliver(render(mail.facts, fallback_sender=self.line.server.sender), mail.left)
        except BadInput as error:
            # The desk file must be mended; the other mails may do without what is wrong.
            self._put_off(mail, str(error))
        except LineLost as error:
            # This mail waits, the next goes over a new line.
            self._put_off(mail, str(error))
        except Exception as error:
            if isinstance(error, SdeskError):
                self._give_back(mail)
                raise
            # A bug, or what no program foresaw in this one: it waits, and the others go. Over a new line, since
            # nobody knows how far this one has come.
            self.line.hang_up()
            self._put_off(mail, f"a bug: {type(error).__name__}: {error}")
            self.report.bugs.append(error)
        except BaseException:
            # Interrupted: as after a crash it goes again, and nobody need wait for the claim to grow old.
            self._give_back(mail)
            raise
        else:
            self._mark(mail, delivery)

    def _give_back(self, mail: Claimed) -> None:
        with self.book.writing() as work:
            queue.give_back(work, mail)

    def _mark(self, mail: Claimed, delivery: Delivery) -> None:
        """Write down what the server said: it has happened, so the store is waited for."""
        if delivery.put_off:
            self._put_off(mail, next(iter(delivery.put_off.values())), delivery)
        elif delivery.sent or mail.reached:
            arrival = self.book.insist(
                lambda work: queue.mark_sent(work, mail.id, refused=delivery.refused, told=mail.promises)
            )
            self.report.failed += arrival is Arrival.NOT_THERE
            self.report.sent += arrival is not Arrival.NOT_THERE
            self.report.partly += arrival is Arrival.SOME
        else:
            self.report.failed += self.book.insist(lambda work: queue.mark_failed(work, mail, refused=delivery.refused))

    def _put_off(self, mail: Claimed, reason: str, delivery: Delivery = NOTHING_SAID) -> None:
        left = tuple(delivery.put_off) if delivery.sent or delivery.refused or mail.left else ()
        reached = delivery.sent or mail.reached
        fate = self.book.insist(
            lambda work: queue.put_off(work, mail, reason, refused=delivery.refused, left=left, reached=reached)
        )
        self.report.retried += fate is PutOff.WAITS
        self.report.failed += fate is PutOff.GIVEN_UP
