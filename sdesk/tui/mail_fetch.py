"""Fetching mail from within the console: in a thread of its own, with progress and result in the status line."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from sdesk.domain.errors import SdeskError

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

    @property
    def running(self) -> bool:
        """Whether a fetch is under way."""
        return self._thread is not None and self._thread.is_alive()

    def begin(self) -> None:
        """Start, unless one is running."""
        if self.running:
            self._console.notice("Mail is being fetched already")
            return
        self._console.notice("Fetching mail ...")
        # Daemon: a server that hangs must not keep the console from quitting; each message is its own transaction.
        self._thread = threading.Thread(target=self._run, name="sdesk-fetch", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        console = self._console
        try:
            reports = self._fetch(lambda done, total: self._tell(f"Fetching mail: {done} of {total}"))
        except SdeskError as error:
            console.call_later(console.notice_error, error)
        except Exception as error:
            console.call_later(_raise, error)
        else:
            console.call_later(console.notice, summary(reports), "good")

    def _tell(self, text: str) -> None:
        self._console.call_later(self._console.notice, text)


def summary(reports: Sequence[Report]) -> str:
    """What a fetch brought, in one line: what is nothing is left out."""
    if not reports:
        return "No mailbox is set up"
    parts: list[str] = []
    for report in reports:
        numbers = [
            f"{count} {word}"
            for count, word in (
                (report.created, "new"),
                (report.followed_up, "followed up"),
                (report.quarantined, "quarantined"),
            )
            if count
        ]
        parts.append(f"{report.mailbox}: {', '.join(numbers) or 'nothing new'} ({report.examined} examined)")
    seconds = sum(report.seconds for report in reports)
    return f"{'; '.join(parts)} in {seconds:.1f}s"


def _raise(error: Exception) -> None:
    raise error
