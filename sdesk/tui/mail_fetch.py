"""Fetching mail from within the console: in a thread of its own, with progress and result in the status line."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from sdesk.domain.errors import SdeskError
from sdesk.store.reader import Reader
from sdesk.tui.language import _

if TYPE_CHECKING:
    from sdesk.tui.app import Console


class Report(Protocol):
    """What a fetch of one mailbox gives."""

    @property
    def mailbox(self) -> str: ...
    @property
    def examined(self) -> int: ...
    @property
    def created(self) -> int: ...
    @property
    def followed_up(self) -> int: ...
    @property
    def quarantined(self) -> int: ...
    @property
    def seconds(self) -> float: ...


Progress = Callable[[int, int], None]
"""Told (messages done, messages in all)."""

Fetch = Callable[[Progress], Sequence[Report]]
"""Fetches every mailbox."""


class MailFetch:
    """At most one fetch at a time."""

    def __init__(self, console: Console, fetch: Fetch) -> None:
        self._console, self._fetch = console, fetch
        self._thread: threading.Thread | None = None
        self._counts = True
        """Whether the agent is told how much came: before a wall he is not, since some of it may stand behind it."""

    @property
    def running(self) -> bool:
        """Whether a fetch is under way."""
        return self._thread is not None and self._thread.is_alive()

    def begin(self) -> None:
        """Start, unless one is running."""
        if self.running:
            self._console.notice(_("Mail is being fetched already"))
            return
        self._console.notice(_("Fetching mail ..."))
        # Daemon: a server that hangs must not keep the console from quitting; each message is its own transaction.
        self._thread = threading.Thread(target=self._run, name="sdesk-fetch", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        console = self._console
        try:
            with Reader(console.link.path) as reader:
                self._counts = not reader.is_walled(reader.actor(console.link.login))
            reports = self._fetch(self._progress)
        except SdeskError as error:
            console.call_later(console.notice_error, error)
        except Exception as error:
            console.call_later(_raise, error)
        else:
            what = summary(reports) if self._counts or not reports else _("Mail was fetched")
            console.call_later(console.notice, what, "good")

    def _progress(self, done: int, total: int) -> None:
        if self._counts:
            self._console.call_later(self._console.notice, _progress(done, total))


def summary(reports: Sequence[Report]) -> str:
    """What a fetch brought, in one line: what is nothing is left out."""
    if not reports:
        return _("No mailbox is set up")
    parts: list[str] = []
    for report in reports:
        numbers = [
            text.format(count=count)
            for count, text in (
                (report.created, _("{count} new")),
                (report.followed_up, _("{count} followed up")),
                (report.quarantined, _("{count} quarantined")),
            )
            if count
        ]
        parts.append(
            _("{mailbox}: {numbers} ({examined} examined)").format(
                mailbox=report.mailbox, numbers=", ".join(numbers) or _("nothing new"), examined=report.examined
            )
        )
    seconds = sum(report.seconds for report in reports)
    return _("{what} in {seconds:.1f}s").format(what="; ".join(parts), seconds=seconds)


def _progress(done: int, total: int) -> str:
    """How far it has come; how many there are in all is not always known."""
    return _("Fetching mail: {done} of {total}").format(done=done, total=total)


def _raise(error: Exception) -> None:
    raise error
