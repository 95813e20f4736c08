"""Thresholds as plug-ins of Nagios take them (Monitoring Plugins Development Guidelines, threshold and ranges).

`10` alerts outside of 0 to 10, `10:` below 10, `~:10` above 10, `10:20` outside, `@10:20` within; both ends are good.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sdesk.domain.errors import BadInput


@dataclass(frozen=True, slots=True)
class Range:
    """A threshold."""

    low: int | None
    """None: no lower end."""
    high: int | None
    """None: no upper end."""
    inside: bool = False
    """Whether what lies within alerts, and not what lies outside."""

    def alerts(self, value: int | None) -> bool:
        """Whether a value alerts; None is a value beyond all, as the age of what never was."""
        if value is None:
            return not self.inside and self.high is not None
        within = (self.low is None or value >= self.low) and (self.high is None or value <= self.high)
        return within is self.inside

    def __str__(self) -> str:
        """As performance data has it."""
        low = "~:" if self.low is None else "" if self.low == 0 and self.high is not None else f"{self.low}:"
        return f"{'@' if self.inside else ''}{low}{'' if self.high is None else self.high}"


def parse_range(text: str, number: Callable[[str], int]) -> Range:
    """A threshold as it is written; `number` reads one of its ends. BadInput."""
    written = text.strip()
    inside = written.startswith("@")
    start, colon, end = written.removeprefix("@").partition(":")
    if not colon:
        start, end = "0", start
    if not (start or end) or (not colon and not end):
        raise BadInput(f"`{text}` is no range", "write it as 10, 10:, ~:10, 10:20 or @10:20")
    try:
        low = None if start == "~" else number(start) if start else 0
        high = number(end) if end else None
    except ValueError as error:
        raise BadInput(f"`{text}` is no range", "write it as 10, 10:, ~:10, 10:20 or @10:20") from error
    if low is not None and high is not None and low > high:
        raise BadInput(f"`{text}` begins above its end", f"write it as {end}:{start}")
    return Range(low, high, inside)
