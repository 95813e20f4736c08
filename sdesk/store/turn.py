"""Whose turn it is: work that two processes could do at once without harm, and need not.

The lock is the system's: it ends with the process that holds it, however that ends.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def turn(store: Path, name: str) -> Iterator[bool]:
    """Whether nobody else is at `name` (a mailbox) of this store; nobody will be until the end of the block.

    True too where the file system knows no locks: nothing depends on it but time.
    """
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    try:
        number = os.open(store.with_name(f"{store.name}-turn-{digest}"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError:
        yield True
        return
    try:
        yield _locked(number)
    finally:
        os.close(number)


def _locked(number: int) -> bool:
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
