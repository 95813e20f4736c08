"""A thread with one tool that only it may touch (a reader, a desk): the event loop hands it work and gets results back.

Results come back as messages to whoever asked, so nothing waits for the store and no widget is touched from the thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, Generic, NamedTuple, TypeVar

from textual.message_pump import MessagePump

from sdesk.domain.errors import SdeskError, Unavailable

Tool = TypeVar("Tool")
Result = TypeVar("Result")


class _Job(NamedTuple):
    work: Callable[[Any], Any]
    then: Callable[[Any], object]
    failed: Callable[[SdeskError], object]
    asker: MessagePump
    topic: str | None
    serial: int


class Hand(Generic[Tool]):
    """One thread, one tool, jobs in their order."""

    def __init__(
        self,
        name: str,
        open_tool: Callable[[], Tool],
        close_tool: Callable[[Tool], None],
        when_idle: Callable[[Tool], None] | None = None,
        idle_seconds: float = 0.5,
    ) -> None:
        self._open, self._close, self._when_idle = open_tool, close_tool, when_idle
        self._idle_seconds = idle_seconds if when_idle else None
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._latest: dict[str, int] = {}
        self._serial = 0
        self._finished = 0
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin; the tool is opened with the first job."""
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """Finish what was asked for and close the tool; gives up waiting after `seconds`."""
        self._jobs.put(None)
        if self._thread.is_alive():
            self._thread.join(seconds)

    @property
    def busy(self) -> bool:
        """Whether anything asked for is still to be done."""
        return self._finished < self._serial

    def ask(
        self,
        asker: MessagePump,
        work: Callable[[Tool], Result],
        then: Callable[[Result], object],
        failed: Callable[[SdeskError], object],
        topic: str | None = None,
    ) -> None:
        """Do `work` in the thread, then call `then` with what it gave, or `failed`, in the event loop of `asker`.

        Of several questions with one `topic` only the newest is answered. An error that is no SdeskError is a bug, and
        is raised in the event loop, where it ends the console with its traceback.
        """
        self._serial += 1
        if topic is not None:
            self._latest[topic] = self._serial
        self._jobs.put(_Job(work, then, failed, asker, topic, self._serial))

    def _run(self) -> None:
        tool: Tool | None = None
        while True:
            try:
                job = self._jobs.get(timeout=self._idle_seconds)
            except Empty:
                tool = self._idle(tool)
                continue
            if job is None:
                break
            try:
                if job.topic is None or self._latest[job.topic] == job.serial:
                    tool = self._do(job, tool)
            finally:
                self._finished += 1
        if tool is not None:
            self._close(tool)

    def _do(self, job: _Job, tool: Tool | None) -> Tool | None:
        try:
            tool = self._open() if tool is None else tool
            result = job.work(tool)
        except Unavailable as error:
            # What is out of reach is opened anew by the next job: the store may be back, or be another file.
            self._drop(tool)
            job.asker.call_later(job.failed, error)
            return None
        except SdeskError as error:
            job.asker.call_later(job.failed, error)
        except Exception as error:
            job.asker.call_later(_raise, error)
        else:
            job.asker.call_later(job.then, result)
        return tool

    def _idle(self, tool: Tool | None) -> Tool | None:
        if tool is None or self._when_idle is None:
            return tool
        try:
            self._when_idle(tool)
        except Unavailable:
            # The next question will say so to the person; here nobody asked.
            self._drop(tool)
            return None
        return tool

    def _drop(self, tool: Tool | None) -> None:
        if tool is not None:
            self._close(tool)


def _raise(error: Exception) -> None:
    raise error
