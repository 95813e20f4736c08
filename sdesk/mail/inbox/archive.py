"""Old archives: which messages an mbox, a Maildir, a folder of .eml files or one such file holds, in the order of their
dates, a message before its answers.

All are looked at once for date and Message-IDs, and read once more when their turn comes: memory holds a few hundred
bytes of each message, never the messages.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from sdesk.domain.errors import BadInput
from sdesk.domain.system_words import reason_of
from sdesk.mail.inbox.sources.base import HEAD_BYTES
from sdesk.mail.inbox.sources.mbox import arrived_at, message_at, messages_of

_FIRST = datetime(1980, 1, 1, tzinfo=UTC)
"""No mail is older than mail (RFC 822 is of 1982): an earlier date is that of a clock which was never set."""
_FIELD = re.compile(
    rb"^(date|message-id|in-reply-to|references):((?:.*\n?)(?:[ \t].*\n?)*)", re.IGNORECASE | re.MULTILINE
)
_ID = re.compile(rb"<[^<>\s]+>")
_REFERENCES = 10
"""So many of the last references of a message are remembered."""


@dataclass(slots=True)
class Place:
    """Where a message of an archive is, and what its order needs."""

    path: Path
    start: int
    end: int
    """Bytes of the file; 0 for all of it, where it is no mbox."""
    at: datetime
    """When it was written: its own date, else what the archive says, UTC."""
    own_id: int
    """Hashes of Message-IDs, since there may be a million."""
    answers: tuple[int, ...]

    @property
    def size(self) -> int:
        """Bytes."""
        return self.end - self.start if self.end else self.path.stat().st_size


def places(sources: Sequence[Path], now: datetime) -> Iterator[Place]:
    """Every message of the archives, in the order in which they lie there. BadInput where there is no such archive."""
    for source in sources:
        if not source.exists():
            raise BadInput(f"there is no {source}", "name an mbox, a Maildir, a folder of .eml files, or one such file")
        if source.is_dir():
            for folder, subfolders, names in os.walk(source):
                is_maildir = {"new", "cur"} <= set(subfolders)
                subfolders[:] = sorted(set(subfolders) - ({"new", "cur", "tmp"} if is_maildir else set()))
                for sub in ("cur", "new") if is_maildir else ():
                    for entry in sorted(os.scandir(Path(folder) / sub), key=lambda each: each.name):
                        if not entry.name.startswith(".") and entry.is_file():
                            yield from _in_file(Path(entry.path), now, mbox=False)
                for name in sorted(names):
                    if name.lower().endswith((".eml", ".mbox")):
                        yield from _in_file(Path(folder) / name, now, mbox=name.lower().endswith(".mbox"))
        else:
            yield from _in_file(source, now, mbox=_is_mbox(source))


def in_order(found: Sequence[Place]) -> Iterator[Place]:
    """By date, but none before what it answers: a clock that was wrong takes no thread apart."""
    by_id = {place.own_id: number for number, place in enumerate(found) if place.own_id}
    done = bytearray(len(found))
    for number in sorted(range(len(found)), key=lambda each: found[each].at):
        waiting = [number]
        while waiting:
            last = waiting[-1]
            if done[last] == 2:
                waiting.pop()
                continue
            before = [other for other in map(by_id.get, found[last].answers) if other is not None and not done[other]]
            if not done[last]:
                done[last] = 1  # seen: messages that answer each other wait for each other once
                waiting.extend(before)
                if before:
                    continue
            done[last] = 2
            waiting.pop()
            yield found[last]


def read_place(place: Place) -> bytes:
    """A message's bytes. OSError where it cannot be read."""
    with place.path.open("rb", buffering=0) as file:
        return message_at(file, place.start, place.end) if place.end else file.readall()


def _is_mbox(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(5) == b"From "
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {reason_of(error)}", "name a file that this user can read") from error


def _in_file(path: Path, now: datetime, *, mbox: bool) -> Iterator[Place]:
    try:
        with path.open("rb", buffering=0) as file:
            if mbox:
                for start, end, separator in messages_of(file):
                    head = message_at(file, start, min(end, start + HEAD_BYTES))
                    yield _place(path, start, end, head, arrived_at(separator), now)
            else:
                written = datetime.fromtimestamp(int(os.fstat(file.fileno()).st_mtime), UTC)
                head = file.read(HEAD_BYTES)
                yield _place(path, 0, 0, head, _delivered(path.name) or written, now)
    except OSError:
        # It is told when its turn comes to be read.
        yield Place(path, 0, 0, now, 0, ())


def _place(path: Path, start: int, end: int, head: bytes, told: datetime | None, now: datetime) -> Place:
    fields: dict[bytes, bytes] = {}
    for name, value in _FIELD.findall(re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]):
        fields.setdefault(name.lower(), value)
    own = _ID.findall(fields.get(b"message-id", b""))
    answers = (
        *_ID.findall(fields.get(b"in-reply-to", b"")),
        *_ID.findall(fields.get(b"references", b""))[-_REFERENCES:],
    )
    return Place(
        path,
        start,
        end,
        _sane(_date(fields.get(b"date", b"")), now) or _sane(told, now) or now,
        hash(own[0]) if own else 0,
        tuple(dict.fromkeys(map(hash, answers))),
    )


def _date(value: bytes) -> datetime | None:
    try:
        date = parsedate_to_datetime(value.decode("ascii", "replace").strip())
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def _sane(date: datetime | None, now: datetime) -> datetime | None:
    return date.replace(microsecond=0) if date is not None and _FIRST <= date <= now else None


def _delivered(name: str) -> datetime | None:
    """A Maildir's file name begins with the second of its delivery."""
    seconds = name.partition(".")[0]
    if not seconds.isdecimal() or not 9 <= len(seconds) <= 10:
        return None
    return datetime.fromtimestamp(int(seconds), UTC)
