"""The threads in which the store is read and written, and what all pages share; nothing waits for it in the loop."""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sdesk.config import Config
from sdesk.desk.opening import Desk, Work, open_desk
from sdesk.domain.actor import REQUESTER
from sdesk.domain.errors import Unavailable
from sdesk.domain.phrase import phrase
from sdesk.store.reader.portal_reader import PortalReader

T = TypeVar("T")

READERS, WRITERS = 6, 2
"""Threads. Writers take turns at the store anyway; while they wait, readers go on."""
MOST_WAITING = 500
"""Requests that wait for a thread: the next one is told to come again."""
BUSY_SECONDS = 4.0
"""How long a page waits for others who write."""
MOST_DONE = 2_000
"""Forms of which is remembered what they did, so that one that is sent twice does it once."""


class Office:
    """One store, served."""

    def __init__(self, store: Path, config: Config, now: Callable[[], datetime], *, base: str) -> None:
        self.config = config
        self.now = now
        self.base = base
        """Where the portal is reached: scheme and host, without a slash at the end."""
        self.post: Callable[[str, str], None] = _nobody
        """Hands an address that asks for a link, and a language, to the postman, and waits for nothing."""
        self.desk: Desk = open_desk(store, keep_free=lambda: config.keep_free, busy_seconds=BUSY_SECONDS)
        self._store = store
        self._reading = ThreadPoolExecutor(READERS, "portal-read")
        self._writing = ThreadPoolExecutor(WRITERS, "portal-write")
        self._own = threading.local()
        self._lock = threading.Lock()
        self._waiting = 0
        self._done: OrderedDict[str, _Done] = OrderedDict()

    async def run(self, page: Callable[[PortalReader], T], *, writes: bool) -> T:
        """Make a page in a thread of its own kind. Unavailable where too many wait already."""
        if self._waiting >= MOST_WAITING:
            raise Unavailable(phrase("too many people are here just now"), phrase("try again in a moment"))
        pool = self._writing if writes else self._reading
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, self._with_reader, page)
        finally:
            self._waiting -= 1

    def write(self, case: Callable[[Work], T], now: datetime) -> T:
        """A use case of a requester, as one transaction."""
        with self.desk.work(REQUESTER, now) as work:
            done = case(work)
            work.session.commit()
        return done

    def once(self, name: str, do: Callable[[], str]) -> str:
        """Where a form leads that was sent; one that was sent twice, as by a double click, is worked once."""
        with self._lock:
            done = self._done.setdefault(name, _Done())
            self._done.move_to_end(name)
            while len(self._done) > MOST_DONE:
                self._done.popitem(last=False)
        with done.lock:
            if done.location is None:
                done.location = do()
            return done.location

    def require_room(self) -> None:
        """Unavailable where the disk is nearly full: no files are taken then."""
        if self.desk.lacking_room() is not None:
            raise Unavailable(
                phrase("the desk has no room for files just now"), phrase("send it without files, or try again later")
            )

    def close(self) -> None:
        """Let the pages that are being made come to their end, and give everything back.

        A reader ends with its thread, which alone may use it.
        """
        for pool in (self._reading, self._writing):
            pool.shutdown(wait=True, cancel_futures=True)
        self.desk.close()

    def _with_reader(self, page: Callable[[PortalReader], T]) -> T:
        reader: PortalReader | None = getattr(self._own, "reader", None)
        if reader is None:
            reader = self._own.reader = PortalReader(self._store, busy_seconds=BUSY_SECONDS)
        reader.look_again()
        return page(reader)


def _nobody(address: str, language: str) -> None:
    raise TypeError("an office without a postman")


class _Done:
    """What became of a form."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.location: str | None = None
