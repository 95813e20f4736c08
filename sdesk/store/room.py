"""How much room the disk has left below a store: mail is left where it is before a write could fail."""

from __future__ import annotations

import os
from pathlib import Path

KEEP_FREE = 200_000_000
"""Bytes that stay free, where the configuration names no other number."""


def lacking(store: Path, keep_free: int = KEEP_FREE) -> str | None:
    """One sentence where less is free than `keep_free`, or than twice the write-ahead log; None where there is room.

    None too where the system does not say.
    """
    free = free_beside(store)
    if free is None:
        return None
    wanted = max(keep_free, 2 * _size(store.with_name(f"{store.name}-wal")))
    if free >= wanted:
        return None
    return f"the disk of {store} is nearly full: {_told(free)} are free, {_told(wanted)} are wanted"


def free_beside(path: Path) -> int | None:
    """Bytes that may still be written beside a file; None where the system does not say."""
    try:
        found = os.statvfs(path.parent)
    except OSError:
        return None
    return found.f_bavail * found.f_frsize


def _told(size: int) -> str:
    return f"{size // 1_000_000_000} GB" if size >= 10_000_000_000 else f"{size // 1_000_000} MB"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
