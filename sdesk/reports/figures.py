"""The figures of one group in one period, and how a percentile is taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sdesk.domain.satisfaction import BAD, GOOD


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
class Satisfaction:
    """What people who were asked in a period said of how it was."""

    asked: int = 0
    answered: int = 0
    total: int = 0
    """The sum of the answers, each from 1 to 5."""
    good: int = 0
    """Answers of 4 and 5."""
    bad: int = 0
    """Answers of 1 and 2."""

    @property
    def share_answered(self) -> float | None:
        """Of those who were asked, 0 to 1; None where nobody was."""
        return round(self.answered / self.asked, 4) if self.asked else None

    @property
    def mean(self) -> float | None:
        """Of the answers, with two decimals; None without any."""
        return round(self.total / self.answered, 2) if self.answered else None

    @property
    def share_good(self) -> float | None:
        """Of the answers, 0 to 1; None without any."""
        return round(self.good / self.answered, 4) if self.answered else None

    @property
    def share_bad(self) -> float | None:
        """The same of the bad ones."""
        return round(self.bad / self.answered, 4) if self.answered else None


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
    satisfaction: Satisfaction = Satisfaction()


def nearest_rank(ordered: Sequence[int], percent: int) -> int | None:
    """The smallest value that at least so many percent of all do not exceed; None of none."""
    return ordered[-(-len(ordered) * percent // 100) - 1] if ordered else None


def satisfaction(scores: Sequence[int | None]) -> Satisfaction:
    """Of those who were asked, with what each answered; None: nothing yet."""
    said = [score for score in scores if score is not None]
    return Satisfaction(
        len(scores), len(said), sum(said), sum(score >= GOOD for score in said), sum(score <= BAD for score in said)
    )


def times(seconds: Sequence[int], kept: Sequence[int | None]) -> Times:
    """Of working seconds, in any order, and of whether each was in time (1, 0, or None without a target)."""
    ordered = sorted(seconds)
    judged = len(kept) - kept.count(None)
    return Times(len(ordered), nearest_rank(ordered, 50), nearest_rank(ordered, 90), judged, kept.count(1))
