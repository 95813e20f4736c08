"""A file that takes its name when it is whole: written beside it, put on the disk, then named, in one step."""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from pathlib import Path

from sdesk.domain.errors import Refused, StoreLocked, Unavailable
from sdesk.store import room

SUFFIX = ".part"
"""What the name of a file ends in until it is whole. One that was left by a process that was killed is written anew."""
BESIDE = ("-journal", "-wal", "-shm")
"""What SQLite keeps beside a file while it is written."""


@contextmanager
def written_beside(target: Path, *, size: int) -> Iterator[Path]:
    """An empty file for what `target` is to be, readable by its owner alone (0600), in the same folder.

    It is gone at the end of the block, unless it took its name (`take_name`). Two at once do not write into each other.
    Unavailable where the folder cannot be written, or has less room than `size` bytes; StoreLocked where somebody
    writes it just now.
    """
    part = target.with_name(f".{target.name}{SUFFIX}")
    _require_room(target, size)
    number = _owned(part, target)
    try:
        _clear(part)
        os.ftruncate(number, 0)
        os.fchmod(number, 0o600)
        yield part
    finally:
        _clear(part)
        if _same(number, part):  # or it has its name by now
            part.unlink(missing_ok=True)
        os.close(number)


def take_name(part: Path, target: Path, *, over: bool) -> None:
    """Put a whole file onto the disk and give it its name. Refused where something has the name and not `over`."""
    sync(part)
    try:
        if over:
            part.replace(target)
        else:
            try:
                os.link(part, target)
            except FileExistsError:
                raise
            except OSError:  # a file system without hard links
                if target.exists():
                    raise FileExistsError from None
                part.rename(target)
    except FileExistsError as error:
        raise taken(target) from error
    except OSError as error:
        raise refused(target, error) from error
    sync(target.parent)


def write_text(target: Path, text: str, *, over: bool, private: bool = False) -> None:
    """Write a text file whole, with the rights that a new file gets here, or those of the one that it replaces;
    `private`: for its owner alone (0600), from its first byte on.

    Unavailable where it cannot be written; Refused where something has the name and not `over`.
    """
    content = text.encode("utf-8")
    with written_beside(target, size=len(content)) as part:
        try:
            part.write_bytes(content)
            if not private:
                part.chmod(_rights(target))
        except OSError as error:
            raise refused(target, error) from error
        take_name(part, target, over=over)


def _rights(target: Path) -> int:
    try:
        return stat.S_IMODE(os.stat(target).st_mode)
    except OSError:
        mask = os.umask(0o077)
        os.umask(mask)
        return 0o666 & ~mask


def kept_name(path: Path, now: datetime) -> Path:
    """A free name for what stands at `path` and is kept: with the instant in it, in UTC."""
    name = f"{path.name}.before-{now:%Y%m%d-%H%M%S}"
    for number in count(1):
        found = path.with_name(name if number == 1 else f"{name}-{number}")
        if not found.exists():
            return found
    raise AssertionError


def taken(target: Path) -> Refused:
    """What is said of a name that something has."""
    return Refused(f"{target} exists already", "name another file, or say --force to write over it")


def refused(target: Path, error: OSError) -> Unavailable:
    """What is said of a file that the system does not let be written."""
    reason = (error.strerror or str(error)).lower()
    return Unavailable(
        f"{target} cannot be written: {reason}", "look at the path, its rights, and the room of its disk"
    )


def sync(path: Path) -> None:
    """See that a file, or the names of a folder, are on the disk."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _owned(part: Path, target: Path) -> int:
    """The open file, which nobody else writes: the lock ends with the process, however that ends."""
    while True:
        try:
            number = os.open(part, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise refused(target, error) from error
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(number)
            raise StoreLocked(f"{target} is being written by another process", "let that one end first") from error
        except OSError:
            return number  # a file system that knows no locks
        if _same(number, part):
            return number
        # Whoever had it has just ended, and took the name along.
        os.close(number)


def _clear(part: Path) -> None:
    for suffix in BESIDE:
        part.with_name(part.name + suffix).unlink(missing_ok=True)


def _same(number: int, part: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(number), part.stat())
    except OSError:
        return False


def _require_room(target: Path, size: int) -> None:
    free = room.free_beside(target)
    if free is not None and free < size:
        raise Unavailable(
            f"{target} has no room: {size // 1_000_000 + 1} MB are wanted, {free // 1_000_000} MB are free",
            "free some, or write it to another disk",
        )
