"""The figures of one group in one period, and how a percentile is taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Times:
    """How long promises of one kind took, in working time, and whether they were kept in time."""

    count: int = 0
    median: int | None = None
    """Seconds: the smallest of them that half of all do not exceed (nearest rank). None without any."""
    p90: int | None = None
    """The same for nine in ten."""
    judged: int = 0
    """How many of them had a target."""
    in_time: int = 0
    """How many of these took no longer than it."""

    @property
    def share_in_time(self) -> float | None:
        """In time of those judged, 0 to 1; None where none was."""
        return round(self.in_time / self.judged, 4) if self.judged else None


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one group in one period."""

    opened: int = 0
    solved: int = 0
    reopened: int = 0
    first_response: Times = Times()
    resolution: Times = Times()
    loss: Decimal = Decimal("0.00")
    time_spent: int = 0
    """Seconds."""


def nearest_rank(ordered: Sequence[int], percent: int) -> int | None:
    """The smallest value that at least so many percent of all do not exceed; None of none."""
    return ordered[-(-len(ordered) * percent // 100) - 1] if ordered else None


def times(seconds: Sequence[int], kept: Sequence[int | None]) -> Times:
    """Of working seconds, in any order, and of whether each was in time (1, 0, or None without a target)."""
    ordered = sorted(seconds)
    judged = len(kept) - kept.count(None)
    return Times(len(ordered), nearest_rank(ordered, 50), nearest_rank(ordered, 90), judged, kept.count(1))
