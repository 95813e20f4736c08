"""One tick: all that time brings. Mail is fetched, time is swept, recurring work and steps of playbooks are opened,
mail sent, agents told.

Each part stands alone: what befalls one leaves the others working. A server that is gone is news after several failures
in a row, then each hour, and once when it is well again. Two ticks at once do nothing twice; a mailbox at which another
one is, is left to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sdesk.config import Config
from sdesk.desk import journal, playbooks, recurring, troubles
from sdesk.desk.opening import Desk
from sdesk.desk.satisfaction import ask_due
from sdesk.desk.steps.notify import notify_desk
from sdesk.desk.sweep import SweepReport, sweep
from sdesk.domain.actor import SYSTEM
from sdesk.domain.errors import SdeskError, Unavailable
from sdesk.domain.safe_text import one_line
from sdesk.mail.calls import tell_alive
from sdesk.mail.inbox.fetch import FetchReport, fetch
from sdesk.mail.outbox.line import Line
from sdesk.mail.outbox.notify import NotifyReport, notify_due
from sdesk.mail.outbox.send import SendReport, send_due
from sdesk.store.reader.health import TICK
from sdesk.store.turn import turn

Now = Callable[[], datetime]

DISK = "disk"
DAY = timedelta(days=1)


@dataclass(slots=True)
class Failure:
    """Something that did not go."""

    place: str
    """`mailbox support`, `sending`, ..."""
    error: Exception
    """An SdeskError, or a bug."""
    news: bool
    """Whether it is time to tell even who wants to hear of news alone."""
    times: int = 1
    """In a row, as far as that is counted."""


@dataclass(slots=True)
class TickReport:
    """What a tick did."""

    fetched: list[FetchReport] = field(default_factory=list)
    busy: list[str] = field(default_factory=list)
    """Mailboxes at which another tick was."""
    swept: SweepReport | None = None
    recurring: int = 0
    """Tickets that a rule of the desk file opened."""
    steps: int = 0
    """Tickets that were opened as steps of playbooks."""
    asked: int = 0
    """People who are asked how it was."""
    sent: SendReport | None = None
    notified: NotifyReport | None = None
    failures: list[Failure] = field(default_factory=list)
    recovered: list[str] = field(default_factory=list)
    """A sentence for each trouble that was told of, and is over."""
    log: list[str] = field(default_factory=list)
    """What was done, message by message: ids and numbers alone."""

    @property
    def done(self) -> int:
        """How much was done with anybody outside: mailboxes that were read, mails that went, agents who were told."""
        sent, notified = self.sent, self.notified
        return len(self.fetched) + (sent.sent if sent is not None else 0) + (notified.agents if notified else 0)

    @property
    def given_up(self) -> int:
        """Events that somebody is not told of, and never will be."""
        return self.notified.given_up if self.notified is not None else 0


def tick(desk: Desk, config: Config, *, now: Now) -> TickReport:
    """Do all of it, and give the sign of life where no part failed. Raises nothing that a part can raise.

    A message in quarantine is news, and no failure of a part: mail works. So is what a server refuses of single mails.
    Unavailable where the store cannot be used at all.
    """
    run = _Tick(desk, config, now)
    run.run()
    return run.report


class _Tick:
    def __init__(self, desk: Desk, config: Config, now: Now) -> None:
        self.desk = desk
        self.config = config
        self.now = now
        self.report = TickReport()

    def run(self) -> None:
        """All parts, in the order in which one has work for the next."""
        begun = self.now()
        with self.desk.work(SYSTEM, begun) as work:
            last = journal.last_taken(work)
        if self._has_room():
            for name in self.config.mailboxes:
                self._fetch(name)
        with self._part("time"):
            self.report.swept = sweep(self.desk, now=self.now())
        with self._part("satisfaction"):
            self.report.asked = ask_due(self.desk, now=self.now())
        coming: tuple[recurring.Due, ...] = ()
        with self._part("recurring tickets"):
            coming = recurring.due(self.desk, now=self.now())
        for each in coming:
            with self._part(f"recurring.{each.key}"):
                self.report.recurring += recurring.make(self.desk, each.id, now=self.now())
        steps: tuple[int, ...] = ()
        with self._part("playbooks"):
            steps = playbooks.due(self.desk, now=self.now())
        for run in steps:
            with self._part(f"playbook run {run}"):
                self.report.steps += playbooks.open_due(self.desk, run, now=self.now())
        self._send()
        if self.config.notify.on_success and not self.report.failures:
            with self._part("sign of life"):
                tell_alive(self.config.notify.on_success)
        with self.desk.work(SYSTEM, self.now()) as work:
            self.report.log = [*journal.taken_after(work, last), *journal.sent_since(work, begun)]
            journal.note_run(work, TICK)
            work.session.commit()

    def _send(self) -> None:
        """Mail to requesters and to agents goes over one line; what else tells agents needs none."""
        line = Line(self.config.smtp) if self.config.smtp is not None else None
        with line or nullcontext():
            if line is not None:
                with self._part("sending"):
                    # At once: of a run that breaks off it is told how far it came.
                    self.report.sent = SendReport()
                    send_due(self.desk, self.config, now=self.now, report=self.report.sent, line=line)
                    _raise(self.report.sent.bugs)
            with self._part("notifying"):
                self.report.notified = notify_due(self.desk, self.config, now=self.now, line=line)
                _raise(self.report.notified.bugs, self.report.notified.errors)

    def _fetch(self, name: str) -> None:
        with self._part(f"mailbox {name}"), turn(self.desk.store.path, name) as ours:
            if not ours:
                self.report.busy.append(name)
                return
            self.report.fetched.append(fetch(self.desk, self.config.mailboxes[name], now=self.now))

    def _has_room(self) -> bool:
        """Whether mail may be taken; where not, the admins are told once a day."""
        sentence = self.desk.lacking_room()
        if sentence is None:
            self._is_well(DISK)
            return True
        with self.desk.work(SYSTEM, self.now()) as work:
            telling = troubles.note_failure(work, DISK, sentence, after=1, again=DAY)
            if telling is not None:
                notify_desk(work, f"{sentence}. No mail is taken until there is room.")
            work.session.commit()
        error = Unavailable(sentence, "no mail is taken until there is room: free some")
        self.report.failures.append(Failure(DISK, error, telling is not None, telling or 1))
        return False

    @contextmanager
    def _part(self, place: str) -> Iterator[None]:
        """What happens within leaves the other parts working."""
        try:
            yield
            if place.removeprefix("mailbox ") not in self.report.busy:
                self._is_well(place)
        except Exception as error:
            self._failed(place, error)

    def _failed(self, place: str, error: Exception) -> None:
        # A server may be back in a minute; what somebody must mend, or a bug, is news at once.
        after = troubles.AFTER if isinstance(error, Unavailable) else 1
        said = one_line(str(error))[:500] or type(error).__name__
        try:
            with self.desk.work(SYSTEM, self.now()) as work:
                times = troubles.note_failure(work, place, said, after=after)
                work.session.commit()
        except SdeskError:
            # The store itself: nothing can be counted, so nothing is kept back.
            times = 1
        self.report.failures.append(Failure(place, error, times is not None, times or 1))

    def _is_well(self, place: str) -> None:
        with self.desk.work(SYSTEM, self.now()) as work:
            since = troubles.note_well(work, place)
            zone = ZoneInfo(work.rules.time_zone)
            work.session.commit()
            if since is not None:
                local = f"{since.astimezone(zone):%Y-%m-%d %H:%M}"
                self.report.recovered.append(f"{place}: well again; it had failed since {local}")


def _raise(bugs: Sequence[Exception], errors: Sequence[SdeskError] = ()) -> None:
    """What befell single mails befell the part: a bug before all, else the errors in one."""
    if bugs:
        raise bugs[0]
    if errors:
        first = errors[0]
        raise type(first)("; ".join(each.what for each in errors), first.remedy)
