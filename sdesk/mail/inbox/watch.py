"""Watching mailboxes: each is fetched when something comes, for as long as nobody stops it.

An IMAP server says by itself that something came, where it knows IDLE (RFC 2177): a thread for each folder listens on a
line of its own. All fetches are made in the thread that called `Watch.run`, one after the other, on a line that stays
open. A server without IDLE is asked every minute; of a Maildir or an mbox a change is seen within two seconds.

Whatever fails is tried again by itself, after pauses that grow: a sentence is said when a mailbox begins to fail, and
one when it is well again. A bug ends the watch, in whichever thread it is: whoever keeps the program running sees it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Self

from sdesk.config.wire import AnyMailbox, ImapMailbox
from sdesk.desk.opening import Desk
from sdesk.domain.errors import MailServerUnavailable, SdeskError
from sdesk.mail.inbox.fetch import Now, fetch
from sdesk.mail.inbox.health import Health, Pauses
from sdesk.mail.inbox.listen import Listener
from sdesk.mail.inbox.report import FetchOptions, FetchReport
from sdesk.mail.inbox.sources.base import Source
from sdesk.mail.inbox.sources.imap import ImapSource
from sdesk.mail.inbox.sources.open import open_source, stamp_of

ASK_EVERY = 60.0
"""Seconds between two fetches of a mailbox that says nothing by itself."""
FETCH_EVERY = 300.0
"""The same where all its folders are listened to: what a server forgot to tell is found by then."""
LOOK_EVERY = 2.0
"""Seconds between two looks at the files of a Maildir or an mbox."""
SLEPT = 60.0
"""Seconds by which the clock goes ahead of the machine's own counter only where the machine slept."""


class Watch:
    """A watch over mailboxes. `took` is called with each report of a fetch that dealt with something."""

    def __init__(
        self,
        desk: Desk,
        mailboxes: Sequence[AnyMailbox],
        *,
        now: Now,
        options: FetchOptions,
        took: Callable[[FetchReport], None],
        health: Health,
    ) -> None:
        self._desk = desk
        self._now = now
        self._took = took
        self._health = health
        self._stopped = False
        self._bug: Exception | None = None
        self._bell: SimpleQueue[str] = SimpleQueue()
        """Names of mailboxes in which something came; the empty one ends the watch."""
        self._watched = {each.name: _Watched(each, options) for each in mailboxes}
        self._listeners = [
            Listener(each, folder, ring=self._bell.put, broke=self._broke, health=health, pauses=Pauses())
            for each in mailboxes
            if isinstance(each, ImapMailbox)
            for folder in each.folders
        ]

    def stop(self) -> None:
        """End the watch after the message that is being taken. May be called by a signal handler."""
        self._stopped = True
        self._bell.put("")

    def is_stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stopped

    def _broke(self, bug: Exception) -> None:
        """A thread that listens has stumbled over a mistake of the program."""
        self._bug = self._bug or bug
        self.stop()

    def run(self) -> None:
        """Watch until `stop` is called. A bug in a thread that listens is raised here, once all lines are closed."""
        for listener in self._listeners:
            listener.start()
        try:
            ahead = self._ahead()
            while not self.is_stopped():
                self._listen()
                if self._ahead() - ahead > SLEPT:
                    self._wake_up()
                ahead = self._ahead()
                for watched in self._watched.values():
                    if not self.is_stopped() and time.monotonic() >= watched.due:
                        self._fetch(watched)
        finally:
            for listener in self._listeners:
                listener.stop()
            for watched in self._watched.values():
                watched.let_go()
        if self._bug is not None:
            raise self._bug

    def _ahead(self) -> float:
        """The clock against the machine's own counter, which stands still while a machine sleeps."""
        return self._now().timestamp() - time.monotonic()

    def _listen(self) -> None:
        """Until something came, or something is due."""
        seconds = min(watched.due for watched in self._watched.values()) - time.monotonic()
        if any(watched.is_looked_at for watched in self._watched.values()):
            seconds = min(seconds, LOOK_EVERY)
        try:
            # Slices, so that a machine that slept is noticed.
            name = self._bell.get(timeout=max(0.0, min(seconds, 15.0)))
            while True:
                if name:
                    self._watched[name].due = 0.0
                name = self._bell.get_nowait()
        except Empty:
            pass
        for watched in self._watched.values():
            if watched.has_changed():
                watched.due = 0.0

    def _wake_up(self) -> None:
        """After a sleep every line may be dead, and nobody would say so for minutes."""
        for watched in self._watched.values():
            watched.let_go()
            watched.due = 0.0
        for listener in self._listeners:
            listener.begin_anew()

    def _fetch(self, watched: _Watched) -> None:
        name = watched.mailbox.name
        try:
            report = fetch(
                self._desk,
                watched.mailbox,
                now=self._now,
                options=watched.options,
                source=watched.open(),
                stopping=self.is_stopped,
            )
        except SdeskError as error:
            watched.let_go()
            watched.due = time.monotonic() + watched.pauses.next()
            self._health.failed(name, "fetch", error)
            return
        # What was asked of the first fetch, as `--since all`, is done: later ones go on from there.
        watched.options = FetchOptions()
        watched.pauses.reset()
        listening = [each.is_listening for each in self._listeners if each.mailbox.name == name]
        watched.due = time.monotonic() + (FETCH_EVERY if listening and all(listening) else ASK_EVERY)
        self._health.well(name, "fetch")
        if report.examined or report.skipped:
            self._took(report)


class _Watched:
    """A mailbox, its line, and when it is fetched next."""

    def __init__(self, mailbox: AnyMailbox, options: FetchOptions) -> None:
        self.mailbox = mailbox
        self.options = options
        self.due = 0.0
        """By `time.monotonic`."""
        self.pauses = Pauses()
        self.is_looked_at = not isinstance(mailbox, ImapMailbox)
        self._source: ImapSource | None = None
        self._stamp: object = None

    def has_changed(self) -> bool:
        """Whether the files of a mailbox are others than when it was fetched last."""
        return self.is_looked_at and stamp_of(self.mailbox) != self._stamp

    def open(self) -> Source:
        """The source for one fetch: of an IMAP mailbox the line that is open already, where it still lives."""
        if self.is_looked_at:
            # Before the fetch: what comes meanwhile is seen as another change.
            self._stamp = stamp_of(self.mailbox)
            return open_source(self.mailbox)
        if self._source is not None and not self._source.lives():
            self.let_go()
        if self._source is None:
            source = open_source(self.mailbox)
            if not isinstance(source, ImapSource):
                raise TypeError("an IMAP mailbox of another kind")
            self._source = source
            return _Kept(source, enter=True)
        return _Kept(self._source, enter=False)

    def let_go(self) -> None:
        """Close the line."""
        source, self._source = self._source, None
        if source is not None:
            source.__exit__(None, None, None)


class _Kept:
    """A source whose line outlives the fetch; it is entered once, and left by who keeps it."""

    def __init__(self, source: ImapSource, *, enter: bool) -> None:
        self._source, self._enter = source, enter
        self.items, self.fetch, self.heads, self.mark = source.items, source.fetch, source.heads, source.mark

    def __enter__(self) -> Self:
        if self._enter:
            self._source.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if isinstance(error, MailServerUnavailable):
            self._source.__exit__(kind, error, traceback)
