"""Sending what is due: one mail after the other over one connection, each claimed before and marked after.

Nothing is rendered or sent while the store is held. A crash between the server's 250 and the mark is the one case in
which a mail goes twice: one mail, with the Message-ID of the first.
"""

from __future__ import annotations

import smtplib
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sdesk.config import Config
from sdesk.config.wire import Server
from sdesk.desk.opening import Desk, Work
from sdesk.desk.outbox import queue
from sdesk.desk.outbox.queue import Claimed
from sdesk.domain.actor import SYSTEM
from sdesk.domain.errors import BadInput, MailServerUnavailable, SdeskError
from sdesk.domain.outgoing import OutboxState
from sdesk.mail.outbox.deliver import Delivery, LineLost, deliver
from sdesk.mail.outbox.render import render
from sdesk.mail.smtp import open_smtp

Now = Callable[[], datetime]
Progress = Callable[[int], None]
"""Called with the number of mails that have been dealt with."""

LOST_IN_A_ROW = 3
"""So many lines lost one after the other, and the server is taken for out of reach."""


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
    """Refused for good, or given up."""
    retried: int = 0
    """Put off, to be tried again."""
    held: int = 0
    """Stand still until somebody releases them."""
    left: int = 0
    """Due, and not dealt with by this run."""
    seconds: float = 0.0
    bugs: list[str] = field(default_factory=list)
    """Tracebacks of what stopped single mails; they are put off, and their rows say it in a word."""

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
) -> SendReport:
    """Send every mail that is due. Gives `report`, filled.

    BadInput where the configuration names no server; MailServerUnavailable where it is out of reach: then the mails
    stay as they are, and `report` tells what went before.
    """
    server = config.smtp
    if server is None:
        raise BadInput("no mail is sent: the configuration has no [smtp]", "add [smtp] with host and user to it")
    report = report if report is not None else SendReport()
    run = _Run(desk, server, now, options or SendOptions(), report, progress)
    started = time.perf_counter()
    try:
        run.send_all()
    finally:
        run.close()
        with desk.work(SYSTEM, now()) as work:
            report.left = queue.count_due(work)
            report.held = queue.count_state(work, OutboxState.HELD)
        report.seconds = round(time.perf_counter() - started, 3)
    return report


class _Run:
    """One run over the outbox."""

    def __init__(
        self,
        desk: Desk,
        server: Server,
        now: Now,
        options: SendOptions,
        report: SendReport,
        progress: Progress | None,
    ) -> None:
        self.desk = desk
        self.server = server
        self.now = now
        self.options = options
        self.report = report
        self.progress = progress
        self._line = ExitStack()
        self._client: smtplib.SMTP | None = None
        self._lost = 0

    def close(self) -> None:
        """Hang up."""
        self._client = None
        self._line.close()

    def send_all(self) -> None:
        """One mail after the other, until none is due."""
        with self._writing() as work:
            if not queue.count_due(work):
                return
        while not self.options.most or self.report.done < self.options.most:
            # Before a mail is claimed: a server out of reach touches none.
            client = self._connected()
            with self._writing() as work:
                mail = queue.claim(work)
            if mail is None:
                return
            self._send(client, mail)
            if self.progress is not None:
                self.progress(self.report.done)

    def _connected(self) -> smtplib.SMTP:
        if self._client is None:
            self._client = self._line.enter_context(open_smtp(self.server))
        return self._client

    def _send(self, client: smtplib.SMTP, mail: Claimed) -> None:
        try:
            letter = render(mail.facts, fallback_sender=self.server.user if "@" in self.server.user else "")
            delivery = deliver(client, letter, mail.left)
        except BadInput as error:
            # The desk file must be mended; the other mails may do without what is wrong.
            self._put_off(mail, str(error), Delivery(sent=False))
        except LineLost as error:
            self._hung_up(mail, str(error))
        except Exception as error:
            if isinstance(error, SdeskError):
                self._give_back(mail)
                raise
            # A bug, or what no program foresaw in this one: it waits, and the others go. Over a new line, since
            # nobody knows how far this one has come.
            self.close()
            self._put_off(mail, f"a bug: {type(error).__name__}: {error}", Delivery(sent=False))
            self.report.bugs.append("".join(traceback.format_exception(error)))
        except BaseException:
            # Interrupted: as after a crash it goes again, and nobody need wait for the claim to grow old.
            self._give_back(mail)
            raise
        else:
            self._lost = 0
            self._mark(mail, delivery)

    def _give_back(self, mail: Claimed) -> None:
        with self._writing() as work:
            queue.give_back(work, mail.id)

    def _mark(self, mail: Claimed, delivery: Delivery) -> None:
        if delivery.put_off:
            self._put_off(mail, next(iter(delivery.put_off.values())), delivery)
        elif delivery.sent or mail.reached:
            with self._writing() as work:
                queue.mark_sent(work, mail.id, refused=delivery.refused, told=mail.promises)
            self.report.sent += 1
        else:
            reason = "; ".join(f"{address}: {why}" for address, why in delivery.refused.items())
            with self._writing() as work:
                queue.mark_failed(work, mail.id, reason)
            self.report.failed += 1

    def _put_off(self, mail: Claimed, reason: str, delivery: Delivery) -> None:
        left = tuple(delivery.put_off) if delivery.sent or delivery.refused or mail.left else ()
        with self._writing() as work:
            kept = queue.put_off(
                work,
                mail.id,
                reason,
                refused=delivery.refused,
                left=left,
                reached=delivery.sent or mail.reached,
            )
        if kept:
            self.report.retried += 1
        else:
            self.report.failed += 1

    def _hung_up(self, mail: Claimed, reason: str) -> None:
        """The line is gone: this mail waits, the next goes over a new one, unless that is lost too, and again."""
        self.close()
        self._put_off(mail, reason, Delivery(sent=False))
        self._lost += 1
        if self._lost >= LOST_IN_A_ROW:
            raise MailServerUnavailable(
                f"the mail server {self.server.host}:{self.server.port} sends nothing: {reason}"
            )

    @contextmanager
    def _writing(self) -> Iterator[Work]:
        """A transaction, committed at its end."""
        with self.desk.work(SYSTEM, self.now()) as work:
            yield work
            work.session.commit()
