"""Whose turn it is: work that two processes could do at once without harm, and need not.

The locks are the system's: they end with the process that holds them, however that ends. All lie in one file beside the
store, which stays empty and is never removed: whoever removed it would let two have the same turn.
"""

from __future__ import annotations

import fcntl
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def turn(store: Path, name: str) -> Iterator[bool]:
    """Whether nobody else is at `name` (a mailbox) of this store; nobody will be until the end of the block.

    True too where the file system knows no locks: nothing depends on it but time. A process takes one turn after the
    other, since closing the file gives all of its locks back (POSIX, fcntl).
    """
    try:
        number = os.open(store.with_name(f"{store.name}-turn"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError:
        yield True
        return
    try:
        yield _locked(number, zlib.crc32(name.encode()))
    finally:
        os.close(number)


def _locked(number: int, byte: int) -> bool:
    """Whether the lock of one byte was to be had; the file need not be so long."""
    try:
        fcntl.lockf(number, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return True
    return True
