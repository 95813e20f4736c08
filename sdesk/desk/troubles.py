"""What goes wrong from tick to tick: told after several failures in a row, then now and then, and once when it is over.

A server that is gone for a minute is no news; one that is gone for an hour is no news each minute.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sdesk.desk.opening import Work
from sdesk.store.models import Trouble

AFTER = 3
"""Failures in a row that somebody is told of."""
AGAIN = timedelta(hours=1)
"""How often after that."""


def note_failure(work: Work, place: str, error: str, *, after: int = AFTER, again: timedelta = AGAIN) -> int | None:
    """Count a failure; how many there were in a row, where it is time to tell. The caller commits."""
    row = work.session.get(Trouble, place)
    if row is None:
        row = Trouble(place=place, failures=0, since=work.now, error=error)
    row.failures += 1
    row.error = error
    telling = row.failures >= after and (row.told_at is None or work.now - row.told_at >= again)
    if telling:
        row.told_at = work.now
    work.session.add(row)
    work.session.flush()
    return row.failures if telling else None


def note_well(work: Work, place: str) -> datetime | None:
    """It is well; since when it was not, where that was told. The caller commits."""
    row = work.session.get(Trouble, place)
    if row is None:
        return None
    work.session.delete(row)
    work.session.flush()
    return row.since if row.told_at is not None else None
