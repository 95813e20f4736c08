"""Mail in one mbox file (mboxrd, mboxo), which is read bit by bit and never changed: the ledger alone says what is
new."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Self

from sdesk.domain.errors import MailServerUnavailable
from sdesk.domain.system_words import reason_of
from sdesk.mail.inbox.sources.base import HEAD_BYTES, Item, Raw, Taken, chunks

_BLOCK = 1024 * 1024
_STALE_LOCK = 600
"""Seconds after which a dot-lock was left by a program that died."""

# A separator has a sender and a date: a line of text that begins with `From ` and that somebody forgot to escape has
# not.
_SEPARATOR = re.compile(
    rb"From (?:\S+|\"[^\"\r\n]*\"\S*)?[ \t]+(?:[A-Z][a-z]{2},? +)?"
    rb"(?:[A-Z][a-z]{2} +\d{1,2}|\d{1,2} +[A-Z][a-z]{2}|\d{4}-\d\d-\d\d)\b"
)
_LONGEST_SEPARATOR = 1_500
_ESCAPED = re.compile(rb"^>(?=>*From )", re.MULTILINE)
_ASCTIME = re.compile(rb"([A-Z][a-z]{2}) +(\d{1,2}) +(\d{2}):(\d{2})(?::(\d{2}))?(?: +[A-Z]{3,4})? +(\d{4})")
_MONTHS = {name: number for number, name in enumerate((b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul"), 1)} | {
    name: number for number, name in enumerate((b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"), 8)
}


@dataclass(frozen=True, slots=True)
class MboxSettings:
    """Which file, and how long to wait for its lock."""

    path: Path
    folder: str = "INBOX"
    """The name under which its messages stand in the ledger."""
    lock_seconds: float = 10.0


class MboxSource:
    """An mbox file as a source of mail.

    A message's uid is the SHA-256 of its bytes, so it stays when others are removed from the file; the same message
    twice is one.
    While in use the file is locked for reading (lockf, as most mail programs do), and another program's dot-lock is
    waited for.
    `mark` does nothing: nothing is ever written to the file or beside it.
    """

    def __init__(self, settings: MboxSettings) -> None:
        self._settings = settings
        self._file: FileIO | None = None
        self._places: dict[str, tuple[int, int]] = {}
        """Where the messages are that were listed and not fetched yet."""

    def __enter__(self) -> Self:
        path = self._settings.path
        try:
            self._file = path.open("rb", buffering=0)  # a buffer could show what is there no more
        except OSError as error:
            raise MailServerUnavailable(f"the mbox {path} cannot be read: {reason_of(error)}") from error
        try:
            self._lock(self._file)
            first = self._file.read(5)
        except MailServerUnavailable:
            self._close()
            raise
        except OSError as error:
            self._close()
            raise MailServerUnavailable(f"the mbox {path} cannot be read: {reason_of(error)}") from error
        if first not in (b"", b"From "):
            self._close()
            raise MailServerUnavailable(f"{path} is no mbox", "an mbox begins with a line `From SENDER DATE`")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._close()

    def items(self, taken: Taken, *, flagged: bool = False) -> Iterator[Item]:
        """As `Source.items`, in the file's order. Reads the whole file, and holds one message."""
        folder = self._settings.folder
        listed: dict[str, tuple[Item, tuple[int, int]]] = {}
        for start, end, separator in messages_of(self._open()):
            raw = self._message(start, end)
            uid = hashlib.sha256(raw).hexdigest()
            item = Item(folder, 0, uid, len(raw), arrived_at(separator), _flagged(raw))
            if not flagged or item.flagged:
                listed.setdefault(uid, (item, (start, end)))
            if len(listed) >= 500:
                yield from self._unknown(taken, listed)
                listed = {}
        yield from self._unknown(taken, listed)

    def fetch(self, items: Sequence[Item]) -> Iterator[tuple[Item, Raw]]:
        """As `Source.fetch`; one message is in memory at a time."""
        for item in items:
            place = self._places.pop(item.uid, None)
            raw = self._message(*place) if place is not None else None
            if raw is None or hashlib.sha256(raw).hexdigest() != item.uid:
                # Not listed by this source, or somebody who keeps no lock has rewritten the file since: another
                # message's bytes are never passed off as these.
                raw = self._search(item.uid)
            yield item, raw

    def heads(self, items: Sequence[Item]) -> Iterator[tuple[Item, Raw]]:
        """As `Source.heads`."""
        for item, raw in self.fetch(items):
            yield item, raw[:HEAD_BYTES] if isinstance(raw, bytes) else raw

    def mark(self, items: Sequence[Item], *, quarantined: bool = False) -> None:
        """Nothing: the file is never changed."""

    def _unknown(self, taken: Taken, listed: dict[str, tuple[Item, tuple[int, int]]]) -> Iterator[Item]:
        for uids in chunks(list(listed)):
            known = set(taken.known(self._settings.folder, 0, uids))
            for uid in uids:
                if uid not in known:
                    item, self._places[uid] = listed[uid]
                    yield item

    def _search(self, uid: str) -> bytes | None:
        """A message by its digest, wherever it is now."""
        for start, end, _ in messages_of(self._open()):
            raw = self._message(start, end)
            if hashlib.sha256(raw).hexdigest() == uid:
                return raw
        return None

    def _message(self, start: int, end: int) -> bytes:
        return message_at(self._open(), start, end)

    def _open(self) -> FileIO:
        if self._file is None:
            raise MailServerUnavailable(f"the mbox {self._settings.path} is not open")
        return self._file

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()  # gives the lock back
            self._file = None

    def _lock(self, file: FileIO) -> None:
        deadline = time.monotonic() + self._settings.lock_seconds
        while self._dot_locked() or not _lockf(file):
            if time.monotonic() >= deadline:
                raise MailServerUnavailable(
                    f"the mbox {self._settings.path} is locked by another program", "try again later"
                )
            time.sleep(0.1)

    def _dot_locked(self) -> bool:
        path = self._settings.path
        try:
            locked = os.stat(f"{path}.lock").st_mtime
        except OSError:
            return False
        return os.stat(path).st_mtime - locked < _STALE_LOCK


def _lockf(file: FileIO) -> bool:
    try:
        fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def message_at(file: FileIO, start: int, end: int) -> bytes:
    """The bytes of a message, without what the format put before its lines that begin with `From `."""
    raw = _read(file, start, end - start)
    return _ESCAPED.sub(b"", raw) if b"\n>" in raw or raw.startswith(b">") else raw


def _read(file: FileIO, start: int, count: int) -> bytes:
    """Bytes from a place; fewer only at the file's end."""
    out = bytearray()
    while len(out) < count:
        file.seek(start + len(out))
        more = file.read(count - len(out))
        if not more:
            break
        out += more
    return bytes(out)


def messages_of(file: FileIO) -> Iterator[tuple[int, int, bytes]]:
    """(start, end, separator line) of each message, without its separator and the blank line before the next one."""
    start: int | None = None
    line = b""
    for begin, end, separator in _separators(file):
        if start is not None:
            yield start, begin, line
        start, line = end, separator
    if start is not None:
        size = file.seek(0, os.SEEK_END)
        tail = _read(file, max(start, size - 4), 4)
        # The blank line that ends the last message belongs to the file, not to the message.
        blank = 2 if tail.endswith(b"\n\r\n") else 1 if tail.endswith(b"\n\n") else 0
        yield start, max(start, size - blank), line


def _separators(file: FileIO) -> Iterator[tuple[int, int, bytes]]:
    """(where the blank line before it begins, where it ends, the line) of each separator. A block is in memory at a
    time."""
    file.seek(0)
    first = file.readline(_LONGEST_SEPARATOR)
    if not first.startswith(b"From "):
        return
    yield 0, len(first), first.strip()
    position = len(first) - 1  # with its line end, which may be the one before a blank line
    block = b""
    while True:
        more = _read(file, position + len(block), _BLOCK)
        block += more
        searched = 0
        at = block.find(b"\nFrom ")
        while at >= 0:
            end = block.find(b"\n", at + 1) + 1
            begin = at if block[at - 1 : at] == b"\n" else at - 1 if block[at - 2 : at] == b"\n\r" else -1
            if end and begin > 0 and _SEPARATOR.match(block, at + 1):
                yield position + begin, position + end, block[at + 1 : end].strip()
                searched = end
            at = block.find(b"\nFrom ", at + 1)
        if not more:
            return
        # A separator that the block's end cuts is found in the next one, as the blank line before it is.
        keep = max(searched - 1, len(block) - _LONGEST_SEPARATOR, 0)
        position += keep
        block = block[keep:]


def arrived_at(separator: bytes) -> datetime | None:
    found = _ASCTIME.search(separator)
    if found is None or found[1] not in _MONTHS:
        return None
    day, hour, minute, second, year = (int(found[group] or 0) for group in (2, 3, 4, 5, 6))
    try:
        return datetime(year, _MONTHS[found[1]], day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        return None


def _flagged(raw: bytes) -> bool:
    """The X-Status field of mutt, Pine and Dovecot: F is \\Flagged."""
    head = raw[: raw.find(b"\n\n")] if b"\n\n" in raw[:65_536] else raw[:65_536]
    return re.search(rb"^X-Status:.*F", head, re.MULTILINE) is not None
