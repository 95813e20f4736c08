"""Listening to one folder of an IMAP server by IDLE (RFC 2177), in a thread, on a line of its own."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from sdesk.config.wire import ImapMailbox
from sdesk.domain.errors import MailServerUnavailable, SdeskError
from sdesk.mail.inbox.health import Health, Pauses
from sdesk.mail.inbox.sources.imap_line import ImapLine
from sdesk.mail.inbox.sources.open import imap_settings

RENEW_EVERY = 240.0
"""Seconds after which IDLE is ended and begun anew. A server may end it after 30 minutes (RFC 2177: renew before 29);
the boxes in between that translate addresses forget a silent line after five."""
STEADY = 60.0
"""A line that was listened to for so many seconds was a good one: the pauses begin anew."""


class Listener:
    """A thread that rings when something comes to a folder, and whenever it has begun to listen anew.

    `broke` is called with a bug, after which it listens no more.
    """

    def __init__(
        self,
        mailbox: ImapMailbox,
        folder: str,
        *,
        ring: Callable[[str], None],
        broke: Callable[[Exception], None],
        health: Health,
        pauses: Pauses,
    ) -> None:
        self.mailbox = mailbox
        self.is_listening = False
        self._folder = folder
        self._ring = ring
        self._broke = broke
        self._health = health
        self._pauses = pauses
        self._stopped = threading.Event()
        self._line: ImapLine | None = None
        # A daemon: a server that hangs keeps no process from its end.
        self._thread = threading.Thread(target=self._run, name=f"{mailbox.name} {folder}", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Hang up, and end the thread; one that waits for a silent server ends with the process."""
        self._stopped.set()
        self.begin_anew()
        self._thread.join(2)

    def begin_anew(self) -> None:
        """Break the line: the thread makes another one."""
        line = self._line
        if line is not None:
            with suppress(MailServerUnavailable, OSError, AttributeError):  # it may be on its way out already
                line.client.socket().shutdown(socket.SHUT_RDWR)

    def _run(self) -> None:
        try:
            while not self._stopped.is_set() and self._one_line():
                self._stopped.wait(self._pauses.next())
        except Exception as bug:
            # In a thread nobody would see it: it is handed to who started the thread, and ends the watch. Also what
            # is raised while a lost line is told of.
            self._broke(bug)

    def _one_line(self) -> bool:
        """Listen until the line is lost; whether another one is of use."""
        name, party = self.mailbox.name, f"folder {self._folder}"
        begun = 0.0
        try:
            with ImapLine(imap_settings(self.mailbox)) as line:
                self._line = line
                client = line.select(self._folder, readonly=True)
                if not client.has_capability("IDLE"):
                    # It is asked from time to time, without us.
                    self._health.well(name, party)
                    return False
                begun = time.monotonic()
                self._listen(line, client)
        except SdeskError as error:
            self._lost(party, error, begun)
        finally:
            self._line, self.is_listening = None, False
        return True

    def _lost(self, party: str, error: SdeskError, begun: float) -> None:
        """A line that was listened to may be lost at any time: only one that cannot be had again is worth a word."""
        if not begun:
            if not self._stopped.is_set():
                self._health.failed(self.mailbox.name, party, error)
        elif time.monotonic() - begun >= STEADY:
            self._pauses.reset()

    def _listen(self, line: ImapLine, client: Any) -> None:
        while not self._stopped.is_set():
            with line.talking("listened to"):
                client.idle()
            self.is_listening = True
            self._health.well(self.mailbox.name, f"folder {self._folder}")
            # What came before we listened is found by a fetch, what comes now we hear: nothing falls in between.
            self._ring(self.mailbox.name)
            renew_at = time.monotonic() + RENEW_EVERY
            while not self._stopped.is_set() and (left := renew_at - time.monotonic()) > 0:
                asked = time.monotonic()
                with line.talking("listened to"):
                    told = client.idle_check(timeout=min(left, 30.0))
                if any(b"BYE" in one[:1] for one in told):
                    raise MailServerUnavailable(f"the mail server {line.settings.place} says goodbye")
                if any(b"EXISTS" in one for one in told):
                    self._ring(self.mailbox.name)
                elif not told and time.monotonic() - asked < min(left, 30.0) / 2:
                    # Something to read, and then nothing: the line's end looks like that. To end IDLE will show.
                    break
            with line.talking("listened to"):
                client.idle_done()
