"""The views of the queue as the console shows them: named filters on digits, the six of every desk and saved ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sdesk.domain.filters import Filter, Sort, parse
from sdesk.domain.safe_text import one_line
from sdesk.domain.views import NamedView, Placed, placed, standing
from sdesk.tui.language import NC_, _, in_context

ViewKey = tuple[str | None, str]
"""Whose view it is, and its name: its place and digit may change."""

TEAM: ViewKey = (None, "Team")
"""The view that a console opens with."""
ALL: ViewKey = (None, "All")
"""The view that has closed tickets too."""

_SHOWN = {
    "Mine": NC_("view", "Mine"),
    "Unassigned": NC_("view", "Unassigned"),
    "Team": NC_("view", "Team"),
    "Waiting": NC_("view", "Waiting"),
    "Breached": NC_("view", "Breached"),
    "All": NC_("view", "All"),
}
"""The names of every desk's views."""

_SHORT = {
    "Mine": NC_("view", "Mine"),
    "Unassigned": NC_("view", "Unasg"),
    "Team": NC_("view", "Team"),
    "Waiting": NC_("view", "Wait"),
    "Breached": NC_("view", "Breached"),
    "All": NC_("view", "All"),
}
"""The same for 80 columns."""

SHORT_CELLS = 10
"""What a saved view's name keeps there."""


class View(NamedTuple):
    """A named filter, maybe on a digit."""

    digit: int | None
    name: str
    words: str
    """In the filter language; empty: all that is open."""
    sort: Sort = Sort.SLA
    owner: str | None = None
    """As in `NamedView`."""

    @property
    def key(self) -> ViewKey:
        """What it is, wherever it stands."""
        return self.owner, self.name

    @property
    def is_saved(self) -> bool:
        """Whether somebody saved it."""
        return self.owner is not None

    @property
    def label(self) -> str:
        """Its name, for eyes."""
        return one_line(self.name) if self.is_saved else in_context("view", _SHOWN[self.name])

    @property
    def short(self) -> str:
        """Its name where there is little room."""
        return one_line(self.name)[:SHORT_CELLS].rstrip() if self.is_saved else in_context("view", _SHORT[self.name])

    @property
    def title(self) -> str:
        """For the header."""
        return _("Team queue") if self.key == TEAM else self.label


def views_of(teams: Sequence[str]) -> tuple[View, ...]:
    """The views of every desk, for an agent of these teams (keys)."""
    return all_views(standing(teams), ())


def all_views(own: Sequence[NamedView], saved: Iterable[NamedView]) -> tuple[View, ...]:
    """All views of an agent, in the order of their digits."""
    return tuple(map(_view, placed(own, saved)))


def filter_of(view: View, text: str, *, now: datetime, zone: ZoneInfo) -> Filter:
    """The view narrowed by what was typed. BadInput, which names the place, for words that are wrong."""
    return parse(view.words, now=now, zone=zone).also(parse(text, now=now, zone=zone))


def _view(place: Placed) -> View:
    view, digit = place
    return View(digit, view.name, view.words, view.sort, view.owner)
