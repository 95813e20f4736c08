"""The six views of the queue: a name, a digit, and the filter that each stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sdesk.domain.filters import Filter, parse
from sdesk.domain.ticket import Status


@dataclass(frozen=True, slots=True)
class View:
    """A named filter on a digit."""

    digit: int
    name: str
    short: str
    """For 80 columns."""
    words: str
    """In the filter language; empty: all that is open."""

    @property
    def title(self) -> str:
        """For the header."""
        return f"{self.name} queue" if self.name == "Team" else self.name


def views_of(teams: Sequence[str]) -> tuple[View, ...]:
    """The views of an agent of these teams (keys); who has none sees every team's queue as the team's."""
    return (
        View(1, "Mine", "Mine", "assignee:me"),
        View(2, "Unassigned", "Unasg", "assignee:none" + (f" team:{','.join(teams)}" if teams else "")),
        View(3, "Team", "Team", f"team:{','.join(teams)}" if teams else ""),
        View(4, "Waiting", "Wait", "status:waiting"),
        View(5, "Breached", "Breached", "is:breached"),
        View(6, "All", "All", "status:" + ",".join(status.value for status in Status)),
    )


def filter_of(view: View, text: str, *, now: datetime, zone: ZoneInfo) -> Filter:
    """The view narrowed by what was typed. BadInput, which names the place, for words that are wrong."""
    return parse(view.words, now=now, zone=zone).also(parse(text, now=now, zone=zone))
