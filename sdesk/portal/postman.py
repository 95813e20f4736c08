"""The postman: links that were asked for are written down and mailed in a thread of his own.

Whoever asks gets the same answer at the same time, whether the desk knows the address or not; and nobody waits for the
next tick. What he sends is claimed in the outbox as by any other sender.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from sdesk.config import Config
from sdesk.desk.opening import Desk
from sdesk.desk.outbox import queue
from sdesk.desk.outbox.sign_in import SignInFacts
from sdesk.desk.sign_in import ask_link
from sdesk.domain.actor import SYSTEM
from sdesk.domain.errors import BadInput, SdeskError
from sdesk.domain.outgoing import MailKind
from sdesk.mail.outbox.book import Book
from sdesk.mail.outbox.send import send_due

MOST_WAITING = 200
"""Addresses that wait to be looked at; a flood beyond that is not worked off."""


class Postman:
    """Writes links down, and sends what is due."""

    def __init__(
        self,
        desk: Desk,
        config: Config,
        now: Callable[[], datetime],
        log: Callable[[str], None],
        *,
        base: str,
        shows_links: bool = False,
    ) -> None:
        self._desk = desk
        self._config = config
        self._now = now
        self._log = log
        self._base = base
        self._shows_links = shows_links
        self._thread = ThreadPoolExecutor(1, "portal-postman")
        self._waiting = 0

    def ask(self, address: str, language: str) -> None:
        """Take an address; the caller does not wait."""
        if self._waiting < MOST_WAITING:
            self._waiting += 1
            self._thread.submit(self._work, address, language)

    def close(self) -> None:
        """End what was begun."""
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _work(self, address: str, language: str) -> None:
        self._waiting -= 1
        try:
            self._write(address, language)
            if self._shows_links:
                self._show()
            elif self._config.smtp is not None:
                report = send_due(self._desk, self._config, now=self._now)
                for bug in report.bugs:
                    self._log(f"a bug while sending: {type(bug).__name__}: {bug}")
        except BadInput:
            # What was typed is no address: who typed it is told nothing else than others are.
            return
        except SdeskError as error:
            self._log(str(error))
        except Exception as error:
            self._log(f"a bug while sending: {type(error).__name__}: {error}\n{traceback.format_exc()}")

    def _write(self, address: str, language: str) -> None:
        book = Book(self._desk, self._now)
        book.insist(lambda work: ask_link(work, address, language=language, base=self._base))

    def _show(self) -> None:
        """Say the links instead of mailing them: for who tries the portal out without a mail server."""
        book = Book(self._desk, self._now)
        while True:
            with self._desk.work(SYSTEM, self._now()) as work:
                mail = queue.claim(work, {MailKind.SIGN_IN})
                work.session.commit()
            if mail is None or not isinstance(mail.facts, SignInFacts):
                return
            self._log(f"the link for {mail.facts.to[0].address}: {mail.facts.link}")
            number = mail.id
            book.insist(lambda work, number=number: queue.mark_sent(work, number, refused={}))  # type: ignore[misc]
